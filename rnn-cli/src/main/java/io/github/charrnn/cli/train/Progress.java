package io.github.charrnn.cli.train;

import io.github.charrnn.Training;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;

/**
 * How training is getting on, on standard error: one line that is rewritten in place on a terminal,
 * otherwise a new line now and then.
 */
public final class Progress {
  private static final long LIVE_NANOS = 200_000_000;
  private static final long PLAIN_NANOS = 10_000_000_000L;
  private static final String BETWEEN = "  ";
  private static final int LEAST_BAR = 7;
  private static final int WIDEST_BAR = 40;
  private static final int RATE = "  100k char/s".length();

  /** The cursor stands where the line begins, so this erases all of it, however it was wrapped. */
  private static final String ERASE = "\r\u001b[J";

  private final PrintWriter to;
  private final IntSupplier columns; // of the terminal, 0 if there is none
  private final LongSupplier clock;
  private final StepRate stepRate = new StepRate();
  private long printed;
  private long printedPercent = -1;
  private boolean begun;
  private boolean lineStands;

  /**
   * Nothing is shown yet.
   *
   * @param columns of the terminal now, 0 if there is none
   * @param clock nanoseconds since whenever
   */
  public Progress(PrintWriter to, IntSupplier columns, LongSupplier clock) {
    this.to = to;
    this.columns = columns;
    this.clock = clock;
  }

  /** Called after every step, prints if it is time to. */
  public void update(Training training) {
    long now = clock.getAsLong();
    begin(now);
    stepRate.at(now, training.step());
    if (columns.getAsInt() > 0) {
      if (now - printed >= LIVE_NANOS) {
        show(training);
      }
    } else if (now - printed >= PLAIN_NANOS && percent(training) > printedPercent) {
      printed = now;
      printedPercent = percent(training);
      to.println(plain(training));
    }
  }

  private void begin(long now) {
    if (!begun) {
      begun = true;
      printed = now;
    }
  }

  /** Prints now, if there is a terminal: after other output, and before the first step. */
  public void show(Training training) {
    long now = clock.getAsLong();
    begin(now);
    int width = columns.getAsInt();
    if (width > 0) {
      stepRate.at(now, training.step());
      printed = now;
      to.print(ERASE + line(training, width - 1) + "\r");
      to.flush();
      lineStands = true;
    }
  }

  /** Makes room for other output. */
  public void clear() {
    if (lineStands) {
      to.print(ERASE);
      to.flush();
      lineStands = false;
    }
  }

  private static long percent(Training training) {
    return 100 * training.step() / Math.max(1, training.plannedSteps());
  }

  private String plain(Training training) {
    return "step "
        + steps(training)
        + BETWEEN
        + percent(training)
        + " %"
        + BETWEEN
        + epoch(training)
        + smooth(training).map(it -> BETWEEN + it).orElse("")
        + bitsPerCharacter(training).map(it -> BETWEEN + it).orElse("")
        + rate(training).map(it -> BETWEEN + it.strip()).orElse("")
        + BETWEEN
        + left(training);
  }

  /** As much as there is room for, the more important the sooner, and nothing in part. */
  private String line(Training training, int room) {
    String start = String.format(Locale.ROOT, "%3d %%", percent(training));
    String end = BETWEEN + String.format(Locale.ROOT, "%9s", left(training));
    int widest = 2 * String.format(Locale.ROOT, "%,d", training.plannedSteps()).length() + 1;
    StringBuilder line = new StringBuilder();
    line.append(BETWEEN).append(" ".repeat(widest - steps(training).length()));
    line.append(steps(training));
    int others = start.length() + end.length();
    int left = room - others - line.length() - BETWEEN.length();
    int withBar = left - LEAST_BAR - " []".length();
    bitsPerCharacter(training)
        .map(it -> it.length() <= withBar ? it : it.replace("/char", ""))
        .filter(it -> it.length() <= left)
        .ifPresent(it -> line.append(BETWEEN).append(it));
    int bar = room - others - line.length() - " []".length();
    if (bar >= LEAST_BAR + RATE) { // as much room is kept for a rate that is not known yet
      end = rate(training).map(it -> BETWEEN + it).orElse(" ".repeat(RATE)) + end;
      bar -= RATE;
    }
    for (String more : List.of(smooth(training).orElse(""), epoch(training))) {
      if (training.step() > 0 && bar >= LEAST_BAR + BETWEEN.length() + more.length()) {
        line.append(BETWEEN).append(more);
        bar -= BETWEEN.length() + more.length();
      }
    }
    String drawn = bar < LEAST_BAR ? "" : bar(training, Math.min(bar, WIDEST_BAR));
    return start + drawn + line + end;
  }

  /** The smooth loss from the first step to the last, as far as training has come. */
  private static String bar(Training training, int width) {
    int done = (int) (width * training.step() / Math.max(1, training.plannedSteps()));
    String curve = Sparkline.of(training.history(), done);
    return " [" + curve + " ".repeat(width - curve.length()) + "]";
  }

  private static String steps(Training training) {
    return String.format(Locale.ROOT, "%,d/%,d", training.step(), training.plannedSteps());
  }

  private static String epoch(Training training) {
    return String.format(Locale.ROOT, "epoch %.2f", training.epoch());
  }

  private static Optional<String> smooth(Training training) {
    return Double.isNaN(training.smoothLoss())
        ? Optional.empty()
        : Optional.of(String.format(Locale.ROOT, "smooth %.2f", training.smoothLoss()));
  }

  /** Of the held-out text where there is one: a smooth loss is thousands of steps behind. */
  static Optional<String> bitsPerCharacter(Training training) {
    double smooth = training.smoothBitsPerCharacter();
    return training
        .lastHeldOutLoss()
        .map(
            loss ->
                String.format(
                    Locale.ROOT, "held-out %.3f bits/char", loss.natsPerCharacter() / Math.log(2)))
        .or(
            () ->
                Double.isNaN(smooth)
                    ? Optional.empty()
                    : Optional.of(String.format(Locale.ROOT, "%.3f bits/char", smooth)));
  }

  private Optional<String> rate(Training training) {
    OptionalDouble steps = stepRate.stepsPerSecond();
    if (steps.isEmpty()) {
      return Optional.empty();
    }
    double characters =
        steps.getAsDouble() * training.recipe().batchSize() * training.recipe().sequenceLength();
    return Optional.of(
        characters < 999.5
            ? String.format(Locale.ROOT, "%4.0f char/s", characters)
            : String.format(
                Locale.ROOT,
                characters < 9_950 ? "%.1fk char/s" : "%3.0fk char/s",
                characters / 1_000));
  }

  private String left(Training training) {
    OptionalDouble steps = stepRate.stepsPerSecond();
    return steps.isEmpty() || steps.getAsDouble() <= 0
        ? "warming up"
        : time((training.plannedSteps() - training.step()) / steps.getAsDouble()) + " left";
  }

  /** As in 0:42 or 1:05:07. */
  public static String time(double seconds) {
    long s = Math.round(seconds);
    return s < 3600
        ? String.format(Locale.ROOT, "%d:%02d", s / 60, s % 60)
        : String.format(Locale.ROOT, "%d:%02d:%02d", s / 3600, s / 60 % 60, s % 60);
  }
}
