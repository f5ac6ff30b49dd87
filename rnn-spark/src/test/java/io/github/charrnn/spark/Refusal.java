package io.github.charrnn.spark;

import static org.assertj.core.api.Assertions.catchThrowable;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** What the driver says. */
final class Refusal {
  private Refusal() {}

  /** The sentence of what is thrown; one that says that nothing was if there is none. */
  static String of(ThrowingCallable what) {
    Throwable thrown = catchThrowable(what);
    return thrown == null ? "nothing was refused" : SparkFailures.sentence(thrown);
  }
}
