package io.github.charrnn.internal.kernel;

import static io.github.charrnn.internal.kernel.VectorMath.LANES;
import static io.github.charrnn.internal.kernel.VectorMath.SPECIES;
import static io.github.charrnn.internal.kernel.VectorMath.atLeast;
import static io.github.charrnn.internal.kernel.VectorMath.atMost;
import static io.github.charrnn.internal.kernel.VectorMath.guess;
import static io.github.charrnn.internal.kernel.VectorMath.refine;

import io.github.charrnn.internal.Parameters;
import java.util.Arrays;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorOperators;

/** The same arithmetic with the Vector API; see the package documentation for what is read when. */
final class VectorKernel implements Kernel {
  /** Doubles of a gradient that stay in the first-level cache until they are used. */
  private static final int PIECE = 1 << 12;

  /** Rows that make whole tiles, and whole vectors when they are transposed. */
  private static final int FULL = Panels.ROWS * 8;

  private final int m;
  private final int k;
  private final int mStride; // the length of a row of sums
  private final boolean manyStreams; // enough for a tile in every step
  private final boolean manyRows; // enough for a tile in a window
  private final Strips wTransposedStrips; // few streams
  private final Panels wTransposedPanels; // many streams
  private final Strips vTransposedStrips; // few rows
  private final Panels vTransposedPanels; // many rows
  private Strips wStrips = Strips.NONE; // few streams, once a way back was asked for
  private Panels wPanels = Panels.NONE; // many streams, likewise
  private Panels vPanels = Panels.NONE; // likewise
  private boolean packed; // these three, whichever there are, since load
  private final double[] zeros; // (max(m, K))
  private final double[] row; // (max(m, K)), padded: arguments of exp, a row of outputs
  private final double[] bias; // (K), padded: c
  private double[] inputs = {}; // (B, m), rows mStride apart: b + U x of one step
  private double[] sums = {}; // (B, m), rows mStride apart: a of one step
  private double[] left = {}; // the left-hand side of a product, interleaved
  private Panels right = Panels.NONE; // the right-hand side of an outer product
  private double[] piece = {}; // of a gradient
  private Parameters parameters = new Parameters(0, 0);

  /** For at least as many hidden units and symbols as a vector has lanes. */
  VectorKernel(Shape shape) {
    m = shape.m();
    k = shape.k();
    assert m >= LANES && k >= LANES;
    manyStreams = shape.manyStreams();
    manyRows = shape.manyRows();
    mStride = Strips.padded(m);
    wTransposedStrips = manyStreams ? Strips.NONE : new Strips(m, m);
    wTransposedPanels = manyStreams ? new Panels(m, m) : Panels.NONE;
    vTransposedStrips = manyRows ? Strips.NONE : new Strips(m, k);
    vTransposedPanels = manyRows ? new Panels(m, k) : Panels.NONE;
    zeros = new double[Math.max(m, k)];
    row = new double[Strips.padded(Math.max(m, k))];
    bias = new double[Strips.padded(k)];
  }

  static int lanes() {
    return LANES;
  }

  @Override
  public void load(Parameters p) {
    parameters = p;
    packed = false;
    packW(0, m);
    packV(0, k);
  }

  @Override
  public void reloadW(int from, int end) {
    packW(from, end);
    if (packed) {
      packBackwardW(from, end);
    }
  }

  @Override
  public void reloadV(int from, int end) {
    packV(from, end);
    if (packed) {
      vPanels.pack(parameters.v, 0, from, end);
    }
  }

  private void packW(int from, int end) {
    if (manyStreams) {
      wTransposedPanels.packTransposed(parameters.w, from, end);
    } else {
      wTransposedStrips.packTransposed(parameters.w, from, end);
    }
  }

  private void packV(int from, int end) {
    if (manyRows) {
      vTransposedPanels.packTransposed(parameters.v, from, end);
    } else {
      vTransposedStrips.packTransposed(parameters.v, from, end);
    }
  }

  private void packBackwardW(int from, int end) {
    if (manyStreams) {
      wPanels.pack(parameters.w, 0, from, end);
    } else {
      wStrips.pack(parameters.w, from, end);
    }
  }

  /** Not in load, because sampling and evaluation have no way back. */
  private void packBackward() {
    if (packed) {
      return;
    }
    if (vPanels == Panels.NONE) {
      wStrips = manyStreams ? Strips.NONE : new Strips(m, m);
      wPanels = manyStreams ? new Panels(m, m) : Panels.NONE;
      vPanels = new Panels(k, m);
    }
    packBackwardW(0, m);
    vPanels.pack(parameters.v, 0, 0, k);
    packed = true;
  }

