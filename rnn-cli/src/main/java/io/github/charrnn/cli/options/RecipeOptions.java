package io.github.charrnn.cli.options;

import io.github.charrnn.Clip;
import io.github.charrnn.LearningRate;
import io.github.charrnn.Optimizer;
import io.github.charrnn.Recipe;
import io.github.charrnn.cli.report.Setting;
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
 * The recipe of a run. A setting is an option here and a row of {@link #ROWS}: that is all that the
 * command line needs to take it, to compare it with the run that is resumed, to type it again, and
 * to show it in reports.
 */
public final class RecipeOptions {
  private static final Recipe COURSE = Recipe.course();

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
   * @param key in reports and other JSON
   * @param name in words
   * @param typed a recipe with what was typed
   * @param value of a recipe: an Integer, a Double or a String; empty if its kind is another
   */
  private record Row(
      String option,
      String key,
      String name,
      BiFunction<RecipeOptions, Recipe, Recipe> typed,
      Function<Recipe, Optional<Object>> value) {}

  private static final List<Row> ROWS =
      List.of(
          new Row(
              "--seq",
              "sequenceLength",
              "sequence length",
              (typed, recipe) -> recipe.withSequenceLength(typed.seq),
              recipe -> Optional.of(recipe.sequenceLength())),
          new Row(
              "--batch",
              "batchSize",
              "batch size",
              (typed, recipe) -> recipe.withBatchSize(typed.batch),
              recipe -> Optional.of(recipe.batchSize())),
          new Row(
              "--lr",
              "learningRate",
              "learning rate",
              (typed, recipe) -> recipe.withLearningRate(LearningRate.constant(typed.lr)),
              recipe -> Optional.of(recipe.learningRate().rate())),
          new Row(
              "--clip",
              "clip",
              "clip",
              (typed, recipe) -> recipe.withClip(Clip.value(typed.clip)),
              recipe -> Optional.of(recipe.clip().bound())),
          new Row(
              "--optimizer",
              "optimizer",
              "optimizer",
              (typed, recipe) ->
                  recipe.withOptimizer(Optimizer.named(typed.optimizer.toLowerCase(Locale.ROOT))),
              recipe -> Optional.of(recipe.optimizer().name())));

  /** The recipe that was typed. */
  public Recipe recipe() {
    Recipe recipe = COURSE;
    for (Row row : given()) {
      recipe = with(row, recipe);
    }
    return recipe;
  }

  /** Refuses what was typed and is not what the run to be resumed has, as the library does. */
  public void requireSame(Recipe theirs, Path checkpoint) {
    Recipe typed = theirs;
    for (Row row : given()) {
      typed = with(row, typed);
    }
    String difference = typed.difference(theirs);
    if (difference.isEmpty()) {
      return;
    }
    for (Row row : ROWS) {
      difference = difference.replace(row.key + " is ", row.option + " is ");
    }
    throw Options.wrong(
        command, difference + ", as in the run of the checkpoint " + checkpoint + ": leave it out");
  }

  private List<Row> given() {
    return ROWS.stream().filter(row -> Options.given(command, row.option)).toList();
  }

  private Recipe with(Row row, Recipe recipe) {
    return Options.get(command, row.option, () -> row.typed.apply(this, recipe));
  }

  /** A recipe as it is typed. */
  public static List<String> typed(Recipe recipe) {
    List<String> words = new ArrayList<>();
    for (Row row : ROWS) {
      row.value.apply(recipe).ifPresent(value -> words.addAll(List.of(row.option, word(value))));
    }
    return words;
  }

  /** A recipe as it is shown. */
  public static List<Setting> shown(Recipe recipe) {
    List<Setting> settings = new ArrayList<>();
    for (Row row : ROWS) {
      row.value
          .apply(recipe)
          .ifPresent(value -> settings.add(new Setting(row.key, row.name, value)));
    }
    return settings;
  }

  private static String word(Object value) {
    return value instanceof Double x && Double.isFinite(x)
        ? BigDecimal.valueOf(x).stripTrailingZeros().toPlainString()
        : value.toString();
  }
}
