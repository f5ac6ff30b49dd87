package io.github.charrnn.cli.options;

import io.github.charrnn.EncodedText;
import io.github.charrnn.Trainer;
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
      description = "Passes through the text, instead of --steps.",
      defaultValue = Option.NULL_VALUE,
      showDefaultValue = Visibility.NEVER)
  private Integer epochs;

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
   * How many steps a trainer is to take on a text.
   *
   * @param planned unless any were typed
   */
  public long of(Trainer trainer, EncodedText text, long planned) {
    if (epochs != null) {
      int count = epochs;
      return Options.get(command, "--epochs", () -> trainer.stepsOf(text, count));
    }
    long count = steps == null ? planned : steps;
    Options.requireAtLeast(command, "--steps", count, 0);
    return count;
  }
}