  @Override
  public void recur(int n, int streams, int[] symbols, double[] h) {
    ensureStep(streams * mStride);
    for (int t = 0; t < n; t++) {
      for (int s = 0; s < streams; s++) {
        add(parameters.b, parameters.u, symbols[t * streams + s] * m, inputs, s * mStride);
      }
      int at = t * streams * m;
      square(streams, h, at, wTransposedStrips, wTransposedPanels, t);
      for (int s = 0; s < streams; s++) {
        VectorMath.tanh(m, sums, s * mStride, h, at + (streams + s) * m);
      }
    }
  }

  @Override
  public void recurBackward(int n, int streams, double[] dh, double[] h, double[] da) {
    packBackward();
    ensureStep(streams * mStride);
    for (int t = n - 1; t >= 0; t--) {
      int at = t * streams * m;
      double[] sum = sums;
      for (int s = 0; s < streams; s++) {
        System.arraycopy(dh, at + s * m, inputs, s * mStride, m);
      }
      if (t == n - 1) {
        sum = inputs;
      } else {
        square(streams, da, at + streams * m, wStrips, wPanels, t);
      }
      for (int s = 0; s < streams; s++) {
        int r = at + s * m;
        timesSlope(m, sum, s * mStride, h, r + streams * m, da, r);
      }
    }
  }

  /** {@code sums = inputs + x a} for a step's rows, with a in whichever of the two it is packed. */
  private void square(int streams, double[] x, int xAt, Strips strips, Panels panels, int turn) {
    if (manyStreams) {
      interleave(streams, m, x, xAt, m, 1);
      panels.multiply(streams, left, inputs, mStride, sums, 0, mStride);
      return;
    }
    for (int s = 0; s < streams; s++) {
      strips.multiply(x, xAt + s * m, inputs, sums, s * mStride, turn + s);
    }
  }

  @Override
  public void outputs(int rows, double[] h, int firstRow, double[] o) {
    if (manyRows) {
      interleave(rows, m, h, firstRow * m, m, 1);
      vTransposedPanels.multiply(rows, left, parameters.c, 0, o, 0, k);
      return;
    }
    System.arraycopy(parameters.c, 0, bias, 0, k);
    for (int r = 0; r < rows; r++) {
      vTransposedStrips.multiply(h, (firstRow + r) * m, bias, row, 0, r);
      System.arraycopy(row, 0, o, r * k, k);
    }
  }

  @Override
  public void outputsBackward(int rows, double[] dO, double[] dh) {
    packBackward();
    interleave(rows, k, dO, 0, k, 1);
    vPanels.multiply(rows, left, zeros, 0, dh, 0, m);
  }

  @Override
  public void outer(
      int rows, int p, int q, double[] x, double[] y, int firstRow, Gradient gradient) {
    if (right.inner() != rows || right.cols() != q) {
      right = new Panels(rows, q);
    }
    right.pack(y, firstRow * q, 0, rows);
    interleave(p, rows, x, 0, 1, p);
    int at = Panels.ROWS * q; // room for rows that are computed twice
    int block = Math.max(1, PIECE / q / FULL) * FULL;
    if (piece.length < at + block * q) {
      piece = new double[at + block * q];
    }
    for (int from = 0; from < p; from += block) {
      int end = Math.min(p, from + block);
      right.multiply(from, end, p, left, zeros, 0, piece, at - from * q, q);
      gradient.take(piece, at, from * q, end * q);
    }
  }

  private void interleave(int rows, int inner, double[] x, int xAt, int xRow, int xInner) {
    int size = Panels.interleaved(rows, inner);
    if (left.length < size) {
      left = new double[size];
    }
    Panels.interleave(rows, inner, x, xAt, xRow, xInner, left);
  }

  @Override
  public void sumRows(int rows, int q, double[] x, double[] g) {
    Arrays.fill(g, 0, q, 0);
    for (int row = 0; row < rows; row++) {
      addTo(g, 0, x, row * q, q);
    }
  }

  @Override
  public void scatterRows(int rows, int m, double[] da, int[] symbols, double[] gu) {
    for (int row = 0; row < rows; row++) {
      addTo(gu, symbols[row] * m, da, row * m, m);
    }
  }

  /** {@code sum += x}. */
  private static void addTo(double[] sum, int at, double[] x, int xAt, int count) {
    int bound = SPECIES.loopBound(count);
    for (int j = 0; j < bound; j += LANES) {
      DoubleVector.fromArray(SPECIES, sum, at + j)
          .add(DoubleVector.fromArray(SPECIES, x, xAt + j))
          .intoArray(sum, at + j);
    }
    for (int j = bound; j < count; j++) {
      sum[at + j] += x[xAt + j];
    }
  }

