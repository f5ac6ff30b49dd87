package io.github.charrnn.cli;

import io.github.charrnn.cli.output.ExitCode;
import io.github.charrnn.cli.output.Terminal;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** What makes a shell complete commands and options, by picocli. */
@Command(
    name = "completion",
    description = {
      "Prints a script by which bash and zsh complete commands and options.",
      "Each shell needs it anew: the example belongs into ~/.bashrc or ~/.zshrc."
    },
    footerHeading = "%nExample:%n",
    footer = "  source <(rnn completion)")
final class CompletionCommand implements Callable<Integer> {
  private final Terminal terminal;
  @Spec private CommandSpec command;

  CompletionCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException {
    terminal.println(AutoComplete.bash("rnn", command.parent().commandLine()));
    return ExitCode.OK;
  }
}
