package io.github.charrnn.cli;

import io.github.charrnn.cli.output.ExitCode;
import io.github.charrnn.cli.output.Terminal;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The manual page, from what help is made of. */
@Command(
    name = "man",
    description = {
      "Prints the manual page, which has the help of all commands.",
      "Where man finds it: ~/.local/share/man/man1/rnn.1."
    },
    footerHeading = "%nExamples:%n",
    footer = {"  rnn man | man -l -", "  rnn man > rnn.1"})
final class ManCommand implements Callable<Integer> {
  private final Terminal terminal;
  @Spec private CommandSpec command;

  ManCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException {
    terminal.println(ManPage.of(command.parent().commandLine()).stripTrailing());
    return ExitCode.OK;
  }
}
