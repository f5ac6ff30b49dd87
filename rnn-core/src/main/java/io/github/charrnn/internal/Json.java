package io.github.charrnn.internal;

import io.github.charrnn.ModelFormatException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The part of JSON that the header of a safetensors file is made of, and nothing more: objects,
 * arrays, strings and integers from 0 on. Strict: valid UTF-8, no key twice in an object, no lone
 * surrogate, nesting at most {@value #MAX_DEPTH} deep, no more than {@value #MAX_MEMBERS} members
 * or elements each, so that a small file cannot ask for much memory. RFC 8259.
 */
final class Json {
  private static final int MAX_DEPTH = 4;
  private static final int MAX_VALUES = 1_000;
  private static final int BUFFER = 1 << 13;

  private final byte[] text;
  private final long base;
  private int at;
  private int values;

  private Json(byte[] text, long base) {
    this.text = text;
    this.base = base;
  }

  /**
   * Reads one object, with nothing but white space around it.
   *
   * @param base the offset of the text in its file, for messages
   * @return its members in order: a Map, a List, a String or a Long each
   */
  static Map<String, Object> parseObject(byte[] text, long base) throws ModelFormatException {
    requireUtf8(text, base);
    Json json = new Json(text, base);
    json.skipSpace();
    Map<String, Object> result = json.object(1);
    json.skipSpace();
    if (json.at < text.length) {
      throw json.wrong("there is something after the header's JSON object");
    }
    return result;
  }

  /** Appends a string with quotes and escapes. */
  static void appendString(StringBuilder to, String value) {
    to.append('"');
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c == '"' || c == '\\') {
        to.append('\\').append(c);
      } else if (c < 0x20) {
        to.append("\\u00")
            .append(Character.forDigit(c >> 4, 16))
            .append(Character.forDigit(c & 15, 16));
      } else {
        to.append(c);
      }
    }
    to.append('"');
  }

  private static void requireUtf8(byte[] text, long base) throws ModelFormatException {
    CharsetDecoder decoder =
        StandardCharsets.UTF_8.newDecoder().onMalformedInput(CodingErrorAction.REPORT);
    ByteBuffer in = ByteBuffer.wrap(text);
    CharBuffer out = CharBuffer.allocate(BUFFER);
    CoderResult result = decoder.decode(in, out, true);
    while (result.isOverflow()) {
      result = decoder.decode(in, out.clear(), true);
    }
    if (result.isError()) {
      throw new ModelFormatException("the header is not UTF-8", base + in.position());
    }
  }

  private Object value(int depth) throws ModelFormatException {
    if (depth > MAX_DEPTH) {
      throw wrong("the header is nested more than " + MAX_DEPTH + " deep");
    }
    if (++values > MAX_VALUES) {
      throw wrong("the header has more than " + MAX_VALUES + " values");
    }
    return switch (peek()) {
      case '{' -> object(depth);
      case '[' -> array(depth);
      case '"' -> string();
      default -> integer();
    };
  }

  private Map<String, Object> object(int depth) throws ModelFormatException {
    expect('{');
    Map<String, Object> members = new LinkedHashMap<>();
    skipSpace();
    if (peek() == '}') {
      at++;
      return members;
    }
    while (true) {
      skipSpace();
      int start = at;
      String key = string();
      skipSpace();
      expect(':');
      skipSpace();
      Object value = value(depth + 1);
      if (members.put(key, value) != null) {
        at = start;
        throw wrong("the header has a key twice");
      }
      skipSpace();
      if (peek() == '}') {
        at++;
        return members;
      }
      expect(',');
    }
  }

  private List<Object> array(int depth) throws ModelFormatException {
    expect('[');
    List<Object> elements = new ArrayList<>();
    skipSpace();
    if (peek() == ']') {
      at++;
      return elements;
    }
    while (true) {
      skipSpace();
      elements.add(value(depth + 1));
      skipSpace();
      if (peek() == ']') {
        at++;
        return elements;
      }
      expect(',');
    }
  }

  private Long integer() throws ModelFormatException {
    int start = at;
    long value = 0;
    while (isDigit(peek())) {
      if (value > (Long.MAX_VALUE - 9) / 10) {
        at = start;
        throw wrong("the header has a number beyond 64 bits");
      }
      value = 10 * value + (text[at++] - '0');
    }
    int digits = at - start;
    if (digits == 0) {
      throw wrong("an object, array, string or integer is expected");
    }
    if (digits > 1 && text[start] == '0') {
      at = start;
      throw wrong("the header has a number with a leading zero");
    }
    return value;
  }

  private String string() throws ModelFormatException {
    int start = at;
    expect('"');
    StringBuilder result = new StringBuilder();
    int plain = at; // start of the run of bytes that stand for themselves
    while (true) {
      int c = peek();
      if (c < 0) {
        throw wrong("the header ends inside a string");
      }
      if (c < 0x20) {
        throw wrong("the header has a control character inside a string");
      }
      if (c != '"' && c != '\\') {
        at++;
        continue;
      }
      result.append(new String(text, plain, at - plain, StandardCharsets.UTF_8));
      at++;
      if (c == '"') {
        requireNoLoneSurrogate(result, start);
        return result.toString();
      }
      escape(result);
      plain = at;
    }
  }

  private void escape(StringBuilder to) throws ModelFormatException {
    int c = peek();
    int meaning = c < 0 ? -1 : "\"\\/bfnrt".indexOf(c);
    if (meaning >= 0) {
      to.append("\"\\/\b\f\n\r\t".charAt(meaning));
      at++;
      return;
    }
    if (c != 'u') {
      throw wrong("the header has an escape that JSON does not know");
    }
    at++;
    int unit = 0;
    for (int i = 0; i < 4; i++) {
      int digit = peek() < 0 ? -1 : Character.digit(peek(), 16);
      if (digit < 0 || peek() > 'f') {
        throw wrong("the header has a \\u without four hexadecimal digits");
      }
      unit = 16 * unit + digit;
      at++;
    }
    to.append((char) unit);
  }

  private void requireNoLoneSurrogate(CharSequence s, int start) throws ModelFormatException {
    for (int i = 0; i < s.length(); i++) {
      if (Character.isHighSurrogate(s.charAt(i))
          && i + 1 < s.length()
          && Character.isLowSurrogate(s.charAt(i + 1))) {
        i++;
      } else if (Character.isSurrogate(s.charAt(i))) {
        at = start;
        throw wrong("the header has half a surrogate pair in a string");
      }
    }
  }

  private void expect(char c) throws ModelFormatException {
    if (peek() != c) {
      throw wrong("'" + c + "' is expected in the header");
    }
    at++;
  }

  /** The byte that comes next, or -1 at the end. */
  private int peek() {
    return at < text.length ? text[at] & 0xff : -1;
  }

  private void skipSpace() {
    while (at < text.length && " \t\n\r".indexOf(text[at]) >= 0) {
      at++;
    }
  }

  private static boolean isDigit(int c) {
    return c >= '0' && c <= '9';
  }

  private ModelFormatException wrong(String reason) {
    return new ModelFormatException(reason, base + at);
  }
}
