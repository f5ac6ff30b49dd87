package io.github.charrnn.cli.options;

import java.util.Locale;
import java.util.OptionalInt;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** How many threads share the work of a command. */
public final class ThreadsOption {
  private static final String NAME = "--threads";

  /** The library's. */
  private static final int MOST = 1024;

  @Spec(Target.MIXEE)
  private CommandSpec command;

  @Option(
      names = NAME,
      paramLabel = "<n>",
      description =
          "Threads that share the work, from 1 to 1,024; the result is the same to the last bit with"
              + " any number. Without it: as many as pay on this machine.",
      defaultValue = Option.NULL_VALUE,
      showDefaultValue = Visibility.NEVER)
  private Integer threads;

  /**
   * How many were asked for, from 1 to 1,024; empty for as many as pay. Refuses any other number.
   */
  public OptionalInt count() {
    if (threads == null) {
      return OptionalInt.empty();
    }
    if (threads < 1 || threads > MOST) {
      throw Options.wrong(
          command,
          String.format(Locale.ROOT, "%s is %d, must be from 1 to %,d", NAME, threads, MOST));
    }
    return OptionalInt.of(threads);
  }
}
