package io.github.charrnn.cli;

import io.github.charrnn.TrainingSummary;
import io.github.charrnn.VanillaRnn;
import io.github.charrnn.cli.files.Sources;
import io.github.charrnn.cli.options.ModelOptions;
import io.github.charrnn.cli.options.RecipeOptions;
import io.github.charrnn.cli.output.ExitCode;
import io.github.charrnn.cli.output.Terminal;
import io.github.charrnn.cli.report.Setting;
import io.github.charrnn.cli.report.Verdict;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Says what a model is. */
@Command(
    name = "inspect",
    description = "Says what a model is and how its last training run went.",
    footerHeading = "%nExamples:%n",
    footer = {"  rnn inspect book.safetensors", "  rnn inspect book.safetensors --json"})
final class InspectCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Parameters(paramLabel = "MODEL", description = "A model that rnn train has saved.")
  private Path model;

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  InspectCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException {
    VanillaRnn rnn = Sources.model(model);
    if (json) {
      terminal.printJson(json(rnn));
      return ExitCode.OK;
    }
    int m = rnn.hiddenSize();
    int k = rnn.vocab().size();
    line("model", "%s", model);
    line("hidden size", "%,d", m);
    line(
        "parameters",
        "%,d: U %dx%d, W %dx%d, V %dx%d, b %d, c %d",
        rnn.parameterCount(),
        m,
        k,
        m,
        m,
        k,
        m,
        m,
        k);
    line("vocabulary", "%,d symbols: %s", k, visible(rnn.vocab().symbols()));
    line("seed", "%d", rnn.seed());
    lines(ModelOptions.shown(rnn));
    if (rnn.training().isPresent()) {
      TrainingSummary training = rnn.training().get();
      int n = training.recipe().sequenceLength();
      line("trained on", "%,d characters", training.textLength());
      lines(RecipeOptions.shown(training.recipe()));
      if (training.rollbacks() > 0) {
        line("rolled back", "%d times, each time to half the learning rate", training.rollbacks());
      }
      line(
          "step",
          "%,d (epoch %.2f)",
          training.step(),
          (double) training.step() / training.stepsPerEpoch());
      if (training.earlierCharacters() > 0) {
        line("earlier runs", "%,d characters", training.earlierCharacters());
      }
      if (training.step() > 0) {
        line(
            "smooth loss",
            "%.4f nats per window, %.3f bits per character",
            training.smoothLoss(),
            training.smoothLoss() / n / Math.log(2));
      }
      if (rnn.startState().isPresent()) {
        line("begins", "in the state that it stood in after that step");
      }
      if (rnn.startLoss().isPresent()) {
        double nats = rnn.startLoss().getAsDouble();
        line(
            "loss from start",
            "%.4f nats per character, %.3f bits, on pieces of all its text",
            nats,
            nats / Math.log(2));
      }
    } else {
      line("trained on", "nothing yet");
    }
    line("fingerprint", "%s", rnn.fingerprint());
    Verdict.of(rnn).ifPresent(it -> terminal.err().println("rnn inspect: " + it));
    return ExitCode.OK;
  }

  private void lines(List<Setting> settings) throws IOException {
    for (Setting setting : settings) {
      line(setting.name(), setting.isCount() ? "%,d" : "%s", setting.value());
    }
  }

  private void line(String name, String format, Object... values) throws IOException {
    terminal.println(
        String.format(Locale.ROOT, "%-17s", name) + String.format(Locale.ROOT, format, values));
  }

  private Map<String, Object> json(VanillaRnn rnn) {
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("model", model.toString());
    result.put("hiddenSize", rnn.hiddenSize());
    result.put("parameterCount", rnn.parameterCount());
    result.put("vocabulary", rnn.vocab().symbols());
    result.put("seed", rnn.seed());
    ModelOptions.shown(rnn).forEach(it -> result.put(it.key(), it.value()));
    rnn.training()
        .ifPresent(
            training -> {
              for (Setting setting : RecipeOptions.shown(training.recipe())) {
                boolean infinite = setting.value() instanceof Double x && x.isInfinite();
                result.put(setting.key(), infinite ? "Infinity" : setting.value());
              }
              result.put("rollbacks", training.rollbacks());
              result.put("textLength", training.textLength());
              result.put("step", training.step());
              result.put("earlierCharacters", training.earlierCharacters());
              result.put("smoothLoss", Terminal.jsonNumber(training.smoothLoss()));
              result.put("startState", rnn.startState().isPresent());
              result.put("startLoss", Terminal.jsonNumber(rnn.startLoss().orElse(Double.NaN)));
              result.put("verdict", Verdict.of(rnn).orElse(null));
            });
    result.put("fingerprint", rnn.fingerprint());
    return result;
  }

  /** Symbols that can be read on a line: what does not print becomes its number. */
  private static String visible(String symbols) {
    StringBuilder result = new StringBuilder();
    symbols
        .codePoints()
        .forEach(
            c -> {
              switch (Character.getType(c)) {
                case Character.CONTROL,
                    Character.FORMAT,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.NON_SPACING_MARK ->
                    result.append(String.format(Locale.ROOT, "<U+%04X>", c));
                default -> result.appendCodePoint(c);
              }
            });
    return result.toString();
  }
}
