package io.github.charrnn;

import io.github.charrnn.internal.CheckpointFile;
import io.github.charrnn.internal.Observations;
import io.github.charrnn.internal.SafeFile;
import io.github.charrnn.internal.Window;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * Trains a model on a text: truncated backpropagation through time over consecutive windows, value
 * clipping, and an optimizer. The defaults are the recipe in the {@linkplain io.github.charrnn
 * package documentation}.
 *
 * <p>Set it up once, then train as often as you like: every run starts from the model that the
 * trainer was made of, which never changes, with a zero state and an empty optimizer memory. The
 * same model, text and settings give the same result to the last bit. To continue training, make a
 * trainer of a trained model. Not safe for use by several threads at a time.
 */
public final class Trainer {
  private final VanillaRnn model;
  private final List<Listener> listeners = new ArrayList<>();
  private int sequenceLength = 25;
  private int batchSize = 1;
  private double learningRate = 0.1;
  private double clip = 5;
  private Optimizer optimizer = Optimizer.ADAGRAD;
  private Optional<Path> checkpoint = Optional.empty();
  private OptionalLong checkpointEvery = OptionalLong.empty();
  private OptionalInt rollbacks = OptionalInt.empty();
  private Optional<EncodedText> heldOut = Optional.empty();
  private long validationEvery = 1;
  private boolean bestByValidation;
  private OptionalLong sampleEvery = OptionalLong.empty();
  private int sampleLength;
  private BiConsumer<? super Training, ? super Sample> onSample = (training, sample) -> {};

  private record Listener(long every, Consumer<? super Training> action) {}

  private Trainer(VanillaRnn model) {
    this.model = model;
  }

  /** A trainer that starts from the parameters of a model, new or trained before. */
  public static Trainer of(VanillaRnn model) {
    return new Trainer(model);
  }

  /**
   * The number of symbols in a window, n: how far back gradients go; 25 unless set.
   *
   * @param sequenceLength at least 1
   * @throws IllegalArgumentException if sequenceLength is below 1
   */
  public Trainer sequenceLength(int sequenceLength) {
    if (sequenceLength < 1) {
      throw new IllegalArgumentException(
          "sequenceLength is " + sequenceLength + ", must be at least 1");
    }
    this.sequenceLength = sequenceLength;
    return this;
  }

  /**
   * The number of streams, B, that are trained on side by side; 1, the recipe, unless set. The text
   * is cut into B parts of equal length, what is left over at the end is not read, and every step
   * takes the next window of each, with a state of its own.
   *
   * <p>Gradients are added up step by step, and within a step stream by stream, and then divided by
   * B: clip and learning rate act on the gradient of the mean loss of a window. The losses that are
   * reported are such means too, so that curves of different B can be compared.
   *
   * @param batchSize at least 1
   * @throws IllegalArgumentException if batchSize is below 1
   */
  public Trainer batchSize(int batchSize) {
    if (batchSize < 1) {
      throw new IllegalArgumentException("batchSize is " + batchSize + ", must be at least 1");
    }
    this.batchSize = batchSize;
    return this;
  }

  /**
   * The learning rate, eta; 0.1 unless set.
   *
   * @param learningRate above 0 and finite
   * @throws IllegalArgumentException if learningRate is not above 0 and finite
   */
  public Trainer learningRate(double learningRate) {
    if (!(learningRate > 0 && learningRate < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "learningRate is " + learningRate + ", must be above 0 and finite");
    }
    this.learningRate = learningRate;
    return this;
  }

  /**
   * The bound on every element of the gradient: larger ones become clip, smaller than -clip -clip;
   * 5 unless set. Infinity switches clipping off.
   *
   * @param clip above 0
   * @throws IllegalArgumentException if clip is not above 0
   */
  public Trainer clip(double clip) {
    if (!(clip > 0)) {
      throw new IllegalArgumentException("clip is " + clip + ", must be above 0");
    }
    this.clip = clip;
    return this;
  }

  /** How gradients change parameters; AdaGrad unless set. */
  public Trainer optimizer(Optimizer optimizer) {
    this.optimizer = Objects.requireNonNull(optimizer, "optimizer");
    return this;
  }

