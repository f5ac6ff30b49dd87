package io.github.charrnn;

/**
 * What a model wrote during training. Immutable, and safe for use by many threads.
 *
 * @param step the number of steps taken before
 * @param smoothLoss the smooth loss at that step, in nats per window; NaN at step 0
 * @param text what the model wrote
 */
public record Sample(long step, double smoothLoss, String text) {}
