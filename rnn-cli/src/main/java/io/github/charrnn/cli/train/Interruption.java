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
  /** How long the hook waits. */
  public static final long PATIENCE_SECONDS = 60;

  /** Where what runs when the JVM exits is registered. */
  public interface Hooks {
    /** Throws IllegalStateException if the JVM has begun to exit. */
    void add(Thread hook);

    /** Throws IllegalStateException if the JVM has begun to exit. */
    void remove(Thread hook);
  }

  private static final Hooks OF_THE_JVM =
      new Hooks() {
        @Override
        public void add(Thread hook) {
          Runtime.getRuntime().addShutdownHook(hook);
        }

        @Override
        public void remove(Thread hook) {
          Runtime.getRuntime().removeShutdownHook(hook);
        }
      };

  private final CountDownLatch closed = new CountDownLatch(1);
  private final Thread hook = new Thread(this::interrupt, "rnn-interruption");
  private final String program;
  private final Hooks hooks;
  private volatile boolean requested;

  /** With the hooks of the JVM, of rnn train. */
  public Interruption() {
    this("rnn train", OF_THE_JVM);
  }

  /** Of a program with hooks of its own, which are to wait for {@link #PATIENCE_SECONDS}. */
  public Interruption(String program, Hooks hooks) {
    this.program = program;
    this.hooks = hooks;
    hooks.add(hook);
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
        System.err.println(program + ": the step did not end within " + PATIENCE_SECONDS + " s");
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
        hooks.remove(hook);
      } catch (IllegalStateException e) {
        // The JVM began to exit in between; the hook finds the latch open.
      }
    }
  }
}
