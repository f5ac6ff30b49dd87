package io.github.charrnn.cli.options;

import io.github.charrnn.Clip;
import io.github.charrnn.LearningRate;
import io.github.charrnn.Optimizer;
import io.github.charrnn.Recipe;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/**
 * The recipe of a run. A setting is an option here and a row of {@link #SETTINGS}: that is all that
 * the command line needs to take it, to compare it with the run that is resumed, and to type it
 * again.
 */
public final class RecipeOptions {
  private static final Recipe COURSE = Recipe.named("course");

  @Spec(Target.MIXEE)
  private CommandSpec command;

  @Option(
      names = "--seq",
      description = "Sequence length: characters in a window, how far back gradients go.")
  private int seq = COURSE.sequenceLength();

  @Option(
      names = "--batch",
      description =
          "Batch size: the text is cut into so many equal streams, which are trained on side by"
              + " side; the published recipe has 1.")
  private int batch = COURSE.batchSize();

  @Option(names = "--lr", description = "Learning rate.")
  private double lr = COURSE.learningRate().rate();

  @Option(
      names = "--clip",
      description = "Every element of the gradient is clipped to at most this, either way.")
  private double clip = COURSE.clip().bound();

  @Option(
      names = "--optimizer",
      description = "adagrad, or sgd for plain stochastic gradient descent.")
  private String optimizer = COURSE.optimizer().name();

  /**
   * A setting.
   *
   * @param typed a recipe with what was typed
   * @param value of a recipe, as it is typed; empty if the option does not say it
   */
  private record Setting(
      String option,
      BiFunction<RecipeOptions, Recipe, Recipe> typed,
      Function<Recipe, Optional<String>> value) {}

  private static final List<Setting> SETTINGS =
      List.of(
          new Setting(
              "--seq",
              (typed, recipe) -> recipe.withSequenceLength(typed.seq),
              recipe -> word(recipe.sequenceLength())),
          new Setting(
              "--batch",
              (typed, recipe) -> recipe.withBatchSize(typed.batch),
              recipe -> word(recipe.batchSize())),
          new Setting(
              "--lr",
              (typed, recipe) -> recipe.withLearningRate(LearningRate.constant(typed.lr)),
              recipe -> word(recipe.learningRate().rate())),
          new Setting(
              "--clip",
              (typed, recipe) -> recipe.withClip(Clip.value(typed.clip)),
              recipe -> word(recipe.clip().bound())),
          new Setting(
              "--optimizer",
              (typed, recipe) -> recipe.withOptimizer(typed.optimizer()),
              recipe -> Optional.of(recipe.optimizer().name())));

  private Optimizer optimizer() {
    return Optimizer.named(optimizer.toLowerCase(Locale.ROOT));
  }

  /** The recipe that was typed. */
  public Recipe recipe() {
    Recipe recipe = COURSE;
    for (Setting setting : given()) {
      recipe = with(setting, recipe);
    }
    return recipe;
  }

  /** Refuses what was typed and is not what the run to be resumed has. */
  public void requireSame(Recipe theirs, Path checkpoint) {
    for (Setting setting : given()) {
      Recipe typed = with(setting, theirs);
      if (!typed.equals(theirs)) {
        throw Options.notOfTheRun(
            command,
            setting.option,
            setting.value.apply(typed).orElseThrow(),
            checkpoint,
            setting.value.apply(theirs).orElse("none"));
      }
    }
  }

  private List<Setting> given() {
    return SETTINGS.stream().filter(each -> Options.given(command, each.option)).toList();
  }

  private Recipe with(Setting setting, Recipe recipe) {
    return Options.get(command, setting.option, () -> setting.typed.apply(this, recipe));
  }

  /** A recipe as it is typed. */
  public static List<String> typed(Recipe recipe) {
    List<String> words = new ArrayList<>();
    for (Setting setting : SETTINGS) {
      setting.value.apply(recipe).ifPresent(value -> words.addAll(List.of(setting.option, value)));
    }
    return words;
  }

  private static Optional<String> word(double x) {
    return Optional.of(
        Double.isFinite(x)
            ? BigDecimal.valueOf(x).stripTrailingZeros().toPlainString()
            : Double.toString(x));
  }
}
