package io.github.charrnn.cli.weights;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * A tensor in a file, of which nothing but its place has been read: there are as many bytes as its
 * shape needs.
 *
 * @param file the name of the file, for messages
 * @param dtype as the file calls it; maybe none that can be read
 */
public record Stored(String name, String file, String dtype, List<Long> shape, Data data) {
  private static final int LONGEST = 60; // characters of a name in a sentence

  /** Reads the numbers. */
  public interface Data {
    /** Row-major. */
    double[] read() throws IOException;
  }

  /** Makes the list immutable. */
  public Stored {
    shape = List.copyOf(shape);
  }

  /** The name and the shape, as in {@code rnn.weight_ih_l0 (100x65)}. */
  public String shown() {
    return printable(name) + " (" + shown(shape) + ")";
  }

  /** A shape, as in 100x65. */
  public static String shown(List<Long> shape) {
    return shape.isEmpty()
        ? "one number"
        : shape.stream().map(String::valueOf).collect(Collectors.joining("x"));
  }

  /** A string from a file, short and without anything that would disturb a terminal. */
  public static String printable(String text) {
    String start = text.length() > LONGEST ? text.substring(0, LONGEST) + "..." : text;
    return start.replaceAll("[^\\x20-\\x7e]", "?");
  }

  /**
   * How many numbers a shape is of.
   *
   * @throws IOException if they are more than an array of Java holds
   */
  static int size(String what, List<Long> shape) throws IOException {
    long size = 1;
    for (long dimension : shape) {
      size = dimension > 0 && size > Long.MAX_VALUE / dimension ? Long.MAX_VALUE : size * dimension;
    }
    if (size > Integer.MAX_VALUE - 8) {
      throw new IOException(
          String.format(
              Locale.ROOT,
              "%s has the shape %s, must have at most %,d numbers: it is no tensor of such a network",
              what,
              shown(shape),
              Integer.MAX_VALUE - 8));
    }
    return (int) size;
  }
}
