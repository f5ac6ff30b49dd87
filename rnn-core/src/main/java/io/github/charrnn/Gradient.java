package io.github.charrnn;

import io.github.charrnn.internal.Parameters;

/**
 * The loss of a window of text under a model, and its derivatives by the model's parameters, before
 * any clipping. Flat, row-major, in the orientation of the equations of the {@linkplain
 * io.github.charrnn package documentation}. Immutable, and safe for use by many threads.
 *
 * @since 0.1
 */
public final class Gradient {
  private final double loss;
  private final Parameters derivatives;

  /**
   * Not copied.
   *
   * @param loss in nats, summed over the window
   */
  Gradient(double loss, Parameters derivatives) {
    this.loss = loss;
    this.derivatives = derivatives;
  }

  /** {@return the cross-entropy of the window in nats: the sum over its steps, not their mean} */
  public double loss() {
    return loss;
  }

  /** {@return a copy of the derivatives by U, (m, K)} */
  public double[] u() {
    return Parameters.transpose(derivatives.vocabSize, derivatives.hiddenSize, derivatives.u);
  }

  /** {@return a copy of the derivatives by W, (m, m)} */
  public double[] w() {
    return derivatives.w.clone();
  }

  /** {@return a copy of the derivatives by V, (K, m)} */
  public double[] v() {
    return derivatives.v.clone();
  }

  /** {@return a copy of the derivatives by b, (m)} */
  public double[] b() {
    return derivatives.b.clone();
  }

  /** {@return a copy of the derivatives by c, (K)} */
  public double[] c() {
    return derivatives.c.clone();
  }

  @Override
  public String toString() {
    return "Gradient of "
        + derivatives.hiddenSize
        + " hidden units and "
        + derivatives.vocabSize
        + " symbols at a loss of "
        + loss
        + " nats";
  }
}
