package io.github.charrnn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.text.Normalizer;
import java.text.Normalizer.Form;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("once")
class CharVocabTest {

  @Test
  void symbols_areTheDistinctCodePointsInAscendingOrder() {
    CharVocab vocab = CharVocab.of("b\uD83D\uDE00a\u00E9b\nz\uFFFDa");

    assertThat(vocab.symbols()).isEqualTo("\nabz\u00E9\uFFFD\uD83D\uDE00");
    assertThat(vocab.size()).isEqualTo(7);
    assertThat(vocab.symbolOf('a')).isEqualTo(1);
    assertThat(vocab.symbolOf(0x1F600)).isEqualTo(6);
    assertThat(vocab.codePointOf(6)).isEqualTo(0x1F600);
  }

  @Test
  void symbolOf_whatIsNotThere_isMinusOne() {
    CharVocab vocab = CharVocab.of("abz");

    for (int codePoint : new int[] {-1, 0, 'c', 0x161, 0xD83D, 0x10FFFF, Integer.MIN_VALUE}) {
      assertThat(vocab.symbolOf(codePoint)).as("U+%X", codePoint).isEqualTo(-1);
    }
  }

  @Test
  void decode_undoesEncode() {
    String text = "na\u00EFve \uD83D\uDC1F\r\n\u0000end";
    CharVocab vocab = CharVocab.of(text);

    EncodedText encoded = vocab.encode(text);

    assertThat(encoded.length()).isEqualTo(text.codePointCount(0, text.length()));
    assertThat(Texts.decode(encoded)).isEqualTo(text);
    int[] symbols = IntStream.range(0, (int) encoded.length()).map(encoded::symbol).toArray();
    assertThat(vocab.decode(symbols)).isEqualTo(text);
  }

  @Test
  void equalSets_makeEqualVocabularies() {
    assertThat(CharVocab.of("abc"))
        .isEqualTo(CharVocab.of("ccba"))
        .hasSameHashCodeAs(CharVocab.of("bca"));
    assertThat(CharVocab.of("abc")).isNotEqualTo(CharVocab.of("abd"));
  }

  @Test
  void unknownSymbol_failsWithSymbolCodePointAndPosition() {
    CharVocab vocab = CharVocab.of("abc ");

    UnknownSymbolException e =
        catchThrowableOfType(
            UnknownSymbolException.class, () -> vocab.encode("a \uD83D\uDE00 b\u00E9"));

    assertThat(e)
        .hasMessage(
            "the symbol '\uD83D\uDE00' (U+1F600) at position 2 is not in the vocabulary of 4"
                + " symbols");
    assertThat(e.codePoint()).isEqualTo(0x1F600);
    assertThat(e.position()).isEqualTo(2);
    assertThatThrownBy(() -> vocab.encode("ab\n"))
        .hasMessageStartingWith("the symbol U+000A at position 2");
  }

