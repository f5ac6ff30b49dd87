package io.github.charrnn.cli.report;

import com.google.gson.JsonElement;
import io.github.charrnn.Sampler;
import io.github.charrnn.VanillaRnn;

/** The words in what a model wrote for them to be counted, which nobody sees. */
record DrawnWords(int characters, Words.Count count) {
  private static final int LENGTH = 200; // as long as a sample
  private static final int PASSAGES = 25;
  private static final int FEWEST = 5;
  private static final long TRAINED = 100_000; // characters that are worth one passage

  /**
   * Draws them: the passages of the last seeds below zero, which no sample has.
   *
   * @param step at which the model stands
   * @param trained characters of the whole run: a short one gets fewer, or they cost more than 2 %
   */
  static DrawnWords of(VanillaRnn model, long step, long trained, Words book) {
    int passages = (int) Math.max(FEWEST, Math.min(PASSAGES, trained / TRAINED));
    int characters = 0;
    Words.Count count = new Words.Count(0, 0);
    long seed = -PASSAGES * (step + 1);
    for (String passage : Sampler.of(model).seed(seed).threads(1).samples(LENGTH, passages)) {
      characters += passage.codePointCount(0, passage.length());
      count = count.plus(book.count(passage));
    }
    return new DrawnWords(characters, count);
  }

  JsonElement json() {
    return count.json().put("characters", characters).json();
  }
}
