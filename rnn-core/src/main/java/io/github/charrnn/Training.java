package io.github.charrnn;

import io.github.charrnn.internal.CheckpointFile;
import io.github.charrnn.internal.Crew;
import io.github.charrnn.internal.Header;
import io.github.charrnn.internal.Observations;
import io.github.charrnn.internal.Parameters;
import io.github.charrnn.internal.SafeFile;
import io.github.charrnn.internal.Streams;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.IntFunction;

/**
 * One run of a {@link Trainer}: its parameters, its place in the text, and how it has gone so far.
 * Listeners get it to look at; whoever called {@link Trainer#start} advances it.
 *
 * <p>Not safe for use by several threads at a time, except {@link #stop}.
 *
 * @since 0.1
 */
public final class Training {
  private static final double SMOOTHING = 0.999;
  private static final double NANOS_PER_SECOND = 1e9;

  private final VanillaRnn start;
  private final Recipe recipe;
  private final Streams streams; // of all that is trained on
  private final List<BiConsumer<? super Training, ? super Sample>> onSample;

  private final Crew crew;
  final Parameters parameters;
  private final Steps steps;
  private final double[] smoothLosses; // of the steps that are taken at once
  private final Parameters best;
  private final double[] bestState; // (m): that of the first stream when the best stood
  private final double[] zero; // (m)
  private final Observation observation;
  private final BestBy bestBy;
  private final IntFunction<String> write = this::sample; // not an object a step

  private long earlierCharacters;
  private boolean restored;
  private long plannedSteps;
  private int rollbacks;
  private double halvings = 1; // of the learning rate, as a factor
  private long step;
  private double loss = Double.NaN;
  private double smoothLoss = Double.NaN;
  private double bestSmoothLoss = Double.NaN;
  private long bestStep;
  private long nanos; // spent in advance(), without observing
  private volatile boolean stopped;

  /** Gives what takes the steps of a run, by its parameters. */
  interface Stepping {
    Steps of(Parameters parameters);
  }

  /**
   * A run that has taken no step and was not looked at yet.
   *
   * @param stepping for this run alone
   * @param crew the same; reads what is held out
   */
  Training(
      VanillaRnn start,
      Recipe recipe,
      Observation.Plan plan,
      List<BiConsumer<? super Training, ? super Sample>> onSample,
      Stepping stepping,
      Crew crew) {
    this.start = start;
    this.recipe = recipe;
    this.onSample = onSample;
    parameters = start.parameters().copy();
    steps = stepping.of(parameters);
    streams = new Streams(steps.textLength(), recipe.sequenceLength(), recipe.batchSize());
    smoothLosses = new double[steps.atOnce()];
    this.crew = crew;
    best = start.parameters().copy();
    bestState = new double[parameters.hiddenSize];
    zero = new double[parameters.hiddenSize];
    observation = new Observation(plan);
    bestBy = plan.bestBy();
    earlierCharacters = start.training().map(TrainingSummary::charactersInAll).orElse(0L);
  }

  /** Before the first step. */
  void recall() {
    steps.recall(earlierCharacters);
  }

  /**
   * Takes one step: forward and backward through the next window, and the update. With several
   * shards it takes a round of them, up to the next multiple of the recipe's local steps.
   *
   * @return the loss of the last window before its update, in nats; with several streams the mean
   *     of theirs
   * @throws TrainingDivergedException if the loss is not finite (then nothing has been updated), or
   *     if the update makes a parameter infinite (then the run is of no more use)
   */
  public double advance() {
    long began = System.nanoTime();
    keepBestState();
    int taken = steps.read(step, plannedSteps > step ? plannedSteps : Long.MAX_VALUE);
    double smooth = smoothLoss;
    for (int i = 0; i < taken; i++) {
      double newLoss = steps.loss(i);
      if (!Double.isFinite(newLoss)) {
        throw diverged("the loss", step + i + 1, Double.toString(newLoss));
      }
      smooth = step + i == 0 ? newLoss : SMOOTHING * smooth + (1 - SMOOTHING) * newLoss;
      smoothLosses[i] = smooth;
    }
    loss = steps.loss(taken - 1);
    smoothLoss = smooth;
    keepBest(step + taken);
    steps.update(step, learningRate());
    if (steps.mayOverflow()) {
      requireFinite(step + taken);
    }
    step += taken;
    for (int i = 0; i < taken; i++) {
      observation.note(steps.loss(i), smoothLosses[i]);
    }
    nanos += System.nanoTime() - began;
    observe();
    return loss;
  }

