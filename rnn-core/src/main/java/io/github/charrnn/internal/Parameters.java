package io.github.charrnn.internal;

import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleUnaryOperator;

/** U, W, V, b, c in the layout of the kernels; gradients and optimizer memory have the same one. */
public final class Parameters {
  /** The largest m whose W, m times m, fits into an array, also as kernels pack it. */
  public static final int MAX_HIDDEN_SIZE = 46_300;

  /** Collectors cut a heap in parts; by default the larger one is two thirds, for any one array. */
  private static final double GENERATIONS = 1.5;

  /** By how many columns, at most, kernels pad a matrix when they pack it. */
  static final int MAX_PADDING = 64;

  /** No {@link #boundary}. */
  public static final int NONE = -1;

  /** The tensors of a model, in the order in which files and checks have them. */
  public enum Tensor {
    U("U"),
    W("W"),
    V("V"),
    B("b"),
    C("c");

    private final String symbol;

    Tensor(String symbol) {
      this.symbol = symbol;
    }

    /** Its letter in the equations, and its name in files. */
    public String symbol() {
      return symbol;
    }

    /** Its shape in the equations: one number for a vector, rows and columns for a matrix. */
    public List<Long> shape(long hiddenSize, long vocabSize) {
      return switch (this) {
        case U -> List.of(hiddenSize, vocabSize);
        case W -> List.of(hiddenSize, hiddenSize);
        case V -> List.of(vocabSize, hiddenSize);
        case B -> List.of(hiddenSize);
        case C -> List.of(vocabSize);
      };
    }

    /** How many numbers it has. */
    public long size(long hiddenSize, long vocabSize) {
      return shape(hiddenSize, vocabSize).stream().reduce(1L, (x, y) -> x * y);
    }

    /** Whether the kernels' layout is the transpose of the equations'. */
    public boolean transposed() {
      return this == U;
    }
  }

  private static final List<Tensor> TENSORS = List.of(Tensor.values());

  public final int hiddenSize; // m
  public final int vocabSize; // K

  /** The symbol before which the state is zero, because a document begins with it, or NONE. */
  public final int boundary;

  public final double[] u; // (K, m), by symbol: the transpose of the equations' U
  public final double[] w; // (m, m)
  public final double[] v; // (K, m)
  public final double[] b; // (m)
  public final double[] c; // (K)
  private final double[][] data; // the same, in the order of the tensors

  /** All zero, of a model whose text is one document. */
  public Parameters(int hiddenSize, int vocabSize) {
    this(hiddenSize, vocabSize, NONE);
  }

  /** All zero, of a model of documents, unless the boundary is NONE. */
  public Parameters(int hiddenSize, int vocabSize, int boundary) {
    this.hiddenSize = hiddenSize;
    this.vocabSize = vocabSize;
    this.boundary = boundary;
    u = new double[(int) Tensor.U.size(hiddenSize, vocabSize)];
    w = new double[(int) Tensor.W.size(hiddenSize, vocabSize)];
    v = new double[(int) Tensor.V.size(hiddenSize, vocabSize)];
    b = new double[(int) Tensor.B.size(hiddenSize, vocabSize)];
    c = new double[(int) Tensor.C.size(hiddenSize, vocabSize)];
    data = TENSORS.stream().map(this::get).toArray(double[][]::new);
  }

  /** The tensors that there are. */
  public static List<Tensor> tensors() {
    return TENSORS;
  }

  /** The numbers of a tensor in the kernels' layout, not a copy. */
  public double[] get(Tensor tensor) {
    return switch (tensor) {
      case U -> u;
      case W -> w;
      case V -> v;
      case B -> b;
      case C -> c;
    };
  }

  /**
   * Refuses a shape before anything of it is allocated.
   *
   * @param what the subject of the sentence, as in "hiddenSize 9000 with 65 symbols"
   * @throws IllegalArgumentException if its matrices do not fit into arrays or the heap
   */
  public static void requireFits(long hiddenSize, long vocabSize, String what) {
    Memory.require((double) Double.BYTES * count(hiddenSize, vocabSize), what);
    double largest = (double) hiddenSize * Math.max(hiddenSize, vocabSize);
    Memory.require(Double.BYTES * largest * GENERATIONS, what);
    double columns = (double) Math.max(hiddenSize, vocabSize) + MAX_PADDING;
    Memory.requireArray(hiddenSize * columns, what);
  }

  /**
   * All zero, of a shape that comes from outside.
   *
   * @throws IllegalArgumentException if there is no room for it
   */
  static Parameters allocate(int hiddenSize, int vocabSize, int boundary, String what) {
    requireFits(hiddenSize, vocabSize, what);
    try {
      return new Parameters(hiddenSize, vocabSize, boundary);
    } catch (OutOfMemoryError e) {
      throw Memory.refusal((double) Double.BYTES * count(hiddenSize, vocabSize), what);
    }
  }

  /** How many numbers a model of this shape has. */
  public static long count(long hiddenSize, long vocabSize) {
    return TENSORS.stream().mapToLong(tensor -> tensor.size(hiddenSize, vocabSize)).sum();
  }

  public Parameters copy() {
    Parameters copy = new Parameters(hiddenSize, vocabSize, boundary);
    copy.set(this);
    return copy;
  }

  /** Makes every number the same. */
  public void fill(double value) {
    for (double[] tensor : data) {
      Arrays.fill(tensor, value);
    }
  }

  /** Makes of every number another. */
  void replaceAll(DoubleUnaryOperator function) {
    for (double[] tensor : data) {
      Arrays.setAll(tensor, i -> function.applyAsDouble(tensor[i]));
    }
  }

  /** Becomes equal to other, which has the same shape. */
  public void set(Parameters other) {
    for (int i = 0; i < data.length; i++) { // an iterator would be an object a step
      System.arraycopy(other.data[i], 0, data[i], 0, data[i].length);
    }
  }

  /** Whether every number is from -bound to bound; NaN never is. */
  public boolean isWithin(double bound) {
    for (double[] tensor : data) {
      for (double x : tensor) {
        if (!(Math.abs(x) <= bound)) {
          return false;
        }
      }
    }
    return true;
  }

  /** The transpose of a (rows, cols): how U goes between the kernels' layout and the equations'. */
  public static double[] transpose(int rows, int cols, double[] a) {
    double[] result = new double[rows * cols];
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < cols; j++) {
        result[j * rows + i] = a[i * cols + j];
      }
    }
    return result;
  }
}
