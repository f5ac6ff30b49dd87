package io.github.charrnn.internal.kernel;

import java.util.Arrays;

/** The reference implementation: plain Java loops, in the shape that C2 turns into vector code. */
final class ScalarKernel implements Kernel {
  /*
   * C2 vectorises y[i] = fma(a, x[i], y[i]) when every array is indexed from its start, and does not
   * when x is a row inside a longer array, because it cannot rule out that the two overlap. So every
   * product copies the rows of its right-hand side into arrays of their own first, transposing where
   * it must, and builds each row of its result in another.
   *
   * Five rows are added in one pass over the result: a fifth of its loads and stores, and of the
   * elements before and after the vectors. Measured at m = 100, K = 65, n = 25 (JDK 17, AVX-512): the
   * step takes 149 us with five, 157 with four; with eight C2 of JDK 17 runs out of registers.
   */
  private final ScalarWeights weights;
  private final int m;
  private final int k;
  private final double[] row; // (max(m, K)): under construction, and the arguments of exp and tanh
  private final double[] shifted; // (max(m, K))
  private final double[] reduced; // (max(m, K))
  private final double[] clipped = new double[BLOCK]; // what adagrad works on
  private final double[] squares = new double[BLOCK];
  private final double[] moved = new double[BLOCK];
  private final double[] roots = new double[BLOCK]; // first guesses of inverse roots
  private final double[] piece; // (PIECE_ROWS, m): of a gradient

  /** Elements that adagrad takes through its passes at a time, so that they stay in the cache. */
  private static final int BLOCK = 512;

  /** Rows of a gradient in a piece: a cache line of each row of a transpose. */
  private static final int PIECE_ROWS = 8;

