package io.github.charrnn.internal;

import io.github.charrnn.Optimizer;
import io.github.charrnn.internal.kernel.Kernel;
import java.util.Arrays;

/**
 * What Shampoo does to W, see {@link Optimizer#shampoo(double, double, double, double, double)}:
 * where Adam divides every element of the mean gradient by the root of its own second moment, this
 * multiplies the whole of it by the inverse root of the second moment of its rows, a matrix.
 *
 * <p>All threads run the same methods, each for its own rows.
 */
final class Whitening {
  /** Steps from one second moment, and root, to the next; before that at each power of two. */
  private static final int INTERVAL = 50;

  /** Added to the diagonal of a second moment whose Frobenius norm is 1. */
  private static final double DAMPING = 1e-3;

  /** Of a second moment: below it, squares of its elements would be lost. */
  private static final double SMALLEST = 1e-100;

  /** What an eigenvalue of DAMPING takes to become a root. Even, so that it ends where it began. */
  private static final int ITERATIONS = 12;

  private final Optimizer.Shampoo optimizer;
  private final int m;
  private final double[] w;
  private final double[] mean; // (m, m): of the gradients
  private final double[] moment; // (m, m): the second, of the rows
  private final double[] gradient; // (m, m): the step's, scaled and clipped
  private final double[] root; // (m, m): the inverse one of the second moment
  private final double[] product; // (m, m): work
  private final double[] ofMoment;
  private final double[] ofMomentNext;
  private final double[] squares; // (m): of rows
  private long rootOf; // the step whose second moment it is the root of, 0 for none
  private boolean takesRoot; // in this step
  private long step;
  private double learningRate;

  Whitening(Optimizer.Shampoo optimizer, double[] w, double[] mean, double[] moment, int m) {
    this.optimizer = optimizer;
    this.m = m;
    this.w = w;
    this.mean = mean;
    this.moment = moment;
    gradient = new double[m * m];
    root = new double[m * m];
    product = new double[m * m];
    ofMoment = new double[m * m];
    ofMomentNext = new double[m * m];
    squares = new double[m];
  }

  /** How many numbers it needs beside W and what it remembers. */
  static double work(long m) {
    return 8.0 * m * m; // the packed matrix and a packed left-hand side, too
  }

  /** The second moment is another than this has made it. */
  void momentReplaced() {
    rootOf = 0;
  }

  /** Begins a step, counted from 1. */
  void begin(long step, double learningRate) {
    this.step = step;
    this.learningRate = learningRate;
    takesRoot = rootOf != lastDue(step);
  }

  /** Whether this step takes a root, which takes as long as many steps. */
  boolean takesRoot() {
    return takesRoot;
  }

  /** Takes elements from..to-1 of the gradient, from {@code at} on. */
  void take(Kernel kernel, int from, int to, double[] g, int at, double scale, double clip) {
    kernel.clipInto(g, at, scale, clip, gradient, from, to);
    double beta1 = optimizer.beta1();
    kernel.combine(1 - beta1, gradient, beta1, mean, from, to);
  }

  /**
   * Moves rows from..end-1 of W, when all of the gradient has been taken.
   *
   * @param rate the learning rate, with the correction of the mean
   * @param kept of W, by weight decay
   */
  void finish(Kernel kernel, int from, int end, double rate, double kept, Runnable barrier) {
    long due = lastDue(step);
    if (due == step) {
      kernel.packSquare(from, end, gradient);
      barrier.run();
      kernel.multiply(true, from, end, gradient, product);
      double decay = Update.power(optimizer.beta2(), step - lastDue(step - 1));
      kernel.combine((1 - decay) / m, product, decay, moment, from * m, end * m);
      takeRoot(kernel, from, end, step, barrier);
    } else if (rootOf != due) {
      takeRoot(kernel, from, end, due, barrier);
    }
    kernel.packSquare(from, end, root);
    barrier.run();
    rootOf = due; // all threads write the same, and have read it
    kernel.multiply(false, from, end, mean, product);
    double rootMeanSquare = Math.sqrt(sumOfSquares(kernel, from, end, product, barrier)) / m;
    double most = learningRate / rootMeanSquare; // infinite, or NaN, where nothing moves
    double move = most < rate ? most : rate;
    kernel.combine(-move, product, kept, w, from * m, end * m);
  }

  /** The last step, up to this one, whose gradient the second moment has; 0 for none. */
  private static long lastDue(long step) {
    return step < INTERVAL ? Long.highestOneBit(step) : step - step % INTERVAL;
  }

  /**
   * The inverse root of the second moment S as it is after a step, corrected for its start at zero:
   * the coupled Newton iteration {@code T = (3 I - Z Y) / 2, Y = Y T, Z = Z T} from Y = S over its
   * Frobenius norm and Z = I (Higham, Functions of Matrices, SIAM 2008, section 6.7). All of them
   * are polynomials in S and commute.
   */
  private void takeRoot(Kernel kernel, int from, int end, long after, Runnable barrier) {
    int first = from * m;
    int last = end * m;
    double norm = Math.sqrt(sumOfSquares(kernel, from, end, moment, barrier));
    if (norm < SMALLEST) {
      Arrays.fill(root, first, last, 0); // nothing moves
      return;
    }
    double[] y = ofMoment;
    double[] z = root;
    double[] nextY = ofMomentNext;
    double[] nextZ = gradient; // which is not needed any more
    Arrays.fill(z, first, last, 0);
    addToDiagonal(1, z, from, end);
    Arrays.fill(y, first, last, 0);
    kernel.combine(1 / norm, moment, 0, y, first, last);
    addToDiagonal(DAMPING, y, from, end);
    for (int i = 0; i < ITERATIONS; i++) {
      kernel.packSquare(from, end, y);
      barrier.run();
      kernel.multiply(false, from, end, z, product);
      kernel.combine(0, product, -0.5, product, first, last);
      addToDiagonal(1.5, product, from, end);
      barrier.run();
      kernel.packSquare(from, end, product);
      barrier.run();
      kernel.multiply(false, from, end, y, nextY);
      kernel.multiply(false, from, end, z, nextZ);
      barrier.run();
      double[] free = y;
      y = nextY;
      nextY = free;
      free = z;
      z = nextZ;
      nextZ = free;
    }
    double corrected = norm / (1 - Update.power(optimizer.beta2(), after));
    kernel.combine(0, root, 1 / Math.sqrt(corrected), root, first, last);
  }

  private void addToDiagonal(double x, double[] matrix, int from, int end) {
    for (int i = from; i < end; i++) {
      matrix[i * m + i] += x;
    }
  }

  /** Of all rows, for every thread; row by row, so that it does not depend on who computes it. */
  private double sumOfSquares(Kernel kernel, int from, int end, double[] x, Runnable barrier) {
    for (int row = from; row < end; row++) {
      squares[row] = kernel.sumOfSquares(x, row * m, (row + 1) * m);
    }
    barrier.run();
    double sum = 0;
    for (double square : squares) {
      sum += square;
    }
    return sum;
  }
}