  /** Takes over sequence length, batch size, learning rate, clip and optimizer of a run. */
  public Trainer settings(TrainingSummary summary) {
    return sequenceLength(summary.sequenceLength())
        .batchSize(summary.batchSize())
        .learningRate(summary.learningRate())
        .clip(summary.clip())
        .optimizer(summary.optimizer());
  }

  /**
   * Writes checkpoints, from which {@link #resume} goes on as if training had never stopped: before
   * the first step, at every so many steps, and when the run ends or is {@linkplain Training#stop()
   * stopped}. Each replaces the one before in one move, once it is safely on disk.
   *
   * <p>A run locks its checkpoint: another that is to write the same one is refused with an {@link
   * IllegalStateException}, and so is a new run if the checkpoint is of one that has not ended. If
   * one cannot be written, training ends with an {@link java.io.UncheckedIOException}, and the one
   * before it is intact.
   *
   * <p>A checkpoint is also a model file: {@link VanillaRnn#load} reads the parameters as they
   * stood, with the settings of the run as its {@linkplain VanillaRnn#training() summary}.
   *
   * @param file replaced by each checkpoint; what else is in its place is refused
   * @param every at least 1; steps
   * @throws IllegalArgumentException if every is below 1
   */
  public Trainer checkpoint(Path file, long every) {
    if (every < 1) {
      throw new IllegalArgumentException(
          "a checkpoint every " + every + " steps is asked for, must be at least 1");
    }
    checkpoint = Optional.of(file);
    checkpointEvery = OptionalLong.of(every);
    return this;
  }

  /**
   * Writes checkpoints as often as takes 1 % of the time at most, but not within 5 seconds of the
   * last; otherwise like {@link #checkpoint(Path, long)}.
   */
  public Trainer checkpoint(Path file) {
    checkpoint = Optional.of(file);
    checkpointEvery = OptionalLong.empty();
    return this;
  }

  /**
   * When training diverges, goes back to the last checkpoint that was written at a multiple of its
   * interval, and on from there with half the learning rate; 0 unless set, that is, training ends
   * with an exception. Needs a {@linkplain #checkpoint(Path, long) checkpoint}, whose interval is
   * 1,000 steps unless given. When the run ends at another step, the one to go back to is kept
   * beside it, with {@code .rollback} added to its name: so runs that were rolled back, too, have
   * the same result however often they were stopped and resumed.
   *
   * @param atMost at least 0; how often in a run
   * @throws IllegalArgumentException if atMost is below 0
   */
  public Trainer rollbacks(int atMost) {
    if (atMost < 0) {
      throw new IllegalArgumentException("rollbacks is " + atMost + ", must be at least 0");
    }
    rollbacks = OptionalInt.of(atMost);
    return this;
  }

  /**
   * Measures the model on a text that it is not trained on: before the first step and after every
   * so many, as {@link VanillaRnn#evaluate} would, which changes nothing in training. {@link
   * Training#validation} has the losses, and {@link TrainingResult}.
   *
   * @param heldOut at least 2 symbols, in the model's vocabulary
   * @param every at least 1; steps
   * @throws IllegalArgumentException if heldOut has fewer than 2 symbols or another vocabulary, or
   *     if every is below 1
   */
  public Trainer validation(EncodedText heldOut, long every) {
    model.requireSameVocab(heldOut);
    VanillaRnn.requireEvaluable(heldOut);
    if (every < 1) {
      throw new IllegalArgumentException(
          "validation every " + every + " steps is asked for, must be at least 1");
    }
    this.heldOut = Optional.of(heldOut);
    validationEvery = every;
    return this;
  }

  /**
   * The best model is the one with the lowest held-out loss instead of the lowest smooth loss.
   * Needs {@link #validation}.
   */
  public Trainer bestByValidation() {
    bestByValidation = true;
    return this;
  }

  /**
   * Draws a {@linkplain Training#sample sample} before the first step and after every so many, and
   * keeps it, at most its first 1,000 symbols. When the kept ones become more than 65,536 symbols
   * or 1,024 samples, every second goes and the interval between kept ones doubles. A run that is
   * {@linkplain #resume resumed} goes on with the intervals that it had, unless they are set.
   *
   * @param every at least 1; steps
   * @param length at least 0; symbols
   * @throws IllegalArgumentException if every is below 1 or length is below 0
   */
  public Trainer samples(long every, int length) {
    if (every < 1) {
      throw new IllegalArgumentException(
          "a sample every " + every + " steps is asked for, must be at least 1");
    }
    if (length < 0) {
      throw new IllegalArgumentException("length is " + length + ", must be at least 0");
    }
    sampleEvery = OptionalLong.of(every);
    sampleLength = length;
    return this;
  }

