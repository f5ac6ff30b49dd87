package io.github.charrnn;

import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * The symbols of a text, numbered: its distinct Unicode code points in ascending order, so that the
 * same set of characters always gets the same numbers. Immutable, and safe for use by many threads.
 *
 * <p>A symbol is a whole code point, never half of a surrogate pair. Line ends are symbols like any
 * other, and nothing is normalised: a text with CRLF has CR and LF.
 *
 * @since 0.1
 */
public final class CharVocab {
  /** The largest number of symbols, {@value}. */
  public static final int MAX_SIZE = 65_536;

  private static final int PAGE = 256;
  private static final int[] NO_PAGE = new int[0];

  private final int[] codePoints; // (K), ascending
  private final int[][] pages; // code point / 256 -> code point % 256 -> symbol or -1

  private CharVocab(int[] codePoints) {
    this.codePoints = codePoints;
    pages = new int[codePoints[codePoints.length - 1] / PAGE + 1][];
    Arrays.fill(pages, NO_PAGE);
    for (int symbol = 0; symbol < codePoints.length; symbol++) {
      int page = codePoints[symbol] / PAGE;
      if (pages[page].length == 0) {
        pages[page] = new int[PAGE];
        Arrays.fill(pages[page], -1);
      }
      pages[page][codePoints[symbol] % PAGE] = symbol;
    }
  }

  /**
   * {@return the vocabulary of a text}
   *
   * @param text at least 2 distinct symbols, at most {@value #MAX_SIZE}
   * @throws IllegalArgumentException if the text has fewer than 2 distinct symbols or more than
   *     {@value #MAX_SIZE}, or half a surrogate pair
   */
  public static CharVocab of(CharSequence text) {
    Objects.requireNonNull(text, "text");
    requireWhole(text);
    return of(text.codePoints().distinct().toArray());
  }

  /**
   * {@return the vocabulary of these symbols, given in any order}
   *
   * @param codePoints 2 to {@value #MAX_SIZE} different Unicode code points, no surrogates; copied
   * @throws IllegalArgumentException if there are fewer than 2 or more than {@value #MAX_SIZE}, if
   *     one is no Unicode character that can stand alone, or if one is there twice
   */
  public static CharVocab of(int... codePoints) {
    Objects.requireNonNull(codePoints, "codePoints");
    int[] sorted = codePoints.clone();
    Arrays.sort(sorted);
    if (sorted.length == 0) {
      throw new IllegalArgumentException("the text is empty, a model needs at least 2 symbols");
    }
    if (sorted.length == 1) {
      throw new IllegalArgumentException(
          "the text has only 1 distinct symbol, "
              + describe(sorted[0])
              + ", a model needs at least 2");
    }
    if (sorted.length > MAX_SIZE) {
      throw new IllegalArgumentException(
          "the text has "
              + sorted.length
              + " distinct symbols, a model can have at most "
              + MAX_SIZE);
    }
    for (int i = 0; i < sorted.length; i++) {
      if (!Character.isValidCodePoint(sorted[i]) || isSurrogate(sorted[i])) {
        throw new IllegalArgumentException(
            "code point " + sorted[i] + " is no Unicode character that can stand alone");
      }
      if (i > 0 && sorted[i] == sorted[i - 1]) {
        throw new IllegalArgumentException("the symbol " + describe(sorted[i]) + " is there twice");
      }
    }
    return new CharVocab(sorted);
  }

  /**
   * {@return a vocabulary of the symbols of this one and of another, in ascending order like any}
   * So the symbols may have other numbers there than here.
   *
   * @param other what this one gets the symbols of that it does not have
   * @throws IllegalArgumentException if these are more than {@value #MAX_SIZE}
   */
  public CharVocab and(CharVocab other) {
    Objects.requireNonNull(other, "other");
    return hasAll(other)
        ? this
        : of(
            IntStream.concat(Arrays.stream(codePoints), Arrays.stream(other.codePoints))
                .distinct()
                .toArray());
  }

