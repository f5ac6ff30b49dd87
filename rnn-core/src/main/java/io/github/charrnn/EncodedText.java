package io.github.charrnn;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.charrnn.internal.Nulls;
import io.github.charrnn.internal.Sha256;
import io.github.charrnn.internal.SymbolArray;
import io.github.charrnn.internal.Utf8;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.function.IntConsumer;

/**
 * A text as symbol numbers of a vocabulary: what training and evaluation read. Immutable, and safe
 * for use by many threads.
 *
 * <p>It takes one byte a character while the vocabulary has at most 256 symbols, and two beyond.
 * Files and streams are decoded as they are read: the text is never in memory in another form.
 *
 * @since 0.1
 */
public final class EncodedText {
  private static final int LONGEST_STRING = 1 << 30; // its characters may be two chars each

  private static final int BLOCK = 1 << 12; // symbols that are compared at a time
  private static final int HASHED = 64; // symbols
  private static final Segment[] NONE = {};
  private static final SymbolArray NOTHING = new SymbolArray();

  private final CharVocab vocab;
  private final SymbolArray symbols; // all of the text, if there are no segments
  private final Segment[] segments; // one after the other, none of them empty
  private final long length;
  private final long skipped;

  /**
   * Symbols that this text has from one place to another.
   *
   * @param from the first of them
   * @param begin its place in this text
   * @param end the place after the last one's
   */
  private record Segment(SymbolArray symbols, long from, long begin, long end) {}

  private EncodedText(CharVocab vocab, SymbolArray symbols, long skipped) {
    this.vocab = vocab;
    this.skipped = skipped;
    this.symbols = symbols;
    segments = NONE;
    length = symbols.length();
  }

  private EncodedText(CharVocab vocab, List<Segment> segments, long skipped) {
    this.vocab = vocab;
    this.skipped = skipped;
    symbols = NOTHING;
    this.segments = segments.stream().filter(it -> it.begin < it.end).toArray(Segment[]::new);
    length = segments.isEmpty() ? 0 : segments.get(segments.size() - 1).end;
  }

  /** A text of symbol numbers that the vocabulary has. */
  static EncodedText of(CharVocab vocab, SymbolArray symbols) {
    return new EncodedText(vocab, symbols, 0);
  }

  /**
   * Reads a UTF-8 file and finds its vocabulary. A byte order mark is dropped; line ends stay as
   * they are.
   *
   * @param file of at least 2 distinct symbols, at most {@value CharVocab#MAX_SIZE}
   * @return the text, in the vocabulary of the symbols that are in it
   * @throws java.io.CharConversionException if the file is not UTF-8, with the byte's offset
   * @throws IllegalArgumentException if it has fewer than 2 distinct symbols or more than {@value
   *     CharVocab#MAX_SIZE}, or if the heap does not have room for it
   * @throws IOException if it cannot be read
   */
  public static EncodedText read(Path file) throws IOException {
    Objects.requireNonNull(file, "file");
    try (InputStream in = Files.newInputStream(file)) {
      return read(in, file.toString());
    }
  }

  /**
   * Reads UTF-8 to the end of a stream, which stays open, and finds its vocabulary; otherwise like
   * {@link #read(Path)}.
   *
   * @param in of at least 2 distinct symbols, at most {@value CharVocab#MAX_SIZE}
   * @param name what to call the stream in messages
   * @return the text, in the vocabulary of the symbols that are in it
   * @throws java.io.CharConversionException if the stream is not UTF-8, with the byte's offset
   * @throws IllegalArgumentException if it has fewer than 2 distinct symbols or more than {@value
   *     CharVocab#MAX_SIZE}, or if the heap does not have room for it
   * @throws IOException if the stream throws it
   */
  public static EncodedText read(InputStream in, String name) throws IOException {
    Objects.requireNonNull(in, "in");
    Objects.requireNonNull(name, "name");
    Discoverer discoverer = new Discoverer();
    Utf8.decode(in, name, discoverer);
    return discoverer.finish();
  }

