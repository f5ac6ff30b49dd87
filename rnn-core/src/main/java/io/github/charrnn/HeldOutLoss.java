package io.github.charrnn;

/**
 * How well a model predicted the held-out text during training; see {@link Trainer#validation}.
 * Immutable, and safe for use by many threads.
 *
 * @param step the number of steps taken before
 * @param natsPerCharacter the cross-entropy, in nats per character, as {@link VanillaRnn#evaluate}
 *     has it
 */
public record HeldOutLoss(long step, double natsPerCharacter) {}
