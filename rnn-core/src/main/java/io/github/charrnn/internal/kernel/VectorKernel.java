package io.github.charrnn.internal.kernel;

import static io.github.charrnn.internal.kernel.VectorMath.LANES;
import static io.github.charrnn.internal.kernel.VectorMath.SPECIES;
import static io.github.charrnn.internal.kernel.VectorMath.clip;
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

  private final VectorWeights weights;
  private final int m;
  private final int k;
  private final int mStride; // the length of a row of sums
  private final boolean manyRows; // enough for a tile in a window
  private final double[] zeros; // (max(m, K))
  private final double[] row; // (max(m, K)), padded: arguments of exp, a row of outputs
  private final double[] bias; // (K), padded: c
  private final Scratch scratch = new Scratch();
  private final Beginnings beginnings;
  private double[] inputs = {}; // (B, m), rows mStride apart: b + U x of one step
  private double[] sums = {}; // (B, m), rows mStride apart: a of one step
  private double[] piece = {}; // of a gradient

  VectorKernel(VectorWeights weights, Shape shape) {
    this.weights = weights;
    m = shape.m();
    k = shape.k();
    mStride = Strips.padded(m);
    manyRows = shape.manyRows();
    beginnings = new Beginnings(m);
    zeros = new double[Math.max(m, k)];
    row = new double[Strips.padded(Math.max(m, k))];
    bias = new double[Strips.padded(k)];
  }

  @Override
  public void recur(
      int firstStep,
      int endStep,
      int streams,
      int from,
      int end,
      int fromUnit,
      int endUnit,
      int[] symbols,
      double[] h) {
    double[] b = weights.parameters.b;
    double[] u = weights.parameters.u;
    int boundary = weights.parameters.boundary;
    int count = end - from;
    ensureStep(Math.max(count, Panels.ROWS) * mStride);
    int units = endUnit - fromUnit;
    for (int t = firstStep; t < endStep; t++) {
      int first = t * streams + from;
      for (int s = 0; s < count; s++) {
        add(fromUnit, endUnit, b, u, symbols[first + s] * m, inputs, s * mStride);
      }
      double[] x = h;
      int at = first * m;
      if (Beginnings.any(boundary, symbols, first, count)) {
        x = beginnings.without(boundary, symbols, first, count, h, at);
        at = 0;
      }
      weights.wTransposed.multiply(
          fromUnit, endUnit, count, x, at, m, inputs, 0, mStride, sums, 0, mStride, t, scratch);
      for (int s = 0; s < count; s++) {
        int to = (first + streams + s) * m + fromUnit;
        VectorMath.tanh(units, sums, s * mStride + fromUnit, h, to);
      }
    }
  }

  @Override
  public void recurBackward(
      int n,
      int firstStep,
      int endStep,
      int streams,
      int from,
      int end,
      int fromUnit,
      int endUnit,
      int[] symbols,
      double[] dh,
      double[] h,
      double[] da) {
    Packed w = weights.backward.orElseThrow().w();
    int boundary = weights.parameters.boundary;
    int count = end - from;
    ensureStep(Math.max(count, Panels.ROWS) * mStride);
    int units = endUnit - fromUnit;
    for (int t = endStep - 1; t >= firstStep; t--) {
      int first = t * streams + from;
      double[] sum = dh;
      int sumAt = first * m;
      int sumRow = m;
      if (t < n - 1) {
        int next = (first + streams) * m;
        if (m < Packing.LINE) { // a strip reads to the end of a line, which may be beyond dh
          Packing.copy(count, m, dh, sumAt, m, inputs, 0, mStride);
          sum = inputs;
          sumAt = 0;
          sumRow = mStride;
        }
        double[] x = da;
        if (Beginnings.any(boundary, symbols, first + streams, count)) {
          x = beginnings.without(boundary, symbols, first + streams, count, da, next);
          next = 0;
        }
        w.multiply(
            fromUnit, endUnit, count, x, next, m, sum, sumAt, sumRow, sums, 0, mStride, t, scratch);
        sum = sums;
        sumAt = 0;
        sumRow = mStride;
      }
      for (int s = 0; s < count; s++) {
        int at = (first + s) * m + fromUnit;
        timesSlope(units, sum, sumAt + s * sumRow + fromUnit, h, at + streams * m, da, at);
      }
    }
  }

  @Override
  public void outputs(int from, int end, double[] h, int firstRow, double[] o) {
    Packed v = weights.vTransposed;
    int at = (firstRow + from) * m;
    if (manyRows) {
      double[] c = weights.parameters.c;
      v.multiply(0, k, end - from, h, at, m, c, 0, 0, o, from * k, k, 0, scratch);
      return;
    }
    System.arraycopy(weights.parameters.c, 0, bias, 0, k);
    for (int r = from; r < end; r++) {
      v.multiply(0, k, 1, h, (firstRow + r) * m, m, bias, 0, 0, row, 0, 0, r, scratch);
      System.arraycopy(row, 0, o, r * k, k);
    }
  }

  @Override
  public void outputsBackward(int from, int end, double[] dO, double[] dh) {
    Packed v = weights.backward.orElseThrow().v();
    v.multiply(0, m, end - from, dO, from * k, k, zeros, 0, 0, dh, from * m, m, 0, scratch);
  }

  @Override
  public void packStates(int from, int end, double[] h) {
    weights.states().pack(h, from, end);
  }

  @Override
  public void outerV(int rows, int streams, int from, int end, double[] dO, Gradient gradient) {
    double[] left = scratch.left(Panels.interleaved(end - from, rows));
    Panels.interleave(end - from, rows, dO, from, 1, k, left);
    outer(rows, from, end, left, streams, gradient);
  }

  @Override
  public void outerW(int rows, int from, int end, int[] symbols, double[] da, Gradient gradient) {
    double[] left = scratch.left(Panels.interleaved(end - from, rows));
    Panels.interleave(end - from, rows, da, from, 1, m, left);
    int boundary = weights.parameters.boundary;
    if (boundary != Parameters.NONE) {
      for (int row = 0; row < rows; row++) {
        if (symbols[row] == boundary) {
          Panels.clear(end - from, rows, row, left);
        }
      }
    }
    outer(rows, from, end, left, 0, gradient);
  }

  /**
   * The product of a left-hand side and packed states, from a row of these on.
   *
   * @param left (end - from, rows), interleaved
   */
  private void outer(int rows, int from, int end, double[] left, int firstRow, Gradient gradient) {
    Panels states = weights.states();
    int count = end - from;
    int at = Panels.ROWS * m; // room for rows that are computed twice
    int block = Math.max(1, PIECE / m / FULL) * FULL;
    if (piece.length < at + block * m) {
      piece = new double[at + block * m];
    }
    for (int first = 0; first < count; first += block) {
      int last = Math.min(count, first + block);
      int to = at - first * m;
      states.multiply(
          0, m, first, last, count, left, rows, firstRow, zeros, 0, 0, piece, to, m, scratch);
      gradient.take(piece, at, (from + first) * m, (from + last) * m);
    }
  }

  @Override
  public void packSquare(int from, int end, double[] a) {
    weights.square().pack(a, from, end);
  }

  @Override
  public void multiply(boolean transposed, int from, int end, double[] x, double[] y) {
    int rows = end - from;
    int gap = transposed ? 1 : m;
    double[] left = scratch.left(Panels.interleaved(rows, m));
    Panels.interleave(rows, m, x, from * gap, gap, m + 1 - gap, left);
    int block = Panels.rowsAtATime(m);
    for (int first = 0; first < rows; first += block) {
      int last = Math.min(rows, first + block);
      int to = from * m;
      weights
          .square()
          .multiply(0, m, first, last, rows, left, m, 0, zeros, 0, 0, y, to, m, scratch);
    }
  }

  @Override
  public void sumRows(int rows, int q, int from, int end, double[] x, double[] g) {
    Arrays.fill(g, from, end, 0);
    for (int row = 0; row < rows; row++) {
      addTo(g, from, x, row * q + from, end - from);
    }
  }

  @Override
  public void scatterRows(
      int rows, int m, int from, int end, double[] da, int[] symbols, double[] gu) {
    for (int row = 0; row < rows; row++) {
      addTo(gu, symbols[row] * m + from, da, row * m + from, end - from);
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
  public void softmaxLoss(
      int from, int end, double[] o, int[] targets, int firstTarget, double[] losses) {
    for (int r = from; r < end; r++) {
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
      losses[r] = StrictMath.log(sum) - score;
    }
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

  @Override
  public void momentum(
      double[] theta,
      double[] velocity,
      int from,
      int to,
      double[] gradient,
      int at,
      double scale,
      double clip,
      double rate,
      double momentum) {
    int shift = at - from;
    int bound = from + SPECIES.loopBound(to - from);
    DoubleVector minusRate = DoubleVector.broadcast(SPECIES, -rate);
    DoubleVector kept = DoubleVector.broadcast(SPECIES, momentum);
    for (int i = from; i < bound; i += LANES) {
      DoubleVector g = clipped(gradient, shift + i, scale, clip);
      DoubleVector moving = DoubleVector.fromArray(SPECIES, velocity, i).fma(kept, g);
      moving.intoArray(velocity, i);
      moving.fma(minusRate, DoubleVector.fromArray(SPECIES, theta, i)).intoArray(theta, i);
    }
    for (int i = bound; i < to; i++) {
      double g = Math.max(-clip, Math.min(clip, scale * gradient[shift + i]));
      double moving = Math.fma(momentum, velocity[i], g);
      velocity[i] = moving;
      theta[i] = Math.fma(-rate, moving, theta[i]);
    }
  }

  @Override
  public void rmsProp(
      double[] theta,
      double[] memory,
      int from,
      int to,
      double[] gradient,
      int at,
      double scale,
      double clip,
      double rate,
      double decay,
      double epsilon) {
    int shift = at - from;
    int bound = from + SPECIES.loopBound(to - from);
    double share = 1 - decay;
    DoubleVector minusRate = DoubleVector.broadcast(SPECIES, -rate);
    DoubleVector kept = DoubleVector.broadcast(SPECIES, decay);
    for (int i = from; i < bound; i += LANES) {
      DoubleVector g = clipped(gradient, shift + i, scale, clip);
      DoubleVector square =
          DoubleVector.fromArray(SPECIES, memory, i).fma(kept, g.mul(share).mul(g));
      square.intoArray(memory, i);
      g.div(square.sqrt().add(epsilon))
          .fma(minusRate, DoubleVector.fromArray(SPECIES, theta, i))
          .intoArray(theta, i);
    }
    for (int i = bound; i < to; i++) {
      double g = Math.max(-clip, Math.min(clip, scale * gradient[shift + i]));
      double square = Math.fma(decay, memory[i], share * g * g);
      memory[i] = square;
      theta[i] = Math.fma(-rate, g / (Math.sqrt(square) + epsilon), theta[i]);
    }
  }

  @Override
  public void adam(
      double[] theta,
      double[] first,
      double[] second,
      int from,
      int to,
      double[] gradient,
      int at,
      double scale,
      double clip,
      double rate,
      double correction,
      double kept,
      double beta1,
      double beta2,
      double epsilon) {
    int shift = at - from;
    int start = Packing.firstAligned(from, to);
    int bound = start + SPECIES.loopBound(to - start);
    double share1 = 1 - beta1;
    double share2 = 1 - beta2;
    adamEach(
        theta,
        first,
        second,
        from,
        start,
        gradient,
        shift,
        scale,
        clip,
        rate,
        correction,
        kept,
        beta1,
        beta2,
        epsilon);
    DoubleVector minusRate = DoubleVector.broadcast(SPECIES, -rate);
    DoubleVector kept1 = DoubleVector.broadcast(SPECIES, beta1);
    DoubleVector kept2 = DoubleVector.broadcast(SPECIES, beta2);
    DoubleVector scaled = DoubleVector.broadcast(SPECIES, correction);
    DoubleVector least = DoubleVector.broadcast(SPECIES, epsilon);
    for (int i = start; i < bound; i += LANES) {
      DoubleVector g = clipped(gradient, shift + i, scale, clip);
      DoubleVector mean = DoubleVector.fromArray(SPECIES, first, i).fma(kept1, g.mul(share1));
      DoubleVector square =
          DoubleVector.fromArray(SPECIES, second, i).fma(kept2, g.mul(share2).mul(g));
      mean.intoArray(first, i);
      square.intoArray(second, i);
      mean.div(square.sqrt().fma(scaled, least))
          .fma(minusRate, DoubleVector.fromArray(SPECIES, theta, i).mul(kept))
          .intoArray(theta, i);
    }
    adamEach(
        theta,
        first,
        second,
        bound,
        to,
        gradient,
        shift,
        scale,
        clip,
        rate,
        correction,
        kept,
        beta1,
        beta2,
        epsilon);
  }

  /** One by one, what is before and after the vectors. */
  private static void adamEach(
      double[] theta,
      double[] first,
      double[] second,
      int from,
      int to,
      double[] gradient,
      int shift,
      double scale,
      double clip,
      double rate,
      double correction,
      double kept,
      double beta1,
      double beta2,
      double epsilon) {
    double share1 = 1 - beta1;
    double share2 = 1 - beta2;
    for (int i = from; i < to; i++) {
      double g = Math.max(-clip, Math.min(clip, scale * gradient[shift + i]));
      double mean = Math.fma(beta1, first[i], share1 * g);
      double square = Math.fma(beta2, second[i], share2 * g * g);
      first[i] = mean;
      second[i] = square;
      double deviation = Math.fma(Math.sqrt(square), correction, epsilon);
      theta[i] = Math.fma(-rate, mean / deviation, kept * theta[i]);
    }
  }

  @Override
  public double sumOfSquares(double[] x, int from, int to) {
    return Elementary.sumOfSquares(x, from, to); // as many sums as one core has multipliers for
  }

  private static DoubleVector clipped(double[] gradient, int i, double scale, double clip) {
    DoubleVector g = DoubleVector.fromArray(SPECIES, gradient, i);
    if (scale != 1) {
      g = g.mul(scale);
    }
    return clip == Double.POSITIVE_INFINITY ? g : clip(g, clip);
  }

  /** {@code to = x + y}, elements from..end-1 of a row of m. */
  private static void add(int from, int end, double[] x, double[] y, int yAt, double[] to, int at) {
    for (int j = from; j < end; j += LANES) {
      int i = Math.min(j, end - LANES);
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
