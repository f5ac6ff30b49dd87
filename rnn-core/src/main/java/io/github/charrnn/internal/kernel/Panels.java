package io.github.charrnn.internal.kernel;

import static io.github.charrnn.internal.kernel.VectorMath.LANES;
import static io.github.charrnn.internal.kernel.VectorMath.SPECIES;

import java.util.Arrays;
import jdk.incubator.vector.DoubleVector;

/**
 * A matrix (inner, cols) for products with many rows, packed in panels of 1 to 4 vectors. A product
 * is made of tiles of {@link #ROWS} rows and a panel, whose sums stay in registers.
 */
final class Panels implements Packed {
  /*
   * Both sides of a tile are packed in the order in which it reads them, so every index in its inner
   * loop is a constant times the loop variable: C2 then moves the bounds checks out of the loop, and
   * needs two registers for addresses. Of a peak of 118 GFLOP/s with 8 lanes (one core of an Intel
   * Sapphire Rapids, JDK 17) 5 by 4 reach 86, 5 by 3 78, and 56 where the rows are as far apart as
   * the caller has them. With 4 lanes and 16 registers, of a peak of 62, 5 by 2 reach 47, and 24
   * with the rows as they are. Nothing here is an array of vectors, because C2 would not keep that
   * in registers.
   */

  /** Rows in a tile. */
  static final int ROWS = 5;

  /** Vectors in the widest panel: with as many rows of sums, what fits into 32 or 16 registers. */
  private static final int WIDEST = LANES == 8 ? 4 : 2;

  /** Doubles of a left-hand side that stay in the second-level cache beside a panel. */
  private static final int BLOCK = 1 << 16;

  private final int inner;
  private final int cols;
  private final int[] start; // (panels): the columns at which panels start
  private final int[] width; // (panels): in vectors
  private final int[] at; // (panels): where they are in data
  private final double[] data;

  /** For at least as many columns as a vector has lanes. */
  Panels(int inner, int cols) {
    this.inner = inner;
    this.cols = cols;
    int vectors = Packing.roundUp(cols, LANES) / LANES;
    int panels = Packing.roundUp(vectors, WIDEST) / WIDEST;
    if (panels == 1 && cols % LANES != 0) {
      panels = 2; // the last one starts before the first ends
    }
    start = new int[panels];
    width = new int[panels];
    at = new int[panels];
    int next = Packing.FIRST;
    for (int p = 0; p < panels; p++) {
      int first = p * vectors / panels;
      width[p] = (p + 1) * vectors / panels - first;
      start[p] = Math.min(first * LANES, cols - width[p] * LANES);
      at[p] = next;
      next += inner * width[p] * LANES;
    }
    data = new double[next];
  }

  int inner() {
    return inner;
  }

  @Override
  public int[] cuts() {
    return Packing.cuts(start, width, cols);
  }

  @Override
  public void pack(double[] a, int from, int end) {
    for (int p = 0; p < start.length; p++) {
      int row = width[p] * LANES;
      int first = from * cols + start[p];
      Packing.copy(end - from, row, a, first, cols, data, at[p] + from * row, row);
    }
  }

  @Override
  public void packTransposed(double[] a, int from, int end) {
    for (int p = 0; p < start.length; p++) {
      int row = width[p] * LANES;
      int first = Math.max(from, start[p]);
      int count = Math.min(end, start[p] + row) - first;
      int to = at[p] + first - start[p];
      Packing.transpose(count, inner, a, first * inner, data, to, row);
    }
  }

  /** The length of the array that {@link #interleave} fills. */
  static int interleaved(int rows, int inner) {
    return Packing.roundUp(rows, ROWS) * inner + LANES;
  }

