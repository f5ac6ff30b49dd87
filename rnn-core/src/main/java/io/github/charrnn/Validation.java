package io.github.charrnn;

/**
 * What a run was measured with, beside the text that it was trained on; see {@link
 * Trainer#validation}. Immutable, and safe for use by many threads.
 *
 * @param length characters held out, in all pieces together
 * @param pieces how many pieces these are
 * @param every after how many steps the model was measured, each time
 */
public record Validation(long length, int pieces, long every) {}
