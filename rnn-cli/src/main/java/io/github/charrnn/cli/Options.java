package io.github.charrnn.cli;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** Turns what the library says of a setting into a usage error that names the option. */
final class Options {
  private Options() {}

  /** Applies the value of an option to the library. */
  static void apply(CommandSpec spec, String option, Runnable setting) {
    try {
      setting.run();
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), option + ": " + Main.explain(e), e);
    }
  }
}
