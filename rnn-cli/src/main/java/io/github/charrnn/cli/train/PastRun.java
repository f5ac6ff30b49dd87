package io.github.charrnn.cli.train;

import io.github.charrnn.EncodedText;
import io.github.charrnn.ModelFormatException;
import io.github.charrnn.TrainingResult;
import io.github.charrnn.TrainingSummary;
import io.github.charrnn.Validation;
import io.github.charrnn.VanillaRnn;
import io.github.charrnn.cli.files.ModelFiles;
import io.github.charrnn.cli.files.Sources;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What is left of a run: its checkpoint, which tells all of it, or else its model.
 *
 * @param best the model
 * @param settings of the run
 * @param whole what the checkpoint tells, if it is there
 * @param note what is missing, if anything is
 */
public record PastRun(
    VanillaRnn best,
    TrainingSummary settings,
    Optional<TrainingResult> whole,
    Optional<String> note) {

  /**
   * Finds the run of a model.
   *
   * @param file of the model, or of a checkpoint
   */
  public static PastRun of(Path file) throws IOException {
    Path beside = new ModelFiles(file).checkpoint();
    boolean isCheckpoint = Files.exists(file) && !Files.exists(beside);
    try {
      TrainingResult run = TrainingResult.load(isCheckpoint ? file : beside);
      if (!isCheckpoint && Files.exists(file)) {
        VanillaRnn model = Sources.model(file);
        if (!model.fingerprint().equals(run.best().fingerprint())) {
          return of(file, model, "The checkpoint beside the model is of another run");
        }
      }
      TrainingSummary settings = run.last().training().orElseThrow();
      return new PastRun(run.best(), settings, Optional.of(run), Optional.empty());
    } catch (NoSuchFileException e) {
      throw new IOException("there is neither " + file + " nor a checkpoint of it", e);
    } catch (ModelFormatException e) {
      if (!isCheckpoint) {
        throw new IOException(beside + " cannot be used: " + e.getMessage(), e);
      }
      return of(file, Sources.model(file), "There is no checkpoint of the run");
    }
  }

  private static PastRun of(Path file, VanillaRnn model, String reason) throws IOException {
    TrainingSummary settings =
        model
            .training()
            .orElseThrow(
                () -> new IOException(file + " was never trained: there is nothing to report"));
    String note = reason + ": there are no curves and samples.";
    return new PastRun(model, settings, Optional.empty(), Optional.of(note));
  }

  /** How many characters the run's text had, with what was held out of it. */
  public long length() {
    Optional<Validation> heldOut = settings.validation();
    long boundaries = best.documents().isPresent() ? heldOut.map(Validation::pieces).orElse(0) : 0;
    return settings.textLength() + heldOut.map(Validation::length).orElse(0L) - boundaries;
  }

  /**
   * Whether a text has as many; what was held out may have been another text, or cut out of the
   * middle of documents.
   */
  public boolean mayBeOf(EncodedText text) {
    long all = settings.textLength() + settings.validation().map(Validation::length).orElse(0L);
    return text.length() == length()
        || text.length() == all
        || text.length() == settings.textLength();
  }

  /** What the run came to: all of it, or as much as a model tells. */
  public TrainingResult result() {
    return whole.orElseGet(() -> TrainingResult.of(best));
  }
}
