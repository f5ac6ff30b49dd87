package io.github.charrnn.internal;

import io.github.charrnn.Initializer;
import java.util.Arrays;

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
    int m = parameters.hiddenSize;
    int k = parameters.vocabSize;
    if (initializer instanceof Initializer.OfW ofW) {
      normalU(ofW.inputDeviation());
      if (ofW instanceof Initializer.Orthogonal) {
        orthogonal(m, parameters.w, ofW.gain());
      } else {
        for (int i = 0; i < m; i++) {
          parameters.w[i * m + i] = ofW.gain();
        }
      }
      normal(parameters.v, ofW.outputDeviation());
    } else if (initializer instanceof Initializer.Normal normal) {
      normal(normal.deviation(), normal.deviation());
    } else {
      normal(Math.sqrt(2.0 / (m + k)), Math.sqrt(2.0 / (m + m)));
    }
  }

  private void normal(double ofUAndV, double ofW) {
    normalU(ofUAndV);
    normal(parameters.w, ofW);
    normal(parameters.v, ofUAndV);
  }

  private void normalU(double deviation) {
    int m = parameters.hiddenSize;
    for (int i = 0; i < m; i++) {
      for (int symbol = 0; symbol < parameters.vocabSize; symbol++) {
        parameters.u[symbol * m + i] = deviation * random.nextGaussian();
      }
    }
  }

  private void normal(double[] to, double deviation) {
    for (int i = 0; i < to.length; i++) {
      to[i] = deviation * random.nextGaussian();
    }
  }

  /**
   * Gram and Schmidt on the columns of a normally distributed matrix, the projections taken out one
   * by one: R's diagonal is positive by construction. Sums over a column go row by row for all
   * columns side by side, which the compiler vectorises.
   */
  private void orthogonal(int m, double[] a, double gain) {
    normal(a, 1);
    double[] products = new double[m];
    double[] norms = new double[m];
    for (int j = 0; j < m; j++) {
      Arrays.fill(products, 0);
      for (int row = 0; row < m; row++) {
        addProduct(a[row * m + j], a, row * m, j, m, products);
      }
      norms[j] = Math.sqrt(products[j]);
      double square = products[j];
      for (int i = j + 1; i < m; i++) {
        products[i] /= -square;
      }
      for (int row = 0; row < m; row++) {
        addTo(a, row * m, j + 1, m, a[row * m + j], products);
      }
    }
    for (int i = 0; i < a.length; i++) {
      a[i] *= gain / norms[i % m];
    }
  }

  private static void addProduct(double x, double[] a, int at, int from, int to, double[] sum) {
    for (int i = from; i < to; i++) {
      sum[i] = Math.fma(x, a[at + i], sum[i]);
    }
  }

  private static void addTo(double[] a, int at, int from, int to, double x, double[] y) {
    for (int i = from; i < to; i++) {
      a[at + i] = Math.fma(x, y[i], a[at + i]);
    }
  }
}
