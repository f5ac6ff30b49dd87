package io.github.charrnn.internal;

import java.util.List;

/** U, W, V, b, c in the layout of the kernels; gradients and optimizer memory have the same one. */
public final class Parameters {
  /** The largest m whose W, m times m, fits into an array, also as kernels pack it. */
  public static final int MAX_HIDDEN_SIZE = 46_300;

  /** Collectors cut a heap in parts; by default the larger one is two thirds, for any one array. */
  private static final double GENERATIONS = 1.5;

  /** By how many columns, at most, kernels pad a matrix when they pack it. */
  static final int MAX_PADDING = 64;

  public final int hiddenSize; // m
  public final int vocabSize; // K
  public final double[] u; // (K, m), by symbol: the transpose of the equations' U
  public final double[] w; // (m, m)
  public final double[] v; // (K, m)
  public final double[] b; // (m)
  public final double[] c; // (K)

  /** All zero. */
  public Parameters(int hiddenSize, int vocabSize) {
    this.hiddenSize = hiddenSize;
    this.vocabSize = vocabSize;
    u = new double[vocabSize * hiddenSize];
    w = new double[hiddenSize * hiddenSize];
    v = new double[vocabSize * hiddenSize];
    b = new double[hiddenSize];
    c = new double[vocabSize];
  }

  /**
   * Refuses a shape before anything of it is allocated.
   *
   * @param what the subject of the sentence, as in "hiddenSize 9000 with 65 symbols"
   * @throws IllegalArgumentException if its matrices do not fit into arrays or the heap
   */
  public static void requireFits(long hiddenSize, long vocabSize, String what) {
    Memory.require((double) Double.BYTES * count(hiddenSize, vocabSize), what);
    double largest = (double) hiddenSize * Math.max(hiddenSize, vocabSize);
    Memory.require(Double.BYTES * largest * GENERATIONS, what);
    double columns = (double) Math.max(hiddenSize, vocabSize) + MAX_PADDING;
    Memory.requireArray(hiddenSize * columns, what);
  }

  /**
   * All zero, of a shape that comes from outside.
   *
   * @throws IllegalArgumentException if there is no room for it
   */
  static Parameters allocate(int hiddenSize, int vocabSize, String what) {
    requireFits(hiddenSize, vocabSize, what);
    try {
      return new Parameters(hiddenSize, vocabSize);
    } catch (OutOfMemoryError e) {
      throw Memory.refusal((double) Double.BYTES * count(hiddenSize, vocabSize), what);
    }
  }

  /** How many numbers a model of this shape has. */
  public static long count(long hiddenSize, long vocabSize) {
    return 2 * hiddenSize * vocabSize + hiddenSize * hiddenSize + hiddenSize + vocabSize;
  }

  public Parameters copy() {
    Parameters copy = new Parameters(hiddenSize, vocabSize);
    copy.set(this);
    return copy;
  }

  /** Becomes equal to other, which has the same shape. */
  public void set(Parameters other) {
    System.arraycopy(other.u, 0, u, 0, u.length);
    System.arraycopy(other.w, 0, w, 0, w.length);
    System.arraycopy(other.v, 0, v, 0, v.length);
    System.arraycopy(other.b, 0, b, 0, b.length);
    System.arraycopy(other.c, 0, c, 0, c.length);
  }

  /** Whether every number is from -bound to bound; NaN never is. */
  public boolean isWithin(double bound) {
    for (double[] tensor : List.of(u, w, v, b, c)) {
      for (double x : tensor) {
        if (!(Math.abs(x) <= bound)) {
          return false;
        }
      }
    }
    return true;
  }

  /** The transpose of a (rows, cols): how U goes between the kernels' layout and the equations'. */
  public static double[] transpose(int rows, int cols, double[] a) {
    double[] result = new double[rows * cols];
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < cols; j++) {
        result[j * rows + i] = a[i * cols + j];
      }
    }
    return result;
  }
}
