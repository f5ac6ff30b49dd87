package io.github.charrnn.cli;

import io.github.charrnn.Documents;
import io.github.charrnn.EncodedText;
import io.github.charrnn.Evaluation;
import io.github.charrnn.Scorer;
import io.github.charrnn.UnknownSymbolException;
import io.github.charrnn.UnknownSymbols;
import io.github.charrnn.VanillaRnn;
import io.github.charrnn.cli.files.Lines;
import io.github.charrnn.cli.files.Sources;
import io.github.charrnn.cli.options.Options;
import io.github.charrnn.cli.options.ThreadsOption;
import io.github.charrnn.cli.options.UnknownOption;
import io.github.charrnn.cli.output.ExitCode;
import io.github.charrnn.cli.output.Failures;
import io.github.charrnn.cli.output.ScoredLine;
import io.github.charrnn.cli.output.Terminal;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Says of every line how well a model predicts it. */
@Command(
    name = "score",
    description = {
      "Says of every line how well a model predicts it.",
      "One line out for one line in, in their order, as soon as it is read: nats, bits per"
          + " character, characters (with the end of the line, if the model predicts that) and the"
          + " line, separated by tabs."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  rnn score names.safetensors more.txt",
      "  rnn score names.safetensors more.txt --top 20"
    })
final class ScoreCommand implements Callable<Integer> {
  private static final String TOP = "--top";

  /** Lines that are read ahead, at most, and characters of them but for the last one's. */
  private static final int AHEAD = 1 << 12;

  private static final long CHARACTERS_AHEAD = 1 << 22;

  /** Bits from which on a character is marked: it was as unexpected as one of 64. */
  private static final double SURPRISING = 6;

  private final Terminal terminal;
  @Spec private CommandSpec command;

  @Parameters(index = "0", paramLabel = "MODEL", description = "A model that rnn train has saved.")
  private Path model;

  @Parameters(
      index = "1..*",
      arity = "0..*",
      paramLabel = "TEXT",
      description = "UTF-8 files, or - for standard input, which is read if there is none.",
      showDefaultValue = Visibility.NEVER)
  private List<String> texts = new ArrayList<>();

  @Option(
      names = "--than",
      paramLabel = "OTHER",
      description =
          "Print, before the line, by how many nats this model predicts it better than another"
              + " model; negative if it does worse.",
      defaultValue = Option.NULL_VALUE,
      showDefaultValue = Visibility.NEVER)
  private Path than;

  @Option(
      names = TOP,
      paramLabel = "<n>",
      description =
          "Print only so many lines, those with the most bits per character first; characters of 6"
              + " bits and more stand in [brackets]. Empty lines are left out, unless the model is of"
              + " documents, which are not empty.",
      defaultValue = Option.NULL_VALUE,
      showDefaultValue = Visibility.NEVER)
  private Integer top;

  @Mixin private UnknownOption unknown;
  @Mixin private ThreadsOption threads;

  @Option(
      names = "--json",
      description =
          "Print one JSON object a line: text, nats, bitsPerCharacter, characters, better (with"
              + " --than), marked (with --top), skippedSymbols, ofSymbols.")
  private boolean json;

  /** A line, and what the model says of it. */
  private record Score(String line, EncodedText text, Evaluation by, double better) {
    double bits() {
      return by.bitsPerCharacter();
    }
  }

  ScoreCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException {
    UnknownSymbols policy = unknown.policy();
    if (texts.contains("")) {
      throw Options.wrong(command, "TEXT is empty: name a file");
    }
    Options.requireOneStandardInput(command, texts);
    if (top != null) {
      Options.requireAtLeast(command, TOP, top, 1);
    }
    VanillaRnn rnn = Sources.model(model);
    Optional<VanillaRnn> other = than == null ? Optional.empty() : Optional.of(Sources.model(than));
    Queue<Score> most =
        new PriorityQueue<>(Comparator.comparingDouble(Score::bits)); // the least of them first
    try (Lines lines = new Lines(terminal, texts)) {
      score(rnn, other, lines, policy, most);
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    if (top != null) {
      ArrayDeque<Score> falling = new ArrayDeque<>();
      while (!most.isEmpty()) {
        falling.addFirst(most.remove());
      }
      for (Score score : falling) {
        print(score, Optional.of(marked(rnn, score.text)));
      }
    }
    terminal.out().flush();
    return ExitCode.OK;
  }

  /** As many lines at a time as are there, so that a slow pipe gets an answer to each. */
  private void score(
      VanillaRnn rnn,
      Optional<VanillaRnn> other,
      Lines lines,
      UnknownSymbols policy,
      Queue<Score> most)
      throws IOException {
    Scorer scorer = scorer(rnn);
    Optional<Scorer> byOther = other.map(this::scorer);
    List<String> some = new ArrayList<>();
    List<EncodedText> ours = new ArrayList<>();
    List<EncodedText> theirs = new ArrayList<>();
    Optional<RuntimeException> failure = Optional.empty();
    while (failure.isEmpty() && lines.hasNext()) {
      some.clear();
      ours.clear();
      theirs.clear();
      long characters = 0;
      try {
        while (some.size() < AHEAD
            && characters < CHARACTERS_AHEAD
            && (some.isEmpty() || lines.areReady())
            && lines.hasNext()) {
          String line = lines.next();
          EncodedText our = encode(rnn, line, policy, lines);
          if (other.isPresent()) {
            theirs.add(encode(other.get(), line, policy, lines));
          }
          ours.add(our);
          some.add(line);
          characters += our.length();
        }
      } catch (RuntimeException e) { // after what came before
        failure = Optional.of(e);
      }
      List<Evaluation> by = evaluate(scorer, ours);
      List<Evaluation> byThem =
          byOther.isPresent() ? evaluate(byOther.get(), theirs) : Collections.emptyList();
      for (int i = 0; i < some.size(); i++) {
        double better = byOther.isPresent() ? nats(byThem.get(i)) - nats(by.get(i)) : Double.NaN;
        if (top == null || !some.get(i).isEmpty() || rnn.documents().isPresent()) {
          take(new Score(some.get(i), ours.get(i), by.get(i), better), most);
        }
      }
      terminal.out().flush();
    }
    if (failure.isPresent()) {
      throw failure.get();
    }
  }

  private Scorer scorer(VanillaRnn rnn) {
    Scorer scorer = Scorer.of(rnn);
    threads.count().ifPresent(scorer::threads);
    return scorer;
  }

  private static double nats(Evaluation by) {
    return by.natsPerCharacter() * by.characters();
  }

  private static List<Evaluation> evaluate(Scorer scorer, List<EncodedText> texts) {
    List<Evaluation> result = new ArrayList<>();
    scorer.evaluateEach(texts.iterator(), text -> text, (text, by) -> result.add(by));
    return result;
  }

  /** What ends a line for a model; empty if it knows nothing that does. */
  private static String boundary(VanillaRnn rnn) {
    int end = rnn.documents().map(Documents::boundary).orElse((int) '\n');
    return rnn.vocab().symbolOf(end) < 0 ? "" : Character.toString(end);
  }

  private static EncodedText encode(
      VanillaRnn rnn, String line, UnknownSymbols policy, Lines lines) {
    EncodedText text;
    try {
      text = rnn.encodeLine(line, policy);
    } catch (UnknownSymbolException e) {
      String at = lines.place() + ": " + Failures.sentence(e);
      throw new UncheckedIOException(new IOException(at, e));
    }
    if (text.length() < 2) {
      throw new UncheckedIOException(
          new IOException(
              lines.place()
                  + " has fewer than 2 characters that the model knows: it predicts no end of a"
                  + " line"));
    }
    return text;
  }

  private void take(Score score, Queue<Score> most) {
    if (top == null) {
      print(score, Optional.empty());
      return;
    }
    most.add(score);
    if (most.size() > top) {
      most.remove();
    }
  }

  private void print(Score score, Optional<String> marked) {
    try {
      if (json) {
        terminal.printJsonLine(object(score, marked));
      } else {
        String line = marked.orElse(score.line);
        String shown =
            than == null ? line : String.format(Locale.ROOT, "%.4f\t%s", score.better, line);
        terminal
            .out()
            .append(ScoredLine.of(nats(score.by), score.bits(), score.by.characters(), shown))
            .append('\n');
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Map<String, Object> object(Score score, Optional<String> marked) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("text", score.line);
    object.put("nats", Terminal.jsonNumber(nats(score.by)));
    object.put("bitsPerCharacter", Terminal.jsonNumber(score.bits()));
    object.put("characters", score.by.characters());
    if (than != null) {
      object.put("better", Terminal.jsonNumber(score.better));
    }
    marked.ifPresent(it -> object.put("marked", it));
    UnknownOption.put(object, score.text);
    return object;
  }

  /** The line, with what was surprising of it in brackets; an end that was is []. */
  private static String marked(VanillaRnn rnn, EncodedText text) {
    double[] nats = rnn.surprisals(text);
    String boundary = boundary(rnn);
    StringBuilder marked = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      String symbol = Character.toString(rnn.vocab().codePointOf(text.symbol(i)));
      String shown = symbol.equals(boundary) ? "" : symbol;
      boolean surprising = i > 0 && nats[i - 1] >= SURPRISING * Math.log(2);
      marked.append(surprising ? "[" + shown + "]" : shown);
    }
    return marked.toString();
  }
}
