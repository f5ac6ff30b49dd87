package io.github.charrnn.cli.files;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.charrnn.cli.output.Terminal;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;

/**
 * The lines of texts, one after the other, as they come; as {@link io.github.charrnn.Documents}
 * cuts them, but for the empty ones, which are here too.
 */
public final class Lines implements Iterator<String>, AutoCloseable {
  private static final String BYTE_ORDER_MARK = "\uFEFF";

  private final Terminal terminal;
  private final Iterator<String> names;
  private final CharsetDecoder decoder = UTF_8.newDecoder();
  private String name = ""; // of the text that is being read
  private long number; // of the last line
  private Optional<InputStream> text = Optional.empty();
  private Optional<String> next = Optional.empty();

  /**
   * Of files and standard input.
   *
   * @param names of these; none for standard input alone
   */
  public Lines(Terminal terminal, List<String> names) {
    this.terminal = terminal;
    this.names = (names.isEmpty() ? List.of(Sources.STANDARD_INPUT) : names).iterator();
  }

  @Override
  public boolean hasNext() {
    try {
      while (next.isEmpty()) {
        if (text.isEmpty()) {
          if (!names.hasNext()) {
            return false;
          }
          open(names.next());
        }
        next = read(text.orElseThrow());
        if (next.isEmpty()) {
          close();
        }
      }
      return true;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public String next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    String line = next.orElseThrow();
    next = Optional.empty();
    number++;
    return line;
  }

  /** Whether some of the next line can be read without waiting for it. */
  public boolean areReady() throws IOException {
    return next.isPresent() || (text.isPresent() && text.get().available() > 0);
  }

  private void open(String typed) throws IOException {
    name = Sources.name(typed);
    number = 0;
    InputStream in = typed.equals(Sources.STANDARD_INPUT) ? terminal.in() : Sources.open(typed);
    text = Optional.of(in); // to be closed, whatever it is
    text = Optional.of(Contents.ofText(terminal, in, typed));
  }

  /** No byte of a character beyond ASCII is a line feed, so each line is decoded alone. */
  private Optional<String> read(InputStream in) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    int last = in.read();
    if (last < 0) {
      return Optional.empty();
    }
    for (; last >= 0 && last != '\n'; last = in.read()) {
      bytes.write(last);
    }
    String line = decoded(bytes.toByteArray());
    if (number == 0 && line.startsWith(BYTE_ORDER_MARK)) {
      line = line.substring(1);
    }
    boolean carriageReturn = last == '\n' && line.endsWith("\r");
    return Optional.of(carriageReturn ? line.substring(0, line.length() - 1) : line);
  }

  private String decoded(byte[] line) throws IOException {
    try {
      return decoder.decode(ByteBuffer.wrap(line)).toString();
    } catch (CharacterCodingException e) {
      throw new IOException(
          place(number + 1) + " is not UTF-8: convert it first, for example with iconv", e);
    }
  }

  /** Where the last line stands. */
  public String place() {
    return place(number);
  }

  private String place(long line) {
    return "line " + line + " of " + name;
  }

  @Override
  public void close() throws IOException {
    if (text.isPresent()) {
      text.get().close();
      text = Optional.empty();
    }
  }
}
