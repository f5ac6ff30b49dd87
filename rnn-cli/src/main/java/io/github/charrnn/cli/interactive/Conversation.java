package io.github.charrnn.cli.interactive;

import io.github.charrnn.CharVocab;
import io.github.charrnn.Documents;
import io.github.charrnn.EncodedText;
import io.github.charrnn.Predictor;
import io.github.charrnn.Sampler;
import io.github.charrnn.UnknownSymbolException;
import io.github.charrnn.UnknownSymbols;
import io.github.charrnn.VanillaRnn;
import io.github.charrnn.cli.files.Escapes;
import io.github.charrnn.cli.options.DocumentOptions;
import io.github.charrnn.cli.options.Numbers;
import io.github.charrnn.cli.options.Options;
import io.github.charrnn.cli.options.UnknownOption;
import io.github.charrnn.cli.output.Flushing;
import io.github.charrnn.cli.output.Terminal;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/**
 * Beginnings that are typed, each continued by a model. Every passage takes the next seed, and the
 * first one of a beginning is what {@code sample --prime} writes with that seed.
 */
public final class Conversation {
  public static final String TEMPERATURE = ":temperature";
  public static final String TOP_K = ":top-k";
  public static final String TOP_P = ":top-p";
  public static final String LENGTH = ":length";
  public static final String SEED = ":seed";

  /** All of {@link #TOP_K}. */
  public static final String ALL = "all";

  private static final String AGAIN = ":again";
  private static final String HELP = ":help";
  private static final String QUIT = ":quit";

  private final CommandSpec command;
  private final Terminal terminal;
  private final Flushing out;
  private final VanillaRnn model;
  private final Sampler sampler;
  private final UnknownSymbols unknown;
  private final Optional<Documents> documents;
  private final Map<String, String> settings = new LinkedHashMap<>(); // as they were typed
  private long length;
  private long seed;
  private String beginning = "";
  private Predictor here; // has read what was written

  /**
   * A conversation that has yet to begin.
   *
   * @param sampler of the model, with all that no one can set here
   * @param documents if each passage is one
   * @param settings what they are at first, by their names
   */
  public Conversation(
      CommandSpec command,
      Terminal terminal,
      VanillaRnn model,
      Sampler sampler,
      UnknownSymbols unknown,
      Optional<Documents> documents,
      Map<String, String> settings) {
    this.command = command;
    this.terminal = terminal;
    this.out = new Flushing(terminal.out());
    this.model = model;
    this.sampler = sampler;
    this.unknown = unknown;
    this.documents = documents;
    documents.ifPresent(how -> sampler.stopAfter(Character.toString(how.boundary())));
    settings.forEach(this::set);
    here = after("");
  }

  /** Goes on until the lines end, or one says so. */
  public void hold() throws IOException {
    try (Keyboard keyboard = Keyboard.of(terminal)) {
      Optional<String> line = keyboard.line();
      while (line.isPresent() && !line.get().stripTrailing().equals(QUIT)) {
        try {
          answer(line.get(), keyboard);
        } catch (ParameterException e) {
          terminal.err().println(command.qualifiedName() + ": " + e.getMessage());
        }
        terminal.out().flush();
        line = keyboard.line();
      }
    }
  }

  private void answer(String line, Keyboard keyboard) throws IOException {
    if (line.isEmpty()) {
      new Passage(keyboard).draw();
    } else if (!line.startsWith(":")) {
      begin(Options.get(command, "the line", () -> Escapes.read(line)), keyboard);
    } else {
      String[] words = line.strip().split("\\s+", 2);
      if (words.length == 2 && List.of(AGAIN, HELP, QUIT).contains(words[0])) {
        throw Options.wrong(command, words[0] + " is followed by " + words[1] + ": type it alone");
      }
      switch (words[0]) {
        case AGAIN -> begin(beginning, keyboard);
        case HELP -> terminal.println(help());
        default -> set(words[0], words.length == 1 ? "" : words[1]);
      }
    }
  }

  private void begin(String text, Keyboard keyboard) throws IOException {
    requireKnown(text);
    if (documents.filter(how -> DocumentOptions.endsOne(text, how)).isPresent()) {
      throw Options.wrong(command, "the end of a document is in the line: type how one begins");
    }
    here = Options.get(command, "the line", () -> after(text));
    beginning = text;
    EncodedText read = model.vocab().encode(text, unknown);
    UnknownOption.tell(command, terminal.err(), read, "the line");
    out.append(text);
    new Passage(keyboard).draw();
  }

