package io.github.charrnn.internal;

import java.io.CharConversionException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.function.IntConsumer;

/** Decodes UTF-8 strictly and in one pass, with memory for a few thousand characters. */
public final class Utf8 {
  private static final int BUFFER = 1 << 15;
  private static final int BYTE_ORDER_MARK = 0xfeff;

  private Utf8() {}

  /**
   * Hands on every code point of a stream; a byte order mark at its very start is dropped.
   *
   * @param name what to call the stream in a message
   * @throws CharConversionException if the stream is not UTF-8, with the offset of the first byte
   *     that is not; what came before it has been handed on
   */
  public static void decode(InputStream in, String name, IntConsumer codePoints)
      throws IOException {
    CharsetDecoder decoder =
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    ByteBuffer bytes = ByteBuffer.allocate(BUFFER);
    CharBuffer chars = CharBuffer.allocate(BUFFER);
    long offset = 0; // of the first byte in the buffer
    boolean first = true;
    boolean end = false;
    while (!end) {
      int read = in.read(bytes.array(), bytes.position(), bytes.remaining());
      end = read < 0;
      bytes.position(bytes.position() + Math.max(read, 0)).flip();
      CoderResult result = decoder.decode(bytes, chars, end);
      chars.flip();
      while (chars.hasRemaining()) {
        // The decoder never splits a surrogate pair between two calls.
        char c = chars.get();
        int codePoint = Character.isHighSurrogate(c) ? Character.toCodePoint(c, chars.get()) : c;
        if (!first || codePoint != BYTE_ORDER_MARK) {
          codePoints.accept(codePoint);
        }
        first = false;
      }
      chars.clear();
      if (result.isError()) {
        throw new CharConversionException(
            String.format(
                Locale.ROOT,
                "%s is not UTF-8: the byte 0x%02X at offset %d begins no valid character; convert"
                    + " it first, for example with iconv",
                name,
                bytes.get(bytes.position()),
                offset + bytes.position()));
      }
      offset += bytes.position();
      bytes.compact();
    }
  }
}
