package io.github.charrnn.cli.output;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.util.function.IntSupplier;
import org.jline.utils.Signals;

/** How wide the terminal is that standard error is, also after its window has changed. */
public final class TerminalWidth implements IntSupplier {
  private int columns;
  private volatile boolean changed;

  /**
   * A terminal.
   *
   * @param columns at the start, 0 if there is no terminal
   */
  public TerminalWidth(int columns) {
    this.columns = columns;
    if (columns > 0) {
      Signals.register("WINCH", () -> changed = true);
    }
  }

  @Override
  public int getAsInt() {
    if (changed) {
      changed = false;
      columns = measured();
    }
    return columns;
  }

  /** What stty says, as at the start; what it was if stty does not. */
  private int measured() {
    try {
      Process stty =
          new ProcessBuilder("sh", "-c", "stty size <&2 2>/dev/null")
              .redirectError(Redirect.INHERIT)
              .start();
      String[] size = new String(stty.getInputStream().readAllBytes(), US_ASCII).split("\\s+", -1);
      return size[1].matches("[1-9]\\d{0,8}") ? Integer.parseInt(size[1]) : columns;
    } catch (IOException | ArrayIndexOutOfBoundsException e) {
      return columns;
    }
  }
}
