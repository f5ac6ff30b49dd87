package io.github.charrnn;

import io.github.charrnn.internal.Range;
import java.util.Objects;

/**
 * How well a model predicted the held-out text during training; see {@link Trainer#validation}.
 * Immutable, and safe for use by many threads.
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
   * A held-out loss of these numbers.
   *
   * @param step at least 0
   * @param natsPerCharacter at least 0 and finite
   * @throws IllegalArgumentException if a number is not in its range
   */
  public static HeldOutLoss of(long step, double natsPerCharacter) {
    Range.atLeast(0, "step", step);
    Range.AT_LEAST_ZERO_AND_FINITE.require("natsPerCharacter", natsPerCharacter);
    return new HeldOutLoss(step, natsPerCharacter);
  }

  /** The number of steps taken before. */
  public long step() {
    return step;
  }

  /** The cross-entropy, in nats per character, as {@link VanillaRnn#evaluate} has it. */
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
