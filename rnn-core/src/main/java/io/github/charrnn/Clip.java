package io.github.charrnn;

import io.github.charrnn.internal.Range;

/**
 * What keeps a gradient from becoming too large before the optimizer gets it. Immutable, and safe
 * for use by many threads.
 *
 * @since 0.1
 */
public sealed interface Clip {
  /**
   * {@return a bound on every element of the gradient: {@code g = max(-bound, min(bound, g))}}
   *
   * @param bound above 0; infinite for no clipping
   * @throws IllegalArgumentException if bound is not above 0
   */
  static Clip value(double bound) {
    return new Value(bound);
  }

  /**
   * {@return a bound on the Euclidean norm of all of the gradient, in its direction: {@code g = g
   * min(1, bound n / |g|)}} Source: Pascanu, Mikolov and Bengio, ICML 2013. It is a bound on the
   * gradient of the mean loss per character, in nats: g, which belongs to the loss of a window, is
   * divided by its n characters for the comparison. So a bound suits windows of any length.
   *
   * @param bound above 0; infinite for no clipping
   * @throws IllegalArgumentException if bound is not above 0
   */
  static Clip norm(double bound) {
    return new Norm(bound);
  }

  /** {@return the number that nothing of a clipped gradient exceeds, above 0} */
  double bound();

  /**
   * See {@link Clip#value}. Immutable, and safe for use by many threads.
   *
   * @param bound above 0; infinite for no clipping
   * @since 0.1
   */
  record Value(double bound) implements Clip {
    /**
     * Checks the bound.
     *
     * @param bound above 0; infinite for no clipping
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

  /**
   * See {@link Clip#norm}. Immutable, and safe for use by many threads.
   *
   * @param bound above 0; infinite for no clipping
   * @since 0.1
   */
  record Norm(double bound) implements Clip {
    /**
     * Checks the bound.
     *
     * @param bound above 0; infinite for no clipping
     * @throws IllegalArgumentException if bound is not above 0
     */
    public Norm {
      Range.ABOVE_ZERO.require("clip", bound);
    }

    /** As in "norm 1.0". */
    @Override
    public String toString() {
      return "norm " + bound;
    }
  }
}
