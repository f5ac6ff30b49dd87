package io.github.charrnn;

import io.github.charrnn.internal.Parameters;
import java.util.Map;
import java.util.Optional;

/**
 * What takes the steps of a {@link Training}, and owns what a step needs beside the parameters: the
 * place in the text, the states of all streams, and the optimizer's memories. In two halves,
 * because a model may have to be kept before it changes: {@link #read}, then {@link #update}.
 */
interface Steps {
  /** The characters that are trained on. */
  long textLength();

  /** At most so many steps are taken at once; those that are end at a multiple of it. */
  int atOnce();

  /**
   * Reads on, with the parameters as they stand.
   *
   * @param step how many steps have been taken
   * @param end how many there are to be at most, more than step
   * @return how many steps were read, at least 1
   */
  int read(long step, long end);

  /**
   * The loss of a window that was read, in nats, the mean over the streams.
   *
   * @param index from 0 to what read gave, less 1
   */
  double loss(int index);

  /**
   * Moves the parameters by what was read.
   *
   * @param step how many steps have been taken, without those that were read
   * @param rate the learning rate of the first of these
   */
  void update(long step, double rate);

  /** Whether numbers might have become infinite without a loss showing it. */
  boolean mayOverflow();

  /** What is not finite, as the subject of a sentence, if anything is. */
  Optional<String> overflown();

  /** So many steps are to come, at least 0. */
  default void expect(long steps) {}

  /** Before the first step of a run that begins with a trained model. */
  void recall(long earlierCharacters);

  /** Of which the first m numbers are the state of the first stream; not a copy. */
  double[] states();

  /** A copy of the states, (B, m), that the next windows start from. */
  double[] entering();

  /** What the optimizer remembers, by the names that files have for it; not copies. */
  Map<String, Parameters> memories();

  /**
   * Goes on from other memories and states; the parameters have changed, too.
   *
   * @param rollbacks how often the learning rate has been halved
   * @param earlierCharacters read by the runs before this one
   */
  void restore(
      Map<String, Parameters> memories, double[] entering, int rollbacks, long earlierCharacters);
}
