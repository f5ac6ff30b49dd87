package io.github.charrnn.bench;

import io.github.charrnn.EncodedText;
import io.github.charrnn.Predictor;
import io.github.charrnn.VanillaRnn;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Short calls, as an input field or a filter makes them, in microseconds.
 *
 * <pre>
 * java -jar rnn-bench/target/benchmarks.jar ShortBenchmark -prof gc
 * </pre>
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
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
public class ShortBenchmark {
  private static final int VOCAB_SIZE = 65; // of the random text
  private static final int CHARACTERS = 20;

  @Param("100")
  int hiddenSize;

  @Param({"vector", "scalar"})
  String kernel;

  @Param("")
  String text;

  private VanillaRnn model;
  private String line;
  private double nats;
  private Predictor predictor;
  private int next;

  @Setup
  public void setUp() throws IOException {
    System.setProperty("rnn.kernel", kernel);
    EncodedText encoded = Texts.read(text, VOCAB_SIZE);
    model = VanillaRnn.builder(encoded.vocab()).hiddenSize(hiddenSize).build();
    line = encoded.part(100, 100 + CHARACTERS).decode();
    nats = model.evaluate(line).natsPerCharacter();
    predictor = Predictor.of(model);
  }

  /** A line of 20 characters, encoded and evaluated. */
  @Benchmark
  public double evaluate() {
    double again = model.evaluate(line).natsPerCharacter();
    if (again != nats) {
      throw new IllegalStateException("the same line has got another loss");
    }
    return again;
  }

  /** The line, encoded. */
  @Benchmark
  public EncodedText encode() {
    return model.vocab().encode(line);
  }

  /** A key stroke: how surprising the next character is, and then it is read. */
  @Benchmark
  public double read() {
    next = (next + 1) % CHARACTERS;
    double surprisal = predictor.surprisal(line.codePointAt(next));
    predictor.read(line.codePointAt(next));
    return surprisal;
  }
}
