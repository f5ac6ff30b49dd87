package io.github.charrnn.cli.train;

import io.github.charrnn.TrainingResult;
import io.github.charrnn.TrainingSummary;
import io.github.charrnn.VanillaRnn;
import io.github.charrnn.cli.files.TextSource;
import io.github.charrnn.cli.options.ModelOptions;
import io.github.charrnn.cli.options.RecipeOptions;
import io.github.charrnn.cli.options.ValidationOptions;
import io.github.charrnn.cli.output.Shell;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The command that trains the same model again.
 *
 * @param text where it came from
 * @param length characters of it, with what is held out
 * @param model the file to save to
 * @param from the model that the run began with, if it was not a new one
 * @param heldOut the text that was held out, if it was one of its own
 * @param more options that the run's settings do not tell of
 */
public record RepeatingCommand(
    TextSource text,
    long length,
    Path model,
    Optional<Path> from,
    Optional<String> heldOut,
    List<String> more) {

  /** Makes the list immutable. */
  public RepeatingCommand {
    more = List.copyOf(more);
  }

  /** What the command leaves out where nobody knows if {@link #from} was there. */
  public static String assumes(VanillaRnn model) {
    return model.training().map(TrainingSummary::earlierCharacters).orElse(0L) > 0
        ? "The run began with a model: the command to repeat it lacks the --from that named it."
        : "The command to repeat the run assumes that it began with a new model.";
  }

  /** As it is typed. */
  public String of(TrainingResult result, TrainingSummary settings, long steps) {
    List<String> words = new ArrayList<>(List.of(Shell.rnn(), "train"));
    words.addAll(text.typed());
    words.addAll(List.of("-o", Shell.file(model.toString())));
    words.addAll(RecipeOptions.typed(settings.recipe()));
    words.addAll(ModelOptions.typed(result.best(), from));
    words.addAll(ValidationOptions.typed(result, settings, length, heldOut.map(Shell::file)));
    words.addAll(more);
    words.addAll(List.of("--steps", Long.toString(steps)));
    return Shell.line(words);
  }
}
