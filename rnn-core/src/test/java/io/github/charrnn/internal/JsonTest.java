package io.github.charrnn.internal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.charrnn.ModelFormatException;
import java.io.IOException;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("once")
class JsonTest {
  private static Map<String, Object> parse(String json) throws IOException {
    return Json.parseObject(json.getBytes(UTF_8), 8);
  }

  @Test
  void whiteSpace_mayBeAnywhereBetweenTokens() throws IOException {
    String spaced = " { \"a\" : [ 1 , 2 , [ ] ] , \"b\" : { \"c\" : \"d\" } , \"e\" : { } } ";
    Map<String, Object> expected =
        Map.of("a", List.of(1L, 2L, List.of()), "b", Map.of("c", "d"), "e", Map.of());
    for (String space : List.of("", " ", "\t", "\n", "\r", " \r\n\t")) {
      assertThat(parse(spaced.replace(" ", space))).isEqualTo(expected);
    }
  }

  @Test
  void numbers_areUpTo64Bits() throws IOException {
    assertThat(parse("{\"a\":[0,9,10,9223372036854775799]}"))
        .isEqualTo(Map.of("a", List.of(0L, 9L, 10L, 9223372036854775799L)));
    assertRefused("{\"a\":92233720368547758070}", "beyond 64 bits", 8 + 5);
    assertRefused("{\"a\":01}", "a leading zero", 8 + 5);
    assertRefused("{\"a\":-1}", "an object, array, string or integer is expected", 8 + 5);
  }

  @Test
  void escapes_standForTheirCharacters() throws IOException {
    assertThat(parse("{\"a\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\u00e9\\uD83D\\uDE00\\uffff\"}"))
        .isEqualTo(Map.of("a", "\"\\/\b\f\n\r\tA\u00e9\uD83D\uDE00\uffff"));
    assertThat(parse("{\"a\":\" \u007f\u0080\"}")).isEqualTo(Map.of("a", " \u007f\u0080"));
    for (String wrong : List.of("\\u00g0", "\\u00G0", "\\u 041", "\\u00:0", "\\u00\uff110")) {
      assertRefused("{\"a\":\"" + wrong + "\"}", "\\u without four hexadecimal digits", -1);
    }
    assertRefused("{\"a\":\"\\u004", "\\u without four hexadecimal digits", -1);
    assertRefused("{\"a\":\"\\", "an escape that JSON does not know", -1);
    assertRefused("{\"a\":\"\u001f\"}", "a control character inside a string", 8 + 6);
  }

  @Test
  void writtenStrings_areReadBack() throws IOException {
    StringBuilder all = new StringBuilder();
    for (int c = 0; c < 0x300; c++) {
      all.appendCodePoint(c);
    }
    StringBuilder json = new StringBuilder("{\"a\":");
    Json.appendString(json, all.toString());
    assertThat(json.indexOf("\\u001f")).isPositive();
    assertThat(json.indexOf("\\u0020")).isNegative();

    assertThat(parse(json.append('}').toString())).isEqualTo(Map.of("a", all.toString()));
  }

  @Test
  void nesting_isAtMostFourDeep() throws IOException {
    assertThat(parse("{\"a\":{\"b\":{\"c\":{}}}}"))
        .isEqualTo(Map.of("a", Map.of("b", Map.of("c", Map.of()))));
    assertThat(parse("{\"a\":[[3]]}")).isEqualTo(Map.of("a", List.of(List.of(3L))));
    assertRefused("{\"a\":{\"b\":{\"c\":{\"d\":1}}}}", "nested more than 4 deep", -1);
    assertRefused("{\"a\":[[[3]]]}", "nested more than 4 deep", -1);
  }

  @Test
  void values_areAtMostAThousand() throws IOException {
    assertThat(parse("{\"a\":[" + "1,".repeat(998) + "1]}"))
        .isEqualTo(Map.of("a", Collections.nCopies(999, 1L)));
    assertRefused("{\"a\":[" + "1,".repeat(999) + "1]}", "more than 1000 values", -1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "1",
        "[]",
        "{",
        "{\"a\"",
        "{\"a\":",
        "{\"a\":1",
        "{\"a\":1,",
        "{\"a\":1,}",
        "{,}",
        "{\"a\" 1}",
        "{a:1}",
        "{\"a\":[}",
        "{\"a\":[1",
        "{\"a\":[1 2]}",
        "{\"a\":\"",
        "{\"a\":nul}",
        "{}x",
        "{} {}"
      })
  void otherText_isRefused(String text) {
    assertThatExceptionOfType(ModelFormatException.class).isThrownBy(() -> parse(text));
  }

  @Test
  void keys_areThereOnce() {
    assertRefused("{\"a\":1,\"b\":2,\"\\u0061\":1}", "a key twice", 8 + 13);
    assertRefused("{\"x\":{\"a\":1,\"a\":1}}", "a key twice", -1);
  }

  @Test
  void surrogates_comeInPairs() {
    for (String half :
        List.of("\\ud800", "\\udc00", "\\ud800x", "\\udc00\\ud800", "\\ud800\\ud800")) {
      assertRefused("{\"a\":\"" + half + "\"}", "half a surrogate pair", 8 + 5);
    }
  }

  private static void assertRefused(String json, String reason, long offset) {
    assertThatExceptionOfType(ModelFormatException.class)
        .as(json)
        .isThrownBy(() -> parse(json))
        .satisfies(
            e -> {
              assertThat(e.reason()).contains(reason);
              assertThat(e.offset()).isBetween(8L, 8L + json.getBytes(UTF_8).length);
              if (offset >= 0) {
                assertThat(e.offset()).isEqualTo(offset);
              }
            });
  }
}
