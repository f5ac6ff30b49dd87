package io.github.charrnn;

import io.github.charrnn.internal.Crew;
import io.github.charrnn.internal.Header;
import io.github.charrnn.internal.Observations;
import io.github.charrnn.internal.Parameters;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;

/**
 * What a run is seen to do, and owner of all of it: its losses, how well it predicts a held-out
 * text, and what it writes. Nothing of it changes what training does.
 */
final class Observation {
  /** At most so many characters of samples are kept, for pages and checkpoints to stay small. */
  private static final int MAX_SAMPLED = 1 << 16;

  /**
   * What is looked at beside the losses, and when.
   *
   * @param heldOut if anything is
   * @param validation its settings, present with heldOut
   * @param sampleEvery 0 for no samples
   */
  record Plan(
      Optional<EncodedText> heldOut,
      Optional<Validation> validation,
      long sampleEvery,
      int sampleLength) {

    /** The same with the samples of a run that is resumed. */
    Plan withSamples(Observations seen) {
      return new Plan(heldOut, validation, seen.sampleEvery(), seen.sampleLength());
    }
  }

  private final Plan plan;
  private final LossHistory.Recorder history = new LossHistory.Recorder();
  private final Series<Sample> samples = new Series<>();
  private final Series<HeldOutLoss> heldOutLosses = new Series<>();
  private Optional<HeldOutLoss> last = Optional.empty();
  private Optional<HeldOutLoss> best = Optional.empty();

  Observation(Plan plan) {
    this.plan = plan;
  }

  Optional<Validation> validation() {
    return plan.validation;
  }

  /** Whether the best model is the one with the lowest held-out loss. */
  boolean selects() {
    return plan.validation.isPresent() && plan.validation.get().selects();
  }

  /** Notes the losses of a step. */
  void note(double loss, double smoothLoss) {
    history.add(loss, smoothLoss);
  }

  /**
   * The held-out loss of a model, noted unless it is not finite, if it is time to measure it.
   *
   * @param step the number of steps taken
   */
  Optional<HeldOutLoss> validate(Parameters parameters, long step, Crew crew) {
    if (plan.validation.isEmpty() || step % plan.validation.get().every() != 0) {
      return Optional.empty();
    }
    EncodedText text = plan.heldOut.orElseThrow();
    HeldOutLoss loss =
        new HeldOutLoss(step, VanillaRnn.evaluate(parameters, text, crew).natsPerCharacter());
    if (Double.isFinite(loss.natsPerCharacter())) {
      note(loss, step / plan.validation.get().every());
    }
    return Optional.of(loss);
  }

  private void note(HeldOutLoss loss, long interval) {
    last = Optional.of(loss);
    if (best.isEmpty() || loss.natsPerCharacter() < best.get().natsPerCharacter()) {
      best = last;
    }
    if (heldOutLosses.wants(interval, Observations.MAX_POINTS)) {
      heldOutLosses.add(loss);
    }
  }

  /**
   * What a model writes, noted, if it is time to let it write.
   *
   * @param write gives so many characters of the model
   */
  Optional<Sample> sample(long step, double smoothLoss, IntFunction<String> write) {
    if (plan.sampleEvery == 0 || step % plan.sampleEvery != 0) {
      return Optional.empty();
    }
    int length = plan.sampleLength;
    String text = write.apply(length);
    int kept = Math.min(length, Observations.MAX_SAMPLE_LENGTH);
    int most = Math.min(Observations.MAX_SAMPLES, MAX_SAMPLED / Math.max(1, kept));
    if (samples.wants(step / plan.sampleEvery, most)) {
      String start = kept == length ? text : text.substring(0, text.offsetByCodePoints(0, kept));
      samples.add(new Sample(step, smoothLoss, start));
    }
    return Optional.of(new Sample(step, smoothLoss, text));
  }

  LossHistory history() {
    return history.snapshot();
  }

  List<Sample> samples() {
    return samples.items();
  }

  List<HeldOutLoss> heldOutLosses() {
    return heldOutLosses.items();
  }

  Optional<HeldOutLoss> last() {
    return last;
  }

  Optional<HeldOutLoss> best() {
    return best;
  }

  // What a checkpoint has of it

  /** Puts the numbers of the history into the header of a checkpoint. */
  void putInto(Header header) {
    header.historyStride = history.stride();
    header.historyPending = history.pending();
    header.historyPendingSum = history.pendingSum();
  }

  double[] losses() {
    return history.losses();
  }

  double[] smoothLosses() {
    return history.smoothLosses();
  }

  /** The rest of it. */
  Observations observations(Optional<String> heldOutFingerprint) {
    return new Observations(
        plan.sampleEvery,
        plan.sampleLength,
        samples.stride(),
        samples.items(),
        heldOutFingerprint,
        heldOutLosses.stride(),
        heldOutLosses.items(),
        best);
  }

  /** Goes on from what a checkpoint has of it. */
  void restore(Header header, double[] losses, double[] smoothLosses, Observations seen) {
    history.restore(header, losses, smoothLosses);
    samples.restore(seen.samples(), seen.sampleStride());
    heldOutLosses.restore(seen.heldOutLosses(), seen.validationStride());
    best = seen.bestHeldOutLoss();
    last = Optional.empty();
  }
}
