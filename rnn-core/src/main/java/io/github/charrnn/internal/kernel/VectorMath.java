package io.github.charrnn.internal.kernel;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** The functions of {@link Elementary} for a vector at a time, operation by operation. */
final class VectorMath {
  static final VectorSpecies<Double> SPECIES = DoubleVector.SPECIES_PREFERRED;
  static final int LANES = SPECIES.length();
  private static final VectorSpecies<Long> LONGS = LongVector.SPECIES_PREFERRED;

  private VectorMath() {}

  /** Math.min for a limit that is neither zero nor NaN: C2 makes twice as much of Vector's own. */
  static DoubleVector atMost(double limit, DoubleVector x) {
    return x.blend(limit, x.compare(VectorOperators.GT, limit));
  }

  /** Math.max likewise. */
  static DoubleVector atLeast(double limit, DoubleVector x) {
    return x.blend(limit, x.compare(VectorOperators.LT, limit));
  }

  /** {@code max(-limit, min(limit, x))}, for a limit above 0: NaN stays what it is. */
  static DoubleVector clip(DoubleVector x, double limit) {
    LongVector sign = x.reinterpretAsLongs().lanewise(VectorOperators.AND, Long.MIN_VALUE);
    return atMost(limit, x.abs())
        .reinterpretAsLongs()
        .lanewise(VectorOperators.OR, sign)
        .reinterpretAsDoubles();
  }

  static DoubleVector shift(DoubleVector y) {
    return y.fma(
        DoubleVector.broadcast(SPECIES, Elementary.LOG2_E),
        DoubleVector.broadcast(SPECIES, Elementary.SHIFTER));
  }

  static DoubleVector reduce(DoubleVector y, DoubleVector shifted) {
    DoubleVector n = shifted.sub(Elementary.SHIFTER);
    DoubleVector high = n.fma(DoubleVector.broadcast(SPECIES, -Elementary.LN2_HIGH), y);
    return n.fma(DoubleVector.broadcast(SPECIES, -Elementary.LN2_LOW), high);
  }

  static DoubleVector powerOfTwo(DoubleVector shifted) {
    return shifted
        .reinterpretAsLongs()
        .add(1023)
        .lanewise(VectorOperators.LSHL, 52)
        .reinterpretAsDoubles();
  }

  /*
   * These two are written out, with the polynomial in each, to be more than C2 inlines (325 bytes of
   * code). Inside of another loop it finds too few registers for their constants: on JDK 17 tanh of
   * a vector took 28 ns in the middle of a step, and takes 10 on its own.
   */

  /** {@code to = Elementary.tanh(x)}. */
  static void tanh(int count, double[] x, int xAt, double[] to, int at) {
    for (int j = 0; j < count; j += LANES) {
      int i = Math.min(j, count - LANES);
      DoubleVector argument = DoubleVector.fromArray(SPECIES, x, xAt + i);
      DoubleVector y = atMost(Elementary.TANH_MAX, argument.abs());
      y = y.add(y);
      DoubleVector shifted = shift(y);
      DoubleVector r = reduce(y, shifted);
      DoubleVector q = DoubleVector.broadcast(SPECIES, Elementary.C13);
      q = q.fma(r, DoubleVector.broadcast(SPECIES, Elementary.C12));
      q = q.fma(r, DoubleVector.broadcast(SPECIES, Elementary.C11));
      q = q.fma(r, DoubleVector.broadcast(SPECIES, Elementary.C10));
      q = q.fma(r, DoubleVector.broadcast(SPECIES, Elementary.C9));
      q = q.fma(r, DoubleVector.broadcast(SPECIES, Elementary.C8));
      q = q.fma(r, DoubleVector.broadcast(SPECIES, Elementary.C7));
      q = q.fma(r, DoubleVector.broadcast(SPECIES, Elementary.C6));
      q = q.fma(r, DoubleVector.broadcast(SPECIES, Elementary.C5));
      q = q.fma(r, DoubleVector.broadcast(SPECIES, Elementary.C4));
      q = q.fma(r, DoubleVector.broadcast(SPECIES, Elementary.C3));
      q = q.fma(r, DoubleVector.broadcast(SPECIES, Elementary.C2));
      DoubleVector expm1 = r.mul(r).fma(q, r);
      DoubleVector power = powerOfTwo(shifted);
      DoubleVector t = power.fma(expm1, power.sub(1));
      LongVector sign = argument.reinterpretAsLongs().lanewise(VectorOperators.AND, Long.MIN_VALUE);
      t.div(t.add(2))
          .reinterpretAsLongs()
          .lanewise(VectorOperators.OR, sign)
          .reinterpretAsDoubles()
          .intoArray(to, at + i);
    }
  }

  /** {@code to = Elementary.exp((x - max) / temperature)}. */
  static void exp(int count, double[] x, int at, double max, double temperature, double[] to) {
    for (int j = 0; j < count; j += LANES) {
      int i = Math.min(j, count - LANES);
      DoubleVector y = DoubleVector.fromArray(SPECIES, x, at + i).sub(max);
      if (temperature != 1) {
        y = y.div(temperature);
      }
      y = atLeast(Elementary.EXP_MIN, y); // and at most 0
      DoubleVector shifted = shift(y);
      DoubleVector r = reduce(y, shifted);
      DoubleVector q = DoubleVector.broadcast(SPECIES, Elementary.C13);
      q = q.fma(r, DoubleVector.broadcast(SPECIES, Elementary.C12));
      q = q.fma(r, DoubleVector.broadcast(SPECIES, Elementary.C11));
      q = q.fma(r, DoubleVector.broadcast(SPECIES, Elementary.C10));
      q = q.fma(r, DoubleVector.broadcast(SPECIES, Elementary.C9));
      q = q.fma(r, DoubleVector.broadcast(SPECIES, Elementary.C8));
      q = q.fma(r, DoubleVector.broadcast(SPECIES, Elementary.C7));
      q = q.fma(r, DoubleVector.broadcast(SPECIES, Elementary.C6));
      q = q.fma(r, DoubleVector.broadcast(SPECIES, Elementary.C5));
      q = q.fma(r, DoubleVector.broadcast(SPECIES, Elementary.C4));
      q = q.fma(r, DoubleVector.broadcast(SPECIES, Elementary.C3));
      q = q.fma(r, DoubleVector.broadcast(SPECIES, Elementary.C2));
      DoubleVector expm1 = r.mul(r).fma(q, r);
      powerOfTwo(shifted).mul(expm1.add(1)).intoArray(to, i);
    }
  }

  static DoubleVector guess(DoubleVector x) {
    LongVector half = x.reinterpretAsLongs().lanewise(VectorOperators.ASHR, 1);
    return LongVector.broadcast(LONGS, Elementary.GUESS).sub(half).reinterpretAsDoubles();
  }

  static DoubleVector refine(DoubleVector x, DoubleVector y) {
    DoubleVector e = x.mul(y).fma(y, DoubleVector.broadcast(SPECIES, -1));
    DoubleVector polynomial =
        e.fma(DoubleVector.broadcast(SPECIES, -0.3125), DoubleVector.broadcast(SPECIES, 0.375));
    polynomial = e.fma(polynomial, DoubleVector.broadcast(SPECIES, -0.5));
    return y.mul(e).fma(polynomial, y);
  }
}
