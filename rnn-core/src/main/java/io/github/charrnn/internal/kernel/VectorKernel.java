package io.github.charrnn.internal.kernel;

import io.github.charrnn.internal.Parameters;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** The same arithmetic with the Vector API; see the package documentation for what is read when. */
final class VectorKernel implements Kernel {
  private static final VectorSpecies<Double> SPECIES = DoubleVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Long> LONGS = LongVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();

  /** Rows in a tile. */
  private static final int TILE_ROWS = 5;

  /** Columns in a panel: three vectors, the widest tile. */
  private static final int PANEL = 3 * LANES;

  /** From so many rows on, their outer product is computed in panels. */
  private static final int MANY_ROWS = 100;

  /** Doubles of a left-hand side that stay in the second-level cache beside a panel. */
  private static final int BLOCK = 1 << 16;

  /** Doubles to a cache line. */
  private static final int LINE = 8;

  /**
   * Doubles before the first of a packed matrix. An array's elements begin 16 bytes after its
   * object: where objects begin at cache lines (-XX:ObjectAlignmentInBytes=64), so do these
   * matrices then. Otherwise nothing is lost but time.
   */
  private static final int FIRST = 6;

  private final int m;
  private final int k;
  private final int mStride;
  private final int kStride;
  private final int strip; // vectors in a strip
  private final int strips;
  private final boolean inPanels;
  private final double[] w; // packed (m, m)
  private final double[] wTransposed; // packed (m, m)
  private final double[] v; // packed (K, m), in panels only
  private final double[] vTransposed; // packed (m, K)
  private final double[] zeros; // (max(m, K))
  private final double[] row; // (max(m, K)): arguments of exp
  private double[] inputs = {}; // (B, m), rows mStride apart: b + U x of one step
  private double[] sums = {}; // (B, m), rows mStride apart: a of one step
  private double[] left = {}; // (p, rows): the left-hand side of a large outer product, transposed
  private double[] right = {}; // packed (rows, q): its right-hand side
  private final int[] column = new int[LANES]; // places of a column's elements, from the first
  private Parameters parameters;

  /** For at least as many hidden units and symbols as a vector has lanes. */
  VectorKernel(int hiddenSize, int vocabSize, int streams) {
    m = hiddenSize;
    k = vocabSize;
    assert m >= LANES && k >= LANES;
    inPanels = streams >= TILE_ROWS && Math.min(m, k) >= PANEL;
    mStride = roundUp(m, LINE);
    kStride = roundUp(k, LINE);
    int vectors = mStride / LANES;
    strip = vectors < 7 ? 1 : roundUp(vectors, 8) <= roundUp(vectors, 7) ? 8 : 7;
    strips = roundUp(vectors, strip) / strip;
    int square = inPanels ? panelSize(m, m) : m * strips * strip * LANES;
    w = new double[FIRST + square];
    wTransposed = new double[FIRST + square];
    v = new double[inPanels ? FIRST + panelSize(k, m) : 0];
    vTransposed = new double[FIRST + (inPanels ? panelSize(m, k) : m * kStride)];
    zeros = new double[Math.max(m, k)];
    row = new double[Math.max(m, k)];
    parameters = new Parameters(0, 0);
  }

  private static int roundUp(int size, int unit) {
    return (size + unit - 1) / unit * unit;
  }

  static int lanes() {
    return LANES;
  }

  @Override
  public void load(Parameters p) {
    parameters = p;
    if (inPanels) {
      packPanels(m, m, p.w, 0, w);
      transposePanels(m, m, p.w, wTransposed);
      packPanels(k, m, p.v, 0, v);
      transposePanels(k, m, p.v, vTransposed);
      return;
    }
    transpose(0, k, m, p.v, vTransposed, FIRST, kStride);
    int width = strip * LANES;
    for (int s = 0; s < strips; s++) {
      int start = stripStart(s);
      if (start >= m) {
        return; // only padding is left, which stays zero
      }
      int cols = Math.min(width, m - start);
      int at = FIRST + s * m * width;
      for (int i = 0; i < m; i++) {
        System.arraycopy(p.w, i * m + start, w, at + i * width, cols);
      }
      transpose(start, start + cols, m, p.w, wTransposed, at - start, width);
    }
  }

  @Override
  public void recur(int n, int streams, int[] symbols, double[] h) {
    ensureStep(streams * mStride);
    for (int t = 0; t < n; t++) {
      for (int s = 0; s < streams; s++) {
        add(parameters.b, parameters.u, symbols[t * streams + s] * m, inputs, s * mStride);
      }
      int at = t * streams * m;
      square(streams, h, at, wTransposed, t);
      for (int s = 0; s < streams; s++) {
        tanh(m, sums, s * mStride, h, at + (streams + s) * m);
      }
    }
  }

