package io.github.charrnn;

import io.github.charrnn.internal.Named;
import java.util.List;

/**
 * How a gradient g, already clipped, changes a parameter theta at learning rate eta. Immutable, and
 * safe for use by many threads.
 */
public sealed interface Optimizer {
  /**
   * {@code M += g g; theta -= eta g / sqrt(M + 1e-8)}, with a memory M for every parameter that
   * starts at zero (Duchi, Hazan and Singer, JMLR 12, 2011). A parameter whose gradient is zero
   * stays as it is.
   */
  static Optimizer adaGrad() {
    return new AdaGrad();
  }

  /**
   * Plain stochastic gradient descent, {@code theta -= eta g}. A parameter whose gradient is zero
   * stays as it is.
   */
  static Optimizer sgd() {
    return new Sgd();
  }

  /**
   * The optimizer of a name, as files and the command line have it.
   *
   * @throws IllegalArgumentException if name is not one of {@link #names}
   */
  static Optimizer named(String name) {
    return Named.find("optimizer", name, List.of(adaGrad(), sgd()), Optimizer::name);
  }

  /** The names of all optimizers. */
  static List<String> names() {
    return List.of(adaGrad().name(), sgd().name());
  }

  /** Its name in files and on the command line. */
  String name();

  /** See {@link Optimizer#adaGrad}. */
  record AdaGrad() implements Optimizer {
    @Override
    public String name() {
      return "adagrad";
    }

    /** Its name. */
    @Override
    public String toString() {
      return name();
    }
  }

  /** See {@link Optimizer#sgd}. */
  record Sgd() implements Optimizer {
    @Override
    public String name() {
      return "sgd";
    }

    /** Its name. */
    @Override
    public String toString() {
      return name();
    }
  }
}
