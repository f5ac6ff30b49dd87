package io.github.charrnn.cli;

import io.github.charrnn.VanillaRnn;
import io.github.charrnn.cli.options.Numbers;
import io.github.charrnn.cli.options.Refusals;
import io.github.charrnn.cli.output.ExitCode;
import io.github.charrnn.cli.output.Failures;
import io.github.charrnn.cli.output.Terminal;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.RunLast;
import picocli.CommandLine.UnmatchedArgumentException;

/** A program of commands: carries out the one that was typed, and says what went wrong. */
public final class Commands {
  private final Terminal terminal;
  private final Function<Exception, String> sentence;
  private final String program;

  private Commands(Terminal terminal, Function<Exception, String> sentence, String program) {
    this.terminal = terminal;
    this.sentence = sentence;
    this.program = program;
  }

  /**
   * Makes a program of a command line that has its commands.
   *
   * @param sentence what is said of a failure
   */
  public static CommandLine program(
      CommandLine commandLine, Terminal terminal, Function<Exception, String> sentence) {
    Commands commands = new Commands(terminal, sentence, commandLine.getCommandName());
    commandLine
        .addSubcommand(new HelpCommand())
        .setOut(new PrintWriter(terminal.ownOut(), true)) // picocli has bold type
        .setErr(terminal.err())
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setAbbreviatedOptionsAllowed(false)
        .setExpandAtFiles(false)
        .setExecutionStrategy(commands::execute)
        .setParameterExceptionHandler((e, arguments) -> commands.usageError(e))
        .setExecutionExceptionHandler((e, command, result) -> commands.failure(command, e));
    Numbers.register(commandLine);
    HelpLayout.apply(commandLine, terminal.errColumns());
    return commandLine;
  }

  /** Runs a command of a program; returns its exit code. */
  public static int run(CommandLine program, Terminal terminal, String... args) {
    try {
      int code = program.execute(args);
      terminal.out().flush();
      return code;
    } catch (IOException e) {
      return failure(terminal, program, e, Failures::sentence);
    } catch (OutOfMemoryError e) {
      terminal.err().println(program.getCommandName() + ": " + Failures.outOfMemory());
      return ExitCode.FAILED;
    }
  }

  /** Without a command there is nothing to run: the help says what there is. */
  public static ParameterException none(CommandLine program) {
    return new NoCommand(program);
  }

  private static final class NoCommand extends ParameterException {
    private static final long serialVersionUID = 1;

    NoCommand(CommandLine program) {
      super(program, "no command is given");
    }
  }

  /**
   * As usual, but --version also says what computes: picocli asks version providers at any start.
   */
  private int execute(ParseResult result) {
    CommandLine commandLine = result.commandSpec().commandLine();
    if (!result.hasSubcommand() && !result.unmatched().isEmpty()) { // before any --help
      return usageError(new UnmatchedArgumentException(commandLine, result.unmatched()));
    }
    Refusals.requireFiles(result);
    if (!versionRequested(result)) {
      return new RunLast().execute(result);
    }
    try {
      String kernels = VanillaRnn.kernels();
      int code = new RunLast().execute(result);
      new PrintWriter(terminal.out(), true).println(kernels);
      return code;
    } catch (IllegalStateException e) {
      return failure(commandLine, e);
    }
  }

  private static boolean versionRequested(ParseResult result) {
    return result.isVersionHelpRequested()
        || (result.hasSubcommand() && versionRequested(result.subcommand()));
  }

  private int usageError(ParameterException e) {
    if (e instanceof NoCommand) { // picocli looks at standard output alone
      Ansi ansi = terminal.errColumns() > 0 ? Ansi.AUTO : Ansi.OFF;
      e.getCommandLine().usage(terminal.ownErr(), ansi);
      terminal.ownErr().println();
    }
    String command = e.getCommandLine().getCommandSpec().qualifiedName();
    if (command.equals(program) && e instanceof UnmatchedArgumentException unmatched) {
      String refusal = Refusals.unknownCommand(unmatched);
      terminal.err().println(program + ": " + refusal + " (try: " + program + " help)");
      return ExitCode.USAGE;
    }
    String help = command.equals(program) ? program + " help" : command + " --help";
    terminal.err().println(command + ": " + Refusals.sentence(e) + " (try: " + help + ")");
    return ExitCode.USAGE;
  }

  private int failure(CommandLine command, Exception e) {
    return failure(terminal, command, e, sentence);
  }

  private static int failure(
      Terminal terminal, CommandLine command, Exception e, Function<Exception, String> sentence) {
    if (e instanceof Terminal.OutputException output && output.readerHasGone()) {
      return ExitCode.OK;
    }
    terminal.err().println(command.getCommandSpec().qualifiedName() + ": " + sentence.apply(e));
    if (Boolean.getBoolean("rnn.trace")) {
      e.printStackTrace(terminal.err());
    }
    return ExitCode.FAILED;
  }
}
