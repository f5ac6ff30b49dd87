package io.github.charrnn.bench;

import io.github.charrnn.EncodedText;
import io.github.charrnn.Trainer;
import io.github.charrnn.Training;
import io.github.charrnn.TrainingResult;
import io.github.charrnn.VanillaRnn;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;

/**
 * A long run in a small heap, with a checkpoint every 1,000 steps: it must neither grow nor slow
 * down. Prints for each tenth the steps per second and the memory in use after a collection, and
 * fails if the last tenth is more than 3 % slower than the first, or memory has grown by a MiB.
 *
 * <pre>
 * java -Xmx64m --add-modules jdk.incubator.vector -XX:ObjectAlignmentInBytes=64 -XX:+UseSerialGC \
 *   -cp rnn-bench/target/benchmarks.jar io.github.charrnn.bench.Soak book.txt 2000000
 * </pre>
 *
 * <p>The speed of a tenth is the median over its thousands, checkpoints included, so that a
 * neighbour on the machine who is busy for a while does not count.
 */
public final class Soak {
  private static final int TENTHS = 10;
  private static final int INTERVAL = 1_000;
  private static final double MOST_SLOWER = 0.03;
  private static final double MOST_GROWN = 1 << 20; // bytes

  private final int thousands;
  private final double[] seconds; // for each thousand of a tenth
  private final double[] speeds = new double[TENTHS];
  private final double[] memory = new double[TENTHS];
  private long began;

  private Soak(long steps) {
    thousands = (int) (steps / INTERVAL / TENTHS);
    seconds = new double[thousands];
  }

  /** The arguments are a UTF-8 file and a number of steps, a multiple of 10,000. */
  public static void main(String[] args) throws IOException {
    EncodedText text = EncodedText.read(Path.of(args[0]));
    long steps = Long.parseLong(args[1]);
    if (steps < (long) TENTHS * INTERVAL || steps % ((long) TENTHS * INTERVAL) != 0) {
      throw new IllegalArgumentException("steps is " + steps + ", must be a multiple of 10,000");
    }
    Path directory = Files.createTempDirectory("soak");
    Path checkpoint = directory.resolve("checkpoint");
    Soak soak = new Soak(steps);
    try {
      TrainingResult result =
          Trainer.of(VanillaRnn.builder(text.vocab()).build())
              .checkpoint(checkpoint, INTERVAL)
              .every(INTERVAL, soak::note)
              .train(text, steps);
      System.out.printf(
          Locale.ROOT,
          "%,d steps, smooth loss %.4f, a checkpoint of %,d bytes every %,d steps%n",
          result.steps(),
          result.smoothLoss(),
          Files.size(checkpoint),
          INTERVAL);
    } finally {
      Files.deleteIfExists(checkpoint);
      Files.delete(directory);
    }
    if (!soak.verdict()) {
      System.exit(1);
    }
  }

  private void note(Training training) {
    long now = System.nanoTime();
    int thousand = (int) (training.step() / INTERVAL) - 1;
    if (thousand >= 0) {
      seconds[thousand % thousands] = (now - began) / 1e9;
      if ((thousand + 1) % thousands == 0) {
        endTenth(thousand / thousands);
      }
    }
    began = System.nanoTime();
  }

  private void endTenth(int tenth) {
    Arrays.sort(seconds);
    speeds[tenth] = INTERVAL / seconds[thousands / 2];
    System.gc(); // so that what is in use is what is needed
    memory[tenth] = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    System.out.printf(
        Locale.ROOT,
        "tenth %2d: %,7.0f steps per second, %.2f MiB in use%n",
        tenth + 1,
        speeds[tenth],
        memory[tenth] / (1 << 20));
  }

  private boolean verdict() {
    double slower = 1 - speeds[TENTHS - 1] / speeds[0];
    double grown = memory[TENTHS - 1] - memory[0];
    System.out.printf(
        Locale.ROOT,
        "last tenth against the first: %+.1f %% speed, %+.0f bytes%n",
        -100 * slower,
        grown);
    return slower <= MOST_SLOWER && grown <= MOST_GROWN;
  }
}
