package io.github.charrnn.cli.output;

import java.io.FilterWriter;
import java.io.IOException;
import java.io.Writer;
import java.util.Locale;

/**
 * Text on its way to a terminal, whoever wrote it: but for tabs and ends of lines, LF or CR LF, a
 * character that controls the terminal or the direction of text is written as it is typed, as in
 * {@code \u001b}.
 */
final class Visible extends FilterWriter {
  private boolean returned; // a CR is kept back: what follows says whether it ends a line

  Visible(Writer to) {
    super(to);
  }

  @Override
  public void write(int c) throws IOException {
    if (returned) {
      out.write(c == '\n' ? "\r" : "\\r");
    }
    returned = c == '\r';
    if (returned) {
      return;
    }
    if (controls((char) c)) {
      out.write(String.format(Locale.ROOT, "\\u%04x", c & 0xffff));
    } else {
      out.write(c);
    }
  }

  @Override
  public void write(char[] text, int from, int length) throws IOException {
    for (int i = from; i < from + length; i++) {
      write(text[i]);
    }
  }

  @Override
  public void write(String text, int from, int length) throws IOException {
    for (int i = from; i < from + length; i++) {
      write(text.charAt(i));
    }
  }

  /** All of them are single chars. */
  private static boolean controls(char c) {
    return (Character.isISOControl(c) && c != '\n' && c != '\t')
        || c == 0x061c
        || c == 0x200e
        || c == 0x200f
        || (c >= 0x2028 && c <= 0x202e)
        || (c >= 0x2066 && c <= 0x2069);
  }
}
