package io.github.charrnn.bench;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
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
 * What the machine can do at best, to hold the kernels against: multiply-adds on numbers that never
 * leave the registers, and reading a square matrix again and again. What counts is {@code :giga}:
 * GFLOP/s and GB/s.
 *
 * <pre>
 * java -jar rnn-bench/target/benchmarks.jar FloorBenchmark
 * </pre>
 *
 * <p>Measured on one core of an Intel Sapphire Rapids, Java 17.0.15: 118 GFLOP/s; 178, 177, 75 and
 * 29 GB/s.
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
public class FloorBenchmark {

  private static final VectorSpecies<Double> SPECIES = DoubleVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();
  private static final int ROUNDS = 10_000;
  private static final int SUMS = 12; // more than are under way at a time
  private static final int FIRST = 6; // elements begin 16 bytes after their array

  /** What is read. */
  @State(Scope.Benchmark)
  public static class Matrix {
    @Param({"100", "256", "512", "1024"})
    int hiddenSize;

    private double[] elements = {};

    /** Ones, so that their sum is known. */
    @Setup
    public void setUp() {
      elements = new double[FIRST + hiddenSize * hiddenSize / (8 * LANES) * (8 * LANES)];
      Arrays.fill(elements, 1);
    }
  }

  /** GFLOP/s. */
  @Benchmark
  public double multiplyAdd(Work work) {
    DoubleVector x = DoubleVector.broadcast(SPECIES, 1);
    DoubleVector y = DoubleVector.broadcast(SPECIES, 1);
    DoubleVector s0 = DoubleVector.zero(SPECIES);
    DoubleVector s1 = DoubleVector.zero(SPECIES);
    DoubleVector s2 = DoubleVector.zero(SPECIES);
    DoubleVector s3 = DoubleVector.zero(SPECIES);
    DoubleVector s4 = DoubleVector.zero(SPECIES);
    DoubleVector s5 = DoubleVector.zero(SPECIES);
    DoubleVector s6 = DoubleVector.zero(SPECIES);
    DoubleVector s7 = DoubleVector.zero(SPECIES);
    DoubleVector s8 = DoubleVector.zero(SPECIES);
    DoubleVector s9 = DoubleVector.zero(SPECIES);
    DoubleVector s10 = DoubleVector.zero(SPECIES);
    DoubleVector s11 = DoubleVector.zero(SPECIES);
    for (int i = 0; i < ROUNDS; i++) {
      s0 = x.fma(y, s0);
      s1 = x.fma(y, s1);
      s2 = x.fma(y, s2);
      s3 = x.fma(y, s3);
      s4 = x.fma(y, s4);
      s5 = x.fma(y, s5);
      s6 = x.fma(y, s6);
      s7 = x.fma(y, s7);
      s8 = x.fma(y, s8);
      s9 = x.fma(y, s9);
      s10 = x.fma(y, s10);
      s11 = x.fma(y, s11);
    }
    DoubleVector sum = s0.add(s1).add(s2).add(s3).add(s4).add(s5);
    double total =
        sum.add(s6).add(s7).add(s8).add(s9).add(s10).add(s11).reduceLanes(VectorOperators.ADD);
    require(total, (double) ROUNDS * SUMS * LANES);
    work.multiplyAdds(total);
    return total;
  }

  /** GB/s, reading a matrix of so many rows and columns. */
  @Benchmark
  public double read(Matrix matrix, Work work) {
    double[] x = matrix.elements;
    DoubleVector s0 = DoubleVector.zero(SPECIES);
    DoubleVector s1 = DoubleVector.zero(SPECIES);
    DoubleVector s2 = DoubleVector.zero(SPECIES);
    DoubleVector s3 = DoubleVector.zero(SPECIES);
    DoubleVector s4 = DoubleVector.zero(SPECIES);
    DoubleVector s5 = DoubleVector.zero(SPECIES);
    DoubleVector s6 = DoubleVector.zero(SPECIES);
    DoubleVector s7 = DoubleVector.zero(SPECIES);
    for (int i = FIRST; i < x.length; i += 8 * LANES) {
      s0 = s0.add(DoubleVector.fromArray(SPECIES, x, i));
      s1 = s1.add(DoubleVector.fromArray(SPECIES, x, i + LANES));
      s2 = s2.add(DoubleVector.fromArray(SPECIES, x, i + 2 * LANES));
      s3 = s3.add(DoubleVector.fromArray(SPECIES, x, i + 3 * LANES));
      s4 = s4.add(DoubleVector.fromArray(SPECIES, x, i + 4 * LANES));
      s5 = s5.add(DoubleVector.fromArray(SPECIES, x, i + 5 * LANES));
      s6 = s6.add(DoubleVector.fromArray(SPECIES, x, i + 6 * LANES));
      s7 = s7.add(DoubleVector.fromArray(SPECIES, x, i + 7 * LANES));
    }
    DoubleVector sum = s0.add(s1).add(s2.add(s3)).add(s4.add(s5).add(s6.add(s7)));
    double total = sum.reduceLanes(VectorOperators.ADD);
    require(total, x.length - FIRST);
    work.elements(Double.BYTES * total);
    return total;
  }

  private static void require(double actual, double expected) {
    if (actual != expected) {
      throw new IllegalStateException("the sum is " + actual + " instead of " + expected);
    }
  }
}
