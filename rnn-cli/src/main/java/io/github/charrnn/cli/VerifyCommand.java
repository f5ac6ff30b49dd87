package io.github.charrnn.cli;

import io.github.charrnn.VanillaRnn;
import io.github.charrnn.cli.files.Sources;
import io.github.charrnn.cli.output.ExitCode;
import io.github.charrnn.cli.output.Terminal;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Says whether a file is whole. */
@Command(
    name = "verify",
    description = {
      "Says whether a model or a checkpoint is whole, to the last bit.",
      "The exit code is 0 if it is; otherwise it is 1, and standard error says why."
    },
    footerHeading = "%nExample:%n",
    footer = "  rnn verify book.safetensors")
final class VerifyCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Parameters(paramLabel = "MODEL", description = "A model or a checkpoint.")
  private Path model;

  VerifyCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException {
    VanillaRnn rnn = Sources.model(model);
    terminal.println(
        String.format(
            Locale.ROOT,
            "%s is whole: hidden size %d, %d symbols, %s",
            model,
            rnn.hiddenSize(),
            rnn.vocab().size(),
            rnn.training()
                .map(training -> String.format(Locale.ROOT, "step %,d", training.step()))
                .orElse("untrained")));
    return ExitCode.OK;
  }
}
