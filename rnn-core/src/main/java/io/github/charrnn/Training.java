package io.github.charrnn;

import io.github.charrnn.internal.CheckpointFile;
import io.github.charrnn.internal.ModelFile;
import io.github.charrnn.internal.Observations;
import io.github.charrnn.internal.Parameters;
import io.github.charrnn.internal.SafeFile;
import io.github.charrnn.internal.Window;
import io.github.charrnn.internal.kernel.Kernel;
import io.github.charrnn.internal.kernel.Kernels;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;

/**
 * One run of a {@link Trainer}: its parameters, where it is in the text, and how it has gone so
 * far. Listeners get it to look at; who called {@link Trainer#start} advances it.
 *
 * <p>Not safe for use by several threads at a time, except {@link #stop}.
 */
public final class Training {
  private static final double EPSILON = 1e-8;
  private static final double SMOOTHING = 0.999;

  /*
   * Training diverges in the loss first: what is NaN in any parameter that a window reads makes its
   * loss NaN, and no parameter can become infinite while the start, the clip, and learning rate times clip,
   * are within this bound, however many steps there are. Beyond it every update is looked over.
   */
  private static final double BOUND = 1e100;

  private static final double NANOS_PER_SECOND = 1e9;

  /** After so many steps, a second or so, what they run is compiled. */
  private static final long WARM_STEPS = 5_000;

  /** At most so many symbols of samples are kept, for pages and checkpoints to stay small. */
  private static final int MAX_SAMPLED = 1 << 16;

  private final VanillaRnn start;
  private final EncodedText text;
  private final int sequenceLength;
  private final int batchSize;
  private final long streamLength;
  private final double learningRate;
  private final double clip;
  private final Optimizer optimizer;
  private final Measures measures;

  final Window window; // tests compare its gradients
  final Parameters parameters;
  private final Parameters memory; // AdaGrad's sums of squares; empty for other optimizers
  private final Parameters best;
  private LossHistory.Recorder history = new LossHistory.Recorder();
  private final Series<Sample> samples = new Series<>();
  private final Series<ValidationPoint> validation = new Series<>();
  private Optional<ValidationPoint> lastValidation = Optional.empty();
  private Optional<ValidationPoint> bestValidation = Optional.empty();
  private boolean mayOverflow;

  private final Kernel.Gradient updateV;
  private final Kernel.Gradient updateW;

  private boolean restored;
  private boolean loaded; // whether the window has the parameters
  private long plannedSteps;
  private int rollbacks;
  private double rate; // the learning rate, halved as often as training was rolled back
  private long position; // of the next window's first symbol
  private long step;
  private double loss = Double.NaN;
  private double smoothLoss = Double.NaN;
  private double bestSmoothLoss = Double.NaN;
  private long bestStep;
  private long nanos; // spent in advance(), without measuring
  private long measuredStep = -1;
  private long stepsHere; // in this Java
  private volatile boolean stopped;

  /**
   * What is looked at beside the losses, and when.
   *
   * @param heldOut if anything is
   * @param validation its settings, present with heldOut
   * @param sampleEvery 0 for no samples
   * @param onSample gets each sample as it is drawn
   */
  record Measures(
      Optional<EncodedText> heldOut,
      Optional<Validation> validation,
      long sampleEvery,
      int sampleLength,
      BiConsumer<? super Training, ? super Sample> onSample) {

    boolean selects() {
      return validation.isPresent() && validation.get().selects();
    }
  }

