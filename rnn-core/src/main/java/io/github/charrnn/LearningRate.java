package io.github.charrnn;

import io.github.charrnn.internal.Named;
import io.github.charrnn.internal.Range;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * The learning rate, eta, step by step: a function of the number of a step and of nothing else, so
 * that a run that is resumed, or goes on for longer than was planned, follows the same course.
 *
 * <p>With x = (t - 1) / steps, at most 1, at step t, counted from 1, it is
 *
 * <ul>
 *   <li>constant: {@code rate};
 *   <li>linear: {@code rate + x (end - rate)};
 *   <li>exponential: {@code rate (end / rate)^x};
 *   <li>cosine: {@code end + (rate - end) (1 + cos(pi x)) / 2} (Loshchilov and Hutter, ICLR 2017,
 *       without restarts).
 * </ul>
 *
 * During the first {@code warmUp} steps it is that times {@code t / (warmUp + 1)}. After {@code
 * steps} steps it stays at {@code end}.
 *
 * <p>Immutable, and safe for use by many threads.
 *
 * @since 0.1
 */
public final class LearningRate {
  /**
   * The course of a learning rate. Immutable, and safe for use by many threads.
   *
   * @since 0.1
   */
  public enum Decay {
    /** The same at every step. */
    CONSTANT,
    /** In a straight line. */
    LINEAR,
    /** By the same factor at every step. */
    EXPONENTIAL,
    /** In half a wave of the cosine. */
    COSINE;

    /** Its name in files and on the command line. */
    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }

    /**
     * {@return the course of a name}
     *
     * @param name one of {@link #names}
     * @throws IllegalArgumentException if name is not one of {@link #names}
     */
    public static Decay named(String name) {
      return Named.find("schedule", name, Arrays.asList(values()), Decay::toString);
    }

