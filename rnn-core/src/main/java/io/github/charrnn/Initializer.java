package io.github.charrnn;

import io.github.charrnn.internal.Named;
import io.github.charrnn.internal.Range;
import java.util.List;

/**
 * The distribution of the parameters of a new model: U, W and V are drawn in this order and row by
 * row, b and c are zero. Immutable, and safe for use by many threads.
 *
 * @since 0.1
 */
public sealed interface Initializer {
  /**
   * {@return U, W and V normally distributed with mean 0}
   *
   * @param deviation the standard deviation, at least 0 and finite
   * @throws IllegalArgumentException if deviation is not at least 0 and finite
   */
  static Initializer normal(double deviation) {
    return new Normal(deviation);
  }

  /**
   * {@return U, W and V normally distributed with mean 0, each by its own shape} The standard
   * deviation is {@code sqrt(2 / (rows + columns))}. Source: Glorot and Bengio, AISTATS 2010.
   */
  static Initializer glorot() {
    return new Glorot();
  }

  /**
   * {@return an orthogonal W, each as likely as any other, times a gain; U and V normally
   * distributed with mean 0} The orthogonal start is that of Saxe, McClelland and Ganguli, ICLR
   * 2014; W is drawn as in Mezzadri, Notices of the AMS 54, 2007: the Q of a normally distributed
   * matrix's QR decomposition with a positive diagonal of R.
   *
   * @param gain above 0 and finite
   * @param inputDeviation the standard deviation of U, at least 0 and finite
   * @param outputDeviation the standard deviation of V, at least 0 and finite
   * @throws IllegalArgumentException if gain is not above 0 and finite, or inputDeviation or
   *     outputDeviation not at least 0 and finite
   */
  static Initializer orthogonal(double gain, double inputDeviation, double outputDeviation) {
    return new Orthogonal(gain, inputDeviation, outputDeviation);
  }

  /**
   * {@return the identity as W, times a gain; U and V normally distributed with mean 0} Source: Le,
   * Jaitly and Hinton, arXiv:1504.00941, 2015.
   *
   * @param gain above 0 and finite
   * @param inputDeviation the standard deviation of U, at least 0 and finite
   * @param outputDeviation the standard deviation of V, at least 0 and finite
   * @throws IllegalArgumentException if gain is not above 0 and finite, or inputDeviation or
   *     outputDeviation not at least 0 and finite
   */
  static Initializer identity(double gain, double inputDeviation, double outputDeviation) {
    return new Identity(gain, inputDeviation, outputDeviation);
  }

  /** {@return the names of all initializers, as {@link #named} takes them} */
  static List<String> names() {
    return List.of("normal", "glorot", "orthogonal", "identity");
  }

  /** {@return its name in files and on the command line, one of {@link #names}} */
  String name();

  /**
   * See {@link Initializer#normal}. Immutable, and safe for use by many threads.
   *
   * @param deviation the standard deviation, at least 0 and finite
   * @since 0.1
   */
  record Normal(double deviation) implements Initializer {
    /**
     * Checks the deviation.
     *
     * @param deviation at least 0 and finite
     * @throws IllegalArgumentException if deviation is not at least 0 and finite
     */
    public Normal {
      Range.AT_LEAST_ZERO_AND_FINITE.require("deviation", deviation);
    }

    @Override
    public String name() {
      return "normal";
    }
  }

  /**
   * See {@link Initializer#glorot}. Immutable, and safe for use by many threads.
   *
   * @since 0.1
   */
  record Glorot() implements Initializer {
    @Override
    public String name() {
      return "glorot";
    }
  }

  /**
   * What only W is drawn by; U and V are normally distributed. Immutable, and safe for use by many
   * threads.
   *
   * @since 0.1
   */
  sealed interface OfW extends Initializer {
    /** {@return what W is multiplied by, above 0 and finite} */
    double gain();

    /** {@return the standard deviation of U, at least 0 and finite} */
    double inputDeviation();

    /** {@return the standard deviation of V, at least 0 and finite} */
    double outputDeviation();

    /**
     * {@return the same with other numbers}
     *
     * @param gain above 0 and finite
     * @param inputDeviation at least 0 and finite
     * @param outputDeviation at least 0 and finite
     * @throws IllegalArgumentException if gain is not above 0 and finite, or inputDeviation or
     *     outputDeviation not at least 0 and finite
     */
    OfW with(double gain, double inputDeviation, double outputDeviation);
  }

  /**
   * See {@link Initializer#orthogonal}. Immutable, and safe for use by many threads.
   *
   * @param gain above 0 and finite
   * @param inputDeviation the standard deviation of U, at least 0 and finite
   * @param outputDeviation the standard deviation of V, at least 0 and finite
   * @since 0.1
   */
  record Orthogonal(double gain, double inputDeviation, double outputDeviation) implements OfW {
    /**
     * Checks the numbers.
     *
     * @param gain above 0 and finite
     * @param inputDeviation at least 0 and finite
     * @param outputDeviation at least 0 and finite
     * @throws IllegalArgumentException if gain is not above 0 and finite, or inputDeviation or
     *     outputDeviation not at least 0 and finite
     */
    public Orthogonal {
      requireOfW(gain, inputDeviation, outputDeviation);
    }

    @Override
    public String name() {
      return "orthogonal";
    }

    @Override
    public OfW with(double gain, double inputDeviation, double outputDeviation) {
      return new Orthogonal(gain, inputDeviation, outputDeviation);
    }
  }

  /**
   * See {@link Initializer#identity}. Immutable, and safe for use by many threads.
   *
   * @param gain above 0 and finite
   * @param inputDeviation the standard deviation of U, at least 0 and finite
   * @param outputDeviation the standard deviation of V, at least 0 and finite
   * @since 0.1
   */
  record Identity(double gain, double inputDeviation, double outputDeviation) implements OfW {
    /**
     * Checks the numbers.
     *
     * @param gain above 0 and finite
     * @param inputDeviation at least 0 and finite
     * @param outputDeviation at least 0 and finite
     * @throws IllegalArgumentException if gain is not above 0 and finite, or inputDeviation or
     *     outputDeviation not at least 0 and finite
     */
    public Identity {
      requireOfW(gain, inputDeviation, outputDeviation);
    }

    @Override
    public String name() {
      return "identity";
    }

    @Override
    public OfW with(double gain, double inputDeviation, double outputDeviation) {
      return new Identity(gain, inputDeviation, outputDeviation);
    }
  }

  private static void requireOfW(double gain, double inputDeviation, double outputDeviation) {
    Range.ABOVE_ZERO_AND_FINITE.require("gain", gain);
    Range.AT_LEAST_ZERO_AND_FINITE.require("inputDeviation", inputDeviation);
    Range.AT_LEAST_ZERO_AND_FINITE.require("outputDeviation", outputDeviation);
  }

  /**
   * {@return the initializer of a name, as files and the command line have it, with its usual
   * numbers} Normal has deviation 0.01, orthogonal and identity have gain 1 and deviations 0.1.
   *
   * @param name one of {@link #names}
   * @throws IllegalArgumentException if name is not one of {@link #names}
   */
  static Initializer named(String name) {
    return Named.find(
        "initializer",
        name,
        List.of(normal(0.01), glorot(), orthogonal(1, 0.1, 0.1), identity(1, 0.1, 0.1)),
        Initializer::name);
  }
}
