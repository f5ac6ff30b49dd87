package io.github.charrnn;

/**
 * The recipe as a course hands it out: arrays of arrays, one-hot inputs, a matrix times a vector at
 * every step, Java's own exp, tanh and log. Slow, plain, and without a line in common with the
 * library, so that the two can be held against each other; rnn-bench times it.
 */
public final class TextbookRnn {
  final int m;
  final int k;
  final int boundary; // before this symbol the state is zero; -1 for none
  final double[][] wxh; // U
  final double[][] whh; // W
  final double[][] why; // V
  final double[] bh;
  final double[] by;

  final double[][] gradWxh;
  final double[][] gradWhh;
  final double[][] gradWhy;
  double[] gradBh = {};
  double[] gradBy = {};

  private final double[][] memoryWxh;
  private final double[][] memoryWhh;
  private final double[][] memoryWhy;
  private final double[] memoryBh;
  private final double[] memoryBy;

  /** The state after the last window. */
  double[] state;

  /** With the parameters of a model, and the zero state. */
  public TextbookRnn(VanillaRnn model) {
    m = model.hiddenSize();
    k = model.vocab().size();
    boundary = model.documents().map(it -> model.vocab().symbolOf(it.boundary())).orElse(-1);
    wxh = matrix(m, k, model.u());
    whh = matrix(m, m, model.w());
    why = matrix(k, m, model.v());
    bh = model.b();
    by = model.c();
    gradWxh = new double[m][k];
    gradWhh = new double[m][m];
    gradWhy = new double[k][m];
    memoryWxh = new double[m][k];
    memoryWhh = new double[m][m];
    memoryWhy = new double[k][m];
    memoryBh = new double[m];
    memoryBy = new double[k];
    state = new double[m];
  }

  private static double[][] matrix(int rows, int columns, double[] flat) {
    double[][] result = new double[rows][columns];
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        result[i][j] = flat[i * columns + j];
      }
    }
    return result;
  }

  /** Loss and gradients of a window; inputs are the first n symbols, targets the last n. */
  public double lossAndGradients(int[] symbols) {
    int n = symbols.length - 1;
    double[][] xs = new double[n][k];
    double[][] hs = new double[n][];
    double[][] ps = new double[n][];
    double loss = 0;
    double[][] before = new double[n][]; // the state before each step
    for (int t = 0; t < n; t++) {
      before[t] = t == 0 ? state : hs[t - 1];
      if (symbols[t] == boundary) {
        before[t] = new double[m];
      }
      xs[t][symbols[t]] = 1;
      double[] a = add(add(times(wxh, xs[t]), times(whh, before[t])), bh);
      hs[t] = new double[m];
      for (int i = 0; i < m; i++) {
        hs[t][i] = StrictMath.tanh(a[i]);
      }
      double[] o = add(times(why, hs[t]), by);
      ps[t] = softmax(o);
      loss -= StrictMath.log(ps[t][symbols[t + 1]]);
    }
    zero(gradWxh);
    zero(gradWhh);
    zero(gradWhy);
    gradBh = new double[m];
    gradBy = new double[k];
    double[] next = new double[m];
    for (int t = n - 1; t >= 0; t--) {
      double[] dy = ps[t].clone();
      dy[symbols[t + 1]] -= 1;
      addOuter(gradWhy, dy, hs[t]);
      gradBy = add(gradBy, dy);
      double[] dh = add(timesTransposed(why, dy), next);
      double[] da = new double[m];
      for (int i = 0; i < m; i++) {
        da[i] = (1 - hs[t][i] * hs[t][i]) * dh[i];
      }
      gradBh = add(gradBh, da);
      addOuter(gradWxh, da, xs[t]);
      addOuter(gradWhh, da, before[t]);
      next = symbols[t] == boundary ? new double[m] : timesTransposed(whh, da);
    }
    state = hs[n - 1];
    return loss;
  }

  /** Clips and updates, by AdaGrad with learning rate 0.1. */
  public void update() {
    adagrad(wxh, gradWxh, memoryWxh);
    adagrad(whh, gradWhh, memoryWhh);
    adagrad(why, gradWhy, memoryWhy);
    adagrad(bh, gradBh, memoryBh);
    adagrad(by, gradBy, memoryBy);
  }

  /** Goes back to the zero state. */
  public void reset() {
    state = new double[m];
  }

  private static void adagrad(double[][] theta, double[][] gradient, double[][] memory) {
    for (int i = 0; i < theta.length; i++) {
      adagrad(theta[i], gradient[i], memory[i]);
    }
  }

  private static void adagrad(double[] theta, double[] gradient, double[] memory) {
    for (int i = 0; i < theta.length; i++) {
      double g = gradient[i] > 5 ? 5 : gradient[i] < -5 ? -5 : gradient[i];
      memory[i] += g * g;
      theta[i] += -0.1 * g / Math.sqrt(memory[i] + 1e-8);
    }
  }

  private static double[] softmax(double[] o) {
    double[] p = new double[o.length];
    double sum = 0;
    for (int i = 0; i < o.length; i++) {
      p[i] = StrictMath.exp(o[i]);
      sum += p[i];
    }
    for (int i = 0; i < o.length; i++) {
      p[i] /= sum;
    }
    return p;
  }

  private static double[] times(double[][] a, double[] x) {
    double[] y = new double[a.length];
    for (int i = 0; i < a.length; i++) {
      for (int j = 0; j < x.length; j++) {
        y[i] += a[i][j] * x[j];
      }
    }
    return y;
  }

  private static double[] timesTransposed(double[][] a, double[] x) {
    double[] y = new double[a[0].length];
    for (int j = 0; j < y.length; j++) {
      for (int i = 0; i < a.length; i++) {
        y[j] += a[i][j] * x[i];
      }
    }
    return y;
  }

  private static double[] add(double[] x, double[] y) {
    double[] z = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      z[i] = x[i] + y[i];
    }
    return z;
  }

  private static void addOuter(double[][] to, double[] x, double[] y) {
    for (int i = 0; i < x.length; i++) {
      for (int j = 0; j < y.length; j++) {
        to[i][j] += x[i] * y[j];
      }
    }
  }

  private static void zero(double[][] a) {
    for (double[] row : a) {
      java.util.Arrays.fill(row, 0);
    }
  }
}
