package io.github.charrnn.internal;

import io.github.charrnn.ModelFormatException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * The checkpoint: a {@linkplain ModelFile model file} of the parameters as they stand, with all
 * else that training needs to go on as if it had never stopped.
 *
 * <p>More tensors: those of each of the optimizer's {@linkplain Update#memoriesOf memories}, as in
 * {@code memory.U} to {@code memory.c}; {@code best.U} to {@code best.c}, not there while the
 * parameters as they stand are the best, and with them {@code best.start} (m), the state that the
 * best model begins in; {@code state} (B, m), the hidden state of each stream; {@code history.loss}
 * and {@code history.smoothLoss} (points); and those of {@link Observations}. More metadata: see
 * {@link Fields}. There is no random state: training draws nothing, and samples are drawn from
 * seeds.
 */
public final class CheckpointFile {
  private static final String BEST_STATE = "best." + ModelFile.START;

  /**
   * Where training stands.
   *
   * @param header that of a checkpoint, with the settings of the run and its numbers
   * @param parameters as they stand
   * @param memories the optimizer's, by name
   * @param best empty if the parameters as they stand are the best
   * @param bestState (m), the state that the best model begins in; zero if it is not kept, or the
   *     parameters as they stand are the best
   * @param hidden (B, m), the states that the next window starts from
   * @param losses (points)
   * @param smoothLosses (points)
   * @param observations what the run was seen to do
   */
  @SuppressWarnings("ArrayRecordComponent") // nobody compares states
  public record State(
      Header header,
      Parameters parameters,
      Map<String, Parameters> memories,
      Optional<Parameters> best,
      double[] bestState,
      double[] hidden,
      double[] losses,
      double[] smoothLosses,
      Observations observations) {

    /** The state that the model as it stands begins in, (m). */
    public double[] start() {
      int m = parameters.hiddenSize;
      return header.startState ? Arrays.copyOf(hidden, m) : new double[m];
    }

    /** The same with the states of other streams. */
    public State withHidden(double[] states) {
      return new State(
          header,
          parameters,
          memories,
          best,
          bestState,
          states,
          losses,
          smoothLosses,
          observations);
    }
  }

  private CheckpointFile() {}

  /**
   * Replaces a checkpoint.
   *
   * @throws IOException if that fails; then it is as it was
   */
  public static void write(SafeFile file, State state) throws IOException {
    Header header = state.header();
    Safetensors.write(
        file, Fields.write(header), tensors(state, state.observations().tensors(header.vocab())));
  }

  /** Writes the same bytes to a stream, which stays open. */
  public static void write(OutputStream out, State state) throws IOException {
    Header header = state.header();
    Safetensors.write(
        out, Fields.write(header), tensors(state, state.observations().tensors(header.vocab())));
  }

  /**
   * Reads a checkpoint.
   *
   * @throws ModelFormatException if the file is no checkpoint, or not exactly what {@link #write}
   *     writes
   * @throws IllegalArgumentException if it does not fit into the heap
   */
  public static State read(Path file) throws IOException {
    try (Safetensors in = Safetensors.open(file)) {
      return read(in, file.toString());
    }
  }

  /**
   * The same of bytes that are in memory.
   *
   * @param name what to call them in messages
   */
  public static State read(ByteBuffer bytes, String name) throws IOException {
    try (Safetensors in = Safetensors.of(bytes)) {
      return read(in, name);
    }
  }

  private static State read(Safetensors in, String name) throws IOException {
    Header header = Fields.read(in.metadata());
    if (!header.has(Header.Section.CHECKPOINT)) {
      throw Safetensors.wrong("a model, not a checkpoint: training cannot go on from it exactly");
    }
    return read(in, header, name);
  }

  /**
   * Whether the file is the one that a state was read from.
   *
   * @throws ModelFormatException if it would be, but is damaged
   */
  public static boolean isStill(Path file, State state) throws IOException {
    try (Safetensors in = Safetensors.open(file)) {
      if (!in.metadata().text(Safetensors.CHECKSUM).equals(state.header().checksum)) {
        return false;
      }
      in.requireTensors(shapes(state.header()));
      in.read(List.of());
      return true;
    }
  }

