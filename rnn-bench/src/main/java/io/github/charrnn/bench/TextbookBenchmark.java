package io.github.charrnn.bench;

import io.github.charrnn.EncodedText;
import io.github.charrnn.TextbookRnn;
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
 * The same step as a course hands it out: arrays of arrays, one-hot inputs, a matrix times a vector
 * at every step. It is the baseline that a reader knows; rnn-core's tests hold the library against
 * the same class.
 *
 * <pre>
 * java -jar rnn-bench/target/benchmarks.jar TextbookBenchmark
 * </pre>
 *
 * <p>Measured on one core of an Intel Sapphire Rapids, Java 17.0.15, tinyshakespeare: 1,011 us.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@State(Scope.Benchmark)
@Fork(1)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class TextbookBenchmark {
  private static final int VOCAB_SIZE = 65; // of the random text

  @Param("100")
  int hiddenSize;

  @Param("25")
  int sequenceLength;

  @Param("")
  String text;

  private EncodedText encoded;
  private TextbookRnn textbook;
  private int[] symbols = {};
  private long position;

  /** Checks what is about to be timed against the library, over three steps. */
  @Setup
  public void setUp() throws IOException {
    encoded = Texts.read(text, VOCAB_SIZE);
    VanillaRnn model = VanillaRnn.builder(encoded.vocab()).hiddenSize(hiddenSize).build();
    Training training = Trainer.of(model).sequenceLength(sequenceLength).start(encoded);
    textbook = new TextbookRnn(model);
    symbols = new int[sequenceLength + 1];
    for (int step = 0; step < 3; step++) {
      double loss = step();
      double expected = training.advance();
      if (!(Math.abs(loss - expected) < 1e-9 * expected)) {
        throw new IllegalStateException(
            "the textbook's loss at step " + step + " is " + loss + ", the library's " + expected);
      }
    }
  }

  /** The loss of the window. */
  @Benchmark
  public double step() {
    if (position + sequenceLength >= encoded.length()) {
      position = 0;
      textbook.reset();
    }
    for (int t = 0; t < symbols.length; t++) {
      symbols[t] = encoded.symbol(position + t);
    }
    position += sequenceLength;
    double loss = textbook.lossAndGradients(symbols);
    textbook.update();
    return loss;
  }
}
