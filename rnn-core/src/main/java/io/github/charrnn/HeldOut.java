package io.github.charrnn;

import io.github.charrnn.internal.Range;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * A text in two: what a model is trained on, and what is held out to measure it with. Neither takes
 * memory of its own. Immutable, and safe for use by many threads.
 *
 * <p>The end of a sorted text, or of several authors, is not like the rest; pieces spread over the
 * text are like all of it.
 *
 * @since 0.1
 */
public final class HeldOut {
  private static final int LINE_FEED = '\n';
  private static final int SHORTEST = 2; // characters of a piece
  private static final double GOLDEN_RATIO = 0.6180339887498949; // (sqrt(5) - 1) / 2

  private final EncodedText training;
  private final List<EncodedText> pieces;

  private HeldOut(EncodedText training, List<EncodedText> pieces) {
    this.training = training;
    this.pieces = List.copyOf(pieces);
  }

  /** {@return what is left to train on, one part after the other} */
  public EncodedText training() {
    return training;
  }

  /** {@return what is held out, in the order of the text; immutable} */
  public List<EncodedText> pieces() {
    return pieces;
  }

  /**
   * Holds out the end of a text.
   *
   * @param text what to cut in two
   * @param characters from 2 to the length of the text
   * @return all but its last characters, and one piece of these
   * @throws IllegalArgumentException if characters is not from 2 to the length of the text
   */
  public static HeldOut tail(EncodedText text, long characters) {
    Objects.requireNonNull(text, "text");
    requireCharacters(text, characters, 1);
    long cut = text.length() - characters;
    return new HeldOut(text.part(0, cut), List.of(text.part(cut, text.length())));
  }

  /**
   * Holds out pieces that are spread over a text: one of each of as many equal parts, each at
   * another place of its part. Streams read a text side by side: of pieces in the middle of every
   * part, all would be near what has just been read at the same time, and a model in the middle of
   * an epoch would seem better than it is. Of n parts, piece i = 1, 2, ... n stands at the
   * fractional part of 0.618 i, the golden ratio, which spreads any number of places evenly (Knuth,
   * The Art of Computer Programming 3, section 6.4). A piece begins where a line does if one does
   * so within a quarter of its length. All have the same length, but for one character where
   * characters cannot be divided; so the same arguments always give the same pieces, which together
   * have as many characters as asked for.
   *
   * @param text what to cut in two
   * @param characters from 2 for each piece to the length of the text; in all pieces together
   * @param pieces at least 1
   * @return what is left of it, joined, and the pieces
   * @throws IllegalArgumentException if pieces is below 1, or characters is not from 2 for each
   *     piece to the length of the text
   */
  public static HeldOut spread(EncodedText text, long characters, int pieces) {
    Objects.requireNonNull(text, "text");
    Range.atLeast(1, "pieces", pieces);
    requireCharacters(text, characters, pieces);
    List<EncodedText> rest = new ArrayList<>();
    List<EncodedText> heldOut = new ArrayList<>();
    long end = 0; // of the piece before
    for (int i = 0; i < pieces; i++) {
      long length = share(characters, i + 1, pieces) - share(characters, i, pieces);
      long left = characters - share(characters, i, pieces); // in this piece and the next ones
      long first = Math.max(end, share(text.length(), i, pieces)); // where it can begin
      long last = Math.max(first, share(text.length(), i + 1, pieces) - length);
      last = Math.min(last, text.length() - left);
      long begin =
          lineNear(text, first + (long) ((last - first) * place(i + 1)), first, last, length / 4);
      rest.add(text.part(end, begin));
      end = begin + length;
      heldOut.add(text.part(begin, end));
    }
    rest.add(text.part(end, text.length()));
    return new HeldOut(EncodedText.join(rest), heldOut);
  }

