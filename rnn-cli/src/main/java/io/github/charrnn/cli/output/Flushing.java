package io.github.charrnn.cli.output;

import java.io.IOException;
import java.io.Writer;
import java.util.function.UnaryOperator;

/** Passes text on in pieces that are small to the eye and large to the system. */
public final class Flushing implements Appendable {
  private static final long FLUSH_NANOS = 50_000_000;

  private final Writer to;
  private final UnaryOperator<String> shown;
  private long flushed = System.nanoTime();
  private char last = '\n';

  /** Passes every character on as it is. */
  public Flushing(Writer to) {
    this(to, UnaryOperator.identity());
  }

  /**
   * Passes on what is to be shown.
   *
   * @param shown what is written in a character's place, at least one
   */
  public Flushing(Writer to, UnaryOperator<String> shown) {
    this.to = to;
    this.shown = shown;
  }

  @Override
  public Appendable append(char c) throws IOException {
    String text = shown.apply(Character.toString(c));
    to.append(text);
    last = text.charAt(text.length() - 1);
    long now = System.nanoTime();
    if (now - flushed > FLUSH_NANOS) {
      to.flush();
      flushed = now;
    }
    return this;
  }

  /** Ends the line, unless nothing stands in it. */
  public void endLine() throws IOException {
    if (last != '\n') {
      append('\n');
    }
  }

  @Override
  public Appendable append(CharSequence text) throws IOException {
    return append(text, 0, text.length());
  }

  @Override
  public Appendable append(CharSequence text, int start, int end) throws IOException {
    for (int i = start; i < end; i++) {
      append(text.charAt(i));
    }
    return this;
  }
}
