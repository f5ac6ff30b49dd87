package io.github.charrnn.internal;

import io.github.charrnn.Initializer;

/** Draws the parameters of a new model. */
public final class Initialization {
  private final Parameters parameters;
  private final Xoshiro256 random;

  /** Of parameters that are all zero. */
  public Initialization(Parameters parameters, Xoshiro256 random) {
    this.parameters = parameters;
    this.random = random;
  }

  /** Draws U, W and V, in this order and row by row of the equations' matrices. */
  public void draw(Initializer initializer) {
    double deviation = ((Initializer.Normal) initializer).deviation();
    int m = parameters.hiddenSize;
    for (int i = 0; i < m; i++) {
      for (int symbol = 0; symbol < parameters.vocabSize; symbol++) {
        parameters.u[symbol * m + i] = deviation * random.nextGaussian();
      }
    }
    fill(parameters.w, deviation);
    fill(parameters.v, deviation);
  }

  private void fill(double[] to, double deviation) {
    for (int i = 0; i < to.length; i++) {
      to[i] = deviation * random.nextGaussian();
    }
  }
}
