package io.github.charrnn;

import io.github.charrnn.internal.Range;

/**
 * What keeps a gradient from becoming too large before the optimizer gets it. Immutable, and safe
 * for use by many threads.
 */
public sealed interface Clip {
  /**
   * A bound on every element of the gradient: {@code g = max(-bound, min(bound, g))}.
   *
   * @param bound above 0; infinite for no clipping
   * @throws IllegalArgumentException if bound is not above 0
   */
  static Clip value(double bound) {
    return new Value(bound);
  }

  /** No element of a clipped gradient is above bound or below -bound. */
  double bound();

  /**
   * See {@link Clip#value}.
   *
   * @param bound above 0; infinite for no clipping
   */
  record Value(double bound) implements Clip {
    /**
     * Checks the bound.
     *
     * @throws IllegalArgumentException if bound is not above 0
     */
    public Value {
      Range.ABOVE_ZERO.require("clip", bound);
    }

    /** The number. */
    @Override
    public String toString() {
      return Double.toString(bound);
    }
  }
}
