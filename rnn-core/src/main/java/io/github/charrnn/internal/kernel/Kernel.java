package io.github.charrnn.internal.kernel;

/**
 * The arithmetic of one window: every loop over parameters or states is behind one of these
 * methods, and no other class has such a loop.
 *
 * <p>Matrices are flat and row-major; {@code (r, c)} beside a name is its shape. Letters as in the
 * equations: n steps, B streams, m hidden units, K symbols. What there is one of per step and
 * stream is a row: row {@code t B + s} belongs to stream s at step t, so that a step's rows are
 * neighbours. Unless a method says otherwise its output is overwritten, whatever it held, and must
 * not be one of its inputs.
 *
 * <p>Where {@linkplain io.github.charrnn.internal.Parameters#boundary a boundary} is read, a
 * document begins: {@code h_(t-1)} is zero there, and what goes back beyond it is, too.
 *
 * <p>A kernel belongs to one thread at a time, because of its scratch memory; after the first call
 * with given sizes it allocates nothing. Its {@link Weights} may have other kernels for other
 * threads. So that these can share a window, methods compute the part {@code from..end-1} of their
 * result: parts are independent, and no sum goes over a part's end.
 */
public interface Kernel {

  /**
   * The states, {@code h_t = tanh(b + U x_t + W h_(t-1))} for t = firstStep + 1..endStep, of some
   * streams and of some units. Other units than its own it reads of h_(t-1) only.
   *
   * @param streams B
   * @param from the first of the streams that are computed
   * @param fromUnit the first of the units that are computed; it and endUnit are {@linkplain
   *     Weights#cut cuts}
   * @param symbols ((n + 1) B): row t - 1 is read at step t
   * @param h ((n + 1) B, m): row 0 to B - 1 are the states that came in, those after them are
   *     overwritten
   */
  void recur(
      int firstStep,
      int endStep,
      int streams,
      int from,
      int end,
      int fromUnit,
      int endUnit,
      int[] symbols,
      double[] h);

  /**
   * The recurrence backward, {@code da_t = (dh_t + W' da_(t+1)) * (1 - h_t^2)} for t =
   * endStep..firstStep + 1, without the second term at t = n, of some streams and of some units.
   * Other units than its own it reads of da_(t+1) only.
   *
   * @param streams B
   * @param from the first of the streams that are computed
   * @param fromUnit the first of the units that are computed; it and endUnit are {@linkplain
   *     Weights#cut cuts}
   * @param symbols ((n + 1) B): row t - 1 is read at step t
   * @param dh (n B, m): the derivatives of the loss by h_t through the output at t
   * @param h ((n + 1) B, m): the states
   * @param da (n B, m): the derivatives of the loss by a_t
   */
  void recurBackward(
      int n,
      int firstStep,
      int endStep,
      int streams,
      int from,
      int end,
      int fromUnit,
      int endUnit,
      int[] symbols,
      double[] dh,
      double[] h,
      double[] da);

  /**
   * The outputs, {@code o = c + h V'}: all rows as one product.
   *
   * @param from the first of the rows that are computed
   * @param h row firstRow + r of it belongs to row r of the outputs
   * @param o (end, K)
   */
  void outputs(int from, int end, double[] h, int firstRow, double[] o);

  /**
   * The way back through the outputs, {@code dh = do V}.
   *
   * @param from the first of the rows that are computed
   * @param dO (end, K)
   * @param dh (end, m)
   */
  void outputsBackward(int from, int end, double[] dO, double[] dh);

  /** Takes the gradient of a matrix in pieces, each while it is still in the first-level cache. */
  interface Gradient {

    /**
     * Every element comes once, in order.
     *
     * @param g elements from..to-1 of the matrix stand in g from {@code at} on, until the next
     *     piece
     */
    void take(double[] g, int at, int from, int to);
  }

  /**
   * Packs states for {@link #outerV} and {@link #outerW}, into memory that the kernels of the same
   * {@link Weights} share.
   *
   * @param from the first of the rows that are packed
   * @param h (end, m)
   */
  void packStates(int from, int end, double[] h);

  /**
   * The gradient of V, {@code do' h_t}, where h_t are packed states, summed over the rows.
   *
   * @param streams B: row r belongs to row B + r of the packed states
   * @param from the first of the rows of the gradient, columns of dO, that are computed
   * @param dO (rows, K)
   * @param gradient gets rows from..end-1 of the (K, m)
   */
  void outerV(int rows, int streams, int from, int end, double[] dO, Gradient gradient);

  /**
   * The gradient of W, {@code da' h_(t-1)}, where h_(t-1) are packed states, summed over the rows.
   *
   * @param from the first of the rows of the gradient, columns of da, that are computed
   * @param symbols symbols[r] is the symbol that row r has read
   * @param da (rows, m)
   * @param gradient gets rows from..end-1 of the (m, m)
   */
  void outerW(int rows, int from, int end, int[] symbols, double[] da, Gradient gradient);

  /**
   * The sum of the rows, one after the other.
   *
   * @param from the first of the columns that are computed
   * @param x (rows, q)
   * @param g (q)
   */
  void sumRows(int rows, int q, int from, int end, double[] x, double[] g);

