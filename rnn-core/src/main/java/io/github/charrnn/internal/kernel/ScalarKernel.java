package io.github.charrnn.internal.kernel;

import java.util.Arrays;

/** The reference implementation: plain Java loops, in the shape that C2 turns into vector code. */
public final class ScalarKernel implements Kernel {
  /*
   * C2 vectorises y[i] = fma(a, x[i], y[i]) when every array is indexed from its start, and does not
   * when x is a row inside a longer array, because it cannot rule out that the two overlap. So every
   * product copies the rows of its right-hand side into arrays of their own first, once for the
   * window, transposing where it must, and builds each row of its result in a third.
   *
   * Four rows are added in one pass over the result: a fourth of its loads and stores. Measured at
   * m = 100, K = 65, n = 25 (JDK 17, AVX-512), for all products of a step: 130 us with four, 240 us
   * with eight (C2 of JDK 17 runs out of registers), 126 us with eight on JDK 25.
   */
  private double[][] square = {}; // W or its transpose: m arrays of m
  private double[][] outputs = {}; // V: K arrays of m
  private double[][] outputsTransposed = {}; // V transposed: m arrays of K
  private double[][] window = {}; // states: n arrays of m
  private double[] row = {}; // the row under construction, and the arguments of exp and tanh
  private double[] shifted = {};
  private double[] reduced = {};

  @Override
  public String name() {
    return "scalar";
  }

  @Override
  public void embed(int n, int m, double[] u, double[] b, int[] symbols, double[] h) {
    for (int t = 0; t < n; t++) {
      int from = symbols[t] * m;
      int to = (t + 1) * m;
      for (int j = 0; j < m; j++) {
        h[to + j] = b[j] + u[from + j];
      }
    }
  }

  @Override
  public void recur(int n, int m, double[] w, double[] h) {
    assert w.length >= m * m && h.length >= (n + 1) * m;
    square = rows(square, m, m);
    transpose(m, m, w, square);
    row = vector(row, m);
    for (int t = 0; t < n; t++) {
      int to = (t + 1) * m;
      System.arraycopy(h, to, row, 0, m);
      addProduct(m, row, m, h, t * m, 1, square);
      tanh(m, row, h, to);
    }
  }

  @Override
  public void recurBackward(int n, int m, double[] w, double[] h, double[] da) {
    assert w.length >= m * m && h.length >= (n + 1) * m && da.length >= n * m;
    square = rows(square, m, m);
    copy(m, m, w, 0, square);
    row = vector(row, m);
    for (int t = n - 1; t >= 0; t--) {
      int at = t * m;
      System.arraycopy(da, at, row, 0, m);
      if (t < n - 1) {
        addProduct(m, row, m, da, at + m, 1, square);
      }
      for (int j = 0; j < m; j++) {
        double state = h[at + m + j];
        da[at + j] = row[j] * Math.fma(-state, state, 1);
      }
    }
  }

  @Override
  public void multiplyTransposed(
      int n, int m, int k, double[] x, int firstRow, double[] a, double[] bias, double[] y) {
    assert x.length >= (firstRow + n) * m && a.length >= k * m && y.length >= n * k;
    outputsTransposed = rows(outputsTransposed, m, k);
    transpose(k, m, a, outputsTransposed);
    row = vector(row, k);
    for (int t = 0; t < n; t++) {
      System.arraycopy(bias, 0, row, 0, k);
      addProduct(k, row, m, x, (firstRow + t) * m, 1, outputsTransposed);
      System.arraycopy(row, 0, y, t * k, k);
    }
  }

  @Override
  public void multiply(int n, int k, int m, double[] x, double[] a, double[] y) {
    assert x.length >= n * k && a.length >= k * m && y.length >= n * m;
    outputs = rows(outputs, k, m);
    copy(k, m, a, 0, outputs);
    row = vector(row, m);
    for (int t = 0; t < n; t++) {
      Arrays.fill(row, 0, m, 0);
      addProduct(m, row, k, x, t * k, 1, outputs);
      System.arraycopy(row, 0, y, t * m, m);
    }
  }

