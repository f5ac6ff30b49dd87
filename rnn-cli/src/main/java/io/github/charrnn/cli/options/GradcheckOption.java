package io.github.charrnn.cli.options;

import io.github.charrnn.cli.output.Shell;
import java.math.BigDecimal;
import java.util.OptionalInt;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** How many elements of each parameter a report's gradient checks compare. */
public final class GradcheckOption {
  static final String NAME = "--gradcheck";
  private static final String ALL = "all";

  @Spec(Target.MIXEE)
  private CommandSpec command;

  @Option(
      names = NAME,
      paramLabel = "<n>",
      description =
          "Elements of each parameter that the report's gradient checks compare, drawn at random;"
              + " all of them, or 0 for no checks. These checks are also run with 3 hidden units"
              + " and with 3 characters. Without it: as many as take little time, 100 at most, and"
              + " only at the sizes of the run.",
      defaultValue = Option.NULL_VALUE,
      showDefaultValue = Visibility.NEVER)
  private String gradcheck;

  /** How many, at least 0; empty for as many as take little time. */
  public OptionalInt elements() {
    if (gradcheck == null) {
      return OptionalInt.empty();
    }
    if (gradcheck.equals(ALL)) {
      return OptionalInt.of(Integer.MAX_VALUE);
    }
    int elements = Numbers.whole(gradcheck, BigDecimal::intValueExact).orElse(-1);
    if (elements < 0) {
      throw Options.wrong(
          command, NAME + " is " + Shell.quoted(gradcheck) + ", must be all or at least 0");
    }
    return OptionalInt.of(elements);
  }
}
