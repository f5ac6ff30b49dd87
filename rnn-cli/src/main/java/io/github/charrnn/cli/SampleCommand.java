package io.github.charrnn.cli;

import io.github.charrnn.Documents;
import io.github.charrnn.EncodedText;
import io.github.charrnn.Sampler;
import io.github.charrnn.UnknownSymbols;
import io.github.charrnn.VanillaRnn;
import io.github.charrnn.cli.files.Escapes;
import io.github.charrnn.cli.files.Sources;
import io.github.charrnn.cli.interactive.Conversation;
import io.github.charrnn.cli.options.DocumentOptions;
import io.github.charrnn.cli.options.FromZeroOption;
import io.github.charrnn.cli.options.Options;
import io.github.charrnn.cli.options.ThreadsOption;
import io.github.charrnn.cli.options.UnknownOption;
import io.github.charrnn.cli.output.ExitCode;
import io.github.charrnn.cli.output.Flushing;
import io.github.charrnn.cli.output.Terminal;
import io.github.charrnn.cli.report.Verdict;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Writes text from a model. */
@Command(
    name = "sample",
    description = {
      "Writes text from a model, after the prime if there is one.",
      "It goes to standard output while it is drawn. The same model, options and seed give the same"
          + " text. With --count, many passages: each ends with a line feed, which is added unless"
          + " the model wrote one. A model of documents writes documents, one or as many as --count"
          + " says."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  rnn sample book.safetensors --prime 'The ' --temperature 0.7",
      "  rnn sample book.safetensors -i",
      "  rnn sample names.safetensors --count 20 --unique --new names.txt"
    })
final class SampleCommand implements Callable<Integer> {
  private static final String COUNT = "--count";
  private static final String INTERACTIVE = "--interactive";
  private static final String LENGTH = "--length";
  private static final String TEMPERATURE = "--temperature";

  /** Documents that are drawn for each that is asked for, at most, and some more. */
  private static final long DRAWN_FOR_ONE = 100;

  private static final long DRAWN_AT_LEAST = 10_000;

  /** Characters of passages that are drawn before they are written. */
  private static final long AHEAD = 1 << 20;

  private final Terminal terminal;
  @Spec private CommandSpec command;

  @Parameters(paramLabel = "MODEL", description = "A model that rnn train has saved.")
  private Path model;

  @Option(
      names = LENGTH,
      description =
          "Characters to draw; the prime does not count. Without it, a model of documents writes"
              + " whole ones.")
  private long length = 1_000;

  @Option(
      names = TEMPERATURE,
      split = ",",
      paramLabel = "<temperature>",
      description =
          "Below 1 likely characters become likelier; 0 always takes the likeliest; above 1 the"
              + " differences shrink. With several, as in 0.5,0.8,1, each writes in turn, under a"
              + " heading.",
      defaultValue = "1.0")
  private List<Double> temperatures = new ArrayList<>();

  @Option(
      names = "--top-k",
      paramLabel = "<k>",
      description = "Draw only from the k likeliest characters.",
      defaultValue = Option.NULL_VALUE,
      showDefaultValue = Visibility.NEVER)
  private Integer topK;

  @Option(
      names = "--top-p",
      paramLabel = "<p>",
      description = "Draw only from the likeliest characters that together have probability p.")
  private double topP = 1;

  @Option(
      names = "--prime",
      paramLabel = "<text>",
      description =
          "Text to go on from. Without it: the start of a line. \\n, \\t, \\\\ and \\u00e9 are"
              + " understood.",
      showDefaultValue = Visibility.NEVER)
  private String prime = "";

  @Option(
      names = "--prime-file",
      paramLabel = "FILE",
      description = "The same from a UTF-8 file, or - for standard input.",
      defaultValue = Option.NULL_VALUE,
      showDefaultValue = Visibility.NEVER)
  private String primeFile;

  @Mixin private UnknownOption unknown;
  @Mixin private FromZeroOption fromZero;

  @Option(
      names = "--stop",
      paramLabel = "<text>",
      description = "End as soon as the model has written this. \\n and so on as in --prime.",
      showDefaultValue = Visibility.NEVER)
  private String stop = "";

  @Option(names = "--seed", description = "Seed of the draws.")
  private long seed = 1;

  @Option(
      names = COUNT,
      paramLabel = "<passages>",
      description =
          "Write so many passages, of --seed and the seeds after it, each as it is alone.",
      defaultValue = Option.NULL_VALUE,
      showDefaultValue = Visibility.NEVER)
  private Long count;

  @Mixin private DocumentOptions documents;
  @Mixin private ThreadsOption threads;