  @Test
  void unknownSymbol_isSkippedOrReplacedIfAsked() {
    CharVocab vocab = CharVocab.of("abc?");

    assertThat(Texts.decode(vocab.encode("a-b\uD83D\uDE00-c", UnknownSymbols.skip())))
        .isEqualTo("abc");
    assertThat(Texts.decode(vocab.encode("a-b\uD83D\uDE00c", UnknownSymbols.replaceWith('?'))))
        .isEqualTo("a?b?c");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> vocab.encode("a-b", UnknownSymbols.replaceWith('!')))
        .withMessage("the replacement '!' (U+0021) is not in the vocabulary of 4 symbols itself");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> UnknownSymbols.replaceWith(-1))
        .withMessage("codePoint is -1, must be from 0 to 1114111 (0x10FFFF)");
  }

  @Test
  void halfASurrogatePair_isRefused() {
    for (String text : new String[] {"ab\uD83D", "ab\uD83Dc", "ab\uDE00", "ab\uDE00\uD83D"}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> CharVocab.of(text))
          .withMessageContaining("half a surrogate pair")
          .withMessageContaining("index 2");
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CharVocab.of("ab").encode("a\uD83D"))
        .withMessageContaining("U+D83D, at index 1");
  }

  @Test
  void tooFewOrTooManySymbols_areRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CharVocab.of(""))
        .withMessage("the text is empty, a model needs at least 2 symbols");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CharVocab.of("aaa"))
        .withMessage("the text has only 1 distinct symbol, 'a' (U+0061), a model needs at least 2");
    int[] most = IntStream.range(0x10000, 0x10000 + CharVocab.MAX_SIZE).toArray();
    assertThat(CharVocab.of(most).size()).isEqualTo(65_536);
    int[] tooMany = IntStream.range(0x10000, 0x10001 + CharVocab.MAX_SIZE).toArray();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CharVocab.of(tooMany))
        .withMessage("the text has 65537 distinct symbols, a model can have at most 65536");
    assertThatIllegalArgumentException().isThrownBy(() -> CharVocab.of('a', 'b', 'a'));
    assertThatIllegalArgumentException().isThrownBy(() -> CharVocab.of('a', 0xD800));
    assertThatIllegalArgumentException().isThrownBy(() -> CharVocab.of('a', 0x110000));
  }

  @Test
  void unknownSymbols_areDealtWithAsThePolicySays() {
    CharVocab vocab = CharVocab.of("abc");
    assertThat(vocab.encode("axbc", UnknownSymbols.skip()).length()).isEqualTo(3);
    assertThat(vocab.encode("axbc", UnknownSymbols.replaceWith('c')).symbol(1)).isEqualTo(2);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> vocab.encode("axbc", UnknownSymbols.replaceWith('z')))
        .withMessage("the replacement 'z' (U+007A) is not in the vocabulary of 3 symbols itself");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> UnknownSymbols.replaceWith(0x110000))
        .withMessage("codePoint is 1114112, must be from 0 to 1114111 (0x10FFFF)");
    assertThat(UnknownSymbols.fail()).hasToString("fail");
    assertThat(UnknownSymbols.skip()).hasToString("skip");
    assertThat(UnknownSymbols.replaceWith('z')).hasToString("replace with 'z' (U+007A)");
  }

  @Test
  void symbolInAnotherNormalForm_isRefusedWithTheOneToBringTheTextInto() {
    CharVocab composed = CharVocab.of("caf\u00e9 \n");
    CharVocab parts = CharVocab.of("cafe\u0301 ");

    UnknownSymbolException nfd = unknown(composed, "cafe\u0301".replace("e", "\u00e9"));
    assertThat(nfd.normalForm()).contains(Form.NFC);
    assertThat(nfd)
        .hasMessage(
            "the symbol U+0301 at position 4 is not in the vocabulary of 6 symbols, which are in the"
                + " normal form NFC: bring the text into it, for example with uconv -x NFC");
    assertThat(Normalizer.normalize("cafe\u0301", Form.NFC).codePoints())
        .allMatch(it -> composed.symbolOf(it) >= 0);
    UnknownSymbolException nfc = unknown(parts, "caf\u00e9");
    assertThat(nfc.normalForm()).contains(Form.NFD);
    assertThat(nfc.getMessage()).endsWith("uconv -x NFD");
    for (String other : List.of("\u0302", "\u00e8", "z")) {
      assertThat(unknown(composed, other).normalForm()).as(other).isEmpty();
      assertThat(unknown(parts, other).normalForm()).as(other).isEmpty();
    }
    assertThat(unknown(composed, "caf\r\n"))
        .hasMessageEndingWith("6 symbols, whose lines end with LF alone, not with CR LF");
    assertThat(unknown(parts, "caf\r\n")).hasMessageEndingWith("6 symbols");
  }

  private static UnknownSymbolException unknown(CharVocab vocab, String text) {
    return catchThrowableOfType(UnknownSymbolException.class, () -> vocab.encode(text));
  }
}
