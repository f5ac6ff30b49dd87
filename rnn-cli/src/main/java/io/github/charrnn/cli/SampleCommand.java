package io.github.charrnn.cli;

import io.github.charrnn.EncodedText;
import io.github.charrnn.Sampler;
import io.github.charrnn.UnknownSymbols;
import io.github.charrnn.VanillaRnn;
import io.github.charrnn.cli.files.Sources;
import io.github.charrnn.cli.options.FromZeroOption;
import io.github.charrnn.cli.options.Options;
import io.github.charrnn.cli.options.ThreadsOption;
import io.github.charrnn.cli.options.UnknownOption;
import io.github.charrnn.cli.output.ExitCode;
import io.github.charrnn.cli.output.Terminal;
import io.github.charrnn.cli.report.Verdict;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
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
    description =
        "Writes text from a model to standard output while it is drawn, after the prime if there"
            + " is one. The same model, options and seed give the same text. With --count, many"
            + " passages: each ends with a line feed, which is added unless the model wrote one.")
final class SampleCommand implements Callable<Integer> {
  private static final String COUNT = "--count";
  private static final long FLUSH_NANOS = 50_000_000;

  /** Characters of passages that are drawn before they are written. */
  private static final long AHEAD = 1 << 20;

  private final Terminal terminal;
  @Spec private CommandSpec command;

  @Parameters(paramLabel = "MODEL", description = "A model that rnn train has saved.")
  private Path model;

  @Option(names = "--length", description = "Characters to draw; the prime does not count.")
  private long length = 1_000;

  @Option(
      names = "--temperature",
      description =
          "Below 1 likely characters become likelier; 0 always takes the likeliest; above 1 the"
              + " differences shrink.")
  private double temperature = 1;

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
      description = "Text to go on from. Without it: the start of a line.",
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
      description = "End as soon as the model has written this.",
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

  @Mixin private ThreadsOption threads;

  @Option(
      names = "--json",
      description =
          "Print one JSON object: text, characters (drawn), seed, and of the prime skippedSymbols,"
              + " ofSymbols. With --count, one a line for every passage.")
  private boolean json;

  private final Map<String, Object> ofPrime = new LinkedHashMap<>(); // what JSON has of it

  SampleCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException {
    UnknownSymbols policy = unknown.policy();
    if (primeFile != null) {
      if (!prime.isEmpty()) {
        throw Options.wrong(
            command, "--prime and --prime-file exclude each other: give one of them");
      }
      prime = Sources.string(terminal, primeFile);
    }
    VanillaRnn saved = Sources.model(model);
    VanillaRnn rnn = fromZero.applyTo(saved);
    Sampler sampler = Sampler.of(rnn).seed(seed);
    threads.count().ifPresent(sampler::threads);
    Options.apply(command, "--temperature", () -> sampler.temperature(temperature));
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
    Options.requireAtLeast(command, "--length", length, 0);
    EncodedText read = rnn.vocab().encode(prime, policy);
    UnknownOption.tell(command, terminal.err(), read, "the prime");
    UnknownOption.put(ofPrime, read);
    Verdict.of(saved).ifPresent(it -> terminal.err().println("rnn sample: " + it));
    if (count != null) {
      Options.requireAtLeast(command, COUNT, count, 1);
      writePassages(sampler);
      return ExitCode.OK;
    }
    if (json) {
      StringBuilder passage = new StringBuilder();
      sampler.sampleTo(passage, length);
      terminal.printJson(object(passage.toString(), seed));
      return ExitCode.OK;
    }
    Writer out = terminal.out();
    out.append(prime);
    sampler.sampleTo(new Flushing(out), length);
    if (terminal.outIsTerminal()) {
      out.append('\n');
    }
    out.flush();
    return ExitCode.OK;
  }

  private Map<String, Object> object(String passage, long itsSeed) {
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("text", prime + passage);
    result.put("characters", passage.codePointCount(0, passage.length()));
    result.put("seed", itsSeed);
    result.putAll(ofPrime);
    return result;
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
    out.append(prime).append(passage);
    if (!passage.endsWith("\n")) {
      out.append('\n');
    }
  }

  /** Passes text on in pieces that are small to the eye and large to the system. */
  private static final class Flushing implements Appendable {
    private final Writer to;
    private long flushed = System.nanoTime();

    Flushing(Writer to) {
      this.to = to;
    }

    @Override
    public Appendable append(char c) throws IOException {
      to.append(c);
      long now = System.nanoTime();
      if (now - flushed > FLUSH_NANOS) {
        to.flush();
        flushed = now;
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
