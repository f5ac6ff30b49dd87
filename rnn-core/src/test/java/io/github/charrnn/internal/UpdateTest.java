package io.github.charrnn.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.charrnn.Clip;
import io.github.charrnn.LearningRate;
import io.github.charrnn.Optimizer;
import io.github.charrnn.Recipe;
import io.github.charrnn.internal.Parameters.Tensor;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Steps computed by hand: one parameter at 1, at learning rate 0.1, unless said otherwise. */
class UpdateTest {
  private final Parameters parameters = new Parameters(1, 2);

  /** One stream, and windows of one character, so that a gradient is that of the mean. */
  private final Recipe recipe =
      Recipe.course()
          .withSequenceLength(1)
          .withLearningRate(LearningRate.constant(0.1))
          .withClip(Clip.value(5));

  private Update update(Recipe with) {
    parameters.c[0] = 1;
    parameters.c[1] = 1;
    Window window = Window.forTraining(with.sequenceLength(), with.batchSize(), parameters);
    return new Update(with, parameters, window);
  }

  /** What the parameters c come to in a step with this gradient. */
  private double[] step(Update update, long number, double... g) {
    update.begin(number, 0.1);
    if (update.wantsNorm()) {
      update.norm(Arrays.stream(g).map(x -> x * x).sum());
    }
    Window window = Window.forTraining(1, 1, parameters);
    update.take(Tensor.C, window.kernel(), g, 0, 0, g.length);
    return parameters.c;
  }

  private void assertSteps(Optimizer optimizer, double[] gradients, double... expected) {
    Update update = update(recipe.withOptimizer(optimizer));
    for (int i = 0; i < gradients.length; i++) {
      assertThat(step(update, i + 1, gradients[i])[0])
          .as("%s, step %d", optimizer, i + 1)
          .isCloseTo(expected[i], within(1e-8));
    }
  }

  private static double[] g(double... gradients) {
    return gradients;
  }

  @Test
  void adaGrad_sumsSquares() {
    // M = 9, 9 + 16 = 25, 25: 1 - 0.3 / 3, 0.9 - 0.4 / 5, no gradient
    assertSteps(Optimizer.adaGrad(), g(3, 4, 0), 0.9, 0.82, 0.82);
    // M = 16 + 9 = 25, 25 + 0, 25 + 5 * 5 (clipped) = 50: 1 - 0.3 / 5, no gradient, 0.94 + 0.5 /
    // sqrt(50)
    assertSteps(Optimizer.adaGrad(16), g(3, 0, -7), 0.94, 0.94, 0.94 + 0.0707106781);
  }

  @Test
  void gradientDescent_hasNoMemory_unlessItHasMomentum() {
    assertSteps(Optimizer.sgd(), g(2, 0, -9), 0.8, 0.8, 1.3);
    // v = 2, 1 + 2 = 3, 1.5 - 4 = -2.5, -1.25
    assertSteps(Optimizer.sgd(0.5), g(2, 2, -4, 0), 0.8, 0.5, 0.75, 0.875);
  }

  @Test
  void rmsProp_dividesByTheRootOfTheMeanSquare() {
    // M = 16 / 4 = 4, 3 + 4 / 4 = 4, 3 + 4 / 4 = 4, 3: roots 2
    assertSteps(Optimizer.rmsProp(0.75), g(4, 2, -2, 0), 0.8, 0.7, 0.8, 0.8);
  }

  @Test
  void adam_dividesTheMeanByTheRootOfTheMeanSquare_bothCorrected() {
    // M = 2, 1 - 2 = -1, -0.5; over 1 - 0.5^t = 0.5, 0.75, 0.875: 4, -4 / 3, -4 / 7
    // S = 4, 3 + 4 = 7, 5.25; over 1 - 0.75^t = 0.25, 0.4375, 0.578125: 16, 16, 9.08108
    // their roots 4, 4, 3.0134835: 1 - 0.1, 0.9 + 0.1 / 3, 0.9333333 + 0.1 * 0.18962394
    assertSteps(Optimizer.adam(0.5, 0.75), g(4, -4, 0), 0.9, 0.93333333333, 0.9522957278);
  }

  @Test
  void weightDecay_shrinksAParameter_byWhatItWas() {
    // as above, and 0.95 times what was there: 0.95 - 0.1, 0.8075 + 0.1 / 3, 0.79879167 +
    // 0.01896239
    assertSteps(Optimizer.adam(0.5, 0.75, 0.5), g(4, -4, 0), 0.85, 0.84083333333, 0.8177540612);
  }

  @Test
  void theValueClip_boundsEveryElement() {
    assertThat(step(update(recipe.withOptimizer(Optimizer.sgd())), 1, 2, -20))
        .containsExactly(0.8, 1.5);
  }

