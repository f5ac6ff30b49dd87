package io.github.charrnn.internal.kernel;

import io.github.charrnn.internal.Parameters;
import java.util.Arrays;

/** Where documents begin among the rows of a step: nothing is carried over to these. */
final class Beginnings {
  private final int m;
  private double[] carried = {}; // (rows, m)

  Beginnings(int m) {
    this.m = m;
  }

  /** Whether a document begins with one of so many symbols. */
  static boolean any(int boundary, int[] symbols, int first, int count) {
    if (boundary != Parameters.NONE) {
      for (int s = first; s < first + count; s++) {
        if (symbols[s] == boundary) {
          return true;
        }
      }
    }
    return false;
  }

  /** A copy of as many rows of x as symbols, in memory of its own, zero where a document begins. */
  double[] without(int boundary, int[] symbols, int first, int count, double[] x, int at) {
    if (carried.length < count * m) {
      carried = new double[count * m];
    }
    System.arraycopy(x, at, carried, 0, count * m);
    for (int s = 0; s < count; s++) {
      if (symbols[first + s] == boundary) {
        Arrays.fill(carried, s * m, (s + 1) * m, 0);
      }
    }
    return carried;
  }
}
