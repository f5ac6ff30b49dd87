package io.github.charrnn;

import io.github.charrnn.internal.Crew;
import io.github.charrnn.internal.Parameters;
import io.github.charrnn.internal.Range;
import io.github.charrnn.internal.Window;
import io.github.charrnn.internal.Xoshiro256;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.function.Consumer;

/**
 * Compares the gradient that backpropagation through time computes with central finite differences,
 * {@code (L(theta + h) - L(theta - h)) / 2h}, one parameter at a time, over the first window of a
 * text, from a starting state that is not zero.
 *
 * <p>For every tensor it gives the measures that people report; the relative error is that of the
 * course assignment DD2424 at KTH. With a the value of an element by backpropagation, and d by the
 * difference quotient:
 *
 * <ul>
 *   <li>maximum relative error: {@code |a - d| / max(1e-6, |a| + |d|)};
 *   <li>relative error of the norms: {@code ||a - d|| / max(1e-6, ||a|| + ||d||)}, Euclidean, over
 *       the elements that are compared;
 *   <li>maximum and mean absolute difference: {@code |a - d|};
 *   <li>share of the elements whose absolute difference is within the tolerance.
 * </ul>
 *
 * <p>A difference quotient is itself only good to about 1e-9 here: L is some 100 nats, and its
 * rounding errors of 1e-14 are divided by 2h = 2e-5. For elements below 1e-4 the relative error
 * measures that, not the gradient.
 *
 * <p>Elements do not depend on each other, so several {@link #threads} share them.
 *
 * <p>Not safe for use by several threads at a time; its reports are.
 *
 * @since 0.1
 */
public final class GradientCheck {
  private static final double RELATIVE_FLOOR = 1e-6;

  /** Multiply-adds, some milliseconds, for which a thread is worth starting. */
  private static final double WORTH_STARTING = 1e7;

  /** Without further threads a check takes less memory than so many of them add. */
  private static final int ALONE = 5;

  private final VanillaRnn model;
  private int sequenceLength = 25;
  private double difference = 1e-5;
  private double tolerance = 1e-6;
  private int elements = Integer.MAX_VALUE;
  private long seed = 1;
  private OptionalInt threads = OptionalInt.empty();

  private GradientCheck(VanillaRnn model) {
    this.model = model;
  }

  /**
   * {@return a check of the gradient at the parameters of a model}
   *
   * @param model new or trained
   */
  public static GradientCheck of(VanillaRnn model) {
    Objects.requireNonNull(model, "model");
    return new GradientCheck(model);
  }

  /**
   * How one tensor came out. Immutable, and safe for use by many threads.
   *
   * @since 0.1
   */
  public static final class Tensor {
    private final String name;
    private final long elements;
    private final long size;
    private final double maxRelativeError;
    private final double relativeErrorOfNorms;
    private final double maxAbsoluteDifference;
    private final double meanAbsoluteDifference;
    private final double shareWithinTolerance;

    private Tensor(
        String name,
        long elements,
        long size,
        double maxRelativeError,
        double relativeErrorOfNorms,
        double maxAbsoluteDifference,
        double meanAbsoluteDifference,
        double shareWithinTolerance) {
      this.name = name;
      this.elements = elements;
      this.size = size;
      this.maxRelativeError = maxRelativeError;
      this.relativeErrorOfNorms = relativeErrorOfNorms;
      this.maxAbsoluteDifference = maxAbsoluteDifference;
      this.meanAbsoluteDifference = meanAbsoluteDifference;
      this.shareWithinTolerance = shareWithinTolerance;
    }

    /** {@return the tensor: U, W, V, b or c} */
    public String name() {
      return name;
    }

    /** {@return how many of its elements were compared} */
    public long elements() {
      return elements;
    }

    /** {@return how many it has} */
    public long size() {
      return size;
    }

    /** {@return the largest {@code |a - d| / max(1e-6, |a| + |d|)}} */
    public double maxRelativeError() {
      return maxRelativeError;
    }