  /** The rest of a file whose header was read. */
  static State read(Safetensors in, Header header, String file) throws IOException {
    in.requireTensors(shapes(header));
    int m = header.hiddenSize;
    int k = header.vocab().size();
    int streams = header.recipe.batchSize();
    String what = "the checkpoint " + file;
    List<Update.Memory> kinds = Update.memoriesOf(header.recipe.optimizer());
    double models = (2.0 + kinds.size()) * Parameters.count(m, k); // with the best
    Memory.require(Double.BYTES * (models + (double) streams * m), what);
    Memory.requireArray((double) streams * m, what);
    Map<String, Parameters> memories = new LinkedHashMap<>();
    for (Update.Memory kind : kinds) {
      memories.put(kind.name(), Parameters.allocate(m, k, Parameters.NONE, what));
    }
    int points = (int) header.points();
    Observations.Numbers numbers = Observations.Numbers.allocate(header);
    State unobserved =
        new State(
            header,
            Parameters.allocate(m, k, header.boundary(), what),
            memories,
            hasBest(header)
                ? Optional.of(Parameters.allocate(m, k, header.boundary(), what))
                : Optional.empty(),
            new double[m],
            new double[streams * m],
            new double[points],
            new double[points],
            Observations.NONE);
    in.read(tensors(unobserved, numbers.tensors()));
    requirePossible(unobserved);
    return new State(
        header,
        unobserved.parameters(),
        memories,
        unobserved.best(),
        unobserved.bestState(),
        unobserved.hidden(),
        unobserved.losses(),
        unobserved.smoothLosses(),
        numbers.decode(header));
  }

  private static boolean hasBest(Header header) {
    return header.bestStep != header.step;
  }

  private static boolean hasBestState(Header header) {
    return hasBest(header) && header.startState;
  }

  private static Map<String, List<Long>> shapes(Header header) {
    long m = header.hiddenSize;
    long k = header.vocab().size();
    Map<String, List<Long>> shapes = new LinkedHashMap<>(Tensors.shapes("", m, k));
    for (Update.Memory kind : Update.memoriesOf(header.recipe.optimizer())) {
      shapes.putAll(Tensors.shapes(kind.name() + ".", m, k));
    }
    if (hasBest(header)) {
      shapes.putAll(Tensors.shapes("best.", m, k));
    }
    if (hasBestState(header)) {
      shapes.put(BEST_STATE, List.of(m));
    }
    shapes.put("state", List.of((long) header.recipe.batchSize(), m));
    shapes.put("history.loss", List.of(header.points()));
    shapes.put("history.smoothLoss", List.of(header.points()));
    shapes.putAll(Observations.shapes(header));
    return shapes;
  }

  private static List<Safetensors.Tensor> tensors(
      State state, List<Safetensors.Tensor> observations) {
    List<Safetensors.Tensor> tensors = new ArrayList<>(Tensors.of("", state.parameters()));
    state.memories().forEach((name, p) -> tensors.addAll(Tensors.of(name + ".", p)));
    state.best().ifPresent(best -> tensors.addAll(Tensors.of("best.", best)));
    if (hasBestState(state.header())) {
      tensors.add(Safetensors.Tensor.vector(BEST_STATE, state.bestState()));
    }
    int m = state.parameters().hiddenSize;
    int streams = state.hidden().length / m;
    tensors.add(Safetensors.Tensor.matrix("state", streams, m, state.hidden()));
    tensors.add(Safetensors.Tensor.vector("history.loss", state.losses()));
    tensors.add(Safetensors.Tensor.vector("history.smoothLoss", state.smoothLosses()));
    tensors.addAll(observations);
    return tensors;
  }

  private static void requireWithin(Range range, Safetensors.Tensor tensor)
      throws ModelFormatException {
    for (double x : tensor.data()) {
      if (!range.holds().test(x)) {
        throw Safetensors.wrong(
            tensor.name() + " has a value that is " + x + ", must be " + range.words());
      }
    }
  }

  /** Symmetric to the last bit, and no element above the mean of those on the diagonal. */
  private static void requireSecondMoment(String name, double[] s, int m)
      throws ModelFormatException {
    for (int i = 0; i < m; i++) {
      for (int j = 0; j <= i; j++) {
        double most = (s[i * m + i] + s[j * m + j]) / 2 * (1 + 1e-9);
        if (s[i * m + j] != s[j * m + i] || !(Math.abs(s[i * m + j]) <= most)) {
          throw Safetensors.wrong(
              name + " is no second moment, must be symmetric with a large diagonal");
        }
      }
    }
  }

  /** Beyond finite, which all tensors are: no other numbers come about in training. */
  private static void requirePossible(State state) throws ModelFormatException {
    ModelFile.requireState("state", state.hidden());
    ModelFile.requireState(BEST_STATE, state.bestState());
    for (Update.Memory kind : Update.memoriesOf(state.header().recipe.optimizer())) {
      Parameters memory = Objects.requireNonNull(state.memories().get(kind.name()), kind.name());
      for (Safetensors.Tensor tensor : Tensors.of(kind.name() + ".", memory)) {
        if (kind.ofRows() && tensor.data() == memory.w) {
          requireSecondMoment(tensor.name(), memory.w, memory.hiddenSize);
        } else {
          requireWithin(kind.range(), tensor);
        }
      }
    }
  }
}
