package io.github.charrnn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.github.charrnn.LearningRate.Decay;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LearningRateTest {
  /** From 0.8 to 0.2 in 4 steps: x = 0, 1/4, 1/2, 3/4, 1, 1. */
  @ParameterizedTest
  @CsvSource({
    "constant, 0.8, 0.8, 0.8, 0.8, 0.8, 0.8",
    "linear, 0.8, 0.65, 0.5, 0.35, 0.2, 0.2",
    // 0.8 / 4^x
    "exponential, 0.8, 0.5656854249492381, 0.4, 0.28284271247461906, 0.2, 0.2",
    // 0.2 + 0.3 (1 + cos(pi x)), with cos(pi / 4) = 0.7071067811865475
    "cosine, 0.8, 0.7121320343559643, 0.5, 0.2878679656440357, 0.2, 0.2"
  })
  void everyCourse_isItsFormula(
      String name, double t1, double t2, double t3, double t4, double t5, double t1000) {
    Decay decay = Decay.named(name);
    LearningRate rate =
        decay == Decay.CONSTANT ? LearningRate.constant(0.8) : LearningRate.of(0.8, decay, 0.2, 4);
    double[] expected = {t1, t2, t3, t4, t5};
    for (int i = 0; i < expected.length; i++) {
      assertThat(rate.at(i + 1)).as("step %d", i + 1).isCloseTo(expected[i], within(1e-15));
    }
    assertThat(rate.at(1_000)).isEqualTo(t1000);
    assertThat(rate.at(Long.MAX_VALUE)).isEqualTo(t1000);
    assertThat(rate.at(1)).isEqualTo(0.8);
  }

  @Test
  void factories_areTheCourses() {
    assertThat(LearningRate.linear(0.8, 0.2, 4).decay()).isEqualTo(Decay.LINEAR);
    assertThat(LearningRate.exponential(0.8, 0.2, 4).decay()).isEqualTo(Decay.EXPONENTIAL);
    assertThat(LearningRate.cosine(0.8, 0.2, 4).decay()).isEqualTo(Decay.COSINE);
    assertThat(Decay.names()).containsExactly("constant", "linear", "exponential", "cosine");
  }

  /** 3 of 4 steps: a quarter, a half and three quarters of what it would be. */
  @Test
  void aWarmUp_scalesTheFirstSteps() {
    LearningRate constant = LearningRate.constant(0.8).withWarmUp(3);
    assertThat(new double[] {constant.at(1), constant.at(2), constant.at(3), constant.at(4)})
        .containsExactly(0.2, 0.4, 0.6000000000000001, 0.8);
    LearningRate linear = LearningRate.linear(0.8, 0, 4).withWarmUp(3);
    // 0.8, 0.6, 0.4, 0.2 otherwise
    double[] expected = {0.2, 0.3, 0.3, 0.2, 0, 0};
    for (int i = 0; i < expected.length; i++) {
      assertThat(linear.at(i + 1)).isCloseTo(expected[i], within(1e-15));
    }
    assertThat(constant.withWarmUp(0)).isEqualTo(LearningRate.constant(0.8));
  }

  /**
   * No step has a higher rate, and none a lower one than the end, whatever the numbers round to.
   */
  @ParameterizedTest
  @CsvSource({"0.1, 0.07, 7", "0.3, 0.1, 49", "1e-300, 1e-307, 10", "1e300, 1e-2, 60"})
  void rates_fallFromTheFirstToTheEnd(double first, double end, long steps) {
    for (Decay decay : new Decay[] {Decay.LINEAR, Decay.EXPONENTIAL, Decay.COSINE}) {
      LearningRate rate = LearningRate.of(first, decay, end, steps);
      double before = first;
      for (long t = 1; t <= steps + 2; t++) {
        double now = rate.at(t);
        assertThat(now).as("%s at step %d", rate, t).isBetween(end, before);
        before = now;
      }
      assertThat(before).isEqualTo(end);
    }
  }

  @Test
  void anotherRate_scalesTheEnd() {
    assertThat(LearningRate.linear(0.8, 0.2, 4).withWarmUp(3).withRate(0.4))
        .isEqualTo(LearningRate.linear(0.4, 0.1, 4).withWarmUp(3));
    assertThat(LearningRate.cosine(0.8, 0, 4).withRate(0.4))
        .isEqualTo(LearningRate.cosine(0.4, 0, 4));
    assertThat(LearningRate.constant(0.8).withRate(0.4)).isEqualTo(LearningRate.constant(0.4));
  }

  @Test
  void words_sayTheCourse() {
    assertThat(LearningRate.constant(0.1)).hasToString("0.1");
    assertThat(LearningRate.linear(0.003, 0, 5_000).withWarmUp(100))
        .hasToString("0.003, linear to 0.0 at step 5,000, warm-up of 100 steps");
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -1, Double.NaN, Double.POSITIVE_INFINITY})
  void rates_areAboveZeroAndFinite(double rate) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LearningRate.linear(rate, 0, 4))
        .withMessage("learningRate is " + rate + ", must be above 0 and finite");
  }

  @Test
  void anEnd_isAtMostTheRate() {
    for (double end : new double[] {-1, 0.9, Double.NaN, Double.POSITIVE_INFINITY}) {
      String words = "finalLearningRate is " + end + ", must be ";
      assertThatIllegalArgumentException()
          .isThrownBy(() -> LearningRate.linear(0.8, end, 4))
          .withMessage(words + "at least 0 and at most the rate, 0.8");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> LearningRate.exponential(0.8, end, 4))
          .withMessage(words + "above 0 and at most the rate, 0.8");
    }
    assertThatIllegalArgumentException().isThrownBy(() -> LearningRate.exponential(0.8, 0, 4));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LearningRate.of(0.8, Decay.CONSTANT, 0.7, 0))
        .withMessage("finalLearningRate is 0.7, must be the rate, 0.8, if it is constant");
  }

  @Test
  void lengths_areWholeNumbersOfSteps() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LearningRate.cosine(0.8, 0, 0))
        .withMessage("scheduleSteps is 0, must be at least 1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LearningRate.of(0.8, Decay.CONSTANT, 0.8, 5))
        .withMessage("scheduleSteps is 5, must be 0 if the rate is constant");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LearningRate.constant(0.8).withWarmUp(-1))
        .withMessage("warmUp is -1, must be at least 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Decay.named("step"))
        .withMessage("schedule is step, must be constant, linear, exponential or cosine");
  }

  @Test
  void withTheSameRate_isTheSame_toTheBit() {
    LearningRate cosine = LearningRate.cosine(0.0013, 0.0007, 100);

    assertThat(cosine.withRate(0.0013)).isEqualTo(cosine);
    assertThat(cosine.withRate(0.0026).end()).isCloseTo(0.0014, within(1e-15));
  }
}
