package io.github.charrnn.cli.options;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** How long a command may take. */
public final class MinutesOption {
  private static final String MINUTES = "--minutes";

  @Spec(Target.MIXEE)
  private CommandSpec command;

  @Option(
      names = MINUTES,
      description =
          "About how long it may take: measures how fast this machine is, chooses sizes and steps,"
              + " and prints the command that does the same on any other.")
  private Double minutes;

  /**
   * Minutes, if they are given.
   *
   * @param others options that they exclude
   */
  public OptionalDouble minutes(String... others) {
    if (minutes == null) {
      return OptionalDouble.empty();
    }
    if (!(minutes > 0 && minutes < Double.POSITIVE_INFINITY)) {
      throw Options.wrong(command, MINUTES + " is " + minutes + ", must be above 0 and finite");
    }
    for (String other : others) {
      if (Options.given(command, other)) {
        throw Options.wrong(command, MINUTES + " excludes " + other + ": it is chosen by the time");
      }
    }
    return OptionalDouble.of(minutes);
  }

  /** The words of a command without this option. */
  public static List<String> without(List<String> typed) {
    List<String> words = new ArrayList<>();
    for (int i = 0; i < typed.size(); i++) {
      if (typed.get(i).equals(MINUTES)) {
        i++; // and its value
      } else if (!typed.get(i).startsWith(MINUTES + "=")) {
        words.add(typed.get(i));
      }
    }
    return words;
  }
}