  @Option(
      names = "--json",
      description =
          "Print one JSON object: text, characters (drawn), seed, and of the prime skippedSymbols,"
              + " ofSymbols. With --count, one a line for every passage. Of documents, one a line:"
              + " text, characters (in all), and those of the prime. Of several temperatures, one a"
              + " line, with temperature.")
  private boolean json;

  @Option(
      names = {"-i", INTERACTIVE},
      description =
          "Continue what is typed, line after line, a model of documents to whole ones; :help has"
              + " the rest. Standard input may also be a pipe or a file.")
  private boolean interactive;

  /** What JSON has of the prime, and of the temperature if there are several. */
  private final Map<String, Object> ofAll = new LinkedHashMap<>();

  /** Of the model, also where passages are written and not documents. */
  private Optional<Documents> ofModel = Optional.empty();

  SampleCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException {
    UnknownSymbols policy = unknown.policy();
    documents.requireConsistent();
    if (interactive) {
      requireAlone();
    }
    if (primeFile != null) {
      if (!prime.isEmpty()) {
        throw Options.wrong(
            command, "--prime and --prime-file exclude each other: give one of them");
      }
      if (primeFile.isEmpty()) {
        throw Options.wrong(command, "--prime-file is empty: name a file");
      }
      prime = Sources.string(terminal, primeFile);
    } else {
      prime = Options.get(command, "--prime", () -> Escapes.read(prime));
    }
    stop = Options.get(command, "--stop", () -> Escapes.read(stop));
    VanillaRnn saved = Sources.model(model);
    VanillaRnn rnn = fromZero.applyTo(saved);
    ofModel = rnn.documents();
    Sampler sampler = Sampler.of(rnn).seed(seed);
    threads.count().ifPresent(sampler::threads);
    for (double temperature : temperatures) {
      Options.apply(command, TEMPERATURE, () -> sampler.temperature(temperature));
    }
    if (topK != null) {
      int k = topK;
      Options.apply(command, "--top-k", () -> sampler.topK(k));
    }
    Options.apply(command, "--top-p", () -> sampler.topP(topP));
    Options.apply(command, "--prime", () -> sampler.prime(prime, policy));
    try {
      sampler.stopAfter(stop);
    } catch (IllegalArgumentException e) {
      throw Options.wrong(command, "--stop: " + e.getMessage() + ": the model can never write it");
    }
    boolean ofDocuments = rnn.documents().isPresent() && !Options.given(command, LENGTH);
    if (ofDocuments && !stop.isEmpty()) {
      throw Options.wrong(command, "--stop needs --length: the model ends documents itself");
    }
    if (!ofDocuments) {
      documents.requireAbsent(
          rnn.documents().isPresent()
              ? "--length asks for a passage: leave it out"
              : model + " is not of documents: train --documents makes one that is");
    }
    if (ofDocuments && DocumentOptions.endsOne(prime, rnn.documents().orElseThrow())) {
      throw Options.wrong(
          command,
          (primeFile == null ? "--prime" : "--prime-file")
              + " has the end of a document in it: name how one begins");
    }
    Options.requireAtLeast(command, LENGTH, length, 0);
    EncodedText read = rnn.vocab().encode(prime, policy);
    UnknownOption.tell(command, terminal.err(), read, "the prime");
    UnknownOption.put(ofAll, read);
    Verdict.of(saved).ifPresent(it -> terminal.err().println("rnn sample: " + it));
    if (count != null) {
      Options.requireAtLeast(command, COUNT, count, 1);
    }
    if (interactive) {
      converse(rnn, sampler, policy, ofDocuments);
      return ExitCode.OK;
    }
    DocumentOptions.Choice choice = documents.choice(terminal, rnn);
    for (double temperature : temperatures) {
      sampler.temperature(temperature);
      if (temperatures.size() > 1) {
        head(temperature);
      }
      if (ofDocuments) {
        writeDocuments(sampler, rnn.documents().orElseThrow(), choice);
      } else if (count != null) {
        writePassages(sampler);
      } else {
        writePassage(sampler);
      }
    }
    return ExitCode.OK;
  }

  private void requireAlone() {
    for (String option : List.of("--prime", "--prime-file", COUNT, "--unique", "--new", "--json")) {
      if (Options.given(command, option)) {
        throw Options.wrong(
            command, option + " and " + INTERACTIVE + " exclude each other: give one of them");
      }
    }
    if (temperatures.size() > 1) {
      throw Options.wrong(
          command,
          TEMPERATURE
              + " has "
              + temperatures.size()
              + " values, must have one with "
              + INTERACTIVE
              + ": type "
              + Conversation.TEMPERATURE
              + " there");
    }
  }

