package io.github.charrnn.internal.kernel;

import static io.github.charrnn.internal.kernel.VectorMath.LANES;
import static io.github.charrnn.internal.kernel.VectorMath.SPECIES;

import jdk.incubator.vector.DoubleVector;

/**
 * A matrix (inner, cols) for products with one row at a time, packed in strips: so many columns
 * that their sums stay in registers while the strip goes by in one piece, and enough of them to
 * hide how long an addition takes.
 */
final class Strips {
  /** Vectors in a strip: as many sums as the processor has additions under way at a time. */
  private static final int MOST = 8;

  private static final int FEWEST = 5;

  /** Of no size, where there is nothing to pack. */
  static final Strips NONE = new Strips(0, LANES);

  private final int inner;
  private final int cols;
  private final int[] start; // (strips): the columns at which strips start
  private final int[] width; // (strips): in vectors
  private final int[] at; // (strips): where they are in data
  private final int[] column;
  private final double[] data; // what is behind the last column of a row stays zero

  Strips(int inner, int cols) {
    this.inner = inner;
    this.cols = cols;
    int vectors = padded(cols) / LANES;
    int strips = vectors < FEWEST ? vectors : Packing.roundUp(vectors, MOST) / MOST;
    start = new int[strips];
    width = new int[strips];
    at = new int[strips];
    int next = Packing.FIRST;
    for (int s = 0; s < strips; s++) {
      int first = s * vectors / strips;
      int share = (s + 1) * vectors / strips - first;
      width[s] = vectors < FEWEST ? 1 : Math.max(FEWEST, share);
      start[s] = Math.min(first, vectors - width[s]) * LANES;
      at[s] = next;
      next += inner * width[s] * LANES;
    }
    column = Packing.column(inner);
    data = new double[next];
  }

  /** The length of a row of sums for so many columns: whole cache lines. */
  static int padded(int cols) {
    return Packing.roundUp(cols, Packing.LINE);
  }

  private int columns(int strip) {
    return Math.min(width[strip] * LANES, cols - start[strip]);
  }

  /**
   * Takes in rows from..end-1 of a matrix.
   *
   * @param a (inner, cols)
   */
  void pack(double[] a, int from, int end) {
    for (int s = 0; s < start.length && columns(s) > 0; s++) {
      int row = width[s] * LANES;
      int to = at[s] + from * row;
      Packing.copy(end - from, columns(s), a, from * cols + start[s], cols, data, to, row);
    }
  }

  /**
   * Takes in columns from..end-1, from a matrix's transpose.
   *
   * @param a (cols, inner)
   */
  void packTransposed(double[] a, int from, int end) {
    for (int s = 0; s < start.length; s++) {
      int first = Math.max(from, start[s]);
      int count = Math.min(end, start[s] + columns(s)) - first;
      int to = at[s] + first - start[s];
      Packing.transpose(count, inner, a, first * inner, column, data, to, width[s] * LANES);
    }
  }

  /**
   * {@code y = init + x a} for one row x.
   *
   * @param x (inner) from xAt on
   * @param init as many as padded, from rowAt on
   * @param y as many as padded, from rowAt on
   * @param turn if odd the strips go from right to left, so that the one read last, which is still
   *     in the first-level cache, is the first to be read again
   */
  void multiply(double[] x, int xAt, double[] init, double[] y, int rowAt, int turn) {
    for (int i = 0; i < start.length; i++) {
      int s = (turn & 1) == 0 ? i : start.length - 1 - i;
      int to = rowAt + start[s];
      switch (width[s]) {
        case 8 -> strip8(inner, x, xAt, data, at[s], init, y, to);
        case 7 -> strip7(inner, x, xAt, data, at[s], init, y, to);
        case 6 -> strip6(inner, x, xAt, data, at[s], init, y, to);
        case 5 -> strip5(inner, x, xAt, data, at[s], init, y, to);
        default -> strip1(inner, x, xAt, data, at[s], init, y, to);
      }
    }
  }

