package io.github.charrnn;

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
 * @param textLength symbols in the text
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
    long step,
    double smoothLoss) {}