    /** {@return the relative error of the norms, {@code ||a - d|| / max(1e-6, ||a|| + ||d||)}} */
    public double relativeErrorOfNorms() {
      return relativeErrorOfNorms;
    }

    /** {@return the largest {@code |a - d|}} */
    public double maxAbsoluteDifference() {
      return maxAbsoluteDifference;
    }

    /** {@return the mean {@code |a - d|}} */
    public double meanAbsoluteDifference() {
      return meanAbsoluteDifference;
    }

    /** {@return the share with {@code |a - d|} at most the tolerance, from 0 to 1} */
    public double shareWithinTolerance() {
      return shareWithinTolerance;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Tensor that
          && name.equals(that.name)
          && elements == that.elements
          && size == that.size
          && Double.compare(maxRelativeError, that.maxRelativeError) == 0
          && Double.compare(relativeErrorOfNorms, that.relativeErrorOfNorms) == 0
          && Double.compare(maxAbsoluteDifference, that.maxAbsoluteDifference) == 0
          && Double.compare(meanAbsoluteDifference, that.meanAbsoluteDifference) == 0
          && Double.compare(shareWithinTolerance, that.shareWithinTolerance) == 0;
    }

    @Override
    public int hashCode() {
      return Objects.hash(
          name,
          elements,
          size,
          maxRelativeError,
          relativeErrorOfNorms,
          maxAbsoluteDifference,
          meanAbsoluteDifference,
          shareWithinTolerance);
    }

    @Override
    public String toString() {
      return "Tensor[name="
          + name
          + ", elements="
          + elements
          + ", size="
          + size
          + ", maxRelativeError="
          + maxRelativeError
          + ", relativeErrorOfNorms="
          + relativeErrorOfNorms
          + ", maxAbsoluteDifference="
          + maxAbsoluteDifference
          + ", meanAbsoluteDifference="
          + meanAbsoluteDifference
          + ", shareWithinTolerance="
          + shareWithinTolerance
          + "]";
    }
  }

  /**
   * The outcome of a check. Immutable, and safe for use by many threads.
   *
   * @since 0.1
   */
  public static final class Report {
    private final List<Tensor> parameters;
    private final double[] state;
    private final Gradient backpropagation;
    private final Gradient differences;

    private Report(
        List<Tensor> parameters, double[] state, Gradient backpropagation, Gradient differences) {
      this.parameters = List.copyOf(parameters);
      this.state = state;
      this.backpropagation = backpropagation;
      this.differences = differences;
    }

    /** {@return how U, W, V, b and c came out, in this order; immutable} */
    public List<Tensor> parameters() {
      return parameters;
    }

    /** {@return whether every element that was compared is within the tolerance} */
    public boolean passed() {
      return parameters.stream().allMatch(tensor -> tensor.shareWithinTolerance() == 1);
    }

    /** {@return a copy of the state, (m), from which the window starts} */
    public double[] state() {
      return state.clone();
    }

    /** {@return what backpropagation through time has computed} */
    public Gradient backpropagation() {
      return backpropagation;
    }

    /** {@return the difference quotients; NaN where an element was not compared} */
    public Gradient differences() {
      return differences;
    }

    @Override
    public String toString() {
      return parameters.toString();
    }
  }

  /**
   * The number of characters in the window, n; 25 unless set.
   *
   * @param sequenceLength at least 1
   * @return this check
   * @throws IllegalArgumentException if sequenceLength is below 1
   */
  public GradientCheck sequenceLength(int sequenceLength) {
    this.sequenceLength = Range.atLeast(1, "sequenceLength", sequenceLength);
    return this;
  }

  /**
   * By how much a parameter is moved each way, h; 1e-5 unless set.
   *
   * @param difference above 0 and finite
   * @return this check
   * @throws IllegalArgumentException if difference is not above 0 and finite
   */
  public GradientCheck difference(double difference) {
    this.difference = Range.ABOVE_ZERO_AND_FINITE.require("difference", difference);
    return this;
  }