  @Override
  public double softmaxLoss(int rows, double[] o, int[] targets, int firstTarget) {
    double loss = 0;
    for (int r = 0; r < rows; r++) {
      int at = r * k;
      int target = at + targets[firstTarget + r];
      double max = max(o, at);
      double score = o[target] - max;
      VectorMath.exp(k, o, at, max, 1, row);
      double sum = Elementary.sum(k, row);
      DoubleVector inverse = DoubleVector.broadcast(SPECIES, 1 / sum);
      for (int j = 0; j < k; j += LANES) {
        int i = Math.min(j, k - LANES);
        DoubleVector.fromArray(SPECIES, row, i).mul(inverse).intoArray(o, at + i);
      }
      o[target] -= 1;
      loss += StrictMath.log(sum) - score;
    }
    return loss;
  }

  @Override
  public double exponentials(double[] o, double temperature) {
    VectorMath.exp(k, o, 0, max(o, 0), temperature, row);
    System.arraycopy(row, 0, o, 0, k);
    return Elementary.sum(k, row);
  }

  @Override
  public void adagrad(
      double[] theta,
      double[] memory,
      int from,
      int to,
      double[] gradient,
      int at,
      double scale,
      double clip,
      double rate,
      double epsilon) {
    int shift = at - from;
    int first = Packing.firstAligned(from, to);
    int bound = first + SPECIES.loopBound(to - first);
    adagradEach(theta, memory, from, first, gradient, shift, scale, clip, rate, epsilon);
    for (int i = first; i < bound; i += LANES) {
      DoubleVector g = clipped(gradient, shift + i, scale, clip);
      DoubleVector sum = g.fma(g, DoubleVector.fromArray(SPECIES, memory, i));
      sum.intoArray(memory, i);
      DoubleVector x = sum.add(epsilon);
      DoubleVector y = refine(x, refine(x, guess(x)));
      g.mul(-rate).fma(y, DoubleVector.fromArray(SPECIES, theta, i)).intoArray(theta, i);
    }
    adagradEach(theta, memory, bound, to, gradient, shift, scale, clip, rate, epsilon);
  }

  /** One by one, what is before and after the vectors. */
  private static void adagradEach(
      double[] theta,
      double[] memory,
      int from,
      int to,
      double[] gradient,
      int shift,
      double scale,
      double clip,
      double rate,
      double epsilon) {
    for (int i = from; i < to; i++) {
      double g = Math.max(-clip, Math.min(clip, scale * gradient[shift + i]));
      double sum = Math.fma(g, g, memory[i]);
      memory[i] = sum;
      theta[i] = Math.fma(-rate * g, Elementary.inverseSqrt(sum + epsilon), theta[i]);
    }
  }

  @Override
  public void descend(
      double[] theta,
      int from,
      int to,
      double[] gradient,
      int at,
      double scale,
      double clip,
      double rate) {
    int shift = at - from;
    int bound = from + SPECIES.loopBound(to - from);
    for (int i = from; i < bound; i += LANES) {
      DoubleVector g = clipped(gradient, shift + i, scale, clip);
      DoubleVector.fromArray(SPECIES, theta, i).sub(g.mul(rate)).intoArray(theta, i);
    }
    for (int i = bound; i < to; i++) {
      theta[i] -= rate * Math.max(-clip, Math.min(clip, scale * gradient[shift + i]));
    }
  }

  private static DoubleVector clipped(double[] gradient, int i, double scale, double clip) {
    DoubleVector g = DoubleVector.fromArray(SPECIES, gradient, i).mul(scale);
    return atLeast(-clip, atMost(clip, g));
  }

  /** {@code to = x + y}, a row of m. */
  private void add(double[] x, double[] y, int yAt, double[] to, int at) {
    for (int j = 0; j < m; j += LANES) {
      int i = Math.min(j, m - LANES);
      DoubleVector.fromArray(SPECIES, x, i)
          .add(DoubleVector.fromArray(SPECIES, y, yAt + i))
          .intoArray(to, at + i);
    }
  }

  /** {@code to = x * (1 - h h)}. */
  private static void timesSlope(
      int count, double[] x, int xAt, double[] h, int hAt, double[] to, int at) {
    for (int j = 0; j < count; j += LANES) {
      int i = Math.min(j, count - LANES);
      DoubleVector state = DoubleVector.fromArray(SPECIES, h, hAt + i);
      DoubleVector.fromArray(SPECIES, x, xAt + i)
          .mul(state.neg().fma(state, DoubleVector.broadcast(SPECIES, 1)))
          .intoArray(to, at + i);
    }
  }

  private double max(double[] x, int at) {
    DoubleVector max = DoubleVector.fromArray(SPECIES, x, at);
    for (int j = LANES; j < k; j += LANES) {
      DoubleVector next = DoubleVector.fromArray(SPECIES, x, at + Math.min(j, k - LANES));
      max = max.max(next);
    }
    return max.reduceLanes(VectorOperators.MAX); // the same in any order
  }

  private void ensureStep(int size) {
    if (sums.length < size) {
      inputs = new double[size];
      sums = new double[size];
    }
  }
}