  /**
   * Looks at the model as it stands, if it is time to. Called once for every number of steps,
   * before the first step too.
   */
  void observe() {
    if (observation.measuresAt(step)) {
      HeldOutLoss heldOut = observation.measure(standing(), step, crew);
      if (!Double.isFinite(heldOut.natsPerCharacter())) {
        throw diverged("the held-out loss", step, Double.toString(heldOut.natsPerCharacter()));
      }
      if (bestBy == BestBy.VALIDATION && observation.isBest(heldOut)) {
        bestStep = step;
        bestSmoothLoss = smoothLoss;
      }
    }
    Optional<Sample> sample = observation.sample(step, smoothLoss, write);
    if (sample.isPresent()) {
      onSample.forEach(listener -> listener.accept(this, sample.get()));
    }
  }

  /** To be called where the run ends, or is stopped: the last model is measured, too. */
  void conclude() {
    observation.conclude(standing(), step, crew);
  }

  /** The model as it stands; its parameters are not copied. */
  private VanillaRnn standing() {
    return start.with(
        parameters, Optional.empty(), Arrays.copyOf(begin(state()), parameters.hiddenSize));
  }

  /** Whether the held-out loss has not fallen for as long as the run was to wait for that. */
  boolean isExhausted() {
    return observation.isExhausted(step);
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
            + learningRate()
            + ") or the clip ("
            + recipe.clip()
            + ")",
        atStep);
  }

  private void requireFinite(long atStep) {
    Optional<String> what = steps.overflown();
    if (what.isPresent()) {
      throw diverged(what.get(), atStep, "not finite");
    }
  }

  /**
   * While the smooth loss falls, the parameters as they stand are the best, and there is nothing to
   * copy; they are copied when it has stopped falling, just before the update that would lose them.
   * So a copy costs nothing over the long descents, where nearly every step is a new best. The same
   * goes for the held-out loss, if that selects.
   */
  private void keepBest(long next) {
    boolean falls = step == 0 || smoothLoss < bestSmoothLoss;
    if (bestBy == BestBy.LAST || (bestBy == BestBy.SMOOTH && falls)) {
      bestSmoothLoss = smoothLoss;
      bestStep = next;
    } else if (bestStep == step) {
      best.set(parameters);
    }
  }

  /** The state goes with the parameters; where an epoch ends, it is about to become zero. */
  private void keepBestState() {
    if (bestStep == step) {
      System.arraycopy(state(), 0, bestState, 0, bestState.length);
    }
  }

  /** Its first m numbers are the first stream's: before the first step those of the model. */
  private double[] state() {
    return step == 0 ? start.startState().orElse(zero) : steps.states();
  }

  /**
   * Whether models keep the state that the first stream stood in, and begin in it: where the recipe
   * never resets the state within an epoch, the zero state is hardly trained. Documents begin in
   * it.
   */
  boolean keepsState() {
    return recipe.resetEvery() == 0 && start.documents().isEmpty();
  }

  /** What a model begins in that stood when the first stream did in that state. */
  private double[] begin(double[] state) {
    return keepsState() ? state : zero;
  }

  /** {@return the number of steps taken} */
  public long step() {
    return step;
  }

  /**
   * {@return how many steps {@link Trainer} is to take in all; 0 if the caller advances the run}
   */
  public long plannedSteps() {
    return plannedSteps;
  }

  void plan(long planned) {
    plannedSteps = planned;
    steps.expect(planned - step);
  }

  Crew crew() {
    return crew;
  }

  Steps steps() {
    return steps;
  }

  VanillaRnn start() {
    return start;
  }

  Observation.Plan observed() {
    return observation.plan();
  }

  Optional<HeldOutLoss> closing() {
    return observation.closing();
  }

  /**
   * {@return how many threads share a step, the caller's among them; see {@link Trainer#threads}}
   */
  public int threads() {
    return crew.size();
  }

  /** {@return the settings that decide the bits of this run} */
  public Recipe recipe() {
    return recipe;
  }

  /** {@return how often the run has read the text; 1.5 is in the middle of the second pass} */
  public double epoch() {
    return streams.epochs(step);
  }

  /** {@return the loss of the last window, in nats; NaN before the first step} */
  public double loss() {
    return loss;
  }

  /**
   * {@return the smooth loss, in nats per window} The first window's loss, then after each step
   * {@code 0.999 smooth + 0.001 loss}, as in Karpathy's min-char-rnn; NaN before the first step.
   */
  public double smoothLoss() {
    return smoothLoss;
  }

  /** {@return the smooth loss in bits per character; NaN before the first step} */
  public double smoothBitsPerCharacter() {
    return smoothLoss / recipe.sequenceLength() / StrictMath.log(2);
  }

  /**
   * {@return the smooth loss at {@link #bestStep}, in nats per window} The lowest so far, unless
   * {@link Trainer#bestBy} says otherwise; NaN at step 0.
   */
  public double bestSmoothLoss() {
    return closesBest() ? smoothLoss : bestSmoothLoss;
  }

  /**
   * {@return the step of the best model so far, counted from 1; 0 before the first step} The one
   * with the lowest smooth loss, or whichever {@link Trainer#bestBy} says.
   */
  public long bestStep() {
    return closesBest() ? step : bestStep;
  }

  private boolean closesBest() {
    return bestBy == BestBy.VALIDATION && observation.closesBest();
  }

  /**
   * {@return how many times training has diverged and gone back to its last checkpoint} Each time
   * it went on with half the learning rate that it had had; see {@link Trainer#rollbacks}.
   */
  public int rollbacks() {
    return rollbacks;
  }

  /** {@return the learning rate of the next step, after {@link #rollbacks}} */
  public double learningRate() {
    return recipe.learningRate().at(step + 1) * halvings;
  }

  /** {@return the characters trained on per second spent in steps; 0 before the first step} */
  public double charactersPerSecond() {
    return nanos == 0
        ? 0
        : step * recipe.sequenceLength() * recipe.batchSize() * NANOS_PER_SECOND / nanos;
  }

  /**
   * {@return the seconds spent in steps, without what samples, held-out losses and listeners took}
   */
  public double seconds() {
    return nanos / NANOS_PER_SECOND;
  }

  /** {@return the losses so far, thinned for plotting; a copy} */
  public LossHistory history() {
    return observation.history();
  }

  /** {@return the {@linkplain Trainer#samples samples} so far, thinned; a copy} */
  public List<Sample> samples() {
    return observation.samples();
  }

  /** {@return the {@linkplain Trainer#validation held-out losses} so far, thinned; a copy} */
  public List<HeldOutLoss> heldOutLosses() {
    return observation.heldOutLosses();
  }

  /**
   * {@return the last held-out loss, if there has been one since the run was started or resumed}
   */
  public Optional<HeldOutLoss> lastHeldOutLoss() {
    return observation.last();
  }

  /** {@return the lowest held-out loss, if there is one} */
  public Optional<HeldOutLoss> bestHeldOutLoss() {
    return observation.lowest();
  }

  /** {@return the model as it stands, a copy} */
  public VanillaRnn model() {
    return snapshot(parameters, state(), step, smoothLoss);
  }

  /**
   * {@return a text from the model as it stands, by a {@link Sampler} with its defaults and the
   * number of steps taken as its seed}
   *
   * @param length at least 0; characters to sample
   * @throws IllegalArgumentException if length is below 0
   */
  public String sample(int length) {
    return Sampler.of(model()).seed(step).sample(length);
  }

  /**
   * Asks whoever advances the run to end it after the present step; {@link Trainer#train} does. Any
   * thread may call it.
   */
  public void stop() {
    stopped = true;
  }

  /** {@return whether {@link #stop} has been called} */
  public boolean stopped() {
    return stopped;
  }

  /** {@return the settings of the run, and where it stands} */
  public TrainingSummary summary() {
    return new TrainingSummary(
        recipe,
        rollbacks,
        steps.textLength(),
        observation.plan().validation(),
        bestBy,
        step,
        smoothLoss,
        earlierCharacters);
  }

  /** {@return what the run has come to so far} */
  public TrainingResult result() {
    boolean bestIsCurrent = bestStep() == step;
    return new TrainingResult(
        step == 0
            ? untrained()
            : snapshot(
                bestIsCurrent ? parameters : best,
                bestIsCurrent ? state() : bestState,
                bestStep(),
                bestSmoothLoss()),
        step == 0 ? untrained() : model(),
        step,
        smoothLoss,
        bestSmoothLoss(),
        bestStep(),
        plannedSteps,
        observation.plan().patience(),
        seconds(),
        history(),
        samples(),
        heldOutLosses(),
        bestHeldOutLoss());
  }

  /** Before the first step: the model as it was when the run began. */
  private VanillaRnn untrained() {
    return restored ? start.with(parameters.copy(), start.training()) : start;
  }

  /**
   * A model of this run, as it stood.
   *
   * @param state its first m numbers are the first stream's
   */
  private VanillaRnn snapshot(Parameters p, double[] state, long atStep, double atSmoothLoss) {
    return start.with(
        p.copy(),
        Optional.of(summary().at(atStep, atSmoothLoss)),
        Arrays.copyOf(begin(state), p.hiddenSize));
  }

  @Override
  public String toString() {
    return "Training at step " + step + (plannedSteps == 0 ? "" : " of " + plannedSteps);
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
    Header header = start.with(parameters, Optional.of(summary())).header();
    header.startState = keepsState();
    header.text = fingerprint;
    header.plannedSteps = plannedSteps;
    header.checkpointEvery = every;
    header.maxRollbacks = maxRollbacks;
    header.loss = loss;
    header.bestSmoothLoss = bestSmoothLoss;
    header.bestStep = bestStep;
    header.nanos = nanos;
    observation.putInto(header);
    Observations seen = observation.observations(heldOutFingerprint);
    seen.putInto(header);
    CheckpointFile.write(
        file,
        new CheckpointFile.State(
            header,
            parameters,
            steps.memories(),
            bestStep == step ? Optional.empty() : Optional.of(best),
            bestState,
            steps.entering(),
            observation.losses(),
            observation.smoothLosses(),
            seen));
  }

  /** Goes on from what {@link #save} has written of a run with the same text and settings. */
  void restore(CheckpointFile.State state, int rollbacks) {
    Header header = state.header();
    restored = true;
    this.rollbacks = rollbacks;
    halvings = StrictMath.pow(0.5, rollbacks);
    step = header.step;
    earlierCharacters = header.earlierCharacters;
    loss = header.loss;
    smoothLoss = header.smoothLoss;
    bestSmoothLoss = header.bestSmoothLoss;
    bestStep = header.bestStep;
    nanos = header.nanos;
    parameters.set(state.parameters());
    state.best().ifPresent(best::set);
    System.arraycopy(state.bestState(), 0, bestState, 0, bestState.length);
    steps.restore(state.memories(), state.hidden(), rollbacks, earlierCharacters);
    observation.restore(header, state.losses(), state.smoothLosses(), state.observations());
  }
}
