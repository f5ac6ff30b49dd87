package io.github.charrnn;

import io.github.charrnn.internal.SymbolArray;
import io.github.charrnn.internal.Xoshiro256;

/**
 * The documents of a text in a new order for every epoch: in the order of a list, a model would
 * learn the list. The order follows from seed and epoch alone.
 */
final class Shuffle {
  private final EncodedText text;
  private final long seed;
  private final long[] begins; // (documents + 1): the places of the boundaries

  /**
   * Finds the documents.
   *
   * @throws IllegalArgumentException if the text does not begin and end with a boundary
   */
  Shuffle(EncodedText text, Documents documents, long seed) {
    this.text = text;
    this.seed = seed;
    begins = new Boundaries(text, documents).places();
  }

  /** All documents, in the order of an epoch. */
  EncodedText inEpoch(long epoch) {
    Xoshiro256 random = new Xoshiro256(Xoshiro256.hash(seed, epoch));
    int[] order = new int[begins.length - 1];
    for (int i = 0; i < order.length; i++) { // Fisher and Yates, from the inside out
      int j = (int) random.nextLong(i + 1);
      order[i] = order[j];
      order[j] = i;
    }
    SymbolArray symbols = new SymbolArray();
    int[] buffer = new int[1 << 12];
    for (int document : order) {
      copy(begins[document], begins[document + 1], buffer, symbols);
    }
    symbols.add(text.symbol(0));
    return EncodedText.of(text.vocab(), symbols);
  }

  /** A boundary and the document after it. */
  private void copy(long from, long end, int[] buffer, SymbolArray to) {
    for (long at = from; at < end; at += buffer.length) {
      int count = (int) Math.min(buffer.length, end - at);
      text.copy(at, buffer, 0, 1, count);
      for (int i = 0; i < count; i++) {
        to.add(buffer[i]);
      }
    }
  }
}