  private void requireKnown(String text) {
    CharVocab vocab = model.vocab();
    if (unknown.equals(UnknownSymbols.fail())) {
      String all =
          text.codePoints()
              .filter(symbol -> vocab.symbolOf(symbol) < 0)
              .distinct()
              .mapToObj(Character::toString)
              .collect(Collectors.joining(" "));
      requireNormal(text);
      if (!all.isEmpty()) {
        throw Options.wrong(
            command, "the model does not know " + all + ": --unknown skip leaves such out");
      }
    }
  }

  /** What is wrong with all of a line is said of the first that is. */
  private void requireNormal(String text) {
    try {
      model.vocab().encode(text);
    } catch (UnknownSymbolException e) {
      if (e.normalForm().isPresent()) {
        throw new ParameterException(command.commandLine(), "the line: " + e.getMessage(), e);
      }
    }
  }

  private Predictor after(String text) {
    Predictor predictor = Predictor.of(model).read(text, unknown);
    // Who asks before anything was read asks of the start of a line, where sample begins, too.
    predictor.probability('\n');
    return predictor;
  }

  private void set(String name, String value) {
    switch (name) {
      case TEMPERATURE ->
          Options.apply(command, name, () -> sampler.temperature(number(name, value)));
      case TOP_K ->
          Options.apply(
              command,
              name,
              () ->
                  sampler.topK(
                      value.equals(ALL)
                          ? Integer.MAX_VALUE
                          : whole(name, value, BigDecimal::intValueExact, Integer.MAX_VALUE)));
      case TOP_P -> Options.apply(command, name, () -> sampler.topP(number(name, value)));
      case LENGTH -> {
        long typed = whole(name, value);
        Options.requireAtLeast(command, name, typed, 0);
        length = typed;
      }
      case SEED -> seed = whole(name, value);
      default -> throw Options.wrong(command, "there is no " + name + ": " + HELP + " lists all");
    }
    settings.put(name, value);
  }

  private double number(String name, String value) {
    return Numbers.real(value).orElseThrow(() -> wrong(name, value, Numbers.range(value)));
  }

  private long whole(String name, String value) {
    return whole(name, value, BigDecimal::longValueExact, Long.MAX_VALUE);
  }

  private <T> T whole(String name, String value, Function<BigDecimal, T> exact, long most) {
    return Numbers.whole(value, exact)
        .orElseThrow(() -> wrong(name, value, Numbers.rangeOfWhole(value, most)));
  }

  private ParameterException wrong(String name, String value, String range) {
    return Options.wrong(
        command,
        value.isEmpty()
            ? name + " needs a value: it is " + settings.get(name) + " now"
            : name + " is " + value + ", must be " + range);
  }

  private String help() {
    StringBuilder help = new StringBuilder();
    settings.forEach((name, value) -> help.append(String.format("%-12s is %s%n", name, value)));
    return """
        a beginning  is continued; \\n, \\t, \\\\ and \\u00e9 are understood, \\u003a is a colon
        an empty line goes on from there
        :again       the same beginning with the next seed
        :quit        leaves, as does Ctrl-D; Ctrl-C stops a passage
        """
        + help.toString().stripTrailing();
  }

  /** Ctrl-C came while a passage was drawn. */
  private static final class StoppedException extends IOException {
    private static final long serialVersionUID = 1;
  }

  /** What is written after a line, and read by the predictor as it is written. */
  private final class Passage implements Appendable {
    private final Keyboard keyboard;
    private char high; // the first half of a pair, until the second one comes

    Passage(Keyboard keyboard) {
      this.keyboard = keyboard;
    }

    void draw() throws IOException {
      try {
        sampler.seed(seed).after(here).sampleTo(this, length);
      } catch (StoppedException e) {
        // It stands where it was stopped.
      }
      out.endLine();
      seed++;
      settings.put(SEED, Long.toString(seed));
    }

    @Override
    public Appendable append(char c) throws IOException {
      if (Character.isHighSurrogate(c)) {
        high = c;
        return this;
      }
      if (keyboard.interrupted()) {
        throw new StoppedException();
      }
      int symbol = Character.isLowSurrogate(c) ? Character.toCodePoint(high, c) : c;
      if (documents.isPresent() && symbol == documents.get().boundary()) {
        here = after("");
      } else {
        here.read(symbol);
        out.append(Character.toString(symbol));
      }
      return this;
    }

    @Override
    public Appendable append(CharSequence text) throws IOException {
      return append(text, 0, text.length());
    }

    @Override
    public Appendable append(CharSequence text, int start, int end) throws IOException {
      for (int i = start; i < end; i++) {
        append(text.charAt(i));
      }
      return this;
    }
  }
}