  @Override
  public void recurBackward(int n, int streams, double[] dh, double[] h, double[] da) {
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
        square(streams, da, at + streams * m, w, t);
      }
      for (int s = 0; s < streams; s++) {
        int r = at + s * m;
        timesSlope(m, sum, s * mStride, h, r + streams * m, da, r);
      }
    }
  }

  /** {@code sums = inputs + x a} for a step's rows and one of the square matrices. */
  private void square(int streams, double[] x, int xAt, double[] a, int turn) {
    if (inPanels) {
      panels(streams, m, m, x, xAt, m, 1, a, inputs, mStride, sums, 0, mStride);
      return;
    }
    for (int s = 0; s < streams; s++) {
      inStrips(x, xAt + s * m, a, inputs, sums, s * mStride, turn + s);
    }
  }

  @Override
  public void outputs(int rows, double[] h, int firstRow, double[] o) {
    if (inPanels) {
      panels(rows, m, k, h, firstRow * m, m, 1, vTransposed, parameters.c, 0, o, 0, k);
    } else {
      product(
          rows, m, k, h, firstRow * m, m, 1, vTransposed, FIRST, kStride, parameters.c, 0, o, 0);
    }
  }

  @Override
  public void outputsBackward(int rows, double[] dO, double[] dh) {
    if (inPanels) {
      panels(rows, k, m, dO, 0, k, 1, v, zeros, 0, dh, 0, m);
    } else {
      product(rows, k, m, dO, 0, k, 1, parameters.v, 0, m, zeros, 0, dh, 0);
    }
  }

  @Override
  public void outer(int rows, int p, int q, double[] x, double[] y, int firstRow, double[] g) {
    if (!inPanels || rows < MANY_ROWS) {
      product(p, rows, q, x, 0, 1, p, y, firstRow * q, q, zeros, 0, g, 0);
      return;
    }
    if (left.length < p * rows || right.length < FIRST + panelSize(rows, q)) {
      left = new double[p * rows];
      right = new double[FIRST + panelSize(rows, q)];
    }
    transpose(0, rows, p, x, left, 0, rows);
    packPanels(rows, q, y, firstRow * q, right);
    int block = Math.max(TILE_ROWS, BLOCK / rows / TILE_ROWS * TILE_ROWS);
    for (int i0 = 0; i0 < p; i0 += block) {
      int i = Math.min(i0, p - TILE_ROWS);
      int count = Math.min(i0 + block, p) - i;
      panels(count, rows, q, left, i * rows, rows, 1, right, zeros, 0, g, i * q, q);
    }
  }

  @Override
  public void sumRows(int rows, int q, double[] x, double[] g) {
    for (int c = 0; c < q; c = next(c, q)) {
      DoubleVector sum = DoubleVector.zero(SPECIES);
      for (int r = 0; r < rows; r++) {
        sum = sum.add(DoubleVector.fromArray(SPECIES, x, r * q + c));
      }
      sum.intoArray(g, c);
    }
  }

  @Override
  public void scatterRows(int rows, int m, double[] da, int[] symbols, double[] gu) {
    int bound = SPECIES.loopBound(m);
    for (int r = 0; r < rows; r++) {
      int to = symbols[r] * m;
      int from = r * m;
      for (int j = 0; j < bound; j += LANES) {
        DoubleVector.fromArray(SPECIES, gu, to + j)
            .add(DoubleVector.fromArray(SPECIES, da, from + j))
            .intoArray(gu, to + j);
      }
      for (int j = bound; j < m; j++) {
        gu[to + j] += da[from + j];
      }
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
      exp(o, at, max, 1);
      double sum = Elementary.sum(k, row);
      DoubleVector inverse = DoubleVector.broadcast(SPECIES, 1 / sum);
      for (int i = 0; i < k; i = next(i, k)) {
        DoubleVector.fromArray(SPECIES, row, i).mul(inverse).intoArray(o, at + i);
      }
      o[target] -= 1;
      loss += StrictMath.log(sum) - score;
    }
    return loss;
  }

  @Override
  public double exponentials(double[] o, double temperature) {
    exp(o, 0, max(o, 0), temperature);
    System.arraycopy(row, 0, o, 0, k);
    return Elementary.sum(k, row);
  }

  @Override
  public void adagrad(
      double[] theta,
      double[] memory,
      double[] gradient,
      int from,
      int to,
      double scale,
      double clip,
      double rate,
      double epsilon) {
    int bound = from + SPECIES.loopBound(to - from);
    for (int i = from; i < bound; i += LANES) {
      DoubleVector g = DoubleVector.fromArray(SPECIES, gradient, i).mul(scale).min(clip).max(-clip);
      DoubleVector sum = g.fma(g, DoubleVector.fromArray(SPECIES, memory, i));
      sum.intoArray(memory, i);
      DoubleVector x = sum.add(epsilon);
      DoubleVector y = refine(x, refine(x, guess(x)));
      g.mul(-rate).fma(y, DoubleVector.fromArray(SPECIES, theta, i)).intoArray(theta, i);
    }
    for (int i = bound; i < to; i++) {
      double g = Math.max(-clip, Math.min(clip, scale * gradient[i]));
      double sum = Math.fma(g, g, memory[i]);
      memory[i] = sum;
      theta[i] = Math.fma(-rate * g, Elementary.inverseSqrt(sum + epsilon), theta[i]);
    }
  }

  @Override
  public void descend(
      double[] theta, double[] gradient, int from, int to, double scale, double clip, double rate) {
    int bound = from + SPECIES.loopBound(to - from);
    for (int i = from; i < bound; i += LANES) {
      DoubleVector g = DoubleVector.fromArray(SPECIES, gradient, i).mul(scale).min(clip).max(-clip);
      DoubleVector.fromArray(SPECIES, theta, i).sub(g.mul(rate)).intoArray(theta, i);
    }
    for (int i = bound; i < to; i++) {
      theta[i] -= rate * Math.max(-clip, Math.min(clip, scale * gradient[i]));
    }
  }

  // Products

  /**
   * {@code y = init + x a}, every element of y one chain over the inner index, ascending.
   *
   * @param x (rows, inner): element (r, i) at {@code xAt + r xRow + i xInner}
   * @param a (inner, cols): row i from {@code aAt + i aRow} on
   * @param init (rows, cols): row r from {@code r initRow} on
   * @param y (rows, cols): row r from {@code yAt + r cols} on
   */
  private static void product(
      int rows,
      int inner,
      int cols,
      double[] x,
      int xAt,
      int xRow,
      int xInner,
      double[] a,
      int aAt,
      int aRow,
      double[] init,
      int initRow,
      double[] y,
      int yAt) {
    if (rows < TILE_ROWS) {
      for (int r = 0; r < rows; r++) {
        rowProduct(
            inner,
            cols,
            x,
            xAt + r * xRow,
            xInner,
            a,
            aAt,
            aRow,
            init,
            r * initRow,
            y,
            yAt + r * cols);
      }
      return;
    }
    int c = 0;
    while (c < cols) {
      int left = cols - c;
      int width = left >= 3 * LANES ? 3 : left >= 2 * LANES ? 2 : 1;
      int at = Math.min(c, cols - width * LANES);
      for (int r0 = 0; r0 < rows; r0 += TILE_ROWS) {
        int r = Math.min(r0, rows - TILE_ROWS);
        int xFrom = xAt + r * xRow;
        int initFrom = r * initRow + at;
        int yFrom = yAt + r * cols + at;
        if (width == 3) {
          tile3(
              inner, x, xFrom, xRow, xInner, a, aAt + at, aRow, init, initFrom, initRow, y, yFrom,
              cols);
        } else if (width == 2) {
          tile2(
              inner, x, xFrom, xRow, xInner, a, aAt + at, aRow, init, initFrom, initRow, y, yFrom,
              cols);
        } else {
          tile1(
              inner, x, xFrom, xRow, xInner, a, aAt + at, aRow, init, initFrom, initRow, y, yFrom,
              cols);
        }
      }
      c += width * LANES;
    }
  }

  /**
   * {@code y = init + x a} for a row of m and a square matrix in strips.
   *
   * @param turn if odd the strips go from right to left, so that the one read last, which is still
   *     in the first-level cache, is the first to be read again
   */
  private void inStrips(
      double[] x, int xAt, double[] a, double[] init, double[] y, int rowAt, int turn) {
    for (int i = 0; i < strips; i++) {
      int s = (turn & 1) == 0 ? i : strips - 1 - i;
      int at = rowAt + stripStart(s);
      int aAt = FIRST + s * m * strip * LANES;
      switch (strip) {
        case 8 -> strip8(m, x, xAt, a, aAt, init, y, at);
        case 7 -> strip7(m, x, xAt, a, aAt, init, y, at);
        default -> strip1(m, x, xAt, a, aAt, init, y, at);
      }
    }
  }

  /** The column at which a strip starts; the last one ends where the padded row does. */
  private int stripStart(int s) {
    return Math.min(s * strip * LANES, mStride - strip * LANES);
  }

  private static void strip8(
      int inner, double[] x, int xAt, double[] a, int aAt, double[] init, double[] y, int at) {
    DoubleVector s0 = DoubleVector.fromArray(SPECIES, init, at);
    DoubleVector s1 = DoubleVector.fromArray(SPECIES, init, at + LANES);
    DoubleVector s2 = DoubleVector.fromArray(SPECIES, init, at + 2 * LANES);
    DoubleVector s3 = DoubleVector.fromArray(SPECIES, init, at + 3 * LANES);
    DoubleVector s4 = DoubleVector.fromArray(SPECIES, init, at + 4 * LANES);
    DoubleVector s5 = DoubleVector.fromArray(SPECIES, init, at + 5 * LANES);
    DoubleVector s6 = DoubleVector.fromArray(SPECIES, init, at + 6 * LANES);
    DoubleVector s7 = DoubleVector.fromArray(SPECIES, init, at + 7 * LANES);
    int p = aAt;
    for (int i = 0; i < inner; i++) {
      DoubleVector b = DoubleVector.broadcast(SPECIES, x[xAt + i]);
      s0 = b.fma(DoubleVector.fromArray(SPECIES, a, p), s0);
      s1 = b.fma(DoubleVector.fromArray(SPECIES, a, p + LANES), s1);
      s2 = b.fma(DoubleVector.fromArray(SPECIES, a, p + 2 * LANES), s2);
      s3 = b.fma(DoubleVector.fromArray(SPECIES, a, p + 3 * LANES), s3);
      s4 = b.fma(DoubleVector.fromArray(SPECIES, a, p + 4 * LANES), s4);
      s5 = b.fma(DoubleVector.fromArray(SPECIES, a, p + 5 * LANES), s5);
      s6 = b.fma(DoubleVector.fromArray(SPECIES, a, p + 6 * LANES), s6);
      s7 = b.fma(DoubleVector.fromArray(SPECIES, a, p + 7 * LANES), s7);
      p += 8 * LANES;
    }
    s0.intoArray(y, at);
    s1.intoArray(y, at + LANES);
    s2.intoArray(y, at + 2 * LANES);
    s3.intoArray(y, at + 3 * LANES);
    s4.intoArray(y, at + 4 * LANES);
    s5.intoArray(y, at + 5 * LANES);
    s6.intoArray(y, at + 6 * LANES);
    s7.intoArray(y, at + 7 * LANES);
  }

  private static void strip7(
      int inner, double[] x, int xAt, double[] a, int aAt, double[] init, double[] y, int at) {
    DoubleVector s0 = DoubleVector.fromArray(SPECIES, init, at);
    DoubleVector s1 = DoubleVector.fromArray(SPECIES, init, at + LANES);
    DoubleVector s2 = DoubleVector.fromArray(SPECIES, init, at + 2 * LANES);
    DoubleVector s3 = DoubleVector.fromArray(SPECIES, init, at + 3 * LANES);
    DoubleVector s4 = DoubleVector.fromArray(SPECIES, init, at + 4 * LANES);
    DoubleVector s5 = DoubleVector.fromArray(SPECIES, init, at + 5 * LANES);
    DoubleVector s6 = DoubleVector.fromArray(SPECIES, init, at + 6 * LANES);
    int p = aAt;
    for (int i = 0; i < inner; i++) {
      DoubleVector b = DoubleVector.broadcast(SPECIES, x[xAt + i]);
      s0 = b.fma(DoubleVector.fromArray(SPECIES, a, p), s0);
      s1 = b.fma(DoubleVector.fromArray(SPECIES, a, p + LANES), s1);
      s2 = b.fma(DoubleVector.fromArray(SPECIES, a, p + 2 * LANES), s2);
      s3 = b.fma(DoubleVector.fromArray(SPECIES, a, p + 3 * LANES), s3);
      s4 = b.fma(DoubleVector.fromArray(SPECIES, a, p + 4 * LANES), s4);
      s5 = b.fma(DoubleVector.fromArray(SPECIES, a, p + 5 * LANES), s5);
      s6 = b.fma(DoubleVector.fromArray(SPECIES, a, p + 6 * LANES), s6);
      p += 7 * LANES;
    }
    s0.intoArray(y, at);
    s1.intoArray(y, at + LANES);
    s2.intoArray(y, at + 2 * LANES);
    s3.intoArray(y, at + 3 * LANES);
    s4.intoArray(y, at + 4 * LANES);
    s5.intoArray(y, at + 5 * LANES);
    s6.intoArray(y, at + 6 * LANES);
  }

  private static void strip1(
      int inner, double[] x, int xAt, double[] a, int aAt, double[] init, double[] y, int at) {
    DoubleVector s0 = DoubleVector.fromArray(SPECIES, init, at);
    int p = aAt;
    for (int i = 0; i < inner; i++) {
      DoubleVector b = DoubleVector.broadcast(SPECIES, x[xAt + i]);
      s0 = b.fma(DoubleVector.fromArray(SPECIES, a, p), s0);
      p += LANES;
    }
    s0.intoArray(y, at);
  }

  /** One row of a product: four sums side by side, as many as an addition takes cycles. */
  private static void rowProduct(
      int inner,
      int cols,
      double[] x,
      int xAt,
      int xInner,
      double[] a,
      int aAt,
      int aRow,
      double[] init,
      int initAt,
      double[] y,
      int yAt) {
    int width = 4 * LANES;
    int c0 = 0;
    for (; cols >= width && c0 < cols - LANES; c0 += width) {
      int c = Math.min(c0, cols - width);
      DoubleVector s0 = DoubleVector.fromArray(SPECIES, init, initAt + c);
      DoubleVector s1 = DoubleVector.fromArray(SPECIES, init, initAt + c + LANES);
      DoubleVector s2 = DoubleVector.fromArray(SPECIES, init, initAt + c + 2 * LANES);
      DoubleVector s3 = DoubleVector.fromArray(SPECIES, init, initAt + c + 3 * LANES);
      int p = aAt + c;
      for (int i = 0; i < inner; i++) {
        DoubleVector b = DoubleVector.broadcast(SPECIES, x[xAt + i * xInner]);
        s0 = b.fma(DoubleVector.fromArray(SPECIES, a, p), s0);
        s1 = b.fma(DoubleVector.fromArray(SPECIES, a, p + LANES), s1);
        s2 = b.fma(DoubleVector.fromArray(SPECIES, a, p + 2 * LANES), s2);
        s3 = b.fma(DoubleVector.fromArray(SPECIES, a, p + 3 * LANES), s3);
        p += aRow;
      }
      s0.intoArray(y, yAt + c);
      s1.intoArray(y, yAt + c + LANES);
      s2.intoArray(y, yAt + c + 2 * LANES);
      s3.intoArray(y, yAt + c + 3 * LANES);
    }
    while (c0 < cols) {
      int c = Math.min(c0, cols - LANES);
      DoubleVector sum = DoubleVector.fromArray(SPECIES, init, initAt + c);
      for (int i = 0; i < inner; i++) {
        sum =
            DoubleVector.broadcast(SPECIES, x[xAt + i * xInner])
                .fma(DoubleVector.fromArray(SPECIES, a, aAt + i * aRow + c), sum);
      }
      sum.intoArray(y, yAt + c);
      c0 += LANES;
    }
  }

  private static void tile3(
      int inner,
      double[] x,
      int xAt,
      int xRow,
      int xInner,
      double[] a,
      int aAt,
      int aRow,
      double[] init,
      int initAt,
      int initRow,
      double[] y,
      int yAt,
      int yRow) {
    DoubleVector s00 = DoubleVector.fromArray(SPECIES, init, initAt);
    DoubleVector s01 = DoubleVector.fromArray(SPECIES, init, initAt + LANES);
    DoubleVector s02 = DoubleVector.fromArray(SPECIES, init, initAt + 2 * LANES);
    DoubleVector s10 = DoubleVector.fromArray(SPECIES, init, initAt + initRow);
    DoubleVector s11 = DoubleVector.fromArray(SPECIES, init, initAt + initRow + LANES);
    DoubleVector s12 = DoubleVector.fromArray(SPECIES, init, initAt + initRow + 2 * LANES);
    DoubleVector s20 = DoubleVector.fromArray(SPECIES, init, initAt + 2 * initRow);
    DoubleVector s21 = DoubleVector.fromArray(SPECIES, init, initAt + 2 * initRow + LANES);
    DoubleVector s22 = DoubleVector.fromArray(SPECIES, init, initAt + 2 * initRow + 2 * LANES);
    DoubleVector s30 = DoubleVector.fromArray(SPECIES, init, initAt + 3 * initRow);
    DoubleVector s31 = DoubleVector.fromArray(SPECIES, init, initAt + 3 * initRow + LANES);
    DoubleVector s32 = DoubleVector.fromArray(SPECIES, init, initAt + 3 * initRow + 2 * LANES);
    DoubleVector s40 = DoubleVector.fromArray(SPECIES, init, initAt + 4 * initRow);
    DoubleVector s41 = DoubleVector.fromArray(SPECIES, init, initAt + 4 * initRow + LANES);
    DoubleVector s42 = DoubleVector.fromArray(SPECIES, init, initAt + 4 * initRow + 2 * LANES);
    int p = aAt;
    int q = xAt;
    for (int i = 0; i < inner; i++) {
      DoubleVector a0 = DoubleVector.fromArray(SPECIES, a, p);
      DoubleVector a1 = DoubleVector.fromArray(SPECIES, a, p + LANES);
      DoubleVector a2 = DoubleVector.fromArray(SPECIES, a, p + 2 * LANES);
      DoubleVector b = DoubleVector.broadcast(SPECIES, x[q]);
      s00 = b.fma(a0, s00);
      s01 = b.fma(a1, s01);
      s02 = b.fma(a2, s02);
      b = DoubleVector.broadcast(SPECIES, x[q + xRow]);
      s10 = b.fma(a0, s10);
      s11 = b.fma(a1, s11);
      s12 = b.fma(a2, s12);
      b = DoubleVector.broadcast(SPECIES, x[q + 2 * xRow]);
      s20 = b.fma(a0, s20);
      s21 = b.fma(a1, s21);
      s22 = b.fma(a2, s22);
      b = DoubleVector.broadcast(SPECIES, x[q + 3 * xRow]);
      s30 = b.fma(a0, s30);
      s31 = b.fma(a1, s31);
      s32 = b.fma(a2, s32);
      b = DoubleVector.broadcast(SPECIES, x[q + 4 * xRow]);
      s40 = b.fma(a0, s40);
      s41 = b.fma(a1, s41);
      s42 = b.fma(a2, s42);
      p += aRow;
      q += xInner;
    }
    s00.intoArray(y, yAt);
    s01.intoArray(y, yAt + LANES);
    s02.intoArray(y, yAt + 2 * LANES);
    s10.intoArray(y, yAt + yRow);
    s11.intoArray(y, yAt + yRow + LANES);
    s12.intoArray(y, yAt + yRow + 2 * LANES);
    s20.intoArray(y, yAt + 2 * yRow);
    s21.intoArray(y, yAt + 2 * yRow + LANES);
    s22.intoArray(y, yAt + 2 * yRow + 2 * LANES);
    s30.intoArray(y, yAt + 3 * yRow);
    s31.intoArray(y, yAt + 3 * yRow + LANES);
    s32.intoArray(y, yAt + 3 * yRow + 2 * LANES);
    s40.intoArray(y, yAt + 4 * yRow);
    s41.intoArray(y, yAt + 4 * yRow + LANES);
    s42.intoArray(y, yAt + 4 * yRow + 2 * LANES);
  }

  private static void tile2(
      int inner,
      double[] x,
      int xAt,
      int xRow,
      int xInner,
      double[] a,
      int aAt,
      int aRow,
      double[] init,
      int initAt,
      int initRow,
      double[] y,
      int yAt,
      int yRow) {
    DoubleVector s00 = DoubleVector.fromArray(SPECIES, init, initAt);
    DoubleVector s01 = DoubleVector.fromArray(SPECIES, init, initAt + LANES);
    DoubleVector s10 = DoubleVector.fromArray(SPECIES, init, initAt + initRow);
    DoubleVector s11 = DoubleVector.fromArray(SPECIES, init, initAt + initRow + LANES);
    DoubleVector s20 = DoubleVector.fromArray(SPECIES, init, initAt + 2 * initRow);
    DoubleVector s21 = DoubleVector.fromArray(SPECIES, init, initAt + 2 * initRow + LANES);
    DoubleVector s30 = DoubleVector.fromArray(SPECIES, init, initAt + 3 * initRow);
    DoubleVector s31 = DoubleVector.fromArray(SPECIES, init, initAt + 3 * initRow + LANES);
    DoubleVector s40 = DoubleVector.fromArray(SPECIES, init, initAt + 4 * initRow);
    DoubleVector s41 = DoubleVector.fromArray(SPECIES, init, initAt + 4 * initRow + LANES);
    int p = aAt;
    int q = xAt;
    for (int i = 0; i < inner; i++) {
      DoubleVector a0 = DoubleVector.fromArray(SPECIES, a, p);
      DoubleVector a1 = DoubleVector.fromArray(SPECIES, a, p + LANES);
      DoubleVector b = DoubleVector.broadcast(SPECIES, x[q]);
      s00 = b.fma(a0, s00);
      s01 = b.fma(a1, s01);
      b = DoubleVector.broadcast(SPECIES, x[q + xRow]);
      s10 = b.fma(a0, s10);
      s11 = b.fma(a1, s11);
      b = DoubleVector.broadcast(SPECIES, x[q + 2 * xRow]);
      s20 = b.fma(a0, s20);
      s21 = b.fma(a1, s21);
      b = DoubleVector.broadcast(SPECIES, x[q + 3 * xRow]);
      s30 = b.fma(a0, s30);
      s31 = b.fma(a1, s31);
      b = DoubleVector.broadcast(SPECIES, x[q + 4 * xRow]);
      s40 = b.fma(a0, s40);
      s41 = b.fma(a1, s41);
      p += aRow;
      q += xInner;
    }
    s00.intoArray(y, yAt);
    s01.intoArray(y, yAt + LANES);
    s10.intoArray(y, yAt + yRow);
    s11.intoArray(y, yAt + yRow + LANES);
    s20.intoArray(y, yAt + 2 * yRow);
    s21.intoArray(y, yAt + 2 * yRow + LANES);
    s30.intoArray(y, yAt + 3 * yRow);
    s31.intoArray(y, yAt + 3 * yRow + LANES);
    s40.intoArray(y, yAt + 4 * yRow);
    s41.intoArray(y, yAt + 4 * yRow + LANES);
  }

  private static void tile1(
      int inner,
      double[] x,
      int xAt,
      int xRow,
      int xInner,
      double[] a,
      int aAt,
      int aRow,
      double[] init,
      int initAt,
      int initRow,
      double[] y,
      int yAt,
      int yRow) {
    DoubleVector s00 = DoubleVector.fromArray(SPECIES, init, initAt);
    DoubleVector s10 = DoubleVector.fromArray(SPECIES, init, initAt + initRow);
    DoubleVector s20 = DoubleVector.fromArray(SPECIES, init, initAt + 2 * initRow);
    DoubleVector s30 = DoubleVector.fromArray(SPECIES, init, initAt + 3 * initRow);
    DoubleVector s40 = DoubleVector.fromArray(SPECIES, init, initAt + 4 * initRow);
    int p = aAt;
    int q = xAt;
    for (int i = 0; i < inner; i++) {
      DoubleVector a0 = DoubleVector.fromArray(SPECIES, a, p);
      DoubleVector b = DoubleVector.broadcast(SPECIES, x[q]);
      s00 = b.fma(a0, s00);
      b = DoubleVector.broadcast(SPECIES, x[q + xRow]);
      s10 = b.fma(a0, s10);
      b = DoubleVector.broadcast(SPECIES, x[q + 2 * xRow]);
      s20 = b.fma(a0, s20);
      b = DoubleVector.broadcast(SPECIES, x[q + 3 * xRow]);
      s30 = b.fma(a0, s30);
      b = DoubleVector.broadcast(SPECIES, x[q + 4 * xRow]);
      s40 = b.fma(a0, s40);
      p += aRow;
      q += xInner;
    }
    s00.intoArray(y, yAt);
    s10.intoArray(y, yAt + yRow);
    s20.intoArray(y, yAt + 2 * yRow);
    s30.intoArray(y, yAt + 3 * yRow);
    s40.intoArray(y, yAt + 4 * yRow);
  }

  // Elementwise

  /**
   * The place of the vector after the one at c in a row: the last vector of a row ends where the
   * row does, so that it may overlap the one before. Its elements are then computed twice, to the
   * same bits, which is why no output here may be an input as well.
   */
  private static int next(int c, int count) {
    return c + LANES >= count ? count : Math.min(c + LANES, count - LANES);
  }

  /** {@code to = x + y}, a row of m. */
  private void add(double[] x, double[] y, int yAt, double[] to, int at) {
    for (int j = 0; j < m; j = next(j, m)) {
      DoubleVector.fromArray(SPECIES, x, j)
          .add(DoubleVector.fromArray(SPECIES, y, yAt + j))
          .intoArray(to, at + j);
    }
  }

  /** {@code to = x * (1 - h h)}. */
  private static void timesSlope(
      int count, double[] x, int xAt, double[] h, int hAt, double[] to, int at) {
    for (int j = 0; j < count; j = next(j, count)) {
      DoubleVector state = DoubleVector.fromArray(SPECIES, h, hAt + j);
      DoubleVector.fromArray(SPECIES, x, xAt + j)
          .mul(state.neg().fma(state, DoubleVector.broadcast(SPECIES, 1)))
          .intoArray(to, at + j);
    }
  }

  /** Elementary.tanh. */
  private static void tanh(int count, double[] x, int xAt, double[] to, int at) {
    for (int j = 0; j < count; j = next(j, count)) {
      DoubleVector argument = DoubleVector.fromArray(SPECIES, x, xAt + j);
      DoubleVector y = argument.abs().min(Elementary.TANH_MAX);
      y = y.add(y);
      DoubleVector shifted = shift(y);
      DoubleVector power = powerOfTwo(shifted);
      DoubleVector t = power.fma(expm1Reduced(reduce(y, shifted)), power.sub(1));
      LongVector sign = argument.reinterpretAsLongs().lanewise(VectorOperators.AND, Long.MIN_VALUE);
      t.div(t.add(2))
          .reinterpretAsLongs()
          .lanewise(VectorOperators.OR, sign)
          .reinterpretAsDoubles()
          .intoArray(to, at + j);
    }
  }

  /** {@code row = Elementary.exp((x - max) / temperature)}, k elements. */
  private void exp(double[] x, int at, double max, double temperature) {
    for (int i = 0; i < k; i = next(i, k)) {
      DoubleVector y = DoubleVector.fromArray(SPECIES, x, at + i).sub(max);
      if (temperature != 1) {
        y = y.div(temperature);
      }
      y = y.min(Elementary.EXP_MAX).max(Elementary.EXP_MIN);
      DoubleVector shifted = shift(y);
      powerOfTwo(shifted).mul(expm1Reduced(reduce(y, shifted)).add(1)).intoArray(row, i);
    }
  }

  private double max(double[] x, int at) {
    DoubleVector max = DoubleVector.fromArray(SPECIES, x, at);
    for (int i = next(0, k); i < k; i = next(i, k)) {
      max = max.max(DoubleVector.fromArray(SPECIES, x, at + i));
    }
    return max.reduceLanes(VectorOperators.MAX); // the same in any order
  }

  private static DoubleVector shift(DoubleVector y) {
    return y.fma(
        DoubleVector.broadcast(SPECIES, Elementary.LOG2_E),
        DoubleVector.broadcast(SPECIES, Elementary.SHIFTER));
  }

  private static DoubleVector reduce(DoubleVector y, DoubleVector shifted) {
    DoubleVector n = shifted.sub(Elementary.SHIFTER);
    DoubleVector high = n.fma(DoubleVector.broadcast(SPECIES, -Elementary.LN2_HIGH), y);
    return n.fma(DoubleVector.broadcast(SPECIES, -Elementary.LN2_LOW), high);
  }

  private static DoubleVector powerOfTwo(DoubleVector shifted) {
    return shifted
        .reinterpretAsLongs()
        .add(1023)
        .lanewise(VectorOperators.LSHL, 52)
        .reinterpretAsDoubles();
  }

  private static DoubleVector expm1Reduced(DoubleVector r) {
    DoubleVector q = DoubleVector.broadcast(SPECIES, Elementary.C13);
    q = q.fma(r, DoubleVector.broadcast(SPECIES, Elementary.C12));
    q = q.fma(r, DoubleVector.broadcast(SPECIES, Elementary.C11));
    q = q.fma(r, DoubleVector.broadcast(SPECIES, Elementary.C10));
    q = q.fma(r, DoubleVector.broadcast(SPECIES, Elementary.C9));
    q = q.fma(r, DoubleVector.broadcast(SPECIES, Elementary.C8));
    q = q.fma(r, DoubleVector.broadcast(SPECIES, Elementary.C7));
    q = q.fma(r, DoubleVector.broadcast(SPECIES, Elementary.C6));
    q = q.fma(r, DoubleVector.broadcast(SPECIES, Elementary.C5));
    q = q.fma(r, DoubleVector.broadcast(SPECIES, Elementary.C4));
    q = q.fma(r, DoubleVector.broadcast(SPECIES, Elementary.C3));
    q = q.fma(r, DoubleVector.broadcast(SPECIES, Elementary.C2));
    return r.mul(r).fma(q, r);
  }

  private static DoubleVector guess(DoubleVector x) {
    LongVector half = x.reinterpretAsLongs().lanewise(VectorOperators.ASHR, 1);
    return LongVector.broadcast(LONGS, Elementary.GUESS).sub(half).reinterpretAsDoubles();
  }

  private static DoubleVector refine(DoubleVector x, DoubleVector y) {
    DoubleVector e = x.mul(y).fma(y, DoubleVector.broadcast(SPECIES, -1));
    DoubleVector polynomial =
        e.fma(DoubleVector.broadcast(SPECIES, -0.3125), DoubleVector.broadcast(SPECIES, 0.375));
    polynomial = e.fma(polynomial, DoubleVector.broadcast(SPECIES, -0.5));
    return y.mul(e).fma(polynomial, y);
  }

  // Packing

  private static int panelSize(int inner, int cols) {
    return inner * roundUp(cols, PANEL);
  }

  /** The column at which a panel starts; the last one ends where the row does. */
  private static int panelStart(int panel, int cols) {
    return Math.min(panel * PANEL, cols - PANEL);
  }

  /** A matrix a (inner, cols) in panels: what a tile reads on its way down lies in one piece. */
  private static void packPanels(int inner, int cols, double[] a, int from, double[] to) {
    for (int panel = 0; panel * PANEL < cols; panel++) {
      int start = panelStart(panel, cols);
      int at = FIRST + panel * inner * PANEL;
      for (int i = 0; i < inner; i++) {
        System.arraycopy(a, from + i * cols + start, to, at + i * PANEL, PANEL);
      }
    }
  }

  /** The transpose of a (cols, inner) in panels. */
  private void transposePanels(int cols, int inner, double[] a, double[] to) {
    for (int panel = 0; panel * PANEL < cols; panel++) {
      int start = panelStart(panel, cols);
      int at = FIRST + panel * inner * PANEL;
      transpose(start, start + PANEL, inner, a, to, at - start, PANEL);
    }
  }

  /**
   * {@code y = init + x a} with a in panels; otherwise like product.
   *
   * @param y (rows, cols): row r from {@code yAt + r yRow} on
   */
  private static void panels(
      int rows,
      int inner,
      int cols,
      double[] x,
      int xAt,
      int xRow,
      int xInner,
      double[] a,
      double[] init,
      int initRow,
      double[] y,
      int yAt,
      int yRow) {
    for (int panel = 0; panel * PANEL < cols; panel++) {
      int start = panelStart(panel, cols);
      int aAt = FIRST + panel * inner * PANEL;
      for (int r0 = 0; r0 < rows; r0 += TILE_ROWS) {
        int r = Math.min(r0, rows - TILE_ROWS);
        tile3(
            inner,
            x,
            xAt + r * xRow,
            xRow,
            xInner,
            a,
            aAt,
            PANEL,
            init,
            r * initRow + start,
            initRow,
            y,
            yAt + r * yRow + start,
            yRow);
      }
    }
  }

  /** Column j of a (r, c), rows from..end-1 of it, becomes a row at {@code at + j stride}. */
  private void transpose(int from, int end, int c, double[] a, double[] to, int at, int stride) {
    for (int lane = 0; lane < LANES; lane++) {
      column[lane] = lane * c;
    }
    int count = end - from;
    if (count < LANES) {
      for (int i = from; i < end; i++) {
        for (int j = 0; j < c; j++) {
          to[at + j * stride + i] = a[i * c + j];
        }
      }
      return;
    }
    for (int n = 0; n < count; n = next(n, count)) {
      int i = from + n;
      for (int j = 0; j < c; j++) {
        DoubleVector.fromArray(SPECIES, a, i * c + j, column, 0).intoArray(to, at + j * stride + i);
      }
    }
  }

  private void ensureStep(int size) {
    if (sums.length < size) {
      inputs = new double[size];
      sums = new double[size];
    }
  }
}
