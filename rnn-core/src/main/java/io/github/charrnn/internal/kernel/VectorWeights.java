package io.github.charrnn.internal.kernel;

import static io.github.charrnn.internal.kernel.VectorMath.LANES;

import io.github.charrnn.internal.Parameters;
import java.util.Optional;

/**
 * W and V in strips for products with few rows, in panels for those with many, and once more the
 * other way round for the way back.
 */
final class VectorWeights implements Weights {
  private final Shape shape;
  private final int m;
  private final int k;
  private boolean prepared; // backward, since load
  Parameters parameters;
  final Packed wTransposed;
  final Packed vTransposed;
  final Optional<Backward> backward;
  private Optional<Panels> states = Optional.empty(); // ((n + 1) B, m)
  private Optional<Panels> square = Optional.empty(); // (m, m)
  private final int[] cuts;

  /**
   * What the way back reads. V in panels always: where rows are few, they are seldom trained on.
   */
  record Backward(Packed w, Packed v) {}

  /** For at least as many hidden units and symbols as a vector has lanes. */
  VectorWeights(Shape shape, Parameters p) {
    this.shape = shape;
    m = shape.m();
    k = shape.k();
    assert m >= LANES && k >= LANES;
    wTransposed = shape.manyStreams() ? new Panels(m, m) : new Strips(m, m);
    vTransposed = shape.manyRows() ? new Panels(m, k) : new Strips(m, k);
    backward =
        shape.backward()
            ? Optional.of(
                new Backward(
                    shape.manyStreams() ? new Panels(m, m) : new Strips(m, m), new Panels(k, m)))
            : Optional.empty();
    cuts = wTransposed.cuts();
    parameters = p;
    load(p);
  }

  @Override
  public Kernel kernel() {
    return new VectorKernel(this, shape);
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
    wTransposed.packTransposed(parameters.w, from, end);
    if (prepared) {
      backward.orElseThrow().w.pack(parameters.w, from, end);
    }
  }

  @Override
  public void reloadV(int from, int end) {
    vTransposed.packTransposed(parameters.v, from, end);
    if (prepared) {
      backward.orElseThrow().v.pack(parameters.v, from, end);
    }
  }

  @Override
  public void prepareBackward(int stateRows) {
    if (states.isEmpty() || states.get().inner() != stateRows) {
      states = Optional.of(new Panels(stateRows, m));
    }
    if (!prepared) {
      backward.orElseThrow().w.pack(parameters.w, 0, m);
      backward.orElseThrow().v.pack(parameters.v, 0, k);
      prepared = true;
    }
  }

  @Override
  public void prepareSquare() {
    if (square.isEmpty()) {
      square = Optional.of(new Panels(m, m));
    }
  }

  /** A packed square matrix. */
  Panels square() {
    return square.orElseThrow();
  }

  /** Packed states. */
  Panels states() {
    return states.orElseThrow();
  }

  @Override
  public int tile(int rows) {
    return rows < Panels.ROWS ? 1 : Panels.ROWS;
  }

  @Override
  public int cut(int part, int parts) {
    return cuts[Math.round((float) part * (cuts.length - 1) / parts)];
  }
}
