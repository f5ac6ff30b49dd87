package io.github.charrnn.internal.kernel;

import static io.github.charrnn.internal.kernel.VectorMath.LANES;
import static io.github.charrnn.internal.kernel.VectorMath.SPECIES;

import jdk.incubator.vector.DoubleVector;

/**
 * A matrix (inner, cols) for products with many rows, packed in panels of 1 to 4 vectors. A product
 * is made of tiles of {@link #ROWS} rows and a panel, whose sums stay in registers.
 */
final class Panels {
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

  /** Of no size, where there is nothing to pack. */
  static final Panels NONE = new Panels(0, LANES);

  private final int inner;
  private final int cols;
  private final int[] start; // (panels): the columns at which panels start
  private final int[] width; // (panels): in vectors
  private final int[] at; // (panels): where they are in data
  private final int[] column;
  private final double[] data;
  private double[] few = {}; // (ROWS, cols)

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
    column = Packing.column(inner);
    data = new double[next];
  }

  int inner() {
    return inner;
  }

  int cols() {
    return cols;
  }

  /**
   * Takes in rows from..end-1 of a matrix.
   *
   * @param a (inner, cols) from {@code aAt} on
   */
  void pack(double[] a, int aAt, int from, int end) {
    for (int p = 0; p < start.length; p++) {
      int row = width[p] * LANES;
      int first = aAt + from * cols + start[p];
      Packing.copy(end - from, row, a, first, cols, data, at[p] + from * row, row);
    }
  }

  /**
   * Takes in columns from..end-1, from a matrix's transpose.
   *
   * @param a (cols, inner)
   */
  void packTransposed(double[] a, int from, int end) {
    for (int p = 0; p < start.length; p++) {
      int row = width[p] * LANES;
      int first = Math.max(from, start[p]);
      int count = Math.min(end, start[p] + row) - first;
      int to = at[p] + first - start[p];
      Packing.transpose(count, inner, a, first * inner, column, data, to, row);
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

  /** How many rows of a left-hand side stay in the second-level cache while panels go by. */
  static int rowsAtATime(int inner) {
    return Math.max(1, BLOCK / (inner * ROWS + 1)) * ROWS;
  }

  /**
   * {@code y = init + x a}, every element of y one chain over the inner index, ascending.
   *
   * @param x (rows, inner), interleaved
   * @param init (rows, cols): row r from {@code r initRow} on
   * @param y (rows, cols): row r from {@code yAt + r yRow} on
   */
  void multiply(int rows, double[] x, double[] init, int initRow, double[] y, int yAt, int yRow) {
    int block = rowsAtATime(inner);
    for (int from = 0; from < rows; from += block) {
      multiply(from, Math.min(rows, from + block), rows, x, init, initRow, y, yAt, yRow);
    }
  }

  /**
   * Some rows of a product.
   *
   * @param from a multiple of ROWS
   * @param end one too, or rows; then, so that the last tile is full, up to ROWS - 1 rows before
   *     from may be computed as well
   */
  void multiply(
      int from,
      int end,
      int rows,
      double[] x,
      double[] init,
      int initRow,
      double[] y,
      int yAt,
      int yRow) {
    if (rows < ROWS) {
      assert initRow == 0;
      if (few.length == 0) {
        few = new double[ROWS * cols];
      }
      multiply(0, ROWS, ROWS, x, init, 0, few, 0, cols);
      Packing.copy(rows, cols, few, 0, cols, y, yAt, yRow);
      return;
    }
    for (int p = 0; p < start.length; p++) {
      for (int r0 = from; r0 < end; r0 += ROWS) {
        int r = Math.min(r0, rows - ROWS);
        int initFrom = r * initRow + start[p];
        int to = yAt + r * yRow + start[p];
        tile(width[p], inner, x, r0 * inner, data, at[p], init, initFrom, initRow, y, to, yRow);
      }
    }
  }

  private static void tile(
      int width,
      int inner,
      double[] x,
      int xAt,
      double[] a,
      int aAt,
      double[] init,
      int initAt,
      int initRow,
      double[] y,
      int yAt,
      int yRow) {
    switch (width) {
      case 4 -> tile4(inner, x, xAt, a, aAt, init, initAt, initRow, y, yAt, yRow);
      case 3 -> tile3(inner, x, xAt, a, aAt, init, initAt, initRow, y, yAt, yRow);
      case 2 -> tile2(inner, x, xAt, a, aAt, init, initAt, initRow, y, yAt, yRow);
      default -> tile1(inner, x, xAt, a, aAt, init, initAt, initRow, y, yAt, yRow);
    }
  }

  private static void tile4(
      int inner,
      double[] x,
      int xAt,
      double[] a,
      int aAt,
      double[] init,
      int initAt,
      int initRow,
      double[] y,
      int yAt,
      int yRow) {
    DoubleVector s00 = DoubleVector.fromArray(SPECIES, init, initAt);
    DoubleVector s01 = DoubleVector.fromArray(SPECIES, init, initAt + LANES);
    DoubleVector s02 = DoubleVector.fromArray(SPECIES, init, initAt + 2 * LANES);
    DoubleVector s03 = DoubleVector.fromArray(SPECIES, init, initAt + 3 * LANES);
    DoubleVector s10 = DoubleVector.fromArray(SPECIES, init, initAt + initRow);
    DoubleVector s11 = DoubleVector.fromArray(SPECIES, init, initAt + initRow + LANES);
    DoubleVector s12 = DoubleVector.fromArray(SPECIES, init, initAt + initRow + 2 * LANES);
    DoubleVector s13 = DoubleVector.fromArray(SPECIES, init, initAt + initRow + 3 * LANES);
    DoubleVector s20 = DoubleVector.fromArray(SPECIES, init, initAt + 2 * initRow);
    DoubleVector s21 = DoubleVector.fromArray(SPECIES, init, initAt + 2 * initRow + LANES);
    DoubleVector s22 = DoubleVector.fromArray(SPECIES, init, initAt + 2 * initRow + 2 * LANES);
    DoubleVector s23 = DoubleVector.fromArray(SPECIES, init, initAt + 2 * initRow + 3 * LANES);
    DoubleVector s30 = DoubleVector.fromArray(SPECIES, init, initAt + 3 * initRow);
    DoubleVector s31 = DoubleVector.fromArray(SPECIES, init, initAt + 3 * initRow + LANES);
    DoubleVector s32 = DoubleVector.fromArray(SPECIES, init, initAt + 3 * initRow + 2 * LANES);
    DoubleVector s33 = DoubleVector.fromArray(SPECIES, init, initAt + 3 * initRow + 3 * LANES);
    DoubleVector s40 = DoubleVector.fromArray(SPECIES, init, initAt + 4 * initRow);
    DoubleVector s41 = DoubleVector.fromArray(SPECIES, init, initAt + 4 * initRow + LANES);
    DoubleVector s42 = DoubleVector.fromArray(SPECIES, init, initAt + 4 * initRow + 2 * LANES);
    DoubleVector s43 = DoubleVector.fromArray(SPECIES, init, initAt + 4 * initRow + 3 * LANES);
    for (int i = 0; i < inner; i++) {
      int p = aAt + i * (4 * LANES);
      int q = xAt + i * ROWS;
      DoubleVector a0 = DoubleVector.fromArray(SPECIES, a, p);
      DoubleVector a1 = DoubleVector.fromArray(SPECIES, a, p + LANES);
      DoubleVector a2 = DoubleVector.fromArray(SPECIES, a, p + 2 * LANES);
      DoubleVector a3 = DoubleVector.fromArray(SPECIES, a, p + 3 * LANES);
      DoubleVector b = DoubleVector.broadcast(SPECIES, x[q]);
      s00 = b.fma(a0, s00);
      s01 = b.fma(a1, s01);
      s02 = b.fma(a2, s02);
      s03 = b.fma(a3, s03);
      b = DoubleVector.broadcast(SPECIES, x[q + 1]);
      s10 = b.fma(a0, s10);
      s11 = b.fma(a1, s11);
      s12 = b.fma(a2, s12);
      s13 = b.fma(a3, s13);
      b = DoubleVector.broadcast(SPECIES, x[q + 2]);
      s20 = b.fma(a0, s20);
      s21 = b.fma(a1, s21);
      s22 = b.fma(a2, s22);
      s23 = b.fma(a3, s23);
      b = DoubleVector.broadcast(SPECIES, x[q + 3]);
      s30 = b.fma(a0, s30);
      s31 = b.fma(a1, s31);
      s32 = b.fma(a2, s32);
      s33 = b.fma(a3, s33);
      b = DoubleVector.broadcast(SPECIES, x[q + 4]);
      s40 = b.fma(a0, s40);
      s41 = b.fma(a1, s41);
      s42 = b.fma(a2, s42);
      s43 = b.fma(a3, s43);
    }
    s00.intoArray(y, yAt);
    s01.intoArray(y, yAt + LANES);
    s02.intoArray(y, yAt + 2 * LANES);
    s03.intoArray(y, yAt + 3 * LANES);
    s10.intoArray(y, yAt + yRow);
    s11.intoArray(y, yAt + yRow + LANES);
    s12.intoArray(y, yAt + yRow + 2 * LANES);
    s13.intoArray(y, yAt + yRow + 3 * LANES);
    s20.intoArray(y, yAt + 2 * yRow);
    s21.intoArray(y, yAt + 2 * yRow + LANES);
    s22.intoArray(y, yAt + 2 * yRow + 2 * LANES);
    s23.intoArray(y, yAt + 2 * yRow + 3 * LANES);
    s30.intoArray(y, yAt + 3 * yRow);
    s31.intoArray(y, yAt + 3 * yRow + LANES);
    s32.intoArray(y, yAt + 3 * yRow + 2 * LANES);
    s33.intoArray(y, yAt + 3 * yRow + 3 * LANES);
    s40.intoArray(y, yAt + 4 * yRow);
    s41.intoArray(y, yAt + 4 * yRow + LANES);
    s42.intoArray(y, yAt + 4 * yRow + 2 * LANES);
    s43.intoArray(y, yAt + 4 * yRow + 3 * LANES);
  }

  private static void tile3(
      int inner,
      double[] x,
      int xAt,
      double[] a,
      int aAt,
      double[] init,
      int initAt,
      int initRow,
      double[] y,
      int yAt,
      int yRow) {
    DoubleVector s00 = DoubleVector.fromArray(SPECIES, init, initAt);
    DoubleVector s01 = DoubleVector.fromArray(SPECIES, init, initAt + LANES);
    DoubleVector s02 = DoubleVector.fromArray(SPECIES, init, initAt + 2 * LANES);
    DoubleVector s10 = DoubleVector.fromArray(SPECIES, init, initAt + initRow);
    DoubleVector s11 = DoubleVector.fromArray(SPECIES, init, initAt + initRow + LANES);
    DoubleVector s12 = DoubleVector.fromArray(SPECIES, init, initAt + initRow + 2 * LANES);
    DoubleVector s20 = DoubleVector.fromArray(SPECIES, init, initAt + 2 * initRow);
    DoubleVector s21 = DoubleVector.fromArray(SPECIES, init, initAt + 2 * initRow + LANES);
    DoubleVector s22 = DoubleVector.fromArray(SPECIES, init, initAt + 2 * initRow + 2 * LANES);
    DoubleVector s30 = DoubleVector.fromArray(SPECIES, init, initAt + 3 * initRow);
    DoubleVector s31 = DoubleVector.fromArray(SPECIES, init, initAt + 3 * initRow + LANES);
    DoubleVector s32 = DoubleVector.fromArray(SPECIES, init, initAt + 3 * initRow + 2 * LANES);
    DoubleVector s40 = DoubleVector.fromArray(SPECIES, init, initAt + 4 * initRow);
    DoubleVector s41 = DoubleVector.fromArray(SPECIES, init, initAt + 4 * initRow + LANES);
    DoubleVector s42 = DoubleVector.fromArray(SPECIES, init, initAt + 4 * initRow + 2 * LANES);
    for (int i = 0; i < inner; i++) {
      int p = aAt + i * (3 * LANES);
      int q = xAt + i * ROWS;
      DoubleVector a0 = DoubleVector.fromArray(SPECIES, a, p);
      DoubleVector a1 = DoubleVector.fromArray(SPECIES, a, p + LANES);
      DoubleVector a2 = DoubleVector.fromArray(SPECIES, a, p + 2 * LANES);
      DoubleVector b = DoubleVector.broadcast(SPECIES, x[q]);
      s00 = b.fma(a0, s00);
      s01 = b.fma(a1, s01);
      s02 = b.fma(a2, s02);
      b = DoubleVector.broadcast(SPECIES, x[q + 1]);
      s10 = b.fma(a0, s10);
      s11 = b.fma(a1, s11);
      s12 = b.fma(a2, s12);
      b = DoubleVector.broadcast(SPECIES, x[q + 2]);
      s20 = b.fma(a0, s20);
      s21 = b.fma(a1, s21);
      s22 = b.fma(a2, s22);
      b = DoubleVector.broadcast(SPECIES, x[q + 3]);
      s30 = b.fma(a0, s30);
      s31 = b.fma(a1, s31);
      s32 = b.fma(a2, s32);
      b = DoubleVector.broadcast(SPECIES, x[q + 4]);
      s40 = b.fma(a0, s40);
      s41 = b.fma(a1, s41);
      s42 = b.fma(a2, s42);
    }
    s00.intoArray(y, yAt);
    s01.intoArray(y, yAt + LANES);
    s02.intoArray(y, yAt + 2 * LANES);
    s10.intoArray(y, yAt + yRow);
    s11.intoArray(y, yAt + yRow + LANES);
    s12.intoArray(y, yAt + yRow + 2 * LANES);
    s20.intoArray(y, yAt + 2 * yRow);
    s21.intoArray(y, yAt + 2 * yRow + LANES);
    s22.intoArray(y, yAt + 2 * yRow + 2 * LANES);
    s30.intoArray(y, yAt + 3 * yRow);
    s31.intoArray(y, yAt + 3 * yRow + LANES);
    s32.intoArray(y, yAt + 3 * yRow + 2 * LANES);
    s40.intoArray(y, yAt + 4 * yRow);
    s41.intoArray(y, yAt + 4 * yRow + LANES);
    s42.intoArray(y, yAt + 4 * yRow + 2 * LANES);
  }

  private static void tile2(
      int inner,
      double[] x,
      int xAt,
      double[] a,
      int aAt,
      double[] init,
      int initAt,
      int initRow,
      double[] y,
      int yAt,
      int yRow) {
    DoubleVector s00 = DoubleVector.fromArray(SPECIES, init, initAt);
    DoubleVector s01 = DoubleVector.fromArray(SPECIES, init, initAt + LANES);
    DoubleVector s10 = DoubleVector.fromArray(SPECIES, init, initAt + initRow);
    DoubleVector s11 = DoubleVector.fromArray(SPECIES, init, initAt + initRow + LANES);
    DoubleVector s20 = DoubleVector.fromArray(SPECIES, init, initAt + 2 * initRow);
    DoubleVector s21 = DoubleVector.fromArray(SPECIES, init, initAt + 2 * initRow + LANES);
    DoubleVector s30 = DoubleVector.fromArray(SPECIES, init, initAt + 3 * initRow);
    DoubleVector s31 = DoubleVector.fromArray(SPECIES, init, initAt + 3 * initRow + LANES);
    DoubleVector s40 = DoubleVector.fromArray(SPECIES, init, initAt + 4 * initRow);
    DoubleVector s41 = DoubleVector.fromArray(SPECIES, init, initAt + 4 * initRow + LANES);
    for (int i = 0; i < inner; i++) {
      int p = aAt + i * (2 * LANES);
      int q = xAt + i * ROWS;
      DoubleVector a0 = DoubleVector.fromArray(SPECIES, a, p);
      DoubleVector a1 = DoubleVector.fromArray(SPECIES, a, p + LANES);
      DoubleVector b = DoubleVector.broadcast(SPECIES, x[q]);
      s00 = b.fma(a0, s00);
      s01 = b.fma(a1, s01);
      b = DoubleVector.broadcast(SPECIES, x[q + 1]);
      s10 = b.fma(a0, s10);
      s11 = b.fma(a1, s11);
      b = DoubleVector.broadcast(SPECIES, x[q + 2]);
      s20 = b.fma(a0, s20);
      s21 = b.fma(a1, s21);
      b = DoubleVector.broadcast(SPECIES, x[q + 3]);
      s30 = b.fma(a0, s30);
      s31 = b.fma(a1, s31);
      b = DoubleVector.broadcast(SPECIES, x[q + 4]);
      s40 = b.fma(a0, s40);
      s41 = b.fma(a1, s41);
    }
    s00.intoArray(y, yAt);
    s01.intoArray(y, yAt + LANES);
    s10.intoArray(y, yAt + yRow);
    s11.intoArray(y, yAt + yRow + LANES);
    s20.intoArray(y, yAt + 2 * yRow);
    s21.intoArray(y, yAt + 2 * yRow + LANES);
    s30.intoArray(y, yAt + 3 * yRow);
    s31.intoArray(y, yAt + 3 * yRow + LANES);
    s40.intoArray(y, yAt + 4 * yRow);
    s41.intoArray(y, yAt + 4 * yRow + LANES);
  }

  private static void tile1(
      int inner,
      double[] x,
      int xAt,
      double[] a,
      int aAt,
      double[] init,
      int initAt,
      int initRow,
      double[] y,
      int yAt,
      int yRow) {
    DoubleVector s00 = DoubleVector.fromArray(SPECIES, init, initAt);
    DoubleVector s10 = DoubleVector.fromArray(SPECIES, init, initAt + initRow);
    DoubleVector s20 = DoubleVector.fromArray(SPECIES, init, initAt + 2 * initRow);
    DoubleVector s30 = DoubleVector.fromArray(SPECIES, init, initAt + 3 * initRow);
    DoubleVector s40 = DoubleVector.fromArray(SPECIES, init, initAt + 4 * initRow);
    for (int i = 0; i < inner; i++) {
      int p = aAt + i * LANES;
      int q = xAt + i * ROWS;
      DoubleVector a0 = DoubleVector.fromArray(SPECIES, a, p);
      DoubleVector b = DoubleVector.broadcast(SPECIES, x[q]);
      s00 = b.fma(a0, s00);
      b = DoubleVector.broadcast(SPECIES, x[q + 1]);
      s10 = b.fma(a0, s10);
      b = DoubleVector.broadcast(SPECIES, x[q + 2]);
      s20 = b.fma(a0, s20);
      b = DoubleVector.broadcast(SPECIES, x[q + 3]);
      s30 = b.fma(a0, s30);
      b = DoubleVector.broadcast(SPECIES, x[q + 4]);
      s40 = b.fma(a0, s40);
    }
    s00.intoArray(y, yAt);
    s10.intoArray(y, yAt + yRow);
    s20.intoArray(y, yAt + 2 * yRow);
    s30.intoArray(y, yAt + 3 * yRow);
    s40.intoArray(y, yAt + 4 * yRow);
  }
}
