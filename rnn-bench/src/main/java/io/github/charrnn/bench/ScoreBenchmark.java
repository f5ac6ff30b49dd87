package io.github.charrnn.bench;

import io.github.charrnn.EncodedText;
import io.github.charrnn.Evaluation;
import io.github.charrnn.Scorer;
import io.github.charrnn.Trainer;
import io.github.charrnn.VanillaRnn;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
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
 * Scoring of 20,000 lines of 100 characters, and of one text of as many characters, in characters
 * per second.
 *
 * <pre>
 * java -jar rnn-bench/target/benchmarks.jar ScoreBenchmark -p threads=1,2 -prof gc
 * </pre>
 *
 * <p>Lines, tinyshakespeare, hidden size 100, vector kernels, two cores of an AMD EPYC, Java 17:
 * 0.90 million characters a second with one thread, 1.56 with two.
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
public class ScoreBenchmark {
  private static final int LINES = 20_000;
  private static final int LENGTH = 100;
  private static final int CHECKED_EVERY = 100;

  @Param("100")
  int hiddenSize;

  @Param({"vector", "scalar"})
  String kernel;

  @Param({"1", "2"})
  int threads;

  @Param("")
  String text;

  /** Of the random text. */
  @Param("65")
  int vocabSize;

  private Scorer scorer;
  private List<String> lines;
  private EncodedText whole;
  private Evaluation ofWhole;
  private double sum;

  /** Trains a little, and compares some of the lines with themselves alone. */
  @Setup
  public void setUp() throws IOException {
    System.setProperty("rnn.kernel", kernel);
    EncodedText encoded = Texts.read(text, vocabSize);
    VanillaRnn untrained = VanillaRnn.builder(encoded.vocab()).hiddenSize(hiddenSize).build();
    VanillaRnn model = Trainer.of(untrained).train(encoded, 500).last();
    lines = IntStream.range(0, LINES).mapToObj(i -> line(encoded, i)).toList();
    whole = encoded.vocab().encode(String.join("", lines));
    scorer = Scorer.of(model).threads(threads);
    List<Evaluation> evaluations = scorer.evaluateAll(lines);
    for (int i = 0; i < LINES; i += CHECKED_EVERY) {
      Evaluation alone = model.evaluate(lines.get(i));
      if (!alone.equals(evaluations.get(i))) {
        throw new IllegalStateException(
            "line " + i + " has " + evaluations.get(i) + ", alone " + alone);
      }
    }
    sum = sum(evaluations);
    ofWhole = model.evaluate(whole);
  }

  private static String line(EncodedText text, int number) {
    long from = (long) number * LENGTH % (text.length() - LENGTH);
    return text.part(from, from + LENGTH).decode();
  }

  private static double sum(List<Evaluation> evaluations) {
    return evaluations.stream().mapToDouble(Evaluation::natsPerCharacter).sum();
  }

  /** Strings, encoded on the way. */
  @Benchmark
  @OperationsPerInvocation(LINES * LENGTH)
  public double lines() {
    double again = sum(scorer.evaluateAll(lines));
    if (again != sum) {
      throw new IllegalStateException("the same lines have got other losses");
    }
    return again;
  }

  /** One after the other in one stream, because each state needs the one before. */
  @Benchmark
  @OperationsPerInvocation(LINES * LENGTH)
  public Evaluation oneText() {
    Evaluation again = scorer.evaluate(whole);
    if (!again.equals(ofWhole)) {
      throw new IllegalStateException("the same text has got " + again + ", alone " + ofWhole);
    }
    return again;
  }
}
