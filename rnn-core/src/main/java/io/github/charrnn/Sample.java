package io.github.charrnn;

/**
 * A text that a model has written during training. Immutable, and safe for use by many threads.
 *
 * @param step the number of steps taken before
 * @param smoothLoss the smooth loss at that step, in nats per window; NaN at step 0
 * @param text what the model has written
 */
public record Sample(long step, double smoothLoss, String text) {}
