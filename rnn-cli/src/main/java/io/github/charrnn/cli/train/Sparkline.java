package io.github.charrnn.cli.train;

import io.github.charrnn.LossHistory;

/** The smooth loss of a run in a few characters. */
public final class Sparkline {
  private static final String LEVELS = "▂▃▄▅▆▇█";

  private Sparkline() {}

  /**
   * The smooth loss from first to last, the higher the bar the larger. The first bar, from the
   * steep start of training, is drawn no higher than the others.
   *
   * @param width characters; none of a history without a step
   */
  public static String of(LossHistory history, int width) {
    int size = history.size();
    if (size == 0) {
      return "";
    }
    double[] values = new double[width];
    double min = Double.POSITIVE_INFINITY;
    double max = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < width; i++) {
      values[i] = history.smoothLoss(Math.max(0, (int) ((i + 1L) * size / width) - 1));
      min = Math.min(min, values[i]);
      max = i > 0 || width == 1 ? Math.max(max, values[i]) : max;
    }
    StringBuilder line = new StringBuilder(width);
    for (double value : values) {
      double height = max > min ? (Math.min(value, max) - min) / (max - min) : 0;
      line.append(LEVELS.charAt((int) Math.round(height * (LEVELS.length() - 1))));
    }
    return line.toString();
  }
}
