package io.github.charrnn.cli.interactive;

import java.io.IOException;
import java.util.Optional;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReader.Option;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.UserInterruptException;
import org.jline.terminal.Terminal;
import org.jline.terminal.Terminal.Signal;
import org.jline.terminal.TerminalBuilder;

/**
 * A prompt with line editing and a history, by JLine, whose editor only this one loads. JLine asks
 * stty, and needs no native library.
 */
final class LineEditor implements Keyboard {
  private static final String PROMPT = "> ";

  private final Terminal terminal;
  private final LineReader reader;
  private volatile boolean interrupted;

  LineEditor() throws IOException {
    terminal = TerminalBuilder.builder().provider("exec").dumb(true).build();
    terminal.handle(Signal.INT, signal -> interrupted = true);
    reader =
        LineReaderBuilder.builder()
            .terminal(terminal)
            // Every character counts, as it was typed: the spaces, !, and \\ are the model's.
            .option(Option.DISABLE_EVENT_EXPANSION, true)
            .option(Option.HISTORY_IGNORE_SPACE, false)
            .option(Option.HISTORY_REDUCE_BLANKS, false)
            .build();
    terminal.writer().println("Type a beginning; :help says what else there is, Ctrl-D leaves.");
  }

  @Override
  public Optional<String> line() {
    while (true) {
      try {
        String line = reader.readLine(PROMPT);
        interrupted = false;
        return Optional.of(line);
      } catch (UserInterruptException e) {
        // The line is gone: another prompt.
      } catch (EndOfFileException e) {
        return Optional.empty();
      }
    }
  }

  @Override
  public boolean interrupted() {
    return interrupted;
  }

  @Override
  public void close() throws IOException {
    terminal.close();
  }
}
