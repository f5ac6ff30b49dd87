package io.github.charrnn.internal.kernel;

import static io.github.charrnn.internal.kernel.VectorMath.LANES;
import static io.github.charrnn.internal.kernel.VectorMath.SPECIES;

import jdk.incubator.vector.DoubleVector;

/**
 * A row times a strip, {@code y = init + x a}, unrolled by hand for every width that {@link Strips}
 * has: C2 keeps no array of vectors in registers.
 *
 * <p>x has {@code inner} elements from xAt on, a as many rows of {@code width * LANES} from aAt on;
 * init as many columns from initAt on and y from {@code at} on.
 */
final class StripLoops {
  private StripLoops() {}

  static void multiply(
      int width,
      int inner,
      double[] x,
      int xAt,
      double[] a,
      int aAt,
      double[] init,
      int initAt,
      double[] y,
      int at) {
    switch (width) {
      case 8 -> strip8(inner, x, xAt, a, aAt, init, initAt, y, at);
      case 7 -> strip7(inner, x, xAt, a, aAt, init, initAt, y, at);
      case 6 -> strip6(inner, x, xAt, a, aAt, init, initAt, y, at);
      case 5 -> strip5(inner, x, xAt, a, aAt, init, initAt, y, at);
      case 4 -> strip4(inner, x, xAt, a, aAt, init, initAt, y, at);
      case 3 -> strip3(inner, x, xAt, a, aAt, init, initAt, y, at);
      default -> strip1(inner, x, xAt, a, aAt, init, initAt, y, at);
    }
  }