  /**
   * Reads a UTF-8 file with a given vocabulary. A byte order mark is dropped; line ends stay as
   * they are.
   *
   * @param file of any length, also empty
   * @param vocab what the symbol numbers are of
   * @param unknown what to do with symbols that the vocabulary does not have
   * @return the text, in that vocabulary
   * @throws java.io.CharConversionException if the file is not UTF-8, with the byte's offset
   * @throws UnknownSymbolException if there is an unknown symbol and the policy is to fail
   * @throws IllegalArgumentException if the policy's replacement is not in the vocabulary, or if
   *     the heap does not have room for the text
   * @throws IOException if it cannot be read
   */
  public static EncodedText read(Path file, CharVocab vocab, UnknownSymbols unknown)
      throws IOException {
    Objects.requireNonNull(file, "file");
    Objects.requireNonNull(vocab, "vocab");
    Objects.requireNonNull(unknown, "unknown");
    try (InputStream in = Files.newInputStream(file)) {
      return read(in, file.toString(), vocab, unknown);
    }
  }

  /**
   * Reads UTF-8 to the end of a stream, which stays open, with a given vocabulary; otherwise like
   * {@link #read(Path, CharVocab, UnknownSymbols)}.
   *
   * @param in of any length, also empty
   * @param name what to call the stream in messages
   * @param vocab what the symbol numbers are of
   * @param unknown what to do with symbols that the vocabulary does not have
   * @return the text, in that vocabulary
   * @throws java.io.CharConversionException if the stream is not UTF-8, with the byte's offset
   * @throws UnknownSymbolException if there is an unknown symbol and the policy is to fail
   * @throws IllegalArgumentException if the policy's replacement is not in the vocabulary, or if
   *     the heap does not have room for the text
   * @throws IOException if the stream throws it
   */
  public static EncodedText read(
      InputStream in, String name, CharVocab vocab, UnknownSymbols unknown) throws IOException {
    Objects.requireNonNull(in, "in");
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(vocab, "vocab");
    Objects.requireNonNull(unknown, "unknown");
    Encoder encoder = new Encoder(vocab, unknown);
    Utf8.decode(in, name, encoder);
    return encoder.finish();
  }

  /** {@return the vocabulary that the symbol numbers are of} */
  public CharVocab vocab() {
    return vocab;
  }

  /** {@return the number of characters} */
  public long length() {
    return length;
  }

  /**
   * {@return how many characters were left out when this was read} The vocabulary does not have
   * them, and the policy was to {@linkplain UnknownSymbols#skip() skip} them. 0 for a part, and for
   * what was joined.
   */
  public long skipped() {
    return skipped;
  }

  /**
   * Copies symbol numbers to the beginning of an array, which is faster than asking for each.
   *
   * @param index from 0 to length; where to begin in the text
   * @param to gets them from its first element on
   * @return how many: what the array takes, or what the text has left
   * @throws IndexOutOfBoundsException if index is not from 0 to length
   */
  public int copyTo(long index, int[] to) {
    Objects.requireNonNull(to, "to");
    if (index < 0 || index > length) {
      throw new IndexOutOfBoundsException("index is " + index + ", must be from 0 to " + length);
    }
    int count = (int) Math.min(to.length, length - index);
    copy(index, to, 0, 1, count);
    return count;
  }

  /**
   * {@return a part of this text, in the same vocabulary} It takes no memory of its own.
   *
   * @param from from 0 to length; its first character
   * @param to from {@code from} to length; the one after its last
   * @throws IndexOutOfBoundsException if from is not from 0 to length, or to not from {@code from}
   *     to length
   */
  public EncodedText part(long from, long to) {
    if (from < 0 || from > to || to > length) {
      throw new IndexOutOfBoundsException(
          "the part is from "
              + from
              + " to "
              + to
              + ", must be from 0 to "
              + length
              + " and in this order");
    }
    List<Segment> parts = new ArrayList<>();
    for (Segment it : segments()) {
      long begin = Math.max(from, it.begin);
      long end = Math.min(to, it.end);
      if (begin < end) {
        parts.add(new Segment(it.symbols, it.from + begin - it.begin, begin - from, end - from));
      }
    }
    return new EncodedText(vocab, parts, 0);
  }

