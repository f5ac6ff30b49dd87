package io.github.charrnn.bench;

import io.github.charrnn.CharVocab;
import io.github.charrnn.EncodedText;
import java.io.IOException;
import java.nio.file.Path;
import java.util.SplittableRandom;

/** What the benchmarks train on. */
final class Texts {
  private static final int LENGTH = 1_000_000;

  private Texts() {}

  /** A UTF-8 file, or for an empty name 1,000,000 seeded random symbols of so many. */
  static EncodedText read(String file, int vocabSize) throws IOException {
    if (!file.isEmpty()) {
      return EncodedText.read(Path.of(file));
    }
    SplittableRandom random = new SplittableRandom(1);
    StringBuilder symbols = new StringBuilder(LENGTH);
    for (int i = 0; i < LENGTH; i++) {
      symbols.append((char) (' ' + random.nextInt(vocabSize)));
    }
    return CharVocab.of(symbols).encode(symbols);
  }
}
