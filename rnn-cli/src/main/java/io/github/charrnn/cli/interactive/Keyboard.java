package io.github.charrnn.cli.interactive;

import io.github.charrnn.cli.files.Lines;
import io.github.charrnn.cli.output.Terminal;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** Where the lines of a conversation come from. */
interface Keyboard extends AutoCloseable {
  /** The next line, without its end; empty when there is none. */
  Optional<String> line() throws IOException;

  /** Whether Ctrl-C was pressed since the last line. */
  boolean interrupted();

  @Override
  void close() throws IOException;

  /** Whoever sits at a terminal gets a prompt; a pipe or a file is read line by line. */
  static Keyboard of(Terminal terminal) throws IOException {
    return terminal.inIsTerminal() && terminal.outIsTerminal()
        ? new LineEditor()
        : new Piped(new Lines(terminal, List.of()));
  }

  /** Lines that nobody types: Ctrl-C ends the program, as always. */
  record Piped(Lines lines) implements Keyboard {
    @Override
    public Optional<String> line() {
      return lines.hasNext() ? Optional.of(lines.next()) : Optional.empty();
    }

    @Override
    public boolean interrupted() {
      return false;
    }

    @Override
    public void close() throws IOException {
      lines.close();
    }
  }
}
