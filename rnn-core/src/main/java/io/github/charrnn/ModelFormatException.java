package io.github.charrnn;

import java.io.IOException;
import java.util.Objects;

/**
 * A file is not a model or checkpoint, or it is damaged, or newer than this library.
 *
 * <p>Safe for use by many threads.
 */
public final class ModelFormatException extends IOException {
  private static final long serialVersionUID = 1;

  private final String reason;
  private final long offset;

  /**
   * @param reason what is wrong, without the name of the file
   * @param offset the byte of the file at which it was found
   */
  public ModelFormatException(String reason, long offset) {
    super(Objects.requireNonNull(reason, "reason") + " (at byte " + offset + ")");
    this.reason = reason;
    this.offset = offset;
  }

  /** What is wrong. */
  public String reason() {
    return reason;
  }

  /** The byte of the file, counted from 0, at which it was found. */
  public long offset() {
    return offset;
  }
}
