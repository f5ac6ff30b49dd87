package io.github.charrnn.spark;

import io.github.charrnn.cli.Commands;
import io.github.charrnn.cli.Program;
import io.github.charrnn.cli.TuneCommand;
import io.github.charrnn.cli.output.ExitCode;
import io.github.charrnn.cli.output.LibraryLog;
import io.github.charrnn.cli.output.Terminal;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The program that spark-submit starts: what commands there are. */
@Command(
    name = "rnn-spark",
    description = "Vanilla character-level recurrent networks on Apache Spark.",
    synopsisSubcommandLabel = "COMMAND",
    versionProvider = Main.Version.class,
    mixinStandardHelpOptions = true,
    scope = ScopeType.INHERIT,
    usageHelpAutoWidth = false,
    showDefaultValues = true,
    sortOptions = false,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:done",
      "1:failed, and standard error says why",
      "2:the command line is wrong",
      "130:interrupted (Ctrl-C)",
      "143:terminated (kill)"
    })
public final class Main implements Runnable {
  @Spec private CommandSpec spec;

  private Main() {}

  /** What --version prints, but for what computes. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {
        Program.name()
            + ", Spark "
            + org.apache.spark.package$.MODULE$.SPARK_VERSION()
            + ", Java "
            + System.getProperty("java.version")
      };
    }
  }

  /**
   * Runs a command, on the cluster that spark-submit was told of or else in this process, and exits
   * with its code. A cluster manager that runs this as a driver wants it to return if all is well.
   */
  public static void main(String[] args) {
    LibraryLog.configure();
    SparkLog.configure();
    int code;
    try (Session session = new Session()) {
      code = run(Terminal.ofProcess(), session, args);
    }
    if (code != ExitCode.OK) {
      System.exit(code);
    }
  }

  /** Runs a command. */
  static int run(Terminal terminal, Sessions session, String... args) {
    return Commands.run(commandLine(terminal, session), terminal, args);
  }

  /**
   * All commands.
   *
   * @param session is asked for it after the command line has been found right
   */
  static CommandLine commandLine(Terminal terminal, Sessions session) {
    return Commands.program(
        new CommandLine(new Main())
            .addSubcommand(new ScoreCommand(terminal, session))
            .addSubcommand(tune(terminal, session))
            .addSubcommand(TrainCommand.commandLine(terminal, session))
            .addSubcommand(new DemoCommand(terminal, session)),
        terminal,
        SparkFailures::sentence);
  }

  /** The search of rnn, where this program's runs are and with its own words in the help. */
  private static CommandLine tune(Terminal terminal, Sessions session) {
    CommandLine line =
        new CommandLine(new TuneCommand(terminal, () -> new SparkRuns(session.get())));
    CommandSpec spec = line.getCommandSpec();
    spec.usageMessage()
        .footer(
            "  rnn-spark tune book.txt --minutes 10",
            "  rnn-spark tune book.txt --recipe good --steps 200");
    OptionSpec threads = spec.findOption("--threads");
    spec.remove(threads);
    spec.addOption(
        threads.toBuilder()
            .description(
                "Threads of a run, which is a task, from 1 to 1,024; the result is the same to the"
                    + " last bit with any number. Without it: spark.task.cpus, which is 1 unless set.")
            .build());
    return line;
  }

  @Override
  public void run() {
    throw Commands.none(spec.commandLine());
  }
}
