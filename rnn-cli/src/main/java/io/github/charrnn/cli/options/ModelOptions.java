package io.github.charrnn.cli.options;

import io.github.charrnn.CharVocab;
import io.github.charrnn.VanillaRnn;
import io.github.charrnn.cli.output.Shell;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** The model that a run begins with. */
public final class ModelOptions {
  @Spec(Target.MIXEE)
  private CommandSpec command;

  @Option(
      names = "--from",
      paramLabel = "MODEL",
      description =
          "Train this model on, with its vocabulary and hidden size. Without it: a new model.",
      defaultValue = Option.NULL_VALUE,
      showDefaultValue = Visibility.NEVER)
  private Path from;

  @Option(names = "--hidden", description = "Hidden size: the number of hidden units.")
  private int hidden = 100;

  @Option(
      names = "--seed",
      description = "Seed of the initial parameters, and of the passage at the end.")
  private long seed = 1;

  /** The file of the model to go on with, if it is not a new one. */
  public Optional<Path> from() {
    return Optional.ofNullable(from);
  }

  /** Refuses options that exclude each other. */
  public void requireConsistent(boolean resume) {
    if (from == null) {
      return;
    }
    if (Options.given(command, "--hidden")) {
      throw Options.wrong(command, "--from excludes --hidden: the model has its own hidden size");
    }
    if (Options.given(command, "--seed")) {
      throw Options.wrong(command, "--from excludes --seed: the model has its own seed");
    }
    if (resume) {
      throw Options.wrong(
          command, "--from and --resume exclude each other: a run that is resumed has its model");
    }
  }

  /** A new model. */
  public VanillaRnn create(CharVocab vocab) {
    VanillaRnn.Builder builder = VanillaRnn.builder(vocab).seed(seed);
    Options.apply(command, "--hidden", () -> builder.hiddenSize(hidden));
    return builder.build();
  }

  /** Refuses what was typed and is not what the run to be resumed has. */
  public void requireSame(VanillaRnn model, Path checkpoint) {
    requireSame("--hidden", hidden, model.hiddenSize(), checkpoint);
    requireSame("--seed", seed, model.seed(), checkpoint);
  }

  private void requireSame(String option, long typed, long theirs, Path checkpoint) {
    if (Options.given(command, option) && typed != theirs) {
      throw Options.notOfTheRun(command, option, typed, checkpoint, theirs);
    }
  }

  /** As they are typed to begin with a model like that one, or with a file. */
  public static List<String> typed(VanillaRnn model, Optional<Path> from) {
    return from.isPresent()
        ? List.of("--from", Shell.file(from.get().toString()))
        : List.of(
            "--hidden",
            Integer.toString(model.hiddenSize()),
            "--seed",
            Long.toString(model.seed()));
  }
}
