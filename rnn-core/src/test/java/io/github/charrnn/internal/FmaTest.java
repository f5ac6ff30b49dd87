package io.github.charrnn.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What takes the place of the instruction, against Java's own. */
@Tag("once")
class FmaTest {
  /** Without the instruction Java's own takes microseconds. */
  private static final int CASES =
      Fma.IN_HARDWARE ? Boolean.getBoolean("tests.long") ? 2_000_000 : 200_000 : 2_000;

  private final SplittableRandom random = new SplittableRandom(1);

  @Test
  void numbersOfAnySize_haveTheSameBits() {
    for (int i = 0; i < CASES; i++) {
      check(number(-1074, 1023), number(-1074, 1023), number(-1074, 1023));
    }
  }

  @Test
  void addendsNearTheProduct_haveTheSameBits() {
    for (int i = 0; i < CASES; i++) {
      double a = number(-60, 60);
      double b = number(-60, 60);
      check(a, b, number(-60, 60) * a * b);
      check(a, b, number(-110, 110) * a * b);
    }
  }

  @Test
  void cancellation_hasTheSameBits() {
    for (int i = 0; i < CASES; i++) {
      double a = number(-500, 10);
      double b = number(-500, 10);
      double c = -a * b;
      check(a, b, c);
      check(a, b, Math.nextUp(c));
      check(a, b, c * 0.5);
    }
  }

  /**
   * Products that are half a unit of the addend's last bit, or differ from it by 2^-100 of that.
   */
  @Test
  void halfway_hasTheSameBits() {
    for (int i = 0; i < CASES; i++) {
      double c = Math.scalb((double) (random.nextLong() >>> 11 | 1L << 52), random.nextInt(-90, 0));
      double half = Math.ulp(c) / 2;
      double little = Math.scalb((double) random.nextInt(1, 8), -52);
      check(half, 1, c);
      check(half * (1 + little), 1 - little, c);
      check(half * (1 + little), 1 - little, -c);
      check(half * (1 + little), 1 + little, c);
      check(half * few(), few(), c);
    }
  }

  @Test
  void sumsBelowTheNormalNumbers_haveTheSameBits() {
    for (int i = 0; i < CASES; i++) {
      double a = number(-560, -480);
      check(a, number(-560, -480), number(-1074, -1000));
      check(a, Math.scalb(number(-3, 3), -1022 - Math.getExponent(a)), number(-1074, -1000));
      check(a, number(-460, -380), number(-1074, -760));
    }
  }

  @Test
  void sumsAboveTheLargestNumber_haveTheSameBits() {
    for (int i = 0; i < CASES / 10; i++) {
      double a = number(450, 560);
      check(a, number(450, 560), number(960, 1023));
      check(a, Math.scalb(number(-3, 3), 1023 - Math.getExponent(a)), number(960, 1023));
    }
  }

  @Test
  void specialNumbers_haveTheSameBits() {
    double[] numbers =
        DoubleStream.of(
                0,
                Double.MIN_VALUE,
                0x1p-1073,
                0x1p-1022,
                0x1p-900,
                0x1p-800,
                0x1p-450,
                0x1p-54,
                0x1p-53,
                1e-8,
                0.1,
                1 - 0x1p-53,
                1,
                1 + 0x1p-52,
                3,
                0x1p53,
                0x1p53 + 2,
                0x1p450,
                0x1p989,
                0x1p990,
                0x1p1023,
                Double.MAX_VALUE,
                Double.POSITIVE_INFINITY,
                Double.NaN)
            .flatMap(x -> DoubleStream.of(x, -x))
            .toArray();
    for (double a : numbers) {
      for (double b : numbers) {
        for (double c : numbers) {
          check(a, b, c);
        }
      }
    }
  }

  private void check(double a, double b, double c) {
    long expected = Double.doubleToLongBits(Math.fma(a, b, c));
    if (Double.doubleToLongBits(Fma.exactly(a, b, c)) != expected) {
      assertThat(Fma.exactly(a, b, c)).as("%s * %s + %s", a, b, c).isEqualTo(Math.fma(a, b, c));
    }
  }

  /** With random bits, and an exponent from a range. */
  private double number(int least, int most) {
    double significand = 1 + random.nextInt(1 << 26) * 0x1p-26 + random.nextInt(1 << 26) * 0x1p-52;
    double x = Math.scalb(significand, random.nextInt(least, most + 1));
    return random.nextBoolean() ? x : -x;
  }

  /** With a few bits. */
  private double few() {
    return Math.scalb((double) random.nextInt(1, 64), random.nextInt(-8, 8))
        * (random.nextInt(2) * 2 - 1);
  }
}
