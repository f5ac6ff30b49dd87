package io.github.charrnn.cli.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.charrnn.CharVocab;
import org.junit.jupiter.api.Test;

/** What counts as a word, and as one of the book's. */
class WordsTest {
  private static final long PLENTY = 1 << 20;

  private static Words book(String text) {
    return new Words(CharVocab.of(text).encode(text), PLENTY);
  }

  /** How many words of a sample there are, and how many the book has, the sample ended by a dot. */
  private static int[] counts(String book, String sample) {
    Words.Count count = book(book).count(sample + ".");
    return new int[] {count.count(), count.known()};
  }

  @Test
  void words_areCountedEachTimeTheyCome() {
    assertThat(counts("the rain and the sea", "the the sun and")).containsExactly(4, 3);
    assertThat(counts("the rain", "")).containsExactly(0, 0);
    assertThat(counts("12 + 34", "the rain")).containsExactly(2, 0);
  }

  @Test
  void fewerThanThreeLetters_areNoWord() {
    assertThat(counts("I am at sea", "I am at sea a m")).containsExactly(1, 1);
    assertThat(counts("it's o'er e\u0301a\u0301", "it's i's e\u0301a\u0301"))
        .as("letters are counted, not apostrophes and marks")
        .containsExactly(1, 1);
  }

  @Test
  void case_makesNoDifference() {
    assertThat(counts("The RAIN", "tHe rain Éte")).containsExactly(3, 2);
    assertThat(counts("Été", "été ÉTÉ")).containsExactly(2, 2);
  }

  @Test
  void anApostrophe_isOfTheWordBetweenTwoLetters() {
    assertThat(counts("don't go", "don't don’t don t")).containsExactly(3, 2);
    assertThat(counts("don’t go", "don't don’t")).containsExactly(2, 2);
    assertThat(counts("'quoted' text", "quoted ‘quoted’ 'quoted'")).containsExactly(3, 3);
    assertThat(counts("rock''n roll", "rock n rock'n")).containsExactly(2, 1);
    assertThat(counts("the boys' boat", "boys boys'")).containsExactly(2, 2);
  }

  @Test
  void combiningMarks_areOfTheWord() {
    String decomposed = "e\u0301te\u0301";
    assertThat(counts(decomposed + " x", decomposed + " ete")).containsExactly(2, 1);
    assertThat(
            counts(
                "\u0939\u093f\u0928\u094d\u0926\u0940 x", "\u0939\u093f\u0928\u094d\u0926\u0940"))
        .as("spacing and other marks of Devanagari")
        .containsExactly(1, 1);
  }

  @Test
  void digitsAndHyphens_standBetweenWords() {
    assertThat(counts("well-known b2b", "well known b")).containsExactly(2, 2);
    assertThat(counts("well known", "well-known4well_known")).containsExactly(4, 4);
  }

  @Test
  void aWordThatTheSampleEndsIn_isLeftOut() {
    Words words = book("the rain and the sea");

    assertThat(words.count("the rai")).isEqualTo(new Words.Count(1, 1));
    assertThat(words.count("the rain")).isEqualTo(new Words.Count(1, 1));
    assertThat(words.count("the rain ")).isEqualTo(new Words.Count(2, 2));
    assertThat(words.count("the rain'")).as("it may go on").isEqualTo(new Words.Count(1, 1));
    assertThat(words.count("rain")).isEqualTo(new Words.Count(0, 0));
    assertThat(words.count("")).isEqualTo(new Words.Count(0, 0));
  }

  @Test
  void theBooksLastWord_isOneOfItsWords() {
    assertThat(counts("the sea", "sea")).containsExactly(1, 1);
    assertThat(counts("the sea'", "sea")).containsExactly(1, 1);
  }

  @Test
  void otherScripts_haveWords() {
    assertThat(counts("Море и небо", "МОРЕ небо солнце")).containsExactly(3, 2);
    assertThat(counts("海は広い。", "海は広い、海")).containsExactly(1, 1);
    String gothic = "\uD800\uDF30\uD800\uDF31\uD800\uDF32";
    assertThat(counts(gothic + " x", gothic + " \uD800\uDF30")).containsExactly(1, 1);
  }

  @Test
  void aTextWithoutAnyGap_isOneWordAndTakesLittle() {
    String endless = "ab".repeat(500_000);
    Words words = book(endless);

    assertThat(words.read()).isEqualTo(1_000_000);
    assertThat(words.count("ab abab ")).isEqualTo(new Words.Count(1, 0));
  }

  @Test
  void whereThereIsNoRoom_theBeginningIsRead() {
    StringBuilder book = new StringBuilder();
    for (int i = 0; i < 26 * 26; i++) {
      book.append('x').append((char) ('a' + i / 26)).append((char) ('a' + i % 26)).append(' ');
    }
    Words all = book(book.toString());
    Words some = new Words(CharVocab.of(book).encode(book), 1_000);

    assertThat(all.read()).isEqualTo(book.length());
    assertThat(some.read()).isBetween(20L, 100L);
    assertThat(some.count("xaa xab xzz ")).isEqualTo(new Words.Count(3, 2));
    assertThat(all.count("xaa xab xzz ")).isEqualTo(new Words.Count(3, 3));
  }
}