  private void converse(VanillaRnn rnn, Sampler sampler, UnknownSymbols policy, boolean ofDocuments)
      throws IOException {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put(Conversation.TEMPERATURE, Options.word(temperatures.get(0)));
    settings.put(Conversation.TOP_K, topK == null ? Conversation.ALL : topK.toString());
    settings.put(Conversation.TOP_P, Options.word(topP));
    settings.put(Conversation.LENGTH, Long.toString(ofDocuments ? documents.maxLength() : length));
    settings.put(Conversation.SEED, Long.toString(seed));
    Optional<Documents> how = rnn.documents().filter(it -> ofDocuments);
    new Conversation(command, terminal, rnn, sampler, policy, how, settings).hold();
  }

  /** Says of which temperature all is until the next one. */
  private void head(double temperature) throws IOException {
    if (json) {
      ofAll.put("temperature", temperature);
    } else {
      terminal.println("--- temperature " + Options.word(temperature) + " ---");
    }
  }

  private void writePassage(Sampler sampler) throws IOException {
    boolean alone = temperatures.size() == 1;
    if (json) {
      StringBuilder passage = new StringBuilder();
      sampler.sampleTo(passage, length);
      Map<String, Object> object = object(passage.toString(), seed);
      if (alone) {
        terminal.printJson(object);
      } else {
        terminal.printJsonLine(object);
      }
      return;
    }
    Flushing out = new Flushing(terminal.out(), text -> Escapes.shown(text, ofModel));
    out.append(prime);
    sampler.sampleTo(out, length);
    if (!alone) {
      out.endLine();
    } else if (terminal.outIsTerminal()) {
      out.append('\n');
    }
    terminal.out().flush();
  }

  private Map<String, Object> object(String passage, long itsSeed) {
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("text", prime + passage);
    result.put("characters", passage.codePointCount(0, passage.length()));
    result.put("seed", itsSeed);
    result.putAll(ofAll);
    return result;
  }

  /** Until there are as many as asked for, or it is plain that there will never be. */
  private void writeDocuments(Sampler sampler, Documents how, DocumentOptions.Choice choice)
      throws IOException {
    long wanted = count == null ? 1 : count;
    long most = DRAWN_AT_LEAST + DRAWN_FOR_ONE * Math.min(wanted, Long.MAX_VALUE >> 8);
    Iterator<String> drawn = sampler.documents(documents.maxLength()).iterator();
    long written = 0;
    for (long draws = 0; draws < most && written < wanted; draws++) {
      String document = whole(drawn.next(), how);
      if (!document.isEmpty() && choice.takes(document)) {
        write(document, how);
        written++;
      }
    }
    terminal.out().flush();
    if (written < wanted) {
      throw new IOException(
          String.format(
              Locale.ROOT,
              "of %,d documents only %,d were not known or written already, not %,d: a higher"
                  + " --temperature gives others",
              most,
              written,
              wanted));
    }
  }

  /** Up to where it ends for whoever reads it again: the model may spell a delimiter out. */
  private static String whole(String document, Documents how) {
    return how.delimiter().isEmpty()
        ? document
        : document.substring(0, (document + how.delimiter()).indexOf(how.delimiter()));
  }

  /** In such a way that they are the same documents when they are read again. */
  private void write(String document, Documents how) throws IOException {
    if (json) {
      Map<String, Object> object = new LinkedHashMap<>();
      object.put("text", document);
      object.put("characters", document.codePointCount(0, document.length()));
      object.putAll(ofAll);
      terminal.printJsonLine(object);
      return;
    }
    Writer out = terminal.out();
    out.append(document).append(how.delimiter());
    if (how.delimiter().isEmpty() && !document.endsWith("\n")) {
      out.append('\n');
    }
    if (terminal.outIsTerminal()) {
      out.flush();
    }
  }

  /** Side by side, some at a time: memory does not depend on how many there are. */
  private void writePassages(Sampler sampler) throws IOException {
    if (length > Integer.MAX_VALUE) {
      throw Options.wrong(
          command,
          String.format(
              Locale.ROOT,
              "--length is %d, must be at most %d with %s",
              length,
              Integer.MAX_VALUE,
              COUNT));
    }
    long atATime = Math.max(1, AHEAD / Math.max(1, length));
    for (long done = 0; done < count; ) {
      int some = (int) Math.min(atATime, count - done);
      for (String passage : sampler.seed(seed + done).samples((int) length, some)) {
        write(passage, seed + done);
        done++;
      }
      terminal.out().flush();
    }
  }

  private void write(String passage, long itsSeed) throws IOException {
    if (json) {
      terminal.printJsonLine(object(passage, itsSeed));
      return;
    }
    Writer out = terminal.out();
    String shown = Escapes.shown(passage, ofModel);
    out.append(prime).append(shown);
    if (!shown.endsWith("\n")) {
      out.append('\n');
    }
  }
}