  /** The gradient of the mean loss per character is that of a window over n and B. */
  @Test
  void theNormClip_shortensTheGradientOfTheMeanLossOfACharacter() {
    Recipe one = recipe.withOptimizer(Optimizer.sgd()).withClip(Clip.norm(1));
    // |(3, 4)| = 5: a fifth
    assertCloseTo(step(update(one), 1, 3, 4), 0.94, 0.92);
    // 5 / (2 * 5) = 0.5 is below 1: half of it, for the two streams
    Recipe ten = one.withBatchSize(2).withSequenceLength(5);
    assertCloseTo(step(update(ten), 1, 3, 4), 0.85, 0.8);
    // a half of that
    assertCloseTo(step(update(ten.withClip(Clip.norm(0.25))), 1, 3, 4), 0.925, 0.9);
    // at the bound, and never
    assertCloseTo(step(update(ten.withClip(Clip.norm(0.5))), 1, 3, 4), 0.85, 0.8);
    Clip never = Clip.norm(Double.POSITIVE_INFINITY);
    assertCloseTo(step(update(one.withClip(never)), 1, 3e9, 4e9), 1 - 3e8, 1 - 4e8);
  }

  private static void assertCloseTo(double[] actual, double... expected) {
    for (int i = 0; i < expected.length; i++) {
      assertThat(actual[i]).isCloseTo(expected[i], within(1e-12));
    }
  }

  static Stream<Optimizer> optimizers() {
    return Stream.of(
        Optimizer.adaGrad(),
        Optimizer.adaGrad(3),
        Optimizer.sgd(),
        Optimizer.sgd(0.9),
        Optimizer.rmsProp(0.9),
        Optimizer.adam(0.9, 0.99),
        Optimizer.adam(0.9, 0.99, 0.1),
        Optimizer.adam(0, 0),
        Optimizer.shampoo(0.9, 0.99, 0, 2, 3));
  }

  @ParameterizedTest
  @MethodSource("optimizers")
  void aGradientClippedByItsNorm_isAShorterOne(Optimizer optimizer) {
    Recipe with = recipe.withOptimizer(optimizer);
    Update byNorm = update(with.withClip(Clip.norm(2.5)));
    for (int i = 1; i <= 3; i++) {
      step(byNorm, i, 3, -4); // |g| = 5
    }
    double[] expected = parameters.c.clone();
    Update notClipped = update(with.withClip(Clip.value(Double.POSITIVE_INFINITY)));
    for (int i = 1; i <= 3; i++) {
      step(notClipped, i, 1.5, -2);
    }

    assertThat(parameters.c).isEqualTo(expected).doesNotContain(1);
  }

  @ParameterizedTest
  @MethodSource("optimizers")
  void onlyADecayingMemory_orWeightDecay_movesAParameterWithoutAGradient(Optimizer optimizer) {
    Update update = update(recipe.withOptimizer(optimizer));
    step(update, 1, 3);
    double before = parameters.c[0];

    double after = step(update, 2, 0)[0];

    boolean moves =
        Set.of(
                Optimizer.sgd(0.9),
                Optimizer.adam(0.9, 0.99),
                Optimizer.adam(0.9, 0.99, 0.1),
                Optimizer.shampoo(0.9, 0.99, 0, 2, 3))
            .contains(optimizer);
    assertThat(after != before).isEqualTo(moves);
    assertThat(!moves || update.wantsEveryRow()).isTrue();
  }

  @Test
  void whatIsRemembered_isCounted() {
    assertThat(optimizers().map(Update::memoriesPerParameter))
        .containsExactly(1, 1, 0, 1, 1, 2, 2, 2, 2);
  }

  @Test
  void aModelThatFitsWithOneMemory_mayBeTooLargeWithTwo() {
    long m = 1;
    while (fits(m + 1, 1)) {
      m++;
    }
    assertThat(fits(m, 1)).isTrue();
    assertThat(fits(m, 2)).isFalse();
  }

  private static boolean fits(long m, int memories) {
    try {
      Window.requireTrainable("it", 1, 1, m, 10, memories, 0);
      return true;
    } catch (IllegalArgumentException e) {
      assertThat(e).hasMessageContaining("it needs");
      return false;
    }
  }

  @Test
  void aNormThatIsNotFinite_isLookedAfter() {
    Update update = update(recipe.withOptimizer(Optimizer.adam(0.9, 0.99)).withClip(Clip.norm(1)));
    assertThat(update.mayOverflow()).isFalse();

    step(update, 1, 1e200, 1);
    assertThat(update.mayOverflow()).isTrue();
    assertThat(update.overflown()).isEmpty();
    step(update, 2, 1, 1);
    assertThat(update.mayOverflow()).isFalse();
    step(update, 3, Double.NaN, 1);
    assertThat(update.overflown()).hasValue("a parameter");
    parameters.c[0] = 1;
    assertThat(update.overflown()).hasValue("the first moment");
  }
}
