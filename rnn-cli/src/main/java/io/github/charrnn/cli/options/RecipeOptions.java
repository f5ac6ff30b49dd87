package io.github.charrnn.cli.options;

import io.github.charrnn.Optimizer;
import io.github.charrnn.Trainer;
import io.github.charrnn.TrainingSummary;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.stream.Stream;
import picocli.CommandLine.Help.Visibility;
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
  @Spec(Target.MIXEE)
  private CommandSpec command;

  @Option(
      names = "--seq",
      description = "Sequence length: characters in a window, how far back gradients go.")
  private int seq = 25;

  @Option(
      names = "--batch",
      description =
          "Batch size: streams, equal parts of the text, that are trained on side by side; 1 is the"
              + " published recipe.")
  private int batch = 1;

  @Option(names = "--lr", description = "Learning rate.")
  private double lr = 0.1;

  @Option(names = "--clip", description = "Bound on every element of the gradient.")
  private double clip = 5;

  @Option(
      names = "--optimizer",
      description = {"adagrad or sgd (plain stochastic gradient descent).", "  Default: adagrad"},
      showDefaultValue = Visibility.NEVER)
  private String optimizer = "adagrad";

  /** A setting: its option, how a trainer is given what was typed, and what a run has. */
  private record Setting(
      String option,
      BiConsumer<RecipeOptions, Trainer> apply,
      Function<RecipeOptions, Object> typed,
      Function<TrainingSummary, Object> theirs) {}

  private static final List<Setting> SETTINGS =
      List.of(
          new Setting(
              "--seq",
              (typed, trainer) -> trainer.sequenceLength(typed.seq),
              typed -> typed.seq,
              run -> run.recipe().sequenceLength()),
          new Setting(
              "--batch",
              (typed, trainer) -> trainer.batchSize(typed.batch),
              typed -> typed.batch,
              run -> run.recipe().batchSize()),
          new Setting(
              "--lr",
              (typed, trainer) -> trainer.learningRate(typed.lr),
              typed -> typed.lr,
              run -> run.recipe().learningRate().rate()),
          new Setting(
              "--clip",
              (typed, trainer) -> trainer.clip(typed.clip),
              typed -> typed.clip,
              run -> run.recipe().clip().bound()),
          new Setting(
              "--optimizer",
              (typed, trainer) -> trainer.optimizer(Optimizer.named(typed.optimizer)),
              typed -> typed.optimizer,
              run -> run.recipe().optimizer().name()));

  /** Characters in a window. */
  public int sequenceLength() {
    return seq;
  }

  /** Gives a trainer the recipe that was typed. */
  public void applyTo(Trainer trainer) {
    for (Setting setting : SETTINGS) {
      Options.apply(command, setting.option, () -> setting.apply.accept(this, trainer));
    }
  }

  /** Refuses what was typed and is not what the run to be resumed has. */
  public void requireSame(TrainingSummary run, Path checkpoint) {
    for (Setting setting : SETTINGS) {
      String typed = word(setting.typed.apply(this));
      String theirs = word(setting.theirs.apply(run));
      if (Options.given(command, setting.option) && !typed.equals(theirs)) {
        throw Options.notOfTheRun(command, setting.option, typed, checkpoint, theirs);
      }
    }
  }

  /** The recipe of a run as it is typed. */
  public static List<String> typed(TrainingSummary run) {
    return SETTINGS.stream()
        .flatMap(setting -> Stream.of(setting.option, word(setting.theirs.apply(run))))
        .toList();
  }

  private static String word(Object value) {
    return value instanceof Double x && Double.isFinite(x)
        ? BigDecimal.valueOf(x).stripTrailingZeros().toPlainString()
        : value.toString();
  }
}
