package io.github.charrnn.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.charrnn.Optimizer;
import io.github.charrnn.internal.kernel.Kernel;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** W's part of Shampoo, against steps by hand and against eigenvalues. */
class WhiteningTest {
  private static final double RATE = 0.1;

  private final SplittableRandom random = new SplittableRandom(5);

  @Test
  void theFirstStep_dividesByTheRootOfTheRowsSecondMoment() {
    // g'g / 2 = diag(4.5, 8), of norm sqrt(84.25); with a thousandth of that on its diagonal its
    // roots are 2.12348270 and 2.83004925, so g's mean of squares becomes 0.9992, below 1.
    Run run = new Run(2, 0.5, 0.75, 0);

    run.step(3, 0, 0, 4);

    assertW(run.w, -0.1 * 3 / 2.12348270, 0, 0, -0.1 * 4 / 2.83004925);
  }

  @Test
  void rowsThatAreAlike_areNotMovedApart() {
    // g'g / 2 has 9 where both read it and 0 elsewhere: one direction, root 3.0014996
    Run run = new Run(2, 0, 0.5, 0);

    run.step(3, 0, 3, 0);

    assertW(run.w, -0.1 * 3 / 3.0014996, 0, -0.1 * 3 / 3.0014996, 0);
  }

  @Test
  void aGradientThatHasGrown_movesWByTheLearningRateAtMost() {
    Run run = new Run(2, 0, 0.5, 0);
    run.step(1e-9, 0, 0, 1e-9);
    run.step(1e-9, 0, 0, 1e-9);
    double[] before = run.w.clone();

    run.step(4, 0, 0, 4); // the third: the root is that of the second

    // the root mean square of a diagonal of x and x is x / sqrt(2)
    assertThat(run.w[0] - before[0]).isCloseTo(-0.1 * Math.sqrt(2), within(1e-9));
    assertThat(run.w[1]).isEqualTo(before[1]);
  }

  @Test
  void withoutAGradient_onlyWeightDecayMovesW() {
    Run run = new Run(2, 0.9, 0.99, 0.5);
    run.w[0] = 4;

    run.step(0, 0, 0, 0);
    run.step(0, 0, 0, 0);

    assertW(run.w, 4 * 0.95 * 0.95, 0, 0, 0);
  }

  /** 120 steps: the second moment is new at 1, 2, 4, 8, 16, 32, 50 and 100. */
  @ParameterizedTest
  @CsvSource({"1, 0", "3, 0.2", "12, 0"})
  void manySteps_areThoseOfEigenvalues(int m, double weightDecay) {
    Run run = new Run(m, 0.9, 0.98, weightDecay);
    double[] w = run.w.clone();
    double[] mean = new double[m * m];
    double[][] moment = new double[m][m];
    double[][] root = new double[m][m];
    int earlier = 0;
    for (int step = 1; step <= 120; step++) {
      double[] g = random.doubles((long) m * m, -1, 1).map(x -> x * x * x).toArray();
      run.step(g);
      for (int i = 0; i < m * m; i++) {
        mean[i] = 0.9 * mean[i] + 0.1 * g[i];
      }
      if (step % 50 == 0 || (step < 50 && Integer.bitCount(step) == 1)) {
        double kept = Math.pow(0.98, step - earlier);
        for (int i = 0; i < m; i++) {
          for (int j = 0; j < m; j++) {
            double sum = 0;
            for (int r = 0; r < m; r++) {
              sum += g[r * m + i] * g[r * m + j];
            }
            moment[i][j] = kept * moment[i][j] + (1 - kept) * sum / m;
          }
        }
        root = inverseRoot(moment, 1 - Math.pow(0.98, step));
        earlier = step;
      }
      double[] moved = new double[m * m];
      for (int i = 0; i < m * m; i++) {
        for (int j = 0; j < m; j++) {
          moved[i] += mean[i / m * m + j] * root[j][i % m] / (1 - Math.pow(0.9, step));
        }
      }
      double size = Math.sqrt(Arrays.stream(moved).map(x -> x * x).sum()) / m;
      for (int i = 0; i < m * m; i++) {
        w[i] = (1 - RATE * weightDecay) * w[i] - RATE * moved[i] / Math.max(1, size);
      }
      assertThat(run.w).as("step %d", step).containsExactly(w, within(1e-7));
    }
  }

