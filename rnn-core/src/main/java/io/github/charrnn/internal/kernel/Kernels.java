package io.github.charrnn.internal.kernel;

import io.github.charrnn.internal.Parameters;
import java.lang.System.Logger.Level;
import java.lang.reflect.Constructor;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Chooses the implementation of {@link Kernel}, by the system property {@code rnn.kernel}: {@code
 * scalar} and {@code vector} insist; {@code auto}, the default, begins with scalar code and goes
 * over to vector code once that is compiled, see {@link WarmUp}. Safe for use by many threads.
 */
public final class Kernels {
  /*
   * Both have the same bits, so what runs when is a question of time alone. One answer for all
   * callers, or one that a sum over callers gives, was wrong for most: a passage of 10 symbols waited
   * for vectors, 200 steps of training took 3.8 s instead of 1.6, and a service that scores strings in
   * 65 us stood still for 160 ms when the sum reached its bound. Now nobody runs vector code that is
   * not compiled, and what a caller gets depends only on whether it is.
   *
   * The module of the Vector API is an incubator: it is there only if Java is started with
   * --add-modules jdk.incubator.vector, and a module that requires it makes every consumer's compiler
   * warn. So module-info does not; the one class that imports it is loaded by name, after this module
   * has been made to read it.
   */
  private static final String PROPERTY = "rnn.kernel";

  private static final String VECTOR_API = "jdk.incubator.vector";
  private static final String VECTOR_KERNEL = "io.github.charrnn.internal.kernel.VectorKernel";
  private static final String LANES = "io.github.charrnn.internal.kernel.Lanes";
  private static final String VECTOR_WEIGHTS = "io.github.charrnn.internal.kernel.VectorWeights";
  private static final int FEWEST_LANES = 2;

  private enum Asked {
    AUTO,
    SCALAR,
    VECTOR
  }

  /** The vector kernels, or why there are none. */
  private record Vectors(Optional<Constructor<?>> weights, int lanes, String description) {
    static Vectors none(String why) {
      return new Vectors(Optional.empty(), Integer.MAX_VALUE, "scalar kernels: " + why);
    }
  }

  private static final Optional<Module> VECTOR_MODULE = findModule();
  private static final Map<Shape, WarmUp> WARM_UPS = new ConcurrentHashMap<>();
  private static Optional<Asked> asked = Optional.empty();
  private static Optional<Vectors> vectors = Optional.empty();

  private Kernels() {}

  /**
   * Parameters for what is fastest now for windows of a shape.
   *
   * @throws IllegalStateException if rnn.kernel asks for what is not there
   */
  public static Weights load(Shape shape, Parameters p) {
    boolean vector =
        switch (asked()) {
          case SCALAR -> false;
          case VECTOR -> canUseVectors(shape);
          case AUTO -> warmUp(shape).filter(WarmUp::compiled).isPresent();
        };
    return vector ? vector(shape, p) : scalar(shape, p);
  }

  /** What says when {@link #load} has another answer; empty if it never has. */
  public static Optional<WarmUp> warmUp(Shape shape) {
    return asked() == Asked.AUTO && VECTOR_MODULE.isPresent()
        ? Optional.of(warmUpOf(shape.rehearsed()))
        : Optional.empty();
  }

  static WarmUp warmUpOf(Shape rehearsed) {
    return WARM_UPS.computeIfAbsent(rehearsed, WarmUp::new);
  }

  /** For scalar code, whatever is asked. */
  public static Weights scalar(Shape shape, Parameters p) {
    return new ScalarWeights(shape, p);
  }

  /** For vector code, compiled or not, where {@link #canUseVectors}. */
  public static Weights vector(Shape shape, Parameters p) {
    try {
      return (Weights) vectors().weights.orElseThrow().newInstance(shape, p);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("the vector kernels were there a moment ago", e);
    }
  }

  static int lanes() {
    return vectors().lanes;
  }

  /** A vector must fit into a row. Smaller models are for tests, and get the same bits. */
  public static boolean canUseVectors(Shape shape) {
    return Math.min(shape.m(), shape.k()) >= lanes();
  }

  /**
   * What runs and why, in one line.
   *
   * @throws IllegalStateException if rnn.kernel asks for what is not there
   */
  public static String description() {
    return asked() == Asked.SCALAR
        ? "scalar kernels, as " + PROPERTY + " asks"
        : vectors().description;
  }

  /** Not a static initialiser: what that throws is an Error which hides its reason. */
  private static synchronized Asked asked() {
    if (asked.isEmpty()) {
      String value = System.getProperty(PROPERTY, "auto");
      asked =
          Optional.of(
              switch (value) {
                case "auto" -> Asked.AUTO;
                case "scalar" -> Asked.SCALAR;
                case "vector" -> Asked.VECTOR;
                default ->
                    throw new IllegalStateException(
                        PROPERTY + " is " + value + ", must be auto, scalar or vector");
              });
    }
    if (asked.get() == Asked.VECTOR && vectors().weights.isEmpty()) {
      throw new IllegalStateException(
          PROPERTY + " is vector, but there are only " + vectors().description);
    }
    return asked.get();
  }

  /** Found when first asked, and only initialised when used: a run of 10 steps does without. */
  private static synchronized Vectors vectors() {
    if (vectors.isEmpty()) {
      vectors = Optional.of(find());
    }
    return vectors.get();
  }

  private static Optional<Module> findModule() {
    Module self = Kernels.class.getModule();
    ModuleLayer layer = self.getLayer() == null ? ModuleLayer.boot() : self.getLayer();
    Optional<Module> module =
        layer.findModule(VECTOR_API).or(() -> ModuleLayer.boot().findModule(VECTOR_API));
    if (module.isEmpty() && !System.getProperty(PROPERTY, "").equals("scalar")) {
      System.getLogger("io.github.charrnn")
          .log(
              Level.INFO,
              "training is nearly twice as fast with the Vector API: start Java with --add-modules "
                  + VECTOR_API);
    }
    module.ifPresent(Kernels::loadClasses);
    return module;
  }

  /**
   * Java counts on a class being the only one of its interface, and would throw away all that it
   * has compiled when the other comes: a call of 0.3 ms took 20 then. So it is loaded now, and
   * costs nothing until it is initialised.
   */
  private static Class<?> loadClasses(Module module) {
    Kernels.class.getModule().addReads(module);
    ClassLoader loader = Kernels.class.getClassLoader();
    try {
      Class.forName(VECTOR_KERNEL, false, loader);
      return Class.forName(VECTOR_WEIGHTS, false, loader);
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException(e); // they are in this package
    }
  }

  private static Vectors find() {
    if (VECTOR_MODULE.isEmpty()) {
      return Vectors.none("the module " + VECTOR_API + " is missing, --add-modules gives it");
    }
    try {
      Class<?> weights = loadClasses(VECTOR_MODULE.get());
      int lanes = (int) Class.forName(LANES).getDeclaredMethod("count").invoke(null);
      if (lanes < FEWEST_LANES) {
        return Vectors.none("vectors have only " + lanes + " lane here");
      }
      return new Vectors(
          Optional.of(weights.getDeclaredConstructor(Shape.class, Parameters.class)),
          lanes,
          "vector kernels, " + lanes + " lanes of 64 bits");
    } catch (ReflectiveOperationException | LinkageError e) {
      System.getLogger("io.github.charrnn").log(Level.WARNING, "no vector kernels", e);
      return Vectors.none("the vector kernels could not be loaded, " + e);
    }
  }
}
