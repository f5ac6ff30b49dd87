package io.github.charrnn.internal.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every kernel method, bit for bit, against the plainest loop that has the order of operations
 * which the package documentation fixes. Outputs are full of garbage before; a canary behind each
 * shows that nothing is written beyond.
 */
class KernelTest {
  private static final double GARBAGE = -987.654;
  private static final int[] SIZES = {1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 100, 130};

  private final Kernel kernel = Kernels.create();
  private final SplittableRandom random = new SplittableRandom(11);

  /** Steps, and two sizes of a matrix. */
  static Stream<Arguments> shapes() {
    return Arrays.stream(SIZES)
        .boxed()
        .flatMap(
            a ->
                Stream.of(
                    Arguments.of(1, a, 5),
                    Arguments.of(4, 3, a),
                    Arguments.of(7, a, a),
                    Arguments.of(25, a, 17)));
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void embed_addsBiasAndTheSymbolsRow(int n, int m, int k) {
    double[] u = numbers(k * m);
    double[] b = numbers(m);
    int[] symbols = symbols(n + 1, k);
    double[] h = garbage((n + 1) * m + 1);
    double[] expected = h.clone();
    for (int t = 1; t <= n; t++) {
      for (int j = 0; j < m; j++) {
        expected[t * m + j] = b[j] + u[symbols[t - 1] * m + j];
      }
    }

    kernel.embed(n, m, u, b, symbols, h);

    assertSame(h, expected);
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void recur_addsWTimesTheStateBeforeAndTakesTanh(int n, int m, int unused) {
    double[] w = numbers(m * m);
    double[] h = withCanary(numbers((n + 1) * m));
    double[] expected = h.clone();
    for (int t = 1; t <= n; t++) {
      for (int j = 0; j < m; j++) {
        double sum = expected[t * m + j];
        for (int i = 0; i < m; i++) {
          sum = Math.fma(w[j * m + i], expected[(t - 1) * m + i], sum);
        }
        expected[t * m + j] = Elementary.tanh(sum);
      }
    }

    kernel.recur(n, m, w, h);

    assertSame(h, expected);
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void recurBackward_addsWTransposedTimesTheStepAfter(int n, int m, int unused) {
    double[] w = numbers(m * m);
    double[] h = numbers((n + 1) * m);
    double[] da = withCanary(numbers(n * m));
    double[] expected = da.clone();
    for (int t = n - 1; t >= 0; t--) {
      for (int i = 0; i < m; i++) {
        double sum = expected[t * m + i];
        if (t < n - 1) {
          for (int j = 0; j < m; j++) {
            sum = Math.fma(w[j * m + i], expected[(t + 1) * m + j], sum);
          }
        }
        double state = h[(t + 1) * m + i];
        expected[t * m + i] = sum * Math.fma(-state, state, 1);
      }
    }

    kernel.recurBackward(n, m, w, h, da);

    assertSame(da, expected);
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void multiplyTransposed_isBiasPlusTheChainOverTheColumns(int n, int m, int k) {
    double[] x = numbers((n + 1) * m);
    double[] a = numbers(k * m);
    double[] bias = numbers(k);
    double[] y = garbage(n * k + 1);
    double[] expected = y.clone();
    for (int t = 0; t < n; t++) {
      for (int i = 0; i < k; i++) {
        double sum = bias[i];
        for (int j = 0; j < m; j++) {
          sum = Math.fma(x[(t + 1) * m + j], a[i * m + j], sum);
        }
        expected[t * k + i] = sum;
      }
    }

    kernel.multiplyTransposed(n, m, k, x, 1, a, bias, y);

    assertSame(y, expected);
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void multiply_isTheChainOverTheRows(int n, int k, int m) {
    double[] x = numbers(n * k);
    double[] a = numbers(k * m);
    double[] y = garbage(n * m + 1);
    double[] expected = y.clone();
    for (int t = 0; t < n; t++) {
      for (int j = 0; j < m; j++) {
        double sum = 0;
        for (int i = 0; i < k; i++) {
          sum = Math.fma(x[t * k + i], a[i * m + j], sum);
        }
        expected[t * m + j] = sum;
      }
    }

    kernel.multiply(n, k, m, x, a, y);

    assertSame(y, expected);
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void outer_isTheChainOverTheSteps(int n, int p, int q) {
    double[] x = numbers(n * p);
    for (int firstRow = 0; firstRow <= 1; firstRow++) {
      double[] y = numbers((n + 1) * q);
      double[] g = garbage(p * q + 1);
      double[] expected = g.clone();
      for (int i = 0; i < p; i++) {
        for (int j = 0; j < q; j++) {
          double sum = 0;
          for (int t = 0; t < n; t++) {
            sum = Math.fma(x[t * p + i], y[(firstRow + t) * q + j], sum);
          }
          expected[i * q + j] = sum;
        }
      }

      kernel.outer(n, p, q, x, y, firstRow, g);

      assertSame(g, expected);
    }
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void sumRows_addsStepByStep(int n, int q, int unused) {
    double[] x = numbers(n * q);
    double[] g = garbage(q + 1);
    double[] expected = g.clone();
    for (int j = 0; j < q; j++) {
      expected[j] = 0;
      for (int t = 0; t < n; t++) {
        expected[j] += x[t * q + j];
      }
    }

    kernel.sumRows(n, q, x, g);

    assertSame(g, expected);
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void scatterRows_accumulatesBySymbol(int n, int m, int k) {
    double[] da = numbers(n * m);
    int[] symbols = symbols(n + 1, k);
    double[] gu = withCanary(numbers(k * m));
    double[] expected = gu.clone();
    for (int t = 0; t < n; t++) {
      for (int j = 0; j < m; j++) {
        expected[symbols[t] * m + j] += da[t * m + j];
      }
    }

    kernel.scatterRows(n, m, da, symbols, gu);

    assertSame(gu, expected);
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void softmaxLoss_isTheDerivativeAndTheLoss(int n, int k, int unused) {
    double[] o = withCanary(numbers(n * k));
    int[] targets = symbols(n + 1, k);
    double[] expected = o.clone();
    double expectedLoss = 0;
    for (int t = 0; t < n; t++) {
      double max = max(expected, t * k, k);
      double[] e = new double[k];
      for (int i = 0; i < k; i++) {
        e[i] = Elementary.exp(expected[t * k + i] - max);
      }
      double sum = sumInEight(e);
      expectedLoss += StrictMath.log(sum) - (expected[t * k + targets[t + 1]] - max);
      for (int i = 0; i < k; i++) {
        expected[t * k + i] = e[i] / sum;
      }
      expected[t * k + targets[t + 1]] -= 1;
    }

    double loss = kernel.softmaxLoss(n, k, o, targets);

    assertSame(o, expected);
    assertThat(loss).isEqualTo(expectedLoss);
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void exponentials_areUnnormalisedProbabilities(int unused, int k, int alsoUnused) {
    for (double temperature : new double[] {1e-300, 0.5, 1, 3, 1e300}) {
      double[] o = withCanary(numbers(k));
      double[] expected = o.clone();
      double max = max(o, 0, k);
      double[] e = new double[k];
      for (int i = 0; i < k; i++) {
        e[i] = Elementary.exp((o[i] - max) / temperature);
        expected[i] = e[i];
      }

      double sum = kernel.exponentials(k, o, temperature);

      assertSame(o, expected);
      assertThat(sum).isEqualTo(sumInEight(e)).isBetween(1.0, (double) k);
    }
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void adagrad_updatesTheRangeAndNothingElse(int from, int count, int unused) {
    int to = from + count;
    double[] theta = numbers(to + 3);
    double[] memory = numbers(to + 3);
    double[] gradient = numbers(to + 3);
    Arrays.setAll(memory, i -> memory[i] * memory[i]);
    Arrays.setAll(gradient, i -> 20 * gradient[i]);
    double[] expectedTheta = theta.clone();
    double[] expectedMemory = memory.clone();
    for (int i = from; i < to; i++) {
      double g = gradient[i] > 5 ? 5 : gradient[i] < -5 ? -5 : gradient[i];
      expectedMemory[i] = Math.fma(g, g, memory[i]);
      expectedTheta[i] = theta[i] - 0.1 * g / Math.sqrt(expectedMemory[i] + 1e-8);
    }

    kernel.adagrad(theta, memory, gradient, from, to, 0.1, 5, 1e-8);

    assertSame(memory, expectedMemory);
    assertSame(theta, expectedTheta);
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void descend_updatesTheRangeAndNothingElse(int from, int count, int unused) {
    int to = from + count;
    double[] theta = numbers(to + 3);
    double[] gradient = numbers(to + 3);
    Arrays.setAll(gradient, i -> 20 * gradient[i]);
    double[] expected = theta.clone();
    for (int i = from; i < to; i++) {
      double g = gradient[i] > 5 ? 5 : gradient[i] < -5 ? -5 : gradient[i];
      expected[i] = theta[i] - 0.1 * g;
    }

    kernel.descend(theta, gradient, from, to, 0.1, 5);

    assertSame(theta, expected);
  }

  private static double max(double[] x, int from, int count) {
    return Arrays.stream(x, from, from + count).max().orElseThrow();
  }

  private static double sumInEight(double[] x) {
    double[] s = new double[8];
    for (int i = 0; i < x.length; i++) {
      s[i % 8] += x[i];
    }
    return ((s[0] + s[4]) + (s[2] + s[6])) + ((s[1] + s[5]) + (s[3] + s[7]));
  }

  private double[] numbers(int count) {
    return random.doubles(count, -1, 1).toArray();
  }

  private int[] symbols(int count, int k) {
    return random.ints(count, 0, k).toArray();
  }

  private static double[] garbage(int count) {
    double[] result = new double[count];
    Arrays.fill(result, GARBAGE);
    return result;
  }

  private static double[] withCanary(double[] x) {
    double[] result = Arrays.copyOf(x, x.length + 1);
    result[x.length] = GARBAGE;
    return result;
  }

  private static void assertSame(double[] actual, double[] expected) {
    for (int i = 0; i < expected.length; i++) {
      if (Double.doubleToRawLongBits(actual[i]) != Double.doubleToRawLongBits(expected[i])) {
        assertThat(Double.toHexString(actual[i]))
            .as("element %d of %d", i, expected.length)
            .isEqualTo(Double.toHexString(expected[i]));
      }
    }
    assertThat(actual).hasSameSizeAs(expected);
  }
}