  /**
   * The largest absolute difference of an element that is right; 1e-6 unless set.
   *
   * @param tolerance above 0 and finite
   * @return this check
   * @throws IllegalArgumentException if tolerance is not above 0 and finite
   */
  public GradientCheck tolerance(double tolerance) {
    this.tolerance = Range.ABOVE_ZERO_AND_FINITE.require("tolerance", tolerance);
    return this;
  }

  /**
   * Compares only so many elements of each tensor, drawn at random, instead of all.
   *
   * @param elements at least 1
   * @return this check
   * @throws IllegalArgumentException if elements is below 1
   */
  public GradientCheck elements(int elements) {
    this.elements = Range.atLeast(1, "elements", elements);
    return this;
  }

  /**
   * What the starting state and the sampled elements are drawn from; 1 unless set.
   *
   * @param seed any number
   * @return this check
   */
  public GradientCheck seed(long seed) {
    this.seed = seed;
    return this;
  }

  /**
   * How many threads share the elements, the caller's among them; unless set, as many as pay, which
   * depends on the sizes and on the number of processors. The report is the same with any number.
   *
   * @param threads from 1 to 1,024
   * @return this check
   * @throws IllegalArgumentException if threads is not from 1 to 1,024
   */
  public GradientCheck threads(int threads) {
    this.threads = OptionalInt.of(Range.within(1, Trainer.MAX_THREADS, "threads", threads));
    return this;
  }

  /**
   * Runs the check on the first sequenceLength + 1 characters of a text.
   *
   * @param text at least sequenceLength + 1 characters, in the model's vocabulary
   * @return how well backpropagation and difference quotients agree, for each of U, W, V, b and c
   * @throws IllegalArgumentException if the text has fewer than sequenceLength + 1 characters or
   *     another vocabulary than the model, or if checking does not fit into the heap or into Java's
   *     arrays
   */
  public Report run(EncodedText text) {
    Objects.requireNonNull(text, "text");
    return run(text, gradient -> {});
  }

  /** The check of a gradient that has been tampered with. */
  Report run(EncodedText text, Consumer<Parameters> change) {
    Window window = startingWindow(text);
    double loss = window.forward(sequenceLength);
    window.backward();
    change.accept(window.gradient());
    return compare(window, loss);
  }

  /** The first window of the text, its starting state uniform in (-0.5, 0.5). */
  private Window startingWindow(EncodedText text) {
    model.requireSameVocab(text);
    if (text.length() <= sequenceLength) {
      throw new IllegalArgumentException(
          "sequenceLength "
              + sequenceLength
              + " needs at least "
              + (sequenceLength + 1L)
              + " characters, the text has "
              + text.length());
    }
    int m = model.hiddenSize();
    int k = model.vocab().size();
    String what =
        "checking gradients with hiddenSize " + m + " and sequenceLength " + sequenceLength;
    double others = (threads.orElse(1) - 1) * bytesPerThread();
    Window.requireTrainable(what, sequenceLength, 1, m, k, 1, (long) others);
    Window window = Window.forTraining(sequenceLength, 1, model.parameters());
    text.copy(0, window.symbols, 0, 1, sequenceLength + 1);
    Xoshiro256 random = new Xoshiro256(seed);
    for (int j = 0; j < model.hiddenSize(); j++) {
      window.h[j] = random.nextDouble() - 0.5;
    }
    return window;
  }

  /** Parameters to move, what a kernel packs of them, a window. */
  private double bytesPerThread() {
    double m = model.hiddenSize();
    double k = model.vocab().size();
    return Double.BYTES * 3.0 * (model.parameterCount() + sequenceLength * (m + k));
  }

  private int threadsThatPay() {
    double m = model.hiddenSize();
    double k = model.vocab().size();
    double compared = 0;
    for (Parameters.Tensor tensor : Parameters.tensors()) {
      compared += Math.min(elements, model.parameters().get(tensor).length);
    }
    double byWork = compared * 2 * sequenceLength * m * (m + k) / WORTH_STARTING;
    double byMemory = Runtime.getRuntime().maxMemory() / bytesPerThread() - ALONE;
    return Crew.sizeFor(Math.min(byWork, byMemory));
  }

