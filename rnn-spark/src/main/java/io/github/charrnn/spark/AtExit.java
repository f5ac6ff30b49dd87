package io.github.charrnn.spark;

import io.github.charrnn.cli.train.Interruption;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.util.ShutdownHookManager;

/**
 * What is done when the process is told to end. The JVM's own hooks run all at the same time, and
 * Spark's ends the session; Hadoop's, of which Spark's is one, run one after the other.
 */
final class AtExit implements Interruption.Hooks {
  private static final int BEFORE_SPARK = 100; // Spark's is 40
  private static final int LAST = 5;

  @Override
  public void add(Thread hook) {
    ShutdownHookManager.get()
        .addShutdownHook(hook, BEFORE_SPARK, Interruption.PATIENCE_SECONDS + 10, TimeUnit.SECONDS);
  }

  @Override
  public void remove(Thread hook) {
    ShutdownHookManager.get().removeShutdownHook(hook);
  }

  /** Adds what is to be done when all else has ended. */
  static void addLast(Runnable hook) {
    ShutdownHookManager.get().addShutdownHook(hook, LAST);
  }

  /** Takes it back; without effect where the process ends already. */
  static void removeLast(Runnable hook) {
    if (!ShutdownHookManager.get().isShutdownInProgress()) {
      ShutdownHookManager.get().removeShutdownHook(hook);
    }
  }
}
