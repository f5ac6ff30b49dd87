package io.github.charrnn.internal.kernel;

/**
 * What decides which code of the vector kernels a window runs: what is compiled for one window is
 * compiled for all of the same shape.
 *
 * @param m hidden units
 * @param k symbols
 * @param manyStreams enough for a tile in every step
 * @param manyRows enough for a tile in a window
 * @param backward whether there is a way back, and an update
 */
public record Shape(int m, int k, boolean manyStreams, boolean manyRows, boolean backward) {
  /** Beyond it only the remainder decides how wide strips and panels are. */
  private static final int LARGE = 512;

  private static final int PERIOD = 64;

  /** The shape of windows of so many steps, at most, and streams. */
  public static Shape of(int m, int k, int steps, int streams, boolean backward) {
    boolean manyRows = (long) steps * streams >= Panels.ROWS;
    return new Shape(m, k, streams >= Panels.ROWS, manyRows, backward);
  }

  /** One that runs the same code in little time and memory, however large this one is. */
  Shape rehearsed() {
    return new Shape(rehearsed(m), rehearsed(k), manyStreams, manyRows, backward);
  }

  private static int rehearsed(int size) {
    return size <= LARGE ? size : LARGE - PERIOD + size % PERIOD;
  }

  /** The same with so many units and symbols. */
  Shape withUnits(int units) {
    return new Shape(units, units, manyStreams, manyRows, backward);
  }

  /** The same without a way back. */
  Shape forward() {
    return new Shape(m, k, manyStreams, manyRows, false);
  }

  /** The same with streams enough for a tile in every step. */
  Shape withManyStreams() {
    return new Shape(m, k, true, true, backward);
  }

  /** Those that Java makes for records take 30 ms of a short run, the first time. */
  @Override
  public boolean equals(Object other) {
    return other instanceof Shape shape
        && m == shape.m
        && k == shape.k
        && manyStreams == shape.manyStreams
        && manyRows == shape.manyRows
        && backward == shape.backward;
  }

  @Override
  public int hashCode() {
    int flags = (manyStreams ? 1 : 0) + (manyRows ? 2 : 0) + (backward ? 4 : 0);
    return (31 * m + k) * 8 + flags;
  }
}
