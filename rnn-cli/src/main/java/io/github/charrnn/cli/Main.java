package io.github.charrnn.cli;

import io.github.charrnn.VanillaRnn;
import io.github.charrnn.cli.options.Numbers;
import io.github.charrnn.cli.options.Refusals;
import io.github.charrnn.cli.output.ExitCode;
import io.github.charrnn.cli.output.Failures;
import io.github.charrnn.cli.output.LibraryLog;
import io.github.charrnn.cli.output.Terminal;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.RunLast;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** The entry point: finds the command, carries it out, and says what went wrong. */
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
    Terminal terminal =
        new Terminal(
            new FileInputStream(FileDescriptor.in),
            new FileOutputStream(FileDescriptor.out),
            new FileOutputStream(FileDescriptor.err),
            Boolean.getBoolean("rnn.terminal.in"),
            Boolean.getBoolean("rnn.terminal.out"),
            Integer.getInteger("rnn.terminal.err", 0));
    System.exit(run(terminal, args));
  }

  /** Runs a command. */
  static int run(Terminal terminal, String... args) {
    CommandLine commandLine = commandLine(terminal);
    try {
      int code = commandLine.execute(args);
      terminal.out().flush();
      return code;
    } catch (IOException e) {
      return failure(terminal, commandLine, e);
    } catch (OutOfMemoryError e) {
      terminal.err().println("rnn: " + Failures.outOfMemory());
      return ExitCode.FAILED;
    }
  }

  /** All commands. */
  static CommandLine commandLine(Terminal terminal) {
    CommandLine commandLine =
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
            .addSubcommand(new ManCommand(terminal))
            .addSubcommand(new HelpCommand())
            .setOut(new PrintWriter(terminal.ownOut(), true)) // picocli has bold type
            .setErr(terminal.ownErr()) // for help alone: refusals are printed below
            .setCaseInsensitiveEnumValuesAllowed(true)
            .setAbbreviatedOptionsAllowed(false)
            .setExpandAtFiles(false)
            .setExecutionStrategy(result -> execute(terminal, result))
            .setParameterExceptionHandler((e, arguments) -> usageError(terminal, e))
            .setExecutionExceptionHandler((e, command, result) -> failure(terminal, command, e));
    Numbers.register(commandLine);
    HelpLayout.apply(commandLine, terminal.errColumns());
    return commandLine;
  }

  /**
   * As usual, but --version also says what computes: picocli asks version providers at any start.
   */
  private static int execute(Terminal terminal, ParseResult result) {
    if (!result.hasSubcommand() && !result.unmatched().isEmpty()) { // before any --help
      CommandLine rnn = result.commandSpec().commandLine();
      return usageError(terminal, new UnmatchedArgumentException(rnn, result.unmatched()));
    }
    if (!versionRequested(result)) {
      return new RunLast().execute(result);
    }
    try {
      String kernels = VanillaRnn.kernels();
      int code = new RunLast().execute(result);
      new PrintWriter(terminal.out(), true).println(kernels);
      return code;
    } catch (IllegalStateException e) {
      return failure(terminal, result.commandSpec().commandLine(), e);
    }
  }

  private static boolean versionRequested(ParseResult result) {
    return result.isVersionHelpRequested()
        || (result.hasSubcommand() && versionRequested(result.subcommand()));
  }

  /** Without a command there is nothing to run: the help says what there is. */
  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getErr());
    spec.commandLine().getErr().println();
    throw new ParameterException(spec.commandLine(), "no command is given");
  }

  private static int usageError(Terminal terminal, ParameterException e) {
    String command = e.getCommandLine().getCommandSpec().qualifiedName();
    if (command.equals("rnn") && e instanceof UnmatchedArgumentException unmatched) {
      terminal.err().println("rnn: " + Refusals.unknownCommand(unmatched) + " (try: rnn help)");
      return ExitCode.USAGE;
    }
    String help = command.equals("rnn") ? "rnn help" : command + " --help";
    terminal.err().println(command + ": " + Refusals.sentence(e) + " (try: " + help + ")");
    return ExitCode.USAGE;
  }

  private static int failure(Terminal terminal, CommandLine command, Exception e) {
    if (e instanceof Terminal.OutputException output && output.readerHasGone()) {
      return ExitCode.OK;
    }
    terminal.err().println(command.getCommandSpec().qualifiedName() + ": " + Failures.sentence(e));
    if (Boolean.getBoolean("rnn.trace")) {
      e.printStackTrace(terminal.err());
    }
    return ExitCode.FAILED;
  }
}
