package io.github.charrnn.cli.weights;

import java.util.Arrays;
import java.util.List;

/**
 * A tensor to be written.
 *
 * @param dtype how its numbers are kept in a file
 * @param data row-major
 */
@SuppressWarnings("ArrayRecordComponent") // nobody compares tensors
public record Tensor(String name, Dtype dtype, List<Long> shape, double[] data) {
  /**
   * Checks that the shape is that of the data.
   *
   * @throws IllegalArgumentException if it is not
   */
  public Tensor {
    shape = List.copyOf(shape);
    long size = shape.stream().reduce(1L, Math::multiplyExact);
    if (size != data.length) {
      throw new IllegalArgumentException(
          name + " has " + data.length + " numbers, its shape " + shape + " needs " + size);
    }
  }

  /** Of doubles. */
  public static Tensor of(String name, double[] data, long... shape) {
    return new Tensor(name, Dtype.F64, Arrays.stream(shape).boxed().toList(), data);
  }
}
