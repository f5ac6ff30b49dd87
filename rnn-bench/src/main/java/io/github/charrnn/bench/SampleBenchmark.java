package io.github.charrnn.bench;

import io.github.charrnn.EncodedText;
import io.github.charrnn.Sampler;
import io.github.charrnn.Trainer;
import io.github.charrnn.VanillaRnn;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Sampling and evaluation, in characters per second.
 *
 * <pre>
 * java -jar rnn-bench/target/benchmarks.jar SampleBenchmark -prof gc
 * </pre>
 *
 * <p>Measured on one core of an Intel Sapphire Rapids, Java 17.0.15, tinyshakespeare: hidden size
 * 100, sampling 785,000 characters per second with vector kernels and 529,000 with scalar ones,
 * evaluation 1,014,000 and 516,000; the 8 bytes that the profiler finds per character are one
 * passage's matrices.
 */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@State(Scope.Benchmark)
@Fork(
    value = 1,
    jvmArgsAppend = {
      "--add-modules=jdk.incubator.vector",
      "-XX:ObjectAlignmentInBytes=64",
      "-XX:+UseSerialGC"
    })
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class SampleBenchmark {
  private static final int VOCAB_SIZE = 65; // of the random text
  private static final int CHARACTERS = 20_000;

  @Param({"100", "512"})
  int hiddenSize;

  @Param({"vector", "scalar"})
  String kernel;

  @Param("")
  String text;

  private VanillaRnn model;
  private Sampler sampler;
  private String passage;
  private String written;
  private double nats;
  private final StringBuilder out = new StringBuilder(2 * CHARACTERS);

  /**
   * Trains a little and draws a passage. Read again after the same first symbol, what was drawn
   * must be as surprising as a draw is on average, which greedy writing is not.
   */
  @Setup
  public void setUp() throws IOException {
    System.setProperty("rnn.kernel", kernel);
    EncodedText encoded = Texts.read(text, VOCAB_SIZE);
    VanillaRnn untrained = VanillaRnn.builder(encoded.vocab()).hiddenSize(hiddenSize).build();
    model = Trainer.of(untrained).train(encoded, 500).last();
    String first = encoded.vocab().decode(0);
    sampler = Sampler.of(model).prime(first);
    passage = sampler.sample(CHARACTERS);
    written = first + passage;
    nats = model.evaluate(written).natsPerCharacter();
    String greedy = Sampler.of(model).prime(first).temperature(0).sample(CHARACTERS);
    double greedyNats = model.evaluate(first + greedy).natsPerCharacter();
    double uniform = Math.log(encoded.vocab().size());
    if (passage.length() != CHARACTERS || !(greedyNats < nats && nats < 1.01 * uniform)) {
      throw new IllegalStateException(
          "a passage of "
              + passage.length()
              + " has "
              + nats
              + " nats per character, a greedy one "
              + greedyNats);
    }
  }

  /** A passage at temperature 1, from one stream. */
  @Benchmark
  @OperationsPerInvocation(CHARACTERS)
  public int sample() throws IOException {
    out.setLength(0);
    sampler.sampleTo(out, CHARACTERS);
    if (!passage.contentEquals(out)) {
      throw new IllegalStateException("the same seed has drawn another passage");
    }
    return out.length();
  }

  /** Twice as much: what the profiler finds per character is half of that, the same per passage. */
  @Benchmark
  @OperationsPerInvocation(2 * CHARACTERS)
  public int sampleTwiceAsMuch() throws IOException {
    out.setLength(0);
    sampler.sampleTo(out, 2 * CHARACTERS);
    return out.length();
  }

  /** The same passage, evaluated. */
  @Benchmark
  @OperationsPerInvocation(CHARACTERS)
  public double evaluate() {
    double again = model.evaluate(written).natsPerCharacter();
    if (again != nats) {
      throw new IllegalStateException("the same text has got another loss");
    }
    return again;
  }
}
