package io.github.charrnn.cli;

import io.github.charrnn.UnknownSymbolException;
import io.github.charrnn.VanillaRnn;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.Properties;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.RunLast;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.UnmatchedArgumentException;

/** The entry point, and what all commands share: exit codes and how errors are said. */
@Command(
    name = "rnn",
    description = "Vanilla character-level recurrent networks: train, sample, evaluate, check.",
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
  /** Done. */
  static final int OK = 0;

  /** Failed; standard error says why. */
  static final int FAILED = 1;

  /** The command line is wrong. */
  static final int USAGE = 2;

  /** Ended by Ctrl-C. */
  static final int INTERRUPTED = 130;

  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  /** Runs a command and exits with its code. */
  public static void main(String[] args) {
    Terminal terminal =
        new Terminal(
            new FileInputStream(FileDescriptor.in),
            new FileOutputStream(FileDescriptor.out),
            new FileOutputStream(FileDescriptor.err),
            Boolean.getBoolean("rnn.terminal.out"),
            Integer.getInteger("rnn.terminal.err", 0));
    System.exit(run(terminal, args));
  }

  /** Runs a command. */
  static int run(Terminal terminal, String... args) {
    CommandLine commandLine =
        new CommandLine(new Main())
            .addSubcommand(new TrainCommand(terminal))
            .addSubcommand(new SampleCommand(terminal))
            .addSubcommand(new EvaluateCommand(terminal))
            .addSubcommand(new GradcheckCommand(terminal))
            .addSubcommand(new ReportCommand(terminal))
            .addSubcommand(new CompareCommand(terminal))
            .addSubcommand(new InspectCommand(terminal))
            .addSubcommand(new VerifyCommand(terminal))
            .setOut(new PrintWriter(terminal.out(), true))
            .setErr(terminal.err())
            .setCaseInsensitiveEnumValuesAllowed(true)
            .setAbbreviatedOptionsAllowed(false)
            .setExpandAtFiles(false)
            .setExecutionStrategy(result -> execute(terminal, result))
            .setParameterExceptionHandler((e, arguments) -> usageError(terminal, e))
            .setExecutionExceptionHandler((e, command, result) -> failure(terminal, command, e));
    try {
      int code = commandLine.execute(args);
      terminal.out().flush();
      return code;
    } catch (IOException e) {
      return failure(terminal, commandLine, e);
    } catch (OutOfMemoryError e) {
      long mebibytes = Runtime.getRuntime().maxMemory() >> 20;
      terminal
          .err()
          .println(
              "rnn: out of memory: the heap has at most "
                  + mebibytes
                  + " MiB: choose a shorter text or smaller sizes, or give Java more:"
                  + " RNN_JAVA_OPTS=-Xmx"
                  + 2 * mebibytes
                  + "m");
      return FAILED;
    }
  }

  /**
   * As usual, but --version also says what computes: picocli asks version providers at any start.
   */
  private static int execute(Terminal terminal, ParseResult result) {
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

  /** Without a command there is nothing to run. */
  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "no command is given");
  }

  private static int usageError(Terminal terminal, ParameterException e) {
    String command = e.getCommandLine().getCommandSpec().qualifiedName();
    if (command.equals("rnn") && e instanceof UnmatchedArgumentException unmatched) {
      String word = unmatched.getUnmatched().get(0);
      terminal.err().println("rnn: there is no command " + word + " (try: rnn --help)");
      return USAGE;
    }
    terminal
        .err()
        .println(
            command
                + ": "
                + firstLine(String.valueOf(e.getMessage()))
                + " (try: "
                + command
                + " --help)");
    return USAGE;
  }

  private static int failure(Terminal terminal, CommandLine command, Exception e) {
    if (e instanceof Terminal.OutputException output && output.readerHasGone()) {
      return OK;
    }
    terminal.err().println(command.getCommandSpec().qualifiedName() + ": " + explain(e));
    if (Boolean.getBoolean("rnn.trace")) {
      e.printStackTrace(terminal.err());
    }
    return FAILED;
  }

  /** One sentence for whoever typed the command. */
  static String explain(Exception e) {
    if (e instanceof UncheckedIOException && e.getCause() instanceof IOException io) {
      return explain(io);
    }
    if (e instanceof UnknownSymbolException) {
      return e.getMessage() + ": --unknown skip leaves such symbols out";
    }
    if (e instanceof NoSuchFileException file) {
      return file.getReason() == null
          ? "there is no file " + file.getFile()
          : file.getFile() + " is " + file.getReason();
    }
    if (e instanceof AccessDeniedException file) {
      return "there is no permission for " + file.getFile();
    }
    if (e instanceof FileSystemException file) {
      return file.getFile() + ": " + (file.getReason() == null ? "failed" : file.getReason());
    }
    if (e instanceof IOException
        || e instanceof IllegalArgumentException
        || e instanceof IllegalStateException
        || e instanceof ArithmeticException) {
      String message = firstLine(String.valueOf(e.getMessage()));
      return message.replaceFirst(
          "start Java with (-Xmx\\w+)$", "give Java more: RNN_JAVA_OPTS=$1");
    }
    return "this is a bug in rnn, please report it: " + e + " (-Drnn.trace=true shows where)";
  }

  /** Name and version of this program. */
  static String program() {
    return "charrnn " + Version.projectVersion();
  }

  private static String firstLine(String message) {
    return message.lines().findFirst().orElse(message);
  }

  /** Prints the version of this project and of Java. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {program() + ", Java " + System.getProperty("java.version")};
    }

    private static String projectVersion() {
      try (InputStream in = Main.class.getResourceAsStream("version.properties")) {
        Properties properties = new Properties();
        properties.load(in);
        return properties.getProperty("version", "unknown");
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
