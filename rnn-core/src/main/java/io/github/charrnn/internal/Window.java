package io.github.charrnn.internal;

import io.github.charrnn.internal.Parameters.Tensor;
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
   *
   * The members of a crew share every phase by its outputs, so no sum changes. They wait for each
   * other between phases: states | outputs, losses and the way back through the outputs | the
   * recurrence backward | gradients and update. Where one member takes a recurrence alone, the others
   * follow with the outputs a few steps behind, and have the gradient of V while it goes backward.
   */

  /** Whoever follows a recurrence is at least so many rows behind it: a tile. */
  private static final int FOLLOWED_ROWS = 5;

  private final int n;
  private final int streams; // B
  private final int m;
  private final int k;
  private final Shape shape;
  private Optional<WarmUp> warmUp; // while the kernel is scalar, or its code is not compiled
  private boolean vectors; // before they are compiled
  private Parameters parameters;
  private Weights weights; // the parameters, for the kernels
  private final Crew crew;
  private final Pace pace;
  private Share[] shares = {}; // (members)
  private Split split;
  private int steps; // of the present pass
  private boolean scored; // whether it computes losses
  private long began; // the present step, if there are several members
  private final Crew.Work forward = // not method references: Java's first one takes 20 ms
      new Crew.Work() {
        @Override
        public void run(int member, int members) {
          forwardPart(member, members);
        }
      };
  private final Crew.Work backward =
      new Crew.Work() {
        @Override
        public void run(int member, int members) {
          backwardPart(member, members);
        }
      };
  private final long[] lastWindow; // (K): the last way back whose window read a symbol, by number
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

  private final Optional<Parameters> gradient; // if there is a way back
  private final Gradients keep; // copies it there, with its squares if they are wanted
  private Gradients receiver; // of the present way back
  private Gradients sink; // of its pieces as they are computed: the receiver, or keep
  private final double[] squares; // (2 K + m + 2): sums over rows of U, W and V, over b, over c

  /** So many numbers are handed over at a time: what belongs to them is near until it is packed. */
  private static final int PIECE = 1 << 12;

  /** Takes the gradient of a window in pieces, several at a time from different threads. */
  public interface Gradients {
    /** Whether the rows of U that have no gradient come too, as zeros. */
    boolean wantsEveryRow();

    /** Whether the pieces come after {@link #norm}. */
    boolean wantsNorm();

    /**
     * Called before the pieces come, if it is wanted.
     *
     * @param squares the sum of the squares of all of the gradient
     */
    void norm(double squares);

    /**
     * Every element of V, W, b and c comes once, and every one of the rows of U that have a
     * gradient. V and W come by whole rows. Whoever takes a piece may change these elements of the
     * parameters.
     *
     * @param kernel belongs to the calling thread
     * @param g elements from..to-1 of the tensor's gradient stand in g from {@code at} on, until
     *     the next piece
     */
    void take(Tensor tensor, Kernel kernel, double[] g, int at, int from, int to);

    /** Whether what it does with this gradient takes as long as with most. */
    boolean isUsual();

    /**
     * Called by every thread after its last piece, if {@link #wantsNorm}. It may change W, too.
     *
     * @param kernel belongs to the calling thread
     * @param from the first of the rows of W whose pieces this thread has handed over, up to end;
     *     all rows are some thread's
     * @param barrier waits for all threads; each has to run it as often
     */
    void finish(Kernel kernel, int from, int end, Runnable barrier);
  }

  /** What a member computes with. */
  private final class Share {
    final Kernel kernel = weights.kernel();
    final Runnable barrier;
    final Kernel.Gradient v = into(Tensor.V);
    final Kernel.Gradient w = into(Tensor.W);

    Share(int member) {
      barrier = () -> crew.await(member);
    }

    private Kernel.Gradient into(Tensor tensor) {
      return new Kernel.Gradient() {
        @Override
        public void take(double[] g, int at, int from, int to) {
          sink.take(tensor, kernel, g, at, from, to);
        }
      };
    }
  }

  /** Puts a gradient where it can be read as a whole. */
  private final class Keep implements Gradients {
    @Override
    public boolean wantsEveryRow() {
      return false;
    }

    @Override
    public boolean wantsNorm() {
      return false;
    }

    @Override
    public void norm(double squares) {
      throw new IllegalStateException("nobody has asked for it");
    }

    @Override
    public boolean isUsual() {
      return true;
    }

    @Override
    public void finish(Kernel kernel, int from, int end, Runnable barrier) {
      throw new IllegalStateException("nobody has asked for it");
    }

    @Override
    public void take(Tensor tensor, Kernel kernel, double[] g, int at, int from, int to) {
      double[] kept = gradient().get(tensor);
      if (g != kept) {
        System.arraycopy(g, at, kept, from, to - from);
      }
      if (receiver.wantsNorm() && (tensor == Tensor.W || tensor == Tensor.V)) {
        squares(kernel, g, at, from / m, to / m, tensor == Tensor.W ? k : k + m);
      }
    }
  }

  private Window(int n, int streams, Parameters p, boolean forTraining, Crew crew) {
    this.n = n;
    this.streams = streams;
    m = p.hiddenSize;
    k = p.vocabSize;
    shape = Shape.of(m, k, n, streams, forTraining);
    warmUp = Kernels.warmUp(shape);
    parameters = p;
    weights = Kernels.load(shape, p);
    this.crew = crew;
    pace = new Pace(crew.size());
    weightsReplaced();
    int rows = n * streams;
    symbols = new int[rows + streams];
    h = new double[(rows + streams) * m];
    outputs = new double[rows * k];
    losses = new double[rows];
    dh = new double[forTraining ? rows * m : 0];
    da = new double[forTraining ? rows * m : 0];
    lastWindow = new long[forTraining ? k : 0];
    gradient = forTraining ? Optional.of(new Parameters(m, k)) : Optional.empty();
    squares = new double[forTraining ? 2 * k + m + 2 : 0];
    keep = new Keep();
    receiver = keep;
    sink = keep;
  }

  /** A window for forward and backward, with parameters loaded. */
  public static Window forTraining(int n, int streams, Parameters p, Crew crew) {
    return new Window(n, streams, p, true, crew);
  }

  /** The same for one thread. */
  public static Window forTraining(int n, int streams, Parameters p) {
    return forTraining(n, streams, p, new Crew(1));
  }

  /** A window for forward only, with parameters loaded. */
  public static Window forEvaluation(int n, int streams, Parameters p, Crew crew) {
    return new Window(n, streams, p, false, crew);
  }

  /** The same for one stream and one thread. */
  public static Window forEvaluation(int n, Parameters p) {
    return forEvaluation(n, 1, p, new Crew(1));
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

  /** How many threads make training with such windows faster. */
  public static int threadsThatPay(long n, long streams, long m, long k) {
    return Split.threadsThatPay(n, streams, m, k);
  }

  /** The calling thread's, until the next {@link #forward} or {@link #states}. */
  public Kernel kernel() {
    return shares[0].kernel;
  }

  /** What has the parameters until then; who changes W or V reloads them there. */
  public Weights weights() {
    return weights;
  }

  /**
   * So many windows are to come. In a long run it pays to wait in the first of them until vector
   * code is compiled.
   */
  public void expect(long windows) {
    double multiplyAdds = 3.0 * m * (m + k) * n * streams * windows;
    if (warmUp.isPresent() && Kernels.worthWaitingFor(shape, multiplyAdds)) {
      vectors = took(Kernels::vector);
    }
  }

  /** Goes on with other kernels, which come to the same bits. */
  public void use(BiFunction<Shape, Parameters, Weights> load) {
    weights = load.apply(shape, parameters);
    weightsReplaced();
  }

  private void weightsReplaced() {
    Share[] fresh = new Share[crew.size()];
    for (int i = 0; i < fresh.length; i++) {
      fresh[i] = new Share(i);
    }
    shares = fresh;
    split = new Split(weights, streams, m, crew.size());
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
    compute(steps, true);
    double loss = 0;
    for (int r = 0; r < steps * streams; r++) {
      loss += losses[r];
    }
    return loss;
  }

  /** States and outputs only: outputs holds V h + c, and the last symbols are not looked at. */
  public void states(int steps) {
    compute(steps, false);
  }

  private void compute(int steps, boolean scored) {
    this.steps = steps;
    this.scored = scored;
    began = crew.size() == 1 ? 0 : System.nanoTime();
    if (warmUp.isPresent() && warmUp.get().over()) {
      warmUp = Optional.empty();
      if (!vectors) {
        took(Kernels::load);
      }
    }
    if (shape.backward() && scored) {
      weights.prepareBackward((n + 1) * streams);
    }
    if (warmUp.isEmpty() || vectors) {
      crew.run(pace.members(), forward);
      warmUp.ifPresent(WarmUp::computed);
    } else {
      long before = System.nanoTime();
      crew.run(pace.members(), forward);
      warmUp.get().spent(System.nanoTime() - before);
    }
    if (!shape.backward()) {
      stepDone();
    }
  }

  private void stepDone() {
    if (crew.size() > 1 && !crew.insists()) {
      pace.took(System.nanoTime() - began);
    }
  }

  private boolean took(BiFunction<Shape, Parameters, Weights> load) {
    try {
      use(load);
      return true;
    } catch (OutOfMemoryError e) { // for a moment there are two
      System.getLogger("io.github.charrnn").log(Level.DEBUG, "no room for vector kernels", e);
      return false;
    }
  }

  private void forwardPart(int i, int of) {
    Kernel kernel = shares[i].kernel;
    switch (split.recurrence(of)) {
      case BY_STREAMS -> {
        int from = split.streams(i, of);
        int end = split.streams(i + 1, of);
        if (from < end) {
          kernel.recur(0, steps, streams, from, end, 0, m, symbols, h);
        }
        crew.await(i);
        outputsOfShare(i, of, kernel);
      }
      case BY_UNITS -> {
        int from = split.units(i, of);
        int end = split.units(i + 1, of);
        for (int t = 0; t < steps; t++) {
          if (from < end) {
            kernel.recur(t, t + 1, streams, 0, streams, from, end, symbols, h);
          }
          crew.await(i);
        }
        outputsOfShare(i, of, kernel);
      }
      case ALONE -> follow(i, of, kernel);
    }
  }

  private void outputsOfShare(int i, int of, Kernel kernel) {
    int rows = steps * streams;
    outputs(kernel, split.rows(i, of, rows), split.rows(i + 1, of, rows));
  }

  /** Member 0 goes on with the states, the others do the outputs of the steps before. */
  private void follow(int i, int of, Kernel kernel) {
    int stride = (FOLLOWED_ROWS + streams - 1) / streams;
    for (int first = 0; first < steps; first += stride) {
      int end = Math.min(steps, first + stride);
      if (i == 0) {
        kernel.recur(first, end, streams, 0, streams, 0, m, symbols, h);
      }
      crew.await(i);
      if (i > 0) {
        int rows = (end - first) * streams;
        int from = first * streams;
        outputs(kernel, from + split.rows(i - 1, of - 1, rows), from + split.rows(i, of - 1, rows));
      }
    }
  }

  /** What is computed of rows once their states are known. */
  private void outputs(Kernel kernel, int from, int end) {
    if (from >= end) {
      return;
    }
    kernel.outputs(from, end, h, streams, outputs);
    if (!scored) {
      return;
    }
    kernel.softmaxLoss(from, end, outputs, symbols, streams, losses);
    if (shape.backward()) {
      kernel.outputsBackward(from, end, outputs, dh);
      kernel.packStates(from + streams, end + streams, h);
      if (from == 0) {
        kernel.packStates(0, streams, h);
      }
    }
  }

  /**
   * The gradient of the last {@link #backward}, summed over steps and streams. Only windows for
   * training have one.
   */
  public Parameters gradient() {
    return gradient.orElseThrow();
  }

  /** The gradient of the loss that forward returned for all n steps. */
  public void backward() {
    backward(keep);
  }

  /**
   * The same, but it passes by, and what V and W have of it is not in {@link #gradient} afterwards.
   */
  public void backward(Gradients receiver) {
    this.receiver = receiver;
    sink = receiver.wantsNorm() ? keep : receiver;
    noteSymbols();
    weights.prepareBackward((n + 1) * streams); // again, if there was a load since forward
    crew.run(pace.members(), backward);
    if (receiver.isUsual()) {
      stepDone();
    }
  }

  private void backwardPart(int i, int of) {
    Share share = shares[i];
    Kernel kernel = share.kernel;
    boolean withoutV = false;
    switch (split.recurrence(of)) {
      case BY_STREAMS -> {
        int from = split.streams(i, of);
        int end = split.streams(i + 1, of);
        if (from < end) {
          kernel.recurBackward(n, 0, n, streams, from, end, 0, m, symbols, dh, h, da);
        }
      }
      case BY_UNITS -> {
        int from = split.units(i, of);
        int end = split.units(i + 1, of);
        for (int t = n - 1; t >= 0; t--) {
          if (from < end) {
            kernel.recurBackward(n, t, t + 1, streams, 0, streams, from, end, symbols, dh, h, da);
          }
          if (t > 0) {
            crew.await(i);
          }
        }
      }
      case ALONE -> {
        if (i == 0) {
          kernel.recurBackward(n, 0, n, streams, 0, streams, 0, m, symbols, dh, h, da);
        } else {
          outerV(share, split.lines(i - 1, of - 1, k), split.lines(i, of - 1, k));
        }
        withoutV = true;
      }
    }
    crew.await(i);
    gradients(i, of, share, withoutV);
    if (receiver.wantsNorm()) {
      crew.await(i);
      squares(i, of, kernel);
      crew.await(i);
      if (i == 0) {
        receiver.norm(total(squares));
      }
      crew.await(i);
      handOver(i, of, kernel);
      receiver.finish(kernel, split.lines(i, of, m), split.lines(i + 1, of, m), share.barrier);
    }
  }

  /** Of what is computed by columns; W and V's come with their rows. */
  private void squares(int i, int of, Kernel kernel) {
    Parameters g = gradient();
    for (int row = split.lines(i, of, k); row < split.lines(i + 1, of, k); row++) {
      if (isRead(row)) {
        squares(kernel, g.u, row * m, row, row + 1, 0);
      } else {
        squares[row] = 0;
      }
    }
    if (i == 0) {
      squares[2 * k + m] = kernel.sumOfSquares(g.b, 0, m);
      squares[2 * k + m + 1] = kernel.sumOfSquares(g.c, 0, k);
    }
  }

  /** Row by row, so that no sum depends on who computes it. */
  private void squares(Kernel kernel, double[] g, int at, int fromRow, int toRow, int to) {
    for (int row = fromRow; row < toRow; row++) {
      int first = at + (row - fromRow) * m;
      squares[to + row] = kernel.sumOfSquares(g, first, first + m);
    }
  }

  private static double total(double[] parts) {
    double total = 0;
    for (double part : parts) {
      total += part;
    }
    return total;
  }

  /** Gives the receiver what was kept. */
  private void handOver(int i, int of, Kernel kernel) {
    handOverRows(i, of, kernel, Tensor.W, m);
    handOverRows(i, of, kernel, Tensor.V, k);
    if (receiver.wantsEveryRow()) {
      handOverRows(i, of, kernel, Tensor.U, k);
    } else {
      for (int row = split.lines(i, of, k); row < split.lines(i + 1, of, k); row++) {
        if (isRead(row)) {
          receiver.take(Tensor.U, kernel, gradient().u, row * m, row * m, (row + 1) * m);
        }
      }
    }
    handOver(i, of, kernel, Tensor.B, m);
    handOver(i, of, kernel, Tensor.C, k);
  }

  private void handOverRows(int i, int of, Kernel kernel, Tensor tensor, int rows) {
    double[] g = gradient().get(tensor);
    int end = split.lines(i + 1, of, rows);
    int count = Split.wholeLines(PIECE / m);
    for (int row = split.lines(i, of, rows); row < end; row += count) {
      receiver.take(tensor, kernel, g, row * m, row * m, Math.min(end, row + count) * m);
    }
  }

  private void handOver(int i, int of, Kernel kernel, Tensor tensor, int length) {
    int from = split.lines(i, of, length);
    int end = split.lines(i + 1, of, length);
    if (from < end) {
      receiver.take(tensor, kernel, gradient().get(tensor), from, from, end);
    }
  }

  /** V and W's gradients by rows, V's first unless it is done; the others by columns. */
  private void gradients(int i, int of, Share share, boolean withoutV) {
    Kernel kernel = share.kernel;
    Parameters g = gradient();
    int rows = n * streams;
    int ofV = withoutV ? 0 : k;
    int from = withoutV ? split.linesNearFirst(i, of, m) : split.lines(i, of, k + m);
    int end = withoutV ? split.linesNearFirst(i + 1, of, m) : split.lines(i + 1, of, k + m);
    outerV(share, Math.min(from, ofV), Math.min(end, ofV));
    int fromW = Math.max(0, from - ofV);
    int endW = Math.max(0, end - ofV);
    if (fromW < endW) {
      kernel.outerW(rows, fromW, endW, symbols, da, share.w);
    }
    int fromC = split.lines(i, of, k);
    int endC = split.lines(i + 1, of, k);
    if (fromC < endC) {
      kernel.sumRows(rows, k, fromC, endC, outputs, g.c);
      sink.take(Tensor.C, kernel, g.c, fromC, fromC, endC);
    }
    int fromUnit = split.lines(i, of, m);
    int endUnit = split.lines(i + 1, of, m);
    if (fromUnit < endUnit) {
      kernel.sumRows(rows, m, fromUnit, endUnit, da, g.b);
      sink.take(Tensor.B, kernel, g.b, fromUnit, fromUnit, endUnit);
      for (int row = 0; row < k; row++) {
        if (lastWindow[row] >= windows - 1) { // all others are zero
          Arrays.fill(g.u, row * m + fromUnit, row * m + endUnit, 0);
        }
      }
      kernel.scatterRows(rows, m, fromUnit, endUnit, da, symbols, g.u);
      for (int row = 0; row < k; row++) {
        if (isRead(row) || sink.wantsEveryRow()) {
          int first = row * m + fromUnit;
          sink.take(Tensor.U, kernel, g.u, first, first, first + endUnit - fromUnit);
        }
      }
    }
  }

  /** Whether the window reads a symbol, so that its row of U has a gradient. */
  private boolean isRead(int symbol) {
    return lastWindow[symbol] == windows;
  }

  private void outerV(Share share, int from, int end) {
    if (from < end) {
      share.kernel.outerV(n * streams, streams, from, end, outputs, share.v);
    }
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

  /** The next window of a stream starts from the zero state. */
  public void reset(int stream) {
    Arrays.fill(h, stream * m, (stream + 1) * m, 0);
  }

  private void noteSymbols() {
    windows++;
    for (int r = 0; r < n * streams; r++) {
      lastWindow[symbols[r]] = windows;
    }
  }
}
