package io.github.charrnn.internal;

import io.github.charrnn.internal.kernel.Kernel;
import io.github.charrnn.internal.kernel.Kernels;
import io.github.charrnn.internal.kernel.Shape;
import io.github.charrnn.internal.kernel.WarmUp;
import io.github.charrnn.internal.kernel.Weights;
import java.lang.System.Logger.Level;
import java.util.Optional;

/**
 * Kernels that several threads read texts with, for one set of parameters that does not change: the
 * weights are packed once for all of them. They begin with what is fastest now, and each goes over
 * to vectors once these are compiled, between two of its steps.
 */
final class ForwardKernels {
  private final Shape shape;
  private final Parameters parameters;
  private volatile Optional<WarmUp> warmUp; // while kernels are scalar, and vectors may come
  private volatile Weights weights;
  private final Weights[] loaded; // (members): what their kernels read
  private final Kernel[] kernels; // (members)

  ForwardKernels(Shape shape, Parameters p, int members) {
    this.shape = shape;
    parameters = p;
    warmUp = Kernels.warmUp(shape);
    weights = Kernels.load(shape, p);
    loaded = new Weights[members];
    kernels = new Kernel[members];
    for (int i = 0; i < members; i++) {
      renew(i);
    }
  }

  private void renew(int member) {
    loaded[member] = weights;
    kernels[member] = loaded[member].kernel();
  }

  /** To be asked for before every step. Belongs to the thread that is this member. */
  Kernel of(int member) {
    Optional<WarmUp> waiting = warmUp;
    if (waiting.isPresent() && waiting.get().over()) {
      takeFastest();
    }
    if (loaded[member] != weights) {
      renew(member);
    }
    return kernels[member];
  }

  private synchronized void takeFastest() {
    if (warmUp.isPresent()) {
      try {
        weights = Kernels.load(shape, parameters);
      } catch (OutOfMemoryError e) { // for a moment there are two
        System.getLogger("io.github.charrnn").log(Level.DEBUG, "no room for vector kernels", e);
      }
      warmUp = Optional.empty();
    }
  }

  /** When a step began, for {@link #ended}; 0 if nobody wants to know. */
  long began() {
    return warmUp.isEmpty() ? 0 : System.nanoTime();
  }

  /** A step has ended. */
  void ended(long began) {
    Optional<WarmUp> waiting = warmUp;
    if (began != 0 && waiting.isPresent()) {
      waiting.get().spent(System.nanoTime() - began);
    }
  }
}
