package io.github.charrnn;

import java.util.Optional;

/**
 * How the parameters of a model came about, beside its seed: the last run that trained them.
 *
 * @param sequenceLength symbols in a window
 * @param batchSize streams side by side
 * @param learningRate above 0 and finite; what the run was started with
 * @param rollbacks how many times training had diverged and gone back, each time with half the
 *     learning rate that it had had
 * @param clip the bound on each element of the gradient, infinite if there was none
 * @param optimizer how gradients changed parameters
 * @param textLength symbols in the text, without what was held out
 * @param validation what the run was measured with, if anything was held out
 * @param step the step after which the parameters stood like this
 * @param smoothLoss the smooth loss at that step, in nats per window; NaN at step 0
 */
public record TrainingSummary(
    int sequenceLength,
    int batchSize,
    double learningRate,
    int rollbacks,
    double clip,
    Optimizer optimizer,
    long textLength,
    Optional<Validation> validation,
    long step,
    double smoothLoss) {

  /** How many steps a pass through the text takes; at least 1 for a text that can be trained on. */
  public long stepsPerEpoch() {
    return stepsPerEpoch(textLength, batchSize, sequenceLength);
  }

  /** The same run at another step. */
  TrainingSummary at(long otherStep, double otherSmoothLoss) {
    return new TrainingSummary(
        sequenceLength,
        batchSize,
        learningRate,
        rollbacks,
        clip,
        optimizer,
        textLength,
        validation,
        otherStep,
        otherSmoothLoss);
  }

  static long stepsPerEpoch(long textLength, int batchSize, int sequenceLength) {
    return Math.max(0, (textLength / batchSize - 1) / sequenceLength);
  }
}
