package io.github.charrnn;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.CharConversionException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("once")
class EncodedTextTest {
  @TempDir Path directory;

  @Test
  void read_isTheSameAsEncodingTheString() throws IOException {
    // Long enough for several buffers and pieces, with characters of 1 to 4 bytes across their
    // ends.
    SplittableRandom random = new SplittableRandom(3);
    int[] alphabet = {'a', 'b', '\r', '\n', 0xE9, 0x4E2D, 0xFFFD, 0x1F600, 0x10FFFF, 0};
    StringBuilder built = new StringBuilder();
    for (int i = 0; i < 200_000; i++) {
      built.appendCodePoint(alphabet[random.nextInt(alphabet.length)]);
    }
    String text = built.toString();
    Path file = Files.writeString(directory.resolve("text"), text);

    EncodedText read = EncodedText.read(file);

    assertThat(read.vocab()).isEqualTo(CharVocab.of(text));
    assertThat(Texts.decode(read)).isEqualTo(text);
    assertThat(Texts.decode(EncodedText.read(file, read.vocab(), UnknownSymbols.fail())))
        .isEqualTo(text);
  }

  @Test
  void read_fromAStreamThatGivesOneByteAtATime_isTheSame() throws IOException {
    String text = "zw\u00F6lf \uD83D\uDE00 \u4E2D";
    InputStream trickle =
        new ByteArrayInputStream(text.getBytes(UTF_8)) {
          @Override
          public synchronized int read(byte[] to, int at, int length) {
            return super.read(to, at, 1);
          }
        };

    assertThat(Texts.decode(EncodedText.read(trickle, "trickle"))).isEqualTo(text);
  }

  @Test
  void manySymbols_takeTwoBytesEach() throws IOException {
    StringBuilder built = new StringBuilder();
    for (int i = 0; i < 150_000; i++) {
      built.append((char) (0x4E00 + i * 7 % 1_000 * (i > 70_000 ? 1 : 0)));
    }
    String text = built.toString();

    EncodedText read = read(text.getBytes(UTF_8));

    assertThat(read.vocab().size()).isEqualTo(1_000);
    assertThat(Texts.decode(read)).isEqualTo(text);
  }

  @Test
  void exactly256And257Symbols_areBothWhole() throws IOException {
    for (int size = 256; size <= 257; size++) {
      StringBuilder text = new StringBuilder();
      for (int i = size - 1; i >= 0; i--) {
        text.append((char) (0x100 + i));
      }
      EncodedText read = read(text.toString().getBytes(UTF_8));
      assertThat(read.vocab().size()).isEqualTo(size);
      assertThat(Texts.decode(read)).isEqualTo(text.toString());
    }
  }

  @Test
  void byteOrderMark_isDroppedAtTheStartOnly() throws IOException {
    assertThat(Texts.decode(read("\uFEFFab\uFEFF".getBytes(UTF_8)))).isEqualTo("ab\uFEFF");
  }

  @Test
  void lineEndsAndNul_areKept() throws IOException {
    assertThat(Texts.decode(read("a\r\nb\u0000".getBytes(UTF_8)))).isEqualTo("a\r\nb\u0000");
  }

  @Test
  void invalidUtf8_isRefusedWithTheByteOffset() {
    byte[][] wrong = {
      {'a', (byte) 0xE9, 'b'}, // Latin-1
      {'a', (byte) 0xC3}, // cut off at the end
      {'a', (byte) 0xED, (byte) 0xA0, (byte) 0x80}, // a surrogate
      {'a', (byte) 0xC0, (byte) 0x80}, // an overlong NUL
      {'a', (byte) 0xF5, (byte) 0x80, (byte) 0x80, (byte) 0x80} // beyond Unicode
    };
    for (byte[] bytes : wrong) {
      assertThatExceptionOfType(CharConversionException.class)
          .isThrownBy(() -> read(bytes))
          .withMessageStartingWith("test is not UTF-8: the byte 0x%02X at offset 1", bytes[1]);
    }
    byte[] late = "x".repeat(100_000).getBytes(UTF_8);
    late[99_999] = (byte) 0xFF;
    assertThatThrownBy(() -> read(late)).hasMessageContaining("at offset 99999");
  }

  @Test
  void emptyAndUniform_areRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> read(new byte[0]))
        .withMessage("the text is empty, a model needs at least 2 symbols");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> read("aaaa".getBytes(UTF_8)))
        .withMessageContaining("only 1 distinct symbol");
  }

  @Test
  void symbol_outsideOfTheText_isRefused() {
    EncodedText text = CharVocab.of("ab").encode("abba");
    assertThat(text.symbol(3)).isZero();
    assertThatThrownBy(() -> text.symbol(4))
        .isInstanceOf(IndexOutOfBoundsException.class)
        .hasMessage("index is 4, must be from 0 to 3");
    assertThatThrownBy(() -> text.symbol(-1)).hasMessage("index is -1, must be from 0 to 3");
  }

  private static EncodedText read(byte[] bytes) throws IOException {
    return EncodedText.read(new ByteArrayInputStream(bytes), "test");
  }
}
