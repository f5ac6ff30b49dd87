package io.github.charrnn.cli.train;

import io.github.charrnn.EncodedText;
import io.github.charrnn.Trainer;
import io.github.charrnn.TrainingDivergedException;
import io.github.charrnn.TrainingResult;
import io.github.charrnn.cli.files.ModelFiles;
import io.github.charrnn.cli.files.RunFiles;
import io.github.charrnn.cli.output.ExitCode;
import io.github.charrnn.cli.output.Failures;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;

/** Carries a run out, from its first step until all that it came to is saved and said. */
public final class TrainingSession {
  /** Trains. */
  public interface Run {
    TrainingResult train() throws IOException;
  }

  /** Saves a file. */
  private interface Saving {
    void save() throws IOException;
  }

  private final Trainer trainer;
  private final EncodedText text;
  private final TrainingOutput output;
  private final Optional<RunReport> report;
  private final RunFiles planned;
  private final Supplier<ModelFiles> names;
  private final ResumingCommand resuming;

  /**
   * A session that is to begin.
   *
   * @param text that is trained on
   * @param planned the files that it was planned to write
   * @param names those of the model, asked for at the end
   */
  public TrainingSession(
      Trainer trainer,
      EncodedText text,
      TrainingOutput output,
      Optional<RunReport> report,
      RunFiles planned,
      Supplier<ModelFiles> names,
      ResumingCommand resuming) {
    this.trainer = trainer;
    this.text = text;
    this.output = output;
    this.report = report;
    this.planned = planned;
    this.names = names;
    this.resuming = resuming;
  }

  /**
   * Carries it out; the exit code.
   *
   * @param release what is no longer needed when all is saved
   */
  public int carryOut(Run run, Runnable release) throws IOException {
    try (Interruption interruption = new Interruption()) {
      try {
        output.listenTo(trainer);
        trainer.every(1, interruption::stopIfRequested);
        report.ifPresent(it -> trainer.every(1, it::update).onSample(it::sampled));
        TrainingResult result = trained(run).measured(text);
        output.clear();
        return save(result, interruption);
      } catch (IOException | RuntimeException e) {
        output.clear();
        if (interruption.requested()) { // the process ends as soon as this is closed: say it now
          output.failed(e);
          return ExitCode.FAILED;
        }
        throw e;
      } finally {
        report.ifPresent(RunReport::close);
        release.run(); // an interrupted process ends as soon as this is closed
      }
    }
  }

  /** Training that diverges may be rolled back, where there is something to go back to. */
  private TrainingResult trained(Run run) throws IOException {
    try {
      return run.train();
    } catch (TrainingDivergedException e) {
      if (planned.checkpoint().isEmpty() || e.rollbacks() > 0) {
        throw e;
      }
      throw new IOException(
          e.getMessage()
              + ", or go back by --resume --on-divergence rollback: the checkpoint "
              + planned.checkpoint().get()
              + " is from before that",
          e);
    }
  }

  private int save(TrainingResult result, Interruption interruption) throws IOException {
    if (interruption.requested() && planned.checkpoint().isEmpty() && result.steps() == 0) {
      output.interruptedAtOnce();
      return ExitCode.INTERRUPTED;
    }
    RunFiles files = planned.named(names.get());
    save(files.model(), () -> result.best().save(files.model()));
    if (files.history().isPresent()) {
      Path history = files.history().get();
      save(history, () -> result.history().saveCsv(history));
    }
    boolean interrupted = interruption.requested();
    if (interrupted) { // first, because whoever interrupts may not wait
      output.interrupted(result, files, files.checkpoint().map(it -> resuming.of(files.model())));
    }
    if (report.isPresent()) {
      save(files.names().page(), () -> report.get().write(files.names(), result, interrupted));
    }
    if (interrupted) {
      return ExitCode.INTERRUPTED;
    }
    output.ended(result, files);
    return ExitCode.OK;
  }

  private void save(Path file, Saving saving) throws IOException {
    try {
      saving.save();
    } catch (IOException e) {
      String rest =
          planned
              .checkpoint()
              .map(run -> "; all of the run is in " + run + ", --resume goes on")
              .orElse("");
      throw new IOException("cannot save " + file + ": " + Failures.sentence(e) + rest, e);
    }
  }
}