  Training(
      VanillaRnn start,
      EncodedText text,
      int sequenceLength,
      int batchSize,
      double learningRate,
      double clip,
      Optimizer optimizer,
      Measures measures) {
    this.start = start;
    this.text = text;
    this.sequenceLength = sequenceLength;
    this.batchSize = batchSize;
    streamLength = text.length() / batchSize;
    this.learningRate = learningRate;
    this.clip = clip;
    this.optimizer = optimizer;
    this.measures = measures;
    int m = start.hiddenSize();
    int k = start.vocab().size();
    window = Window.forTraining(sequenceLength, batchSize, m, k);
    parameters = start.parameters().copy();
    memory = optimizer == Optimizer.ADAGRAD ? new Parameters(m, k) : new Parameters(0, 0);
    best = start.parameters().copy();
    rate = learningRate;
    mayOverflow = mayOverflow();
    updateV =
        (g, at, from, to) -> {
          update(parameters.v, memory.v, from, to, g, at);
          window.kernel().reloadV(from / m, to / m);
        };
    updateW =
        (g, at, from, to) -> {
          update(parameters.w, memory.w, from, to, g, at);
          window.kernel().reloadW(from / m, to / m);
        };
  }

  /**
   * Takes one step: forward and backward through the next window, and the update.
   *
   * @return the loss of the window before the update, in nats; with several streams the mean of
   *     theirs
   * @throws TrainingDivergedException if the loss is not finite; then nothing has been updated; or
   *     if the update makes a parameter infinite, and the run is of no use any more
   */
  public double advance() {
    if (step == 0) {
      measure();
    }
    long began = System.nanoTime();
    if (position + sequenceLength >= streamLength) {
      position = 0;
      window.reset();
    }
    for (int stream = 0; stream < batchSize; stream++) {
      long from = stream * streamLength + position;
      text.copy(from, window.symbols, stream, batchSize, sequenceLength + 1);
    }
    if (!loaded) {
      window.load(parameters); // from then on, updates reload what they change
      loaded = true;
    }
    double newLoss = window.forward(sequenceLength) / batchSize;
    if (!Double.isFinite(newLoss)) {
      throw diverged("the loss", step + 1, Double.toString(newLoss));
    }
    loss = newLoss;
    smoothLoss = step == 0 ? loss : SMOOTHING * smoothLoss + (1 - SMOOTHING) * loss;
    keepBest();
    window.backward(updateV, updateW);
    updateOthers();
    if (mayOverflow) {
      requireFinite(step + 1);
    }
    window.carry(sequenceLength);
    position += sequenceLength;
    step++;
    history.add(loss, smoothLoss);
    stepsHere++;
    if (stepsHere == WARM_STEPS) {
      Kernels.warm();
    }
    nanos += System.nanoTime() - began;
    measure();
    return loss;
  }

  /** Looks at the model as it stands if it is time to; once a step, however often it is called. */
  void measure() {
    if (step == measuredStep) {
      return;
    }
    measuredStep = step;
    if (measures.validation.isPresent() && step % measures.validation.get().every() == 0) {
      validate(step / measures.validation.get().every());
    }
    if (measures.sampleEvery > 0 && step % measures.sampleEvery == 0) {
      sample(step / measures.sampleEvery);
    }
  }

  private void validate(long interval) {
    double nats =
        VanillaRnn.evaluate(parameters, measures.heldOut.orElseThrow()).natsPerCharacter();
    if (!Double.isFinite(nats)) {
      throw diverged("the held-out loss", step, Double.toString(nats));
    }
    ValidationPoint point = new ValidationPoint(step, nats);
    lastValidation = Optional.of(point);
    if (bestValidation.isEmpty() || nats < bestValidation.get().natsPerCharacter()) {
      bestValidation = lastValidation;
      if (measures.selects()) {
        bestStep = step;
        bestSmoothLoss = smoothLoss;
      }
    }
    if (validation.wants(interval, Observations.MAX_POINTS)) {
      validation.add(point);
    }
  }

  private void sample(long interval) {
    int length = measures.sampleLength;
    Sample sample = new Sample(step, smoothLoss, sample(length));
    int kept = Math.min(length, Observations.MAX_SAMPLE_LENGTH);
    int most = Math.min(Observations.MAX_SAMPLES, MAX_SAMPLED / Math.max(1, kept));
    if (samples.wants(interval, most)) {
      String text = sample.text();
      String start = kept == length ? text : text.substring(0, text.offsetByCodePoints(0, kept));
      samples.add(new Sample(step, smoothLoss, start));
    }
    measures.onSample.accept(this, sample);
  }

