package io.github.charrnn.cli.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;

class EscapesTest {
  @Test
  void read_givesWhatWasMeant() {
    assertThat(Escapes.read("a\\nb\\tc\\rd")).isEqualTo("a\nb\tc\rd");
    assertThat(Escapes.read("caf\\u00e9 caf\\u00E9")).isEqualTo("caf\u00e9 caf\u00e9");
    assertThat(Escapes.read("\\ud83d\\ude00")).isEqualTo("\ud83d\ude00");
    assertThat(Escapes.read("\\u00e91")).isEqualTo("\u00e91");
  }

  @Test
  void read_aBackslashTwice_isOne_andEscapesNothingMore() {
    assertThat(Escapes.read("\\\\n")).isEqualTo("\\n");
    assertThat(Escapes.read("\\\\\\n")).isEqualTo("\\\n");
    assertThat(Escapes.read("C:\\\\u00e9$1")).isEqualTo("C:\\u00e9$1");
  }

  @Test
  void read_anythingElseAfterABackslash_isRefused() {
    for (String typed :
        List.of("x\\q", "\\", "a\\\\\\", "\\u12", "\\u00g9", "\\ n", "\\\n", "\\N")) {
      assertThatIllegalArgumentException()
          .as(typed)
          .isThrownBy(() -> Escapes.read(typed))
          .withMessageStartingWith("after a backslash there must be n, t, r, u ");
    }
  }

  @Test
  void escaped_canBeTyped_andReadAgain() {
    assertThat(Escapes.escaped("<|end|>\n\t\r\\\u0000\u001b\u007f"))
        .isEqualTo("<|end|>\\n\\t\\r\\\\\\u0000\\u001b\\u007f");
    for (String text :
        List.of("", "\\n", "\n\\", "\\u0041", "$1", "caf\u00e9 \ud83d\ude00\u2028")) {
      assertThat(Escapes.read(Escapes.escaped(text))).isEqualTo(text);
    }
  }
}
