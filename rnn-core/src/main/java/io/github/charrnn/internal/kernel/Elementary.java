package io.github.charrnn.internal.kernel;

import io.github.charrnn.internal.Fma;

/**
 * exp and tanh from exact operations only, so that they have the same bits on every machine and in
 * every lane of a vector. {@code Math.exp} and {@code Math.tanh} do not promise that; StrictMath
 * does, at several times the cost and without a form that vectorises.
 */
public final class Elementary {
  /*
   * Both are built on the reduction y = k ln2 + r with |r| <= ln2 / 2 (Cody and Waite, "Software
   * Manual for the Elementary Functions", 1980) and on p(r) = e^r - 1 as its Taylor polynomial of
   * degree 13, whose remainder is below 2^-57 relative to p.
   *
   * Adding 1.5 * 2^52 rounds y / ln2 to the integer k and leaves it in the low bits of the sum;
   * shifting those, plus the exponent's bias, into the exponent field gives 2^k. No conversion and
   * no branch: what a loop does for one element a vector can do for eight.
   *
   * The parts are separate methods because array loops run them as passes: C2 vectorises the
   * arithmetic, not the move of bits between integers and doubles in the middle of it.
   */
  static final double SHIFTER = 0x1.8p52;

  static final double LOG2_E = 0x1.71547652b82fep0;
  static final double LN2_HIGH = 0x1.62e42fefa39efp-1;
  static final double LN2_LOW = 0x1.abc9e3b39803fp-56;

  /** Below it exp gives 0: k is then -1023, whose exponent field is that of zero. */
  static final double EXP_MIN = -1023 * LN2_HIGH;

  /** Above 1023.5 ln2 = 709.43 k is 1024, whose exponent field is that of infinity. */
  static final double EXP_MAX = 1024 * LN2_HIGH;

  /** tanh(20) differs from 1 by 8.5e-18, less than a tenth of the last bit. */
  static final double TANH_MAX = 20;

  static final long GUESS = 0x5fe6eb50c7b537a9L;

  // The coefficients of Taylor's series: 1 / i!
  static final double C2 = 0.5;
  static final double C3 = 1 / 6.0;
  static final double C4 = 1 / 24.0;
  static final double C5 = 1 / 120.0;
  static final double C6 = 1 / 720.0;
  static final double C7 = 1 / 5040.0;
  static final double C8 = 1 / 40320.0;
  static final double C9 = 1 / 362880.0;
  static final double C10 = 1 / 3628800.0;
  static final double C11 = 1 / 39916800.0;
  static final double C12 = 1 / 479001600.0;
  static final double C13 = 1 / 6227020800.0;

  private Elementary() {}

  /**
   * e to the power of x.
   *
   * <p>Relative error at most 1 ulp for x from -708 to 709 (measured 0.92). From 709.44 on the
   * result is infinite and below -708.75 it is 0, each a little before the double range ends:
   * subnormal results are not worth a second scaling here. exp(NaN) is NaN.
   */
  public static double exp(double x) {
    double y = clampExponent(x);
    double shifted = shift(y);
    return scaled(powerOfTwo(shifted), expm1Reduced(reduce(y, shifted)));
  }

  /**
   * The hyperbolic tangent of x, as {@code t / (t + 2)} with {@code t = e^(2|x|) - 1} and the sign
   * of x.
   *
   * <p>Error at most 3 ulp (measured 2.3), odd to the bit, never beyond 1 in size, 1 from |x| =
   * 19.1 on, and x itself for the tiniest x. tanh(NaN) is NaN, tanh(-0.0) is -0.0.
   */
  public static double tanh(double x) {
    double y = clampTanh(x);
    double shifted = shift(y);
    return Math.copySign(tanhOf(powerOfTwo(shifted), expm1Reduced(reduce(y, shifted))), x);
  }

  /**
   * 1 / sqrt(x), for x from 1e-300 to 1e300: a first guess from the bits (relative error below 3.5
   * %), then two of Householder's iterations of fourth order, {@code y += y e (1/2 + e (3/8 + e
   * 5/16))} with {@code e = 1 - x y y}.
   *
   * <p>Relative error at most 2 ulp (measured 0.93). A root and a division would take a core's only
   * divider twice as long as this takes its multipliers, and every parameter needs one a step.
   */
  public static double inverseSqrt(double x) {
    return refine(x, refine(x, guess(x)));
  }

  /** Halving and negating the exponent; the constant is Robertson's for doubles (2012). */
  static double guess(double x) {
    return Double.longBitsToDouble(GUESS - (Double.doubleToRawLongBits(x) >> 1));
  }

  static double refine(double x, double y) {
    double e = Fma.fma(x * y, y, -1);
    double polynomial = Fma.fma(e, Fma.fma(e, -0.3125, 0.375), -0.5);
    return Fma.fma(y * e, polynomial, y);
  }

  static double clampExponent(double x) {
    return Math.max(EXP_MIN, Math.min(EXP_MAX, x));
  }

  static double clampTanh(double x) {
    double y = Math.min(TANH_MAX, Math.abs(x));
    return y + y;
  }