  /**
   * Adds every row to the row of its symbol, one after the other.
   *
   * @param from the first of the columns that are computed
   * @param da (rows, m)
   * @param symbols symbols[r] is the symbol that row r has read
   * @param gu (K, m): accumulated into, only the rows of the given symbols
   */
  void scatterRows(int rows, int m, int from, int end, double[] da, int[] symbols, double[] gu);

  /**
   * Softmax and cross-entropy of every row: {@code p = exp(o - max) / sum}, and its derivative by
   * o.
   *
   * @param from the first of the rows that are computed
   * @param o (end, K): the outputs, replaced by p with 1 subtracted at the target
   * @param targets the target of row r is targets[firstTarget + r]
   * @param losses (end): {@code log(sum) - (o[target] - max)}, in nats
   */
  void softmaxLoss(int from, int end, double[] o, int[] targets, int firstTarget, double[] losses);

  /**
   * Replaces the first row of outputs by unnormalised probabilities {@code exp((o - max) /
   * temperature)}.
   *
   * @param o (K)
   * @param temperature above 0
   * @return their sum
   */
  double exponentials(double[] o, double temperature);

  /**
   * Packs a square matrix for {@link #multiply}, into memory that the kernels of the same {@link
   * Weights} share.
   *
   * @param from the first of the rows that are packed
   * @param a (m, m)
   */
  void packSquare(int from, int end, double[] a);

  /**
   * The product {@code y = x a} with the packed matrix a.
   *
   * @param transposed whether it is {@code x' a}
   * @param from the first of the rows of y that are computed
   * @param x (m, m)
   * @param y (m, m)
   */
  void multiply(boolean transposed, int from, int end, double[] x, double[] y);

  /** {@code y = a x + b y}, elementwise, for the elements from..to-1. */
  default void combine(double a, double[] x, double b, double[] y, int from, int to) {
    for (int i = from; i < to; i++) {
      y[i] = a * x[i] + b * y[i];
    }
  }

  /**
   * Value clipping, elementwise: {@code y = max(-clip, min(clip, scale g))}, for the elements
   * from..to-1.
   *
   * @param gradient theirs, from {@code at} on
   */
  default void clipInto(
      double[] gradient, int at, double scale, double clip, double[] y, int from, int to) {
    for (int i = from; i < to; i++) {
      y[i] = Math.max(-clip, Math.min(clip, scale * gradient[at + i - from]));
    }
  }

  /**
   * AdaGrad with value clipping, elementwise: {@code g = max(-clip, min(clip, scale g))}, {@code M
   * += g g}, {@code theta -= rate g inverseSqrt(M + epsilon)}, for the elements from..to-1.
   *
   * @param gradient theirs, from {@code at} on
   */
  void adagrad(
      double[] theta,
      double[] memory,
      int from,
      int to,
      double[] gradient,
      int at,
      double scale,
      double clip,
      double rate,
      double epsilon);

  /**
   * Plain gradient descent with value clipping, elementwise: {@code theta -= rate max(-clip,
   * min(clip, scale g))}, for the elements from..to-1.
   *
   * @param gradient theirs, from {@code at} on
   */
  void descend(
      double[] theta,
      int from,
      int to,
      double[] gradient,
      int at,
      double scale,
      double clip,
      double rate);

  /**
   * Gradient descent with momentum and value clipping, elementwise: {@code v = momentum v +
   * max(-clip, min(clip, scale g)); theta -= rate v}, for the elements from..to-1.
   *
   * @param gradient theirs, from {@code at} on
   */
  void momentum(
      double[] theta,
      double[] velocity,
      int from,
      int to,
      double[] gradient,
      int at,
      double scale,
      double clip,
      double rate,
      double momentum);

  /**
   * RMSProp with value clipping, elementwise: {@code g = max(-clip, min(clip, scale g))}, {@code M
   * = decay M + ((1 - decay) g) g}, {@code theta -= rate (g / (sqrt(M) + epsilon))}, for the
   * elements from..to-1.
   *
   * @param gradient theirs, from {@code at} on
   */
  void rmsProp(
      double[] theta,
      double[] memory,
      int from,
      int to,
      double[] gradient,
      int at,
      double scale,
      double clip,
      double rate,
      double decay,
      double epsilon);

  /**
   * Adam with value clipping, elementwise: {@code g = max(-clip, min(clip, scale g))}, {@code M =
   * beta1 M + (1 - beta1) g}, {@code S = beta2 S + ((1 - beta2) g) g}, {@code theta = kept theta -
   * rate (M / (sqrt(S) correction + epsilon))}, for the elements from..to-1.
   *
   * @param gradient theirs, from {@code at} on
   * @param rate that of the step over {@code 1 - beta1^t}
   * @param correction {@code 1 / sqrt(1 - beta2^t)}
   * @param kept 1, or less with weight decay
   */
  void adam(
      double[] theta,
      double[] first,
      double[] second,
      int from,
      int to,
      double[] gradient,
      int at,
      double scale,
      double clip,
      double rate,
      double correction,
      double kept,
      double beta1,
      double beta2,
      double epsilon);

  /**
   * The sum of the squares of the elements from..to-1, in eight partial sums like that under the
   * softmax.
   */
  double sumOfSquares(double[] x, int from, int to);
}
