package io.github.charrnn;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** Texts that tests train on. */
final class Texts {
  private Texts() {}

  /** A short story of 1,900 characters, and the same every time: golden hashes rest on it. */
  static EncodedText harbour() {
    try (InputStream in = Texts.class.getResourceAsStream("harbour.txt")) {
      if (in == null) {
        throw new IllegalStateException("harbour.txt is not among the test resources");
      }
      return EncodedText.read(in, "harbour.txt");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static String decode(EncodedText text) {
    StringBuilder result = new StringBuilder();
    for (long i = 0; i < text.length(); i++) {
      result.appendCodePoint(text.vocab().codePointOf(text.symbol(i)));
    }
    return result.toString();
  }
}
