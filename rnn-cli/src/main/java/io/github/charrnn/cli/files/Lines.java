package io.github.charrnn.cli.files;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.charrnn.cli.output.Terminal;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;

/** The lines of texts, one after the other, as they come. */
public final class Lines implements Iterator<String>, AutoCloseable {
  private final Terminal terminal;
  private final Iterator<String> names;
  private String name = ""; // of the text that is being read
  private long number; // of the last line
  private Optional<BufferedReader> reader = Optional.empty();
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
        if (reader.isEmpty()) {
          if (!names.hasNext()) {
            return false;
          }
          open(names.next());
        }
        next = Optional.ofNullable(reader.orElseThrow().readLine());
        if (next.isEmpty()) {
          close();
        }
      }
      return true;
    } catch (CharacterCodingException e) {
      throw new UncheckedIOException(
          new IOException(
              name
                  + " is not UTF-8 after line "
                  + number
                  + ": convert it first, for example with iconv",
              e));
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

  private void open(String text) throws IOException {
    boolean piped = text.equals(Sources.STANDARD_INPUT);
    name = Sources.name(text);
    number = 0;
    reader =
        Optional.of(
            piped
                ? new BufferedReader(new InputStreamReader(terminal.in(), UTF_8.newDecoder()))
                : Files.newBufferedReader(Path.of(text)));
  }

  /** Where the last line stands. */
  public String place() {
    return "line " + number + " of " + name;
  }

  @Override
  public void close() throws IOException {
    if (reader.isPresent()) {
      reader.get().close();
      reader = Optional.empty();
    }
  }
}