  /**
   * Packs a left-hand side: the rows of a tile side by side. The last tile ends where the rows do,
   * so that it may overlap the one before; if there are fewer rows than a tile has, the last is
   * repeated.
   *
   * @param x (rows, inner): element (r, i) at {@code xAt + r xRow + i xInner}
   * @param to (tiles, inner, ROWS)
   */
  static void interleave(
      int rows, int inner, double[] x, int xAt, int xRow, int xInner, double[] to) {
    int at = 0;
    for (int r0 = 0; r0 < rows; r0 += ROWS) {
      int q0 = xAt + Math.max(0, Math.min(r0, rows - ROWS)) * xRow;
      int last = xAt + (rows - 1) * xRow;
      int q1 = Math.min(q0 + xRow, last);
      int q2 = Math.min(q1 + xRow, last);
      int q3 = Math.min(q2 + xRow, last);
      int q4 = Math.min(q3 + xRow, last);
      if (xInner == 1) {
        for (int i = 0; i < inner; i++) {
          int p = at + i * ROWS;
          to[p] = x[q0 + i];
          to[p + 1] = x[q1 + i];
          to[p + 2] = x[q2 + i];
          to[p + 3] = x[q3 + i];
          to[p + 4] = x[q4 + i];
        }
      } else if (LANES > ROWS && xRow == 1 && rows >= ROWS) {
        // Whole vectors: what is too much in one is overwritten by the next.
        int safe = Math.min(inner, Math.floorDiv(x.length - q0 - LANES, xInner) + 1);
        for (int i = 0; i < safe; i++) {
          DoubleVector.fromArray(SPECIES, x, q0 + i * xInner).intoArray(to, at + i * ROWS);
        }
        for (int i = safe; i < inner; i++) {
          System.arraycopy(x, q0 + i * xInner, to, at + i * ROWS, ROWS);
        }
      } else {
        for (int i = 0; i < inner; i++) {
          int p = at + i * ROWS;
          int q = i * xInner;
          to[p] = x[q0 + q];
          to[p + 1] = x[q1 + q];
          to[p + 2] = x[q2 + q];
          to[p + 3] = x[q3 + q];
          to[p + 4] = x[q4 + q];
        }
      }
      at += inner * ROWS;
    }
  }

  /** Makes element i of every row zero. */
  static void clear(int rows, int inner, int i, double[] left) {
    for (int r0 = 0; r0 < rows; r0 += ROWS) {
      int at = r0 * inner + i * ROWS;
      Arrays.fill(left, at, at + ROWS, 0);
    }
  }

  /** How many rows of a left-hand side stay in the second-level cache while panels go by. */
  static int rowsAtATime(int inner) {
    return Math.max(1, BLOCK / (inner * ROWS + 1)) * ROWS;
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
    double[] left = scratch.left(interleaved(rows, inner));
    interleave(rows, inner, x, xAt, xRow, 1, left);
    int block = rowsAtATime(inner);
    for (int first = 0; first < rows; first += block) {
      int last = Math.min(rows, first + block);
      multiply(
          from, end, first, last, rows, left, inner, 0, init, initAt, initRow, y, yAt, yRow,
          scratch);
    }
  }

  /**
   * Some rows and columns of a product with rows firstInner..firstInner+count-1 of this matrix.
   *
   * @param from the first of the columns; it and end are {@link #cuts}
   * @param firstRow a multiple of ROWS
   * @param endRow one too, or rows; then, so that the last tile is full, up to ROWS - 1 rows before
   *     firstRow may be computed as well
   * @param x (rows, count), interleaved
   * @param init (rows, cols), and of at least ROWS rows: row r from {@code initAt + r initRow} on
   * @param y (rows, cols): row r from {@code yAt + r yRow} on
   */
  void multiply(
      int from,
      int end,
      int firstRow,
      int endRow,
      int rows,
      double[] x,
      int count,
      int firstInner,
      double[] init,
      int initAt,
      int initRow,
      double[] y,
      int yAt,
      int yRow,
      Scratch scratch) {
    if (rows < ROWS) {
      double[] few = scratch.few(ROWS * cols);
      multiply(
          from,
          end,
          0,
          ROWS,
          ROWS,
          x,
          count,
          firstInner,
          init,
          initAt,
          initRow,
          few,
          0,
          cols,
          scratch);
      Packing.copy(rows, end - from, few, from, cols, y, yAt + from, yRow);
      return;
    }
    for (int p = 0; p < start.length; p++) {
      if (start[p] < from || start[p] >= end) {
        continue;
      }
      int w = width[p];
      int a = at[p] + firstInner * w * LANES;
      for (int r0 = firstRow; r0 < endRow; r0 += ROWS) {
        int r = Math.min(r0, rows - ROWS);
        int initFrom = initAt + r * initRow + start[p];
        int to = yAt + r * yRow + start[p];
        Tiles.multiply(w, count, x, r0 * count, data, a, init, initFrom, initRow, y, to, yRow);
      }
    }
  }
}
