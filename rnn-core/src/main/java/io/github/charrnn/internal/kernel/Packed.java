package io.github.charrnn.internal.kernel;

/**
 * A matrix (inner, cols) in the order in which products read it. It does not change while products
 * do, so threads may share it.
 */
interface Packed {

  /** Where the columns may be cut into parts of at least a vector, ascending from 0 to cols. */
  int[] cuts();

  /**
   * Takes in rows from..end-1 of a matrix.
   *
   * @param a (inner, cols)
   */
  void pack(double[] a, int from, int end);

  /**
   * Takes in columns from..end-1, from a matrix's transpose.
   *
   * @param a (cols, inner)
   */
  void packTransposed(double[] a, int from, int end);

  /**
   * {@code y = init + x a}, every element of y one chain over the inner index, ascending, for
   * columns from..end-1 of y, where from and end are {@link #cuts}.
   *
   * @param x (rows, inner): row r from {@code xAt + r xRow} on
   * @param init (rows, cols): row r from {@code initAt + r initRow} on
   * @param y (rows, cols): row r from {@code yAt + r yRow} on
   * @param turn 1 more from one product to the next: what was read last is then read first
   */
  void multiply(
      int from,
      int end,
      int rows,
      double[] x,
      int xAt,
      int xRow,
      double[] init,
      int initAt,
      int initRow,
      double[] y,
      int yAt,
      int yRow,
      int turn,
      Scratch scratch);
}
