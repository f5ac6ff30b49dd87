package io.github.charrnn.cli.report;

import io.github.charrnn.EncodedText;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * The words of a text: runs of letters and their marks, with an apostrophe between two letters, in
 * lower case. Only those of three letters or more count: whatever a model draws at random has
 * letters that stand alone, and most pairs of letters are words of some book.
 */
final class Words {
  private static final int FEWEST_LETTERS = 3;

  /** No sample has a longer one, in chars. */
  private static final int LONGEST = 2_000;

  private static final int BLOCK = 1 << 13; // characters
  private static final long BYTES_PER_WORD = 100;

  private final Set<String> known = new HashSet<>();
  private long room;
  private long read;

  /** Of a text, that there are, and that the text has among them. */
  record Count(int count, int known) {
    Count plus(Count other) {
      return new Count(count + other.count, known + other.known);
    }

    Json.Members json() {
      return new Json.Members().put("count", count).put("known", known);
    }
  }

  /**
   * Reads a text from its beginning, as far as there is room.
   *
   * @param bytes that different words may take, about
   */
  Words(EncodedText text, long bytes) {
    room = bytes;
    Reader reader = new Reader(this::add);
    int[] block = new int[BLOCK];
    while (read < text.length() && room > 0) {
      int count = text.copyTo(read, block);
      for (int i = 0; i < count && room > 0; i++) {
        reader.read(text.vocab().codePointOf(block[i]));
        read++;
      }
    }
    reader.end();
  }

  private void add(String word) {
    if (known.add(word)) {
      room -= BYTES_PER_WORD + 2L * word.length();
    }
  }

  /** How many characters of the text were read. */
  long read() {
    return read;
  }

  /** Counts the words of a sample; the last is left out if the sample ends in it. */
  Count count(String sample) {
    int[] counts = new int[2];
    Reader reader =
        new Reader(
            word -> {
              counts[0]++;
              counts[1] += known.contains(word) ? 1 : 0;
            });
    sample.codePoints().forEach(reader::read);
    return new Count(counts[0], counts[1]);
  }

  /** Takes a text apart. */
  private static final class Reader {
    private final Consumer<String> to;
    private final StringBuilder word = new StringBuilder();
    private int letters; // without marks and apostrophes
    private int apostrophe; // after the word, which may go on; 0 for none

    Reader(Consumer<String> to) {
      this.to = to;
    }

    void read(int codePoint) {
      if (isOfWord(codePoint) && word.length() > LONGEST) {
        apostrophe = 0; // too long already: what follows makes no difference
      } else if (isOfWord(codePoint)) {
        if (apostrophe != 0) {
          word.appendCodePoint(apostrophe);
          apostrophe = 0;
        }
        word.appendCodePoint(Character.toLowerCase(codePoint));
        letters += Character.isLetter(codePoint) ? 1 : 0;
      } else if ((codePoint == '\'' || codePoint == '’') && word.length() > 0 && apostrophe == 0) {
        apostrophe = '\'';
      } else {
        end();
      }
    }

    void end() {
      if (letters >= FEWEST_LETTERS) {
        to.accept(word.toString());
      }
      word.setLength(0);
      letters = 0;
      apostrophe = 0;
    }
  }

  /** Whether words are made of such characters. */
  static boolean isOfWord(int codePoint) {
    int type = Character.getType(codePoint);
    return Character.isLetter(codePoint)
        || type == Character.NON_SPACING_MARK
        || type == Character.COMBINING_SPACING_MARK;
  }

  /** The code points of a text. */
  static int[] codePoints(EncodedText text) {
    return IntStream.range(0, Math.toIntExact(text.length()))
        .map(i -> text.vocab().codePointOf(text.symbol(i)))
        .toArray();
  }
}
