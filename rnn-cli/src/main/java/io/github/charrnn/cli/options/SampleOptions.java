package io.github.charrnn.cli.options;

import io.github.charrnn.Plan;
import io.github.charrnn.Trainer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** When a run shows what it writes. */
public final class SampleOptions {
  private static final String EVERY = "--sample-every";
  private static final long COURSE = 10_000;
  private static final String LENGTH = "--sample-length";

  @Spec(Target.MIXEE)
  private CommandSpec command;

  @Option(
      names = EVERY,
      paramLabel = "<steps>",
      description =
          "Show a sample before the first step and again every so many steps; 0 shows none."
              + " Without it: about ten in a run, with course every 10,000.")
  private Long every;

  @Option(names = LENGTH, paramLabel = "<characters>", description = "Characters in a sample.")
  private int length = 200;

  /** Refuses what no run can do. */
  public void requirePossible() {
    if (every != null) {
      Options.requireAtLeast(command, EVERY, every, 0);
    }
    Options.requireAtLeast(command, LENGTH, length, 0);
  }

  /** Says when a trainer draws samples, unless it is told: as planned. */
  public void applyTo(Trainer trainer, Plan plan) {
    long count = every == null ? plan.sampleEvery() : every;
    if (count == 0) {
      trainer.noSamples();
    } else {
      trainer.samples(count, length);
    }
  }

  /** Says when a run that is resumed draws samples, if it is told; else it goes on as it did. */
  public void applyToResumed(Trainer trainer, Plan plan) {
    if (every != null) {
      applyTo(trainer, plan);
    } else if (Options.given(command, LENGTH)) {
      trainer.samples(length);
    }
  }

  /**
   * As they are typed again with the recipe course.
   *
   * @param plan of the run; empty if it is resumed, and then has its own intervals
   */
  public List<String> typed(Optional<Plan> plan) {
    List<String> words = new ArrayList<>();
    if (every != null) {
      words.addAll(List.of(EVERY, Long.toString(every)));
    } else {
      plan.map(Plan::sampleEvery)
          .filter(planned -> planned != COURSE)
          .ifPresent(planned -> words.addAll(List.of(EVERY, Long.toString(planned))));
    }
    if (Options.given(command, LENGTH)) {
      words.addAll(List.of(LENGTH, Integer.toString(length)));
    }
    return words;
  }
}