  /** k + SHIFTER, where k is y / ln2 to the nearest integer. */
  static double shift(double y) {
    return Fma.fma(y, LOG2_E, SHIFTER);
  }

  /** y - k ln2. */
  static double reduce(double y, double shifted) {
    double k = shifted - SHIFTER;
    return Fma.fma(k, -LN2_LOW, Fma.fma(k, -LN2_HIGH, y));
  }

  /** 2^k; 0 for k = -1023 and infinite for k = 1024. */
  static double powerOfTwo(double shifted) {
    return Double.longBitsToDouble((Double.doubleToRawLongBits(shifted) + 1023) << 52);
  }

  /** e^r - 1 for |r| at most 0.35. */
  static double expm1Reduced(double r) {
    double q = C13;
    q = Fma.fma(q, r, C12);
    q = Fma.fma(q, r, C11);
    q = Fma.fma(q, r, C10);
    q = Fma.fma(q, r, C9);
    q = Fma.fma(q, r, C8);
    q = Fma.fma(q, r, C7);
    q = Fma.fma(q, r, C6);
    q = Fma.fma(q, r, C5);
    q = Fma.fma(q, r, C4);
    q = Fma.fma(q, r, C3);
    q = Fma.fma(q, r, C2);
    return Fma.fma(r * r, q, r);
  }

  static double scaled(double power, double expm1) {
    return power * (1 + expm1);
  }

  static double tanhOf(double power, double expm1) {
    double t = Fma.fma(power, expm1, power - 1);
    return t / (t + 2);
  }

  /** The largest of the first elements; four at a time, because each has to wait for the last. */
  static double max(int count, double[] x) {
    double max0 = x[0];
    double max1 = max0;
    double max2 = max0;
    double max3 = max0;
    int i = 0;
    for (; i + 4 <= count; i += 4) {
      max0 = Math.max(max0, x[i]);
      max1 = Math.max(max1, x[i + 1]);
      max2 = Math.max(max2, x[i + 2]);
      max3 = Math.max(max3, x[i + 3]);
    }
    for (; i < count; i++) {
      max0 = Math.max(max0, x[i]);
    }
    return Math.max(Math.max(max0, max1), Math.max(max2, max3));
  }

  /** The sum of the first elements, in the order that the package documentation fixes. */
  static double sum(int count, double[] x) {
    double s0 = 0;
    double s1 = 0;
    double s2 = 0;
    double s3 = 0;
    double s4 = 0;
    double s5 = 0;
    double s6 = 0;
    double s7 = 0;
    int i = 0;
    for (; i + 8 <= count; i += 8) {
      s0 += x[i];
      s1 += x[i + 1];
      s2 += x[i + 2];
      s3 += x[i + 3];
      s4 += x[i + 4];
      s5 += x[i + 5];
      s6 += x[i + 6];
      s7 += x[i + 7];
    }
    s0 += i < count ? x[i] : 0;
    s1 += i + 1 < count ? x[i + 1] : 0;
    s2 += i + 2 < count ? x[i + 2] : 0;
    s3 += i + 3 < count ? x[i + 3] : 0;
    s4 += i + 4 < count ? x[i + 4] : 0;
    s5 += i + 5 < count ? x[i + 5] : 0;
    s6 += i + 6 < count ? x[i + 6] : 0;
    return ((s0 + s4) + (s2 + s6)) + ((s1 + s5) + (s3 + s7));
  }

  /** The sum of the squares of elements from..to-1, in eight partial sums, added like those. */
  static double sumOfSquares(double[] x, int from, int to) {
    double s0 = 0;
    double s1 = 0;
    double s2 = 0;
    double s3 = 0;
    double s4 = 0;
    double s5 = 0;
    double s6 = 0;
    double s7 = 0;
    int i = from;
    for (; i + 8 <= to; i += 8) {
      s0 = Fma.fma(x[i], x[i], s0);
      s1 = Fma.fma(x[i + 1], x[i + 1], s1);
      s2 = Fma.fma(x[i + 2], x[i + 2], s2);
      s3 = Fma.fma(x[i + 3], x[i + 3], s3);
      s4 = Fma.fma(x[i + 4], x[i + 4], s4);
      s5 = Fma.fma(x[i + 5], x[i + 5], s5);
      s6 = Fma.fma(x[i + 6], x[i + 6], s6);
      s7 = Fma.fma(x[i + 7], x[i + 7], s7);
    }
    s0 = i < to ? Fma.fma(x[i], x[i], s0) : s0;
    s1 = i + 1 < to ? Fma.fma(x[i + 1], x[i + 1], s1) : s1;
    s2 = i + 2 < to ? Fma.fma(x[i + 2], x[i + 2], s2) : s2;
    s3 = i + 3 < to ? Fma.fma(x[i + 3], x[i + 3], s3) : s3;
    s4 = i + 4 < to ? Fma.fma(x[i + 4], x[i + 4], s4) : s4;
    s5 = i + 5 < to ? Fma.fma(x[i + 5], x[i + 5], s5) : s5;
    s6 = i + 6 < to ? Fma.fma(x[i + 6], x[i + 6], s6) : s6;
    return ((s0 + s4) + (s2 + s6)) + ((s1 + s5) + (s3 + s7));
  }
}