  @Override
  public void outer(int n, int p, int q, double[] x, double[] y, int firstRow, double[] g) {
    assert x.length >= n * p && y.length >= (firstRow + n) * q && g.length >= p * q;
    window = rows(window, n, q);
    copy(n, q, y, firstRow * q, window);
    row = vector(row, q);
    for (int i = 0; i < p; i++) {
      Arrays.fill(row, 0, q, 0);
      addProduct(q, row, n, x, i, p, window);
      System.arraycopy(row, 0, g, i * q, q);
    }
  }

  @Override
  public void sumRows(int n, int q, double[] x, double[] g) {
    Arrays.fill(g, 0, q, 0);
    for (int t = 0; t < n; t++) {
      for (int j = 0; j < q; j++) {
        g[j] += x[t * q + j];
      }
    }
  }

  @Override
  public void scatterRows(int n, int m, double[] da, int[] symbols, double[] gu) {
    for (int t = 0; t < n; t++) {
      int to = symbols[t] * m;
      for (int j = 0; j < m; j++) {
        gu[to + j] += da[t * m + j];
      }
    }
  }

  @Override
  public double softmaxLoss(int n, int k, double[] o, int[] targets) {
    row = vector(row, k);
    double loss = 0;
    for (int t = 0; t < n; t++) {
      int at = t * k;
      System.arraycopy(o, at, row, 0, k);
      double max = subtractMax(k, row);
      double score = o[at + targets[t + 1]] - max;
      exp(k, row);
      double sum = sum(k, row);
      for (int i = 0; i < k; i++) {
        o[at + i] = row[i] / sum;
      }
      o[at + targets[t + 1]] -= 1;
      loss += StrictMath.log(sum) - score;
    }
    return loss;
  }

  @Override
  public double exponentials(int k, double[] o, double temperature) {
    subtractMax(k, o);
    for (int i = 0; i < k; i++) {
      o[i] /= temperature;
    }
    exp(k, o);
    return sum(k, o);
  }

  @Override
  public void adagrad(
      double[] theta,
      double[] memory,
      double[] gradient,
      int from,
      int to,
      double rate,
      double clip,
      double epsilon) {
    for (int i = from; i < to; i++) {
      double g = Math.max(-clip, Math.min(clip, gradient[i]));
      double sum = Math.fma(g, g, memory[i]);
      memory[i] = sum;
      theta[i] -= rate * g / Math.sqrt(sum + epsilon);
    }
  }

  @Override
  public void descend(
      double[] theta, double[] gradient, int from, int to, double rate, double clip) {
    for (int i = from; i < to; i++) {
      theta[i] -= rate * Math.max(-clip, Math.min(clip, gradient[i]));
    }
  }

  /**
   * {@code y += sum over k of x_k r_k}, k ascending, each element of y one chain.
   *
   * @param x element k of the left-hand side is x[from + k * stride]
   * @param r the rows of the right-hand side, at least inner of them
   */
  private static void addProduct(
      int cols, double[] y, int inner, double[] x, int from, int stride, double[][] r) {
    int k = 0;
    for (; k + 4 <= inner; k += 4) {
      int at = from + k * stride;
      addRows(
          cols,
          y,
          x[at],
          r[k],
          x[at + stride],
          r[k + 1],
          x[at + 2 * stride],
          r[k + 2],
          x[at + 3 * stride],
          r[k + 3]);
    }
    for (; k < inner; k++) {
      addRow(cols, y, x[from + k * stride], r[k]);
    }
  }

  private static void addRows(
      int cols,
      double[] y,
      double a0,
      double[] r0,
      double a1,
      double[] r1,
      double a2,
      double[] r2,
      double a3,
      double[] r3) {
    for (int j = 0; j < cols; j++) {
      double sum = Math.fma(a1, r1[j], Math.fma(a0, r0[j], y[j]));
      y[j] = Math.fma(a3, r3[j], Math.fma(a2, r2[j], sum));
    }
  }