  /**
   * Puts texts in one vocabulary one after the other. That takes no memory of its own.
   *
   * @param texts at least one
   * @return all of them as one text
   * @throws IllegalArgumentException if there is no text to join, or if they have different
   *     vocabularies
   */
  public static EncodedText join(List<EncodedText> texts) {
    List<EncodedText> all = Nulls.copyWithout(texts, "texts");
    if (all.isEmpty()) {
      throw new IllegalArgumentException("there is no text to join, must be at least 1");
    }
    CharVocab vocab = all.get(0).vocab;
    List<Segment> segments = new ArrayList<>();
    long length = 0;
    for (EncodedText text : all) {
      if (!text.vocab.equals(vocab)) {
        throw new IllegalArgumentException(
            "texts to join have vocabularies of "
                + vocab.size()
                + " and "
                + text.vocab.size()
                + " symbols, must have the same: encode them with one");
      }
      for (Segment it : text.segments()) {
        segments.add(new Segment(it.symbols, it.from, length + it.begin, length + it.end));
      }
      length += text.length;
    }
    return new EncodedText(vocab, segments, 0);
  }

  /**
   * {@return the same text in another vocabulary, which takes memory of its own}
   *
   * @param other a vocabulary of all symbols that the text has; this text itself is returned if it
   *     is the present one
   * @throws UnknownSymbolException if that does not have all of its symbols
   * @throws IllegalArgumentException if the heap does not have room for it
   */
  public EncodedText in(CharVocab other) {
    Objects.requireNonNull(other, "other");
    if (other.equals(vocab)) {
      return this;
    }
    SymbolArray same = new SymbolArray();
    for (long i = 0; i < length; i++) {
      int codePoint = vocab.codePointOf(symbol(i));
      int symbol = other.symbolOf(codePoint);
      if (symbol < 0) {
        throw new UnknownSymbolException(codePoint, i, other);
      }
      same.add(symbol);
    }
    return new EncodedText(other, same, skipped);
  }

  /**
   * {@return the text as a string}
   *
   * @throws IllegalArgumentException if it has more than 1,073,741,824 characters
   */
  public String decode() {
    if (length > LONGEST_STRING) {
      throw new IllegalArgumentException(
          "the text has " + length + " characters, a string at most " + LONGEST_STRING);
    }
    StringBuilder text = new StringBuilder((int) length);
    for (long i = 0; i < length; i++) {
      text.appendCodePoint(vocab.codePointOf(symbol(i)));
    }
    return text.toString();
  }

  /**
   * {@return the symbol number of a character, from 0 to K - 1}
   *
   * @param index from 0 to length - 1
   * @throws IndexOutOfBoundsException if index is not from 0 to length - 1
   */
  public int symbol(long index) {
    if (index < 0 || index >= length()) {
      throw new IndexOutOfBoundsException(
          "index is " + index + ", must be from 0 to " + (length() - 1));
    }
    if (segments.length == 0) {
      return symbols.get(index);
    }
    Segment it = segmentOf(index);
    return it.symbols.get(it.from + index - it.begin);
  }

  /** The same in any case; of many short texts nobody wants one each. */
  private Segment[] segments() {
    return segments.length == 0 ? new Segment[] {new Segment(symbols, 0, 0, length)} : segments;
  }

  private Segment segmentOf(long index) {
    int low = 0;
    int high = segments.length - 1;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (index < segments[middle].end) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return segments[low];
  }

