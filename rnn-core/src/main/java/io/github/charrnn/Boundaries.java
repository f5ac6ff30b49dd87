package io.github.charrnn;

import java.util.Arrays;

/** Where the documents of a text begin and end. */
final class Boundaries {
  private final EncodedText text;
  private final int boundary;

  /**
   * Of a text that {@link Documents} has read.
   *
   * @throws IllegalArgumentException if the text does not begin and end with a boundary
   */
  Boundaries(EncodedText text, Documents documents) {
    this.text = text;
    boundary = documents.requireIn(text.vocab());
    if (text.length() == 0 || !isAt(0) || !isAt(text.length() - 1)) {
      throw new IllegalArgumentException(
          "the text does not begin and end with "
              + CharVocab.describe(documents.boundary())
              + ", as a text of "
              + documents
              + " does: class Documents reads one");
    }
  }

  private boolean isAt(long place) {
    return text.symbol(place) == boundary;
  }

  /** The place of the last boundary up to a place. */
  long atOrBefore(long place) {
    long at = place;
    while (!isAt(at)) {
      at--;
    }
    return at;
  }

  /** The places of all boundaries, in order: one more than there are documents. */
  long[] places() {
    long[] places = new long[16];
    int count = 0;
    int[] buffer = new int[1 << 12];
    for (long at = 0; at < text.length(); at += buffer.length) {
      int read = text.copyTo(at, buffer);
      for (int i = 0; i < read; i++) {
        if (buffer[i] == boundary) {
          if (count == places.length) {
            places = Arrays.copyOf(places, 2 * count);
          }
          places[count++] = at + i;
        }
      }
    }
    return Arrays.copyOf(places, count);
  }
}
