package io.github.charrnn.cli.options;

import io.github.charrnn.EncodedText;
import io.github.charrnn.Recipe;
import io.github.charrnn.Trainer;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Locale;
import java.util.function.LongSupplier;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** How long a run is. */
public final class StepsOptions {
  @Spec(Target.MIXEE)
  private CommandSpec command;

  @Option(
      names = "--steps",
      description =
          "Steps to train for, each on a window of every stream; the recipe's unless --epochs is"
              + " given.",
      defaultValue = Option.NULL_VALUE,
      showDefaultValue = Visibility.NEVER)
  private Long steps;

  @Option(
      names = "--epochs",
      description = "Passes through the text, instead of --steps; 1.5 for one and a half.",
      defaultValue = Option.NULL_VALUE,
      showDefaultValue = Visibility.NEVER)
  private BigDecimal epochs;

  /** Refuses options that exclude each other. */
  public void requireConsistent() {
    if (steps != null && epochs != null) {
      throw Options.wrong(command, "--steps and --epochs exclude each other: give one of them");
    }
  }

  /** Whether any was typed. */
  public boolean given() {
    return steps != null || epochs != null;
  }

  /**
   * How many steps a trainer is to take on a text; whole rounds, unless they were typed.
   *
   * @param planned unless any were typed
   */
  public long of(Trainer trainer, EncodedText text, long planned) {
    return of(trainer.recipe(), () -> trainer.stepsOf(text, 1), planned);
  }

  /**
   * How many steps a run is to take; whole rounds, unless they were typed.
   *
   * @param epoch gives how many steps a pass through the text takes
   * @param planned unless any were typed
   */
  public long of(Recipe recipe, LongSupplier epoch, long planned) {
    if (epochs != null) {
      return recipe.wholeRounds(steps(epochs, epoch.getAsLong()));
    }
    long count = steps == null ? recipe.wholeRounds(planned) : steps;
    Options.requireAtLeast(command, "--steps", count, 0);
    return count;
  }

  /** Of a part of a pass as many as it takes. */
  private long steps(BigDecimal passes, long ofOne) {
    BigDecimal count = passes.multiply(BigDecimal.valueOf(ofOne));
    if (passes.signum() < 0) {
      throw Options.wrong(command, "--epochs is " + passes + ", must be at least 0");
    }
    if (count.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0) {
      throw Options.wrong(
          command,
          String.format(
              Locale.ROOT,
              "--epochs is %s, of %,d steps each, must be at most %,d steps in all",
              passes,
              ofOne,
              Long.MAX_VALUE));
    }
    return count.setScale(0, RoundingMode.CEILING).longValueExact();
  }
}