  private static void strip8(
      int inner, double[] x, int xAt, double[] a, int aAt, double[] init, double[] y, int at) {
    DoubleVector s0 = DoubleVector.fromArray(SPECIES, init, at);
    DoubleVector s1 = DoubleVector.fromArray(SPECIES, init, at + LANES);
    DoubleVector s2 = DoubleVector.fromArray(SPECIES, init, at + 2 * LANES);
    DoubleVector s3 = DoubleVector.fromArray(SPECIES, init, at + 3 * LANES);
    DoubleVector s4 = DoubleVector.fromArray(SPECIES, init, at + 4 * LANES);
    DoubleVector s5 = DoubleVector.fromArray(SPECIES, init, at + 5 * LANES);
    DoubleVector s6 = DoubleVector.fromArray(SPECIES, init, at + 6 * LANES);
    DoubleVector s7 = DoubleVector.fromArray(SPECIES, init, at + 7 * LANES);
    for (int i = 0; i < inner; i++) {
      int p = aAt + i * (8 * LANES);
      DoubleVector b = DoubleVector.broadcast(SPECIES, x[xAt + i]);
      s0 = b.fma(DoubleVector.fromArray(SPECIES, a, p), s0);
      s1 = b.fma(DoubleVector.fromArray(SPECIES, a, p + LANES), s1);
      s2 = b.fma(DoubleVector.fromArray(SPECIES, a, p + 2 * LANES), s2);
      s3 = b.fma(DoubleVector.fromArray(SPECIES, a, p + 3 * LANES), s3);
      s4 = b.fma(DoubleVector.fromArray(SPECIES, a, p + 4 * LANES), s4);
      s5 = b.fma(DoubleVector.fromArray(SPECIES, a, p + 5 * LANES), s5);
      s6 = b.fma(DoubleVector.fromArray(SPECIES, a, p + 6 * LANES), s6);
      s7 = b.fma(DoubleVector.fromArray(SPECIES, a, p + 7 * LANES), s7);
    }
    s0.intoArray(y, at);
    s1.intoArray(y, at + LANES);
    s2.intoArray(y, at + 2 * LANES);
    s3.intoArray(y, at + 3 * LANES);
    s4.intoArray(y, at + 4 * LANES);
    s5.intoArray(y, at + 5 * LANES);
    s6.intoArray(y, at + 6 * LANES);
    s7.intoArray(y, at + 7 * LANES);
  }

  private static void strip7(
      int inner, double[] x, int xAt, double[] a, int aAt, double[] init, double[] y, int at) {
    DoubleVector s0 = DoubleVector.fromArray(SPECIES, init, at);
    DoubleVector s1 = DoubleVector.fromArray(SPECIES, init, at + LANES);
    DoubleVector s2 = DoubleVector.fromArray(SPECIES, init, at + 2 * LANES);
    DoubleVector s3 = DoubleVector.fromArray(SPECIES, init, at + 3 * LANES);
    DoubleVector s4 = DoubleVector.fromArray(SPECIES, init, at + 4 * LANES);
    DoubleVector s5 = DoubleVector.fromArray(SPECIES, init, at + 5 * LANES);
    DoubleVector s6 = DoubleVector.fromArray(SPECIES, init, at + 6 * LANES);
    for (int i = 0; i < inner; i++) {
      int p = aAt + i * (7 * LANES);
      DoubleVector b = DoubleVector.broadcast(SPECIES, x[xAt + i]);
      s0 = b.fma(DoubleVector.fromArray(SPECIES, a, p), s0);
      s1 = b.fma(DoubleVector.fromArray(SPECIES, a, p + LANES), s1);
      s2 = b.fma(DoubleVector.fromArray(SPECIES, a, p + 2 * LANES), s2);
      s3 = b.fma(DoubleVector.fromArray(SPECIES, a, p + 3 * LANES), s3);
      s4 = b.fma(DoubleVector.fromArray(SPECIES, a, p + 4 * LANES), s4);
      s5 = b.fma(DoubleVector.fromArray(SPECIES, a, p + 5 * LANES), s5);
      s6 = b.fma(DoubleVector.fromArray(SPECIES, a, p + 6 * LANES), s6);
    }
    s0.intoArray(y, at);
    s1.intoArray(y, at + LANES);
    s2.intoArray(y, at + 2 * LANES);
    s3.intoArray(y, at + 3 * LANES);
    s4.intoArray(y, at + 4 * LANES);
    s5.intoArray(y, at + 5 * LANES);
    s6.intoArray(y, at + 6 * LANES);
  }

