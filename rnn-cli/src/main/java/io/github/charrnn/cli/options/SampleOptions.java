package io.github.charrnn.cli.options;

import io.github.charrnn.Trainer;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** When a run shows what it writes. */
public final class SampleOptions {
  private static final String EVERY = "--sample-every";
  private static final String LENGTH = "--sample-length";

  @Spec(Target.MIXEE)
  private CommandSpec command;

  @Option(
      names = EVERY,
      paramLabel = "<steps>",
      description =
          "Show a sample before the first step and again every so many steps; 0 shows none.")
  private long every = 10_000;

  @Option(names = LENGTH, paramLabel = "<characters>", description = "Characters in a sample.")
  private int length = 200;

  /** Refuses what no run can do. */
  public void requirePossible() {
    Options.requireAtLeast(command, EVERY, every, 0);
    Options.requireAtLeast(command, LENGTH, length, 0);
  }

  /** Says when a trainer draws samples; a run that is resumed goes on as it did. */
  public void applyTo(Trainer trainer, boolean resume) {
    if (every == 0) {
      trainer.noSamples();
    } else if (!resume || Options.given(command, EVERY) || Options.given(command, LENGTH)) {
      trainer.samples(every, length);
    }
  }

  /** As they are typed again. */
  public List<String> typed() {
    List<String> words = new ArrayList<>();
    if (Options.given(command, EVERY)) {
      words.addAll(List.of(EVERY, Long.toString(every)));
    }
    if (Options.given(command, LENGTH)) {
      words.addAll(List.of(LENGTH, Integer.toString(length)));
    }
    return words;
  }
}
