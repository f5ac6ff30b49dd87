package io.github.charrnn.internal.kernel;

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

  static double clampExponent(double x) {
    return Math.max(EXP_MIN, Math.min(EXP_MAX, x));
  }

  static double clampTanh(double x) {
    double y = Math.min(TANH_MAX, Math.abs(x));
    return y + y;
  }

  /** k + SHIFTER, where k is y / ln2 to the nearest integer. */
  static double shift(double y) {
    return Math.fma(y, LOG2_E, SHIFTER);
  }

  /** y - k ln2. */
  static double reduce(double y, double shifted) {
    double k = shifted - SHIFTER;
    return Math.fma(k, -LN2_LOW, Math.fma(k, -LN2_HIGH, y));
  }

  /** 2^k; 0 for k = -1023 and infinite for k = 1024. */
  static double powerOfTwo(double shifted) {
    return Double.longBitsToDouble((Double.doubleToRawLongBits(shifted) + 1023) << 52);
  }

  /** e^r - 1 for |r| at most 0.35. */
  static double expm1Reduced(double r) {
    double q = 1.0 / 6227020800.0;
    q = Math.fma(q, r, 1.0 / 479001600.0);
    q = Math.fma(q, r, 1.0 / 39916800.0);
    q = Math.fma(q, r, 1.0 / 3628800.0);
    q = Math.fma(q, r, 1.0 / 362880.0);
    q = Math.fma(q, r, 1.0 / 40320.0);
    q = Math.fma(q, r, 1.0 / 5040.0);
    q = Math.fma(q, r, 1.0 / 720.0);
    q = Math.fma(q, r, 1.0 / 120.0);
    q = Math.fma(q, r, 1.0 / 24.0);
    q = Math.fma(q, r, 1.0 / 6.0);
    q = Math.fma(q, r, 0.5);
    return Math.fma(r * r, q, r);
  }

  static double scaled(double power, double expm1) {
    return power * (1 + expm1);
  }

  static double tanhOf(double power, double expm1) {
    double t = Math.fma(power, expm1, power - 1);
    return t / (t + 2);
  }
}
