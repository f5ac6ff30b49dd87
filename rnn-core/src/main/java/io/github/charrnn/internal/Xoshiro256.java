package io.github.charrnn.internal;

/**
 * The random generator of this library, xoshiro256++ 1.0 by Blackman and Vigna ("Scrambled linear
 * pseudorandom number generators", ACM TOMS 47, 2021), its state filled by SplitMix64 (Steele, Lea
 * and Flood, OOPSLA 2014) as its authors recommend. Our own, because java.util.random promises
 * neither which generators there are nor how they make normal deviates.
 */
public final class Xoshiro256 {
  /** Names generator and normal deviates in model files; a change of either gets a new name. */
  public static final String NAME = "xoshiro256++/polar/1";

  private static final long GOLDEN = 0x9e3779b97f4a7c15L;

  private long s0;
  private long s1;
  private long s2;
  private long s3;
  private double spare = Double.NaN; // the second deviate of a pair, NaN when there is none

  public Xoshiro256(long seed) {
    long z = seed;
    s0 = splitMix(z += GOLDEN);
    s1 = splitMix(z += GOLDEN);
    s2 = splitMix(z += GOLDEN);
    s3 = splitMix(z += GOLDEN);
  }

  private static long splitMix(long z) {
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }

  /** A number that is drawn by seed and index alone, from 0 to 2^63 - 1. */
  public static long hash(long seed, long index) {
    return splitMix(splitMix(seed + GOLDEN) + (index + 1) * GOLDEN) >>> 1;
  }

  public long nextLong() {
    long result = Long.rotateLeft(s0 + s3, 23) + s0;
    long t = s1 << 17;
    s2 ^= s0;
    s3 ^= s1;
    s1 ^= s2;
    s0 ^= s3;
    s2 ^= t;
    s3 = Long.rotateLeft(s3, 45);
    return result;
  }

  /** Uniform in [0, 1), a multiple of 2^-53. */
  public double nextDouble() {
    return (nextLong() >>> 11) * 0x1p-53;
  }

  /** Uniform in 0..bound-1, without bias: values of the last, incomplete run are drawn again. */
  public long nextLong(long bound) {
    long bits;
    long value;
    do {
      bits = nextLong() >>> 1;
      value = bits % bound;
    } while (bits - value + (bound - 1) < 0);
    return value;
  }

  /** Standard normal, by Marsaglia's polar method (SIAM Review 6, 1964) with StrictMath's log. */
  public double nextGaussian() {
    if (!Double.isNaN(spare)) {
      double result = spare;
      spare = Double.NaN;
      return result;
    }
    double x;
    double y;
    double s;
    do {
      x = 2 * nextDouble() - 1;
      y = 2 * nextDouble() - 1;
      s = x * x + y * y;
    } while (s >= 1 || s == 0);
    double scale = Math.sqrt(-2 * StrictMath.log(s) / s);
    spare = y * scale;
    return x * scale;
  }
}
