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
import io.github.charrnn.cli.output.Failures;
import io.github.charrnn.cli.output.Terminal;
import io.github.charrnn.cli.report.SurprisalReport;
import io.github.charrnn.cli.report.Verdict;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.function.ToLongFunction;
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
    description = {
      "Says how well a model predicts a text.",
      "It begins in the state in which training left it, is given the first character and predicts"
          + " each one after it. A model of documents begins each of them anew, and predicts all of"
          + " it and its end."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  rnn evaluate book.safetensors other.txt",
      "  rnn evaluate book.safetensors other.txt --html surprisal.html"
    })
final class EvaluateCommand implements Callable<Integer> {
  private final Terminal terminal;
  @Spec private CommandSpec command;

  @Parameters(index = "0", paramLabel = "MODEL", description = "A model that rnn train has saved.")
  private Path model;

  @Parameters(
      index = "1..*",
      arity = "1..*",
      paramLabel = "TEXT",
      description =
          "A UTF-8 file, or - for standard input. Several, or a directory (without hidden and empty files,"
              + " by name), are evaluated each by itself and all together; by a model of documents only"
              + " together.",
      showDefaultValue = Visibility.NEVER)
  private List<String> texts = new ArrayList<>();

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
              + " skippedSymbols, ofSymbols, verdict (a sentence if something is wrong). Of several"
              + " texts they are of all together, and texts is an array of text and the same.")
  private boolean json;

  @Mixin private ThreadsOption threads;

  EvaluateCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  /**
   * What was measured, of a text or of several together.
   *
   * @param skipped characters that were left out
   * @param length of what was read
   */
  private record Measured(Evaluation by, long skipped, long length) {
    static Measured together(List<Measured> each) {
      long characters = sum(each, it -> it.by.characters());
      double nats =
          each.stream().mapToDouble(it -> it.by.natsPerCharacter() * it.by.characters()).sum();
      return new Measured(
          Evaluation.of(characters, nats / characters),
          sum(each, Measured::skipped),
          sum(each, Measured::length));
    }

    private static long sum(List<Measured> each, ToLongFunction<Measured> number) {
      return each.stream().mapToLong(number).sum();
    }

    Map<String, Object> object() {
      Map<String, Object> object = new LinkedHashMap<>();
      object.put("characters", by.characters());
      object.put("natsPerCharacter", Terminal.jsonNumber(by.natsPerCharacter()));
      object.put("bitsPerCharacter", Terminal.jsonNumber(by.bitsPerCharacter()));
      object.put("perplexity", Terminal.jsonNumber(by.perplexity()));
      UnknownOption.put(object, skipped, length + skipped);
      return object;
    }

    String row(String name) {
      return String.format(
          Locale.ROOT,
          "%,20d  %18.4f  %18.4f  %10.3f  %s",
          by.characters(),
          by.natsPerCharacter(),
          by.bitsPerCharacter(),
          by.perplexity(),
          name);
    }
  }

  @Override
  public Integer call() throws IOException {
    if (texts.contains("")) {
      throw Options.wrong(command, "TEXT is empty: name a file");
    }
    Options.requireOneStandardInput(command, texts);
    UnknownSymbols policy = unknown.policy();
    OptionalInt many = threads.count();
    VanillaRnn rnn = fromZero.applyTo(Sources.model(model));
    Scorer scorer = Scorer.of(rnn);
    many.ifPresent(scorer::threads);
    TextSource source = new TextSource(texts, rnn.documents());
    List<TextSource> each = rnn.documents().isPresent() ? List.of(source) : source.apart();
    if (each.isEmpty()) {
      throw new IOException(source.name() + " has no text in it: name one that has");
    }
    if (html != null) {
      requireDestination(each);
    }
    if (each.size() > 1) {
      evaluate(scorer, rnn, each, policy);
      return ExitCode.OK;
    }
    EncodedText encoded = read(rnn, each.get(0), policy);
    Evaluation evaluation = scorer.evaluate(encoded);
    if (html != null) {
      Replacement.write(html, page(rnn, each.get(0).name(), encoded, evaluation));
    }
    Measured measured = new Measured(evaluation, encoded.skipped(), encoded.length());
    Optional<String> verdict = Verdict.of(rnn, evaluation, texts.size());
    if (json) {
      printJson(measured.object(), verdict);
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
      tell(verdict);
    }
    return ExitCode.OK;
  }

  /** Before a long text is read. */
  private void requireDestination(List<TextSource> each) throws IOException {
    if (each.size() > 1) {
      throw Options.wrong(
          command,
          String.format(
              Locale.ROOT, "--html shows one text, there are %,d: name one", each.size()));
    }
    Destinations destinations = new Destinations().keep("the model", model.toString());
    each.get(0).names().forEach(it -> destinations.keepText("the text", it));
    Options.requireNoClash(command, () -> destinations.add("the page", html));
  }

  /** Each by itself, and all together. */
  private void evaluate(Scorer scorer, VanillaRnn rnn, List<TextSource> each, UnknownSymbols policy)
      throws IOException {
    List<Measured> measured = new ArrayList<>();
    List<Map<String, Object>> objects = new ArrayList<>();
    for (TextSource text : each) {
      String name = text.names().get(0);
      Measured now;
      try {
        EncodedText encoded = read(rnn, text, policy);
        now = new Measured(scorer.evaluate(encoded), encoded.skipped(), encoded.length());
      } catch (IllegalArgumentException e) { // which does not say of what
        throw new IOException(name + ": " + Failures.sentence(e), e);
      }
      if (!json && measured.isEmpty()) {
        terminal.println(
            "characters predicted  nats per character  bits per character  perplexity  text");
      }
      measured.add(now);
      if (json) {
        Map<String, Object> object = new LinkedHashMap<>(Map.of("text", name));
        object.putAll(now.object());
        objects.add(object);
      } else {
        terminal.println(now.row(name));
      }
    }
    Measured all = Measured.together(measured);
    Optional<String> verdict = Verdict.of(rnn, all.by, each.size());
    if (json) {
      Map<String, Object> object = new LinkedHashMap<>(Map.of("texts", objects));
      object.putAll(all.object());
      printJson(object, verdict);
    } else {
      terminal.println(all.row(String.format(Locale.ROOT, "all %,d texts", each.size())));
      tell(verdict);
    }
  }

  private void printJson(Map<String, Object> object, Optional<String> verdict) throws IOException {
    object.put("verdict", verdict.orElse(null));
    terminal.printJson(object);
  }

  private void tell(Optional<String> verdict) {
    verdict.ifPresent(it -> terminal.err().println("rnn evaluate: " + it));
  }

  /** Of a model of documents, the documents of the text; one is enough. */
  private EncodedText read(VanillaRnn rnn, TextSource text, UnknownSymbols policy)
      throws IOException {
    EncodedText encoded = text.readAny(terminal, rnn.vocab(), policy);
    UnknownOption.tell(command, terminal.err(), encoded, text.name());
    return encoded;
  }

  private String page(VanillaRnn rnn, String textName, EncodedText encoded, Evaluation evaluation) {
    return SurprisalReport.page(
        Program.name(),
        String.valueOf(model.getFileName()),
        encoded.skipped() == 0
            ? textName
            : String.format(
                Locale.ROOT, "%s, without %,d unknown characters", textName, encoded.skipped()),
        rnn,
        encoded,
        evaluation);
  }
}
