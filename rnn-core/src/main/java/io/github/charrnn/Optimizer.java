package io.github.charrnn;

import io.github.charrnn.internal.Named;
import io.github.charrnn.internal.Range;
import java.util.List;

/**
 * How a gradient g, already clipped, changes a parameter theta at learning rate eta. What it
 * remembers it has for every parameter, and it starts at zero unless said otherwise. Immutable, and
 * safe for use by many threads.
 *
 * @since 0.1
 */
public sealed interface Optimizer {
  /**
   * {@return AdaGrad, {@code M += g g; theta -= eta g / sqrt(M + 1e-8)}, with a memory M that
   * starts at 0} Source: Duchi, Hazan and Singer, JMLR 12, 2011. A parameter whose gradient is zero
   * stays as it is.
   */
  static Optimizer adaGrad() {
    return adaGrad(0);
  }

  /**
   * {@return AdaGrad with a memory M that starts at another value, which keeps the first steps
   * small}
   *
   * @param initialAccumulator at least 0 and finite
   * @throws IllegalArgumentException if initialAccumulator is not at least 0 and finite
   */
  static Optimizer adaGrad(double initialAccumulator) {
    return new AdaGrad(initialAccumulator);
  }

  /**
   * {@return plain stochastic gradient descent, {@code theta -= eta g}} A parameter whose gradient
   * is zero stays as it is.
   */
  static Optimizer sgd() {
    return sgd(0);
  }

  /**
   * {@return stochastic gradient descent with momentum mu, {@code v = mu v + g; theta -= eta v}}
   * Source: Polyak, USSR Computational Mathematics and Mathematical Physics 4, 1964; the rate
   * outside of v as in Sutskever, Martens, Dahl and Hinton, ICML 2013, up to its scale.
   *
   * @param momentum at least 0 and below 1; 0 for none
   * @throws IllegalArgumentException if momentum is not at least 0 and below 1
   */
  static Optimizer sgd(double momentum) {
    return new Sgd(momentum);
  }

  /**
   * {@return RMSProp, {@code M = decay M + (1 - decay) g g; theta -= eta g / (sqrt(M) + 1e-8)}}
   * Source: Tieleman and Hinton, Coursera, Neural Networks for Machine Learning, lecture 6.5, 2012.
   *
   * @param decay at least 0 and below 1
   * @throws IllegalArgumentException if decay is not at least 0 and below 1
   */
  static Optimizer rmsProp(double decay) {
    return new RmsProp(decay);
  }

  /**
   * {@return Adam} {@code M = beta1 M + (1 - beta1) g; S = beta2 S + (1 - beta2) g g; theta -= eta
   * (M / (1 - beta1^t)) / (sqrt(S / (1 - beta2^t)) + 1e-8)} at step t, counted from 1. Source:
   * Kingma and Ba, ICLR 2015.
   *
   * @param beta1 at least 0 and below 1
   * @param beta2 at least 0 and below 1
   * @throws IllegalArgumentException if beta1 or beta2 is not at least 0 and below 1
   */
  static Optimizer adam(double beta1, double beta2) {
    return adam(beta1, beta2, 0);
  }

  /**
   * {@return Adam with decoupled weight decay, AdamW} Every step also subtracts {@code eta
   * weightDecay theta}, of theta before the step, from every parameter. Source: Loshchilov and
   * Hutter, ICLR 2019.
   *
   * @param beta1 at least 0 and below 1
   * @param beta2 at least 0 and below 1
   * @param weightDecay at least 0 and below 1; 0 for none
   * @throws IllegalArgumentException if beta1, beta2 or weightDecay is not at least 0 and below 1
   */
  static Optimizer adam(double beta1, double beta2, double weightDecay) {
    return new Adam(beta1, beta2, weightDecay);
  }

