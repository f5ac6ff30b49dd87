package io.github.charrnn;

/**
 * What a training run came to.
 *
 * @param best the model at the lowest smooth loss; the model that training started from if no step
 *     was taken
 * @param last the model after the last step
 * @param steps the number of steps taken
 * @param smoothLoss the smooth loss after the last step, in nats per window; NaN if there was none
 * @param bestSmoothLoss the lowest smooth loss, in nats per window; NaN if no step was taken
 * @param bestStep the step with the lowest smooth loss, counted from 1; 0 if no step was taken
 * @param charactersPerSecond symbols trained on per second spent in steps; 0 if no step was taken
 * @param history the losses, thinned for plotting
 */
public record TrainingResult(
    VanillaRnn best,
    VanillaRnn last,
    long steps,
    double smoothLoss,
    double bestSmoothLoss,
    long bestStep,
    double charactersPerSecond,
    LossHistory history) {}