  @Test
  void aMomentThatWasReplaced_hasTheSameRoot() {
    Run run = new Run(7, 0.9, 0.99, 0);
    Run another = new Run(7, 0.9, 0.99, 0);
    for (int step = 1; step <= 60; step++) {
      double[] g = random.doubles(49).toArray();
      run.step(g);
      another.whitening.momentReplaced();
      another.step(g);
      assertThat(another.w).isEqualTo(run.w);
    }
  }

  private static void assertW(double[] w, double... expected) {
    assertThat(w).containsExactly(expected, within(1e-8));
  }

  /** Of S over its weight, with a thousandth of its Frobenius norm on the diagonal, by Jacobi. */
  private static double[][] inverseRoot(double[][] s, double weight) {
    int m = s.length;
    double[][] a = new double[m][m];
    double[][] v = new double[m][m];
    double norm = Math.sqrt(Arrays.stream(s).flatMapToDouble(Arrays::stream).map(x -> x * x).sum());
    for (int i = 0; i < m; i++) {
      for (int j = 0; j < m; j++) {
        a[i][j] = (s[i][j] + (i == j ? norm / 1000 : 0)) / weight;
      }
      v[i][i] = 1;
    }
    for (int sweep = 0; sweep < 30; sweep++) {
      for (int p = 0; p < m; p++) {
        for (int q = p + 1; q < m; q++) {
          double angle = Math.atan2(2 * a[p][q], a[q][q] - a[p][p]) / 2;
          rotate(a, v, p, q, Math.cos(angle), Math.sin(angle));
        }
      }
    }
    double[][] root = new double[m][m];
    for (int i = 0; i < m; i++) {
      for (int j = 0; j < m; j++) {
        for (int e = 0; e < m; e++) {
          root[i][j] += v[i][e] * v[j][e] / Math.sqrt(a[e][e]);
        }
      }
    }
    return root;
  }

  private static void rotate(double[][] a, double[][] v, int p, int q, double c, double s) {
    for (double[][] matrix : new double[][][] {a, v}) {
      for (double[] row : matrix) {
        double x = row[p];
        row[p] = c * x - s * row[q];
        row[q] = s * x + c * row[q];
      }
    }
    for (int j = 0; j < a.length; j++) {
      double x = a[p][j];
      a[p][j] = c * x - s * a[q][j];
      a[q][j] = s * x + c * a[q][j];
    }
  }

  /** Steps of one thread. */
  private static final class Run {
    final Optimizer.Shampoo optimizer;
    final double[] w;
    final Whitening whitening;
    private final int m;
    private final Kernel kernel;
    private int step;

    Run(int m, double beta1, double beta2, double weightDecay) {
      this.m = m;
      optimizer = new Optimizer.Shampoo(beta1, beta2, weightDecay, 1, 1);
      Parameters parameters = new Parameters(m, 2);
      w = parameters.w;
      whitening = new Whitening(optimizer, w, new double[m * m], new double[m * m], m);
      Window window = Window.forTraining(1, 1, parameters);
      window.weights().prepareSquare();
      kernel = window.kernel();
    }

    void step(double... g) {
      step++;
      whitening.begin(step, RATE);
      whitening.take(kernel, 0, m * m, g, 0, 1, Double.POSITIVE_INFINITY);
      double rate = RATE / (1 - Math.pow(optimizer.beta1(), step));
      whitening.finish(kernel, 0, m, rate, 1 - RATE * optimizer.weightDecay(), () -> {});
    }
  }
}
