package io.github.charrnn;

/**
 * The second oracle: the derivative of a window's loss by one parameter, by forward-mode automatic
 * differentiation. Every quantity is a dual number v + d epsilon with epsilon^2 = 0, kept as a pair
 * of arrays, and the loss is computed in that arithmetic. Exact up to rounding, and it knows
 * nothing of backpropagation.
 */
final class DualNumbers {
  private final int m;
  private final int k;
  private final int boundary; // before this symbol the state is zero; -1 for none
  private final int[] symbols;
  private final double[] u; // (m, K), as in the equations
  private final double[] w;
  private final double[] v;
  private final double[] b;
  private final double[] c;
  private final double[] start;

  DualNumbers(VanillaRnn model, double[] start, int... symbols) {
    m = model.hiddenSize();
    k = model.vocab().size();
    boundary = model.documents().map(it -> model.vocab().symbolOf(it.boundary())).orElse(-1);
    this.symbols = symbols;
    this.start = start;
    u = model.u();
    w = model.w();
    v = model.v();
    b = model.b();
    c = model.c();
  }

  /** The derivative of the loss by element index of a tensor, U, W, V, b or c. */
  double derivative(String tensor, int index) {
    double[] h = start.clone();
    double[] dh = new double[m];
    double dLoss = 0;
    for (int t = 0; t + 1 < symbols.length; t++) {
      if (symbols[t] == boundary) {
        h = new double[m];
        dh = new double[m];
      }
      double[] a = new double[m];
      double[] da = new double[m];
      for (int i = 0; i < m; i++) {
        a[i] = b[i] + u[i * k + symbols[t]];
        da[i] = seed(tensor, "b", index, i) + seed(tensor, "U", index, i * k + symbols[t]);
      }
      addProduct("W".equals(tensor) ? index : -1, w, h, dh, a, da);
      for (int i = 0; i < m; i++) {
        h[i] = StrictMath.tanh(a[i]);
        dh[i] = (1 - h[i] * h[i]) * da[i];
      }
      double[] o = c.clone();
      double[] dO = new double[k];
      for (int i = 0; i < k; i++) {
        dO[i] = seed(tensor, "c", index, i);
      }
      addProduct("V".equals(tensor) ? index : -1, v, h, dh, o, dO);
      double sum = 0;
      double dSum = 0;
      for (int i = 0; i < k; i++) {
        double e = StrictMath.exp(o[i]);
        sum += e;
        dSum += e * dO[i];
      }
      dLoss += dSum / sum - dO[symbols[t + 1]];
    }
    return dLoss;
  }

  private static double seed(String tensor, String name, int index, int at) {
    return tensor.equals(name) && index == at ? 1 : 0;
  }

  /** {@code y += A x} in dual numbers, where one element of A, if any, has derivative 1. */
  private void addProduct(
      int seeded, double[] a, double[] x, double[] dx, double[] y, double[] dy) {
    for (int i = 0; i < y.length; i++) {
      double sum = 0;
      double dSum = 0;
      for (int j = 0; j < m; j++) {
        sum += a[i * m + j] * x[j];
        dSum += a[i * m + j] * dx[j];
      }
      y[i] += sum;
      dy[i] += dSum;
    }
    if (seeded >= 0) {
      dy[seeded / m] += x[seeded % m];
    }
  }
}
