package io.github.charrnn.internal;

import io.github.charrnn.ModelFormatException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * What a file says beside its numbers: strings by name, most of which stand for numbers. There is
 * one way to write each, and any other is refused.
 */
final class Metadata {
  private static final int LONGEST_NUMBER = 40; // characters

  private final Map<String, String> values = new LinkedHashMap<>();

  Metadata() {}

  /** From the JSON of a header. */
  static Metadata of(Map<?, ?> json) throws ModelFormatException {
    Metadata metadata = new Metadata();
    for (Map.Entry<?, ?> entry : json.entrySet()) {
      if (!(entry.getKey() instanceof String key && entry.getValue() instanceof String value)) {
        throw Safetensors.wrong("the metadata has a value that is no string");
      }
      metadata.values.put(key, value);
    }
    return metadata;
  }

  Set<Map.Entry<String, String>> entries() {
    return values.entrySet();
  }

  boolean has(String key) {
    return values.containsKey(key);
  }

  Metadata put(String key, String value) {
    values.put(key, value);
    return this;
  }

  /** Refuses other keys than these. */
  void requireOnly(Set<String> allowed) throws ModelFormatException {
    for (String key : values.keySet()) {
      if (!allowed.contains(key)) {
        throw Safetensors.wrong("the metadata has an unknown key, " + printable(key));
      }
    }
  }

  String text(String key) throws ModelFormatException {
    String value = values.get(key);
    if (value == null) {
      throw Safetensors.wrong("the metadata has no " + key);
    }
    return value;
  }

  long integer(String key, long min, long max) throws ModelFormatException {
    String value = text(key);
    if (value.length() <= LONGEST_NUMBER) {
      try {
        long result = Long.parseLong(value);
        if (result >= min && result <= max && Long.toString(result).equals(value)) {
          return result;
        }
      } catch (NumberFormatException e) {
        // refused below
      }
    }
    throw wrong(key, whole(min, max));
  }

  /** A range of whole numbers, in words. */
  static String whole(long min, long max) {
    return min == max ? Long.toString(min) : "a whole number from " + min + " to " + max;
  }

  /** Any double, NaN and the infinities too. */
  double number(String key) throws ModelFormatException {
    String value = text(key);
    if (value.length() <= LONGEST_NUMBER) {
      try {
        double result = Double.parseDouble(value);
        if (Decimal.shortest(result).equals(value)) {
          return result;
        }
      } catch (NumberFormatException e) {
        // refused below
      }
    }
    throw wrong(key, "a number in its shortest form");
  }

  /**
   * Refuses what a value stands for.
   *
   * @param range what it must be
   */
  ModelFormatException wrong(String key, String range) throws ModelFormatException {
    return Safetensors.wrong(key + " is " + printable(text(key)) + ", must be " + range);
  }

  /** A string from a file, short and without anything that would disturb a terminal. */
  private static String printable(String text) {
    String start =
        text.length() > LONGEST_NUMBER ? text.substring(0, LONGEST_NUMBER) + "..." : text;
    return "\"" + start.replaceAll("[^\\x20-\\x7e]", "?") + "\"";
  }
}
