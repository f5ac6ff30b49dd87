package io.github.charrnn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("once")
class HeldOutTest {
  private final EncodedText text = Texts.harbour();

  @Test
  void tail_isTheEnd() {
    HeldOut split = HeldOut.tail(text, 300);

    assertThat(split.training().decode() + split.pieces().get(0).decode()).isEqualTo(text.decode());
    assertThat(split.pieces()).hasSize(1);
    assertThat(split.pieces().get(0).length()).isEqualTo(300);
    assertThat(HeldOut.tail(text, text.length()).training().length()).isZero();
  }

  /** Without lines, each is at its own place, and together they are everywhere. */
  @ParameterizedTest
  @CsvSource({"1, 8", "2, 9", "4, 8", "5, 13", "10, 100", "3, 100"})
  void spread_takesOfEachPartAnotherPlace(int pieces, int characters) {
    StringBuilder all = new StringBuilder();
    for (int i = 0; i < 100; i++) {
      all.appendCodePoint(0x4E00 + i);
    }
    HeldOut split = HeldOut.spread(CharVocab.of(all).encode(all), characters, pieces);

    StringBuilder rest = new StringBuilder(all);
    int sum = 0;
    for (int i = pieces - 1; i >= 0; i--) {
      String piece = split.pieces().get(i).decode();
      int begin = piece.codePointAt(0) - 0x4E00;
      assertThat(all.substring(begin, begin + piece.length())).isEqualTo(piece);
      assertThat(piece.length()).isBetween(characters / pieces, (characters - 1) / pieces + 1);
      double place = (i + 1) * (Math.sqrt(5) - 1) / 2;
      double free = 100.0 / pieces - piece.length();
      double expected = i * 100.0 / pieces + free * (place - Math.floor(place));
      assertThat((double) begin).isBetween(expected - 1.5, expected + 1.5);
      rest.delete(begin, begin + piece.length());
      sum += piece.length();
    }
    assertThat(sum).isEqualTo(characters);
    assertThat(split.training().decode()).isEqualTo(rest.toString());
  }

  /** Also where pieces leave hardly anything between them, and cannot all be as long. */
  @Test
  void spread_ofEverySmallText_isAllOfItOnce() {
    String all = "ab\ncdefg\n\nhijklm\nnopqrstuvwxyz".repeat(2);
    CharVocab vocab = CharVocab.of(all);
    for (int length = 2; length <= 40; length++) {
      EncodedText text = vocab.encode(all.substring(0, length));
      for (int pieces = 1; pieces <= length / 2; pieces++) {
        for (int characters = 2 * pieces; characters <= length; characters++) {
          HeldOut split = HeldOut.spread(text, characters, pieces);
          assertThat(split.pieces()).hasSize(pieces);
          assertThat(split.pieces().stream().mapToLong(EncodedText::length).sum())
              .as("%d characters, %d of them in %d pieces", length, characters, pieces)
              .isEqualTo(characters);
          assertThat(split.training().length()).isEqualTo(length - characters);
        }
      }
    }
  }

  @Test
  void aPiece_beginsWhereALineDoes_ifThatIsNear() {
    String lines = "a line of some 30 characters.\n".repeat(40); // 1,200 characters
    HeldOut near = HeldOut.spread(CharVocab.of(lines).encode(lines), 480, 4);
    assertThat(near.pieces())
        .allSatisfy(
            piece -> {
              assertThat(piece.length()).isEqualTo(120);
              assertThat(piece.decode()).startsWith("a line of");
            });
    assertThat(near.training().decode()).isEqualTo("a line of some 30 characters.\n".repeat(24));

    // A quarter of a piece is 2 characters: it stands where it would without lines.
    HeldOut far = HeldOut.spread(CharVocab.of(lines).encode(lines), 40, 4);
    assertThat(far.pieces().get(1).decode()).isEqualTo(lines.substring(368, 378));
  }

  /** As many streams as pieces never pass by all of them at the same time. */
  @Test
  void piecesOfEveryNumber_areEvenlySpreadWithinTheirParts() {
    int length = 12_000;
    StringBuilder all = new StringBuilder();
    for (int i = 0; i < length; i++) {
      all.appendCodePoint(0x4E00 + i);
    }
    EncodedText text = CharVocab.of(all).encode(all);
    for (int pieces : new int[] {5, 16, 20, 30}) {
      int part = length / pieces;
      int[] inTenth = new int[10];
      for (EncodedText piece : HeldOut.spread(text, 10L * pieces, pieces).pieces()) {
        int begin = piece.decode().codePointAt(0) - 0x4E00;
        inTenth[begin % part * 10 / part]++;
      }
      for (int count : inTenth) {
        assertThat(count).isBetween(pieces / 10 - 1, pieces / 10 + 2);
      }
    }
  }

