package io.github.charrnn;

/**
 * Training has come to a number that is not finite and cannot go on from it.
 *
 * <p>Safe for use by many threads.
 *
 * @since 0.1
 */
public final class TrainingDivergedException extends ArithmeticException {
  private static final long serialVersionUID = 1;

  /** The step at which it was seen, counted from 1. */
  private final long step;

  /** How often the run had been rolled back. */
  private final int rollbacks;

  TrainingDivergedException(String message, long step) {
    this(message, step, 0);
  }

  private TrainingDivergedException(String message, long step, int rollbacks) {
    super(message);
    this.step = step;
    this.rollbacks = rollbacks;
  }

  /** The same, of a run that has been rolled back as often as it may. */
  TrainingDivergedException after(int count) {
    return count == 0
        ? this
        : new TrainingDivergedException(
            getMessage() + ": " + count + " rollbacks have not helped", step, count);
  }

  /** {@return the step at which it was seen, counted from 1} */
  public long step() {
    return step;
  }

  /** {@return how often the run had been rolled back} */
  public int rollbacks() {
    return rollbacks;
  }
}
