package io.github.charrnn.cli.train;

import io.github.charrnn.Training;
import java.io.PrintWriter;
import java.util.Locale;

/**
 * How training is getting on, on standard error: one line that is rewritten in place on a terminal,
 * otherwise a new line now and then.
 */
public final class Progress {
  private static final long LIVE_NANOS = 200_000_000;
  private static final long PLAIN_NANOS = 10_000_000_000L;

  /** A narrow terminal shows this much of the curve rather than the epoch. */
  private static final int LEAST_SPARKLINE = 6;

  private static final String ERASE_LINE = "\r\u001b[K";

  private final PrintWriter to;
  private final int columns; // of the terminal, 0 if there is none
  private final long started = System.nanoTime();
  private long printed = started;
  private long startedAt = -1; // the step
  private boolean lineStands;

  public Progress(PrintWriter to, int columns) {
    this.to = to;
    this.columns = columns;
  }

  /** Called after every step, prints if it is time to. */
  public void update(Training training) {
    if (startedAt < 0) {
      startedAt = Math.max(0, training.step() - 1); // a run that is resumed begins with its next
    }
    long now = System.nanoTime();
    if (now - printed >= (columns > 0 ? LIVE_NANOS : PLAIN_NANOS)) {
      print(training, now);
    }
  }

  /** Prints now. */
  public void show(Training training) {
    print(training, System.nanoTime());
  }

  private void print(Training training, long now) {
    printed = now;
    String line = line(training, now);
    if (columns > 0) {
      to.print(ERASE_LINE + line.substring(0, Math.min(line.length(), columns - 1)));
      to.flush();
      lineStands = true;
    } else {
      to.println(line);
    }
  }

  /** Makes room for other output. */
  public void clear() {
    if (lineStands) {
      to.print(ERASE_LINE);
      to.flush();
      lineStands = false;
    }
  }

  private String line(Training training, long now) {
    long step = training.step();
    long steps = training.plannedSteps();
    long done = step - startedAt;
    String left = done <= 0 ? "?" : time((now - started) / 1e9 * (steps - step) / done);
    String head = String.format(Locale.ROOT, "step %,d/%,d", step, steps);
    String epoch = String.format(Locale.ROOT, "  epoch %.2f", training.epoch());
    String smooth = String.format(Locale.ROOT, "  smooth %.2f", training.smoothLoss());
    String tail =
        String.format(
            Locale.ROOT,
            "  %s  %,.0fk char/s  %s left",
            bitsPerCharacter(training),
            training.charactersPerSecond() / 1_000,
            left);
    if (columns == 0) {
      return head + epoch + smooth + tail;
    }
    int room = columns - 2 - head.length() - smooth.length() - tail.length();
    if (room - epoch.length() >= LEAST_SPARKLINE) {
      head += epoch;
      room -= epoch.length();
    }
    return room > 0
        ? head + smooth + " " + Sparkline.of(training.history(), room) + tail
        : head + smooth + tail;
  }

  /** Of the held-out text where there is one: a smooth loss is thousands of steps behind. */
  static String bitsPerCharacter(Training training) {
    return training
        .lastHeldOutLoss()
        .map(
            loss ->
                String.format(
                    Locale.ROOT, "held-out %.3f bits/char", loss.natsPerCharacter() / Math.log(2)))
        .orElse(String.format(Locale.ROOT, "%.3f bits/char", training.smoothBitsPerCharacter()));
  }

  /** As in 0:42 or 1:05:07. */
  public static String time(double seconds) {
    long s = Math.round(seconds);
    return s < 3600
        ? String.format(Locale.ROOT, "%d:%02d", s / 60, s % 60)
        : String.format(Locale.ROOT, "%d:%02d:%02d", s / 3600, s / 60 % 60, s % 60);
  }
}
