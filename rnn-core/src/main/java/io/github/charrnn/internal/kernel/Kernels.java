package io.github.charrnn.internal.kernel;

import io.github.charrnn.internal.Fma;
import io.github.charrnn.internal.Parameters;
import java.lang.System.Logger.Level;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Chooses the implementation of {@link Kernel}, by the system property {@code rnn.kernel}: {@code
 * scalar} and {@code vector} insist; {@code auto}, the default, begins with scalar code, unless a
 * run is known to be long, and goes over to vector code once that is compiled, see {@link WarmUp}.
 * Safe for use by many threads.
 */
public final class Kernels {
  /*
   * Both have the same bits, so what runs when is a question of time alone. One answer for all
   * callers, or one that a sum over callers gives, was wrong for most: a passage of 10 symbols waited
   * for vectors, 200 steps of training took 3.8 s instead of 1.6, and a service that scores strings in
   * 65 us stood still for 160 ms when the sum reached its bound. Now nobody runs vector code that is
   * not compiled, but for a run that is known to be long, and what a caller gets depends only on
   * whether it is.
   *
   * The module of the Vector API is an incubator: it is there only if Java is started with
   * --add-modules jdk.incubator.vector, and a module that requires it makes every consumer's compiler
   * warn. So module-info does not, but this module is made to read it before a class that imports it
   * is used.
   *
   * What a run does before it computes is kept short: lambdas, records as keys and strings put together
   * by + cost 50 ms of a short command when Java meets the first ones of their kind.
   */
  private static final String PROPERTY = "rnn.kernel";

  private static final String VECTOR_API = "jdk.incubator.vector";

  /** A logger of its own, so that a program can show hints and no other details. */
  private static final String HINTS = "io.github.charrnn.hints";

  private static final int FEWEST_LANES = 2;

  /** So many lanes are faster than scalar code everywhere; with fewer a warm-up finds out. */
  private static final int SURELY_FASTER = 4;

  /** Multiply-adds of some five seconds with scalar code. */
  private static final double LONG = 1e11;

  private static final String NO_FMA =
      "this processor or virtual machine has no fused multiply-add (fma; QEMU shows the processor's"
          + " own with -cpu host), and computing it in software takes many times as long";

  private enum Asked {
    AUTO,
    SCALAR,
    VECTOR
  }

  /** The vector kernels, or why there are none. */
  private record Vectors(int lanes, String description) {
    static Vectors none(String why) {
      return new Vectors(Integer.MAX_VALUE, "scalar kernels: " + why);
    }

    boolean any() {
      return lanes < Integer.MAX_VALUE;
    }
  }

  /** Found when first asked, under a lock that nobody needs who does not ask. */
  private static final class Found {
    static final Vectors VECTORS = find();
  }

  private static final Map<Shape, WarmUp> WARM_UPS = new ConcurrentHashMap<>();
  private static final Optional<Module> VECTOR_MODULE = findModule();
  private static volatile Optional<Asked> asked = Optional.empty();

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
          case AUTO -> VECTOR_MODULE.isPresent() && warmUpOf(shape.rehearsed()).compiled();
        };
    return vector ? vector(shape, p) : scalar(shape, p);
  }

  /** What says when {@link #load} has another answer; empty if it never has. */
  public static Optional<WarmUp> warmUp(Shape shape) {
    if (asked() != Asked.AUTO || VECTOR_MODULE.isEmpty()) {
      return Optional.empty();
    }
    WarmUp warmUp = warmUpOf(shape.rehearsed());
    return warmUp.over() ? Optional.empty() : Optional.of(warmUp);
  }

  /**
   * Whether a run with windows of a shape is better begun with vector code that is not compiled
   * than with scalar code: that costs a second or two, once.
   *
   * @param multiplyAdds of all windows that are to come
   */
  public static boolean worthWaitingFor(Shape shape, double multiplyAdds) {
    return multiplyAdds >= LONG
        && asked() == Asked.AUTO
        && VECTOR_MODULE.isPresent()
        && canUseVectors(shape)
        && lanes() >= SURELY_FASTER;
  }

  static WarmUp warmUpOf(Shape rehearsed) {
    WarmUp known = WARM_UPS.get(rehearsed);
    if (known == null) {
      WARM_UPS.putIfAbsent(rehearsed, new WarmUp(rehearsed));
      known = Objects.requireNonNull(WARM_UPS.get(rehearsed));
    }
    return known;
  }

  /** For scalar code, whatever is asked. */
  public static Weights scalar(Shape shape, Parameters p) {
    return new ScalarWeights(shape, p);
  }

  /** For vector code, compiled or not, where {@link #canUseVectors}. */
  public static Weights vector(Shape shape, Parameters p) {
    return new VectorWeights(shape, p);
  }

  static int lanes() {
    return Found.VECTORS.lanes;
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
    return asked() == Asked.SCALAR && Fma.IN_HARDWARE
        ? "scalar kernels, as " + PROPERTY + " asks"
        : Found.VECTORS.description;
  }

  /** Not a static initialiser: what that throws is an Error which hides its reason. */
  private static Asked asked() {
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
    Asked result = asked.get();
    if (result == Asked.VECTOR && !Found.VECTORS.any()) {
      throw new IllegalStateException(
          PROPERTY + " is vector, but there are only " + Found.VECTORS.description);
    }
    return result;
  }

  private static Optional<Module> findModule() {
    if (!Fma.IN_HARDWARE) {
      System.getLogger("io.github.charrnn").log(Level.WARNING, NO_FMA);
      return Optional.empty();
    }
    if (System.getProperty(PROPERTY, "").equals("scalar")) {
      return Optional.empty();
    }
    Module self = Kernels.class.getModule();
    Optional<Module> module =
        self.getLayer() == null ? Optional.empty() : self.getLayer().findModule(VECTOR_API);
    if (module.isEmpty()) {
      module = ModuleLayer.boot().findModule(VECTOR_API);
    }
    if (module.isEmpty()) {
      System.getLogger(HINTS)
          .log(
              Level.DEBUG,
              "training is nearly twice as fast with the Vector API: start Java with --add-modules "
                  + VECTOR_API);
    } else {
      self.addReads(module.get());
      loadClasses();
    }
    return module;
  }

  /**
   * Java counts on a class being the only one of its interface, and would throw away all that it
   * has compiled when the other comes: a call of 0.3 ms took 20 then. So it is loaded now, and
   * costs nothing until it is initialised.
   */
  private static void loadClasses() {
    try {
      Objects.requireNonNull(VectorKernel.class);
      Objects.requireNonNull(VectorWeights.class);
    } catch (LinkageError e) {
      System.getLogger("io.github.charrnn").log(Level.DEBUG, "find() says why there are none", e);
    }
  }

  private static Vectors find() {
    if (!Fma.IN_HARDWARE) {
      return Vectors.none(NO_FMA);
    }
    if (VECTOR_MODULE.isEmpty()) {
      return Vectors.none("the module " + VECTOR_API + " is missing, --add-modules gives it");
    }
    try {
      Objects.requireNonNull(VectorKernel.class);
      Objects.requireNonNull(VectorWeights.class);
      int lanes = Lanes.count();
      if (lanes < FEWEST_LANES) {
        return Vectors.none("vectors have only " + lanes + " lane here");
      }
      String count = Integer.toString(lanes);
      return new Vectors(lanes, "vector kernels, ".concat(count).concat(" lanes of 64 bits"));
    } catch (LinkageError e) {
      System.getLogger("io.github.charrnn").log(Level.WARNING, "no vector kernels", e);
      return Vectors.none("the vector kernels could not be loaded, " + e);
    }
  }
}
