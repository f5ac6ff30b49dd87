package io.github.charrnn.cli.report;

/**
 * A setting of a recipe, as reports and {@code rnn inspect} show it.
 *
 * @param key in JSON
 * @param name in words
 * @param value an Integer, a Long, a Double or a String
 */
public record Setting(String key, String name, Object value) {
  /** Whether it is a whole number. */
  public boolean isCount() {
    return value instanceof Integer || value instanceof Long;
  }
}
