package io.github.charrnn.cli.report;

import io.github.charrnn.EncodedText;
import io.github.charrnn.VanillaRnn;

/** What measuring may take: a report must cost training neither its time nor its memory. */
final class Budget {
  /** Training has as many doubles as this many models, and a check of gradients beside it. */
  private static final double MODELS = 12;

  private static final double MODELS_WITH_CHECK = 18;

  private final VanillaRnn model;

  /** Beside the training of a model. */
  Budget(VanillaRnn model) {
    this.model = model;
  }

  /** Bytes for words, and as many for n-grams. */
  long room() {
    double most = Runtime.getRuntime().maxMemory() / 8.0;
    return (long) Math.max(most / 8, Math.min(most, spare(MODELS) / 4));
  }

  /** Whether the heap has room for a check of the model's own gradient. */
  boolean allowsGradientCheck() {
    return spare(MODELS_WITH_CHECK) >= 0;
  }

  /** Bytes that training leaves of the heap if it takes as much as so many models. */
  private double spare(double models) {
    return Runtime.getRuntime().maxMemory() - Double.BYTES * models * model.parameterCount();
  }

  /** How many characters a model can read with so many multiplications. */
  static long characters(VanillaRnn model, double multiplications) {
    double m = model.hiddenSize();
    return (long) (multiplications / (m * (m + model.vocab().size())));
  }

  /** As much of a text as a length allows, from its beginning. */
  static EncodedText beginning(EncodedText text, long length) {
    return text.part(0, Math.min(text.length(), length));
  }
}
