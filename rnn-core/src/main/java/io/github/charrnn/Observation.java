package io.github.charrnn;

import io.github.charrnn.internal.Crew;
import io.github.charrnn.internal.Header;
import io.github.charrnn.internal.Observations;
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
   * @param heldOut pieces of a text, if anything is
   * @param validation its settings, present with heldOut
   * @param bestBy what says which model is the best
   * @param patience after how many held-out losses without a new best the run ends; 0 for never
   * @param sampleEvery 0 for no samples
   */
  record Plan(
      List<EncodedText> heldOut,
      Optional<Validation> validation,
      BestBy bestBy,
      int patience,
      long sampleEvery,
      int sampleLength) {

    /** The same with the samples of a run that is resumed. */
    Plan withSamples(long every, int length) {
      return new Plan(heldOut, validation, bestBy, patience, every, length);
    }
  }

  private final Plan plan;
  private final LossHistory.Recorder history = new LossHistory.Recorder();
  private final Series<Sample> samples = new Series<>();
  private final Series<HeldOutLoss> heldOutLosses = new Series<>();
  private Optional<HeldOutLoss> last = Optional.empty();
  private Optional<HeldOutLoss> best = Optional.empty();
  private Optional<HeldOutLoss> closing = Optional.empty();

  Observation(Plan plan) {
    this.plan = plan;
  }

  Plan plan() {
    return plan;
  }

  /** Notes the losses of a step. */
  void note(double loss, double smoothLoss) {
    history.add(loss, smoothLoss);
    closing = Optional.empty();
  }

  /** Whether the model is to be measured after so many steps. */
  boolean measuresAt(long step) {
    return plan.validation.isPresent() && step % plan.validation.get().every() == 0;
  }

  /** The held-out loss of a model after so many steps, noted unless it is not finite. */
  HeldOutLoss measure(VanillaRnn model, long step, Crew crew) {
    HeldOutLoss loss = heldOutLoss(model, step, crew);
    if (Double.isFinite(loss.natsPerCharacter())) {
      note(loss, step / plan.validation.orElseThrow().every());
    }
    return loss;
  }

  /**
   * Measures a model at the end, or where the run is stopped, unless it was measured there. A run
   * that goes on forgets that, and so becomes what it would have become without a stop. For the
   * same reason a loss that is not finite is no failure here.
   */
  void conclude(VanillaRnn model, long step, Crew crew) {
    if (plan.validation.isPresent() && !measuresAt(step) && closing.isEmpty()) {
      closing =
          Optional.of(heldOutLoss(model, step, crew))
              .filter(loss -> Double.isFinite(loss.natsPerCharacter()));
    }
  }

  private HeldOutLoss heldOutLoss(VanillaRnn model, long step, Crew crew) {
    List<EncodedText> pieces = plan.heldOut;
    double nats = 0;
    long predicted = 0;
    double[] losses =
        pieces.size() == 1
            ? new double[] {VanillaRnn.loss(model.parameters(), model.start(), pieces.get(0), crew)}
            : Scorer.of(model).losses(pieces, crew);
    for (int i = 0; i < losses.length; i++) {
      nats += losses[i];
      predicted += pieces.get(i).length() - 1;
    }
    return new HeldOutLoss(step, nats / predicted);
  }

  /** Whether so many held-out losses in a row brought no new best that the run is over. */
  boolean isExhausted(long step) {
    return plan.validation.isPresent()
        && best.isPresent()
        && isExhausted(plan.patience, plan.validation.get(), step, best.get().step());
  }

  /** The same of any run, after so many steps. */
  static boolean isExhausted(int patience, Validation validation, long step, long bestStep) {
    long every = validation.every();
    return patience > 0 && step / every - bestStep / every >= patience;
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
      samples.add(Sample.of(step, smoothLoss, start));
    }
    return Optional.of(Sample.of(step, smoothLoss, text));
  }

  LossHistory history() {
    return history.snapshot();
  }

  List<Sample> samples() {
    return samples.items();
  }

  Optional<HeldOutLoss> last() {
    return closing.or(() -> last);
  }

  List<HeldOutLoss> heldOutLosses() {
    return Observations.withClosing(heldOutLosses.items(), closing);
  }

  /** Whether the closing loss is the lowest. */
  boolean closesBest() {
    return Observations.isLower(closing, best);
  }

  Optional<HeldOutLoss> lowest() {
    return closesBest() ? closing : best;
  }

  boolean isBest(HeldOutLoss loss) {
    return best.isPresent() && best.get().equals(loss);
  }

  Optional<HeldOutLoss> closing() {
    return closing;
  }

  // What a checkpoint has of it

  /** Puts the numbers of the history into the header of a checkpoint. */
  void putInto(Header header) {
    header.historyStride = history.stride();
    header.historyPending = history.pending();
    header.historyPendingSum = history.pendingSum();
    header.patience = plan.patience;
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
        best,
        closing);
  }

  /** Goes on from what a checkpoint has of it. */
  void restore(Header header, double[] losses, double[] smoothLosses, Observations seen) {
    history.restore(header, losses, smoothLosses);
    samples.restore(seen.samples(), seen.sampleStride());
    heldOutLosses.restore(seen.heldOutLosses(), seen.validationStride());
    best = seen.bestHeldOutLoss();
    closing = seen.closing();
    last = Optional.empty();
  }
}
