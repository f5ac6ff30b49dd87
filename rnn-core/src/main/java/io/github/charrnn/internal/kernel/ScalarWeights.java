package io.github.charrnn.internal.kernel;

import io.github.charrnn.internal.Parameters;

/** Every row of W, V and their transposes in an array of its own, see {@link ScalarKernel}. */
final class ScalarWeights implements Weights {
  private final int m;
  private final int k;
  private boolean prepared; // w and v, since load
  Parameters parameters;
  final double[][] wTransposed; // m arrays of m
  final double[][] vTransposed; // m arrays of K
  final double[][] w; // m arrays of m, if there is a way back
  final double[][] v; // K arrays of m, likewise
  double[][] states = {}; // packed: (n + 1) B arrays of m
  double[][] square = {}; // packed: m arrays of m

  ScalarWeights(Shape shape, Parameters p) {
    m = shape.m();
    k = shape.k();
    int paddedM = ScalarKernel.padded(m);
    wTransposed = new double[m][paddedM];
    vTransposed = new double[m][ScalarKernel.padded(k)];
    w = new double[shape.backward() ? m : 0][paddedM];
    v = new double[shape.backward() ? k : 0][paddedM];
    parameters = p;
    load(p);
  }

  @Override
  public Kernel kernel() {
    return new ScalarKernel(this, m, k);
  }

  @Override
  public void load(Parameters p) {
    parameters = p;
    prepared = false;
    reloadW(0, m);
    reloadV(0, k);
  }

  @Override
  public void reloadW(int from, int end) {
    transpose(from, end, m, parameters.w, wTransposed);
    if (prepared) {
      copy(from, end, m, parameters.w, w);
    }
  }

  @Override
  public void reloadV(int from, int end) {
    transpose(from, end, m, parameters.v, vTransposed);
    if (prepared) {
      copy(from, end, m, parameters.v, v);
    }
  }

  @Override
  public void prepareBackward(int stateRows) {
    if (states.length != stateRows) {
      states = new double[stateRows][ScalarKernel.padded(m)];
    }
    if (!prepared) {
      copy(0, m, m, parameters.w, w);
      copy(0, k, m, parameters.v, v);
      prepared = true;
    }
  }

  @Override
  public void prepareSquare() {
    if (square.length == 0) {
      square = new double[m][ScalarKernel.padded(m)];
    }
  }

  @Override
  public int cut(int part, int parts) {
    return part == parts ? m : part * m / parts / Packing.LINE * Packing.LINE;
  }

  @Override
  public int tile(int rows) {
    return 1;
  }

  private static void copy(int from, int end, int c, double[] a, double[][] to) {
    for (int i = from; i < end; i++) {
      System.arraycopy(a, i * c, to[i], 0, c);
    }
  }

  /** Row j of the transpose is column j of a, which has rows of c; for rows from..end-1 of a. */
  private static void transpose(int from, int end, int c, double[] a, double[][] to) {
    int i = from;
    for (; i + 8 <= end; i += 8) {
      transposeEight(i, c, a, to);
    }
    for (; i < end; i++) {
      for (int j = 0; j < c; j++) {
        to[j][i] = a[i * c + j];
      }
    }
  }

  private static void transposeEight(int i, int c, double[] a, double[][] to) {
    int p = i * c;
    for (int j = 0; j < c; j++) {
      double[] row = to[j];
      row[i] = a[p + j];
      row[i + 1] = a[p + c + j];
      row[i + 2] = a[p + 2 * c + j];
      row[i + 3] = a[p + 3 * c + j];
      row[i + 4] = a[p + 4 * c + j];
      row[i + 5] = a[p + 5 * c + j];
      row[i + 6] = a[p + 6 * c + j];
      row[i + 7] = a[p + 7 * c + j];
    }
  }
}
