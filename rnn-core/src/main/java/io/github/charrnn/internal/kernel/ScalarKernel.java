package io.github.charrnn.internal.kernel;

import io.github.charrnn.internal.Fma;
import java.util.Arrays;

/** The reference implementation: plain Java loops, in the shape that C2 turns into vector code. */
final class ScalarKernel implements Kernel {
  /*
   * C2 vectorises y[i] = fma(a, x[i], y[i]) when every array is indexed from its start, and does not
   * when x is a row inside a longer array, because it cannot rule out that the two overlap. So every
   * product copies the rows of its right-hand side into arrays of their own first, transposing where
   * it must, and builds each row of its result in another.
   *
   * Two rows of a result are built at a time where there are two, from four rows of the right-hand
   * side a pass, which both share; a single row takes five. addRowsToTwo is written as C2 of JDK 17
   * needs it. It loads everything before it stores anything. It multiplies in another order for the
   * second result, because C2 pairs the uses of a load by the place they have it in, and otherwise
   * may pair one result's with the other's and give up. With five rows the loop has more than the 60
   * nodes up to which C2 unrolls.
   *
   * C2 takes 1 to 8 elements one by one until an array is at a cache line, and what is left at the
   * end. So rows are padded to 6 elements, which stand before the first cache line of an array where
   * objects start at one, and a multiple of 8. What is in the padding is never read for a result.
   *
   * AdaGrad goes through its block in several loops. JDK 25 vectorises both refinements in one loop
   * only by halves once it is inlined: 26 us for W at m = 100 instead of 19.
   */
  private final ScalarWeights weights;
  private final int m;
  private final int k;
  private final int paddedM;
  private final int paddedK;
  private final double[] row; // (max(m, K)): under construction, and the arguments of exp and tanh
  private final double[] nextRow; // (max(m, K)): the one after it
  private final double[] shifted; // (max(m, K))
  private final double[] reduced; // (max(m, K))
  private final double[] clipped = new double[BLOCK]; // what adagrad works on
  private final double[] squares = new double[BLOCK];
  private final double[] moved = new double[BLOCK];
  private final double[] roots = new double[BLOCK]; // first guesses of inverse roots
  private final double[] piece; // (PIECE_ROWS, m): of a gradient
  private final Beginnings beginnings;

  /** Elements that adagrad takes through its passes at a time, so that they stay in the cache. */
  private static final int BLOCK = 406;

  /** Rows of a gradient in a piece: a cache line of each row of a transpose. */
  private static final int PIECE_ROWS = 8;

  ScalarKernel(ScalarWeights weights, int hiddenSize, int vocabSize) {
    this.weights = weights;
    m = hiddenSize;
    k = vocabSize;
    paddedM = padded(m);
    paddedK = padded(k);
    int longest = Math.max(paddedM, paddedK);
    row = new double[longest];
    nextRow = new double[longest];
    piece = new double[PIECE_ROWS * m];
    beginnings = new Beginnings(m);
    shifted = new double[longest];
    reduced = new double[longest];
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
    int padded = endUnit == m ? paddedM : endUnit;
    int boundary = weights.parameters.boundary;
    for (int t = firstStep; t < endStep; t++) {
      int r = t * streams + from;
      int last = t * streams + end;
      double[] x = h;
      int at = r * m;
      if (Beginnings.any(boundary, symbols, r, end - from)) {
        x = beginnings.without(boundary, symbols, r, end - from, h, at);
        at = 0;
      }
      for (; r + 2 <= last; r += 2) {
        beginState(symbols[r], fromUnit, endUnit, row);
        beginState(symbols[r + 1], fromUnit, endUnit, nextRow);
        addProducts(fromUnit, padded, row, nextRow, m, x, at, m, 1, weights.wTransposed, 0);
        at += 2 * m;
        tanh(fromUnit, endUnit, padded, row, h, (r + streams) * m);
        tanh(fromUnit, endUnit, padded, nextRow, h, (r + 1 + streams) * m);
      }
      if (r < last) {
        beginState(symbols[r], fromUnit, endUnit, row);
        addProduct(fromUnit, padded, row, m, x, at, 1, weights.wTransposed, 0);
        tanh(fromUnit, endUnit, padded, row, h, (r + streams) * m);
      }
    }
  }

