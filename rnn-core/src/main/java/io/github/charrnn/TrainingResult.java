package io.github.charrnn;

import io.github.charrnn.internal.CheckpointFile;
import io.github.charrnn.internal.Header;
import io.github.charrnn.internal.Observations;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What a training run came to, with all that is needed to plot it. Immutable, and safe for use by
 * many threads.
 *
 * @param best the model at the lowest smooth loss, or whichever {@link Trainer#bestBy} says; the
 *     model that training started from if no step was taken
 * @param last the model after the last step
 * @param steps the number of steps taken
 * @param smoothLoss the smooth loss after the last step, in nats per window; NaN if there was none
 * @param bestSmoothLoss the smooth loss at bestStep, in nats per window; NaN at step 0
 * @param bestStep the step of the best model, counted from 1; 0 if that is the one that training
 *     started from
 * @param plannedSteps how many steps the run was started for; 0 if the caller advanced it
 * @param patience after how many held-out losses without a new best it was to end before; 0 for
 *     never
 * @param seconds spent in steps, without what samples, held-out losses and listeners took
 * @param history the losses, thinned for plotting
 * @param samples what the model has written, thinned; empty without {@link Trainer#samples}
 * @param heldOutLosses the held-out losses, thinned, and that of the last model; empty without
 *     {@link Trainer#validation}
 * @param bestHeldOutLoss the lowest held-out loss, if there is one
 */
public record TrainingResult(
    VanillaRnn best,
    VanillaRnn last,
    long steps,
    double smoothLoss,
    double bestSmoothLoss,
    long bestStep,
    long plannedSteps,
    int patience,
    double seconds,
    LossHistory history,
    List<Sample> samples,
    List<HeldOutLoss> heldOutLosses,
    Optional<HeldOutLoss> bestHeldOutLoss) {

  private static final double NANOS_PER_SECOND = 1e9;

  /** Makes the lists immutable. */
  public TrainingResult {
    samples = List.copyOf(samples);
    heldOutLosses = List.copyOf(heldOutLosses);
  }

  /**
   * Whether the run ended before its planned steps because its {@linkplain Trainer#patience
   * patience} did.
   */
  public boolean endedEarly() {
    return steps < plannedSteps
        && bestHeldOutLoss.isPresent()
        && last.training()
            .flatMap(TrainingSummary::validation)
            .map(it -> Observation.isExhausted(patience, it, steps, bestHeldOutLoss.get().step()))
            .orElse(false);
  }

  /** Characters trained on; 0 if no step was taken. */
  public long charactersSeen() {
    return last.training()
        .map(run -> steps * run.recipe().sequenceLength() * run.recipe().batchSize())
        .orElse(0L);
  }

  /** Characters trained on per second spent in steps; 0 if no step was taken. */
  public double charactersPerSecond() {
    return seconds == 0 ? 0 : charactersSeen() / seconds;
  }

  /**
   * The same, with best and last {@linkplain VanillaRnn#measured measured}, unless no step was
   * taken.
   *
   * @param text that the run was trained on
   * @throws IllegalArgumentException if the text has fewer than 2 characters or another vocabulary
   */
  public TrainingResult measured(EncodedText text) {
    if (steps == 0) {
      return this;
    }
    VanillaRnn newBest = best.measured(text);
    return new TrainingResult(
        newBest,
        bestStep == steps ? newBest : last.measured(text),
        steps,
        smoothLoss,
        bestSmoothLoss,
        bestStep,
        plannedSteps,
        patience,
        seconds,
        history,
        samples,
        heldOutLosses,
        bestHeldOutLoss);
  }

  /**
   * What a run had come to when it wrote a {@linkplain Trainer#checkpoint checkpoint}.
   *
   * @throws ModelFormatException if the file is not a checkpoint, or is damaged in any bit
   * @throws IllegalArgumentException if it does not fit into the heap
   * @throws IOException if the file cannot be read
   */
  public static TrainingResult load(Path checkpoint) throws IOException {
    return of(CheckpointFile.read(checkpoint));
  }

  /** The same of what a checkpoint has. */
  static TrainingResult of(CheckpointFile.State state) {
    Header header = state.header();
    TrainingSummary run = header.training().orElseThrow();
    VanillaRnn last = VanillaRnn.of(header, state.parameters(), state.start());
    VanillaRnn best =
        state
            .best()
            .map(
                p ->
                    last.with(
                        p,
                        Optional.of(run.at(header.bestStep, header.bestSmoothLoss)),
                        state.bestState()))
            .orElse(last);
    LossHistory.Recorder history = new LossHistory.Recorder();
    history.restore(header, state.losses(), state.smoothLosses());
    Observations seen = state.observations();
    boolean closes = run.bestBy() == BestBy.VALIDATION && seen.closesBest();
    return new TrainingResult(
        closes ? last : best,
        last,
        header.step,
        header.smoothLoss,
        closes ? header.smoothLoss : header.bestSmoothLoss,
        closes ? header.step : header.bestStep,
        header.plannedSteps,
        header.patience,
        header.nanos / NANOS_PER_SECOND,
        history.snapshot(),
        seen.samples(),
        seen.measured(),
        seen.lowest());
  }
}
