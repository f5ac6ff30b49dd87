package io.github.charrnn.internal.kernel;

import java.lang.System.Logger.Level;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Has the vector code for one shape compiled by a thread beside those that compute, while these use
 * scalar code, and says when that is done. Safe for use by many threads.
 */
public final class WarmUp {
  /*
   * Vector code that is not compiled boxes every vector and is a thousand times slower. Compiling it
   * takes 1 to 2 s of one processor (JDK 17 and 25, hidden size 100), a half of it the rounds that
   * make Java want to. Scalar code is compiled in 0.3 s and afterwards half as fast, so a warm-up is
   * worth its time only in what lasts: 30,000 steps took 6.7 s with one that began after 4 s, and 6.5
   * without. 100,000 steps took 16.2 s with one that began after 6 s, as with vectors from the
   * beginning, and 33 without.
   *
   * That beginning pays in a run that is known to be long: the first window takes a second, because
   * those who compute run what is not compiled, and then all is. 4,119 windows of 20 streams and 256
   * units by two threads took 13.0 s so, and 20.3 with a warm-up beside them, which began after 5.5
   * s and got so few turns beside two threads on two processors that it lasted 4.
   */

  /**
   * Nanoseconds of forward passes before it begins: of those in training, a third of its time, and
   * of others. Training that lasts less than some five seconds, also where the other processor is
   * busy, does without.
   */
  private static final long PATIENCE_IN_TRAINING = 1_500_000_000;

  private static final long PATIENCE = 1_000_000_000;

  /**
   * Nanoseconds of work before a pause. Rounds while compilers are behind are wasted, and they and
   * those who compute need the processors: without pauses 100,000 steps took 19.9 s instead of
   * 16.2.
   */
  private static final long TURN = 1_000_000;

  /** A pause is so many times as long as the work before it. */
  private static final long PAUSE = 2;

  /**
   * Rounds with few units, while the Vector API's own methods are slow: portions stay below 1 ms.
   */
  private static final int SMALL_ROUNDS = 30;

  private static final long NANOS_PER_MILLI = 1_000_000;
  private static final int SCALAR_ROUNDS = 20;

  /** After so many rounds without a faster one there is nothing left to compile. */
  private static final int STEADY_ROUNDS = 300;

  /** Where vectors are not faster after so many nanoseconds of work, they are not used. */
  private static final long MOST_WORK = 10_000_000_000L;

  private static final double FASTER = 0.95;

  /** Windows of a run that waits for vector code, after which all of it is compiled. */
  private static final int WINDOWS = 100;

  private static final Object ONE_AT_A_TIME = new Object();

  private final Shape shape;
  private final AtomicLong spent = new AtomicLong(); // by those who compute, nanoseconds
  private final AtomicInteger computed = new AtomicInteger(); // windows
  private final AtomicBoolean begun = new AtomicBoolean();
  private volatile boolean compiled;
  private volatile boolean over;
  private long worked; // nanoseconds since the last pause
  private long workedInAll;

  WarmUp(Shape shape) {
    this.shape = shape;
  }

  /** Whether there is nothing more to wait for. */
  public boolean over() {
    return over;
  }

  /** Whether vector code for this shape is compiled, and faster. */
  boolean compiled() {
    return compiled;
  }

  /** A forward pass with scalar code took so many nanoseconds. */
  public void spent(long nanos) {
    long patience = shape.backward() ? PATIENCE_IN_TRAINING : PATIENCE;
    if (spent.addAndGet(nanos) > patience && begun.compareAndSet(false, true)) {
      try {
        new Beside().start();
      } catch (OutOfMemoryError e) { // no more threads: not a matter for who computes
        end(false);
      }
    }
  }

  /** A window was computed with vector code that was not compiled when it began. */
  public void computed() {
    if (computed.incrementAndGet() == WINDOWS) {
      end(true);
    }
  }

  /** A class, because the first method reference of a Java takes 20 ms of who computes. */
  private final class Beside extends Thread {
    Beside() {
      super("charrnn-warm-up");
      setDaemon(true);
    }

    @Override
    public void run() {
      warmUp();
    }
  }

  private void warmUp() {
    synchronized (ONE_AT_A_TIME) {
      boolean faster = false;
      try {
        faster = !over && Kernels.canUseVectors(shape) && rehearse();
      } catch (InterruptedException | RuntimeException | LinkageError | OutOfMemoryError e) {
        System.getLogger("io.github.charrnn").log(Level.DEBUG, "scalar kernels stay", e);
      } finally {
        end(faster || compiled);
      }
    }
  }

  /**
   * Nobody need wait any longer, nor for what goes forward alone: windows go forward, too, and the
   * way back makes tiles as wide as the hidden states, which are what many streams are read by.
   */
  void end(boolean isCompiled) {
    compiled = isCompiled;
    over = true;
    if (isCompiled && shape.backward()) {
      Kernels.warmUpOf(shape.forward()).end(true);
      if (shape.manyRows()) {
        Kernels.warmUpOf(shape.forward().withManyStreams()).end(true);
      }
    }
  }

  private boolean rehearse() throws InterruptedException {
    Rehearsal scalar = new Rehearsal(shape, Kernels::scalar);
    long toBeat = Long.MAX_VALUE;
    for (int i = 0; i < SCALAR_ROUNDS; i++) {
      toBeat = Math.min(toBeat, round(scalar));
    }
    Shape small = shape.withUnits(Kernels.lanes() * 2);
    Rehearsal beginning = new Rehearsal(small, Kernels::vector);
    for (int i = 0; i < SMALL_ROUNDS; i++) {
      round(beginning);
    }
    Rehearsal vector = new Rehearsal(shape, Kernels::vector);
    long best = Long.MAX_VALUE;
    int steady = 0;
    while (workedInAll < MOST_WORK) {
      long time = round(vector);
      steady = time < FASTER * best ? 0 : steady + 1;
      best = Math.min(best, time);
      if (steady >= STEADY_ROUNDS && best < FASTER * toBeat) {
        return true;
      }
    }
    return false;
  }

  /** The nanoseconds that it took, without pauses. */
  private long round(Rehearsal rehearsal) throws InterruptedException {
    long sum = 0;
    for (Runnable part : rehearsal.parts()) {
      long began = System.nanoTime();
      part.run();
      long time = System.nanoTime() - began;
      sum += time;
      worked += time;
      workedInAll += time;
      if (worked >= TURN) {
        Thread.sleep(PAUSE * worked / NANOS_PER_MILLI);
        worked = 0;
      }
    }
    return sum;
  }
}