  @Test
  void whatCannotBeHeldOut_isRefused() {
    long length = text.length();
    for (long wrong : new long[] {1, -3, length + 1}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> HeldOut.tail(text, wrong))
          .withMessage("characters is " + wrong + ", must be from 2 to " + length);
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> HeldOut.spread(text, 100, 0))
        .withMessage("pieces is 0, must be at least 1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> HeldOut.spread(text, 9, 5))
        .withMessage("characters is 9, must be from 10 to " + length);
  }

  /** No range from 4 to 4, and none from 6 to 4. */
  @Test
  void ofAShortText_whatIsRefused_isSaidWithWhatItWouldNeed() {
    CharVocab vocab = CharVocab.of("\nab");
    Documents lines = Documents.lines();
    EncodedText four = vocab.encode("\nab\n");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> HeldOut.spread(four, 3, 2))
        .withMessage("characters is 3, must be 4, as the text has no more");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> HeldOut.spread(four, 4, 3, lines))
        .withMessage(
            "the text has 4 characters, must have at least 6, 2 for each piece: hold out fewer");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> HeldOut.tail(vocab.encode("a"), 1))
        .withMessage("the text has 1 character, must have at least 2");
  }

  // Texts that are joined

  /**
   * Of symbols of one byte and of two, with parts that are empty or longer than memory's pieces.
   */
  @ParameterizedTest
  @CsvSource({"23", "300"})
  void joined_isTheSameAsEncodedAtOnce(int symbols) {
    StringBuilder built = new StringBuilder();
    for (int i = 0; i < 140_000; i++) {
      built.appendCodePoint('a' + i % 7 + (i % 1_001 == 0 ? i % symbols : 0));
    }
    for (int i = 0; i < symbols; i++) {
      built.appendCodePoint('a' + i);
    }
    String string = built.toString();
    EncodedText whole = CharVocab.of(string).encode(string);
    int[] cuts = {0, 0, 3, 65_535, 65_600, 140_001, 140_001, string.length()};
    List<EncodedText> parts = new ArrayList<>();
    for (int i = 1; i < cuts.length; i++) {
      EncodedText part = whole.part(cuts[i - 1], cuts[i]);
      parts.add(i % 2 == 0 ? part : whole.vocab().encode(string.substring(cuts[i - 1], cuts[i])));
    }

    EncodedText joined = EncodedText.join(parts);

    assertThat(joined.length()).isEqualTo(whole.length());
    assertThat(joined.fingerprint()).isEqualTo(whole.fingerprint());
    assertThat(joined.decode()).isEqualTo(string);
    EncodedText part = EncodedText.join(List.of(joined.part(1, 139_999))).part(1, 139_990);
    assertThat(part.fingerprint()).isEqualTo(whole.part(2, 139_991).fingerprint());
    int[] copied = new int[3 * 70_000];
    part.copy(60_000, copied, 2, 3, 69_990);
    for (int i = 0; i < 69_990; i++) {
      assertThat(copied[2 + 3 * i]).isEqualTo(whole.symbol(60_002 + i));
    }
  }

  @Test
  void joined_takesNoMemoryOfItsOwn() {
    EncodedText joined = EncodedText.join(List.of(text.part(0, 10), text.part(20, 30)));

    assertThat(joined.memory()).isEqualTo(text.memory());
    assertThat(EncodedText.join(List.of(joined, text.vocab().encode("the sea"))).memory())
        .isEqualTo(text.memory() + text.vocab().encode("the sea").memory());
  }

  @Test
  void textsOfOtherVocabularies_areNotJoined() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> EncodedText.join(List.of(text, CharVocab.of("abc").encode("a"))))
        .withMessage(
            "texts to join have vocabularies of 47 and 3 symbols, must have the same: encode them"
                + " with one");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> EncodedText.join(List.of()))
        .withMessageContaining("must be at least 1");
    assertThat(EncodedText.join(List.of(text.part(3, 3))).length()).isZero();
  }
}