  private Report compare(Window window, double loss) {
    Parameters gradient = window.gradient();
    Parameters differences = gradient.copy();
    differences.fill(Double.NaN);
    Xoshiro256 random = new Xoshiro256(seed + 1);
    List<Tensor> tensors = new ArrayList<>();
    try (Crew crew = new Crew(threads.orElseGet(this::threadsThatPay))) {
      Mover[] movers = new Mover[crew.size()];
      Arrays.setAll(movers, i -> new Mover(window));
      for (Parameters.Tensor tensor : Parameters.tensors()) {
        double[] g = gradient.get(tensor);
        int[] chosen = choose(g.length, random);
        double[] quotients = new double[chosen.length];
        crew.run(
            crew.size(),
            (member, members) -> {
              for (int i = member; i < chosen.length; i += members) {
                quotients[i] = movers[member].quotient(tensor, chosen[i]);
              }
            });
        for (int i = 0; i < chosen.length; i++) {
          differences.get(tensor)[chosen[i]] = quotients[i];
        }
        tensors.add(compare(tensor.symbol(), g, chosen, quotients));
      }
    }
    double[] state = Arrays.copyOf(window.entering(), model.hiddenSize());
    return new Report(
        tensors, state, new Gradient(loss, gradient), new Gradient(loss, differences));
  }

  /** Moves one parameter at a time; belongs to one thread. */
  private final class Mover {
    private final Parameters p = model.parameters().copy();
    private final Window window = Window.forEvaluation(sequenceLength, p);

    /** Over the window of another one. */
    Mover(Window like) {
      System.arraycopy(like.symbols, 0, window.symbols, 0, like.symbols.length);
      System.arraycopy(like.h, 0, window.h, 0, model.hiddenSize());
    }

    double quotient(Parameters.Tensor tensor, int i) {
      double[] theta = p.get(tensor);
      double original = theta[i];
      theta[i] = original + difference;
      window.load(p);
      double above = window.forward(sequenceLength);
      theta[i] = original - difference;
      window.load(p);
      double below = window.forward(sequenceLength);
      theta[i] = original;
      return (above - below) / (2 * difference);
    }
  }

  private Tensor compare(String name, double[] gradient, int[] chosen, double[] quotients) {
    double maxRelative = 0;
    double maxAbsolute = 0;
    double sum = 0;
    double differenceSquared = 0;
    double gradientSquared = 0;
    double quotientSquared = 0;
    long within = 0;
    int count = chosen.length;
    for (int i = 0; i < count; i++) {
      double g = gradient[chosen[i]];
      double quotient = quotients[i];
      double absolute = Math.abs(g - quotient);
      double size = Math.abs(g) + Math.abs(quotient);
      maxRelative = Math.max(maxRelative, absolute / Math.max(RELATIVE_FLOOR, size));
      maxAbsolute = Math.max(maxAbsolute, absolute);
      sum += absolute;
      differenceSquared += absolute * absolute;
      gradientSquared += g * g;
      quotientSquared += quotient * quotient;
      within += absolute <= tolerance ? 1 : 0;
    }
    double norms = Math.sqrt(gradientSquared) + Math.sqrt(quotientSquared);
    return new Tensor(
        name,
        count,
        gradient.length,
        maxRelative,
        Math.sqrt(differenceSquared) / Math.max(RELATIVE_FLOOR, norms),
        maxAbsolute,
        sum / count,
        (double) within / count);
  }

  /** All indices below length, or a random choice of as many as asked for. */
  private int[] choose(int length, Xoshiro256 random) {
    int[] indices = new int[length];
    Arrays.setAll(indices, i -> i);
    int count = Math.min(elements, length);
    if (count < length) {
      for (int i = 0; i < count; i++) { // the first steps of Fisher and Yates' shuffle
        int j = i + (int) random.nextLong(length - i);
        int index = indices[j];
        indices[j] = indices[i];
        indices[i] = index;
      }
    }
    return Arrays.copyOf(indices, count);
  }
}
