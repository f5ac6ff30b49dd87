package io.github.charrnn.internal.kernel;

/**
 * The arithmetic of one window: every loop over parameters or states is behind one of these
 * methods, and no other class has such a loop.
 *
 * <p>Matrices are flat and row-major; {@code (r, c)} beside a name is its shape. Letters as in the
 * equations: n steps in the window, m hidden units, K symbols. Unless a method says otherwise its
 * output is overwritten, whatever it held, and must not be one of its inputs. Implementations keep
 * scratch memory, so an instance belongs to one thread at a time; after the first call with given
 * sizes they allocate nothing.
 */
public interface Kernel {

  /** Which implementation this is, as the system property {@code rnn.kernel} spells it. */
  String name();

  /**
   * The input of every step, {@code h_t = b + U x_t} for t = 1..n, before the recurrence.
   *
   * @param u (K, m) by symbol: row k is the column of U that symbol k selects
   * @param b (m)
   * @param symbols symbols[t - 1] is the symbol read at step t
   * @param h (n + 1, m): rows 1..n are overwritten, row 0 is left alone
   */
  void embed(int n, int m, double[] u, double[] b, int[] symbols, double[] h);

  /**
   * The recurrence, {@code h_t = tanh(h_t + W h_{t-1})} for t = 1..n.
   *
   * @param w (m, m)
   * @param h (n + 1, m): row 0 is the state that came in; rows 1..n hold {@link #embed}'s output
   *     and are replaced by the states
   */
  void recur(int n, int m, double[] w, double[] h);

  /**
   * The recurrence backward, {@code da_t = (da_t + W' da_{t+1}) * (1 - h_t^2)} for t = n..1,
   * without the second term at t = n.
   *
   * @param w (m, m)
   * @param h (n + 1, m): the states
   * @param da (n, m): row t - 1 holds the derivative of the loss by h_t through the output at t,
   *     and is replaced by the whole derivative by a_t
   */
  void recurBackward(int n, int m, double[] w, double[] h, double[] da);

  /**
   * {@code y = bias + x a'}: the outputs of all steps as one product over time.
   *
   * @param x (firstRow + n, m): rows from firstRow on are used
   * @param a (k, m)
   * @param bias (k)
   * @param y (n, k)
   */
  void multiplyTransposed(
      int n, int m, int k, double[] x, int firstRow, double[] a, double[] bias, double[] y);

  /**
   * {@code y = x a}.
   *
   * @param x (n, k)
   * @param a (k, m)
   * @param y (n, m)
   */
  void multiply(int n, int k, int m, double[] x, double[] a, double[] y);

  /**
   * {@code g = x' y}: the gradient of a matrix, summed over the steps of the window.
   *
   * @param x (n, p)
   * @param y (firstRow + n, q): rows from firstRow on are used
   * @param g (p, q)
   */
  void outer(int n, int p, int q, double[] x, double[] y, int firstRow, double[] g);

  /**
   * The sum of the rows, step by step.
   *
   * @param x (n, q)
   * @param g (q)
   */
  void sumRows(int n, int q, double[] x, double[] g);

  /**
   * Adds the row of every step to the row of its symbol, step by step.
   *
   * @param da (n, m)
   * @param symbols symbols[t - 1] is the symbol read at step t
   * @param gu (K, m): accumulated into, only the rows of the given symbols
   */
  void scatterRows(int n, int m, double[] da, int[] symbols, double[] gu);

  /**
   * Softmax and cross-entropy of every row: {@code p = exp(o - max) / sum}, and its derivative by
   * o.
   *
   * @param o (n, k): the outputs, replaced by p with 1 subtracted at the target
   * @param targets the target of row t is targets[t + 1]: the window's symbols, of which each is
   *     predicted by the step that reads the one before
   * @return the sum over the rows, in order, of {@code log(sum) - (o[target] - max)}, in nats
   */
  double softmaxLoss(int n, int k, double[] o, int[] targets);

  /**
   * Replaces outputs by unnormalised probabilities {@code exp((o - max) / temperature)}.
   *
   * @param o (k)
   * @param temperature above 0
   * @return their sum
   */
  double exponentials(int k, double[] o, double temperature);

  /**
   * AdaGrad with value clipping, elementwise: {@code g = max(-clip, min(clip, g))}, {@code M += g
   * g}, {@code theta -= rate * g / sqrt(M + epsilon)}, for the elements from..to-1.
   */
  void adagrad(
      double[] theta,
      double[] memory,
      double[] gradient,
      int from,
      int to,
      double rate,
      double clip,
      double epsilon);

  /**
   * Plain gradient descent with value clipping, elementwise: {@code theta -= rate * max(-clip,
   * min(clip, g))}, for the elements from..to-1.
   */
  void descend(double[] theta, double[] gradient, int from, int to, double rate, double clip);
}
