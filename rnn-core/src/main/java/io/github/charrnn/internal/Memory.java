package io.github.charrnn.internal;

import java.util.Locale;

/**
 * Says that something cannot fit before anything is allocated, not by an OutOfMemoryError after.
 */
public final class Memory {
  /** What the JVM itself, the text's decoder and the caller want beside our arrays. */
  private static final long RESERVE = 8L << 20;

  /** Collectors leave some of a heap unused. */
  private static final double ROOM = 1.25;

  private static final double MOST_MEBIBYTES = 1 << 20; // 1 TiB

  /** The most elements that every JVM allows in an array. */
  private static final int MAX_ARRAY = Integer.MAX_VALUE - 8;

  private Memory() {}

  /**
   * Refuses what could never be allocated.
   *
   * @param bytes how much is about to be allocated
   * @param what the subject of the sentence, as in "hiddenSize 9000 with 65 symbols"
   * @throws IllegalArgumentException if the heap could never hold that much
   */
  public static void require(double bytes, String what) {
    if (bytes + RESERVE > Runtime.getRuntime().maxMemory()) {
      throw refusal(bytes, what);
    }
  }

  /** Says that there is no room for that much. */
  static IllegalArgumentException refusal(double bytes, String what) {
    return new IllegalArgumentException(
        String.format(
            Locale.ROOT,
            "%s needs about %s of memory, the heap has at most %s: choose a smaller one%s",
            what,
            size(bytes),
            size((double) Runtime.getRuntime().maxMemory()),
            flag(Math.max(bytes, (double) Runtime.getRuntime().maxMemory()))));
  }

  /**
   * Refuses an array that Java cannot have.
   *
   * @param elements its length
   * @param what the subject of the sentence
   * @throws IllegalArgumentException if no array can be that long
   */
  public static void requireArray(double elements, String what) {
    if (elements > MAX_ARRAY) {
      throw new IllegalArgumentException(
          what
              + " needs an array of "
              + String.format(Locale.ROOT, "%.0f", elements)
              + " elements, Java's hold at most "
              + MAX_ARRAY
              + ": choose a smaller one");
    }
  }

  /** The flag for a heap with some room beside that much, if there may be such a machine. */
  private static String flag(double bytes) {
    double mebibytes = (bytes + RESERVE) * ROOM / (1 << 20);
    if (mebibytes > MOST_MEBIBYTES) {
      return "";
    }
    return mebibytes <= 1024
        ? String.format(
            Locale.ROOT, " or start Java with -Xmx%.0fm", 64 * Math.ceil(mebibytes / 64))
        : String.format(Locale.ROOT, " or start Java with -Xmx%.0fg", Math.ceil(mebibytes / 1024));
  }

  /** As in "7.5 MiB" or "12.3 GiB". */
  static String size(double bytes) {
    double mebibytes = bytes / (1 << 20);
    return mebibytes < 1024
        ? String.format(Locale.ROOT, "%.1f MiB", mebibytes)
        : String.format(Locale.ROOT, "%.1f GiB", mebibytes / 1024);
  }
}
