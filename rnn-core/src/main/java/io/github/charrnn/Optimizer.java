package io.github.charrnn;

/**
 * How a gradient g, already clipped, changes a parameter theta at learning rate eta.
 *
 * <p>Every optimizer leaves a parameter alone whose gradient is zero.
 */
public enum Optimizer {
  /**
   * {@code M += g g; theta -= eta g / sqrt(M + 1e-8)}, with a memory M for every parameter that
   * starts at zero (Duchi, Hazan and Singer, JMLR 12, 2011).
   */
  ADAGRAD,

  /** Plain stochastic gradient descent, {@code theta -= eta g}. */
  SGD
}
