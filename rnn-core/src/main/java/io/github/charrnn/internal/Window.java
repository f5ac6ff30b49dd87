package io.github.charrnn.internal;

import io.github.charrnn.internal.kernel.Kernel;
import io.github.charrnn.internal.kernel.Kernels;
import io.github.charrnn.internal.kernel.Shape;
import io.github.charrnn.internal.kernel.WarmUp;
import io.github.charrnn.internal.kernel.Weights;
import java.lang.System.Logger.Level;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.BiFunction;

/**
 * The step through time: the forward pass over one window, its loss, and truncated backpropagation,
 * with all the memory that they need. The equations are in the package documentation of {@code
 * io.github.charrnn}.
 *
 * <p>Use: fill {@link #symbols}, then {@link #forward}, then at will {@link #backward}, then {@link
 * #carry}, for window after window, and {@link #load} when parameters have changed. B streams of
 * text go side by side, each with a state of its own: row {@code t B + s} of an array belongs to
 * stream s at step t.
 */
public final class Window {
  /*
   * Only the two recurrences go step by step. Everything else is one product over all steps of the
   * window: the outputs O = H V' + c, their way back dH = dO V, and the gradients dV = dO' H and
   * dW = dA' H(-1). So V is read twice a window instead of twice a step, and W and V's gradients
   * are each written once. U's product is a row per symbol: x is one-hot.
   *
   * The states are (n+1, B, m) with those that came in as the first, so that h(t-1) always stands
   * before h(t): there is no special case at the first step to get wrong.
   */
  private final int n;
  private final int streams; // B
  private final int m;
  private final int k;
  private final Shape shape;
  private Optional<WarmUp> warmUp; // while the kernel is scalar, and vectors may come
  private Parameters parameters;
  private Weights weights; // the parameters, for the kernel
  private Kernel kernel;
  private final long[] lastWindow; // (K): the number of the last window that a symbol was read in
  private long windows;

  /** ((n + 1) B): row t is read at step t + 1 and is the target of step t. */
  public final int[] symbols;

  /** ((n + 1) B, m): the first B rows are the states that came in. */
  public final double[] h;

  /** (n B, K): after forward the derivatives of the loss by the outputs, p - y. */
  public final double[] outputs;

  private final double[] losses; // (n B): of every step and stream
  private final double[] dh; // (n B, m): derivatives by h_t through the output
  private final double[] da; // (n B, m): derivatives by a_t

  /**
   * (K) at most: the distinct symbols that the window reads, the only rows of U with a gradient.
   */
  public final int[] distinct;

  public int distinctCount;

  private final Optional<Parameters> gradient; // if there is a way back

  private Window(int n, int streams, Parameters p, boolean forTraining) {
    this.n = n;
    this.streams = streams;
    m = p.hiddenSize;
    k = p.vocabSize;
    shape = Shape.of(m, k, n, streams, forTraining);
    warmUp = Kernels.warmUp(shape);
    parameters = p;
    weights = Kernels.load(shape, p);
    kernel = weights.kernel();
    int rows = n * streams;
    symbols = new int[rows + streams];
    h = new double[(rows + streams) * m];
    outputs = new double[rows * k];
    losses = new double[rows];
    dh = new double[forTraining ? rows * m : 0];
    da = new double[forTraining ? rows * m : 0];
    distinct = new int[forTraining ? Math.min(rows, k) : 0];
    lastWindow = new long[forTraining ? k : 0];
    gradient = forTraining ? Optional.of(new Parameters(m, k)) : Optional.empty();
  }

  /** A window for forward and backward, with parameters loaded. */
  public static Window forTraining(int n, int streams, Parameters p) {
    return new Window(n, streams, p, true);
  }

  /** A window for forward only, of one stream, with parameters loaded. */
  public static Window forEvaluation(int n, Parameters p) {
    return new Window(n, 1, p, false);
  }

  /**
   * Refuses sizes that could never be trained, before anything is allocated.
   *
   * @param what the subject of the sentence
   * @param memories how many numbers the optimizer remembers for every parameter
   * @param others how many bytes are taken already
   * @throws IllegalArgumentException if a training run of these sizes does not fit into the heap or
   *     into Java's arrays
   */
  public static void requireTrainable(
      String what, long n, long streams, long m, long k, int memories, long others) {
    // The model to start from, the run's own, its gradient, the optimizer's memories, the best, and
    // a
    // checkpoint's, or the two that a result hands out; the window; what the kernel packs.
    double rows = (double) n * streams;
    double models = (6.0 + 2 * memories) * Parameters.count(m, k);
    double window = (rows + streams) * m + rows * k + 2 * rows * m;
    double packed = 2.0 * m * m + 2.0 * m * k + rows * (m + Math.max(m, k));
    Memory.require(Double.BYTES * (models + window + packed) + others, what);
    double columns = (double) Math.max(m, k) + Parameters.MAX_PADDING;
    Memory.requireArray(columns * Math.max((double) m, rows + streams), what);
  }