  private boolean mayOverflow() {
    return !(clip <= BOUND && clip * learningRate <= BOUND && parameters.isWithin(BOUND));
  }

  private TrainingDivergedException diverged(String what, long atStep, String value) {
    return new TrainingDivergedException(
        "training has diverged: "
            + what
            + " at step "
            + atStep
            + " is "
            + value
            + "; lower the learning rate ("
            + rate
            + ") or the clip ("
            + clip
            + ")",
        atStep);
  }

  private void requireFinite(long atStep) {
    if (!parameters.isWithin(Double.MAX_VALUE)) {
      throw diverged("a parameter", atStep, "not finite");
    }
    if (!memory.isWithin(Double.MAX_VALUE)) {
      throw diverged("AdaGrad's sum of squares", atStep, "not finite");
    }
  }

  /**
   * While the smooth loss falls, the parameters as they stand are the best, and there is nothing to
   * copy; they are copied when it has stopped falling, just before the update that would lose them.
   * So a copy costs nothing over the long descents, where nearly every step is a new best. The same
   * goes for the held-out loss, if that selects.
   */
  private void keepBest() {
    if (!measures.selects() && (step == 0 || smoothLoss < bestSmoothLoss)) {
      bestSmoothLoss = smoothLoss;
      bestStep = step + 1;
    } else if (bestStep == step) {
      best.set(parameters);
    }
  }

  /** What W and V's gradients move them by was done on the way back. */
  private void updateOthers() {
    Parameters g = window.gradient;
    int m = parameters.hiddenSize;
    update(parameters.b, memory.b, 0, m, g.b, 0);
    update(parameters.c, memory.c, 0, g.c.length, g.c, 0);
    // The other rows of U have no gradient, and no optimizer moves what has none.
    for (int i = 0; i < window.distinctCount; i++) {
      int row = window.distinct[i] * m;
      update(parameters.u, memory.u, row, row + m, g.u, row);
    }
  }

  private void update(
      double[] theta, double[] squares, int from, int to, double[] gradient, int at) {
    Kernel kernel = window.kernel();
    double mean = 1.0 / batchSize;
    switch (optimizer) {
      case ADAGRAD ->
          kernel.adagrad(theta, squares, from, to, gradient, at, mean, clip, rate, EPSILON);
      case SGD -> kernel.descend(theta, from, to, gradient, at, mean, clip, rate);
    }
  }

  /** The number of steps taken. */
  public long step() {
    return step;
  }

  /** How many steps {@link Trainer} is to take in all; 0 if the caller advances the run. */
  public long plannedSteps() {
    return plannedSteps;
  }

  EncodedText text() {
    return text;
  }

  void plan(long steps) {
    plannedSteps = steps;
  }

  /** How many times through the text that is; 1.5 is in the middle of the second pass. */
  public double epoch() {
    return (double) step / TrainingSummary.stepsPerEpoch(text.length(), batchSize, sequenceLength);
  }

  /** The loss of the last window, in nats; NaN before the first step. */
  public double loss() {
    return loss;
  }

  /**
   * The smooth loss, in nats per window: the first window's loss, then after each step {@code 0.999
   * smooth + 0.001 loss}. NaN before the first step.
   */
  public double smoothLoss() {
    return smoothLoss;
  }

  /** The smooth loss in bits per character; NaN before the first step. */
  public double smoothBitsPerCharacter() {
    return smoothLoss / sequenceLength / StrictMath.log(2);
  }

  /**
   * The smooth loss at {@link #bestStep}, in nats per window: the lowest so far, unless the
   * held-out loss selects. NaN at step 0.
   */
  public double bestSmoothLoss() {
    return bestSmoothLoss;
  }

