package io.github.charrnn.cli.report;

import io.github.charrnn.BestBy;
import io.github.charrnn.Evaluation;
import io.github.charrnn.TrainingResult;
import io.github.charrnn.TrainingSummary;
import io.github.charrnn.VanillaRnn;
import io.github.charrnn.cli.output.Shell;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;

/** Whether a model is worth having: one sentence if it is not, with the way out. */
public final class Verdict {
  /*
   * The smooth loss is that of the last thousand windows or so. A model that has learnt all of its
   * text alike has about the same on all of it; one that has learnt the stretch where it was saved,
   * or begins where it cannot go on, has several times as much. Short texts and early steps are in
   * between: a difference counts if it is large both as a factor and in nats.
   */
  private static final double FAR_ABOVE = 1.3;
  private static final double FAR_ABOVE_NATS = 0.5;

  /** The last state counts as better if it has less than this share of the loss. */
  private static final double BETTER = 0.99;

  private Verdict() {}

  /**
   * Of a run whose models were measured.
   *
   * @param checkpoint where its last state is, if it is to be named
   */
  public static Optional<String> of(TrainingResult run, Optional<Path> checkpoint) {
    OptionalDouble best = run.best().startLoss();
    OptionalDouble last = run.last().startLoss();
    if (best.isEmpty() || last.isEmpty()) {
      return Optional.empty();
    }
    boolean bySmooth = bestBy(run.best()) == BestBy.SMOOTH;
    boolean lastIsBetter = bySmooth && last.getAsDouble() < BETTER * best.getAsDouble();
    Optional<String> fault = ofItsText(run.best());
    if (!lastIsBetter) {
      return fault.map(it -> it + ": " + trainAgain(run.best()));
    }
    String instead =
        "--best-by last saves that one"
            + checkpoint
                .map(file -> "; " + Shell.rnn() + " sample " + named(file) + " writes with it")
                .orElse("");
    return Optional.of(
        fault
                .map(it -> it + ", and the last state of the run has " + bits(last.getAsDouble()))
                .orElseGet(
                    () ->
                        "on pieces of all its text the last state of the run is better than the saved"
                            + " one, "
                            + bits(last.getAsDouble())
                            + " bits per character against "
                            + bits(best.getAsDouble()))
            + ": "
            + instead);
  }

  private static String named(Path file) {
    return Shell.quoted(Shell.file(file.toString()));
  }

  /** Of a model, by what was measured when it was saved. */
  public static Optional<String> of(VanillaRnn model) {
    return ofItsText(model)
        .map(
            it ->
                it
                    + ": "
                    + (bestBy(model) == BestBy.SMOOTH
                        ? "the last state of its run may be better, --best-by last saves that one and"
                            + " its checkpoint has it too"
                        : trainAgain(model)));
  }

  /**
   * Of a model that has read a text, or several.
   *
   * @param texts how many
   */
  public static Optional<String> of(VanillaRnn model, Evaluation evaluation, int texts) {
    String these = texts == 1 ? "this text has " : "these texts together have ";
    return of(model)
        .or(
            () ->
                fault(model, evaluation.natsPerCharacter())
                    .map(it -> these + it + ": " + reason(model)));
  }

  private static String reason(VanillaRnn model) {
    boolean couldKeep =
        model.documents().isEmpty() // those begin in the zero state
            && model.training().map(run -> run.recipe().resetEvery() == 0).orElse(false)
            && model.startState().isEmpty();
    return couldKeep
        ? "the model begins in the zero state, which training hardly saw: leave out --from-zero, or"
            + " train it again where its file has no other"
        : "it is not like the one that the model was trained on, or the model must be trained longer";
  }

  private static String trainAgain(VanillaRnn model) {
    if (Double.isInfinite(model.startLoss().orElse(0))) {
      return "lower --lr";
    }
    long steps = model.training().map(TrainingSummary::step).orElse(0L);
    return String.format(
        Locale.ROOT, "train it longer than %,d steps, or with another --recipe or --seed", steps);
  }

  private static Optional<String> ofItsText(VanillaRnn model) {
    return model.startLoss().isEmpty()
        ? Optional.empty()
        : fault(model, model.startLoss().getAsDouble())
            .map(it -> "on pieces of all its text the saved model has " + it);
  }

  /** What is wrong with a loss of a trained model, if anything is. */
  private static Optional<String> fault(VanillaRnn model, double nats) {
    if (model.training().map(TrainingSummary::step).orElse(0L) == 0) {
      return Optional.empty();
    }
    if (!Double.isFinite(nats)) {
      return Optional.of("an infinite loss");
    }
    double guessing = Math.log(model.vocab().size());
    if (nats > guessing) {
      return Optional.of(
          String.format(
              Locale.ROOT,
              "%s bits per character, more than guessing among %,d symbols, %s",
              bits(nats),
              model.vocab().size(),
              bits(guessing)));
    }
    double smooth =
        model.training().map(run -> run.smoothLoss() / run.recipe().sequenceLength()).orElseThrow();
    return nats > FAR_ABOVE * smooth && nats > smooth + FAR_ABOVE_NATS
        ? Optional.of(
            bits(nats) + " bits per character, far above its smooth loss, " + bits(smooth))
        : Optional.empty();
  }

  private static BestBy bestBy(VanillaRnn model) {
    return model.training().map(TrainingSummary::bestBy).orElse(BestBy.SMOOTH);
  }

  private static String bits(double nats) {
    return String.format(Locale.ROOT, "%.2f", nats / Math.log(2));
  }
}
