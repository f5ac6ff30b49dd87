package io.github.charrnn.internal.kernel;

/**
 * Chooses the implementation of {@link Kernel}: the system property {@code rnn.kernel}, one of
 * {@code auto} (the default) and {@code scalar}.
 */
public final class Kernels {
  private Kernels() {}

  /**
   * A new kernel with scratch memory of its own.
   *
   * @throws IllegalStateException if {@code rnn.kernel} names none that there is
   */
  public static Kernel create() {
    String asked = System.getProperty("rnn.kernel", "auto");
    return switch (asked) {
      case "auto", "scalar" -> new ScalarKernel();
      default ->
          throw new IllegalStateException(
              "rnn.kernel is "
                  + asked
                  + ", must be auto or scalar: there are no other kernels yet");
    };
  }
}