  /**
   * The step with the lowest smooth loss, counted from 1, or that with the lowest {@linkplain
   * Trainer#validation held-out loss} if that selects; 0 before the first step.
   */
  public long bestStep() {
    return bestStep;
  }

  /**
   * How many times training has diverged and gone back to its last checkpoint, each time with half
   * the learning rate that it had had; see {@link Trainer#rollbacks}.
   */
  public int rollbacks() {
    return rollbacks;
  }

  /** The learning rate, after {@link #rollbacks}. */
  public double learningRate() {
    return rate;
  }

  /** Symbols trained on per second spent in steps; 0 before the first step. */
  public double charactersPerSecond() {
    return nanos == 0 ? 0 : step * sequenceLength * batchSize * NANOS_PER_SECOND / nanos;
  }

  /** Seconds spent in steps, without what samples, held-out losses and listeners took. */
  public double seconds() {
    return nanos / NANOS_PER_SECOND;
  }

  /** The losses so far, thinned for plotting; a copy. */
  public LossHistory history() {
    return history.snapshot();
  }

  /** The {@linkplain Trainer#samples samples} so far, thinned; a copy. */
  public List<Sample> samples() {
    return samples.items();
  }

  /** The {@linkplain Trainer#validation held-out losses} so far, thinned; a copy. */
  public List<ValidationPoint> validation() {
    return validation.items();
  }

  /** The last held-out loss, if there has been one since the run was started or resumed. */
  public Optional<ValidationPoint> lastValidation() {
    return lastValidation;
  }

  /** The lowest held-out loss, if there is one. */
  public Optional<ValidationPoint> bestValidation() {
    return bestValidation;
  }

  /** The model as it stands, a copy. */
  public VanillaRnn model() {
    return snapshot(parameters, step, smoothLoss);
  }

  /**
   * Text from the model as it stands, by a {@link Sampler} with its defaults and the number of
   * steps taken as its seed.
   *
   * @param length at least 0; symbols to sample
   * @throws IllegalArgumentException if length is below 0
   */
  public String sample(int length) {
    return Sampler.of(model()).seed(step).sample(length);
  }

  /**
   * Asks whoever advances the run to end it after the step that is being taken, if any: {@link
   * Trainer#train} does. Any thread may call it.
   */
  public void stop() {
    stopped = true;
  }

  /** Whether {@link #stop} has been called. */
  public boolean stopped() {
    return stopped;
  }

  /** What the run has come to so far. */
  public TrainingResult result() {
    boolean bestIsCurrent = bestStep == step;
    return new TrainingResult(
        step == 0
            ? untrained()
            : snapshot(bestIsCurrent ? parameters : best, bestStep, bestSmoothLoss),
        step == 0 ? untrained() : model(),
        step,
        smoothLoss,
        bestSmoothLoss,
        bestStep,
        plannedSteps,
        seconds(),
        history.snapshot(),
        samples.items(),
        validation.items(),
        bestValidation);
  }

  /**
   * Before the first step: as it was when the run began, whose it is if this one goes on from it.
   */
  private VanillaRnn untrained() {
    return !restored
        ? start
        : new VanillaRnn(start.vocab(), parameters.copy(), start.seed(), start.training());
  }

  /**
   * Writes all of this run into a file, from which {@link #restore} goes on.
   *
   * @throws TrainingDivergedException if a number is not finite; then nothing is written
   */
  void save(
      SafeFile file,
      String fingerprint,
      Optional<String> heldOutFingerprint,
      long every,
      int maxRollbacks)
      throws IOException {
    requireFinite(step);
    VanillaRnn current = summarized(parameters, step, smoothLoss);
    CheckpointFile.write(
        file,
        new CheckpointFile.State(
            new ModelFile.Model(
                current.vocab(), current.parameters(), current.seed(), current.training()),
            new CheckpointFile.Progress(
                fingerprint,
                plannedSteps,
                every,
                maxRollbacks,
                position,
                loss,
                bestSmoothLoss,
                bestStep,
                nanos,
                history.stride(),
                history.pending(),
                history.pendingSum()),
            memory,
            bestStep == step ? new Parameters(0, 0) : best,
            window.entering(),
            history.losses(),
            history.smoothLosses(),
            new Observations(
                measures.sampleEvery,
                measures.sampleLength,
                samples.stride(),
                samples.items(),
                heldOutFingerprint,
                validation.stride(),
                validation.items(),
                bestValidation)));
  }