  ScalarKernel(ScalarWeights weights, int hiddenSize, int vocabSize) {
    this.weights = weights;
    m = hiddenSize;
    k = vocabSize;
    row = new double[Math.max(m, k)];
    piece = new double[PIECE_ROWS * m];
    shifted = new double[Math.max(m, k)];
    reduced = new double[Math.max(m, k)];
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
    assert symbols.length >= endStep * streams && h.length >= (endStep + 1) * streams * m;
    int units = endUnit - fromUnit;
    double[] u = weights.parameters.u;
    double[] b = weights.parameters.b;
    for (int t = firstStep; t < endStep; t++) {
      for (int r = t * streams + from; r < t * streams + end; r++) {
        System.arraycopy(u, symbols[r] * m + fromUnit, row, fromUnit, units);
        for (int j = fromUnit; j < endUnit; j++) {
          row[j] = b[j] + row[j];
        }
        addProduct(fromUnit, endUnit, row, m, h, r * m, 1, weights.wTransposed, 0);
        tanh(fromUnit, endUnit, row, h, (r + streams) * m);
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
      double[] dh,
      double[] h,
      double[] da) {
    assert h.length >= (n + 1) * streams * m && da.length >= n * streams * m;
    int units = endUnit - fromUnit;
    for (int t = endStep - 1; t >= firstStep; t--) {
      for (int r = t * streams + from; r < t * streams + end; r++) {
        int at = r * m;
        int next = at + streams * m;
        System.arraycopy(dh, at + fromUnit, row, fromUnit, units);
        if (t < n - 1) {
          addProduct(fromUnit, endUnit, row, m, da, next, 1, weights.w, 0);
        }
        System.arraycopy(h, next + fromUnit, reduced, fromUnit, units);
        for (int j = fromUnit; j < endUnit; j++) {
          row[j] *= Math.fma(-reduced[j], reduced[j], 1);
        }
        System.arraycopy(row, fromUnit, da, at + fromUnit, units);
      }
    }
  }

  @Override
  public void outputs(int from, int end, double[] h, int firstRow, double[] o) {
    assert h.length >= (firstRow + end) * m && o.length >= end * k;
    for (int r = from; r < end; r++) {
      System.arraycopy(weights.parameters.c, 0, row, 0, k);
      addProduct(0, k, row, m, h, (firstRow + r) * m, 1, weights.vTransposed, 0);
      System.arraycopy(row, 0, o, r * k, k);
    }
  }

  @Override
  public void outputsBackward(int from, int end, double[] dO, double[] dh) {
    assert dO.length >= end * k && dh.length >= end * m;
    for (int r = from; r < end; r++) {
      Arrays.fill(row, 0, m, 0);
      addProduct(0, m, row, k, dO, r * k, 1, weights.v, 0);
      System.arraycopy(row, 0, dh, r * m, m);
    }
  }

  @Override
  public void packStates(int from, int end, double[] h) {
    for (int r = from; r < end; r++) {
      System.arraycopy(h, r * m, weights.states[r], 0, m);
    }
  }

  @Override
  public void outer(
      int rows, int p, int from, int end, double[] x, int firstRow, Gradient gradient) {
    assert x.length >= rows * p && weights.states.length >= firstRow + rows;
    for (int first = from; first < end; first += PIECE_ROWS) {
      int last = Math.min(end, first + PIECE_ROWS);
      for (int i = first; i < last; i++) {
        Arrays.fill(row, 0, m, 0);
        addProduct(0, m, row, rows, x, i, p, weights.states, firstRow);
        System.arraycopy(row, 0, piece, (i - first) * m, m);
      }
      gradient.take(piece, 0, first * m, last * m);
    }
  }

  @Override
  public void sumRows(int rows, int q, int from, int end, double[] x, double[] g) {
    Arrays.fill(g, from, end, 0);
    for (int r = 0; r < rows; r++) {
      for (int j = from; j < end; j++) {
        g[j] += x[r * q + j];
      }
    }
  }

  @Override
  public void scatterRows(
      int rows, int m, int from, int end, double[] da, int[] symbols, double[] gu) {
    for (int r = 0; r < rows; r++) {
      int to = symbols[r] * m;
      for (int j = from; j < end; j++) {
        gu[to + j] += da[r * m + j];
      }
    }
  }

  @Override
  public void softmaxLoss(
      int from, int end, double[] o, int[] targets, int firstTarget, double[] losses) {
    for (int r = from; r < end; r++) {
      int at = r * k;
      int target = targets[firstTarget + r];
      System.arraycopy(o, at, row, 0, k);
      double max = subtractMax(k, row);
      double score = o[at + target] - max;
      exp(k, row);
      double sum = Elementary.sum(k, row);
      double inverse = 1 / sum;
      for (int i = 0; i < k; i++) {
        row[i] *= inverse;
      }
      row[target] -= 1;
      System.arraycopy(row, 0, o, at, k);
      losses[r] = StrictMath.log(sum) - score;
    }
  }

  @Override
  public double exponentials(double[] o, double temperature) {
    subtractMax(k, o);
    for (int i = 0; i < k; i++) {
      o[i] /= temperature;
    }
    exp(k, o);
    return Elementary.sum(k, o);
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
    // C2 vectorises only what has the same index in every array, hence the copies.
    for (int start = from; start < to; start += BLOCK) {
      int count = Math.min(BLOCK, to - start);
      System.arraycopy(gradient, at + start - from, clipped, 0, count);
      System.arraycopy(memory, start, squares, 0, count);
      System.arraycopy(theta, start, moved, 0, count);
      for (int i = 0; i < count; i++) {
        clipped[i] = Math.max(-clip, Math.min(clip, scale * clipped[i]));
        squares[i] = Math.fma(clipped[i], clipped[i], squares[i]);
        roots[i] = squares[i] + epsilon;
      }
      System.arraycopy(squares, 0, memory, start, count);
      System.arraycopy(roots, 0, squares, 0, count);
      for (int i = 0; i < count; i++) {
        roots[i] = Elementary.guess(roots[i]);
      }
      for (int i = 0; i < count; i++) {
        double x = squares[i];
        double inverse = Elementary.refine(x, Elementary.refine(x, roots[i]));
        moved[i] = Math.fma(-rate * clipped[i], inverse, moved[i]);
      }
      System.arraycopy(moved, 0, theta, start, count);
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
    for (int i = from; i < to; i++) {
      theta[i] -= rate * Math.max(-clip, Math.min(clip, scale * gradient[at + i - from]));
    }
  }

  /**
   * {@code y += sum over i of x_i r_i}, i ascending, each element of y one chain, for elements
   * from..end-1 of y.
   *
   * @param x element i of the left-hand side is x[xAt + i * stride]
   * @param r row i of the right-hand side is r[firstRow + i], at least inner of them
   */
  private static void addProduct(
      int from,
      int end,
      double[] y,
      int inner,
      double[] x,
      int xAt,
      int stride,
      double[][] r,
      int firstRow) {
    int i = 0;
    for (; i + 5 <= inner; i += 5) {
      int at = xAt + i * stride;
      int row = firstRow + i;
      addRows(
          from,
          end,
          y,
          x[at],
          r[row],
          x[at + stride],
          r[row + 1],
          x[at + 2 * stride],
          r[row + 2],
          x[at + 3 * stride],
          r[row + 3],
          x[at + 4 * stride],
          r[row + 4]);
    }
    for (; i < inner; i++) {
      addRow(from, end, y, x[xAt + i * stride], r[firstRow + i]);
    }
  }

  private static void addRows(
      int from,
      int end,
      double[] y,
      double a0,
      double[] r0,
      double a1,
      double[] r1,
      double a2,
      double[] r2,
      double a3,
      double[] r3,
      double a4,
      double[] r4) {
    for (int j = from; j < end; j++) {
      double sum = Math.fma(a1, r1[j], Math.fma(a0, r0[j], y[j]));
      y[j] = Math.fma(a4, r4[j], Math.fma(a3, r3[j], Math.fma(a2, r2[j], sum)));
    }
  }

  private static void addRow(int from, int end, double[] y, double a, double[] r) {
    for (int j = from; j < end; j++) {
      y[j] = Math.fma(a, r[j], y[j]);
    }
  }

  /** Elementary.tanh of elements from..end-1 of x, written to h: element i to place to + i. */
  private void tanh(int from, int end, double[] x, double[] h, int to) {
    double[] z = shifted;
    double[] p = reduced;
    for (int i = from; i < end; i++) {
      double y = Elementary.clampTanh(x[i]);
      z[i] = Elementary.shift(y);
      p[i] = Elementary.expm1Reduced(Elementary.reduce(y, z[i]));
    }
    powersOfTwo(from, end, z);
    for (int i = from; i < end; i++) {
      p[i] = Elementary.tanhOf(z[i], p[i]);
    }
    for (int i = from; i < end; i++) {
      h[to + i] = Math.copySign(p[i], x[i]);
    }
  }

  /** Elementary.exp in place. */
  private void exp(int count, double[] x) {
    double[] z = shifted;
    double[] p = reduced;
    for (int i = 0; i < count; i++) {
      double y = Elementary.clampExponent(x[i]);
      z[i] = Elementary.shift(y);
      p[i] = Elementary.expm1Reduced(Elementary.reduce(y, z[i]));
    }
    powersOfTwo(0, count, z);
    for (int i = 0; i < count; i++) {
      x[i] = Elementary.scaled(z[i], p[i]);
    }
  }

  private static void powersOfTwo(int from, int end, double[] z) {
    for (int i = from; i < end; i++) {
      z[i] = Elementary.powerOfTwo(z[i]);
    }
  }

  private static double subtractMax(int count, double[] x) {
    double max = Elementary.max(count, x);
    for (int i = 0; i < count; i++) {
      x[i] -= max;
    }
    return max;
  }
}
