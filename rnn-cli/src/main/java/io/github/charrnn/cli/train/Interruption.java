package io.github.charrnn.cli.train;

import io.github.charrnn.Training;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Ctrl-C and kill while training: the JVM runs its shutdown hooks and, when they have ended, exits
 * with 130 or 143. The hook asks training to stop and waits until this is closed, when what
 * training has come to is saved and said.
 */
public final class Interruption implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 60;

  private final CountDownLatch closed = new CountDownLatch(1);
  private final Thread hook = new Thread(this::interrupt, "rnn-interruption");
  private volatile boolean requested;

  public Interruption() {
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /** Called after every step: stops training if that was asked for. */
  public void stopIfRequested(Training training) {
    if (requested) {
      training.stop();
    }
  }

  public boolean requested() {
    return requested;
  }

  private void interrupt() {
    requested = true;
    try {
      if (!closed.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        System.err.println("rnn train: the step did not end within " + PATIENCE_SECONDS + " s");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    closed.countDown();
    if (!requested) {
      try {
        Runtime.getRuntime().removeShutdownHook(hook);
      } catch (IllegalStateException e) {
        // The JVM began to exit in between; the hook finds the latch open.
      }
    }
  }
}
