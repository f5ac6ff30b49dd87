package io.github.charrnn.cli;

import io.github.charrnn.cli.output.ExitCode;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** The help of the program or of a command. */
@Command(
    name = "help",
    description = "Shows this help, or that of a command.",
    footerHeading = "%nExamples:%n",
    footer = {"  ${ROOT-COMMAND-NAME} help", "  ${ROOT-COMMAND-NAME} help train | less"})
final class HelpCommand implements Callable<Integer> {
  @Spec private CommandSpec command;

  @Parameters(arity = "0..1", paramLabel = "COMMAND", description = "The command.")
  private String name = "";

  @Override
  public Integer call() {
    CommandLine rnn = command.parent().commandLine();
    if (!name.isEmpty() && !rnn.getSubcommands().containsKey(name)) {
      throw new UnmatchedArgumentException(rnn, List.of(name));
    }
    CommandLine asked =
        name.isEmpty() ? rnn : Objects.requireNonNull(rnn.getSubcommands().get(name));
    asked.usage(command.commandLine().getOut());
    return ExitCode.OK;
  }
}
