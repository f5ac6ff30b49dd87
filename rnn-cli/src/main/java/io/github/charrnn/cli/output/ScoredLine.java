package io.github.charrnn.cli.output;

import java.util.Locale;

/** What is written of a line that a model was asked about. */
public final class ScoredLine {
  private ScoredLine() {}

  /** Nats, bits per character, characters and the line, separated by tabs. */
  public static String of(double nats, double bits, long characters, String line) {
    return String.format(Locale.ROOT, "%.4f\t%.4f\t%d\t%s", nats, bits, characters, line);
  }
}
