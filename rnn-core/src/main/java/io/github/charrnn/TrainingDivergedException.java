package io.github.charrnn;

/** Training has come to numbers that are not finite, from which it cannot go on. */
public final class TrainingDivergedException extends ArithmeticException {
  private static final long serialVersionUID = 1;

  private final long step;

  TrainingDivergedException(String message, long step) {
    super(message);
    this.step = step;
  }

  /** The step at which it was seen, counted from 1. */
  public long step() {
    return step;
  }
}