    /** {@return the names of all courses, as {@link #named} takes them} */
    public static List<String> names() {
      return Arrays.stream(values()).map(Decay::toString).toList();
    }
  }

  private final double rate;
  private final Decay decay;
  private final double end;
  private final long steps;
  private final long warmUp;

  private LearningRate(double rate, Decay decay, double end, long steps, long warmUp) {
    Objects.requireNonNull(decay, "decay");
    Range.ABOVE_ZERO_AND_FINITE.require("learningRate", rate);
    Range.atLeast(0, "warmUp", warmUp);
    if (decay == Decay.CONSTANT) {
      require(end == rate, "finalLearningRate", end, "the rate, " + rate + ", if it is constant");
      require(steps == 0, "scheduleSteps", steps, "0 if the rate is constant");
    } else {
      Range least = decay == Decay.EXPONENTIAL ? Range.ABOVE_ZERO : Range.AT_LEAST_ZERO;
      require(
          least.holds().test(end) && end <= rate,
          "finalLearningRate",
          end,
          least.words() + " and at most the rate, " + rate);
      Range.atLeast(1, "scheduleSteps", steps);
    }
    this.rate = rate;
    this.decay = decay;
    this.end = end;
    this.steps = steps;
    this.warmUp = warmUp;
  }

  private static void require(boolean holds, String name, Object value, String words) {
    if (!holds) {
      throw new IllegalArgumentException(name + " is " + value + ", must be " + words);
    }
  }

  /**
   * {@return the same rate at every step}
   *
   * @param rate above 0 and finite
   * @throws IllegalArgumentException if rate is not above 0 and finite
   */
  public static LearningRate constant(double rate) {
    return new LearningRate(rate, Decay.CONSTANT, rate, 0, 0);
  }

  /**
   * {@return a rate that falls in a straight line to its end}
   *
   * @param rate above 0 and finite
   * @param end at least 0 and at most the rate
   * @param steps at least 1
   * @throws IllegalArgumentException if rate is not above 0 and finite, if end is not at least 0
   *     and at most the rate, or if steps is below 1
   */
  public static LearningRate linear(double rate, double end, long steps) {
    return new LearningRate(rate, Decay.LINEAR, end, steps, 0);
  }

  /**
   * {@return a rate that falls by the same factor at every step to its end}
   *
   * @param rate above 0 and finite
   * @param end above 0 and at most the rate
   * @param steps at least 1
   * @throws IllegalArgumentException if rate is not above 0 and finite, if end is not above 0 and
   *     at most the rate, or if steps is below 1
   */
  public static LearningRate exponential(double rate, double end, long steps) {
    return new LearningRate(rate, Decay.EXPONENTIAL, end, steps, 0);
  }

  /**
   * {@return a rate that falls in half a wave of the cosine to its end}
   *
   * @param rate above 0 and finite
   * @param end at least 0 and at most the rate
   * @param steps at least 1
   * @throws IllegalArgumentException if rate is not above 0 and finite, if end is not at least 0
   *     and at most the rate, or if steps is below 1
   */
  public static LearningRate cosine(double rate, double end, long steps) {
    return new LearningRate(rate, Decay.COSINE, end, steps, 0);
  }

  /**
   * {@return a rate that goes by a course to its end}
   *
   * @param rate above 0 and finite
   * @param decay the course
   * @param end at least 0, above 0 if the course is exponential, and at most the rate; the rate if
   *     it is constant
   * @param steps at least 1; 0 if it is constant
   * @throws IllegalArgumentException if rate is not above 0 and finite, if end is not at least 0
   *     (above 0 if the course is exponential) and at most the rate, or if steps is below 1; if the
   *     rate is constant, if end is not the rate or steps is not 0
   */
  public static LearningRate of(double rate, Decay decay, double end, long steps) {
    return new LearningRate(rate, decay, end, steps, 0);
  }

  /**
   * {@return the rate that its course is scaled by, above 0 and finite; no step has a higher one}
   */
  public double rate() {
    return rate;
  }

  /** {@return the course from the rate to the end} */
  public Decay decay() {
    return decay;
  }

  /**
   * {@return the rate after all steps, at most {@link #rate}} At least 0, above 0 if the course is
   * exponential; the rate itself if it is constant.
   */
  public double end() {
    return end;
  }

  /** {@return how many steps it takes to the end, at least 1; 0 if the rate is constant} */
  public long steps() {
    return steps;
  }

  /** {@return how many steps at the beginning have lower rates; at least 0} */
  public long warmUp() {
    return warmUp;
  }

  /**
   * {@return the same course to another end}
   *
   * @param end at least 0, above 0 if the course is exponential, and at most the rate; the rate if
   *     it is constant
   * @param steps at least 1; 0 if it is constant
   * @throws IllegalArgumentException if end is not at least 0 (above 0 if the course is
   *     exponential) and at most the rate, or if steps is below 1; if the rate is constant, if end
   *     is not the rate or steps is not 0
   */
  public LearningRate withEnd(double end, long steps) {
    return new LearningRate(rate, decay, end, steps, warmUp);
  }

  /**
   * {@return the same with lower rates at the beginning}
   *
   * @param warmUp at least 0; steps
   * @throws IllegalArgumentException if warmUp is below 0
   */
  public LearningRate withWarmUp(long warmUp) {
    return new LearningRate(rate, decay, end, steps, warmUp);
  }

  /**
   * {@return the same scaled to another rate, the end with it}
   *
   * @param newRate above 0 and finite
   * @throws IllegalArgumentException if newRate is not above 0 and finite
   */
  public LearningRate withRate(double newRate) {
    if (newRate == rate) {
      return this; // with the end to the bit
    }
    return new LearningRate(
        newRate,
        decay,
        decay == Decay.CONSTANT ? newRate : end == 0 ? 0 : newRate * (end / rate),
        steps,
        warmUp);
  }

  /**
   * {@return the rate of a step, at least 0 and at most {@link #rate}}
   *
   * @param step counted from 1
   */
  public double at(long step) {
    double warm = step > warmUp ? 1 : step / (warmUp + 1.0);
    return warm * (step > steps ? end : decayed((step - 1.0) / steps));
  }

  private double decayed(double x) {
    return switch (decay) {
      case CONSTANT -> rate;
      case LINEAR -> rate + x * (end - rate);
      case EXPONENTIAL ->
          Math.max(end, rate * StrictMath.exp(x * (StrictMath.log(end) - StrictMath.log(rate))));
      case COSINE -> end + (rate - end) * (1 + StrictMath.cos(StrictMath.PI * x)) / 2;
    };
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof LearningRate that
        && Double.compare(rate, that.rate) == 0
        && decay == that.decay
        && Double.compare(end, that.end) == 0
        && steps == that.steps
        && warmUp == that.warmUp;
  }

  @Override
  public int hashCode() {
    return Objects.hash(rate, decay, end, steps, warmUp);
  }

  /** The number if that is all, else as in "0.003, linear to 0.0 at step 5,000". */
  @Override
  public String toString() {
    String text = Double.toString(rate);
    if (decay != Decay.CONSTANT) {
      text += String.format(Locale.ROOT, ", %s to %s at step %,d", decay, end, steps);
    }
    if (warmUp > 0) {
      text += String.format(Locale.ROOT, ", warm-up of %,d steps", warmUp);
    }
    return text;
  }
}
