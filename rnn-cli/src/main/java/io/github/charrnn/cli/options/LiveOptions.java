package io.github.charrnn.cli.options;

import java.util.OptionalInt;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** Whether a run has a report, and whether it is served meanwhile. */
public final class LiveOptions {
  private static final int MAX_PORT = 65_535;

  @Spec(Target.MIXEE)
  private CommandSpec command;

  @Option(
      names = "--no-report",
      description =
          "Write no report. A report is a page, MODEL.report.html, and its numbers,"
              + " MODEL.report.json.")
  private boolean noReport;

  @Option(
      names = "--live",
      description =
          "Serve the report on this machine while training runs; its address is shown at the"
              + " start.")
  private boolean live;

  @Option(
      names = "--live-port",
      paramLabel = "<port>",
      description = "The port of --live, from 1 to 65535. Without it: any that is free.",
      defaultValue = Option.NULL_VALUE,
      showDefaultValue = Visibility.NEVER)
  private Integer port;

  /** Refuses what is out of range, and options that exclude each other. */
  public void requireConsistent() {
    if (port != null && !live) {
      throw Options.wrong(command, "--live-port needs --live");
    }
    if (port != null && (port < 1 || port > MAX_PORT)) {
      throw Options.wrong(command, "--live-port is " + port + ", must be from 1 to " + MAX_PORT);
    }
    if (noReport && (live || Options.given(command, GradcheckOption.NAME))) {
      throw Options.wrong(command, "--no-report excludes --live and " + GradcheckOption.NAME);
    }
  }

  /** Whether there is to be a report. */
  public boolean report() {
    return !noReport;
  }

  /** Where to serve it, 0 for any port; empty if it is not to be served. */
  public OptionalInt port() {
    return live ? OptionalInt.of(port == null ? 0 : port) : OptionalInt.empty();
  }
}
