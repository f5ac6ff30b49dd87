package io.github.charrnn.internal;

/**
 * How a text is cut for training: into B streams of equal length side by side, each of them into
 * windows of n characters that follow each other, epoch after epoch. What is left over at the end
 * of the text, and of a stream, is not read. Where a run is follows from the number of its steps.
 */
public final class Streams {
  private final int sequenceLength; // n
  private final long length; // of a stream
  private final long stepsPerEpoch; // every window with the character that follows it

  /**
   * The streams of a text.
   *
   * @param textLength in characters
   */
  public Streams(long textLength, int sequenceLength, int batchSize) {
    this.sequenceLength = sequenceLength;
    length = textLength / batchSize;
    stepsPerEpoch = Math.max(0, (length - 1) / sequenceLength);
  }

  /** The fewest characters that a window for every stream needs. */
  public static long leastLength(int sequenceLength, int batchSize) {
    return (sequenceLength + 1L) * batchSize;
  }

  /** How many steps a pass through the text takes; 0 if the text is too short. */
  public long stepsPerEpoch() {
    return stepsPerEpoch;
  }

  /** How many times through the text so many steps are. */
  public double epochs(long steps) {
    return (double) steps / stepsPerEpoch;
  }

  /** The epoch that the next window is of, counted from 0. */
  public long epoch(long steps) {
    return steps / stepsPerEpoch;
  }

  /** Whether the next window is the first of an epoch, so that its states are zero. */
  public boolean beginsEpoch(long steps) {
    return steps % stepsPerEpoch == 0;
  }

  /** The place in the text of a stream's next window. */
  public long next(int stream, long steps) {
    return stream * length + steps % stepsPerEpoch * sequenceLength;
  }

  /** The place in a stream that has been read up to: at the end of an epoch that is its end. */
  public long read(long steps) {
    return steps == 0 ? 0 : ((steps - 1) % stepsPerEpoch + 1) * sequenceLength;
  }
}
