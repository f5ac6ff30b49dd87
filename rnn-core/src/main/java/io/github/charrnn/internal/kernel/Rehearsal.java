package io.github.charrnn.internal.kernel;

import io.github.charrnn.internal.Parameters;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiFunction;

/**
 * All that a window of a shape, and the update after it, ask of a kernel, on numbers without a
 * meaning and in the smallest portions that run the same code. Both sides of every branch are
 * taken, so that compiled code is not given up when real work comes to the other one.
 */
final class Rehearsal {
  /** Two tiles, one over the other. */
  private static final int ROWS = Panels.ROWS + 2;

  private static final int SLICE = 10;

  /** Small enough for parameters to stay what they are, whatever the number of rounds. */
  private static final double RATE = 1e-12;

  private final Weights weights;
  private final Kernel kernel;
  private final int m;
  private final int k;
  private final int streams;
  private final int steps;
  private final int rows;
  private final int slice; // rows of a matrix that are updated and packed at a time
  private final Parameters p;
  private final int[] symbols;
  private final double[] h;
  private final double[] o;
  private final double[] losses;
  private final List<Runnable> parts = new ArrayList<>();

  Rehearsal(Shape shape, BiFunction<Shape, Parameters, Weights> load) {
    m = shape.m();
    k = shape.k();
    streams = shape.manyStreams() ? ROWS : 1;
    steps = shape.manyStreams() || !shape.manyRows() ? 2 : ROWS;
    rows = steps * streams;
    slice = Math.min(SLICE, m);
    p = new Parameters(m, k, 0); // some rows begin documents, some do not
    for (Parameters.Tensor tensor : Parameters.tensors()) {
      Arrays.setAll(p.get(tensor), i -> (i % 13 - 6) / 100.0);
    }
    symbols = new int[rows + streams];
    Arrays.setAll(symbols, i -> i % k);
    h = new double[(rows + streams) * m];
    o = new double[rows * k];
    losses = new double[rows];
    weights = load.apply(shape, p);
    kernel = weights.kernel();
    forward();
    if (shape.backward()) {
      backward();
    }
    if (!shape.manyStreams()) { // how a text ends
      parts.add(() -> kernel.recur(0, 1, 1, 0, 1, 0, m, symbols, h));
      parts.add(() -> kernel.outputs(0, 1, h, 1, o));
    }
    parts.add(() -> kernel.exponentials(o, 1)); // how passages are drawn, one or side by side
    parts.add(() -> kernel.exponentials(o, 0.5));
  }

  private void forward() {
    for (int from = 0; from < m; from += slice) {
      int at = from;
      parts.add(() -> weights.reloadW(at, Math.min(m, at + slice)));
    }
    for (int from = 0; from < k; from += slice) {
      int at = from;
      parts.add(() -> weights.reloadV(at, Math.min(k, at + slice)));
    }
    parts.add(() -> kernel.recur(0, steps, streams, 0, streams, 0, m, symbols, h));
    parts.add(() -> kernel.outputs(0, rows, h, streams, o));
    parts.add(() -> kernel.softmaxLoss(0, rows, o, symbols, streams, losses));
  }

  private void backward() {
    double[] dh = new double[rows * m];
    double[] da = new double[rows * m];
    Parameters g = new Parameters(m, k);
    Parameters memory = new Parameters(m, k);
    Parameters first = new Parameters(m, k);
    weights.prepareBackward(rows + streams);
    parts.add(() -> kernel.outputsBackward(0, rows, o, dh));
    parts.add(
        () -> kernel.recurBackward(steps, 0, steps, streams, 0, streams, 0, m, symbols, dh, h, da));

    parts.add(() -> kernel.packStates(0, rows, h));
    Kernel.Gradient into =
        (piece, at, from, to) -> System.arraycopy(piece, at, g.w, from, to - from);
    Kernel.Gradient intoV =
        (piece, at, from, to) -> System.arraycopy(piece, at, g.v, from, to - from);
    parts.add(() -> kernel.outerW(rows, 0, slice, symbols, da, into));
    parts.add(() -> kernel.outerV(rows, streams, 0, Math.min(slice, k), o, intoV));
    weights.prepareSquare();
    parts.add(() -> kernel.packSquare(0, slice, g.w));
    parts.add(() -> kernel.multiply(false, 0, Math.min(ROWS, m), g.w, first.w));
    parts.add(() -> kernel.adagrad(p.w, memory.w, 0, slice * m, g.w, 0, 1, 5, RATE, 1e-8));
    parts.add(() -> kernel.adagrad(p.u, memory.u, m, 2 * m, g.u, m, 0.5, 5, RATE, 1e-8));
    parts.add(() -> kernel.descend(p.w, 0, slice * m, g.w, 0, 1, 5, RATE));
    parts.add(() -> kernel.momentum(p.w, memory.w, 0, slice * m, g.w, 0, 1, 5, RATE, 0.9));
    parts.add(() -> kernel.rmsProp(p.w, memory.w, 0, slice * m, g.w, 0, 1, 5, RATE, 0.9, 1e-8));
    parts.add(() -> adam(0, slice * m, g.w, 0, p.w, first.w, memory.w));
    parts.add(() -> adam(m, 2 * m, g.u, m, p.u, first.u, memory.u));
    parts.add(() -> kernel.sumOfSquares(g.w, 0, slice * m));
    parts.add(() -> kernel.sumRows(rows, m, 0, m, da, g.b));
    parts.add(() -> kernel.scatterRows(rows, m, 0, m, da, symbols, g.u));
  }

  private void adam(
      int from, int to, double[] g, int at, double[] theta, double[] first, double[] second) {
    kernel.adam(theta, first, second, from, to, g, at, 0.5, 5, RATE, 1.5, 1, 0.9, 0.99, 1e-8);
  }

  /** In the order in which a step has them. */
  List<Runnable> parts() {
    return parts;
  }
}
