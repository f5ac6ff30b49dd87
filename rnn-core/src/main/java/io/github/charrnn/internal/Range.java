package io.github.charrnn.internal;

import java.util.Locale;
import java.util.function.DoublePredicate;

/**
 * What a number may be, in the words that the Javadoc of a setting, its exception and the refusal
 * of a file share.
 *
 * @param words as in "x is 0.0, must be above 0"
 * @param holds whether a number is in the range; NaN is where the words say so
 */
public record Range(String words, DoublePredicate holds) {
  public static final Range ABOVE_ZERO = new Range("above 0", x -> x > 0);
  public static final Range ABOVE_ZERO_AND_FINITE =
      new Range("above 0 and finite", x -> x > 0 && x < Double.POSITIVE_INFINITY);
  public static final Range AT_LEAST_ZERO = new Range("at least 0", x -> x >= 0);
  public static final Range AT_LEAST_ZERO_OR_NAN = new Range("NaN or at least 0", x -> !(x < 0));
  public static final Range ABOVE_ZERO_AND_BELOW_ONE =
      new Range("above 0 and below 1", x -> x > 0 && x < 1);
  public static final Range AT_LEAST_ZERO_AND_BELOW_ONE =
      new Range("at least 0 and below 1", x -> x >= 0 && x < 1);
  public static final Range AT_LEAST_ZERO_AND_FINITE =
      new Range("at least 0 and finite", x -> x >= 0 && x < Double.POSITIVE_INFINITY);

  /**
   * Returns a value that is in the range.
   *
   * @throws IllegalArgumentException if it is not
   */
  public double require(String name, double value) {
    if (!holds.test(value)) {
      throw new IllegalArgumentException(name + " is " + value + ", must be " + words);
    }
    return value;
  }

  /**
   * Returns a value that is at least so much.
   *
   * @throws IllegalArgumentException if it is not
   */
  public static int atLeast(int least, String name, int value) {
    return (int) atLeast((long) least, name, value);
  }

  /**
   * Returns a value that is from least to most.
   *
   * @throws IllegalArgumentException if it is not
   */
  public static int within(int least, int most, String name, int value) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "%s is %d, must be from %d to %,d", name, value, least, most));
    }
    return value;
  }

  /** The same for longs. */
  public static long atLeast(long least, String name, long value) {
    if (value < least) {
      throw new IllegalArgumentException(name + " is " + value + ", must be at least " + least);
    }
    return value;
  }
}
