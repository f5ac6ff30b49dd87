package io.github.charrnn;

import io.github.charrnn.internal.Range;

/**
 * The distribution of the parameters of a new model. Immutable, and safe for use by many threads.
 */
public sealed interface Initializer {
  /**
   * U, W and V normally distributed with mean 0, drawn in this order and row by row; b and c zero.
   *
   * @param deviation the standard deviation, at least 0 and finite
   * @throws IllegalArgumentException if deviation is not at least 0 and finite
   */
  static Initializer normal(double deviation) {
    return new Normal(deviation);
  }

  /**
   * See {@link Initializer#normal}.
   *
   * @param deviation the standard deviation, at least 0 and finite
   */
  record Normal(double deviation) implements Initializer {
    /**
     * Checks the deviation.
     *
     * @throws IllegalArgumentException if deviation is not at least 0 and finite
     */
    public Normal {
      Range.AT_LEAST_ZERO_AND_FINITE.require("deviation", deviation);
    }
  }
}