  private void beginState(int symbol, int from, int end, double[] y) {
    double[] b = weights.parameters.b;
    System.arraycopy(weights.parameters.u, symbol * m + from, y, from, end - from);
    for (int j = from; j < end; j++) {
      y[j] = b[j] + y[j];
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
    assert h.length >= (n + 1) * streams * m && da.length >= n * streams * m;
    int units = endUnit - fromUnit;
    int padded = endUnit == m ? paddedM : endUnit;
    int boundary = weights.parameters.boundary;
    for (int t = endStep - 1; t >= firstStep; t--) {
      int r = t * streams + from;
      int last = t * streams + end;
      double[] x = da;
      int next = (r + streams) * m;
      if (t < n - 1 && Beginnings.any(boundary, symbols, r + streams, end - from)) {
        x = beginnings.without(boundary, symbols, r + streams, end - from, da, next);
        next = 0;
      }
      for (; r + 2 <= last; r += 2) {
        System.arraycopy(dh, r * m + fromUnit, row, fromUnit, units);
        System.arraycopy(dh, (r + 1) * m + fromUnit, nextRow, fromUnit, units);
        if (t < n - 1) {
          addProducts(fromUnit, padded, row, nextRow, m, x, next, m, 1, weights.w, 0);
        }
        next += 2 * m;
        throughTanh(fromUnit, endUnit, h, (r + streams) * m, row, da, r * m);
        throughTanh(fromUnit, endUnit, h, (r + 1 + streams) * m, nextRow, da, (r + 1) * m);
      }
      if (r < last) {
        System.arraycopy(dh, r * m + fromUnit, row, fromUnit, units);
        if (t < n - 1) {
          addProduct(fromUnit, padded, row, m, x, next, 1, weights.w, 0);
        }
        throughTanh(fromUnit, endUnit, h, (r + streams) * m, row, da, r * m);
      }
    }
  }

  /** y times the derivative of tanh, where states are h from hAt on, to da from at on. */
  private void throughTanh(
      int from, int end, double[] h, int hAt, double[] y, double[] da, int at) {
    System.arraycopy(h, hAt + from, reduced, from, end - from);
    for (int j = from; j < end; j++) {
      y[j] *= Fma.fma(-reduced[j], reduced[j], 1);
    }
    System.arraycopy(y, from, da, at + from, end - from);
  }

  @Override
  public void outputs(int from, int end, double[] h, int firstRow, double[] o) {
    assert h.length >= (firstRow + end) * m && o.length >= end * k;
    double[] c = weights.parameters.c;
    int r = from;
    for (; r + 2 <= end; r += 2) {
      System.arraycopy(c, 0, row, 0, k);
      System.arraycopy(c, 0, nextRow, 0, k);
      addProducts(0, paddedK, row, nextRow, m, h, (firstRow + r) * m, m, 1, weights.vTransposed, 0);
      System.arraycopy(row, 0, o, r * k, k);
      System.arraycopy(nextRow, 0, o, (r + 1) * k, k);
    }
    if (r < end) {
      System.arraycopy(c, 0, row, 0, k);
      addProduct(0, paddedK, row, m, h, (firstRow + r) * m, 1, weights.vTransposed, 0);
      System.arraycopy(row, 0, o, r * k, k);
    }
  }

  @Override
  public void outputsBackward(int from, int end, double[] dO, double[] dh) {
    assert dO.length >= end * k && dh.length >= end * m;
    product(end - from, k, dO, from * k, k, 1, weights.v, 0, dh, from * m);
  }

  @Override
  public void packStates(int from, int end, double[] h) {
    for (int r = from; r < end; r++) {
      System.arraycopy(h, r * m, weights.states[r], 0, m);
    }
  }

  @Override
  public void outerV(int rows, int streams, int from, int end, double[] dO, Gradient gradient) {
    outer(rows, k, from, end, dO, streams, gradient);
  }

  @Override
  public void outerW(int rows, int from, int end, int[] symbols, double[] da, Gradient gradient) {
    int boundary = weights.parameters.boundary;
    double[] x = da;
    if (Beginnings.any(boundary, symbols, 0, rows)) {
      x = beginnings.without(boundary, symbols, 0, rows, da, 0);
    }
    outer(rows, m, from, end, x, 0, gradient);
  }

  private void outer(
      int rows, int p, int from, int end, double[] x, int firstRow, Gradient gradient) {
    assert x.length >= rows * p && weights.states.length >= firstRow + rows;
    for (int first = from; first < end; first += PIECE_ROWS) {
      int last = Math.min(end, first + PIECE_ROWS);
      product(last - first, rows, x, first, 1, p, weights.states, firstRow, piece, 0);
      gradient.take(piece, 0, first * m, last * m);
    }
  }

  @Override
  public void packSquare(int from, int end, double[] a) {
    for (int r = from; r < end; r++) {
      System.arraycopy(a, r * m, weights.square[r], 0, m);
    }
  }

  @Override
  public void multiply(boolean transposed, int from, int end, double[] x, double[] y) {
    int gap = transposed ? 1 : m;
    product(end - from, m, x, from * gap, gap, m + 1 - gap, weights.square, 0, y, from * m);
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
      exp(paddedK, row);
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
      double[] g = gradient;
      int gradientStart = at + start - from;
      if (gradientStart != 0) {
        System.arraycopy(gradient, gradientStart, clipped, 0, count);
        g = clipped;
      }
      System.arraycopy(memory, start, squares, 0, count);
      System.arraycopy(theta, start, moved, 0, count);
      clip(count, g, scale, clip, clipped);
      addSquares(count, clipped, squares, epsilon, roots);
      System.arraycopy(squares, 0, memory, start, count);
      guess(count, roots);
      refine(count, squares, epsilon, roots);
      move(count, squares, epsilon, roots, clipped, -rate, moved);
      System.arraycopy(moved, 0, theta, start, count);
    }
  }

