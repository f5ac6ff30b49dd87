package io.github.charrnn.spark;

import io.github.charrnn.EncodedText;
import io.github.charrnn.UnknownSymbolException;
import io.github.charrnn.UnknownSymbols;
import io.github.charrnn.VanillaRnn;

/** A row's text as a model reads it, and what is wrong with it in one sentence. */
final class Rows {
  /** Characters of a text that a message shows. */
  private static final int SHOWN = 40;

  private Rows() {}

  /**
   * The text as {@code rnn score} reads a line.
   *
   * @throws IllegalArgumentException if it cannot be read so; the message shows it
   */
  static EncodedText encode(VanillaRnn model, String text, UnknownSymbols unknown) {
    EncodedText encoded;
    try {
      encoded = model.encodeLine(text, unknown);
    } catch (UnknownSymbolException e) {
      throw refused(
          text,
          e.getMessage()
              + (e.normalForm().isPresent() ? "; or" : ":")
              + " --unknown skip, in the API UnknownSymbols.skip(), leaves such symbols out");
    } catch (IllegalArgumentException e) {
      throw refused(text, String.valueOf(e.getMessage()));
    }
    if (encoded.length() < 2) {
      throw refused(
          text,
          "it has fewer than 2 characters that the model knows, which predicts no end of a line:"
              + " leave such rows out");
    }
    return encoded;
  }

  private static IllegalArgumentException refused(String text, String why) {
    return new IllegalArgumentException("the text " + shown(text) + ": " + why);
  }

  private static String shown(String text) {
    StringBuilder shown = new StringBuilder("'");
    text.codePoints()
        .limit(SHOWN)
        .forEach(
            it -> {
              if (Character.isISOControl(it)) {
                shown.append(String.format("\\u%04x", it));
              } else {
                shown.appendCodePoint(it);
              }
            });
    return shown.append(text.codePointCount(0, text.length()) > SHOWN ? "…'" : "'").toString();
  }
}
