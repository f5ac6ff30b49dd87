package io.github.charrnn.internal;

import io.github.charrnn.internal.Parameters.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Parameters as the tensors of a file: in the equations' orientation, always in one order. */
final class Tensors {
  private Tensors() {}

  /** Parameters, with a prefix to their names. */
  static List<Safetensors.Tensor> of(String prefix, Parameters p) {
    return Parameters.tensors().stream().map(tensor -> of(prefix, p, tensor)).toList();
  }

  private static Safetensors.Tensor of(String prefix, Parameters p, Tensor tensor) {
    return Safetensors.Tensor.of(
        prefix + tensor.symbol(),
        tensor.shape(p.hiddenSize, p.vocabSize),
        p.get(tensor),
        tensor.transposed());
  }

  /** Their names and shapes; products stay below 2^59 by the limits of m and K. */
  static Map<String, List<Long>> shapes(String prefix, long m, long k) {
    Map<String, List<Long>> shapes = new LinkedHashMap<>();
    for (Tensor tensor : Parameters.tensors()) {
      shapes.put(prefix + tensor.symbol(), tensor.shape(m, k));
    }
    return shapes;
  }
}