  private static void strip8(
      int inner,
      double[] x,
      int xAt,
      double[] a,
      int aAt,
      double[] init,
      int initAt,
      double[] y,
      int at) {
    DoubleVector s0 = DoubleVector.fromArray(SPECIES, init, initAt);
    DoubleVector s1 = DoubleVector.fromArray(SPECIES, init, initAt + LANES);
    DoubleVector s2 = DoubleVector.fromArray(SPECIES, init, initAt + 2 * LANES);
    DoubleVector s3 = DoubleVector.fromArray(SPECIES, init, initAt + 3 * LANES);
    DoubleVector s4 = DoubleVector.fromArray(SPECIES, init, initAt + 4 * LANES);
    DoubleVector s5 = DoubleVector.fromArray(SPECIES, init, initAt + 5 * LANES);
    DoubleVector s6 = DoubleVector.fromArray(SPECIES, init, initAt + 6 * LANES);
    DoubleVector s7 = DoubleVector.fromArray(SPECIES, init, initAt + 7 * LANES);
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
      int inner,
      double[] x,
      int xAt,
      double[] a,
      int aAt,
      double[] init,
      int initAt,
      double[] y,
      int at) {
    DoubleVector s0 = DoubleVector.fromArray(SPECIES, init, initAt);
    DoubleVector s1 = DoubleVector.fromArray(SPECIES, init, initAt + LANES);
    DoubleVector s2 = DoubleVector.fromArray(SPECIES, init, initAt + 2 * LANES);
    DoubleVector s3 = DoubleVector.fromArray(SPECIES, init, initAt + 3 * LANES);
    DoubleVector s4 = DoubleVector.fromArray(SPECIES, init, initAt + 4 * LANES);
    DoubleVector s5 = DoubleVector.fromArray(SPECIES, init, initAt + 5 * LANES);
    DoubleVector s6 = DoubleVector.fromArray(SPECIES, init, initAt + 6 * LANES);
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
      int inner,
      double[] x,
      int xAt,
      double[] a,
      int aAt,
      double[] init,
      int initAt,
      double[] y,
      int at) {
    DoubleVector s0 = DoubleVector.fromArray(SPECIES, init, initAt);
    DoubleVector s1 = DoubleVector.fromArray(SPECIES, init, initAt + LANES);
    DoubleVector s2 = DoubleVector.fromArray(SPECIES, init, initAt + 2 * LANES);
    DoubleVector s3 = DoubleVector.fromArray(SPECIES, init, initAt + 3 * LANES);
    DoubleVector s4 = DoubleVector.fromArray(SPECIES, init, initAt + 4 * LANES);
    DoubleVector s5 = DoubleVector.fromArray(SPECIES, init, initAt + 5 * LANES);
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
      int inner,
      double[] x,
      int xAt,
      double[] a,
      int aAt,
      double[] init,
      int initAt,
      double[] y,
      int at) {
    DoubleVector s0 = DoubleVector.fromArray(SPECIES, init, initAt);
    DoubleVector s1 = DoubleVector.fromArray(SPECIES, init, initAt + LANES);
    DoubleVector s2 = DoubleVector.fromArray(SPECIES, init, initAt + 2 * LANES);
    DoubleVector s3 = DoubleVector.fromArray(SPECIES, init, initAt + 3 * LANES);
    DoubleVector s4 = DoubleVector.fromArray(SPECIES, init, initAt + 4 * LANES);
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

  private static void strip4(
      int inner,
      double[] x,
      int xAt,
      double[] a,
      int aAt,
      double[] init,
      int initAt,
      double[] y,
      int at) {
    DoubleVector s0 = DoubleVector.fromArray(SPECIES, init, initAt);
    DoubleVector s1 = DoubleVector.fromArray(SPECIES, init, initAt + LANES);
    DoubleVector s2 = DoubleVector.fromArray(SPECIES, init, initAt + 2 * LANES);
    DoubleVector s3 = DoubleVector.fromArray(SPECIES, init, initAt + 3 * LANES);
    for (int i = 0; i < inner; i++) {
      int p = aAt + i * (4 * LANES);
      DoubleVector b = DoubleVector.broadcast(SPECIES, x[xAt + i]);
      s0 = b.fma(DoubleVector.fromArray(SPECIES, a, p), s0);
      s1 = b.fma(DoubleVector.fromArray(SPECIES, a, p + LANES), s1);
      s2 = b.fma(DoubleVector.fromArray(SPECIES, a, p + 2 * LANES), s2);
      s3 = b.fma(DoubleVector.fromArray(SPECIES, a, p + 3 * LANES), s3);
    }
    s0.intoArray(y, at);
    s1.intoArray(y, at + LANES);
    s2.intoArray(y, at + 2 * LANES);
    s3.intoArray(y, at + 3 * LANES);
  }

  private static void strip3(
      int inner,
      double[] x,
      int xAt,
      double[] a,
      int aAt,
      double[] init,
      int initAt,
      double[] y,
      int at) {
    DoubleVector s0 = DoubleVector.fromArray(SPECIES, init, initAt);
    DoubleVector s1 = DoubleVector.fromArray(SPECIES, init, initAt + LANES);
    DoubleVector s2 = DoubleVector.fromArray(SPECIES, init, initAt + 2 * LANES);
    for (int i = 0; i < inner; i++) {
      int p = aAt + i * (3 * LANES);
      DoubleVector b = DoubleVector.broadcast(SPECIES, x[xAt + i]);
      s0 = b.fma(DoubleVector.fromArray(SPECIES, a, p), s0);
      s1 = b.fma(DoubleVector.fromArray(SPECIES, a, p + LANES), s1);
      s2 = b.fma(DoubleVector.fromArray(SPECIES, a, p + 2 * LANES), s2);
    }
    s0.intoArray(y, at);
    s1.intoArray(y, at + LANES);
    s2.intoArray(y, at + 2 * LANES);
  }

  private static void strip1(
      int inner,
      double[] x,
      int xAt,
      double[] a,
      int aAt,
      double[] init,
      int initAt,
      double[] y,
      int at) {
    DoubleVector s0 = DoubleVector.fromArray(SPECIES, init, initAt);
    for (int i = 0; i < inner; i++) {
      int p = aAt + i * LANES;
      DoubleVector b = DoubleVector.broadcast(SPECIES, x[xAt + i]);
      s0 = b.fma(DoubleVector.fromArray(SPECIES, a, p), s0);
    }
    s0.intoArray(y, at);
  }
}
