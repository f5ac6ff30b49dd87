package io.github.charrnn.cli;

import io.github.charrnn.EncodedText;
import io.github.charrnn.Evaluation;
import io.github.charrnn.Scorer;
import io.github.charrnn.UnknownSymbols;
import io.github.charrnn.VanillaRnn;
import io.github.charrnn.cli.files.Destinations;
import io.github.charrnn.cli.files.Replacement;
import io.github.charrnn.cli.files.Sources;
import io.github.charrnn.cli.files.TextSource;
import io.github.charrnn.cli.options.FromZeroOption;
import io.github.charrnn.cli.options.Options;
import io.github.charrnn.cli.options.ThreadsOption;
import io.github.charrnn.cli.options.UnknownOption;
import io.github.charrnn.cli.output.ExitCode;
import io.github.charrnn.cli.output.Terminal;
import io.github.charrnn.cli.report.SurprisalReport;
import io.github.charrnn.cli.report.Verdict;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Says how well a model predicts a text. */
@Command(
    name = "evaluate",
    description =
        "Says how well a model predicts a text. It begins in the state in which training left it, is"
            + " given the first character and predicts each one after it. A model of documents"
            + " begins each of them anew, and predicts all of it and its end.")
final class EvaluateCommand implements Callable<Integer> {
  private final Terminal terminal;
  @Spec private CommandSpec command;

  @Parameters(index = "0", paramLabel = "MODEL", description = "A model that rnn train has saved.")
  private Path model;

  @Parameters(
      index = "1",
      paramLabel = "TEXT",
      description = "A UTF-8 file, or - for standard input.")
  private String text;

  @Mixin private UnknownOption unknown;
  @Mixin private FromZeroOption fromZero;

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
          "Print one JSON object: characters, natsPerCharacter, bitsPerCharacter, perplexity,"
              + " skippedSymbols, ofSymbols, verdict (a sentence if something is wrong).")
  private boolean json;

  @Mixin private ThreadsOption threads;

  EvaluateCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException {
    if (text.isEmpty()) {
      throw Options.wrong(command, "TEXT is empty: name a file");
    }
    UnknownSymbols policy = unknown.policy();
    OptionalInt many = threads.count();
    VanillaRnn rnn = fromZero.applyTo(Sources.model(model));
    Scorer scorer = Scorer.of(rnn);
    many.ifPresent(scorer::threads);
    EncodedText encoded = read(rnn, policy);
    UnknownOption.tell(command, terminal.err(), encoded, Sources.name(text));
    if (html != null) {
      Destinations destinations =
          new Destinations().keep("the model", model.toString()).keep("the text", text);
      Options.requireNoClash(command, () -> destinations.add("the page", html));
    }
    Evaluation evaluation = scorer.evaluate(encoded);
    if (html != null) {
      Replacement.write(html, page(rnn, encoded, evaluation));
    }
    Optional<String> verdict = Verdict.of(rnn, evaluation);
    if (json) {
      Map<String, Object> result = new LinkedHashMap<>();
      result.put("characters", evaluation.characters());
      result.put("natsPerCharacter", Terminal.jsonNumber(evaluation.natsPerCharacter()));
      result.put("bitsPerCharacter", Terminal.jsonNumber(evaluation.bitsPerCharacter()));
      result.put("perplexity", Terminal.jsonNumber(evaluation.perplexity()));
      UnknownOption.put(result, encoded);
      result.put("verdict", verdict.orElse(null));
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
      verdict.ifPresent(it -> terminal.err().println("rnn evaluate: " + it));
    }
    return ExitCode.OK;
  }

  /** Of a model of documents, the documents of the text; one is enough. */
  private EncodedText read(VanillaRnn rnn, UnknownSymbols policy) throws IOException {
    return TextSource.of(text, rnn.documents()).readAny(terminal, rnn.vocab(), policy);
  }

  private String page(VanillaRnn rnn, EncodedText encoded, Evaluation evaluation) {
    return SurprisalReport.page(
        Program.name(),
        String.valueOf(model.getFileName()),
        encoded.skipped() == 0
            ? Sources.name(text)
            : String.format(
                Locale.ROOT,
                "%s, without %,d unknown characters",
                Sources.name(text),
                encoded.skipped()),
        rnn,
        encoded,
        evaluation);
  }
}