  private static void addRow(int cols, double[] y, double a, double[] r) {
    for (int j = 0; j < cols; j++) {
      y[j] = Math.fma(a, r[j], y[j]);
    }
  }

  /** Elementary.tanh of x, written to h from the given place on. */
  private void tanh(int count, double[] x, double[] h, int to) {
    shifted = vector(shifted, count);
    reduced = vector(reduced, count);
    double[] z = shifted;
    double[] p = reduced;
    for (int i = 0; i < count; i++) {
      double y = Elementary.clampTanh(x[i]);
      z[i] = Elementary.shift(y);
      p[i] = Elementary.expm1Reduced(Elementary.reduce(y, z[i]));
    }
    powersOfTwo(count, z);
    for (int i = 0; i < count; i++) {
      p[i] = Elementary.tanhOf(z[i], p[i]);
    }
    for (int i = 0; i < count; i++) {
      h[to + i] = Math.copySign(p[i], x[i]);
    }
  }

  /** Elementary.exp in place. */
  private void exp(int count, double[] x) {
    shifted = vector(shifted, count);
    reduced = vector(reduced, count);
    double[] z = shifted;
    double[] p = reduced;
    for (int i = 0; i < count; i++) {
      double y = Elementary.clampExponent(x[i]);
      z[i] = Elementary.shift(y);
      p[i] = Elementary.expm1Reduced(Elementary.reduce(y, z[i]));
    }
    powersOfTwo(count, z);
    for (int i = 0; i < count; i++) {
      x[i] = Elementary.scaled(z[i], p[i]);
    }
  }

  private static void powersOfTwo(int count, double[] z) {
    for (int i = 0; i < count; i++) {
      z[i] = Elementary.powerOfTwo(z[i]);
    }
  }

  private static double subtractMax(int count, double[] x) {
    double max = x[0];
    for (int i = 1; i < count; i++) {
      max = Math.max(max, x[i]);
    }
    for (int i = 0; i < count; i++) {
      x[i] -= max;
    }
    return max;
  }

  /** The sum in the order that package-info fixes. */
  private static double sum(int count, double[] x) {
    double s0 = 0;
    double s1 = 0;
    double s2 = 0;
    double s3 = 0;
    double s4 = 0;
    double s5 = 0;
    double s6 = 0;
    double s7 = 0;
    int i = 0;
    for (; i + 8 <= count; i += 8) {
      s0 += x[i];
      s1 += x[i + 1];
      s2 += x[i + 2];
      s3 += x[i + 3];
      s4 += x[i + 4];
      s5 += x[i + 5];
      s6 += x[i + 6];
      s7 += x[i + 7];
    }
    // The last elements: adding a positive number to a partial sum or leaving it alone is the same
    // as adding zeros in the lanes beyond the end.
    s0 += i < count ? x[i] : 0;
    s1 += i + 1 < count ? x[i + 1] : 0;
    s2 += i + 2 < count ? x[i + 2] : 0;
    s3 += i + 3 < count ? x[i + 3] : 0;
    s4 += i + 4 < count ? x[i + 4] : 0;
    s5 += i + 5 < count ? x[i + 5] : 0;
    s6 += i + 6 < count ? x[i + 6] : 0;
    return ((s0 + s4) + (s2 + s6)) + ((s1 + s5) + (s3 + s7));
  }

  /** Row j of the transpose is column j of a (r, c). */
  private static void transpose(int r, int c, double[] a, double[][] to) {
    for (int i = 0; i < r; i++) {
      for (int j = 0; j < c; j++) {
        to[j][i] = a[i * c + j];
      }
    }
  }

  private static void copy(int r, int c, double[] a, int from, double[][] to) {
    for (int i = 0; i < r; i++) {
      System.arraycopy(a, from + i * c, to[i], 0, c);
    }
  }

  private static double[][] rows(double[][] pool, int count, int length) {
    return pool.length == count && (count == 0 || pool[0].length == length)
        ? pool
        : new double[count][length];
  }

  private static double[] vector(double[] pool, int length) {
    return pool.length >= length ? pool : new double[length];
  }
}
