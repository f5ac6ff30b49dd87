package io.github.charrnn.internal.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.charrnn.internal.Parameters;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every kernel method, bit for bit, against the plainest loop that has the order of operations
 * which the package documentation fixes. Outputs are full of garbage before; a canary behind each
 * shows that nothing is written beyond.
 */
@Tag("kernels")
class KernelTest {
  private static final double GARBAGE = -987.654;
  private static final int[] SIZES = {1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 100, 130};

  private final SplittableRandom random = new SplittableRandom(11);

  /** Steps, and two sizes of a matrix. */
  static Stream<Arguments> shapes() {
    return Arrays.stream(SIZES)
        .boxed()
        .flatMap(
            a ->
                Stream.of(
                    Arguments.of(1, a, 5),
                    Arguments.of(1, a, a),
                    Arguments.of(2, a, a),
                    Arguments.of(4, 3, a),
                    Arguments.of(7, a, a),
                    Arguments.of(25, a, 17)));
  }

  /** Numbers of streams that go through the shapes together. */
  private static final int[] STREAMS = {1, 2, 5, 6};

  @ParameterizedTest
  @MethodSource("shapes")
  void recur_isTanhOfBiasPlusInputPlusWTimesTheStateBefore(int n, int m, int k) {
    for (int streams : STREAMS) {
      Parameters p = parameters(m, k, streams % 2 == 0 ? 0 : Parameters.NONE);
      int[] symbols = symbols((n + 1) * streams, k);
      double[] h = withCanary(numbers((n + 1) * streams * m));
      Arrays.fill(h, streams * m, h.length - 1, GARBAGE);
      double[] expected = h.clone();
      for (int r = 0; r < n * streams; r++) {
        for (int j = 0; j < m; j++) {
          double sum = p.b[j] + p.u[symbols[r] * m + j];
          for (int i = 0; i < m; i++) {
            double before = symbols[r] == p.boundary ? 0 : expected[r * m + i];
            sum = Math.fma(p.w[j * m + i], before, sum);
          }
          expected[(r + streams) * m + j] = Elementary.tanh(sum);
        }
      }

      loaded(p, n, streams).recur(0, n, streams, 0, streams, 0, m, symbols, h);

      assertSame(h, expected);
    }
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void multiply_isTheProductOfSquareMatrices_orOfATranspose(int n, int m, int k) {
    Parameters p = parameters(m, k, Parameters.NONE);
    double[] a = numbers(m * m);
    double[] x = numbers(m * m);
    Weights weights = weights(p, n, 1);
    weights.prepareSquare();
    Kernel kernel = weights.kernel();
    for (boolean transposed : new boolean[] {false, true}) {
      double[] y = garbage(m * m + 1);
      double[] expected = y.clone();
      int from = m / 3;
      for (int r = from; r < m; r++) {
        for (int c = 0; c < m; c++) {
          double sum = 0;
          for (int i = 0; i < m; i++) {
            sum = Math.fma(transposed ? x[i * m + r] : x[r * m + i], a[i * m + c], sum);
          }
          expected[r * m + c] = sum;
        }
      }

      kernel.packSquare(0, m / 2, a);
      kernel.packSquare(m / 2, m, a);
      kernel.multiply(transposed, from, m, x, y);

      assertSame(y, expected);
    }
  }

  @ParameterizedTest
  @CsvSource({"0, 1, 0", "3, 100, 5", "8, 16, 8"})
  void clipIntoAndCombine_takeTheRangeAndNothingElse(int from, int count, int at) {
    int to = from + count;
    double[] g = largeNumbers(at + count + 3);
    double[] y = numbers(to + 3);
    double[] sum = numbers(to + 3);
    double[] expectedY = y.clone();
    double[] expectedSum = sum.clone();
    for (int i = from; i < to; i++) {
      expectedY[i] = clipped(g[at + i - from] * 0.25);
      expectedSum[i] = 0.3 * expectedY[i] + -0.7 * sum[i];
    }
    Kernel kernel = create(99, 99, 1, 1);

    kernel.clipInto(g, at, 0.25, 2, y, from, to);
    kernel.combine(0.3, y, -0.7, sum, from, to);

    assertSame(y, expectedY);
    assertSame(sum, expectedSum);
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void recurBackward_addsWTransposedTimesTheStepAfter(int n, int m, int k) {
    for (int streams : STREAMS) {
      Parameters p = parameters(m, k, streams % 2 == 0 ? 0 : Parameters.NONE);
      int[] symbols = symbols((n + 1) * streams, k);
      double[] h = numbers((n + 1) * streams * m);
      double[] dh = numbers(n * streams * m);
      double[] da = garbage(n * streams * m + 1);
      double[] expected = da.clone();
      for (int r = n * streams - 1; r >= 0; r--) {
        for (int i = 0; i < m; i++) {
          double sum = dh[r * m + i];
          if (r < (n - 1) * streams) {
            for (int j = 0; j < m; j++) {
              boolean begins = symbols[r + streams] == p.boundary;
              double after = begins ? 0 : expected[(r + streams) * m + j];
              sum = Math.fma(p.w[j * m + i], after, sum);
            }
          }
          double state = h[(r + streams) * m + i];
          expected[r * m + i] = sum * Math.fma(-state, state, 1);
        }
      }

      loaded(p, n, streams).recurBackward(n, 0, n, streams, 0, streams, 0, m, symbols, dh, h, da);

      assertSame(da, expected);
    }
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void outputs_areBiasPlusTheChainOverTheHiddenUnits(int n, int m, int k) {
    Parameters p = parameters(m, k);
    double[] h = numbers((n + 1) * m);
    double[] o = garbage(n * k + 1);
    double[] expected = o.clone();
    for (int r = 0; r < n; r++) {
      for (int i = 0; i < k; i++) {
        double sum = p.c[i];
        for (int j = 0; j < m; j++) {
          sum = Math.fma(h[(r + 1) * m + j], p.v[i * m + j], sum);
        }
        expected[r * k + i] = sum;
      }
    }

    loaded(p, n, 1).outputs(0, n, h, 1, o);

    assertSame(o, expected);
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void outputsBackward_isTheChainOverTheSymbols(int n, int m, int k) {
    Parameters p = parameters(m, k);
    double[] x = numbers(n * k);
    double[] dh = garbage(n * m + 1);
    double[] expected = dh.clone();
    for (int r = 0; r < n; r++) {
      for (int j = 0; j < m; j++) {
        double sum = 0;
        for (int i = 0; i < k; i++) {
          sum = Math.fma(x[r * k + i], p.v[i * m + j], sum);
        }
        expected[r * m + j] = sum;
      }
    }

    loaded(p, n, 1).outputsBackward(0, n, x, dh);

    assertSame(dh, expected);
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void outerV_isTheChainOverTheSteps(int n, int k, int m) {
    double[] x = numbers(n * k);
    double[] y = numbers((n + 1) * m);
    double[] g = garbage(k * m + 1);
    double[] expected = g.clone();
    for (int i = 0; i < k; i++) {
      for (int j = 0; j < m; j++) {
        double sum = 0;
        for (int t = 0; t < n; t++) {
          sum = Math.fma(x[t * k + i], y[(1 + t) * m + j], sum);
        }
        expected[i * m + j] = sum;
      }
    }

    Kernel kernel = create(m, k, n, 1);
    kernel.packStates(0, n + 1, y);
    kernel.outerV(n, 1, 0, k, x, into(g));

    assertSame(g, expected);
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void outerW_isTheChainOverTheStepsThatBeginNoDocument(int n, int k, int m) {
    for (int boundary : new int[] {Parameters.NONE, 0}) {
      int[] symbols = symbols(n, k);
      double[] da = numbers(n * m);
      double[] y = numbers((n + 1) * m);
      double[] g = garbage(m * m + 1);
      double[] expected = g.clone();
      for (int i = 0; i < m; i++) {
        for (int j = 0; j < m; j++) {
          double sum = 0;
          for (int t = 0; t < n; t++) {
            double derivative = symbols[t] == boundary ? 0 : da[t * m + i];
            sum = Math.fma(derivative, y[t * m + j], sum);
          }
          expected[i * m + j] = sum;
        }
      }

      Kernel kernel = loaded(parameters(m, k, boundary), n, 1);
      kernel.packStates(0, n + 1, y);
      kernel.outerW(n, 0, m, symbols, da, into(g));

      assertSame(g, expected);
    }
  }

  /** Enough rows for what an implementation does with many: other loops, the same bits. */
  @ParameterizedTest
  @CsvSource({"24, 24", "33, 65", "100, 24", "130, 100", "601, 65"})
  void everything_withManyRows_hasTheSameBits(int m, int k) {
    int streams = 50;
    int n = 3;
    int rows = n * streams;
    Parameters p = parameters(m, k);
    Kernel kernel = loaded(p, n, streams);
    Kernel reference = backward(Kernels.scalar(shape(m, k, n, streams), p), n, streams).kernel();
    int[] symbols = symbols(rows + streams, k);
    double[] h = withCanary(numbers((rows + streams) * m));
    double[] expectedH = h.clone();
    kernel.recur(0, n, streams, 0, streams, 0, m, symbols, h);
    reference.recur(0, n, streams, 0, streams, 0, m, symbols, expectedH);
    assertSame(h, expectedH);

    double[] o = garbage(rows * k + 1);
    double[] expectedO = o.clone();
    kernel.outputs(0, rows, h, streams, o);
    reference.outputs(0, rows, h, streams, expectedO);
    assertSame(o, expectedO);

    double[] dh = garbage(rows * m + 1);
    double[] expectedDh = dh.clone();
    kernel.outputsBackward(0, rows, o, dh);
    reference.outputsBackward(0, rows, o, expectedDh);
    assertSame(dh, expectedDh);

    double[] da = garbage(rows * m + 1);
    double[] expectedDa = da.clone();
    kernel.recurBackward(n, 0, n, streams, 0, streams, 0, m, symbols, dh, h, da);
    reference.recurBackward(n, 0, n, streams, 0, streams, 0, m, symbols, dh, h, expectedDa);
    assertSame(da, expectedDa);

    double[] gv = garbage(k * m + 1);
    double[] expectedGv = gv.clone();
    kernel.packStates(0, rows + streams, h);
    kernel.outerV(rows, streams, 0, k, o, into(gv));
    reference.packStates(0, rows + streams, h);
    reference.outerV(rows, streams, 0, k, o, into(expectedGv));
    assertSame(gv, expectedGv);

    double[] gw = garbage(m * m + 1);
    double[] expectedGw = gw.clone();
    kernel.outerW(rows, 0, m, symbols, da, into(gw));
    reference.outerW(rows, 0, m, symbols, da, into(expectedGw));
    assertSame(gw, expectedGw);
  }

  /** What threads will do: two kernels of the same weights, each with a part of every result. */
  @ParameterizedTest
  @CsvSource({"24, 24, 1, 9", "33, 65, 2, 3", "100, 24, 12, 2", "130, 100, 7, 5"})
  void parts_areTheWhole(int m, int k, int streams, int n) {
    int rows = n * streams;
    Weights weights = weights(parameters(m, k), n, streams);
    int[] symbols = symbols(rows + streams, k);
    double[] h = numbers((rows + streams) * m);
    double[] dh = numbers(rows * m);
    double[] x = numbers(rows * k);
    double[][] whole = new double[9][];
    double[][] parts = new double[9][];

    all(weights, 1, streams, n, m, k, symbols, h, dh, x, whole);
    all(weights, 2, streams, n, m, k, symbols, h, dh, x, parts);
    for (int i = 0; i < whole.length; i++) {
      assertSame(parts[i], whole[i]);
    }
    all(weights, 3, streams, n, m, k, symbols, h, dh, x, parts);
    for (int i = 0; i < whole.length; i++) {
      assertSame(parts[i], whole[i]);
    }
  }

  /** As threads will take one recurrence: step by step, each its own units of every stream. */
  @ParameterizedTest
  @CsvSource({"24, 24, 1, 9", "33, 65, 2, 3", "100, 24, 12, 2", "130, 100, 7, 5", "9, 9, 6, 4"})
  void recurrencesByUnits_areTheWhole(int m, int k, int streams, int n) {
    int rows = n * streams;
    Weights weights = weights(parameters(m, k), n, streams);
    int[] symbols = symbols(rows + streams, k);
    double[] dh = numbers(rows * m);
    double[] expectedH = numbers((rows + streams) * m);
    double[] h = withCanary(Arrays.copyOf(expectedH, (rows + streams) * m));
    Arrays.fill(h, streams * m, h.length - 1, GARBAGE);
    double[] da = garbage(rows * m);
    double[] expectedDa = garbage(rows * m);
    weights.kernel().recur(0, n, streams, 0, streams, 0, m, symbols, expectedH);
    weights
        .kernel()
        .recurBackward(n, 0, n, streams, 0, streams, 0, m, symbols, dh, expectedH, expectedDa);

    for (int parts : new int[] {2, 3, 7}) {
      Kernel[] kernels = new Kernel[parts];
      Arrays.setAll(kernels, i -> weights.kernel());
      for (int t = 0; t < n; t++) {
        for (int i = 0; i < parts; i++) {
          int from = weights.cut(i, parts);
          int end = weights.cut(i + 1, parts);
          if (from < end) {
            kernels[i].recur(t, t + 1, streams, 0, streams, from, end, symbols, h);
          }
        }
      }
      assertSame(Arrays.copyOf(h, expectedH.length), expectedH);
      for (int t = n - 1; t >= 0; t--) {
        for (int i = 0; i < parts; i++) {
          int from = weights.cut(i, parts);
          int end = weights.cut(i + 1, parts);
          if (from < end) {
            kernels[i].recurBackward(
                n, t, t + 1, streams, 0, streams, from, end, symbols, dh, h, da);
          }
        }
      }
      assertSame(da, expectedDa);
    }
  }

  private void all(
      Weights weights,
      int threads,
      int streams,
      int n,
      int m,
      int k,
      int[] symbols,
      double[] states,
      double[] dh,
      double[] x,
      double[][] results) {
    int rows = n * streams;
    double[] h = states.clone();
    double[] o = garbage(rows * k);
    double[] losses = garbage(rows);
    double[] p = x.clone();
    double[] back = garbage(rows * m);
    double[] da = garbage(rows * m);
    double[] gw = garbage(m * m);
    double[] gb = garbage(m);
    double[] gu = new double[k * m];
    for (int i = 0; i < threads; i++) {
      Kernel kernel = weights.kernel();
      int from = streams * i / threads;
      int end = streams * (i + 1) / threads;
      kernel.recur(0, n, streams, from, end, 0, m, symbols, h);
      kernel.recurBackward(n, 0, n, streams, from, end, 0, m, symbols, dh, states, da);
    }
    for (int i = 0; i < threads; i++) {
      Kernel kernel = weights.kernel();
      int from = rows * i / threads;
      int end = rows * (i + 1) / threads;
      kernel.outputs(from, end, h, streams, o);
      kernel.softmaxLoss(from, end, p, symbols, streams, losses);
      kernel.outputsBackward(from, end, x, back);
      kernel.packStates(from, end, h);
    }
    for (int i = 0; i < threads; i++) {
      Kernel kernel = weights.kernel();
      int from = m * i / threads;
      int end = m * (i + 1) / threads;
      kernel.outerW(
          rows,
          from,
          end,
          symbols,
          da,
          (piece, at, first, last) -> System.arraycopy(piece, at, gw, first, last - first));
      kernel.sumRows(rows, m, from, end, da, gb);
      kernel.scatterRows(rows, m, from, end, da, symbols, gu);
    }
    double[][] all = {h, o, losses, p, back, da, gw, gb, gu};
    System.arraycopy(all, 0, results, 0, all.length);
  }

  /** What was loaded piece by piece must be what is loaded at once. */
  @ParameterizedTest
  @MethodSource("shapes")
  void reload_takesInTheChangedRows(int n, int m, int k) {
    for (int streams : STREAMS) {
      Parameters p = parameters(m, k);
      Parameters changed = parameters(m, k);
      int[] symbols = symbols((n + 1) * streams, k);
      double[] h = withCanary(numbers((n + 1) * streams * m));
      double[] outputs = numbers(n * streams * k);
      Weights weights = weights(p, n, streams);
      Kernel kernel = weights.kernel();
      passes(kernel, n, streams, symbols, h.clone(), outputs, m, k);
      System.arraycopy(changed.w, 0, p.w, 0, m * m);
      System.arraycopy(changed.v, 0, p.v, 0, k * m);

      int half = m / 2;
      weights.reloadW(0, half);
      weights.reloadW(half, m);
      weights.reloadV(0, k / 3);
      weights.reloadV(k / 3, k);

      Kernel fresh = loaded(p, n, streams);
      double[][] actual = passes(kernel, n, streams, symbols, h.clone(), outputs, m, k);
      double[][] expected = passes(fresh, n, streams, symbols, h.clone(), outputs, m, k);
      for (int i = 0; i < expected.length; i++) {
        assertThat(actual[i]).isEqualTo(expected[i]);
      }
    }
  }

  /** Everything that reads W or V, forward and backward. */
  private static double[][] passes(
      Kernel kernel,
      int n,
      int streams,
      int[] symbols,
      double[] h,
      double[] outputs,
      int m,
      int k) {
    int rows = n * streams;
    double[] o = new double[rows * k];
    double[] dh = new double[rows * m];
    double[] da = new double[rows * m];
    kernel.recur(0, n, streams, 0, streams, 0, m, symbols, h);
    kernel.outputs(0, rows, h, streams, o);
    kernel.outputsBackward(0, rows, outputs, dh);
    kernel.recurBackward(n, 0, n, streams, 0, streams, 0, m, symbols, dh, h, da);
    return new double[][] {h, o, dh, da};
  }

  /** Puts a gradient together, and sees that every element comes once and in order. */
  private static Kernel.Gradient into(double[] g) {
    int[] next = {0};
    return (piece, at, from, to) -> {
      assertThat(from).isEqualTo(next[0]);
      assertThat(to).isGreaterThan(from).isLessThan(g.length);
      System.arraycopy(piece, at, g, from, to - from);
      next[0] = to;
    };
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

    create(q, q, n, 1).sumRows(n, q, 0, q, x, g);

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

    create(m, k, n, 1).scatterRows(n, m, 0, m, da, symbols, gu);

    assertSame(gu, expected);
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void softmaxLoss_isTheDerivativeAndTheLoss(int n, int k, int unused) {
    double[] o = withCanary(numbers(n * k));
    int[] targets = symbols(n + 1, k);
    double[] expected = o.clone();
    double[] expectedLosses = garbage(n + 1);
    for (int t = 0; t < n; t++) {
      double max = max(expected, t * k, k);
      double[] e = new double[k];
      for (int i = 0; i < k; i++) {
        e[i] = Elementary.exp(expected[t * k + i] - max);
      }
      double sum = sumInEight(e);
      expectedLosses[t] = StrictMath.log(sum) - (expected[t * k + targets[t + 1]] - max);
      double inverse = 1 / sum;
      for (int i = 0; i < k; i++) {
        expected[t * k + i] = e[i] * inverse;
      }
      expected[t * k + targets[t + 1]] -= 1;
    }

    double[] losses = garbage(n + 1);
    create(k, k, n, 1).softmaxLoss(0, n, o, targets, 1, losses);

    assertSame(o, expected);
    assertSame(losses, expectedLosses);
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

      double sum = create(k, k, 1, 1).exponentials(o, temperature);

      assertSame(o, expected);
      assertThat(sum).isEqualTo(sumInEight(e)).isBetween(1.0, (double) k);
    }
  }

  /** Ranges, and where their gradient is; the long ones are worth aligning. */
  static Stream<Arguments> ranges() {
    return Arrays.stream(SIZES)
        .boxed()
        .flatMap(
            a ->
                Stream.of(
                    Arguments.of(0, a, 0),
                    Arguments.of(a, 17, 3),
                    Arguments.of(25, a, a),
                    Arguments.of(3, 0, a),
                    Arguments.of(a, 600 + a, 5)));
  }

  @ParameterizedTest
  @MethodSource("ranges")
  void adagrad_updatesTheRangeAndNothingElse(int from, int count, int at) {
    int to = from + count;
    double[] theta = numbers(to + 3);
    double[] memory = numbers(to + 3);
    double[] gradient = numbers(at + count + 3);
    Arrays.setAll(memory, i -> memory[i] * memory[i]);
    Arrays.setAll(gradient, i -> 20 * gradient[i]);
    double[] expectedTheta = theta.clone();
    double[] expectedMemory = memory.clone();
    for (int i = from; i < to; i++) {
      double g = clipped(gradient[at + i - from] * 0.25);
      expectedMemory[i] = Math.fma(g, g, memory[i]);
      expectedTheta[i] =
          Math.fma(-0.1 * g, Elementary.inverseSqrt(expectedMemory[i] + 1e-8), theta[i]);
    }

    create(99, 99, 1, 1).adagrad(theta, memory, from, to, gradient, at, 0.25, 2, 0.1, 1e-8);

    assertSame(memory, expectedMemory);
    assertSame(theta, expectedTheta);
  }

  @ParameterizedTest
  @MethodSource("ranges")
  void descend_updatesTheRangeAndNothingElse(int from, int count, int at) {
    int to = from + count;
    double[] theta = numbers(to + 3);
    double[] gradient = numbers(at + count + 3);
    Arrays.setAll(gradient, i -> 20 * gradient[i]);
    double[] expected = theta.clone();
    for (int i = from; i < to; i++) {
      expected[i] = theta[i] - 0.1 * clipped(gradient[at + i - from] * 0.25);
    }

    create(99, 99, 1, 1).descend(theta, from, to, gradient, at, 0.25, 2, 0.1);

    assertSame(theta, expected);
  }

  @ParameterizedTest
  @MethodSource("ranges")
  void momentum_updatesTheRangeAndNothingElse(int from, int count, int at) {
    int to = from + count;
    double[] theta = numbers(to + 3);
    double[] velocity = numbers(to + 3);
    double[] gradient = largeNumbers(at + count + 3);
    double[] expectedTheta = theta.clone();
    double[] expectedVelocity = velocity.clone();
    for (int i = from; i < to; i++) {
      double g = clipped(gradient[at + i - from] * 0.25);
      expectedVelocity[i] = Math.fma(0.7, velocity[i], g);
      expectedTheta[i] = Math.fma(-0.1, expectedVelocity[i], theta[i]);
    }

    create(99, 99, 1, 1).momentum(theta, velocity, from, to, gradient, at, 0.25, 2, 0.1, 0.7);

    assertSame(velocity, expectedVelocity);
    assertSame(theta, expectedTheta);
  }

  @ParameterizedTest
  @MethodSource("ranges")
  void rmsProp_updatesTheRangeAndNothingElse(int from, int count, int at) {
    int to = from + count;
    double[] theta = numbers(to + 3);
    double[] memory = squares(to + 3);
    double[] gradient = largeNumbers(at + count + 3);
    double[] expectedTheta = theta.clone();
    double[] expectedMemory = memory.clone();
    for (int i = from; i < to; i++) {
      double g = clipped(gradient[at + i - from] * 0.25);
      expectedMemory[i] = Math.fma(0.7, memory[i], (1 - 0.7) * g * g);
      expectedTheta[i] = Math.fma(-0.1, g / (Math.sqrt(expectedMemory[i]) + 1e-8), theta[i]);
    }

    create(99, 99, 1, 1).rmsProp(theta, memory, from, to, gradient, at, 0.25, 2, 0.1, 0.7, 1e-8);

    assertSame(memory, expectedMemory);
    assertSame(theta, expectedTheta);
  }

  @ParameterizedTest
  @MethodSource("ranges")
  void adam_updatesTheRangeAndNothingElse(int from, int count, int at) {
    int to = from + count;
    double[] theta = numbers(to + 3);
    double[] first = numbers(to + 3);
    double[] second = squares(to + 3);
    double[] gradient = largeNumbers(at + count + 3);
    double[] expectedTheta = theta.clone();
    double[] expectedFirst = first.clone();
    double[] expectedSecond = second.clone();
    for (int i = from; i < to; i++) {
      double g = clipped(gradient[at + i - from] * 0.25);
      expectedFirst[i] = Math.fma(0.9, first[i], (1 - 0.9) * g);
      expectedSecond[i] = Math.fma(0.99, second[i], (1 - 0.99) * g * g);
      double root = Math.fma(Math.sqrt(expectedSecond[i]), 1.5, 1e-8);
      expectedTheta[i] = Math.fma(-0.1, expectedFirst[i] / root, 0.7 * theta[i]);
    }

    create(99, 99, 1, 1)
        .adam(
            theta, first, second, from, to, gradient, at, 0.25, 2, 0.1, 1.5, 0.7, 0.9, 0.99, 1e-8);

    assertSame(first, expectedFirst);
    assertSame(second, expectedSecond);
    assertSame(theta, expectedTheta);
  }

  /** The other way that a loop may take; the clip is no bound where the norm is clipped. */
  @ParameterizedTest
  @ValueSource(ints = {1, 9, 100, 617})
  void withoutScaleAndClip_aGradientIsWhatItIs(int count) {
    double[] gradient = largeNumbers(count);
    gradient[count / 2] = -0.0;
    double[] theta = numbers(count);
    double[] velocity = new double[count];

    create(99, 99, 1, 1)
        .momentum(theta, velocity, 0, count, gradient, 0, 1, Double.POSITIVE_INFINITY, 0.1, 0);

    for (int i = 0; i < count; i++) {
      gradient[i] += 0.0; // 0 times 0 is added to it
    }
    assertSame(velocity, gradient);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 100, 130, 1_001})
  void sumOfSquares_hasEightPartialSums(int count) {
    for (int from : new int[] {0, 1, 5, 8}) {
      double[] x = numbers(from + count + 3);
      double[] s = new double[8];
      for (int i = 0; i < count; i++) {
        s[i % 8] = Math.fma(x[from + i], x[from + i], s[i % 8]);
      }

      double sum = create(99, 99, 1, 1).sumOfSquares(x, from, from + count);

      assertThat(sum).isEqualTo(inOrder(s));
    }
  }

  /** Numbers that no healthy model has: what comes of them must not depend on the kernel either. */
  @ParameterizedTest
  @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, -0.0})
  void unhealthyNumbers_comeToTheSameEverywhere(double number) {
    int k = 65;
    for (int place : new int[] {0, 7, 8, 40, 63, 64}) {
      double[] o = numbers(k);
      o[place] = number;
      double[] expected = o.clone();
      Kernel reference = Kernels.scalar(shape(k, k, 1, 1), parameters(k, k)).kernel();
      double expectedSum = reference.exponentials(expected, 0.5);
      double sum = create(k, k, 1, 1).exponentials(o, 0.5);
      assertThat(o).isEqualTo(expected);
      assertThat(Double.valueOf(sum)).isEqualTo(Double.valueOf(expectedSum));

      double[] theta = numbers(k);
      double[] memory = new double[k];
      double[] gradient = numbers(k);
      gradient[place] = number;
      double[] expectedTheta = theta.clone();
      double[] expectedMemory = memory.clone();
      reference.adagrad(expectedTheta, expectedMemory, 0, k, gradient, 0, 1, 5, 0.1, 1e-8);
      create(k, k, 1, 1).adagrad(theta, memory, 0, k, gradient, 0, 1, 5, 0.1, 1e-8);
      assertThat(theta).isEqualTo(expectedTheta);
      assertThat(memory).isEqualTo(expectedMemory);

      for (double clip : new double[] {5, Double.POSITIVE_INFINITY}) {
        double[][] ours = optimized(create(k, k, 1, 1), gradient, clip);
        double[][] theirs = optimized(reference, gradient, clip);
        for (int i = 0; i < ours.length; i++) {
          assertThat(ours[i]).isEqualTo(theirs[i]);
        }
      }
    }
  }

  /** What two steps of the other optimizers come to. */
  private static double[][] optimized(Kernel kernel, double[] g, double clip) {
    int k = g.length;
    double[][] x = new double[7][k];
    for (int step = 0; step < 2; step++) {
      kernel.momentum(x[0], x[1], 0, k, g, 0, 0.5, clip, 0.1, 0.9);
      kernel.rmsProp(x[2], x[3], 0, k, g, 0, 0.5, clip, 0.1, 0.9, 1e-8);
      kernel.adam(x[4], x[5], x[6], 0, k, g, 0, 0.5, clip, 0.1, 1.5, 0.7, 0.9, 0.99, 1e-8);
    }
    return x;
  }

  private static double clipped(double g) {
    return g > 2 ? 2 : g < -2 ? -2 : g;
  }

  /** Of a model of documents, which begin with symbol 0. */
  private Parameters parameters(int m, int k) {
    return parameters(m, k, 0);
  }

  private Parameters parameters(int m, int k, int boundary) {
    Parameters p = new Parameters(m, k, boundary);
    for (double[] tensor : new double[][] {p.u, p.w, p.v, p.b, p.c}) {
      System.arraycopy(numbers(tensor.length), 0, tensor, 0, tensor.length);
    }
    return p;
  }

  private static Shape shape(int m, int k, int steps, int streams) {
    return Shape.of(m, k, steps, streams, true);
  }

  private static Weights weights(Parameters p, int steps, int streams) {
    Shape shape = shape(p.hiddenSize, p.vocabSize, steps, streams);
    return backward(Kernels.load(shape, p), steps, streams);
  }

  private static Weights backward(Weights weights, int steps, int streams) {
    weights.prepareBackward((steps + 1) * streams);
    return weights;
  }

  private static Kernel loaded(Parameters p, int steps, int streams) {
    return weights(p, steps, streams).kernel();
  }

  private Kernel create(int m, int k, int steps, int streams) {
    return loaded(parameters(m, k), steps, streams);
  }

  private static double max(double[] x, int from, int count) {
    return Arrays.stream(x, from, from + count).max().orElseThrow();
  }

  private static double sumInEight(double[] x) {
    double[] s = new double[8];
    for (int i = 0; i < x.length; i++) {
      s[i % 8] += x[i];
    }
    return inOrder(s);
  }

  private static double inOrder(double[] s) {
    return ((s[0] + s[4]) + (s[2] + s[6])) + ((s[1] + s[5]) + (s[3] + s[7]));
  }

  private double[] numbers(int count) {
    return random.doubles(count, -1, 1).toArray();
  }

  private double[] largeNumbers(int count) {
    return random.doubles(count, -20, 20).toArray();
  }

  private double[] squares(int count) {
    return random.doubles(count, 0, 1).toArray();
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
