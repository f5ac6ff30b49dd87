package io.github.charrnn.cli.report;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.charrnn.EncodedText;
import java.util.zip.Deflater;

/** What gzip makes of a text when it has read another one: by how much its output grows. */
final class Gzip {
  /**
   * Characters at the end of the other text. It looks back 32 kB: what is further away cannot help,
   * and is not read.
   */
  private static final long REMEMBERED = 1 << 16;

  private static final int BLOCK = 1 << 13; // characters

  private Gzip() {}

  /**
   * Nats per character of a text, at level 9.
   *
   * @param before what was read before it
   * @param text at least 1 character
   */
  static double nats(EncodedText before, EncodedText text) {
    EncodedText end = before.part(Math.max(0, before.length() - REMEMBERED), before.length());
    long bytes = size(end, text) - size(end);
    return Byte.SIZE * Math.log(2) * bytes / text.length();
  }

  /** Bytes of texts, one after the other; what stands around them in a file is not among these. */
  private static long size(EncodedText... texts) {
    Deflater deflater = new Deflater(Deflater.BEST_COMPRESSION, true);
    try {
      byte[] out = new byte[1 << 13];
      for (EncodedText text : texts) {
        for (long from = 0; from < text.length(); from += BLOCK) {
          EncodedText block = text.part(from, Math.min(text.length(), from + BLOCK));
          deflater.setInput(block.decode().getBytes(UTF_8));
          while (!deflater.needsInput()) {
            deflater.deflate(out);
          }
        }
      }
      deflater.finish();
      while (!deflater.finished()) {
        deflater.deflate(out);
      }
      return deflater.getBytesWritten();
    } finally {
      deflater.end();
    }
  }
}