  private static LossHistory.Recorder history(CheckpointFile.State state) {
    CheckpointFile.Progress progress = state.progress();
    LossHistory.Recorder history = new LossHistory.Recorder();
    history.restore(
        state.losses(),
        state.smoothLosses(),
        progress.historyStride(),
        progress.historyPending(),
        progress.historyPendingSum(),
        state.model().training().orElseThrow().smoothLoss());
    return history;
  }

  /** What a run had come to that {@link #save} has written. */
  static TrainingResult result(CheckpointFile.State state) {
    CheckpointFile.Progress progress = state.progress();
    ModelFile.Model model = state.model();
    TrainingSummary summary = model.training().orElseThrow();
    VanillaRnn last =
        new VanillaRnn(model.vocab(), model.parameters(), model.seed(), model.training());
    VanillaRnn best =
        state.best().hiddenSize == 0
            ? last
            : new VanillaRnn(
                model.vocab(),
                state.best(),
                model.seed(),
                Optional.of(summary.at(progress.bestStep(), progress.bestSmoothLoss())));
    return new TrainingResult(
        best,
        last,
        summary.step(),
        summary.smoothLoss(),
        progress.bestSmoothLoss(),
        progress.bestStep(),
        progress.plannedSteps(),
        progress.nanos() / NANOS_PER_SECOND,
        history(state).snapshot(),
        state.observations().samples(),
        state.observations().validation(),
        state.observations().bestValidation());
  }

  /** Goes on from what {@link #save} has written of a run with the same text and settings. */
  void restore(CheckpointFile.State state, int rollbacks) {
    CheckpointFile.Progress progress = state.progress();
    TrainingSummary summary = state.model().training().orElseThrow();
    parameters.set(state.model().parameters());
    mayOverflow = mayOverflow();
    memory.set(state.memory());
    if (state.best().hiddenSize > 0) {
      best.set(state.best());
    }
    window.enter(state.hidden());
    restored = true;
    loaded = false;
    this.rollbacks = rollbacks;
    rate = learningRate * StrictMath.pow(0.5, rollbacks);
    step = summary.step();
    smoothLoss = summary.smoothLoss();
    position = progress.position();
    loss = progress.loss();
    bestSmoothLoss = progress.bestSmoothLoss();
    bestStep = progress.bestStep();
    nanos = progress.nanos();
    history = history(state);
    Observations seen = state.observations();
    samples.restore(seen.samples(), seen.sampleStride());
    validation.restore(seen.validation(), seen.validationStride());
    bestValidation = seen.bestValidation();
    lastValidation = Optional.empty();
    measuredStep = step;
  }

  private VanillaRnn snapshot(Parameters p, long atStep, double atSmoothLoss) {
    return summarized(p.copy(), atStep, atSmoothLoss);
  }

  private VanillaRnn summarized(Parameters p, long atStep, double atSmoothLoss) {
    return new VanillaRnn(
        start.vocab(), p, start.seed(), Optional.of(summary().at(atStep, atSmoothLoss)));
  }

  /** The settings of the run, and where it stands. */
  public TrainingSummary summary() {
    return new TrainingSummary(
        sequenceLength,
        batchSize,
        learningRate,
        rollbacks,
        clip,
        optimizer,
        text.length(),
        measures.validation,
        step,
        smoothLoss);
  }
}
