package io.github.charrnn.cli;

import io.github.charrnn.VanillaRnn;
import io.github.charrnn.cli.files.Destinations;
import io.github.charrnn.cli.files.Sources;
import io.github.charrnn.cli.options.Options;
import io.github.charrnn.cli.output.ExitCode;
import io.github.charrnn.cli.output.Terminal;
import io.github.charrnn.cli.weights.Dtype;
import io.github.charrnn.cli.weights.Export;
import io.github.charrnn.cli.weights.Names;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Writes a model's weights for other programs. */
@Command(
    name = "export",
    description = {
      "Writes a model's weights and its vocabulary for other programs.",
      "rnn import reads them again, also where others have changed them."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  rnn export book.safetensors -o weights.npz",
      "  rnn export book.safetensors -o weights.safetensors --names pytorch"
    })
final class ExportCommand implements Callable<Integer> {
  private final Terminal terminal;
  @Spec private CommandSpec command;

  @Parameters(paramLabel = "MODEL", description = "A model that rnn train has saved.")
  private Path model;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      description =
          "Where to save the weights: a .npz file if it is called so, or else safetensors; a file of"
              + " that name is replaced.",
      defaultValue = Option.NULL_VALUE,
      showDefaultValue = Visibility.NEVER)
  private Path output;

  /** Those that there are other programs for. */
  enum Naming {
    EQUATIONS(Names.EQUATIONS),
    PYTORCH(Names.PYTORCH);

    private final Names names;

    Naming(Names names) {
      this.names = names;
    }

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Option(
      names = "--names",
      paramLabel = "<names>",
      description =
          "equations: U, W, V, b, c, and start if there is a state to begin in. pytorch: those of a"
              + " module with self.rnn = RNN(...) and self.fc = Linear(...).")
  private Naming naming = Naming.EQUATIONS;

  /** Those of weights. */
  enum Precision {
    F64(Dtype.F64),
    F32(Dtype.F32);

    private final Dtype dtype;

    Precision(Dtype dtype) {
      this.dtype = dtype;
    }

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Option(
      names = "--dtype",
      paramLabel = "<type>",
      description = "f64, which keeps every bit, or f32.")
  private Precision precision = Precision.F64;

  ExportCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException {
    if (output == null) {
      throw Options.wrong(command, "-o is missing: name the file to save to");
    }
    Destinations destinations = new Destinations().keep("the model", model.toString());
    Options.requireNoClash(command, () -> destinations.add("the weights", output));
    VanillaRnn rnn = Sources.model(model);
    Export export = new Export(rnn, naming.names, precision.dtype);
    export.write(output);
    if (export.leavesOutTheStart()) {
      terminal
          .err()
          .println(
              "rnn export: the state that the model begins in is not in "
                  + output
                  + ": --names equations keeps it, and rnn evaluate --from-zero measures without"
                  + " it");
    }
    terminal.println("saved " + output);
    return ExitCode.OK;
  }
}
