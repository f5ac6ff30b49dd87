package io.github.charrnn.cli;

import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

/** Programs that tests need and not every machine has. */
final class Needed {
  private Needed() {}

  /** Skips the test, and says so; fails it instead with -Dtests.all=true, as .ci/run has it. */
  static void isThere(boolean there, String otherwise) {
    if (!there && Boolean.getBoolean("tests.all")) {
      fail(otherwise);
    }
    if (!there) {
      System.err.println("SKIPPED: " + otherwise);
      abort(otherwise);
    }
  }
}
