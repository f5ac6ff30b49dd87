package io.github.charrnn.internal.kernel;

/** What one thread needs for its products; it grows to what is asked for. */
final class Scratch {
  private double[] left = {};
  private double[] few = {};

  /** For a left-hand side, interleaved. */
  double[] left(int size) {
    if (left.length < size) {
      left = new double[size];
    }
    return left;
  }

  /** For a product of few rows. */
  double[] few(int size) {
    if (few.length < size) {
      few = new double[size];
    }
    return few;
  }
}
