package io.github.charrnn.internal.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.SplittableRandom;
import java.util.function.DoubleUnaryOperator;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Of the functions that scalar code calls; KernelTest holds the vectors' against them. */
@Tag("once")
class ElementaryTest {
  private static final MathContext DIGITS = new MathContext(50);
  private static final int SAMPLES = Boolean.getBoolean("tests.long") ? 20_000 : 3_000;

  @Test
  void exp_overItsRange_isWithinItsBound() {
    double worst =
        worstUlps(
            "exp",
            Elementary::exp,
            ElementaryTest::exactExp,
            random ->
                random.nextBoolean() ? random.nextDouble(-708, 709) : random.nextDouble(-40, 1));
    assertThat(worst).isLessThan(1);
  }

  @Test
  void tanh_overItsRange_isWithinItsBound() {
    double worst =
        worstUlps(
            "tanh",
            Elementary::tanh,
            ElementaryTest::exactTanh,
            random ->
                switch (random.nextInt(3)) {
                  case 0 -> random.nextDouble(-20, 20);
                  case 1 -> random.nextDouble(-1, 1);
                  default -> Math.scalb(random.nextDouble(-1, 1), -random.nextInt(60));
                });
    assertThat(worst).isLessThan(3);
  }

  @Test
  void inverseSqrt_overItsRange_isWithinItsBound() {
    double worst =
        worstUlps(
            "inverseSqrt",
            Elementary::inverseSqrt,
            x -> BigDecimal.ONE.divide(x.sqrt(DIGITS), DIGITS),
            random ->
                random.nextBoolean()
                    ? random.nextDouble(1, 4)
                    : Math.scalb(random.nextDouble(1, 2), random.nextInt(-996, 996)));
    assertThat(worst).isLessThan(2);
  }

  @Test
  void exp_atTheEdges() {
    assertThat(Elementary.exp(0)).isEqualTo(1);
    assertThat(Elementary.exp(-0.0)).isEqualTo(1);
    assertThat(Elementary.exp(Double.NaN)).isNaN();
    assertThat(Elementary.exp(Double.POSITIVE_INFINITY)).isEqualTo(Double.POSITIVE_INFINITY);
    assertThat(Elementary.exp(709.44)).isEqualTo(Double.POSITIVE_INFINITY);
    assertThat(Elementary.exp(709.43)).isFinite();
    assertThat(Elementary.exp(Double.NEGATIVE_INFINITY)).isZero();
    assertThat(Elementary.exp(-Double.MAX_VALUE)).isZero();
    assertThat(Elementary.exp(-708.75)).isZero();
    assertThat(Elementary.exp(-708)).isPositive();
    assertThat(Elementary.exp(Double.MIN_VALUE)).isEqualTo(1);
  }

  @Test
  void tanh_atTheEdges() {
    assertThat(Elementary.tanh(Double.NaN)).isNaN();
    assertThat(Elementary.tanh(Double.POSITIVE_INFINITY)).isEqualTo(1);
    assertThat(Elementary.tanh(Double.NEGATIVE_INFINITY)).isEqualTo(-1);
    assertThat(Elementary.tanh(19.1)).isEqualTo(1);
    assertThat(Elementary.tanh(18)).isLessThan(1);
    assertThat(Double.doubleToRawLongBits(Elementary.tanh(0.0))).isZero();
    assertThat(Double.doubleToRawLongBits(Elementary.tanh(-0.0)))
        .isEqualTo(Double.doubleToRawLongBits(-0.0));
    assertThat(Elementary.tanh(Double.MIN_VALUE)).isEqualTo(Double.MIN_VALUE);
    assertThat(Elementary.tanh(1e-300)).isEqualTo(1e-300);
  }

  @Test
  void tanh_isOddToTheBitAndNeverBeyondOne() {
    SplittableRandom random = new SplittableRandom(4);
    for (int i = 0; i < 1_000_000; i++) {
      double x = random.nextDouble(0, 25);
      double y = Elementary.tanh(x);
      if (y > 1 || y < 0 || Elementary.tanh(-x) != -y) {
        assertThat(y).as("tanh(%s)", x).isBetween(0.0, 1.0).isEqualTo(-Elementary.tanh(-x));
      }
    }
  }

  private interface Distribution {
    double draw(SplittableRandom random);
  }

  private static double worstUlps(
      String name,
      DoubleUnaryOperator function,
      UnaryOperator<BigDecimal> exact,
      Distribution arguments) {
    SplittableRandom random = new SplittableRandom(2);
    double worst = 0;
    double worstAt = 0;
    for (int i = 0; i < SAMPLES; i++) {
      double x = arguments.draw(random);
      BigDecimal expected = exact.apply(new BigDecimal(x));
      BigDecimal off = new BigDecimal(function.applyAsDouble(x)).subtract(expected).abs();
      BigDecimal ulp = new BigDecimal(Math.ulp(expected.doubleValue()));
      double ulps = off.divide(ulp, DIGITS).doubleValue();
      if (ulps > worst) {
        worst = ulps;
        worstAt = x;
      }
    }
    System.out.printf("%s: worst of %,d is %.3f ulp, at %s%n", name, SAMPLES, worst, worstAt);
    return worst;
  }

  /** Halved until small, Taylor's series, squared back: to some 45 digits. */
  private static BigDecimal exactExp(BigDecimal x) {
    int halvings = Math.max(0, Math.getExponent(x.doubleValue()) + 9);
    BigDecimal r = x.divide(BigDecimal.valueOf(2).pow(halvings), new MathContext(80));
    BigDecimal sum = BigDecimal.ONE;
    BigDecimal term = BigDecimal.ONE;
    MathContext digits = new MathContext(60);
    for (int i = 1; term.signum() != 0 && i < 30; i++) {
      term = term.multiply(r, digits).divide(BigDecimal.valueOf(i), digits);
      sum = sum.add(term, digits);
    }
    for (int i = 0; i < halvings; i++) {
      sum = sum.multiply(sum, digits);
    }
    return sum;
  }

  private static BigDecimal exactTanh(BigDecimal x) {
    if (x.abs().compareTo(new BigDecimal("1e-6")) < 0) { // where 1 - e^-2x would lose digits
      BigDecimal square = x.multiply(x);
      BigDecimal fifth =
          square
              .multiply(square)
              .multiply(BigDecimal.valueOf(2))
              .divide(BigDecimal.valueOf(15), DIGITS);
      BigDecimal third = square.divide(BigDecimal.valueOf(3), DIGITS);
      return x.multiply(BigDecimal.ONE.subtract(third).add(fifth), DIGITS);
    }
    BigDecimal e = exactExp(x.add(x));
    return e.subtract(BigDecimal.ONE).divide(e.add(BigDecimal.ONE), DIGITS);
  }
}
