package io.github.charrnn.cli.tune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.charrnn.Clip;
import io.github.charrnn.Initializer;
import io.github.charrnn.LearningRate;
import io.github.charrnn.Optimizer;
import io.github.charrnn.Plan;
import io.github.charrnn.Recipe;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.ParameterException;

class JobTest {
  @Test
  void words_areTheSameJob_whateverTheRecipe() {
    Plan good = Plan.named("good", 123_456, 77);
    Recipe course = Recipe.course();
    double third = 1.0 / 3;
    List<Job> jobs =
        List.of(
            new Job(7, Initializer.normal(third), -5, course, 1, false),
            new Job(good.hiddenSize(), good.initializer(), 1, good.recipe(), good.steps(), true),
            new Job(
                1,
                Initializer.glorot(),
                Long.MIN_VALUE,
                course
                    .withOptimizer(Optimizer.sgd(third))
                    .withClip(Clip.norm(Double.POSITIVE_INFINITY))
                    .withLearningRate(
                        LearningRate.exponential(Double.MAX_VALUE, Double.MIN_VALUE, 9)
                            .withWarmUp(3)),
                Long.MAX_VALUE,
                true),
            new Job(
                2,
                Initializer.identity(third, 0, 1e-9),
                Long.MAX_VALUE,
                course
                    .withSequenceLength(3)
                    .withBatchSize(4)
                    .withResetEvery(5)
                    .withOptimizer(Optimizer.rmsProp(third))
                    .withLearningRate(LearningRate.cosine(0.1 + 0.2, 0, 77)),
                8,
                false),
            new Job(
                3,
                Initializer.orthogonal(third, 1e300, 0),
                0,
                course.withOptimizer(Optimizer.adaGrad(third)).withClip(Clip.value(1e-300)),
                8,
                false));

    for (Job job : jobs) {
      assertThat(Job.of(job.words())).isEqualTo(job);
    }
  }

  @Test
  void words_ofNoJob_areRefused() {
    List<String> words = new Job(7, Initializer.glorot(), 1, Recipe.course(), 9, false).words();

    assertThatThrownBy(() -> Job.of(words.subList(0, words.size() - 2)))
        .isInstanceOf(ParameterException.class)
        .hasMessageContaining("--steps");
    assertThatThrownBy(() -> Job.of(List.of("--steps", "9", "--nonsense", "1")))
        .isInstanceOf(ParameterException.class)
        .hasMessageContaining("--nonsense");
    assertThatThrownBy(() -> Job.of(List.of("--steps", "9", "--lr", "0")))
        .isInstanceOf(ParameterException.class)
        .hasMessage("--lr is 0.0, must be above 0 and finite");
  }
}