  /**
   * Reads the whole text for a hash of it.
   *
   * @return SHA-256 of vocabulary and symbol numbers, in 64 hexadecimal digits: equal for equal
   *     texts
   */
  public String fingerprint() {
    MessageDigest digest = Sha256.digest();
    digest.update(vocab.symbols().getBytes(UTF_8));
    for (Segment it : segments()) {
      it.symbols.digest(digest, it.from, it.end - it.begin, vocab.size() > 256);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  /** How many bytes this takes, with all that it is a part of. */
  long memory() {
    return Arrays.stream(segments())
        .map(Segment::symbols)
        .distinct() // arrays are equal to themselves alone
        .mapToLong(SymbolArray::memory)
        .sum();
  }

  /** Copies count symbols from the given place on to every stride-th place of an array. */
  void copy(long from, int[] to, int at, int stride, int count) {
    if (segments.length == 0) {
      symbols.copy(from, to, at, stride, count);
      return;
    }
    int done = 0;
    while (done < count) {
      Segment it = segmentOf(from + done);
      int some = (int) Math.min(count - done, it.end - from - done);
      it.symbols.copy(it.from + from + done - it.begin, to, at + done * stride, stride, some);
      done += some;
    }
  }

  /** Whether the other one has the same vocabulary and the same symbols; reads both. */
  @Override
  public boolean equals(Object other) {
    if (this == other) {
      return true;
    }
    if (!(other instanceof EncodedText that)
        || length != that.length
        || !vocab.equals(that.vocab)) {
      return false;
    }
    int[] ours = new int[BLOCK];
    int[] theirs = new int[BLOCK];
    for (long at = 0; at < length; at += BLOCK) {
      int count = copyTo(at, ours);
      that.copyTo(at, theirs);
      if (!Arrays.equals(ours, 0, count, theirs, 0, count)) {
        return false;
      }
    }
    return true;
  }

  /** Of the length and the first symbols. */
  @Override
  public int hashCode() {
    int[] first = new int[(int) Math.min(HASHED, length)];
    copyTo(0, first);
    return 31 * Long.hashCode(length) + Arrays.hashCode(first);
  }

  @Override
  public String toString() {
    return "EncodedText of " + length() + " characters";
  }

  /** Takes code points of a known vocabulary. */
  static final class Encoder implements IntConsumer {
    private final CharVocab vocab;
    private final UnknownSymbols unknown;
    private final SymbolArray symbols = new SymbolArray();
    private long position;

    Encoder(CharVocab vocab, UnknownSymbols unknown) {
      this.vocab = vocab;
      this.unknown = unknown;
    }

    @Override
    public void accept(int codePoint) {
      int symbol = vocab.symbolOf(codePoint);
      if (symbol < 0) {
        symbol = unknown.resolve(vocab, codePoint, position);
      }
      if (symbol >= 0) {
        symbols.add(symbol);
      }
      position++;
    }

    EncodedText finish() {
      return new EncodedText(vocab, symbols, position - symbols.length());
    }
  }

  /**
   * Takes code points of an unknown vocabulary: numbers them as they first appear, and once all are
   * known gives them their sorted numbers in place. So a stream is read once.
   */
  static final class Discoverer implements IntConsumer {
    private final SymbolArray symbols = new SymbolArray();
    private final int[][] pages = new int[(Character.MAX_CODE_POINT >> 8) + 1][]; // number + 1
    private int[] codePoints = new int[256]; // by number
    private int count;

    @Override
    public void accept(int codePoint) {
      int[] page = pages[codePoint >> 8];
      if (page == null) {
        page = new int[256];
        pages[codePoint >> 8] = page;
      }
      int number = page[codePoint & 0xff];
      if (number == 0) {
        if (count == codePoints.length) {
          codePoints = Arrays.copyOf(codePoints, 2 * count);
        }
        codePoints[count] = codePoint;
        number = ++count;
        page[codePoint & 0xff] = number;
      }
      if (count <= CharVocab.MAX_SIZE) { // otherwise finish() refuses, with the whole count
        symbols.add(number - 1);
      }
    }

    EncodedText finish() {
      int[] found = Arrays.copyOf(codePoints, count);
      CharVocab vocab = CharVocab.of(found);
      int[] sorted = new int[count];
      Arrays.setAll(sorted, i -> vocab.symbolOf(found[i]));
      symbols.remap(sorted);
      return new EncodedText(vocab, symbols, 0);
    }
  }
}