  /** The one that is used until the next {@link #forward} or {@link #states}. */
  public Kernel kernel() {
    return kernel;
  }

  /** What has the parameters until then; who changes W or V reloads them there. */
  public Weights weights() {
    return weights;
  }

  /** Goes on with other kernels, which come to the same bits. */
  public void use(BiFunction<Shape, Parameters, Weights> load) {
    weights = load.apply(shape, parameters);
    kernel = weights.kernel();
  }

  /**
   * Takes in parameters of the same shape, to be called when W or V have changed and were not
   * reloaded.
   */
  public void load(Parameters p) {
    parameters = p;
    weights.load(p);
  }

  /**
   * States, outputs and loss of the first steps of the window.
   *
   * @param steps from 1 to n
   * @return the loss in nats, summed over steps and streams
   */
  public double forward(int steps) {
    states(steps);
    int rows = steps * streams;
    kernel.softmaxLoss(0, rows, outputs, symbols, streams, losses);
    double loss = 0;
    for (int r = 0; r < rows; r++) {
      loss += losses[r];
    }
    return loss;
  }

  /** States and outputs only: outputs holds V h + c, and the last symbols are not looked at. */
  public void states(int steps) {
    if (warmUp.isEmpty()) {
      computeStates(steps);
      return;
    }
    if (warmUp.get().over()) {
      warmUp = Optional.empty();
      takeFastest();
      computeStates(steps);
      return;
    }
    long began = System.nanoTime();
    computeStates(steps);
    warmUp.get().spent(System.nanoTime() - began);
  }

  private void takeFastest() {
    try {
      weights = Kernels.load(shape, parameters);
      kernel = weights.kernel();
    } catch (OutOfMemoryError e) { // for a moment there are two
      System.getLogger("io.github.charrnn").log(Level.DEBUG, "no room for vector kernels", e);
    }
  }

  private void computeStates(int steps) {
    kernel.recur(0, steps, streams, 0, streams, 0, m, symbols, h);
    kernel.outputs(0, steps * streams, h, streams, outputs);
  }

  /**
   * The gradient of the last {@link #backward}, summed over steps and streams; the rows of U
   * outside of distinct are zero or stale. Only windows for training have one.
   */
  public Parameters gradient() {
    return gradient.orElseThrow();
  }

  /** The gradient of the loss that forward returned for all n steps. */
  public void backward() {
    Parameters g = gradient();
    backward(
        (piece, at, from, to) -> System.arraycopy(piece, at, g.v, from, to - from),
        (piece, at, from, to) -> System.arraycopy(piece, at, g.w, from, to - from));
  }

  /**
   * The same, but V and W's parts of it only pass by, and are not in {@link #gradient} afterwards.
   */
  public void backward(Kernel.Gradient v, Kernel.Gradient w) {
    Parameters g = gradient();
    int rows = n * streams;
    weights.prepareBackward(rows + streams);
    kernel.outputsBackward(0, rows, outputs, dh);
    kernel.packStates(0, rows + streams, h);
    kernel.outer(rows, k, 0, k, outputs, streams, v);
    kernel.sumRows(rows, k, 0, k, outputs, g.c);
    kernel.recurBackward(n, 0, n, streams, 0, streams, 0, m, dh, h, da);
    kernel.outer(rows, m, 0, m, da, 0, w);
    kernel.sumRows(rows, m, 0, m, da, g.b);
    findDistinct();
    for (int i = 0; i < distinctCount; i++) {
      int at = distinct[i] * m;
      Arrays.fill(g.u, at, at + m, 0);
    }
    kernel.scatterRows(rows, m, 0, m, da, symbols, g.u);
  }

  /** The states after that many steps become the ones that the next window starts from. */
  public void carry(int steps) {
    System.arraycopy(h, steps * streams * m, h, 0, streams * m);
  }

  /** A copy of the states, (B, m), that the next window starts from. */
  public double[] entering() {
    return Arrays.copyOf(h, streams * m);
  }

  /** The next window starts from these states, (B, m). */
  public void enter(double[] states) {
    System.arraycopy(states, 0, h, 0, streams * m);
  }

  /** The next window starts from the zero state. */
  public void reset() {
    Arrays.fill(h, 0, streams * m, 0);
  }

  private void findDistinct() {
    windows++;
    distinctCount = 0;
    for (int r = 0; r < n * streams; r++) {
      int symbol = symbols[r];
      if (lastWindow[symbol] != windows) {
        lastWindow[symbol] = windows;
        distinct[distinctCount++] = symbol;
      }
    }
  }
}
