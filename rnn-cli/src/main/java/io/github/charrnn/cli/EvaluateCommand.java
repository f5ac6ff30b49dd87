package io.github.charrnn.cli;

import io.github.charrnn.EncodedText;
import io.github.charrnn.Evaluation;
import io.github.charrnn.UnknownSymbols;
import io.github.charrnn.VanillaRnn;
import io.github.charrnn.cli.report.SurprisalReport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Says how well a model predicts a text. */
@Command(
    name = "evaluate",
    description =
        "Says how well a model predicts a text: from the zero state, the first character given,"
            + " each one after it predicted.")
final class EvaluateCommand implements Callable<Integer> {
  private final Terminal terminal;
  @Spec private CommandSpec spec;

  @Parameters(index = "0", paramLabel = "MODEL", description = "A model that rnn train has saved.")
  private Path model;

  @Parameters(
      index = "1",
      paramLabel = "TEXT",
      description = "A UTF-8 file, or - for standard input.")
  private String text;

  @Option(
      names = "--unknown",
      paramLabel = "<policy>",
      description =
          "What to do with characters that the model does not know: fail, skip, or a character to"
              + " read instead.")
  private String unknown = "fail";

  @Option(
      names = "--html",
      paramLabel = "FILE",
      description =
          "Also write a page with the first 20,000 characters of the text, coloured by surprisal.",
      defaultValue = Option.NULL_VALUE,
      showDefaultValue = Visibility.NEVER)
  private Path html;

  @Option(
      names = "--json",
      description =
          "Print one JSON object: characters, natsPerCharacter, bitsPerCharacter, perplexity.")
  private boolean json;

  EvaluateCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException {
    if (text.isEmpty()) {
      throw new ParameterException(spec.commandLine(), "TEXT is empty: name a file");
    }
    UnknownSymbols policy = Sources.unknown(spec, unknown);
    VanillaRnn rnn = Sources.model(model);
    EncodedText encoded = Sources.text(terminal, text, rnn.vocab(), policy);
    if (html != null) {
      Destinations.requireWritable(html);
      for (String read : List.of(model.toString(), text)) {
        if (Destinations.isSame(html, read)) {
          throw new ParameterException(
              spec.commandLine(), "the page would replace " + read + ": name another file");
        }
      }
    }
    Evaluation evaluation = rnn.evaluate(encoded);
    if (html != null) {
      RunReport.write(html, page(rnn, encoded, evaluation));
    }
    if (json) {
      Map<String, Object> result = new LinkedHashMap<>();
      result.put("characters", evaluation.characters());
      result.put("natsPerCharacter", Terminal.jsonNumber(evaluation.natsPerCharacter()));
      result.put("bitsPerCharacter", Terminal.jsonNumber(evaluation.bitsPerCharacter()));
      result.put("perplexity", Terminal.jsonNumber(evaluation.perplexity()));
      terminal.printJson(result);
    } else {
      terminal.println(
          String.format(
              Locale.ROOT,
              "characters predicted  %,d%n"
                  + "nats per character    %.4f%n"
                  + "bits per character    %.4f%n"
                  + "perplexity            %.3f",
              evaluation.characters(),
              evaluation.natsPerCharacter(),
              evaluation.bitsPerCharacter(),
              evaluation.perplexity()));
    }
    return Main.OK;
  }

  private String page(VanillaRnn rnn, EncodedText encoded, Evaluation evaluation) {
    return SurprisalReport.page(
        Main.program(),
        String.valueOf(model.getFileName()),
        Sources.name(text),
        rnn,
        encoded,
        evaluation);
  }
}
