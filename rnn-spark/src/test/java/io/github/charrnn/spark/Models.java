package io.github.charrnn.spark;

import io.github.charrnn.CharVocab;
import io.github.charrnn.Documents;
import io.github.charrnn.Initializer;
import io.github.charrnn.VanillaRnn;

/** Small models whose parameters are large enough that every symbol is predicted differently. */
final class Models {
  static final String LETTERS = "abcdefghijklmnop";

  /** Of texts, with lines in them. */
  static final VanillaRnn BOOK = of(LETTERS + "\n");

  /** That cannot tell where a line ends. */
  static final VanillaRnn ENDLESS = of(LETTERS);

  /** Of lines. */
  static final VanillaRnn LIST =
      VanillaRnn.builder(CharVocab.of(LETTERS + "\n"))
          .hiddenSize(12)
          .initializer(Initializer.normal(0.5))
          .documents(Documents.lines())
          .build();

  private Models() {}

  private static VanillaRnn of(String symbols) {
    return VanillaRnn.builder(CharVocab.of(symbols))
        .hiddenSize(12)
        .initializer(Initializer.normal(0.5))
        .build();
  }
}
