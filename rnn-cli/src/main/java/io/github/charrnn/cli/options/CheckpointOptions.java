package io.github.charrnn.cli.options;

import io.github.charrnn.Trainer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** What a run keeps to go on from, and when it does. */
public final class CheckpointOptions {
  /** What to do when numbers are no longer finite. */
  enum OnDivergence {
    STOP,
    ROLLBACK;

    @Override
    public String toString() { // as a shell completes it
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Spec(Target.MIXEE)
  private CommandSpec command;

  @Option(
      names = "--checkpoint",
      paramLabel = "FILE",
      description = "Where to keep what --resume goes on from. Without it: MODEL.checkpoint.",
      defaultValue = Option.NULL_VALUE,
      showDefaultValue = Visibility.NEVER)
  private Path file;

  @Option(
      names = "--checkpoint-every",
      paramLabel = "<steps>",
      description =
          "Steps from one checkpoint to the next. Without it: checkpoints take 1 %% of the time at"
              + " most, and 5 seconds pass between two; with rollbacks 1,000 steps.",
      defaultValue = Option.NULL_VALUE,
      showDefaultValue = Visibility.NEVER)
  private Long every;

  @Option(names = "--no-checkpoint", description = "Write no checkpoint.")
  private boolean none;

  @Option(
      names = "--resume",
      description =
          "Go on from the checkpoint, with the same text, exactly as if training had never"
              + " stopped. The settings are the run's; only --unknown must be given again. Without"
              + " -o and --checkpoint: from the last numbered one.")
  private boolean resume;

  @Option(
      names = "--on-divergence",
      paramLabel = "<action>",
      description = {
        "stop, or rollback: training goes back to the checkpoint of the last multiple of"
            + " --checkpoint-every, and on with half the learning rate.",
        "  Default: stop"
      },
      showDefaultValue = Visibility.NEVER)
  private OnDivergence onDivergence = OnDivergence.STOP;

  @Option(
      names = "--max-rollbacks",
      paramLabel = "<times>",
      description = "Rollbacks before training gives up.")
  private int maxRollbacks = 5;

  /** Refuses options that exclude each other. */
  public void requireConsistent() {
    if (none && (resume || given("--checkpoint") || given("--checkpoint-every"))) {
      throw Options.wrong(
          command, "--no-checkpoint excludes --checkpoint, --checkpoint-every and --resume");
    }
    if (none && rollback()) {
      throw Options.wrong(
          command, "--on-divergence rollback needs a checkpoint: leave out --no-checkpoint");
    }
    if (given("--max-rollbacks") && !rollback() && (!resume || given("--on-divergence"))) {
      throw Options.wrong(command, "--max-rollbacks needs --on-divergence rollback");
    }
  }

  /** Whether a run goes on instead of a new one. */
  public boolean resume() {
    return resume;
  }

  /** The checkpoint's name, if one was given. */
  public Optional<Path> named() {
    return Optional.ofNullable(file);
  }

  /** The checkpoint, unless there is to be none. */
  public Optional<Path> file(Path beside) {
    return none ? Optional.empty() : Optional.of(file == null ? beside : file);
  }

  /** Says when a trainer writes its checkpoint, and when it goes back to it. */
  public void applyTo(Trainer trainer, Path checkpoint) {
    if (every == null) {
      trainer.checkpoint(checkpoint);
    } else {
      long steps = every;
      Options.requireAtLeast(command, "--checkpoint-every", steps, 1);
      trainer.checkpoint(checkpoint, steps);
    }
    if (rollback() || given("--max-rollbacks")) {
      Options.apply(command, "--max-rollbacks", () -> trainer.rollbacks(maxRollbacks));
    } else if (given("--on-divergence")) {
      trainer.rollbacks(0);
    }
  }

  /** As they are typed again: those that decide what the model becomes. */
  public List<String> typed() {
    List<String> words = new ArrayList<>();
    if (rollback()) {
      words.addAll(List.of("--on-divergence", "rollback"));
      words.addAll(List.of("--max-rollbacks", Integer.toString(maxRollbacks)));
      if (every != null) {
        words.addAll(List.of("--checkpoint-every", Long.toString(every)));
      }
    }
    return words;
  }

  private boolean rollback() {
    return onDivergence == OnDivergence.ROLLBACK;
  }

  private boolean given(String option) {
    return Options.given(command, option);
  }
}