  /**
   * {@return one-sided Shampoo for W, and Adam for the others}
   *
   * <p>Where Adam divides an element of the mean gradient M by the root of its own second moment,
   * the rows of W share one second moment, the matrix {@code S = beta2 S + (1 - beta2) g'g / m},
   * (m, m), and {@code theta -= eta (M / (1 - beta1^t)) (S / (1 - beta2^t))^(-1/2)}. So directions
   * of the hidden state in which gradients are always large do not hide the others. S is computed
   * at steps 1, 2, 4, 8, 16, 32 and every 50th, at which {@code beta2} counts once for every step
   * since the last; its root then stays as it is until the next; a thousandth of S's Frobenius norm
   * is added to its diagonal; and the root mean square of what is subtracted from W is at most eta.
   *
   * <p>U, V, b and c are Adam's; weight decay is {@code eta weightDecay} for all. With {@link
   * Recipe#shards} every round takes the root anew, from the mean of the shards' S, which takes as
   * long as many steps.
   *
   * <p>Sources: Gupta, Koren and Singer, Shampoo, ICML 2018; with one side and a mean gradient: An
   * et al., ASGO, 2025.
   *
   * @param beta1 at least 0 and below 1
   * @param beta2 at least 0 and below 1
   * @param weightDecay as in {@link #adam(double, double, double)}; at least 0 and below 1
   * @param inputRate how many times eta U's learning rate is, above 0 and finite
   * @param outputRate how many times eta V's learning rate is, above 0 and finite
   * @throws IllegalArgumentException if beta1, beta2 or weightDecay is not at least 0 and below 1,
   *     or inputRate or outputRate is not above 0 and finite
   */
  static Optimizer shampoo(
      double beta1, double beta2, double weightDecay, double inputRate, double outputRate) {
    return new Shampoo(beta1, beta2, weightDecay, inputRate, outputRate);
  }

  /**
   * {@return the optimizer of a name, as files and the command line have it, with its usual
   * numbers} AdaGrad has no initial accumulator, gradient descent no momentum, RMSProp decay 0.9,
   * Adam beta1 0.9 and beta2 0.999, Shampoo beta1 0.9, beta2 0.99 and the same learning rate for
   * all.
   *
   * @param name one of {@link #names}
   * @throws IllegalArgumentException if name is not one of {@link #names}
   */
  static Optimizer named(String name) {
    return Named.find("optimizer", name, all(), Optimizer::name);
  }

  /** {@return the names of all optimizers, as {@link #named} takes them} */
  static List<String> names() {
    return all().stream().map(Optimizer::name).toList();
  }

  private static List<Optimizer> all() {
    return List.of(adaGrad(), sgd(), rmsProp(0.9), adam(0.9, 0.999), shampoo(0.9, 0.99, 0, 1, 1));
  }

  /** {@return its name in files and on the command line, one of {@link #names}} */
  String name();

  /**
   * See {@link Optimizer#adaGrad(double)}. Immutable, and safe for use by many threads.
   *
   * @param initialAccumulator at least 0 and finite
   * @since 0.1
   */
  record AdaGrad(double initialAccumulator) implements Optimizer {
    /**
     * Checks the number.
     *
     * @param initialAccumulator at least 0 and finite
     * @throws IllegalArgumentException if initialAccumulator is not at least 0 and finite
     */
    public AdaGrad {
      Range.AT_LEAST_ZERO_AND_FINITE.require("initialAccumulator", initialAccumulator);
    }

    @Override
    public String name() {
      return "adagrad";
    }

    /** Its name, and the initial accumulator if there is one. */
    @Override
    public String toString() {
      return initialAccumulator == 0
          ? name()
          : name() + " with initial accumulator " + initialAccumulator;
    }
  }

  /**
   * See {@link Optimizer#sgd(double)}. Immutable, and safe for use by many threads.
   *
   * @param momentum at least 0 and below 1
   * @since 0.1
   */
  record Sgd(double momentum) implements Optimizer {
    /**
     * Checks the number.
     *
     * @param momentum at least 0 and below 1
     * @throws IllegalArgumentException if momentum is not at least 0 and below 1
     */
    public Sgd {
      Range.AT_LEAST_ZERO_AND_BELOW_ONE.require("momentum", momentum);
    }

    @Override
    public String name() {
      return "sgd";
    }

    /** Its name, and the momentum if there is one. */
    @Override
    public String toString() {
      return momentum == 0 ? name() : name() + " with momentum " + momentum;
    }
  }

  /**
   * See {@link Optimizer#rmsProp}. Immutable, and safe for use by many threads.
   *
   * @param decay at least 0 and below 1
   * @since 0.1
   */
  record RmsProp(double decay) implements Optimizer {
    /**
     * Checks the number.
     *
     * @param decay at least 0 and below 1
     * @throws IllegalArgumentException if decay is not at least 0 and below 1
     */
    public RmsProp {
      Range.AT_LEAST_ZERO_AND_BELOW_ONE.require("decay", decay);
    }

    @Override
    public String name() {
      return "rmsprop";
    }

    /** Its name and number. */
    @Override
    public String toString() {
      return name() + " with decay " + decay;
    }
  }

  /**
   * One that keeps the first and second moment of gradients. Immutable, and safe for use by many
   * threads.
   *
   * @since 0.1
   */
  sealed interface OfMoments extends Optimizer {
    /** {@return how much of the mean gradient a step keeps; at least 0 and below 1} */
    double beta1();

