package io.github.charrnn.cli;

import io.github.charrnn.cli.output.Failures;
import io.github.charrnn.cli.output.LibraryLog;
import io.github.charrnn.cli.output.Terminal;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The entry point: what commands there are. */
@Command(
    name = "rnn",
    description = "Vanilla character-level recurrent networks: train, sample, evaluate, check.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  rnn train                      learns a short novel that comes with rnn",
      "  rnn train book.txt             learns a text of yours",
      "  rnn sample book.safetensors    writes like it",
      "  rnn help train                 all that a command can do"
    },
    synopsisSubcommandLabel = "COMMAND",
    versionProvider = Program.class,
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
      "143:terminated (kill)",
      "129:the terminal was closed"
    })
public final class Main implements Runnable {
  @Spec private CommandSpec spec;

  /** Runs a command and exits with its code. */
  public static void main(String[] args) {
    LibraryLog.configure();
    System.exit(run(Terminal.ofProcess(), args));
  }

  /** Runs a command; returns its exit code. */
  public static int run(Terminal terminal, String... args) {
    return Commands.run(commandLine(terminal), terminal, args);
  }

  /** All commands. */
  static CommandLine commandLine(Terminal terminal) {
    return Commands.program(
        new CommandLine(new Main())
            .addSubcommand(new TrainCommand(terminal))
            .addSubcommand(new TuneCommand(terminal))
            .addSubcommand(new SampleCommand(terminal))
            .addSubcommand(new EvaluateCommand(terminal))
            .addSubcommand(new ScoreCommand(terminal))
            .addSubcommand(new GradcheckCommand(terminal))
            .addSubcommand(new ReportCommand(terminal))
            .addSubcommand(new CompareCommand(terminal))
            .addSubcommand(new InspectCommand(terminal))
            .addSubcommand(new VerifyCommand(terminal))
            .addSubcommand(new ImportCommand(terminal))
            .addSubcommand(new ExportCommand(terminal))
            .addSubcommand(new CompletionCommand(terminal))
            .addSubcommand(new ManCommand(terminal)),
        terminal,
        Failures::sentence);
  }

  @Override
  public void run() {
    throw Commands.none(spec.commandLine());
  }
}
