package io.github.charrnn.internal;

import io.github.charrnn.internal.kernel.Kernel;
import io.github.charrnn.internal.kernel.Kernels;
import java.util.Arrays;

/**
 * The step through time: the forward pass over one window, its loss, and truncated backpropagation,
 * with all the memory that they need. The equations are in the package documentation of {@code
 * io.github.charrnn}.
 *
 * <p>Use: fill {@link #symbols}, then {@link #forward}, then at will {@link #backward}, then {@link
 * #carry}, for window after window.
 */
public final class Window {
  /*
   * Only the two recurrences go step by step. Everything else is one product over all steps of the
   * window: the outputs O = H V' + c, their way back dH = dO V, and the gradients dV = dO' H and
   * dW = dA' H(-1). So V is read twice a window instead of twice a step, and W and V's gradients
   * are each written once. U's product is a row per symbol: x is one-hot.
   *
   * The states are (n+1, m) with the state that came in as row 0, so that h(t-1) is always the row
   * above h(t): there is no special case at the first step to get wrong.
   */
  private final int n;
  private final int m;
  private final int k;
  private final Kernel kernel;
  private final long[] lastWindow; // (K): the number of the last window that a symbol was read in
  private long windows;

  /** (n + 1): the symbols read at steps 1..n are the first n, their targets the last n. */
  public final int[] symbols;

  /** (n + 1, m): row 0 is the state that came in. */
  public final double[] h;

  /** (n, K): after forward the derivatives of the loss by the outputs, p - y. */
  public final double[] outputs;

  private final double[] da; // (n, m): derivatives by h_t through the output, then by a_t

  /**
   * (n) at most: the distinct symbols that the window reads, the only rows of U with a gradient.
   */
  public final int[] distinct;

  public int distinctCount;

  /**
   * The gradient of the last {@link #backward}; the rows of U outside of distinct are zero or
   * stale.
   */
  public final Parameters gradient;

  private Window(int n, int m, int k, boolean forTraining) {
    this.n = n;
    this.m = m;
    this.k = k;
    kernel = Kernels.create();
    symbols = new int[n + 1];
    h = new double[(n + 1) * m];
    outputs = new double[n * k];
    da = new double[forTraining ? n * m : 0];
    distinct = new int[forTraining ? n : 0];
    lastWindow = new long[forTraining ? k : 0];
    gradient = forTraining ? new Parameters(m, k) : new Parameters(0, 0);
  }

  /** A window for forward and backward. */
  public static Window forTraining(int n, int m, int k) {
    return new Window(n, m, k, true);
  }

  /** A window for forward only. */
  public static Window forEvaluation(int n, int m, int k) {
    return new Window(n, m, k, false);
  }

  /**
   * Refuses sizes that could never be trained, before anything is allocated.
   *
   * @param what the subject of the sentence
   * @throws IllegalArgumentException if a training run of these sizes does not fit into the heap or
   *     into Java's arrays
   */
  public static void requireTrainable(String what, long n, long m, long k) {
    // The model to start from, the run's own, its gradient, the optimizer's memory, the best, and
    // the two that a result hands out; the window; what the kernel packs.
    double models = 7.0 * Parameters.count(m, k);
    double window = (n + 1) * m + n * k + n * m;
    double packed = m * m + 2.0 * m * k + n * m;
    Memory.require(Double.BYTES * (models + window + packed), what);
    Memory.requireArray(Math.max(m, k) * Math.max(m, n + 1), what);
  }

  public Kernel kernel() {
    return kernel;
  }

  /**
   * States, outputs and loss of the first steps of the window.
   *
   * @param steps from 1 to n
   * @return the loss in nats, summed over the steps
   */
  public double forward(int steps, Parameters p) {
    states(steps, p);
    return kernel.softmaxLoss(steps, k, outputs, symbols);
  }

  /** States and outputs only: outputs holds V h + c, and the last symbol is not looked at. */
  public void states(int steps, Parameters p) {
    kernel.embed(steps, m, p.u, p.b, symbols, h);
    kernel.recur(steps, m, p.w, h);
    kernel.multiplyTransposed(steps, m, k, h, 1, p.v, p.c, outputs);
  }

  /** The gradient of the loss that forward returned for all n steps, by the parameters it used. */
  public void backward(Parameters p) {
    Parameters g = gradient;
    kernel.outer(n, k, m, outputs, h, 1, g.v);
    kernel.sumRows(n, k, outputs, g.c);
    kernel.multiply(n, k, m, outputs, p.v, da);
    kernel.recurBackward(n, m, p.w, h, da);
    kernel.outer(n, m, m, da, h, 0, g.w);
    kernel.sumRows(n, m, da, g.b);
    findDistinct();
    for (int i = 0; i < distinctCount; i++) {
      int at = distinct[i] * m;
      Arrays.fill(g.u, at, at + m, 0);
    }
    kernel.scatterRows(n, m, da, symbols, g.u);
  }

  /** The state after that many steps becomes the one that the next window starts from. */
  public void carry(int steps) {
    System.arraycopy(h, steps * m, h, 0, m);
  }

  /** The next window starts from the zero state. */
  public void reset() {
    Arrays.fill(h, 0, m, 0);
  }

  private void findDistinct() {
    windows++;
    distinctCount = 0;
    for (int t = 0; t < n; t++) {
      int symbol = symbols[t];
      if (lastWindow[symbol] != windows) {
        lastWindow[symbol] = windows;
        distinct[distinctCount++] = symbol;
      }
    }
  }
}
