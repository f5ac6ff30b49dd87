package io.github.charrnn;

import io.github.charrnn.internal.Named;
import io.github.charrnn.internal.Range;
import java.util.List;

/**
 * The distribution of the parameters of a new model: U, W and V are drawn in this order and row by
 * row, b and c are zero. Immutable, and safe for use by many threads.
 */
public sealed interface Initializer {
  /**
   * U, W and V normally distributed with mean 0.
   *
   * @param deviation the standard deviation, at least 0 and finite
   * @throws IllegalArgumentException if deviation is not at least 0 and finite
   */
  static Initializer normal(double deviation) {
    return new Normal(deviation);
  }

  /**
   * U, W and V normally distributed with mean 0 and a standard deviation of {@code sqrt(2 / (rows +
   * columns))}, each by its own shape (Glorot and Bengio, AISTATS 2010).
   */
  static Initializer glorot() {
    return new Glorot();
  }

  /**
   * W is an orthogonal matrix, each as likely as any other, times a gain (Saxe, McClelland and
   * Ganguli, ICLR 2014; drawn as in Mezzadri, Notices of the AMS 54, 2007: the Q of a normally
   * distributed matrix's QR decomposition with a positive diagonal of R). U and V are normally
   * distributed with mean 0.
   *
   * @param gain above 0 and finite
   * @param inputDeviation the standard deviation of U, at least 0 and finite
   * @param outputDeviation the standard deviation of V, at least 0 and finite
   * @throws IllegalArgumentException if a number is not in its range
   */
  static Initializer orthogonal(double gain, double inputDeviation, double outputDeviation) {
    return new Orthogonal(gain, inputDeviation, outputDeviation);
  }

  /**
   * W is the identity times a gain (Le, Jaitly and Hinton, arXiv:1504.00941, 2015). U and V are
   * normally distributed with mean 0.
   *
   * @param gain above 0 and finite
   * @param inputDeviation the standard deviation of U, at least 0 and finite
   * @param outputDeviation the standard deviation of V, at least 0 and finite
   * @throws IllegalArgumentException if a number is not in its range
   */
  static Initializer identity(double gain, double inputDeviation, double outputDeviation) {
    return new Identity(gain, inputDeviation, outputDeviation);
  }

  /** The names of all initializers. */
  static List<String> names() {
    return List.of("normal", "glorot", "orthogonal", "identity");
  }

  /** Its name in files and on the command line. */
  String name();

  /**
   * See {@link Initializer#normal}. Immutable, and safe for use by many threads.
   *
   * @param deviation the standard deviation, at least 0 and finite
   */
  record Normal(double deviation) implements Initializer {
    /**
     * Checks the deviation.
     *
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

  /** See {@link Initializer#glorot}. Immutable, and safe for use by many threads. */
  record Glorot() implements Initializer {
    @Override
    public String name() {
      return "glorot";
    }
  }

  /**
   * What only W is drawn by; U and V are normally distributed. Immutable, and safe for use by many
   * threads.
   */
  sealed interface OfW extends Initializer {
    /** What W is multiplied by. */
    double gain();

    /** The standard deviation of U. */
    double inputDeviation();

    /** The standard deviation of V. */
    double outputDeviation();

    /**
     * The same with other numbers.
     *
     * @throws IllegalArgumentException if a number is not in its range
     */
    OfW with(double gain, double inputDeviation, double outputDeviation);
  }

  /**
   * See {@link Initializer#orthogonal}. Immutable, and safe for use by many threads.
   *
   * @param gain above 0 and finite
   * @param inputDeviation the standard deviation of U, at least 0 and finite
   * @param outputDeviation the standard deviation of V, at least 0 and finite
   */
  record Orthogonal(double gain, double inputDeviation, double outputDeviation) implements OfW {
    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException if a number is not in its range
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
   */
  record Identity(double gain, double inputDeviation, double outputDeviation) implements OfW {
    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException if a number is not in its range
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
   * The initializer of a name, as files and the command line have it, with its usual numbers:
   * normal with deviation 0.01, orthogonal and identity with gain 1 and deviations 0.1.
   *
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
