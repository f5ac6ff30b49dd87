package io.github.charrnn.internal;

/**
 * Finds out by the clock whether the other members of a crew pay at present: where other work takes
 * their processors, whoever waits for them is slower than alone. Results are the same either way.
 *
 * <p>Use, for every step: do it with {@link #members} members, then say what it {@link #took}.
 */
final class Pace {
  /** Nanoseconds, and at least a step, for which a choice is kept and timed. */
  private static final long BURST = 5_000_000;

  /** The other choice gets one burst after so many, so it costs little where it does not pay. */
  private static final int MOST_PATIENCE = 100;

  /** After the first burst that it has lost; then twice as many each time. */
  private static final int LEAST_PATIENCE = 4;

  private static final int TOGETHER = 1; // 0 is alone

  private final int size;
  private final double[] cost = {Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY}; // ns a step
  private int now = TOGETHER;
  private int usual = TOGETHER;
  private long nanos; // of this burst
  private long steps;
  private int bursts; // since the other choice was tried
  private int patience = LEAST_PATIENCE;

  Pace(int size) {
    this.size = size;
  }

  /** How many members the next step should have. */
  int members() {
    return now == TOGETHER ? size : 1;
  }

  /** The last step took so long. */
  void took(long stepNanos) {
    nanos += stepNanos;
    steps++;
    if (nanos < BURST || size == 1) {
      return;
    }
    cost[now] = (double) nanos / steps;
    nanos = 0;
    steps = 0;
    decide();
  }

  private void decide() {
    int other = TOGETHER - usual;
    bursts++;
    if (cost[other] < cost[usual]) {
      usual = other;
      patience = LEAST_PATIENCE;
      bursts = 0;
    } else if (now != usual) { // a trial, and it has lost
      patience = Math.min(MOST_PATIENCE, 2 * patience);
      bursts = 0;
    }
    now = bursts >= patience ? TOGETHER - usual : usual;
  }
}
