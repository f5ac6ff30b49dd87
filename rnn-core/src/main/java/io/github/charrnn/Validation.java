package io.github.charrnn;

import java.util.Objects;

/**
 * What a run was measured with, beside the text that it was trained on; see {@link
 * Trainer#validation}. Immutable, and safe for use by many threads.
 *
 * @since 0.1
 */
public final class Validation {
  private final long length;
  private final int pieces;
  private final long every;

  Validation(long length, int pieces, long every) {
    this.length = length;
    this.pieces = pieces;
    this.every = every;
  }

  /** {@return the characters held out, in all pieces together} */
  public long length() {
    return length;
  }

  /** {@return how many pieces these are} */
  public int pieces() {
    return pieces;
  }

  /** {@return after how many steps the model was measured, each time; at least 1} */
  public long every() {
    return every;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Validation that
        && length == that.length
        && pieces == that.pieces
        && every == that.every;
  }

  @Override
  public int hashCode() {
    return Objects.hash(length, pieces, every);
  }

  @Override
  public String toString() {
    return "Validation[length=" + length + ", pieces=" + pieces + ", every=" + every + "]";
  }
}
