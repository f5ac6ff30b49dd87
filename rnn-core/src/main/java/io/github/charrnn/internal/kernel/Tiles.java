package io.github.charrnn.internal.kernel;

import static io.github.charrnn.internal.kernel.VectorMath.LANES;
import static io.github.charrnn.internal.kernel.VectorMath.SPECIES;

import jdk.incubator.vector.DoubleVector;

/**
 * {@link Panels#ROWS} rows times a panel, {@code y = init + x a}, unrolled by hand for every width
 * that a panel has: C2 keeps no array of vectors in registers.
 */
final class Tiles {
  private Tiles() {}

  /**
   * One tile.
   *
   * @param width of the panel, in vectors
   * @param x (inner, ROWS) from xAt on
   * @param a (inner, width * LANES) from aAt on
   * @param init row r from {@code initAt + r initRow} on
   * @param y row r from {@code yAt + r yRow} on
   */
  static void multiply(
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
      int q = xAt + i * Panels.ROWS;
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
      int q = xAt + i * Panels.ROWS;
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
      int q = xAt + i * Panels.ROWS;
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
      int q = xAt + i * Panels.ROWS;
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
