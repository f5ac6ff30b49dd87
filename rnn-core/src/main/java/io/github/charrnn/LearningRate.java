package io.github.charrnn;

import io.github.charrnn.internal.Range;

/**
 * The learning rate, eta, step by step: a function of the number of a step and of nothing else, so
 * that a run that is resumed, or goes on for longer than was planned, follows the same course.
 * Immutable, and safe for use by many threads.
 */
public sealed interface LearningRate {
  /**
   * The same rate at every step.
   *
   * @param rate above 0 and finite
   * @throws IllegalArgumentException if rate is not above 0 and finite
   */
  static LearningRate constant(double rate) {
    return new Constant(rate);
  }

  /** The rate that its course is scaled by; no step has a higher one. */
  double rate();

  /**
   * The rate of a step.
   *
   * @param step counted from 1
   */
  double at(long step);

  /**
   * See {@link LearningRate#constant}.
   *
   * @param rate above 0 and finite
   */
  record Constant(double rate) implements LearningRate {
    /**
     * Checks the rate.
     *
     * @throws IllegalArgumentException if rate is not above 0 and finite
     */
    public Constant {
      Range.ABOVE_ZERO_AND_FINITE.require("learningRate", rate);
    }

    @Override
    public double at(long step) {
      return rate;
    }

    /** The number. */
    @Override
    public String toString() {
      return Double.toString(rate);
    }
  }
}
