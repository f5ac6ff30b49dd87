package io.github.charrnn.cli;

import io.github.charrnn.VanillaRnn;
import io.github.charrnn.cli.files.Destinations;
import io.github.charrnn.cli.options.Options;
import io.github.charrnn.cli.output.ExitCode;
import io.github.charrnn.cli.output.Terminal;
import io.github.charrnn.cli.weights.Import;
import io.github.charrnn.cli.weights.Symbols;
import io.github.charrnn.cli.weights.WeightFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Makes a model of weights that another program has written. */
@Command(
    name = "import",
    description = {
      "Makes a model of weights that another program has written.",
      "PyTorch or NumPy for example. The tensors are called U, W, V, b, c, or as in PyTorch's RNN"
          + " and Linear, or Wxh, Whh, Why, bh, by."
    },
    footerHeading = "%nExample:%n",
    footer = "  rnn import weights.npz -o book.safetensors")
final class ImportCommand implements Callable<Integer> {
  private final Terminal terminal;
  @Spec private CommandSpec command;

  @Parameters(
      arity = "1..*",
      paramLabel = "WEIGHTS",
      description = "A safetensors file, a .npz file, .npy files, or a directory of these.")
  private List<Path> weights;

  @Option(
      names = "--vocab",
      paramLabel = "FILE",
      description =
          "The symbols in the order of the weights: a text of them, each once; JSON, if its name"
              + " ends in .json, as in [\"a\", \"b\"] or {\"a\": 0, \"b\": 1}; a model, if it ends in"
              + " .safetensors. Without it: what the weights' own file says.",
      defaultValue = Option.NULL_VALUE,
      showDefaultValue = Visibility.NEVER)
  private String vocab;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "MODEL",
      description = "Where to save the model; a file of that name is replaced.",
      defaultValue = Option.NULL_VALUE,
      showDefaultValue = Visibility.NEVER)
  private Path output;

  ImportCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException {
    if (output == null) {
      throw Options.wrong(command, "-o is missing: name the file to save to");
    }
    if (vocab != null && vocab.isEmpty()) {
      throw Options.wrong(command, "--vocab is empty: name a file");
    }
    for (Path file : weights) {
      requireNoClash("the weights", file.toString());
    }
    requireNoClash("the vocabulary", vocab == null ? "" : vocab);
    WeightFiles files = WeightFiles.read(weights);
    Import read = new Import(files, symbols(files));
    VanillaRnn rnn = read.model();
    rnn.save(output);
    read.note().ifPresent(it -> terminal.err().println("rnn import: " + it));
    terminal.println(
        String.format(
            Locale.ROOT,
            "saved %s: hidden size %d, %d symbols, fingerprint %s",
            output,
            rnn.hiddenSize(),
            rnn.vocab().size(),
            rnn.fingerprint()));
    return ExitCode.OK;
  }

  private void requireNoClash(String what, String name) throws IOException {
    Destinations destinations = new Destinations().keepText(what, name);
    Options.requireNoClash(command, () -> destinations.add("the model", output));
  }

  private Symbols symbols(WeightFiles files) throws IOException {
    if (vocab != null) {
      return Symbols.read(terminal, vocab);
    }
    Optional<Symbols> own = Symbols.of(files);
    return own.orElseThrow(
        () -> Options.wrong(command, "--vocab is missing: the weights do not say their symbols"));
  }
}
