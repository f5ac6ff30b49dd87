package io.github.charrnn.cli;

import io.github.charrnn.cli.report.Analysis;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** How many elements of each parameter a report's gradient checks compare. */
final class ReportOptions {
  private static final String ALL = "all";

  @Spec(Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = "--gradcheck",
      paramLabel = "<n>",
      description =
          "Elements of each parameter that the report's gradient checks compare, drawn at random;"
              + " all, or 0 for no checks. Without it: as many as take little time, 100 at most, and only"
              + " with the run's hidden size and sequence length; otherwise also with 3 of each.",
      defaultValue = Option.NULL_VALUE,
      showDefaultValue = picocli.CommandLine.Help.Visibility.NEVER)
  private String gradcheck;

  /** As {@link Analysis} takes it. */
  int elements() {
    if (gradcheck == null) {
      return Analysis.FEW_ELEMENTS;
    }
    if (gradcheck.equals(ALL)) {
      return Integer.MAX_VALUE;
    }
    try {
      int elements = Integer.parseInt(gradcheck);
      if (elements >= 0) {
        return elements;
      }
    } catch (NumberFormatException e) {
      // refused below
    }
    throw new ParameterException(
        spec.commandLine(),
        "--gradcheck: it is '" + gradcheck + "', must be all or a number of at least 0");
  }
}
