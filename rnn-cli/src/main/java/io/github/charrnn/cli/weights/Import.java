package io.github.charrnn.cli.weights;

import io.github.charrnn.CharVocab;
import io.github.charrnn.VanillaRnn;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Makes a model of weights that come from elsewhere. */
public final class Import {
  private final Symbols symbols;
  private final Map<Role, List<Stored>> roles;
  private final long m;

  /**
   * Checks names and shapes; no numbers are read.
   *
   * @throws IOException if they are not those of a vanilla network over these symbols
   */
  public Import(WeightFiles files, Symbols symbols) throws IOException {
    this.symbols = symbols;
    roles = Names.roles(files.tensors().stream().filter(it -> !Symbols.isText(it)).toList());
    Stored w = of(Role.W).get(0);
    m = w.shape().isEmpty() ? 0 : w.shape().get(0);
    if (m < 1 || !w.shape().equals(List.of(m, m))) {
      throw new IOException(
          w.shown()
              + " must be square, with as many rows as there are hidden units: an LSTM or a GRU is"
              + " no such network");
    }
    for (Map.Entry<Role, List<Stored>> role : roles.entrySet()) {
      for (Stored tensor : role.getValue()) {
        require(role.getKey(), tensor);
      }
    }
  }

  private List<Stored> of(Role role) {
    return roles.getOrDefault(role, List.of());
  }

  private void require(Role role, Stored tensor) throws IOException {
    if (!tensor.dtype().equals(Dtype.F64.name()) && !tensor.dtype().equals(Dtype.F32.name())) {
      throw new IOException(
          String.format(
              Locale.ROOT,
              "%s is of %s, must be of F64 or F32: convert it, with .float() in PyTorch"
                  + " or .astype('<f8') in NumPy",
              tensor.shown(),
              Stored.printable(tensor.dtype())));
    }
    int k = symbols.codePoints().length;
    List<Long> shape = tensor.shape();
    List<Long> needed = role.shape(m, k);
    boolean fits =
        needed.size() == 2
            ? shape.equals(needed)
            : shape.stream().filter(n -> n != 1 || m == 1).toList().equals(needed)
                || shape.equals(needed);
    if (fits) {
      return;
    }
    boolean lineFeed = symbols.codePoints()[k - 1] == '\n' && shape.equals(role.shape(m, k - 1L));
    String wayOut = "name weights and a vocabulary that belong together";
    if (lineFeed) {
      wayOut = "the last symbol is a line feed, leave it out if it is none";
    } else if (shape.size() == 2 && needed.equals(List.of(shape.get(1), shape.get(0)))) {
      wayOut = "transpose it";
    }
    throw new IOException(
        String.format(
            Locale.ROOT,
            "%s must be %s, as %s makes %d hidden units and %s has %d symbols: %s",
            tensor.shown(),
            Stored.shown(needed),
            Stored.printable(of(Role.W).get(0).name()),
            m,
            symbols.source(),
            k,
            wayOut));
  }

  /** What was done beyond reading, if anything was. */
  public Optional<String> note() {
    return of(Role.B).size() < 2
        ? Optional.empty()
        : Optional.of(
            "b is the sum of "
                + of(Role.B).stream()
                    .map(tensor -> Stored.printable(tensor.name()))
                    .collect(Collectors.joining(" and ")));
  }

  /**
   * Reads the numbers.
   *
   * @throws IOException if one is not finite
   * @throws IllegalArgumentException if the model does not fit into the heap, or its documents do
   *     not go with the vocabulary
   */
  public VanillaRnn model() throws IOException {
    int[] order = symbols.ascending();
    VanillaRnn rnn =
        VanillaRnn.of(
            CharVocab.of(symbols.codePoints()),
            columns(read(Role.U), order),
            read(Role.W),
            rows(read(Role.V), order),
            read(Role.B),
            rows(read(Role.C), order));
    if (symbols.documents().isPresent()) {
      rnn = rnn.ofDocuments(symbols.documents().get());
    }
    return of(Role.START).isEmpty() ? rnn : rnn.startingIn(read(Role.START));
  }

  private double[] read(Role role) throws IOException {
    double[] sum = new double[0];
    for (Stored tensor : of(role)) {
      double[] numbers = tensor.data().read();
      for (int i = 0; i < numbers.length; i++) {
        if (!Double.isFinite(numbers[i])) {
          throw new IOException(
              String.format(
                  Locale.ROOT,
                  "%s in %s has a value that is %s, number %d, must be finite: such a network says"
                      + " nothing, train it again with a lower learning rate",
                  tensor.shown(),
                  tensor.file(),
                  numbers[i],
                  i));
        }
        numbers[i] += sum.length == 0 ? 0 : sum[i];
      }
      sum = numbers;
    }
    return sum;
  }

  /** A matrix of columns of symbols, in another order of symbols. */
  private static double[] columns(double[] matrix, int[] order) {
    int k = order.length;
    double[] result = new double[matrix.length];
    for (int i = 0; i < matrix.length; i++) {
      result[i] = matrix[i / k * k + order[i % k]];
    }
    return result;
  }

  /** A matrix of rows of symbols, or a vector of symbols, in another order. */
  private static double[] rows(double[] matrix, int[] order) {
    int m = matrix.length / order.length;
    double[] result = new double[matrix.length];
    for (int i = 0; i < matrix.length; i++) {
      result[i] = matrix[order[i / m] * m + i % m];
    }
    return result;
  }
}
