package io.github.charrnn.internal;

/**
 * {@code a b + c} rounded once, with the same bits everywhere: {@link Math#fma} where the processor
 * has the instruction. Where it has none, Java computes it with BigDecimal in microseconds, and
 * {@link #exactly} takes its place.
 */
public final class Fma {
  /*
   * The error-free transformations of Dekker (1971) and Knuth (TAOCP 2, 4.2.2), and their sum by
   * rounding to odd: Boldo and Melquiond, "Emulation of a FMA and correctly rounded sums: proved
   * algorithms using rounding to odd" (IEEE Transactions on Computers 57, 2008), algorithm 5.
   */
  private static final double SPLIT = 0x1p27 + 1;

  /** Below this the error of a product might not be a double; above, a sum might be infinite. */
  private static final double SMALLEST_PRODUCT = 0x1p-900;

  private static final double LARGEST = 0x1p990;

  /** From this on, no product below the smallest changes an addend. */
  private static final double LARGE_ADDEND = 0x1p-800;

  private static final int CALLS = 8;

  /**
   * An interpreted call takes 30 ns, and one that makes BigDecimals 20,000, or 3,000 once that is
   * compiled.
   */
  private static final long SLOW_NANOS = 500L * CALLS;

  /** Whether the processor has the instruction, and this Java uses it. */
  public static final boolean IN_HARDWARE = isFast();

  private Fma() {}

  public static double fma(double a, double b, double c) {
    return IN_HARDWARE ? Math.fma(a, b, c) : exactly(a, b, c);
  }

  /** Without the instruction. */
  static double exactly(double a, double b, double c) {
    double high = a * b;
    double size = Math.abs(high);
    if (!(size > SMALLEST_PRODUCT
        && size < LARGEST
        && Math.abs(a) < LARGEST
        && Math.abs(b) < LARGEST
        && Math.abs(c) < LARGEST)) {
      return rarely(a, b, c);
    }
    double t = SPLIT * a;
    double aHigh = t - (t - a);
    double aLow = a - aHigh;
    t = SPLIT * b;
    double bHigh = t - (t - b);
    double bLow = b - bHigh;
    double low = aLow * bLow - (high - aHigh * bHigh - aLow * bHigh - aHigh * bLow);

    double middle = c + low;
    t = middle - c;
    double least = (c - (middle - t)) + (low - t);

    double sum = high + middle;
    t = sum - high;
    double rest = (high - (sum - t)) + (middle - t);

    return sum + addToOdd(rest, least);
  }

  /**
   * The sum if it is a double, else the one of its two neighbours whose last bit is set: rounding
   * that again, to fewer bits, is rounding the exact sum. Without a branch, because every other one
   * would be mispredicted.
   */
  private static double addToOdd(double x, double y) {
    double sum = x + y;
    double t = sum - x;
    double error = (x - (sum - t)) + (y - t);
    long bits = Double.doubleToRawLongBits(sum);
    long errorBits = Double.doubleToRawLongBits(error);
    long inexact = -(errorBits << 1) >>> 63 | errorBits << 1 >>> 63;
    long roundedAway = (bits ^ errorBits) >>> 63 & inexact;
    return Double.longBitsToDouble(bits - roundedAway | inexact);
  }

  private static double rarely(double a, double b, double c) {
    double product = a * b;
    if (a == 0 || b == 0 || !Double.isFinite(a) || !Double.isFinite(b)) {
      return product + c; // is exact, or not a number, or infinite
    }
    if (!Double.isFinite(c)) {
      return c;
    }
    if (c == 0) {
      return product;
    }
    if (Math.abs(product) <= SMALLEST_PRODUCT && Math.abs(c) >= LARGE_ADDEND) {
      return c;
    }
    return Math.fma(a, b, c);
  }

  /** The clock may choose, since both have the same bits. */
  private static boolean isFast() {
    long least = Long.MAX_VALUE;
    double sum = 1;
    for (int round = 0; round < 3; round++) {
      long start = System.nanoTime();
      for (int i = 0; i < CALLS; i++) {
        sum = Math.fma(sum, 0.999, 0.1);
      }
      least = Math.min(least, System.nanoTime() - start);
    }
    return sum > 0 && least < SLOW_NANOS;
  }
}