  private static void strip6(
      int inner, double[] x, int xAt, double[] a, int aAt, double[] init, double[] y, int at) {
    DoubleVector s0 = DoubleVector.fromArray(SPECIES, init, at);
    DoubleVector s1 = DoubleVector.fromArray(SPECIES, init, at + LANES);
    DoubleVector s2 = DoubleVector.fromArray(SPECIES, init, at + 2 * LANES);
    DoubleVector s3 = DoubleVector.fromArray(SPECIES, init, at + 3 * LANES);
    DoubleVector s4 = DoubleVector.fromArray(SPECIES, init, at + 4 * LANES);
    DoubleVector s5 = DoubleVector.fromArray(SPECIES, init, at + 5 * LANES);
    for (int i = 0; i < inner; i++) {
      int p = aAt + i * (6 * LANES);
      DoubleVector b = DoubleVector.broadcast(SPECIES, x[xAt + i]);
      s0 = b.fma(DoubleVector.fromArray(SPECIES, a, p), s0);
      s1 = b.fma(DoubleVector.fromArray(SPECIES, a, p + LANES), s1);
      s2 = b.fma(DoubleVector.fromArray(SPECIES, a, p + 2 * LANES), s2);
      s3 = b.fma(DoubleVector.fromArray(SPECIES, a, p + 3 * LANES), s3);
      s4 = b.fma(DoubleVector.fromArray(SPECIES, a, p + 4 * LANES), s4);
      s5 = b.fma(DoubleVector.fromArray(SPECIES, a, p + 5 * LANES), s5);
    }
    s0.intoArray(y, at);
    s1.intoArray(y, at + LANES);
    s2.intoArray(y, at + 2 * LANES);
    s3.intoArray(y, at + 3 * LANES);
    s4.intoArray(y, at + 4 * LANES);
    s5.intoArray(y, at + 5 * LANES);
  }

  private static void strip5(
      int inner, double[] x, int xAt, double[] a, int aAt, double[] init, double[] y, int at) {
    DoubleVector s0 = DoubleVector.fromArray(SPECIES, init, at);
    DoubleVector s1 = DoubleVector.fromArray(SPECIES, init, at + LANES);
    DoubleVector s2 = DoubleVector.fromArray(SPECIES, init, at + 2 * LANES);
    DoubleVector s3 = DoubleVector.fromArray(SPECIES, init, at + 3 * LANES);
    DoubleVector s4 = DoubleVector.fromArray(SPECIES, init, at + 4 * LANES);
    for (int i = 0; i < inner; i++) {
      int p = aAt + i * (5 * LANES);
      DoubleVector b = DoubleVector.broadcast(SPECIES, x[xAt + i]);
      s0 = b.fma(DoubleVector.fromArray(SPECIES, a, p), s0);
      s1 = b.fma(DoubleVector.fromArray(SPECIES, a, p + LANES), s1);
      s2 = b.fma(DoubleVector.fromArray(SPECIES, a, p + 2 * LANES), s2);
      s3 = b.fma(DoubleVector.fromArray(SPECIES, a, p + 3 * LANES), s3);
      s4 = b.fma(DoubleVector.fromArray(SPECIES, a, p + 4 * LANES), s4);
    }
    s0.intoArray(y, at);
    s1.intoArray(y, at + LANES);
    s2.intoArray(y, at + 2 * LANES);
    s3.intoArray(y, at + 3 * LANES);
    s4.intoArray(y, at + 4 * LANES);
  }

  private static void strip1(
      int inner, double[] x, int xAt, double[] a, int aAt, double[] init, double[] y, int at) {
    DoubleVector s0 = DoubleVector.fromArray(SPECIES, init, at);
    for (int i = 0; i < inner; i++) {
      int p = aAt + i * LANES;
      DoubleVector b = DoubleVector.broadcast(SPECIES, x[xAt + i]);
      s0 = b.fma(DoubleVector.fromArray(SPECIES, a, p), s0);
    }
    s0.intoArray(y, at);
  }
}
