package io.github.charrnn;

import io.github.charrnn.internal.Range;
import java.util.Objects;

/**
 * What a model wrote during training. Immutable, and safe for use by many threads.
 *
 * @since 0.1
 */
public final class Sample {
  private static final int SHOWN = 60; // characters

  private final long step;
  private final double smoothLoss;
  private final String text;

  private Sample(long step, double smoothLoss, String text) {
    this.step = step;
    this.smoothLoss = smoothLoss;
    this.text = text;
  }

  /**
   * {@return a sample of a step and a text}
   *
   * @param step at least 0
   * @param smoothLoss NaN or at least 0
   * @param text what the model wrote
   * @throws IllegalArgumentException if step is below 0, or smoothLoss is not NaN or at least 0
   */
  public static Sample of(long step, double smoothLoss, String text) {
    Range.atLeast(0, "step", step);
    Range.AT_LEAST_ZERO_OR_NAN.require("smoothLoss", smoothLoss);
    return new Sample(step, smoothLoss, Objects.requireNonNull(text, "text"));
  }

  /** {@return the number of steps taken before} */
  public long step() {
    return step;
  }

  /** {@return the smooth loss at that step, in nats per window; NaN at step 0} */
  public double smoothLoss() {
    return smoothLoss;
  }

  /** {@return what the model wrote} */
  public String text() {
    return text;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Sample that
        && step == that.step
        && Double.compare(smoothLoss, that.smoothLoss) == 0
        && text.equals(that.text);
  }

  @Override
  public int hashCode() {
    return Objects.hash(step, smoothLoss, text);
  }

  /** With the beginning of a long text. */
  @Override
  public String toString() {
    int characters = text.codePointCount(0, text.length());
    String shown =
        characters <= SHOWN ? text : text.substring(0, text.offsetByCodePoints(0, SHOWN)) + "...";
    return "Sample[step=" + step + ", smoothLoss=" + smoothLoss + ", text=" + shown + "]";
  }
}
