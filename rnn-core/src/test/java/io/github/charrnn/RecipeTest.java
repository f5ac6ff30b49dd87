package io.github.charrnn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecipeTest {
  private final Recipe course = Recipe.course();

  /** The recipe with one component after the other changed. */
  private final Map<String, Recipe> changed =
      Map.of(
          "sequenceLength", course.withSequenceLength(30),
          "batchSize", course.withBatchSize(2),
          "resetEvery", course.withResetEvery(8),
          "shards", course.withShards(4),
          "localSteps", course.withLocalSteps(50),
          "optimizer", course.withOptimizer(Optimizer.sgd()),
          "learningRate", course.withLearningRate(LearningRate.constant(0.2)),
          "clip", course.withClip(Clip.value(1)));

  @Test
  void course_isThePublishedRecipe() {
    assertThat(course)
        .isEqualTo(
            new Recipe(
                25, 1, 0, 1, 1, Optimizer.adaGrad(), LearningRate.constant(0.1), Clip.value(5)));
  }

  @Test
  void difference_namesWhatDiffers_andNothingElse() {
    assertThat(course.difference(Recipe.course())).isEmpty();
    assertThat(course.difference(course.withSequenceLength(30).withClip(Clip.value(1))))
        .isEqualTo("sequenceLength is 25, not 30; clip is 5.0, not 1.0");
  }

  @Test
  void everyComponent_canBeReplaced_andIsNamedByDifference() {
    assertThat(changed.keySet())
        .containsExactlyInAnyOrderElementsOf(
            Arrays.stream(Recipe.class.getDeclaredFields())
                .filter(field -> !Modifier.isStatic(field.getModifiers()))
                .map(Field::getName)
                .toList());
    changed.forEach(
        (component, recipe) ->
            assertThat(recipe.difference(course))
                .as(component)
                .matches(component + " is [^;]+, not [^;]+"));
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -1, Double.NaN, Double.POSITIVE_INFINITY})
  void aLearningRate_isAboveZeroAndFinite(double rate) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LearningRate.constant(rate))
        .withMessage("learningRate is " + rate + ", must be above 0 and finite");
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -1, Double.NaN})
  void aClip_isAboveZero(double bound) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Clip.value(bound))
        .withMessage("clip is " + bound + ", must be above 0");
  }

  @Test
  void sizes_areAtLeastOne() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> course.withSequenceLength(0))
        .withMessage("sequenceLength is 0, must be at least 1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> course.withBatchSize(-3))
        .withMessage("batchSize is -3, must be at least 1");
  }

  @Test
  void names_areFoundAgain() {
    for (String name : Optimizer.names()) {
      assertThat(Optimizer.named(name).name()).isEqualTo(name);
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Optimizer.named("adamw"))
        .withMessage("optimizer is adamw, must be adagrad, sgd, rmsprop, adam or shampoo");
  }
}
