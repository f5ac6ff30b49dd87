package io.github.charrnn.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.charrnn.EncodedText;
import io.github.charrnn.VanillaRnn;
import io.github.charrnn.internal.kernel.Kernels;
import io.github.charrnn.internal.kernel.Shape;
import io.github.charrnn.internal.kernel.WarmUp;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * Short evaluations in a Java of their own, until vector code has taken over: none of them does
 * slow work, or waits for another thread that does. What the thread computes is measured, and for
 * how long it is blocked, so that it does not matter how busy the machine is; by the clock there is
 * a table in docs/performance.md. A long form: it waits for a warm-up.
 */
@EnabledIfSystemProperty(named = "tests.long", matches = "true", disabledReason = "-Plong runs it")
class EvaluationLatencyTest {
  private static final long SECOND = 1_000_000_000;

  @Test
  void evaluations_areNeverSlowOnceTheFirstSecondIsOver() throws IOException, InterruptedException {
    Process java =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules=jdk.incubator.vector",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                EvaluationLatencyTest.class.getName())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    String[] printed =
        new String(java.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
            .trim()
            .split(" ", -1);

    assertThat(java.waitFor()).isZero();
    assertThat(printed[0]).as("whether vectors have taken over").isEqualTo("true");
    assertThat(Double.parseDouble(printed[1])).as("slowest call, ms").isLessThan(5);
  }

  /** Prints whether there is nothing more to wait for, and the slowest call after a second. */
  public static void main(String[] args) throws IOException {
    EncodedText text = Texts.read("", 65);
    VanillaRnn model = VanillaRnn.builder(text.vocab()).hiddenSize(100).build();
    Optional<WarmUp> warmUp = Kernels.warmUp(Shape.of(100, text.vocab().size(), 64, 1, false));
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    threads.setThreadContentionMonitoringEnabled(true);
    long slowest = 0;
    int calls = 0; // with the kernel that stays
    long began = System.nanoTime();
    while (calls < 2_000 && System.nanoTime() - began < 60 * SECOND) {
      long before = threads.getCurrentThreadCpuTime();
      long blockedBefore = blocked(threads);
      model.evaluate(text.part(calls, calls + 100));
      long time = threads.getCurrentThreadCpuTime() - before + blocked(threads) - blockedBefore;
      if (System.nanoTime() - began > SECOND) {
        slowest = Math.max(slowest, time);
      }
      calls += warmUp.isEmpty() || warmUp.get().over() ? 1 : 0;
    }
    System.out.println((calls > 0) + " " + slowest / 1e6);
  }

  /** Nanoseconds that this thread has waited for locks. */
  private static long blocked(ThreadMXBean threads) {
    return threads.getThreadInfo(Thread.currentThread().getId()).getBlockedTime() * 1_000_000;
  }
}
