package io.github.charrnn.internal.kernel;

import static io.github.charrnn.internal.kernel.VectorMath.LANES;
import static io.github.charrnn.internal.kernel.VectorMath.SPECIES;

import java.util.Arrays;
import jdk.incubator.vector.DoubleVector;

/** Copies of matrices in the order in which products read them. */
final class Packing {
  /** Doubles to a cache line. */
  static final int LINE = 8;

  /**
   * Doubles before the first of a packed matrix. An array's elements begin 16 bytes after its
   * object: where objects begin at cache lines (-XX:ObjectAlignmentInBytes=64), so do these
   * matrices then. Otherwise nothing is lost but time.
   */
  static final int FIRST = 6;

  /** Elements from which on alignment pays. */
  private static final int LONG = 512;

  private Packing() {}

  static int roundUp(int size, int unit) {
    return (size + unit - 1) / unit * unit;
  }

  /**
   * Where vectors should begin in from..to-1: where they are aligned if objects are, or at once if
   * there are too few to make up for what is done one by one before that.
   */
  static int firstAligned(int from, int to) {
    return to - from < LONG ? from : from + Math.floorMod(FIRST - from, LANES);
  }

  /**
   * Where a matrix can be cut so that no strip or panel is on both sides, and so that there is at
   * least a vector on either.
   *
   * @param start the columns at which strips or panels start
   * @param width in vectors
   */
  static int[] cuts(int[] start, int[] width, int cols) {
    int[] cuts = new int[start.length + 1];
    int count = 1; // the first is 0
    for (int s = 1; s < start.length; s++) {
      boolean apart = start[s - 1] + width[s - 1] * LANES <= start[s];
      if (apart && cols - start[s] >= LANES) {
        cuts[count++] = start[s];
      }
    }
    cuts[count++] = cols;
    return Arrays.copyOf(cuts, count);
  }

  /** A block of rows, from one row length to another. */
  static void copy(
      int rows, int cols, double[] a, int from, int aRow, double[] to, int at, int toRow) {
    for (int i = 0; i < rows; i++) {
      System.arraycopy(a, from + i * aRow, to, at + i * toRow, cols);
    }
  }

  /**
   * Where, from a vector's first element on, the elements of a column are in rows of that length.
   */
  static int[] column(int row) {
    int[] column = new int[LANES];
    for (int lane = 0; lane < LANES; lane++) {
      column[lane] = lane * row;
    }
    return column;
  }

  /**
   * The transpose of a block of whole rows.
   *
   * @param a (rows, cols) from {@code from} on
   * @param column of cols
   * @param to (cols, rows) in rows of toRow, from {@code at} on
   */
  static void transpose(
      int rows, int cols, double[] a, int from, int[] column, double[] to, int at, int toRow) {
    if (rows < LANES) {
      for (int i = 0; i < rows; i++) {
        for (int j = 0; j < cols; j++) {
          to[at + j * toRow + i] = a[from + i * cols + j];
        }
      }
      return;
    }
    for (int r = 0; r < rows; r += LANES) {
      int i = Math.min(r, rows - LANES);
      for (int j = 0; j < cols; j++) {
        DoubleVector.fromArray(SPECIES, a, from + i * cols + j, column, 0)
            .intoArray(to, at + j * toRow + i);
      }
    }
  }
}
