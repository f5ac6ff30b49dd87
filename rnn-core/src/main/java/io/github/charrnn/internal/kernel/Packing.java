package io.github.charrnn.internal.kernel;

import static io.github.charrnn.internal.kernel.VectorMath.LANES;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** Copies of matrices in the order in which products read them. */
final class Packing {
  /** Doubles to a cache line. */
  static final int LINE = 8;

  /** Doubles in the first-level cache: where Linux says, or else in one of 48 KiB. */
  static final int CACHE = cache();

  /**
   * Doubles before the first of a packed matrix. An array's elements begin 16 bytes after its
   * object: where objects begin at cache lines (-XX:ObjectAlignmentInBytes=64), so do these
   * matrices then. Otherwise nothing is lost but time.
   */
  static final int FIRST = 6;

  /** Elements from which on alignment pays. */
  private static final int LONG = 512;

  private Packing() {}

  private static int cache() {
    try {
      String size = Files.readString(Path.of("/sys/devices/system/cpu/cpu0/cache/index0/size"));
      int kib = Integer.parseInt(size.strip().replace("K", ""));
      return Math.max(kib, 16) * (1024 / Double.BYTES);
    } catch (IOException | RuntimeException e) { // another system: only time depends on it
      return 48 * 1024 / Double.BYTES;
    }
  }

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

  /*
   * Eight rows at a time, number by number: W at m = 100 takes 3.5 to 4.5 us on an AMD Zen 4, and
   * 5.1 with gather loads of eight numbers, which that core takes 14 cycles for, or if a number is
   * stored before the next is loaded.
   */

  /**
   * The transpose of a block of whole rows.
   *
   * @param a (rows, cols) from {@code from} on
   * @param to (cols, rows) in rows of toRow, from {@code at} on
   */
  static void transpose(int rows, int cols, double[] a, int from, double[] to, int at, int toRow) {
    int i = 0;
    for (; i + 8 <= rows; i += 8) {
      int q0 = from + i * cols;
      int q1 = q0 + cols;
      int q2 = q1 + cols;
      int q3 = q2 + cols;
      int q4 = q3 + cols;
      int q5 = q4 + cols;
      int q6 = q5 + cols;
      int q7 = q6 + cols;
      for (int j = 0; j < cols; j++) {
        int p = at + j * toRow + i;
        double a0 = a[q0 + j];
        double a1 = a[q1 + j];
        double a2 = a[q2 + j];
        double a3 = a[q3 + j];
        double a4 = a[q4 + j];
        double a5 = a[q5 + j];
        double a6 = a[q6 + j];
        double a7 = a[q7 + j];
        to[p] = a0;
        to[p + 1] = a1;
        to[p + 2] = a2;
        to[p + 3] = a3;
        to[p + 4] = a4;
        to[p + 5] = a5;
        to[p + 6] = a6;
        to[p + 7] = a7;
      }
    }
    for (; i < rows; i++) {
      for (int j = 0; j < cols; j++) {
        to[at + j * toRow + i] = a[from + i * cols + j];
      }
    }
  }
}