  /** Draws no samples; a run that is resumed none any more. */
  public Trainer noSamples() {
    sampleEvery = OptionalLong.of(0);
    return this;
  }

  /** Calls a listener with each of the {@link #samples} when it is drawn, all of it. */
  public Trainer onSample(BiConsumer<? super Training, ? super Sample> listener) {
    onSample = Objects.requireNonNull(listener, "listener");
    return this;
  }

  /**
   * Calls a listener before the first step and after every so many steps, from the thread that
   * trains. It may look, sample and {@linkplain Training#stop() stop}; none of that changes what
   * training does. Several listeners are called in the order in which they were added.
   *
   * @param steps at least 1
   * @throws IllegalArgumentException if steps is below 1
   */
  public Trainer every(long steps, Consumer<? super Training> listener) {
    if (steps < 1) {
      throw new IllegalArgumentException("every is " + steps + " steps, must be at least 1");
    }
    listeners.add(new Listener(steps, Objects.requireNonNull(listener, "listener")));
    return this;
  }

  /**
   * Trains for a number of steps, as many times through the text as it takes.
   *
   * @param steps at least 0; windows of the text to train on
   * @throws IllegalArgumentException if steps is below 0, or for the reasons of {@link #start}
   * @throws TrainingDivergedException if the loss or a parameter is no longer finite
   * @throws IllegalStateException if there are rollbacks without a {@linkplain #checkpoint(Path,
   *     long) checkpoint}, or it is that of a run that has not ended or is still running
   * @throws UncheckedIOException if a checkpoint cannot be written
   */
  public TrainingResult train(EncodedText text, long steps) {
    if (steps < 0) {
      throw new IllegalArgumentException("steps is " + steps + ", must be at least 0");
    }
    Training training = start(text);
    training.plan(steps);
    int atMost = rollbacks.orElse(0);
    if (checkpoint.isEmpty()) {
      if (atMost > 0) {
        throw new IllegalStateException(
            "rollbacks is " + atMost + ", and there is no checkpoint to go back to: name one");
      }
      inform(training);
      while (training.step() < steps && !training.stopped()) {
        training.advance();
        inform(training);
      }
      return training.result();
    }
    try (Checkpoints checkpoints = new Checkpoints(checkpoint.get(), text, heldOut)) {
      checkpoints.requireFree();
      checkpoints.schedule(checkpointEvery.orElse(Checkpoints.PACED), atMost);
      inform(training);
      return run(training, checkpoints);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Trains for a number of steps on a text in the model's vocabulary.
   *
   * @param steps at least 0; windows of the text to train on
   * @throws UnknownSymbolException if the vocabulary does not have a symbol of the text
   * @throws IllegalArgumentException if steps is below 0, or for the reasons of {@link #start}
   * @throws TrainingDivergedException if the loss or a parameter is no longer finite
   */
  public TrainingResult train(CharSequence text, long steps) {
    return train(model.vocab().encode(text), steps);
  }

  /**
   * Trains for a number of whole passes through the text.
   *
   * @param epochs at least 0
   * @throws IllegalArgumentException if epochs is below 0, or for the reasons of {@link #start}
   * @throws TrainingDivergedException if the loss or a parameter is no longer finite
   */
  public TrainingResult trainEpochs(EncodedText text, int epochs) {
    return train(text, stepsOf(text, epochs));
  }

  /**
   * Goes on from a checkpoint to the number of steps that its run was started for; see {@link
   * #resume(Path, EncodedText, long)}.
   */
  public TrainingResult resume(Path file, EncodedText text) throws IOException {
    return resume(file, text, OptionalLong.empty());
  }

  /**
   * Goes on from a checkpoint, with its parameters instead of those of this trainer's model. The
   * result is the same, to the last bit, as if the run had never stopped. Interval and rollbacks
   * are the run's unless they are set here, and further checkpoints go to the same file unless
   * another is. A listener is not called for the step at which the checkpoint was written, because
   * it was then.
   *
   * @param text the one that the run was started with
   * @param steps at least the checkpoint's step; how many there are to be in all
   * @throws ModelFormatException if the file is no checkpoint, or is damaged in any bit
   * @throws IllegalArgumentException if the text, the model's vocabulary, hidden size or seed, or a
   *     setting of this trainer is not the run's, if steps is below the checkpoint's step, if a run
   *     with rollbacks is to go on in another file, or for the reasons of {@link #start}
   * @throws IllegalStateException if a run that writes the checkpoint is still running
   * @throws TrainingDivergedException if the loss or a parameter is no longer finite
   * @throws UncheckedIOException if a checkpoint cannot be written
   * @throws IOException if the file cannot be read
   */
  public TrainingResult resume(Path file, EncodedText text, long steps) throws IOException {
    return resume(file, text, OptionalLong.of(steps));
  }

  private TrainingResult resume(Path file, EncodedText text, OptionalLong steps)
      throws IOException {
    if (!Files.exists(file)) {
      throw new NoSuchFileException(file.toString());
    }
    try (Checkpoints checkpoints = new Checkpoints(checkpoint.orElse(file), text, heldOut)) {
      return run(restored(file, text, steps, checkpoints), checkpoints);
    }
  }

  /** Not part of resume, so that what was read does not stay in memory. */
  private Training restored(
      Path file, EncodedText text, OptionalLong steps, Checkpoints checkpoints) throws IOException {
    CheckpointFile.State state = CheckpointFile.read(file);
    CheckpointFile.Progress progress = state.progress();
    requireSameRun(file, state, text, checkpoints);
    checkpoints.schedule(
        checkpointEvery.orElse(progress.checkpointEvery()),
        rollbacks.orElse(progress.maxRollbacks()));
    if (checkpoint.isEmpty() || SafeFile.same(file, checkpoint.get())) {
      checkpoints.found(state);
    } else if (checkpoints.maxRollbacks() > 0) {
      throw new IllegalArgumentException(
          "a run with rollbacks goes on in its own checkpoint, "
              + file
              + ": "
              + checkpoint.get()
              + " is another");
    } else {
      checkpoints.requireFree();
    }
    TrainingSummary run = state.model().training().orElseThrow();
    long planned = steps.orElse(progress.plannedSteps());
    if (planned < run.step()) {
      throw new IllegalArgumentException(
          "steps is "
              + planned
              + ", the checkpoint "
              + file
              + " is at step "
              + run.step()
              + " already");
    }
    Observations seen = state.observations();
    Training training =
        start(
            text,
            sampleEvery.isPresent()
                ? measures()
                : measures(seen.sampleEvery(), seen.sampleLength()));
    training.restore(state, run.rollbacks());
    training.plan(planned);
    return training;
  }

  private TrainingResult run(Training training, Checkpoints checkpoints) throws IOException {
    checkpoints.begin(training);
    while (true) {
      try {
        while (training.step() < training.plannedSteps() && !training.stopped()) {
          training.advance();
          inform(training);
          checkpoints.update(training);
        }
        checkpoints.end(training);
        return training.result();
      } catch (TrainingDivergedException e) {
        if (training.rollbacks() >= checkpoints.maxRollbacks()) {
          throw e.after(training.rollbacks());
        }
        rollBack(training, checkpoints);
      }
    }
  }

  private void rollBack(Training training, Checkpoints checkpoints) throws IOException {
    CheckpointFile.State state = checkpoints.rollBack();
    Path file = checkpoints.rollbackSource();
    requireSameRun(file, state, training.text(), checkpoints);
    if (state.model().training().orElseThrow().step() > training.step()) {
      throw new IllegalArgumentException(
          file + " is of a later step than the run has come to: it is not the run's");
    }
    training.restore(state, training.rollbacks() + 1);
  }

  private void requireSameRun(
      Path file, CheckpointFile.State state, EncodedText text, Checkpoints checkpoints) {
    TrainingSummary run = state.model().training().orElseThrow();
    requireSame(file, "hiddenSize", model.hiddenSize(), state.model().parameters().hiddenSize);
    requireSame(file, "seed", model.seed(), state.model().seed());
    requireSame(file, "sequenceLength", sequenceLength, run.sequenceLength());
    requireSame(file, "batchSize", batchSize, run.batchSize());
    requireSame(file, "learningRate", learningRate, run.learningRate());
    requireSame(file, "clip", clip, run.clip());
    requireSame(file, "optimizer", optimizer, run.optimizer());
    String other =
        "the text is not the one that the run of the checkpoint " + file + " was started with: ";
    if (!text.vocab().equals(state.model().vocab())) {
      throw new IllegalArgumentException(
          other
              + "its vocabulary has "
              + text.vocab().size()
              + " symbols, that had "
              + state.model().vocab().size()
              + (text.vocab().size() == state.model().vocab().size() ? " others" : ""));
    }
    requireSame(file, "the length of the text", text.length(), run.textLength());
    if (!checkpoints.fingerprint().equals(state.progress().text())) {
      throw new IllegalArgumentException(other + "it has changed");
    }
    requireSame(file, "validation", words(validation()), words(run.validation()));
    if (!checkpoints.heldOutFingerprint().equals(state.observations().validationText())) {
      throw new IllegalArgumentException(
          "the held-out text is not the one that the run of the checkpoint "
              + file
              + " was started with");
    }
  }

  private Optional<Validation> validation() {
    return heldOut.map(text -> new Validation(text.length(), validationEvery, bestByValidation));
  }

  private static String words(Optional<Validation> validation) {
    return validation
        .map(
            it ->
                "every "
                    + it.every()
                    + " steps with "
                    + it.length()
                    + " symbols"
                    + (it.selects() ? ", which selects the best model" : ""))
        .orElse("none");
  }

  private static void requireSame(Path file, String what, Object ours, Object theirs) {
    if (!ours.equals(theirs)) {
      throw new IllegalArgumentException(
          what
              + " is "
              + ours
              + ", the run of the checkpoint "
              + file
              + " has "
              + theirs
              + ": a run that is resumed keeps it");
    }
  }

  /**
   * How many steps that many passes through a text are: each is as many whole windows as fit, every
   * one of them with the symbol that follows it, {@code (length / B - 1) / n}, both rounded down.
   *
   * @param epochs at least 0
   * @throws IllegalArgumentException if epochs is below 0
   */
  public long stepsOf(EncodedText text, int epochs) {
    if (epochs < 0) {
      throw new IllegalArgumentException("epochs is " + epochs + ", must be at least 0");
    }
    return epochs * TrainingSummary.stepsPerEpoch(text.length(), batchSize, sequenceLength);
  }

  /**
   * Starts a run that the caller advances step by step; listeners are not called, but that of
   * {@link #onSample}.
   *
   * @throws IllegalArgumentException if the text has fewer than (sequenceLength + 1) batchSize
   *     symbols or another vocabulary than the model, or if training does not fit into the heap
   * @throws IllegalStateException if the held-out loss is to select and there is no {@link
   *     #validation}
   */
  public Training start(EncodedText text) {
    return start(text, measures());
  }

  private Training.Measures measures() {
    return measures(sampleEvery.orElse(0), sampleLength);
  }

  private Training.Measures measures(long every, int length) {
    return new Training.Measures(heldOut, validation(), every, length, onSample);
  }

  private Training start(EncodedText text, Training.Measures measures) {
    if (bestByValidation && heldOut.isEmpty()) {
      throw new IllegalStateException(
          "the best model is to be selected by validation, and there is no text for it: name one");
    }
    model.requireSameVocab(text);
    if (text.length() / batchSize <= sequenceLength) {
      String streams = batchSize == 1 ? "" : " and batchSize " + batchSize;
      throw new IllegalArgumentException(
          "sequenceLength "
              + sequenceLength
              + streams
              + (batchSize == 1 ? " needs at least " : " need at least ")
              + (sequenceLength + 1L) * batchSize
              + " symbols, the text has "
              + text.length());
    }
    int m = model.hiddenSize();
    String what =
        "training with hiddenSize "
            + m
            + ", sequenceLength "
            + sequenceLength
            + " and batchSize "
            + batchSize;
    Window.requireTrainable(
        what, sequenceLength, batchSize, m, model.vocab().size(), text.memory());
    return new Training(
        model, text, sequenceLength, batchSize, learningRate, clip, optimizer, measures);
  }

  private void inform(Training training) {
    training.measure();
    for (int i = 0; i < listeners.size(); i++) { // an iterator would be an object a step
      Listener listener = listeners.get(i);
      if (training.step() % listener.every == 0) {
        listener.action.accept(training);
      }
    }
  }
}