  private boolean hasAll(CharVocab other) {
    return Arrays.stream(other.codePoints).allMatch(it -> symbolOf(it) >= 0);
  }

  /** {@return the number of symbols, K, from 2 to {@value #MAX_SIZE}} */
  public int size() {
    return codePoints.length;
  }

  /**
   * {@return the number of a symbol, from 0 to K - 1, or -1 if the vocabulary does not have it}
   *
   * @param codePoint any number: what is no Unicode code point is in no vocabulary
   */
  public int symbolOf(int codePoint) {
    int page = codePoint / PAGE;
    return codePoint >= 0 && page < pages.length && pages[page].length > 0
        ? pages[page][codePoint % PAGE]
        : -1;
  }

  /**
   * {@return the Unicode code point of a symbol}
   *
   * @param symbol from 0 to K - 1
   * @throws IndexOutOfBoundsException if symbol is not from 0 to K - 1
   */
  public int codePointOf(int symbol) {
    return codePoints[symbol];
  }

  /** {@return all symbols as one string, in the order of their numbers} */
  public String symbols() {
    return new String(codePoints, 0, codePoints.length);
  }

  /**
   * {@return the symbol numbers of a text} The vocabulary must have all of its symbols.
   *
   * @param text of any length, also empty
   * @throws UnknownSymbolException if the vocabulary does not have one of its symbols
   * @throws IllegalArgumentException if the text has half a surrogate pair
   */
  public EncodedText encode(CharSequence text) {
    return encode(text, UnknownSymbols.fail());
  }

  /**
   * {@return the symbol numbers of a text}
   *
   * @param text of any length, also empty
   * @param unknown what to do with symbols that the vocabulary does not have
   * @throws UnknownSymbolException if there is one and the policy is to fail
   * @throws IllegalArgumentException if the text has half a surrogate pair, or the policy's
   *     replacement is not in the vocabulary
   */
  public EncodedText encode(CharSequence text, UnknownSymbols unknown) {
    Objects.requireNonNull(text, "text");
    Objects.requireNonNull(unknown, "unknown");
    requireWhole(text);
    EncodedText.Encoder encoder = new EncodedText.Encoder(this, unknown);
    for (int i = 0; i < text.length(); ) {
      int codePoint = Character.codePointAt(text, i);
      encoder.accept(codePoint);
      i += Character.charCount(codePoint);
    }
    return encoder.finish();
  }

  /**
   * {@return the text that symbol numbers stand for}
   *
   * @param symbols each from 0 to K - 1
   * @throws IndexOutOfBoundsException if one is not from 0 to K - 1
   */
  public String decode(int... symbols) {
    Objects.requireNonNull(symbols, "symbols");
    StringBuilder text = new StringBuilder(symbols.length);
    for (int symbol : symbols) {
      text.appendCodePoint(codePoints[symbol]);
    }
    return text.toString();
  }

  /** A symbol for a message, as in {@code 'e' (U+0065)} or {@code U+000A} if it does not print. */
  static String describe(int codePoint) {
    String number = String.format(Locale.ROOT, "U+%04X", codePoint);
    return switch (Character.getType(codePoint)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.NON_SPACING_MARK ->
          number;
      default -> "'" + Character.toString(codePoint) + "' (" + number + ")";
    };
  }

  private static boolean isSurrogate(int codePoint) {
    return codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE;
  }

  static void requireWhole(CharSequence text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isHighSurrogate(c)
          && i + 1 < text.length()
          && Character.isLowSurrogate(text.charAt(i + 1))) {
        i++;
      } else if (Character.isSurrogate(c)) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "the text has half a surrogate pair, U+%04X, at index %d",
                (int) c,
                i));
      }
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof CharVocab that && Arrays.equals(codePoints, that.codePoints);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(codePoints);
  }

  @Override
  public String toString() {
    return "CharVocab of " + codePoints.length + " symbols";
  }
}
