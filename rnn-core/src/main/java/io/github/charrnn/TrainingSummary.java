package io.github.charrnn;

import io.github.charrnn.internal.Header;
import io.github.charrnn.internal.Streams;
import java.util.Objects;
import java.util.Optional;

/**
 * The last run that trained a model: with its seed, how its parameters came about. Immutable, and
 * safe for use by many threads.
 *
 * @since 0.1
 */
public final class TrainingSummary {
  private final Recipe recipe;
  private final int rollbacks;
  private final long textLength;
  private final Optional<Validation> validation;
  private final BestBy bestBy;
  private final long step;
  private final double smoothLoss;
  private final long earlierCharacters;

  TrainingSummary(
      Recipe recipe,
      int rollbacks,
      long textLength,
      Optional<Validation> validation,
      BestBy bestBy,
      long step,
      double smoothLoss,
      long earlierCharacters) {
    this.recipe = recipe;
    this.rollbacks = rollbacks;
    this.textLength = textLength;
    this.validation = validation;
    this.bestBy = bestBy;
    this.step = step;
    this.smoothLoss = smoothLoss;
    this.earlierCharacters = earlierCharacters;
  }

  /** What a model's file says of its training. */
  static Optional<TrainingSummary> of(Header header) {
    if (!header.isTrained()) {
      return Optional.empty();
    }
    Optional<Validation> validation =
        header.isValidated()
            ? Optional.of(
                new Validation(
                    header.validationLength, header.validationPieces, header.validationEvery))
            : Optional.empty();
    return Optional.of(
        new TrainingSummary(
            header.recipe,
            header.rollbacks,
            header.textLength,
            validation,
            header.bestBy(),
            header.step,
            header.smoothLoss,
            header.earlierCharacters));
  }

  /** {@return the settings that the run was started with} */
  public Recipe recipe() {
    return recipe;
  }

  /**
   * {@return how many times training had diverged and gone back} Each time it went on with half the
   * learning rate that it had had.
   */
  public int rollbacks() {
    return rollbacks;
  }

  /** {@return the characters in the text, without what was held out} */
  public long textLength() {
    return textLength;
  }

  /** {@return what the run was measured with, if anything was held out} */
  public Optional<Validation> validation() {
    return validation;
  }

  /** {@return what said which model was the best of the run} */
  public BestBy bestBy() {
    return bestBy;
  }

  /** {@return the step after which the parameters stood like this} */
  public long step() {
    return step;
  }

  /** {@return the smooth loss at that step, in nats per window; NaN at step 0} */
  public double smoothLoss() {
    return smoothLoss;
  }

  /**
   * {@return how many characters all runs before this one have read, each of which began with the
   * model of the one before}
   */
  public long earlierCharacters() {
    return earlierCharacters;
  }

  /**
   * {@return how many steps a pass through the text takes; at least 1 for a text that can be
   * trained on}
   */
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

  @Override
  public boolean equals(Object other) {
    return other instanceof TrainingSummary that
        && recipe.equals(that.recipe)
        && rollbacks == that.rollbacks
        && textLength == that.textLength
        && validation.equals(that.validation)
        && bestBy == that.bestBy
        && step == that.step
        && Double.compare(smoothLoss, that.smoothLoss) == 0
        && earlierCharacters == that.earlierCharacters;
  }

  @Override
  public int hashCode() {
    return Objects.hash(
        recipe, rollbacks, textLength, validation, bestBy, step, smoothLoss, earlierCharacters);
  }

  @Override
  public String toString() {
    return "TrainingSummary[recipe="
        + recipe
        + ", rollbacks="
        + rollbacks
        + ", textLength="
        + textLength
        + ", validation="
        + validation
        + ", bestBy="
        + bestBy
        + ", step="
        + step
        + ", smoothLoss="
        + smoothLoss
        + ", earlierCharacters="
        + earlierCharacters
        + "]";
  }
}
