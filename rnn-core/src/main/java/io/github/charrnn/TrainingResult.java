package io.github.charrnn;

import io.github.charrnn.internal.CheckpointFile;
import io.github.charrnn.internal.Header;
import io.github.charrnn.internal.Observations;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What a training run came to, with all that is needed to plot it. Immutable, and safe for use by
 * many threads. A result is equal to itself alone, as its models are.
 *
 * @since 0.1
 */
public final class TrainingResult {
  private static final double NANOS_PER_SECOND = 1e9;

  private final VanillaRnn best;
  private final VanillaRnn last;
  private final long steps;
  private final double smoothLoss;
  private final double bestSmoothLoss;
  private final long bestStep;
  private final long plannedSteps;
  private final int patience;
  private final double seconds;
  private final LossHistory history;
  private final List<Sample> samples;
  private final List<HeldOutLoss> heldOutLosses;
  private final Optional<HeldOutLoss> bestHeldOutLoss;

  TrainingResult(
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
    this.best = best;
    this.last = last;
    this.steps = steps;
    this.smoothLoss = smoothLoss;
    this.bestSmoothLoss = bestSmoothLoss;
    this.bestStep = bestStep;
    this.plannedSteps = plannedSteps;
    this.patience = patience;
    this.seconds = seconds;
    this.history = history;
    this.samples = List.copyOf(samples);
    this.heldOutLosses = List.copyOf(heldOutLosses);
    this.bestHeldOutLoss = bestHeldOutLoss;
  }

  /**
   * {@return what a model tells of the run that trained it, where there is no checkpoint} The model
   * is best and last, and there are no losses, samples and held-out losses.
   *
   * @param model that was trained
   * @throws IllegalArgumentException if the model was never trained
   */
  public static TrainingResult of(VanillaRnn model) {
    Objects.requireNonNull(model, "model");
    TrainingSummary run =
        model
            .training()
            .orElseThrow(() -> new IllegalArgumentException("the model was never trained"));
    return new TrainingResult(
        model,
        model,
        run.step(),
        run.smoothLoss(),
        run.smoothLoss(),
        run.step(),
        run.step(),
        0,
        0,
        new LossHistory.Recorder().snapshot(),
        List.of(),
        List.of(),
        Optional.empty());
  }

  /**
   * {@return the best model} The one at the lowest smooth loss, or whichever {@link Trainer#bestBy}
   * says; the model that training started from if no step was taken.
   */
  public VanillaRnn best() {
    return best;
  }

  /** {@return the model after the last step} */
  public VanillaRnn last() {
    return last;
  }

  /** {@return the number of steps taken} */
  public long steps() {
    return steps;
  }

  /** {@return the smooth loss after the last step, in nats per window; NaN if there was none} */
  public double smoothLoss() {
    return smoothLoss;
  }

  /** {@return the smooth loss at {@link #bestStep}, in nats per window; NaN at step 0} */
  public double bestSmoothLoss() {
    return bestSmoothLoss;
  }

  /**
   * {@return the step of the best model, counted from 1; 0 if that is the one that training started
   * from}
   */
  public long bestStep() {
    return bestStep;
  }

  /** {@return how many steps the run was started for; 0 if the caller advanced it} */
  public long plannedSteps() {
    return plannedSteps;
  }

  /**
   * {@return after how many held-out losses without a new best the run was to end early; 0 for
   * never}
   */
  public int patience() {
    return patience;
  }

  /**
   * {@return the seconds spent in steps, without what samples, held-out losses and listeners took}
   */
  public double seconds() {
    return seconds;
  }

  /** {@return the losses, thinned for plotting} */
  public LossHistory history() {
    return history;
  }

  /**
   * {@return what the model has written, thinned; empty without {@link Trainer#samples}; immutable}
   */
  public List<Sample> samples() {
    return samples;
  }

  /**
   * {@return the held-out losses, thinned, and that of the last model; empty without {@link
   * Trainer#validation}; immutable}
   */
  public List<HeldOutLoss> heldOutLosses() {
    return heldOutLosses;
  }

  /** {@return the lowest held-out loss, if there is one} */
  public Optional<HeldOutLoss> bestHeldOutLoss() {
    return bestHeldOutLoss;
  }

  /**
   * {@return whether the run ended before its planned steps because its {@linkplain
   * Trainer#patience patience} did}
   */
  public boolean endedEarly() {
    return steps < plannedSteps
        && bestHeldOutLoss.isPresent()
        && last.training()
            .flatMap(TrainingSummary::validation)
            .map(it -> Observation.isExhausted(patience, it, steps, bestHeldOutLoss.get().step()))
            .orElse(false);
  }

  /** {@return the characters trained on; 0 if no step was taken} */
  public long charactersSeen() {
    return last.training()
        .map(run -> steps * run.recipe().sequenceLength() * run.recipe().batchSize())
        .orElse(0L);
  }

  /** {@return the characters trained on per second spent in steps; 0 if no step was taken} */
  public double charactersPerSecond() {
    return seconds == 0 ? 0 : charactersSeen() / seconds;
  }

  /**
   * {@return the same, with best and last {@linkplain VanillaRnn#measured measured}, unless no step
   * was taken}
   *
   * @param text that the run was trained on
   * @throws IllegalArgumentException if the text has fewer than 2 characters or another vocabulary
   */
  public TrainingResult measured(EncodedText text) {
    Objects.requireNonNull(text, "text");
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
   * {@return what a run had come to when it wrote a {@linkplain Trainer#checkpoint checkpoint}}
   *
   * @param checkpoint of a run that goes on, was stopped, or has ended
   * @throws ModelFormatException if the file is not a checkpoint, or is damaged in any bit
   * @throws IllegalArgumentException if it does not fit into the heap
   * @throws IOException if the file cannot be read
   */
  public static TrainingResult load(Path checkpoint) throws IOException {
    Objects.requireNonNull(checkpoint, "checkpoint");
    return of(CheckpointFile.read(checkpoint));
  }

  /** The same of what a checkpoint has. */
  static TrainingResult of(CheckpointFile.State state) {
    Header header = state.header();
    TrainingSummary run = TrainingSummary.of(header).orElseThrow();
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

  @Override
  public String toString() {
    return "TrainingResult of " + steps + " steps, the best model at step " + bestStep;
  }
}