    /** {@return how much of the second moment a step keeps; at least 0 and below 1} */
    double beta2();

    /** {@return what a step subtracts of every parameter, over eta; at least 0 and below 1} */
    double weightDecay();

    /**
     * {@return the same with other numbers}
     *
     * @param beta1 at least 0 and below 1
     * @param beta2 at least 0 and below 1
     * @param weightDecay at least 0 and below 1; 0 for none
     * @throws IllegalArgumentException if beta1, beta2 or weightDecay is not at least 0 and below 1
     */
    OfMoments withMoments(double beta1, double beta2, double weightDecay);
  }

  /**
   * See {@link Optimizer#adam(double, double, double)}. Immutable, and safe for use by many
   * threads.
   *
   * @param beta1 at least 0 and below 1
   * @param beta2 at least 0 and below 1
   * @param weightDecay at least 0 and below 1; 0 for none
   * @since 0.1
   */
  record Adam(double beta1, double beta2, double weightDecay) implements OfMoments {
    /**
     * Checks the numbers.
     *
     * @param beta1 at least 0 and below 1
     * @param beta2 at least 0 and below 1
     * @param weightDecay at least 0 and below 1; 0 for none
     * @throws IllegalArgumentException if beta1, beta2 or weightDecay is not at least 0 and below 1
     */
    public Adam {
      requireMoments(beta1, beta2, weightDecay);
    }

    @Override
    public Adam withMoments(double beta1, double beta2, double weightDecay) {
      return new Adam(beta1, beta2, weightDecay);
    }

    @Override
    public String name() {
      return "adam";
    }

    /** Its name and numbers. */
    @Override
    public String toString() {
      return described(this);
    }
  }

  /**
   * See {@link Optimizer#shampoo}. Immutable, and safe for use by many threads.
   *
   * @param beta1 at least 0 and below 1
   * @param beta2 at least 0 and below 1
   * @param weightDecay at least 0 and below 1; 0 for none
   * @param inputRate how many times eta U's learning rate is, above 0 and finite
   * @param outputRate how many times eta V's learning rate is, above 0 and finite
   * @since 0.1
   */
  record Shampoo(
      double beta1, double beta2, double weightDecay, double inputRate, double outputRate)
      implements OfMoments {
    /**
     * Checks the numbers.
     *
     * @param beta1 at least 0 and below 1
     * @param beta2 at least 0 and below 1
     * @param weightDecay at least 0 and below 1; 0 for none
     * @param inputRate above 0 and finite
     * @param outputRate above 0 and finite
     * @throws IllegalArgumentException if beta1, beta2 or weightDecay is not at least 0 and below
     *     1, or inputRate or outputRate is not above 0 and finite
     */
    public Shampoo {
      requireMoments(beta1, beta2, weightDecay);
      Range.ABOVE_ZERO_AND_FINITE.require("inputRate", inputRate);
      Range.ABOVE_ZERO_AND_FINITE.require("outputRate", outputRate);
    }

    @Override
    public Shampoo withMoments(double beta1, double beta2, double weightDecay) {
      return new Shampoo(beta1, beta2, weightDecay, inputRate, outputRate);
    }

    /**
     * {@return the same with other learning rates of U and V}
     *
     * @param inputRate above 0 and finite
     * @param outputRate above 0 and finite
     * @throws IllegalArgumentException if inputRate or outputRate is not above 0 and finite
     */
    public Shampoo withRates(double inputRate, double outputRate) {
      return new Shampoo(beta1, beta2, weightDecay, inputRate, outputRate);
    }

    @Override
    public String name() {
      return "shampoo";
    }

    /** Its name and numbers. */
    @Override
    public String toString() {
      return described(this) + "; rate of U times " + inputRate + ", of V times " + outputRate;
    }
  }

  private static void requireMoments(double beta1, double beta2, double weightDecay) {
    Range.AT_LEAST_ZERO_AND_BELOW_ONE.require("beta1", beta1);
    Range.AT_LEAST_ZERO_AND_BELOW_ONE.require("beta2", beta2);
    Range.AT_LEAST_ZERO_AND_BELOW_ONE.require("weightDecay", weightDecay);
  }

  private static String described(OfMoments it) {
    String betas = it.name() + " with beta1 " + it.beta1();
    return it.weightDecay() == 0
        ? betas + " and beta2 " + it.beta2()
        : betas + ", beta2 " + it.beta2() + " and weight decay " + it.weightDecay();
  }
}