  private static void clip(int count, double[] x, double scale, double clip, double[] to) {
    for (int i = 0; i < count; i++) {
      to[i] = Math.max(-clip, Math.min(clip, scale * x[i]));
    }
  }

  private static void addSquares(
      int count, double[] x, double[] sum, double epsilon, double[] more) {
    for (int i = 0; i < count; i++) {
      double y = x[i];
      double square = Fma.fma(y, y, sum[i]);
      sum[i] = square;
      more[i] = square + epsilon;
    }
  }

  private static void guess(int count, double[] x) {
    for (int i = 0; i < count; i++) {
      x[i] = Elementary.guess(x[i]);
    }
  }

  private static void refine(int count, double[] squares, double epsilon, double[] roots) {
    for (int i = 0; i < count; i++) {
      roots[i] = Elementary.refine(squares[i] + epsilon, roots[i]);
    }
  }

  private static void move(
      int count,
      double[] squares,
      double epsilon,
      double[] roots,
      double[] g,
      double rate,
      double[] theta) {
    for (int i = 0; i < count; i++) {
      double x = squares[i] + epsilon;
      double inverse = Elementary.refine(x, roots[i]);
      theta[i] = Fma.fma(rate * g[i], inverse, theta[i]);
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
    for (int start = from; start < to; start += BLOCK) {
      int count = Math.min(BLOCK, to - start);
      begin(count, gradient, at + start - from, scale, clip, theta, velocity, start);
      for (int i = 0; i < count; i++) {
        double velocityNow = Fma.fma(momentum, squares[i], clipped[i]);
        squares[i] = velocityNow;
        moved[i] = Fma.fma(-rate, velocityNow, moved[i]);
      }
      end(count, theta, velocity, start);
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
    double share = 1 - decay;
    for (int start = from; start < to; start += BLOCK) {
      int count = Math.min(BLOCK, to - start);
      begin(count, gradient, at + start - from, scale, clip, theta, memory, start);
      for (int i = 0; i < count; i++) {
        double g = clipped[i];
        double square = Fma.fma(decay, squares[i], share * g * g);
        squares[i] = square;
        moved[i] = Fma.fma(-rate, g / (Math.sqrt(square) + epsilon), moved[i]);
      }
      end(count, theta, memory, start);
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
    double share1 = 1 - beta1;
    double share2 = 1 - beta2;
    for (int start = from; start < to; start += BLOCK) {
      int count = Math.min(BLOCK, to - start);
      begin(count, gradient, at + start - from, scale, clip, theta, second, start);
      System.arraycopy(first, start, roots, 0, count);
      for (int i = 0; i < count; i++) {
        double g = clipped[i];
        double mean = Fma.fma(beta1, roots[i], share1 * g);
        double square = Fma.fma(beta2, squares[i], share2 * g * g);
        roots[i] = mean;
        squares[i] = square;
        double deviation = Fma.fma(Math.sqrt(square), correction, epsilon);
        moved[i] = Fma.fma(-rate, mean / deviation, kept * moved[i]);
      }
      System.arraycopy(roots, 0, first, start, count);
      end(count, theta, second, start);
    }
  }

  /** Copies a block to where C2 vectorises its loops: only for one index in all arrays. */
  private void begin(
      int count,
      double[] gradient,
      int at,
      double scale,
      double clip,
      double[] theta,
      double[] memory,
      int start) {
    System.arraycopy(gradient, at, clipped, 0, count);
    System.arraycopy(memory, start, squares, 0, count);
    System.arraycopy(theta, start, moved, 0, count);
    clip(count, clipped, scale, clip, clipped);
  }

  private void end(int count, double[] theta, double[] memory, int start) {
    System.arraycopy(squares, 0, memory, start, count);
    System.arraycopy(moved, 0, theta, start, count);
  }

  @Override
  public double sumOfSquares(double[] x, int from, int to) {
    return Elementary.sumOfSquares(x, from, to);
  }

  /** Rows of m numbers, each a product, one after the other from to[at] on. */
  private void product(
      int rows,
      int inner,
      double[] x,
      int xAt,
      int gap,
      int stride,
      double[][] r,
      int firstRow,
      double[] to,
      int at) {
    int i = 0;
    for (; i + 2 <= rows; i += 2) {
      Arrays.fill(row, 0, m, 0);
      Arrays.fill(nextRow, 0, m, 0);
      addProducts(0, paddedM, row, nextRow, inner, x, xAt + i * gap, gap, stride, r, firstRow);
      System.arraycopy(row, 0, to, at + i * m, m);
      System.arraycopy(nextRow, 0, to, at + (i + 1) * m, m);
    }
    if (i < rows) {
      Arrays.fill(row, 0, m, 0);
      addProduct(0, paddedM, row, inner, x, xAt + i * gap, stride, r, firstRow);
      System.arraycopy(row, 0, to, at + i * m, m);
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
      double sum = Fma.fma(a1, r1[j], Fma.fma(a0, r0[j], y[j]));
      y[j] = Fma.fma(a4, r4[j], Fma.fma(a3, r3[j], Fma.fma(a2, r2[j], sum)));
    }
  }

  /** The same for two results, whose left-hand sides begin at xAt and at xAt + gap. */
  private static void addProducts(
      int from,
      int end,
      double[] y,
      double[] z,
      int inner,
      double[] x,
      int xAt,
      int gap,
      int stride,
      double[][] r,
      int firstRow) {
    int i = 0;
    for (; i + 4 <= inner; i += 4) {
      int at = xAt + i * stride;
      int below = at + gap;
      int row = firstRow + i;
      addRowsToTwo(
          from,
          end,
          y,
          z,
          x[at],
          x[below],
          r[row],
          x[at + stride],
          x[below + stride],
          r[row + 1],
          x[at + 2 * stride],
          x[below + 2 * stride],
          r[row + 2],
          x[at + 3 * stride],
          x[below + 3 * stride],
          r[row + 3]);
    }
    for (; i < inner; i++) {
      int at = xAt + i * stride;
      addRowToTwo(from, end, y, z, x[at], x[at + gap], r[firstRow + i]);
    }
  }

  private static void addRowsToTwo(
      int from,
      int end,
      double[] y,
      double[] z,
      double a0,
      double b0,
      double[] r0,
      double a1,
      double b1,
      double[] r1,
      double a2,
      double b2,
      double[] r2,
      double a3,
      double b3,
      double[] r3) {
    for (int j = from; j < end; j++) {
      double c0 = r0[j];
      double c1 = r1[j];
      double c2 = r2[j];
      double c3 = r3[j];
      double sum = Fma.fma(a3, c3, Fma.fma(a2, c2, Fma.fma(a1, c1, Fma.fma(a0, c0, y[j]))));
      z[j] = Fma.fma(c3, b3, Fma.fma(c2, b2, Fma.fma(c1, b1, Fma.fma(c0, b0, z[j]))));
      y[j] = sum;
    }
  }

  private static void addRowToTwo(
      int from, int end, double[] y, double[] z, double a, double b, double[] r) {
    for (int j = from; j < end; j++) {
      double c = r[j];
      double sum = Fma.fma(a, c, y[j]);
      z[j] = Fma.fma(c, b, z[j]);
      y[j] = sum;
    }
  }

  private static void addRow(int from, int end, double[] y, double a, double[] r) {
    for (int j = from; j < end; j++) {
      y[j] = Fma.fma(a, r[j], y[j]);
    }
  }

  /**
   * Elementary.tanh of elements from..end-1 of x, written to h: element i to place to + i. Elements
   * up to padded-1 are computed in vain.
   */
  private void tanh(int from, int end, int padded, double[] x, double[] h, int to) {
    double[] z = shifted;
    double[] p = reduced;
    for (int i = from; i < padded; i++) {
      double y = Elementary.clampTanh(x[i]);
      z[i] = Elementary.shift(y);
      p[i] = Elementary.expm1Reduced(Elementary.reduce(y, z[i]));
    }
    powersOfTwo(from, end, z);
    for (int i = from; i < padded; i++) {
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

  /** At least so many, without any that C2 takes one by one at the end, see above. */
  static int padded(int count) {
    return (count + 1) / 8 * 8 + 6;
  }
}
