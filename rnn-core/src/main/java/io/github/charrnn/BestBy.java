package io.github.charrnn;

/**
 * What says which model of a run is its {@linkplain TrainingResult#best best}. Immutable, and safe
 * for use by many threads.
 *
 * @since 0.1
 */
public enum BestBy {
  /** The lowest smooth loss, as in the published recipe: that of an easy stretch of the text. */
  SMOOTH,

  /** The lowest held-out loss; needs {@link Trainer#validation}. */
  VALIDATION,

  /** None: the best model is the one after the last step. */
  LAST
}
