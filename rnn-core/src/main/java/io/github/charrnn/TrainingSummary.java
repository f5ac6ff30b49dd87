package io.github.charrnn;

import io.github.charrnn.internal.Streams;
import java.util.Optional;

/**
 * The last run that trained a model: with its seed, how its parameters came about. Immutable, and
 * safe for use by many threads.
 *
 * @param recipe the settings that the run was started with
 * @param rollbacks how many times training had diverged and gone back, each time with half the
 *     learning rate that it had had
 * @param textLength characters in the text, without what was held out
 * @param validation what the run was measured with, if anything was held out
 * @param bestBy what said which model was the run's best
 * @param step the step after which the parameters stood like this
 * @param smoothLoss the smooth loss at that step, in nats per window; NaN at step 0
 * @param earlierCharacters how many characters all runs before this one have read, each of which
 *     began with the model of the one before
 */
public record TrainingSummary(
    Recipe recipe,
    int rollbacks,
    long textLength,
    Optional<Validation> validation,
    BestBy bestBy,
    long step,
    double smoothLoss,
    long earlierCharacters) {

  /** How many steps a pass through the text takes; at least 1 for a text that can be trained on. */
  public long stepsPerEpoch() {
    return new Streams(textLength, recipe.sequenceLength(), recipe.batchSize()).stepsPerEpoch();
  }

  /** The same run at another step. */
  TrainingSummary at(long otherStep, double otherSmoothLoss) {
    return new TrainingSummary(
        recipe,
        rollbacks,
        textLength,
        validation,
        bestBy,
        otherStep,
        otherSmoothLoss,
        earlierCharacters);
  }

  /** How many characters this run and all before it have read; a file may say very many. */
  long charactersInAll() {
    double characters = (double) step * recipe.sequenceLength() * recipe.batchSize();
    return (long) (earlierCharacters + characters);
  }
}
