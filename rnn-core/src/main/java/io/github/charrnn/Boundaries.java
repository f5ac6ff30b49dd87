package io.github.charrnn;

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

  /** How many documents there are. */
  long documents() {
    long boundaries = 0;
    int[] buffer = new int[1 << 12];
    for (long at = 0; at < text.length(); at += buffer.length) {
      int read = text.copyTo(at, buffer);
      for (int i = 0; i < read; i++) {
        boundaries += buffer[i] == boundary ? 1 : 0;
      }
    }
    return boundaries - 1;
  }

  /** The places of all boundaries, in order. */
  long[] places() {
    long[] places = new long[Math.toIntExact(documents() + 1)];
    int count = 0;
    int[] buffer = new int[1 << 12];
    for (long at = 0; at < text.length(); at += buffer.length) {
      int read = text.copyTo(at, buffer);
      for (int i = 0; i < read; i++) {
        if (buffer[i] == boundary) {
          places[count++] = at + i;
        }
      }
    }
    return places;
  }
}
