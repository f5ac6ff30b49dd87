package io.github.charrnn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.charrnn.internal.Streams;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlanTest {
  private static final List<String> NEWER = List.of("quick", "good", "best");

  @Test
  void course_isThePublishedRun_onAnyText() {
    Plan course =
        new Plan("course", 100, Initializer.normal(0.01), Recipe.course(), 100_000, 0, 0, 10_000);

    for (long length : List.of(0L, 26L, 1_115_394L, 1L << 40)) {
      assertThat(Plan.named("course", length, 65)).isEqualTo(course);
    }
    assertThat(course.sampleEvery()).isEqualTo(10_000);
    assertThat(course.withSteps(7).recipe()).isEqualTo(Recipe.course());
    assertThat(course.withSteps(300_000).sampleEvery()).isEqualTo(10_000);
  }

  @Test
  void names_areAllThereIs() {
    assertThat(Plan.names()).containsExactly("course", "quick", "good", "best");
    for (String name : Plan.names()) {
      assertThat(Plan.named(name, 1_000_000, 65).name()).isEqualTo(name);
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Plan.named("curse", 100, 65))
        .withMessage("recipe is curse, must be course, quick, good or best");
  }

  @ParameterizedTest
  @ValueSource(longs = {2, 3, 27, 400, 1_999, 2_000, 74_000, 1_115_394, 10_000_000, 1L << 40})
  void everyPlan_fitsItsText(long length) {
    for (String name : NEWER) {
      Plan plan = Plan.named(name, length, 65);
      Recipe recipe = plan.recipe();
      long read = length - plan.heldOut();

      assertThat(Streams.leastLength(recipe.sequenceLength(), recipe.batchSize()))
          .as("%s", plan)
          .isLessThanOrEqualTo(read);
      assertThat(plan.steps()).isPositive();
      assertThat(recipe.learningRate().steps()).isEqualTo(plan.steps());
      assertThat(recipe.learningRate().warmUp()).isLessThanOrEqualTo(plan.steps() / 10);
      assertThat(recipe.resetEvery()).as("the zero state is trained").isPositive();
      assertThat(plan.heldOut()).isLessThanOrEqualTo(20_000);
      assertThat(plan.heldOut() == 0).isEqualTo(length < 2_000);
      if (plan.heldOut() > 0) {
        assertThat(plan.heldOut() / plan.heldOutPieces()).as("%s", plan).isGreaterThanOrEqualTo(50);
      }
      assertThat(plan.steps() / plan.sampleEvery()).isLessThanOrEqualTo(10);
    }
  }

  @Test
  void aPlan_takesNoLonger_howeverLongItsText() {
    for (String name : NEWER) {
      double usual = characters(Plan.named(name, 1L << 30, 65));
      assertThat(characters(Plan.named(name, 1L << 40, 65))).isEqualTo(usual);
      assertThat(characters(Plan.named(name, 1L << 30, 6_000))).isBetween(usual / 8, usual / 2);
      assertThat(characters(Plan.named(name, 1L << 30, 4))).isBetween(usual, 1.3 * usual);
    }
    assertThat(characters(Plan.named("quick", 10_000_000, 65)))
        .as("within the first pass")
        .isLessThan(10_000_000 - 20_000);
  }

  private static double characters(Plan plan) {
    return (double) plan.steps() * plan.recipe().batchSize() * plan.recipe().sequenceLength();
  }

  @Test
  void otherSteps_endTheLearningRateWithTheRun() {
    Plan plan = Plan.named("quick", 1_115_394, 65);

    assertThat(plan.withSteps(plan.steps())).isEqualTo(plan);
    Plan shorter = plan.withSteps(200);
    assertThat(shorter.steps()).isEqualTo(200);
    assertThat(shorter.recipe().learningRate())
        .isEqualTo(LearningRate.linear(plan.recipe().learningRate().rate(), 0, 200).withWarmUp(20));
    assertThat(shorter.validationEvery()).as("of 20,000 characters").isEqualTo(20_000 / (20 * 32));
    assertThat(shorter.sampleEvery()).isEqualTo(20);
    assertThat(plan.withSteps(0).recipe().learningRate().steps()).isEqualTo(1);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> plan.withSteps(-1))
        .withMessage("steps is -1, must be at least 0");
  }

  @Test
  void manySymbols_haveASmallerU() {
    assertThat(Plan.named("quick", 1_115_394, 128).initializer())
        .isEqualTo(Initializer.orthogonal(0.7, 3, 0.1));
    assertThat(Plan.named("quick", 177_000, 4_997).initializer())
        .isEqualTo(Initializer.orthogonal(0.7, 0.48, 0.1));
  }

  @Test
  void weightDecay_isForTextsThatAreReadOftenEnough() {
    assertThat(weightDecay("quick", 74_000)).isZero();
    assertThat(weightDecay("good", 74_000)).isEqualTo(0.2);
    assertThat(weightDecay("best", 1_115_394)).isEqualTo(0.5);
    assertThat(weightDecay("good", 20_000_000)).isBetween(0.01, 0.1); // read once
    assertThat(weightDecay("best", 1L << 40)).isZero();
  }

  private static double weightDecay(String name, long length) {
    Plan plan = Plan.named(name, length, 65);
    return ((Optimizer.OfMoments) plan.recipe().optimizer()).weightDecay();
  }
}
