package io.github.charrnn.internal;

import io.github.charrnn.internal.kernel.Kernel;
import io.github.charrnn.internal.kernel.Shape;
import java.util.Arrays;

/**
 * Texts that one model reads side by side, forward only, symbol by symbol: each stream has a state
 * of its own, begins when it likes, and makes way for another when it ends.
 *
 * <p>Use: {@link #begin} a stream, put what it reads into {@link #symbols}, then {@link #score} or
 * {@link #read} a step of all that there are; {@link #end} the ones that are over.
 */
public final class SideBySide {
  /*
   * A window of one step. With so many streams a step's products are made of whole tiles, as those
   * over the steps of a window are, and W and V are read once for all streams. More steps would
   * gain nothing, and streams that end in the middle of a window would waste the rest of it.
   */
  private final int m;
  private final ForwardKernels kernels;
  private final int member;
  private int count; // streams that there are, the first ones

  /**
   * (2 B): what the streams read, then what comes next in each, from {@link #count} on; numbers of
   * symbols.
   */
  public final int[] symbols;

  private final double[] h; // (2 B, m): states before the step, and from row count on after it

  /** (B, K): row s has what stream s predicts; only {@link #read} leaves it as it is. */
  public final double[] outputs;

  /** (B): after {@link #score} those of the step, in nats. */
  public final double[] losses;

  private SideBySide(int streams, Parameters p, ForwardKernels kernels, int member) {
    m = p.hiddenSize;
    this.kernels = kernels;
    this.member = member;
    symbols = new int[2 * streams];
    h = new double[2 * streams * m];
    outputs = new double[streams * p.vocabSize];
    losses = new double[streams];
  }

  /** One for each member of a crew, with so many streams at most. */
  public static SideBySide[] of(int streams, Parameters p, int members) {
    Shape shape = Shape.of(p.hiddenSize, p.vocabSize, 1, streams, false);
    ForwardKernels kernels = new ForwardKernels(shape, p, members);
    SideBySide[] result = new SideBySide[members];
    for (int i = 0; i < members; i++) {
      result[i] = new SideBySide(streams, p, kernels, i);
    }
    return result;
  }

  /** How many streams there may be. */
  public int capacity() {
    return losses.length;
  }

  /** How many streams there are now. */
  public int count() {
    return count;
  }

  /** Begins one more stream in a state, (m), as the last. */
  public void begin(double[] state) {
    restart(count, state);
    count++;
  }

  /** A stream begins anew in a state, (m). */
  public void restart(int stream, double[] state) {
    System.arraycopy(state, 0, h, stream * m, m);
  }

  /** A stream goes, and the last one takes its place. */
  public void end(int stream) {
    count--;
    System.arraycopy(h, count * m, h, stream * m, m);
  }

  /** A copy of the state of a stream, (m). */
  public double[] state(int stream) {
    return Arrays.copyOfRange(h, stream * m, (stream + 1) * m);
  }

  /** Every stream reads a symbol, and predicts the next. */
  public void read() {
    step(false);
  }

  /** The same, and how surprising those are that come next. */
  public void score() {
    step(true);
  }

  private void step(boolean scored) {
    Kernel kernel = kernels.of(member);
    long began = kernels.began();
    kernel.recur(0, 1, count, 0, count, 0, m, symbols, h);
    kernel.outputs(0, count, h, count, outputs);
    if (scored) {
      kernel.softmaxLoss(0, count, outputs, symbols, count, losses);
    }
    System.arraycopy(h, count * m, h, 0, count * m);
    kernels.ended(began);
  }

  /** The calling thread's. */
  public Kernel kernel() {
    return kernels.of(member);
  }
}
