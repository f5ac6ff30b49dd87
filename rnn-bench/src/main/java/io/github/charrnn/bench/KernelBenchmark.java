package io.github.charrnn.bench;

import io.github.charrnn.internal.Parameters;
import io.github.charrnn.internal.kernel.Kernel;
import io.github.charrnn.internal.kernel.Kernels;
import io.github.charrnn.internal.kernel.Shape;
import io.github.charrnn.internal.kernel.Weights;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Every kernel at the sizes of a step. JMH prints calls per microsecond and, as {@code :giga}, what
 * they come to: GFLOP/s for the products, where a multiply-add counts 2 and nothing else counts,
 * and 10^9 elements per second for the others.
 *
 * <pre>
 * java -jar rnn-bench/target/benchmarks.jar KernelBenchmark -p hiddenSize=512 -p batchSize=50
 * </pre>
 *
 * <p>Measured on one core of an Intel Sapphire Rapids, Java 17.0.15: vector kernels with hidden
 * size 512 and 50 streams, recur 63 GFLOP/s, recurBackward 67, outerW 60, outputsBackward 71; with
 * hidden size 100 and one stream 35, 39, 47 and 66.
 */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@State(Scope.Benchmark)
@Fork(
    value = 1,
    jvmArgsAppend = {
      "--add-modules=jdk.incubator.vector",
      "-XX:ObjectAlignmentInBytes=64",
      "-XX:+UseSerialGC"
    })
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class KernelBenchmark {
  private static final double TOLERANCE = 1e-12;

  @Param({"100", "512"})
  int hiddenSize;

  @Param("65")
  int vocabSize;

  @Param("25")
  int sequenceLength;

  @Param({"1", "50"})
  int batchSize;

  @Param({"vector", "scalar"})
  String kernel;

  private int m;
  private int k;
  private int rows;
  private Weights weights;
  private Kernel subject;
  private Parameters parameters;
  private Parameters memory;
  private int[] symbols = {};
  private double[] h = {};
  private double[] outputs = {};
  private double[] probabilities = {};
  private double[] dh = {};
  private double[] da = {};
  private double[] losses = {};
  private double[] gradient = {};
  private Kernel.Gradient into;

  /** Makes seeded numbers, and holds every product against three plain loops. */
  @Setup
  public void setUp() {
    System.setProperty("rnn.kernel", kernel);
    m = hiddenSize;
    k = vocabSize;
    rows = sequenceLength * batchSize;
    SplittableRandom random = new SplittableRandom(1);
    parameters = new Parameters(m, k);
    memory = new Parameters(m, k);
    for (double[] tensor :
        new double[][] {parameters.u, parameters.w, parameters.v, parameters.b, parameters.c}) {
      fill(tensor, random);
    }
    symbols = random.ints(rows + batchSize, 0, k).toArray();
    h = new double[(rows + batchSize) * m];
    outputs = new double[rows * k];
    probabilities = new double[rows * k];
    dh = new double[rows * m];
    da = new double[rows * m];
    losses = new double[rows];
    gradient = new double[Math.max(m, k) * m];
    into = (piece, at, from, to) -> System.arraycopy(piece, at, gradient, from, to - from);
    weights = Kernels.load(Shape.of(m, k, sequenceLength, batchSize, true), parameters);
    weights.prepareBackward(rows + batchSize);
    subject = weights.kernel();
    subject.recur(0, sequenceLength, batchSize, 0, batchSize, 0, m, symbols, h);
    subject.outputs(0, rows, h, batchSize, outputs);
    fill(probabilities, random);
    subject.outputsBackward(0, rows, probabilities, dh);
    subject.recurBackward(
        sequenceLength, 0, sequenceLength, batchSize, 0, batchSize, 0, m, symbols, dh, h, da);
    subject.packStates(0, rows + batchSize, h);
    check();
  }

  private static void fill(double[] x, SplittableRandom random) {
    for (int i = 0; i < x.length; i++) {
      x[i] = 0.2 * (random.nextDouble() - 0.5);
    }
  }

  private void check() {
    for (int r = 0; r < rows; r += Math.max(1, rows / 7)) {
      for (int j = 0; j < m; j += 3) {
        double a = parameters.b[j] + parameters.u[symbols[r] * m + j];
        double back = dh[r * m + j];
        double through = 0;
        for (int i = 0; i < m; i++) {
          a += parameters.w[j * m + i] * h[r * m + i];
          if (r + batchSize < rows) {
            back += parameters.w[i * m + j] * da[(r + batchSize) * m + i];
          }
        }
        for (int i = 0; i < k; i++) {
          through += probabilities[r * k + i] * parameters.v[i * m + j];
        }
        double state = h[(r + batchSize) * m + j];
        require("recur", state, Math.tanh(a));
        require("recurBackward", da[r * m + j], back * (1 - state * state));
        require("outputsBackward", dh[r * m + j], through);
      }
      for (int i = 0; i < k; i += 3) {
        double o = parameters.c[i];
        for (int j = 0; j < m; j++) {
          o += parameters.v[i * m + j] * h[(r + batchSize) * m + j];
        }
        require("outputs", outputs[r * k + i], o);
      }
    }
    subject.outerW(rows, 0, m, symbols, da, into);
    for (int i = 0; i < m; i += 7) {
      for (int j = 0; j < m; j += 3) {
        double sum = 0;
        for (int r = 0; r < rows; r++) {
          sum += da[r * m + i] * h[r * m + j];
        }
        require("outer", gradient[i * m + j], sum);
      }
    }
  }

  private static void require(String what, double actual, double expected) {
    if (!(Math.abs(actual - expected) <= TOLERANCE * Math.max(1, Math.abs(expected)))) {
      throw new IllegalStateException(what + " gives " + actual + " instead of " + expected);
    }
  }

  /** States, step by step. */
  @Benchmark
  public double[] recur(Work work) {
    subject.recur(0, sequenceLength, batchSize, 0, batchSize, 0, m, symbols, h);
    work.multiplyAdds((double) rows * m * m);
    return h;
  }

  /** The way back through them. */
  @Benchmark
  public double[] recurBackward(Work work) {
    subject.recurBackward(
        sequenceLength, 0, sequenceLength, batchSize, 0, batchSize, 0, m, symbols, dh, h, da);
    work.multiplyAdds((double) (rows - batchSize) * m * m);
    return da;
  }

  /** Outputs of all steps. */
  @Benchmark
  public double[] outputs(Work work) {
    subject.outputs(0, rows, h, batchSize, outputs);
    work.multiplyAdds((double) rows * m * k);
    return outputs;
  }

  /** The way back through them. */
  @Benchmark
  public double[] outputsBackward(Work work) {
    subject.outputsBackward(0, rows, probabilities, dh);
    work.multiplyAdds((double) rows * m * k);
    return dh;
  }

  /** The gradient of W. */
  @Benchmark
  public double[] outerW(Work work) {
    subject.outerW(rows, 0, m, symbols, da, into);
    work.multiplyAdds((double) rows * m * m);
    return gradient;
  }

  /** The gradient of V. */
  @Benchmark
  public double[] outerV(Work work) {
    subject.outerV(rows, batchSize, 0, k, probabilities, into);
    work.multiplyAdds((double) rows * m * k);
    return gradient;
  }

  /** The states, packed for both gradients; elements counted. */
  @Benchmark
  public Weights packStates(Work work) {
    subject.packStates(0, rows + batchSize, h);
    work.elements((double) (rows + batchSize) * m);
    return weights;
  }

  /** Softmax and loss of all steps; exponentials counted. */
  @Benchmark
  public double[] softmaxLoss(Work work) {
    System.arraycopy(probabilities, 0, outputs, 0, outputs.length); // it works in place
    work.elements((double) rows * k);
    subject.softmaxLoss(0, rows, outputs, symbols, batchSize, losses);
    return losses;
  }

  /** The update of W; parameters counted. */
  @Benchmark
  public double[] adagrad(Work work) {
    subject.adagrad(parameters.w, memory.w, 0, m * m, gradient, 0, 1, 5, 1e-9, 1e-8);
    work.elements((double) m * m);
    return parameters.w;
  }

  /** W's packed copies; parameters counted. */
  @Benchmark
  public Weights reloadW(Work work) {
    weights.reloadW(0, m);
    work.elements((double) m * m);
    return weights;
  }
}
