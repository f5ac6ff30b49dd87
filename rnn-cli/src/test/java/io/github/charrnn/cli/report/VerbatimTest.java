package io.github.charrnn.cli.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.charrnn.CharVocab;
import io.github.charrnn.EncodedText;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What stands word for word in a text, against String.contains. */
class VerbatimTest {
  private static final CharVocab LETTERS = CharVocab.of("abcdefghijklmnopqrstuvwxyz ");

  private static Verbatim of(String passage, String text) {
    return Verbatim.of(List.of(LETTERS.encode(passage)), LETTERS.encode(text)).get(0);
  }

  @Test
  void everyMeasure_agreesWithLookingForAllSubstrings() {
    for (int seed = 0; seed < 6_000; seed++) {
      Random random = new Random(seed);
      int alphabet = new int[] {1, 2, 4}[seed % 3];
      String text = random(random, alphabet, random.nextInt(60));
      String passage = random(random, alphabet, random.nextInt(25));

      assertNaive(passage, text, "seed " + seed);
    }
  }

  @Test
  void aPassageWithPiecesOfTheText_agreesToo() {
    for (int seed = 0; seed < 500; seed++) {
      Random random = new Random(seed);
      String text = random(random, 8, 200);
      StringBuilder passage = new StringBuilder();
      while (passage.length() < 60) {
        int from = random.nextInt(180);
        passage.append(text, from, from + random.nextInt(20)).append(random(random, 9, 1));
      }

      assertNaive(passage.toString(), text, "seed " + seed);
    }
  }

  @Test
  void aPassageThatIsTheText_standsThereAsAWhole() {
    String text = "all of it and nothing else";
    Verbatim verbatim = of(text, text);

    assertThat(verbatim.longest()).isEqualTo(text.length());
    assertThat(verbatim.longestStart()).isZero();
    assertThat(verbatim.share(1)).isEqualTo(1);
    assertThat(verbatim.share(text.length())).isEqualTo(1);
    assertThat(verbatim.share(text.length() + 1)).isZero();
  }

  @Test
  void aPassageLongerThanTheText_hasTheTextInIt() {
    Verbatim verbatim = of("so the rain was on the roof", "the rain");

    assertThat(verbatim.longest()).isEqualTo(8);
    assertThat(verbatim.longestStart()).isEqualTo(3);
    assertThat(verbatim.share(8)).isCloseTo(1 / 20.0, within(1e-15)); // 27 - 8 + 1 places
    assertThat(verbatim.share(9)).isZero();
    assertNaive("so the rain was on the roof", "the rain", "");
  }

  @Test
  void ofSeveralLongestRuns_theFirstCounts() {
    Verbatim verbatim = of("xabcyabczbcd", "abcbcd");

    assertThat(verbatim.longest()).isEqualTo(3);
    assertThat(verbatim.longestStart()).isEqualTo(1);
  }

  @Test
  void anEmptyPassageOrText_hasNothing() {
    for (Verbatim nothing : new Verbatim[] {of("", "text"), of("", ""), of("text", "")}) {
      assertThat(nothing.longest()).isZero();
      assertThat(nothing.longestStart()).isZero();
      assertThat(nothing.share(1)).isZero();
      assertThat(nothing.share(5)).isZero();
    }
    assertThat(of("xyz", "abc").longestStart()).as("nothing in common").isZero();
  }

  @Test
  void symbols_areWholeCodePoints() {
    // The same high surrogates, so that halves would match.
    String text = "\uD83D\uDE00\uD83D\uDE01a\uD83D\uDE02";
    String passage = "\uD83D\uDE01a\uD83D\uDE03\uD83D\uDE00";
    CharVocab vocab = CharVocab.of(text + passage);
    Verbatim verbatim = Verbatim.of(List.of(vocab.encode(passage)), vocab.encode(text)).get(0);

    assertThat(verbatim.longest()).isEqualTo(2);
    assertThat(verbatim.longestStart()).isZero();
    assertThat(verbatim.share(1)).isEqualTo(3 / 4.0);
    assertThat(verbatim.share(2)).isCloseTo(1 / 3.0, within(1e-15));
  }

  @Test
  void oneSymbolOverAndOver_takesNoLongerThanOthers() {
    String text = "a".repeat(300_000);
    Verbatim within = of("a".repeat(1_000), text);
    Verbatim beyond = of("a".repeat(1_000), "a".repeat(700));

    assertThat(within.longest()).isEqualTo(1_000);
    assertThat(within.share(1_000)).isEqualTo(1);
    assertThat(beyond.longest()).isEqualTo(700);
    assertThat(beyond.longestStart()).isZero();
    assertThat(beyond.share(700)).isEqualTo(1);
    assertThat(beyond.share(701)).isZero();
  }

  private static void assertNaive(String passage, String text, String what) {
    Verbatim verbatim = of(passage, text);
    int longest = 0;
    int start = 0;
    for (int length = 1; length <= passage.length() + 1; length++) {
      int places = passage.length() - length + 1;
      int there = 0;
      for (int from = 0; from < places; from++) {
        if (text.contains(passage.substring(from, from + length))) {
          there++;
          start = longest < length ? from : start;
          longest = length;
        }
      }
      assertThat(verbatim.share(length))
          .as("share(%d), %s: <%s> in <%s>", length, what, passage, text)
          .isEqualTo(places <= 0 ? 0 : (double) there / places);
    }
    assertThat(verbatim.longest())
        .as("longest, %s: <%s> in <%s>", what, passage, text)
        .isEqualTo(longest);
    assertThat(verbatim.longestStart())
        .as("start, %s: <%s> in <%s>", what, passage, text)
        .isEqualTo(start);
  }

  private static String random(Random random, int alphabet, int length) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < length; i++) {
      text.append((char) ('a' + random.nextInt(alphabet)));
    }
    return text.toString();
  }

  @Test
  void severalPassages_areEachComparedAlone() {
    EncodedText text = LETTERS.encode("abcdabcaabb");
    List<String> passages = List.of("abca", "", "dd", "caab", "abca");
    List<Verbatim> together = Verbatim.of(passages.stream().map(LETTERS::encode).toList(), text);
    for (int i = 0; i < passages.size(); i++) {
      Verbatim alone = Verbatim.of(List.of(LETTERS.encode(passages.get(i))), text).get(0);
      assertThat(together.get(i).longest()).as(passages.get(i)).isEqualTo(alone.longest());
      assertThat(together.get(i).longestStart()).isEqualTo(alone.longestStart());
      for (int n = 1; n < 5; n++) {
        assertThat(together.get(i).share(n)).isEqualTo(alone.share(n));
      }
    }
    assertThat(together.get(0).longest()).isEqualTo(4);
    assertThat(together.get(2).longest()).as("dd is not in the text, d is").isEqualTo(1);
  }
}
