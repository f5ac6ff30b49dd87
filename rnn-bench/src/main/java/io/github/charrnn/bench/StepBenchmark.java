package io.github.charrnn.bench;

import io.github.charrnn.Clip;
import io.github.charrnn.EncodedText;
import io.github.charrnn.GradientCheck;
import io.github.charrnn.LearningRate;
import io.github.charrnn.Optimizer;
import io.github.charrnn.Recipe;
import io.github.charrnn.Trainer;
import io.github.charrnn.Training;
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
 * One whole training step: forward, backward through time, clipping and update, over consecutive
 * windows of a text.
 *
 * <pre>
 * java -jar rnn-bench/target/benchmarks.jar StepBenchmark -prof gc
 * </pre>
 *
 * <p>Measured on one core of an Intel Sapphire Rapids, tinyshakespeare, hidden size 100, sequence
 * length 25, one stream, Java 17.0.15 and 25.0.3: vector kernels 83 and 79 us, scalar 152 and 169;
 * vector kernels without the alignment of objects that the fork asks for, 104. All sizes are in
 * docs/performance.md.
 *
 * <p>With {@code -p text=book.txt} the text is a UTF-8 file, otherwise 1,000,000 seeded random
 * symbols of {@code vocabSize}. Windows of a real text have fewer distinct symbols, so a little
 * less to update.
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
public class StepBenchmark {
  @Param({"100", "256", "512"})
  int hiddenSize;

  @Param({"25", "64"})
  int sequenceLength;

  @Param({"1", "32"})
  int batchSize;

  @Param({"vector", "scalar"})
  String kernel;

  @Param("1")
  int threads;

  /**
   * {@code course}; or {@code adam} or {@code shampoo}, with the norm of the gradient clipped and a
   * falling rate.
   */
  @Param("course")
  String recipe;

  @Param("")
  String text;

  /** Of the random text. */
  @Param("65")
  int vocabSize;

  private Training training;

  /** Checks that what is about to be timed is right: gradients, and the first loss. */
  @Setup
  public void setUp() throws IOException {
    System.setProperty("rnn.kernel", kernel);
    EncodedText encoded = Texts.read(text, vocabSize);
    VanillaRnn model = VanillaRnn.builder(encoded.vocab()).hiddenSize(hiddenSize).build();
    GradientCheck.Report report =
        GradientCheck.of(model).sequenceLength(sequenceLength).elements(20).run(encoded);
    if (!report.passed()) {
      throw new IllegalStateException("the gradients are wrong: " + report);
    }
    training =
        Trainer.of(model)
            .recipe(recipe())
            .sequenceLength(sequenceLength)
            .batchSize(batchSize)
            .threads(threads)
            .start(encoded);
    double loss = training.advance();
    double untrained = sequenceLength * Math.log(encoded.vocab().size());
    if (Math.abs(loss - untrained) > 0.01 * untrained) {
      throw new IllegalStateException(
          "the first loss is " + loss + ", of an untrained model it is about " + untrained);
    }
  }

  private static Recipe byNorm(Optimizer optimizer) {
    return Recipe.course()
        .withOptimizer(optimizer)
        .withClip(Clip.norm(1))
        .withLearningRate(LearningRate.linear(0.004, 0, 1_000_000));
  }

  private Recipe recipe() {
    Recipe course = Recipe.course();
    return switch (recipe) {
      case "course" -> course;
      case "adam" -> byNorm(Optimizer.adam(0.9, 0.99));
      case "shampoo" -> byNorm(Optimizer.shampoo(0.9, 0.99, 0, 12, 2));
      default ->
          throw new IllegalArgumentException(
              "recipe is " + recipe + ", not course, adam or shampoo");
    };
  }

  /** The loss of the window, so that nothing of the step can be left out. */
  @Benchmark
  public double step() {
    return training.advance();
  }
}
