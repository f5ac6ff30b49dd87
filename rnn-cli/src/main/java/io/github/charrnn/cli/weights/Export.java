package io.github.charrnn.cli.weights;

import io.github.charrnn.VanillaRnn;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Writes a model's weights for other programs.
 *
 * @param names what the tensors are called
 */
public record Export(VanillaRnn rnn, Names names, Dtype dtype) {
  /**
   * Replaces a file, .npz if it is called so, or else safetensors.
   *
   * @throws IOException if it cannot be written, or a number is too large for the type
   */
  public void write(Path file) throws IOException {
    Map<String, String> about = Symbols.of(rnn);
    List<Tensor> tensors = tensors();
    if (file.toString().endsWith(NpzFile.EXTENSION)) {
      about.forEach((name, text) -> tensors.add(Symbols.tensor(name, text)));
      NpzFile.write(file, tensors);
    } else {
      SafetensorsFile.write(file, about, tensors);
    }
  }

  /** Whether the model begins in a state that these names have no word for. */
  public boolean leavesOutTheStart() {
    return rnn.startState().isPresent() && names.name(Role.START).isEmpty();
  }

  private List<Tensor> tensors() throws IOException {
    List<Tensor> tensors = new ArrayList<>();
    add(tensors, Role.U, rnn.u());
    add(tensors, Role.W, rnn.w());
    add(tensors, Role.V, rnn.v());
    add(tensors, Role.B, rnn.b());
    add(tensors, Role.C, rnn.c());
    if (names == Names.PYTORCH) { // which adds two biases
      double[] zero = new double[rnn.hiddenSize()];
      tensors.add(new Tensor("rnn.bias_hh_l0", dtype, List.of((long) zero.length), zero));
    }
    if (rnn.startState().isPresent()) {
      add(tensors, Role.START, rnn.startState().get());
    }
    return tensors;
  }

  private void add(List<Tensor> tensors, Role role, double[] data) throws IOException {
    Optional<String> name = names.name(role);
    if (name.isEmpty()) {
      return;
    }
    for (double x : data) {
      if (dtype == Dtype.F32 && Math.abs(x) > Float.MAX_VALUE) {
        throw new IOException(
            String.format(
                Locale.ROOT,
                "%s has a value that is %s, must be at most %s for f32: --dtype f64 keeps it",
                name.get(),
                x,
                Float.MAX_VALUE));
      }
    }
    tensors.add(
        new Tensor(name.get(), dtype, role.shape(rnn.hiddenSize(), rnn.vocab().size()), data));
  }
}
