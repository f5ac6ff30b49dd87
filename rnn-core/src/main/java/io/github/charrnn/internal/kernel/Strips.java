package io.github.charrnn.internal.kernel;

import static io.github.charrnn.internal.kernel.VectorMath.LANES;

/**
 * A matrix (inner, cols) for products with one row at a time, packed in strips: so many columns
 * that their sums stay in registers while the strip goes by in one piece, and enough of them to
 * hide how long an addition takes.
 */
final class Strips implements Packed {
  /** Vectors in a strip: as many sums as the processor has additions under way at a time. */
  private static final int MOST = 8;

  private static final int FEWEST = 3;

  /** Doubles of a strip that stay in the first-level cache beside what else is read. */
  private static final int NEAR = Packing.CACHE - 512;

  /** Of more strips, one that is near is too little to cut them for. */
  private static final int MOST_FOR_ONE_NEAR = 4;

  private final int inner;
  private final int cols;
  private final int[] start; // (strips): the columns at which strips start
  private final int[] width; // (strips): in vectors
  private final int[] at; // (strips): where they are in data
  private final double[] data; // what is behind the last column of a row stays zero

  Strips(int inner, int cols) {
    this.inner = inner;
    this.cols = cols;
    int vectors = padded(cols) / LANES;
    int strips = vectors < FEWEST ? vectors : strips(inner, vectors);
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
    data = new double[next];
  }

  /**
   * As few as MOST allows, or a few more, so that the one read last is still in the first-level
   * cache when it is read again, if that leaves each with FEWEST vectors.
   */
  private static int strips(int inner, int vectors) {
    int widest = Packing.roundUp(vectors, MOST) / MOST;
    int near = Packing.roundUp(vectors * LANES * inner, NEAR) / NEAR;
    int most = Math.min(MOST_FOR_ONE_NEAR, vectors / FEWEST);
    return near > widest && near <= most ? near : widest;
  }

  /** The length of a row of sums for so many columns: whole cache lines. */
  static int padded(int cols) {
    return Packing.roundUp(cols, Packing.LINE);
  }

  private int columns(int strip) {
    return Math.min(width[strip] * LANES, cols - start[strip]);
  }

  @Override
  public int[] cuts() {
    return Packing.cuts(start, width, cols);
  }

  @Override
  public void pack(double[] a, int from, int end) {
    for (int s = 0; s < start.length && columns(s) > 0; s++) {
      int row = width[s] * LANES;
      int to = at[s] + from * row;
      Packing.copy(end - from, columns(s), a, from * cols + start[s], cols, data, to, row);
    }
  }

  @Override
  public void packTransposed(double[] a, int from, int end) {
    for (int s = 0; s < start.length; s++) {
      int first = Math.max(from, start[s]);
      int count = Math.min(end, start[s] + columns(s)) - first;
      int to = at[s] + first - start[s];
      Packing.transpose(count, inner, a, first * inner, data, to, width[s] * LANES);
    }
  }

  @Override
  public void multiply(
      int from,
      int end,
      int rows,
      double[] x,
      int xAt,
      int xRow,
      double[] init,
      int initAt,
      int initRow,
      double[] y,
      int yAt,
      int yRow,
      int turn,
      Scratch scratch) {
    for (int r = 0; r < rows; r++) {
      multiply(
          from, end, x, xAt + r * xRow, init, initAt + r * initRow, y, yAt + r * yRow, turn + r);
    }
  }

  /**
   * {@code y = init + x a} for one row x.
   *
   * @param x (inner) from xAt on
   * @param init as many as padded, from initAt on
   * @param y as many as padded, from yAt on
   * @param turn if odd the strips go from right to left, so that the one read last, which is still
   *     in the first-level cache, is the first to be read again
   */
  private void multiply(
      int from,
      int end,
      double[] x,
      int xAt,
      double[] init,
      int initAt,
      double[] y,
      int yAt,
      int turn) {
    for (int i = 0; i < start.length; i++) {
      int s = (turn & 1) == 0 ? i : start.length - 1 - i;
      if (start[s] >= from && start[s] < end) {
        StripLoops.multiply(
            width[s], inner, x, xAt, data, at[s], init, initAt + start[s], y, yAt + start[s]);
      }
    }
  }
}
