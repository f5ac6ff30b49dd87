package io.github.charrnn.cli.options;

import io.github.charrnn.VanillaRnn;
import picocli.CommandLine.Option;

/** In which state a model begins to read. */
public final class FromZeroOption {
  @Option(
      names = "--from-zero",
      description =
          "Begin in the zero state; without it, in the state in which training left the model, if"
              + " that is kept.")
  private boolean fromZero;

  /** The model that begins as asked for. */
  public VanillaRnn applyTo(VanillaRnn model) {
    return fromZero ? model.fromZero() : model;
  }
}
