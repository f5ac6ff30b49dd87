package io.github.charrnn.internal.kernel;

import java.lang.System.Logger.Level;
import java.lang.reflect.Constructor;
import java.util.Optional;

/**
 * Chooses the implementation of {@link Kernel}, once, by the system property {@code rnn.kernel}:
 * {@code auto} (the default) takes vectors where they can be had and pay, {@code scalar} and {@code
 * vector} insist.
 */
public final class Kernels {
  /*
   * The module of the Vector API is an incubator: it is there only if Java is started with
   * --add-modules jdk.incubator.vector, and a module that requires it makes every consumer's compiler
   * warn. So module-info does not; the one class that imports it is loaded by name, after this module
   * has been made to read it.
   */
  private static final String PROPERTY = "rnn.kernel";

  private static final String VECTOR_MODULE = "jdk.incubator.vector";
  private static final String VECTOR_KERNEL = "io.github.charrnn.internal.kernel.VectorKernel";
  private static final int FEWEST_LANES = 2;

  /**
   * Multiply-adds from which on vectors pay for little pieces of work. Java needs about 0.4 s until
   * it has compiled vector code that it has never run, and 0.03 s for scalar code, which is half as
   * fast afterwards: a passage of 1,000 symbols should not wait for that, one of a million should.
   */
  private static final double WORTHWHILE = 1e10;

  /** What was found, and why it is used or not. */
  private record Choice(Optional<Constructor<?>> vector, int lanes, String description) {}

  private static Optional<Choice> chosen = Optional.empty();
  private static double work; // multiply-adds announced so far

  private Kernels() {}

  /**
   * A new kernel for a shape, with scratch memory of its own.
   *
   * @param steps the most that a call will ask for
   * @param multiplyAdds how many it will be asked for in all; infinite if that is open
   * @throws IllegalStateException if rnn.kernel asks for what cannot be had
   */
  public static Kernel create(
      int hiddenSize, int vocabSize, int steps, int streams, double multiplyAdds) {
    Choice choice = choice();
    // A vector must fit into a row. Smaller models are for tests, and get the same bits.
    if (choice.vector.isEmpty()
        || Math.min(hiddenSize, vocabSize) < choice.lanes
        || !worthwhile(multiplyAdds)) {
      return new ScalarKernel(hiddenSize, vocabSize);
    }
    try {
      return (Kernel) choice.vector.get().newInstance(hiddenSize, vocabSize, steps, streams);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("the vector kernels were there a moment ago", e);
    }
  }

  /** Training has run long enough for vector code to be compiled: from now on it pays always. */
  public static synchronized void warm() {
    work = WORTHWHILE;
  }

  private static synchronized boolean worthwhile(double multiplyAdds) {
    if (Double.isInfinite(multiplyAdds)) {
      return true;
    }
    work += multiplyAdds;
    return work >= WORTHWHILE;
  }

  /**
   * What runs and why, in one line.
   *
   * @throws IllegalStateException if rnn.kernel asks for what cannot be had
   */
  public static String description() {
    return choice().description;
  }

  /** Not a static initialiser: what that throws is an Error which hides its reason. */
  private static synchronized Choice choice() {
    if (chosen.isEmpty()) {
      chosen = Optional.of(choose(System.getProperty(PROPERTY, "auto")));
    }
    return chosen.get();
  }

  private static Choice choose(String asked) {
    if (asked.equals("scalar")) {
      return new Choice(Optional.empty(), 0, "scalar kernels, as " + PROPERTY + " asks");
    }
    if (!asked.equals("auto") && !asked.equals("vector")) {
      throw new IllegalStateException(
          PROPERTY + " is " + asked + ", must be auto, scalar or vector");
    }
    Choice found = findVectors();
    if (asked.equals("vector")) {
      if (found.vector.isEmpty()) {
        throw new IllegalStateException(
            PROPERTY + " is vector, but there are only " + found.description);
      }
      work = WORTHWHILE;
    }
    return found;
  }

  private static Choice findVectors() {
    Module self = Kernels.class.getModule();
    ModuleLayer layer = self.getLayer() == null ? ModuleLayer.boot() : self.getLayer();
    Optional<Module> module =
        layer.findModule(VECTOR_MODULE).or(() -> ModuleLayer.boot().findModule(VECTOR_MODULE));
    if (module.isEmpty()) {
      System.getLogger("io.github.charrnn")
          .log(
              Level.INFO,
              "training is nearly twice as fast with the Vector API: start Java with --add-modules "
                  + VECTOR_MODULE);
      return new Choice(
          Optional.empty(),
          0,
          "scalar kernels: the module " + VECTOR_MODULE + " is missing, --add-modules gives it");
    }
    try {
      self.addReads(module.get());
      Class<?> kernel = Class.forName(VECTOR_KERNEL);
      int lanes = (int) kernel.getDeclaredMethod("lanes").invoke(null);
      if (lanes < FEWEST_LANES) {
        return new Choice(
            Optional.empty(), 0, "scalar kernels: vectors have only " + lanes + " lane here");
      }
      return new Choice(
          Optional.of(kernel.getDeclaredConstructor(int.class, int.class, int.class, int.class)),
          lanes,
          "vector kernels, " + lanes + " lanes of 64 bits");
    } catch (ReflectiveOperationException | LinkageError e) {
      System.getLogger("io.github.charrnn").log(Level.WARNING, "no vector kernels", e);
      return new Choice(
          Optional.empty(), 0, "scalar kernels: the vector kernels could not be loaded, " + e);
    }
  }
}
