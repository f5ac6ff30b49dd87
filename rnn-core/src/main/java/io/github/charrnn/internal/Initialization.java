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
   * columns side by side, so that the matrix is read once for each column.
   */
  private void orthogonal(int m, double[] to, double gain) {
    double[][] a = new double[m][m]; // not one array: loops with one index are vectorised
    double[] products = new double[m]; // of the next column with each
    for (double[] row : a) {
      normal(row, 1);
      addTo(products, 0, row[0], row);
    }
    double[] norms = new double[m];
    for (int j = 0; j < m; j++) {
      double square = products[j];
      norms[j] = Math.sqrt(square);
      double[] shares = new double[m];
      for (int i = j + 1; i < m; i++) {
        shares[i] = products[i] / -square;
      }
      Arrays.fill(products, 0);
      for (double[] row : a) {
        addTo(row, j + 1, row[j], shares);
        if (j + 1 < m) {
          addTo(products, j + 1, row[j + 1], row);
        }
      }
    }
    for (int i = 0; i < to.length; i++) {
      to[i] = a[i / m][i % m] * (gain / norms[i % m]);
    }
  }

  /** Adds x y, from an element on. */
  private static void addTo(double[] sum, int from, double x, double[] y) {
    for (int i = from; i < sum.length; i++) {
      sum[i] = Fma.fma(x, y[i], sum[i]);
    }
  }
}
