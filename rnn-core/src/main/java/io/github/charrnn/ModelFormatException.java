package io.github.charrnn;

import java.io.IOException;
import java.util.Objects;

/**
 * A file is not a model or checkpoint, or it is damaged, or newer than this library.
 *
 * <p>Safe for use by many threads.
 *
 * @since 0.1
 */
public final class ModelFormatException extends IOException {
  private static final long serialVersionUID = 1;

  /** What is wrong, without the name of the file. */
  private final String reason;

  /** The byte of the file, counted from 0. */
  private final long offset;

  /**
   * What a reader of files throws.
   *
   * @param reason what is wrong, without the name of the file
   * @param offset the byte of the file, counted from 0, at which it was found
   */
  public ModelFormatException(String reason, long offset) {
    super(Objects.requireNonNull(reason, "reason") + " (at byte " + offset + ")");
    this.reason = reason;
    this.offset = offset;
  }

  /** {@return what is wrong, without the byte at which it was found} */
  public String reason() {
    return reason;
  }

  /** {@return the byte of the file, counted from 0, at which it was found} */
  public long offset() {
    return offset;
  }
}
