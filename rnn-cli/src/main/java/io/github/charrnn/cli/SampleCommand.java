package io.github.charrnn.cli;

import io.github.charrnn.Sampler;
import io.github.charrnn.UnknownSymbols;
import io.github.charrnn.VanillaRnn;
import io.github.charrnn.cli.files.Sources;
import io.github.charrnn.cli.options.Options;
import io.github.charrnn.cli.options.UnknownOption;
import io.github.charrnn.cli.output.ExitCode;
import io.github.charrnn.cli.output.Terminal;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
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
            + " is one. The same model, options and seed give the same text.")
final class SampleCommand implements Callable<Integer> {
  private static final long FLUSH_NANOS = 50_000_000;

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

  @Option(
      names = "--stop",
      paramLabel = "<text>",
      description = "End as soon as the model has written this.",
      showDefaultValue = Visibility.NEVER)
  private String stop = "";

  @Option(names = "--seed", description = "Seed of the draws.")
  private long seed = 1;

  @Option(names = "--json", description = "Print one JSON object: text, characters (drawn), seed.")
  private boolean json;

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
    VanillaRnn rnn = Sources.model(model);
    Sampler sampler = Sampler.of(rnn).seed(seed);
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
    if (json) {
      StringBuilder text = new StringBuilder(prime);
      long drawn = sampler.sampleTo(text, length);
      Map<String, Object> result = new LinkedHashMap<>();
      result.put("text", text.toString());
      result.put("characters", drawn);
      result.put("seed", seed);
      terminal.printJson(result);
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
