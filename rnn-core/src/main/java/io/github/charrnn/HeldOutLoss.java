package io.github.charrnn;

import io.github.charrnn.internal.Range;
import java.util.Objects;

/**
 * How well a model predicted the held-out text during training; see {@link Trainer#validation}.
 * Immutable, and safe for use by many threads.
 *
 * @since 0.1
 */
public final class HeldOutLoss {
  private final long step;
  private final double natsPerCharacter;

  /** Unchecked: where training has diverged, it is NaN. */
  HeldOutLoss(long step, double natsPerCharacter) {
    this.step = step;
    this.natsPerCharacter = natsPerCharacter;
  }

  /**
   * {@return a held-out loss of these numbers}
   *
   * @param step at least 0
   * @param natsPerCharacter at least 0 and finite
   * @throws IllegalArgumentException if step is below 0, or natsPerCharacter not at least 0 and
   *     finite
   */
  public static HeldOutLoss of(long step, double natsPerCharacter) {
    Range.atLeast(0, "step", step);
    Range.AT_LEAST_ZERO_AND_FINITE.require("natsPerCharacter", natsPerCharacter);
    return new HeldOutLoss(step, natsPerCharacter);
  }

  /** {@return the number of steps taken before} */
  public long step() {
    return step;
  }

  /**
   * {@return the cross-entropy, in nats per character, as {@link VanillaRnn#evaluate} has it; at
   * least 0, but NaN or infinite where training has diverged}
   */
  public double natsPerCharacter() {
    return natsPerCharacter;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof HeldOutLoss that
        && step == that.step
        && Double.compare(natsPerCharacter, that.natsPerCharacter) == 0;
  }

  @Override
  public int hashCode() {
    return Objects.hash(step, natsPerCharacter);
  }

  @Override
  public String toString() {
    return "HeldOutLoss[step=" + step + ", natsPerCharacter=" + natsPerCharacter + "]";
  }
}