  /**
   * Holds out whole documents: of as many equal parts as there are pieces some documents in a row,
   * each piece at another place of its part, as few in each as together have the characters asked
   * for. So the characters that are held out, asked for, give the same pieces again. Where
   * documents are longer than a piece should be, or the pieces would miss the longest ones and
   * could not have as many characters, there are fewer pieces. Where even one is longer than all of
   * them, it is cut, as by {@link #spread(EncodedText, long, int)}.
   *
   * <p>The boundary before a piece, and the one at its end, are in the piece; one of them is left
   * in what is trained on.
   *
   * @param text of documents, as {@link Documents} reads them
   * @param characters from 2 for each piece to the length of the text; in all pieces together
   * @param pieces at least 1
   * @param documents how the text was read
   * @return what is left of it, joined, and the pieces
   * @throws IllegalArgumentException if pieces is below 1, if characters is not from 2 for each
   *     piece to the length of the text, or if the text does not begin and end with a boundary
   */
  public static HeldOut spread(EncodedText text, long characters, int pieces, Documents documents) {
    Objects.requireNonNull(text, "text");
    Objects.requireNonNull(documents, "documents");
    Range.atLeast(1, "pieces", pieces);
    requireCharacters(text, characters, pieces);
    long[] boundaries = new Boundaries(text, documents).places();
    long count = boundaries.length - 1L;
    double fit = (double) characters * count / text.length();
    int parts = (int) Math.min(pieces, Math.min(count / 2, (long) fit));
    for (; parts > 0; parts /= 2) {
      int each = 1;
      while (each < count / parts - 1 && length(boundaries, parts, each) < characters) {
        each++;
      }
      if (length(boundaries, parts, each) >= characters) {
        return spread(text, boundaries, parts, each);
      }
    }
    return spread(text, characters, pieces);
  }

  /** Holds out pieces of so many documents each. */
  private static HeldOut spread(EncodedText text, long[] boundaries, int parts, int each) {
    List<EncodedText> rest = new ArrayList<>();
    List<EncodedText> heldOut = new ArrayList<>();
    long end = 0; // of the piece before
    for (int i = 0; i < parts; i++) {
      int first = first(boundaries, i, parts, each);
      rest.add(text.part(end, boundaries[first] + 1));
      end = boundaries[first + each] + 1;
      heldOut.add(text.part(boundaries[first], end));
    }
    rest.add(text.part(end, text.length()));
    return new HeldOut(EncodedText.join(rest), heldOut);
  }

  /** The first document of a piece. */
  private static int first(long[] boundaries, int piece, int parts, int each) {
    long count = boundaries.length - 1L;
    long begin = share(count, piece, parts);
    long room = share(count, piece + 1, parts) - begin - each;
    return (int) (begin + (long) (room * place(piece + 1)));
  }

  /** The characters in all pieces of so many documents each. */
  private static long length(long[] boundaries, int parts, int each) {
    long length = 0;
    for (int i = 0; i < parts; i++) {
      int first = first(boundaries, i, parts, each);
      length += boundaries[first + each] + 1 - boundaries[first];
    }
    return length;
  }

  /** Where in its part a piece stands, from 0 to 1. */
  private static double place(int piece) {
    return piece * GOLDEN_RATIO % 1;
  }

  /** How much of a whole the first few of some equal parts have. */
  private static long share(long whole, int first, int parts) {
    return whole / parts * first + whole % parts * first / parts;
  }

  /** The nearest place to another at which a line begins, from first to last, or that place. */
  private static long lineNear(EncodedText text, long place, long first, long last, long most) {
    for (long distance = 0; distance <= most; distance++) {
      if (place - distance >= first && beginsLine(text, place - distance)) {
        return place - distance;
      }
      if (place + distance <= last && beginsLine(text, place + distance)) {
        return place + distance;
      }
    }
    return place;
  }

  private static boolean beginsLine(EncodedText text, long place) {
    return place == 0 || text.vocab().codePointOf(text.symbol(place - 1)) == LINE_FEED;
  }

  private static void requireCharacters(EncodedText text, long characters, int pieces) {
    long least = (long) SHORTEST * pieces;
    long most = text.length();
    if (most < least) {
      throw new IllegalArgumentException(
          "the text has "
              + most
              + (most == 1 ? " character" : " characters")
              + ", must have at least "
              + least
              + (pieces == 1 ? "" : ", 2 for each piece: hold out fewer"));
    }
    if (characters < least || characters > most) {
      throw new IllegalArgumentException(
          "characters is "
              + characters
              + ", must be "
              + (least == most
                  ? least + ", as the text has no more"
                  : "from " + least + " to " + most));
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof HeldOut that
        && training.equals(that.training)
        && pieces.equals(that.pieces);
  }

  @Override
  public int hashCode() {
    return Objects.hash(training, pieces);
  }

  @Override
  public String toString() {
    long characters = pieces.stream().mapToLong(EncodedText::length).sum();
    return "HeldOut of " + characters + " characters in " + pieces.size() + " pieces";
  }
}
