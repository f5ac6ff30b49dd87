package io.github.charrnn;

/**
 * What a run was measured with, beside the text that it was trained on; see {@link
 * Trainer#validation}. Immutable, and safe for use by many threads.
 *
 * @param length characters held out
 * @param every after how many steps the model was measured, each time
 * @param selects whether the best model is the one with the lowest held-out loss
 */
public record Validation(long length, long every, boolean selects) {}
