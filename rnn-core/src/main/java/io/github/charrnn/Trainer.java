package io.github.charrnn;

import io.github.charrnn.internal.CheckpointFile;
import io.github.charrnn.internal.Crew;
import io.github.charrnn.internal.Header;
import io.github.charrnn.internal.Nulls;
import io.github.charrnn.internal.Observations;
import io.github.charrnn.internal.Parameters;
import io.github.charrnn.internal.Range;
import io.github.charrnn.internal.SafeFile;
import io.github.charrnn.internal.Streams;
import io.github.charrnn.internal.Update;
import io.github.charrnn.internal.Window;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Trains a model on a text: truncated backpropagation through time over consecutive windows, value
 * clipping, and an optimizer. The defaults are the recipe in the {@linkplain io.github.charrnn
 * package documentation}.
 *
 * <p>Set it up once, then train as often as you like. Every run starts from the model that the
 * trainer was made of, which never changes, with a zero state and an empty optimizer memory; only a
 * trainer that {@linkplain #resuming resumes} goes on with what a checkpoint has of both. The same
 * model, text and settings give the same result to the last bit. Not safe for use by several
 * threads at a time.
 *
 * <p>To train a trained model further, make a trainer of it. With nothing in its memory, AdaGrad
 * would move every parameter by the full learning rate at first, and wreck the model. So before the
 * first step its memory is estimated from windows spread over the text, 25,000 characters but at
 * least 20 windows, or all there are, as if all that the model has ever been trained on had given
 * such gradients. Other optimizers begin with an empty memory.
 *
 * @since 0.1
 */
public final class Trainer {
  private static final long INTERVAL = 10_000; // steps, unless told otherwise

  static final int MAX_THREADS = 1024;

  private final VanillaRnn model;
  private final Optional<Path> resumed; // the checkpoint that it goes on from
  private Optional<CheckpointFile.State> read = Optional.empty(); // of it, until it is used
  private Recipe recipe = Recipe.course();
  private final List<Run.Listener> listeners = new ArrayList<>();
  private final List<BiConsumer<? super Training, ? super Sample>> onSample = new ArrayList<>();
  private Optional<Path> checkpoint = Optional.empty();
  private OptionalLong checkpointEvery = OptionalLong.empty();
  private OptionalInt rollbacks = OptionalInt.empty();
  private List<EncodedText> heldOut = List.of(); // pieces
  private long validationEvery = INTERVAL;
  private BestBy bestBy = BestBy.SMOOTH;
  private int patience;
  private OptionalLong sampleEvery = OptionalLong.empty();
  private OptionalInt sampleLength = OptionalInt.empty();
  private OptionalInt threads = OptionalInt.empty();
  private LongSupplier clock = System::nanoTime;
  private IntFunction<Crew> crews = Crew::new;

  private Trainer(VanillaRnn model, Optional<Path> resumed) {
    this.model = model;
    this.resumed = resumed;
  }

  /**
   * {@return a trainer that starts from the parameters of a model}
   *
   * @param model new, or trained before; it stays as it is
   */
  public static Trainer of(VanillaRnn model) {
    Objects.requireNonNull(model, "model");
    return new Trainer(model, Optional.empty());
  }

  /**
   * {@return a trainer that goes on from a checkpoint, by {@link #resume}} Model, recipe, intervals
   * and how often it may be rolled back are the run's. The recipe has to stay; intervals may be set
   * anew. What was held out has to be given again, by {@link #validation(List)}. Further
   * checkpoints go to the same file unless another is {@linkplain #checkpoint(Path) set}.
   *
   * @param checkpoint of a run that was stopped, or has ended
   * @throws ModelFormatException if the file is not a checkpoint, or is damaged in any bit
   * @throws IllegalArgumentException if it does not fit into the heap
   * @throws IOException if the file cannot be read
   */
  public static Trainer resuming(Path checkpoint) throws IOException {
    Objects.requireNonNull(checkpoint, "checkpoint");
    CheckpointFile.State state = CheckpointFile.read(checkpoint);
    Trainer trainer =
        new Trainer(
            VanillaRnn.of(state.header(), state.parameters(), state.start()),
            Optional.of(checkpoint));
    trainer.read = Optional.of(state);
    trainer.recipe = state.header().recipe;
    trainer.model.training().ifPresent(trainer::takeOver);
    trainer.patience = state.header().patience;
    return trainer;
  }

  private void takeOver(TrainingSummary run) {
    run.validation().ifPresent(it -> validationEvery = it.every());
    bestBy = run.bestBy();
  }

  /** {@return the model to start from, or as the checkpoint has it} */
  public VanillaRnn model() {
    return model;
  }

  /** {@return the settings that decide the bits of a run} */
  public Recipe recipe() {
    return recipe;
  }

  /**
   * Replaces all of these settings; those of {@code Recipe.course()} unless set.
   *
   * @param recipe the settings of the runs to come
   * @return this trainer
   */
  public Trainer recipe(Recipe recipe) {
    this.recipe = Objects.requireNonNull(recipe, "recipe");
    return this;
  }

  /**
   * The number of characters in a window, n: how far back gradients go; 25 unless set.
   *
   * @param sequenceLength at least 1
   * @return this trainer
   * @throws IllegalArgumentException if sequenceLength is below 1
   */
  public Trainer sequenceLength(int sequenceLength) {
    return recipe(recipe.withSequenceLength(sequenceLength));
  }

  /**
   * The number of streams, B, that are trained on side by side; 1, the recipe, unless set. The text
   * is cut into B parts of equal length; what is left over at the end is not read. Every step takes
   * the next window of each stream, and each stream has a state of its own.
   *
   * <p>Gradients are added up step by step, within a step stream by stream, and then divided by B:
   * clip and learning rate act on the gradient of the mean loss of a window. The reported losses
   * are such means too, so curves of different B can be compared.
   *
   * @param batchSize at least 1
   * @return this trainer
   * @throws IllegalArgumentException if batchSize is below 1
   */
  public Trainer batchSize(int batchSize) {
    return recipe(recipe.withBatchSize(batchSize));
  }

  /**
   * The learning rate, eta; 0.1 unless set. What falls or rises with the steps goes on doing so,
   * scaled.
   *
   * @param learningRate above 0 and finite
   * @return this trainer
   * @throws IllegalArgumentException if learningRate is not above 0 and finite
   */
  public Trainer learningRate(double learningRate) {
    return learningRate(recipe.learningRate().withRate(learningRate));
  }

  /**
   * The learning rate, step by step.
   *
   * @param learningRate its course, from step 1 on
   * @return this trainer
   */
  public Trainer learningRate(LearningRate learningRate) {
    return recipe(recipe.withLearningRate(learningRate));
  }

  /**
   * The bound on every element of the gradient; 5 unless set. An element above clip becomes clip,
   * one below -clip becomes -clip. Infinity switches clipping off.
   *
   * @param clip above 0
   * @return this trainer
   * @throws IllegalArgumentException if clip is not above 0
   */
  public Trainer clip(double clip) {
    return clip(Clip.value(clip));
  }

  /**
   * What keeps a gradient from becoming too large; {@code Clip.value(5)} unless set.
   *
   * @param clip a bound on every element or on the norm
   * @return this trainer
   */
  public Trainer clip(Clip clip) {
    return recipe(recipe.withClip(clip));
  }

  /**
   * How gradients change parameters; {@code Optimizer.adaGrad()} unless set.
   *
   * @param optimizer begins with an empty memory, but for what the class says of AdaGrad
   * @return this trainer
   */
  public Trainer optimizer(Optimizer optimizer) {
    return recipe(recipe.withOptimizer(optimizer));
  }

  /**
   * Writes checkpoints, from which {@link #resume} goes on as if training had never stopped: before
   * the first step, at every so many steps, and when the run ends or is {@linkplain Training#stop()
   * stopped}. Each replaces the one before in one move, once it is safely on disk.
   *
   * <p>A run locks its checkpoint. Another run on the same file is refused with an {@link
   * IllegalStateException}, and so is a new run if the checkpoint is of one that has not ended. If
   * a checkpoint cannot be written, training ends with an {@link java.io.UncheckedIOException}, and
   * the one before it is intact.
   *
   * <p>A checkpoint is also a model file: {@link VanillaRnn#load} reads the parameters as they
   * stood, with the settings of the run as its {@linkplain VanillaRnn#training() summary}.
   *
   * @param file replaced by each checkpoint; a file that is not a checkpoint is refused
   * @param every at least 1; steps
   * @return this trainer
   * @throws IllegalArgumentException if every is below 1
   */
  public Trainer checkpoint(Path file, long every) {
    Objects.requireNonNull(file, "file");
    Range.atLeast(1, "every", every);
    checkpoint = Optional.of(file);
    checkpointEvery = OptionalLong.of(every);
    return this;
  }

  /**
   * Writes checkpoints as often as takes 1 % of the time at most, but not within 5 seconds of the
   * last. Otherwise like {@link #checkpoint(Path, long)}.
   *
   * @param file replaced by each checkpoint; a file that is not a checkpoint is refused
   * @return this trainer
   */
  public Trainer checkpoint(Path file) {
    Objects.requireNonNull(file, "file");
    checkpoint = Optional.of(file);
    checkpointEvery = OptionalLong.empty();
    return this;
  }

  /** What checkpoints without an interval go by; tests have one of their own. */
  Trainer clock(LongSupplier nanos) {
    clock = nanos;
    return this;
  }

  /** What makes a crew of so many threads; tests have one of their own. */
  Trainer crews(IntFunction<Crew> crews) {
    this.crews = crews;
    return this;
  }

  /**
   * When training diverges, goes back to the last checkpoint that was written at a multiple of its
   * interval, and on from there with half the learning rate. 0 unless set: training then ends with
   * an exception. Needs a {@linkplain #checkpoint(Path, long) checkpoint}, whose interval is 1,000
   * steps unless given. When the run ends at another step, the checkpoint to go back to is kept
   * beside it, with {@code .rollback} added to its name: so a run that was rolled back, too, has
   * the same result however often it was stopped and resumed.
   *
   * @param atMost at least 0; how often in a run
   * @return this trainer
   * @throws IllegalArgumentException if atMost is below 0
   */
  public Trainer rollbacks(int atMost) {
    rollbacks = OptionalInt.of(Range.atLeast(0, "rollbacks", atMost));
    return this;
  }

  /**
   * Measures the model on a text that it is not trained on, as {@link VanillaRnn#evaluate} would,
   * from the state that the first stream stands in where models {@linkplain VanillaRnn#startState
   * keep} it: before the first step, after every so many, and where the run ends or is stopped.
   * That changes nothing in training; what a stopped run was measured with at that step, it forgets
   * when it goes on. {@link Training#heldOutLosses} and {@link TrainingResult} have the losses.
   *
   * @param heldOut at least 2 characters, in the model's vocabulary
   * @param every at least 1; steps
   * @return this trainer
   * @throws IllegalArgumentException if heldOut has fewer than 2 characters or another vocabulary,
   *     or if every is below 1
   */
  public Trainer validation(EncodedText heldOut, long every) {
    Objects.requireNonNull(heldOut, "heldOut");
    return validation(List.of(heldOut), every);
  }

  /**
   * The same at the interval of the run that is {@linkplain #resuming resumed}, or else every
   * 10,000 steps.
   *
   * @param heldOut at least 2 characters, in the model's vocabulary
   * @return this trainer
   * @throws IllegalArgumentException if heldOut has fewer than 2 characters or another vocabulary
   */
  public Trainer validation(EncodedText heldOut) {
    Objects.requireNonNull(heldOut, "heldOut");
    return validation(List.of(heldOut));
  }

  /**
   * Measures the model on several pieces, such as those of {@link HeldOut}: each as a text of its
   * own, side by side. The held-out loss is the sum of their losses by the number of characters
   * predicted, which are all but the first of each piece.
   *
   * @param pieces at least one, each of at least 2 characters in the model's vocabulary
   * @param every at least 1; steps
   * @return this trainer
   * @throws IllegalArgumentException if there is no piece, if one has fewer than 2 characters or
   *     another vocabulary, or if every is below 1
   */
  public Trainer validation(List<EncodedText> pieces, long every) {
    Range.atLeast(1, "every", every);
    validation(pieces);
    validationEvery = every;
    return this;
  }

  /**
   * The same at the interval of the run that is {@linkplain #resuming resumed}, or else every
   * 10,000 steps.
   *
   * @param pieces at least one, each of at least 2 characters in the model's vocabulary
   * @return this trainer
   * @throws IllegalArgumentException if there is no piece, or if one has fewer than 2 characters or
   *     another vocabulary
   */
  public Trainer validation(List<EncodedText> pieces) {
    List<EncodedText> all = Nulls.copyWithout(pieces, "pieces");
    Range.atLeast(1, "pieces", all.size());
    for (EncodedText piece : all) {
      model.requireSameVocab(piece);
      VanillaRnn.requireEvaluable(piece);
    }
    heldOut = all;
    return this;
  }

  /**
   * Which model is the best one: that with the lowest smooth loss unless set. {@link
   * BestBy#VALIDATION} needs {@link #validation}.
   *
   * @param bestBy the smooth loss, the held-out loss, or neither
   * @return this trainer
   */
  public Trainer bestBy(BestBy bestBy) {
    this.bestBy = Objects.requireNonNull(bestBy, "bestBy");
    return this;
  }

  /**
   * Ends a run before its planned steps when so many held-out losses in a row were not below the
   * lowest before them; 0, never, unless set. It changes nothing in the steps that are taken, so a
   * run that is {@linkplain #resuming resumed} may get another patience. Needs {@link #validation}.
   * A run that the caller advances goes on.
   *
   * @param measurements at least 0
   * @return this trainer
   * @throws IllegalArgumentException if measurements is below 0
   */
  public Trainer patience(int measurements) {
    patience = Range.atLeast(0, "patience", measurements);
    return this;
  }

  /**
   * How many threads share every step, the caller's among them; unless set, as many as pay, which
   * depends on the sizes and on the number of processors. It is not part of the recipe and in no
   * file: the result has the same bits with any number. The other threads are daemons. They end
   * with the run, or after a second in which a run that was only {@linkplain #start started} takes
   * no step. Where other work takes their processors, steps are taken by the caller alone.
   *
   * @param threads from 1 to 1,024
   * @return this trainer
   * @throws IllegalArgumentException if threads is not from 1 to 1,024
   */
  public Trainer threads(int threads) {
    this.threads = OptionalInt.of(Range.within(1, MAX_THREADS, "threads", threads));
    return this;
  }

  /**
   * Draws a {@linkplain Training#sample sample} before the first step and after every so many, and
   * keeps it, at most its first 1,000 characters. When there would be more than 65,536 characters
   * or 1,024 samples, every second sample goes and the interval between kept ones doubles. A run
   * that is {@linkplain #resume resumed} goes on with the intervals that it had, unless they are
   * set.
   *
   * @param every at least 1; steps
   * @param length at least 0; characters
   * @return this trainer
   * @throws IllegalArgumentException if every is below 1 or length is below 0
   */
  public Trainer samples(long every, int length) {
    Range.atLeast(1, "every", every);
    sampleEvery = OptionalLong.of(every);
    return samples(length);
  }

  /**
   * The same at the interval of the run that is {@linkplain #resuming resumed}, or else every
   * 10,000 steps.
   *
   * @param length at least 0; characters
   * @return this trainer
   * @throws IllegalArgumentException if length is below 0
   */
  public Trainer samples(int length) {
    sampleLength = OptionalInt.of(Range.atLeast(0, "length", length));
    return this;
  }

  /**
   * Draws no samples; a resumed run draws no more.
   *
   * @return this trainer
   */
  public Trainer noSamples() {
    sampleEvery = OptionalLong.of(0);
    return this;
  }

  /**
   * Adds a listener that gets each of the {@link #samples} when it is drawn, all of it. Several are
   * called in the order in which they were added.
   *
   * @param listener gets the run and the sample, from the thread that trains
   * @return this trainer
   */
  public Trainer onSample(BiConsumer<? super Training, ? super Sample> listener) {
    onSample.add(Objects.requireNonNull(listener, "listener"));
    return this;
  }

  /**
   * Adds a listener that is called before the first step and after every so many steps, from the
   * thread that trains. It may look, sample and {@linkplain Training#stop() stop}; none of that
   * changes what training does. Several listeners are called in the order in which they were added.
   *
   * @param steps at least 1
   * @param listener gets the run
   * @return this trainer
   * @throws IllegalArgumentException if steps is below 1
   */
  public Trainer every(long steps, Consumer<? super Training> listener) {
    Range.atLeast(1, "steps", steps);
    listeners.add(new Run.Listener(steps, Objects.requireNonNull(listener, "listener")));
    return this;
  }

  /**
   * Trains for a number of steps, as many times through the text as it takes.
   *
   * @param text in the vocabulary of the model, at least (sequenceLength + 1) batchSize characters
   * @param steps at least 0, and a multiple of localSteps if there are several shards; windows of
   *     the text to train on
   * @return what the run has come to, its best model and its last one
   * @throws IllegalArgumentException if steps is below 0 or not a multiple of localSteps, or for
   *     the reasons of {@link #start}
   * @throws TrainingDivergedException if the loss or a parameter is no longer finite
   * @throws IllegalStateException if there are rollbacks without a {@linkplain #checkpoint(Path,
   *     long) checkpoint}, if it is that of a run that has not ended or is still running, or if
   *     this trainer was made of a checkpoint
   * @throws UncheckedIOException if a checkpoint cannot be written
   */
  public TrainingResult train(EncodedText text, long steps) {
    Objects.requireNonNull(text, "text");
    return train(Read.of(text, this), steps);
  }

  /**
   * Trains for a number of steps on shards, as many as the {@linkplain Recipe#shards recipe} has;
   * otherwise like {@link #train(EncodedText, long)}, which cuts a text into shards itself.
   *
   * @param shards in the vocabulary of the model, each of at least (sequenceLength + 1) batchSize /
   *     shards characters
   * @param steps at least 0, and a multiple of localSteps if there are several shards; windows of
   *     each stream to train on
   * @return what the run has come to, its best model and its last one
   * @throws IllegalArgumentException if steps is below 0 or not a multiple of localSteps, if there
   *     are other shards than the recipe has, or for the reasons of {@link #start}
   * @throws TrainingDivergedException if the loss or a parameter is no longer finite
   * @throws IllegalStateException for the reasons of {@link #train(EncodedText, long)}
   * @throws UncheckedIOException if a checkpoint cannot be written
   */
  public TrainingResult train(Shards shards, long steps) {
    Objects.requireNonNull(shards, "shards");
    return train(Read.of(shards), steps);
  }

  private TrainingResult train(Read read, long steps) {
    Range.atLeast(0, "steps", steps);
    requireNew();
    Training training = prepare(read, plan());
    requireWholeRounds(steps);
    training.plan(steps);
    if (steps > 0) {
      training.recall();
    }
    try {
      return checkpoint.isPresent() ? trainWithCheckpoints(training, read) : trainWithout(training);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void requireWholeRounds(long steps) {
    if (steps % recipe.stepsOfRound() != 0) {
      throw new IllegalArgumentException(
          "steps is " + steps + ", must be a multiple of localSteps, " + recipe.localSteps());
    }
  }

  private TrainingResult trainWithout(Training training) throws IOException {
    if (rollbacks.orElse(0) > 0) {
      throw new IllegalStateException(
          "rollbacks is "
              + rollbacks.getAsInt()
              + ", and there is no checkpoint to go back to: name one");
    }
    return new Run(training, rounded(), Optional.empty()).begin();
  }

  private TrainingResult trainWithCheckpoints(Training training, Read read) throws IOException {
    try (Checkpoints checkpoints =
        new Checkpoints(checkpoint.orElseThrow(), read.identity(), heldOut, clock)) {
      checkpoints.requireFree();
      schedule(checkpoints, checkpointEvery.orElse(Checkpoints.PACED), rollbacks.orElse(0));
      return new Run(training, rounded(), Optional.of(checkpoints)).begin();
    }
  }

  private void schedule(Checkpoints checkpoints, long every, int maxRollbacks) {
    long interval =
        every == Checkpoints.PACED && maxRollbacks > 0 ? Checkpoints.ROLLBACK_STEPS : every;
    checkpoints.schedule(recipe.wholeRounds(interval), maxRollbacks);
  }

  private List<Run.Listener> rounded() {
    return listeners.stream()
        .map(it -> new Run.Listener(recipe.wholeRounds(it.every()), it.action()))
        .toList();
  }

  /**
   * Trains for a number of steps on a text in the model's vocabulary.
   *
   * @param text of symbols that the vocabulary has, at least (sequenceLength + 1) batchSize
   *     characters
   * @param steps at least 0; windows of the text to train on
   * @return what the run has come to, its best model and its last one
   * @throws UnknownSymbolException if the vocabulary does not have a symbol of the text
   * @throws IllegalArgumentException if steps is below 0, if the text has half a surrogate pair, or
   *     for the reasons of {@link #start}
   * @throws TrainingDivergedException if the loss or a parameter is no longer finite
   * @throws IllegalStateException for the reasons of {@link #train(EncodedText, long)}
   * @throws UncheckedIOException if a checkpoint cannot be written
   */
  public TrainingResult train(CharSequence text, long steps) {
    Objects.requireNonNull(text, "text");
    return train(model.vocab().encode(text), steps);
  }

  /**
   * Trains for a number of whole passes through the text; with several shards, to the end of the
   * round.
   *
   * @param text in the vocabulary of the model, at least (sequenceLength + 1) batchSize characters
   * @param epochs at least 0
   * @return what the run has come to, its best model and its last one
   * @throws IllegalArgumentException if epochs is below 0, or for the reasons of {@link #start}
   * @throws TrainingDivergedException if the loss or a parameter is no longer finite
   * @throws IllegalStateException for the reasons of {@link #train(EncodedText, long)}
   * @throws UncheckedIOException if a checkpoint cannot be written
   */
  public TrainingResult trainEpochs(EncodedText text, int epochs) {
    return train(text, recipe.wholeRounds(stepsOf(text, epochs)));
  }

  /**
   * Goes on from the checkpoint to the number of steps that its run was started for; otherwise like
   * {@link #resume(EncodedText, long)}.
   *
   * @param text the one that the run was started with
   * @return what the run has come to, with what it had come to before
   * @throws IllegalArgumentException for the reasons of {@link #resume(EncodedText, long)}
   * @throws IllegalStateException for the reasons of {@link #resume(EncodedText, long)}
   * @throws TrainingDivergedException if the loss or a parameter is no longer finite
   * @throws UncheckedIOException if a checkpoint cannot be read or written
   */
  public TrainingResult resume(EncodedText text) {
    Objects.requireNonNull(text, "text");
    return resume(Read.of(text, this), OptionalLong.empty());
  }

  /**
   * The same with shards.
   *
   * @param shards those that the run was started with
   * @return what the run has come to, with what it had come to before
   * @throws IllegalArgumentException for the reasons of {@link #resume(Shards, long)}
   * @throws IllegalStateException for the reasons of {@link #resume(EncodedText, long)}
   * @throws TrainingDivergedException if the loss or a parameter is no longer finite
   * @throws UncheckedIOException if a checkpoint cannot be read or written
   */
  public TrainingResult resume(Shards shards) {
    Objects.requireNonNull(shards, "shards");
    return resume(Read.of(shards), OptionalLong.empty());
  }

  /**
   * Goes on from the checkpoint that this trainer was {@linkplain #resuming made of}, or from what
   * has become of it since. The result is the same, to the last bit, as if the run had never
   * stopped. A listener is not called for the step at which the checkpoint was written, because it
   * was then.
   *
   * @param text the one that the run was started with
   * @param steps at least the checkpoint's step; how many there are to be in all
   * @return what the run has come to, with what it had come to before
   * @throws IllegalArgumentException if text, recipe or validation are not the run's, if steps is
   *     below the checkpoint's step, if a run with rollbacks is to go on in another file, or for
   *     the reasons of {@link #start}
   * @throws IllegalStateException if this trainer was not made of a checkpoint, or if a run that
   *     writes it is still running
   * @throws TrainingDivergedException if the loss or a parameter is no longer finite
   * @throws UncheckedIOException if a checkpoint cannot be read or written
   */
  public TrainingResult resume(EncodedText text, long steps) {
    Objects.requireNonNull(text, "text");
    return resume(Read.of(text, this), OptionalLong.of(steps));
  }

  /**
   * The same with shards.
   *
   * @param shards those that the run was started with
   * @param steps at least the checkpoint's step, and a multiple of localSteps; how many there are
   *     to be in all
   * @return what the run has come to, with what it had come to before
   * @throws IllegalArgumentException if steps is not a multiple of localSteps, or for the reasons
   *     of {@link #resume(EncodedText, long)}
   * @throws IllegalStateException for the reasons of {@link #resume(EncodedText, long)}
   * @throws TrainingDivergedException if the loss or a parameter is no longer finite
   * @throws UncheckedIOException if a checkpoint cannot be read or written
   */
  public TrainingResult resume(Shards shards, long steps) {
    Objects.requireNonNull(shards, "shards");
    return resume(Read.of(shards), OptionalLong.of(steps));
  }

  private TrainingResult resume(Read read, OptionalLong steps) {
    Path file =
        resumed.orElseThrow(
            () ->
                new IllegalStateException(
                    "this trainer begins new runs: Trainer.resuming(checkpoint) goes on"));
    try (Checkpoints checkpoints =
        new Checkpoints(checkpoint.orElse(file), read.identity(), heldOut, clock)) {
      Training training = restored(file, read, steps, checkpoints);
      return new Run(training, rounded(), Optional.of(checkpoints)).goOn();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Not part of resume, so that what was read does not stay in memory. */
  private Training restored(Path file, Read read, OptionalLong steps, Checkpoints checkpoints)
      throws IOException {
    CheckpointFile.State state = takeState(file);
    Header header = state.header();
    checkpoints.requireSame(file, state, model, recipe, plan());
    schedule(
        checkpoints,
        checkpointEvery.orElse(header.checkpointEvery),
        rollbacks.orElse(header.maxRollbacks));
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
    long planned = steps.orElse(header.plannedSteps);
    if (planned < header.step) {
      throw new IllegalArgumentException(
          "steps is " + planned + ", the checkpoint " + file + " is at step " + header.step);
    }
    Observations seen = state.observations();
    Observation.Plan plan =
        plan()
            .withSamples(
                recipe.wholeRounds(sampleEvery.orElse(seen.sampleEvery())),
                sampleLength.orElse(seen.sampleLength()));
    requireWholeRounds(planned);
    Training training = prepare(read, plan);
    training.restore(state, header.rollbacks);
    training.plan(planned);
    return training;
  }

  /** What was read when this trainer was made, unless the file has become another since. */
  private CheckpointFile.State takeState(Path file) throws IOException {
    Optional<CheckpointFile.State> state = read;
    read = Optional.empty();
    try {
      return state.isPresent() && CheckpointFile.isStill(file, state.get())
          ? state.get()
          : CheckpointFile.read(file);
    } catch (ModelFormatException e) {
      throw new ModelFormatException(file + " cannot be resumed: " + e.reason(), e.offset());
    }
  }

  private void requireNew() {
    if (resumed.isPresent()) {
      throw new IllegalStateException(
          "this trainer goes on from the checkpoint " + resumed.get() + ": call resume");
    }
  }

  /**
   * {@return how many steps so many passes through a text are} A pass is as many whole windows as
   * fit, each with the character that follows it: {@code (length / B - 1) / n}, both rounded down.
   *
   * @param text that may be trained on
   * @param epochs at least 0
   * @throws IllegalArgumentException if epochs is below 0
   */
  public long stepsOf(EncodedText text, int epochs) {
    Objects.requireNonNull(text, "text");
    Range.atLeast(0, "epochs", epochs);
    return epochs
        * new Streams(text.length(), recipe.sequenceLength(), recipe.batchSize()).stepsPerEpoch();
  }

  /**
   * Starts a run that the caller advances step by step. Only the listeners of {@link #onSample} are
   * called.
   *
   * @param text in the vocabulary of the model, at least (sequenceLength + 1) batchSize characters
   * @return the run, before its first step
   * @throws IllegalArgumentException if the text has fewer than (sequenceLength + 1) batchSize
   *     characters or another vocabulary than the model, if the model is of documents and the text
   *     does not begin and end with a boundary, if batchSize is not a multiple of shards or the
   *     text has nothing for one of them, or if training does not fit into the heap
   * @throws IllegalStateException if the held-out loss is to select or to end the run and there is
   *     no {@link #validation}, or if this trainer was made of a checkpoint
   * @throws TrainingDivergedException if the held-out loss is not finite
   */
  public Training start(EncodedText text) {
    Objects.requireNonNull(text, "text");
    requireNew();
    Training training = prepare(Read.of(text, this), plan());
    training.recall();
    training.observe();
    return training;
  }

  private Observation.Plan plan() {
    return new Observation.Plan(
        heldOut,
        validation(),
        bestBy,
        patience,
        recipe.wholeRounds(sampleEvery.orElse(sampleLength.isPresent() ? INTERVAL : 0)),
        sampleLength.orElse(0));
  }

  private Optional<Validation> validation() {
    long length = heldOut.stream().mapToLong(EncodedText::length).sum();
    return heldOut.isEmpty()
        ? Optional.empty()
        : Optional.of(new Validation(length, heldOut.size(), recipe.wholeRounds(validationEvery)));
  }

  /**
   * What is trained on.
   *
   * @param identity what a checkpoint has of it
   * @param lengths of each shard, or of the text alone
   * @param memory in bytes
   * @param steps gives what takes the steps of a run
   */
  private record Read(
      Supplier<Checkpoints.Text> identity,
      CharVocab vocab,
      List<Long> lengths,
      long memory,
      Stepper steps) {

    static Read of(EncodedText text, Trainer trainer) {
      Recipe recipe = trainer.recipe;
      if (recipe.shards() > 1) {
        trainer.model.requireSameVocab(text);
        return of(
            Shards.of(LocalShards.cut(text, recipe.shards(), trainer.model.documents())),
            trainer.memory(text));
      }
      return new Read(
          () -> new Checkpoints.Text(text.vocab(), text.length(), text.fingerprint()),
          text.vocab(),
          List.of(text.length()),
          trainer.memory(text),
          (model, its, parameters, crew) ->
              new TextSteps(model, text, its, model.seed(), parameters, crew));
    }

    static Read of(Shards shards) {
      return of(shards, 0);
    }

    private static Read of(Shards shards, long memory) {
      List<Long> lengths = List.copyOf(shards.lengths());
      CharVocab vocab = shards.vocab();
      long length = lengths.stream().mapToLong(it -> it).sum();
      return new Read(
          () -> new Checkpoints.Text(vocab, length, shards.fingerprint()),
          vocab,
          lengths,
          memory,
          (model, its, parameters, crew) ->
              new ShardSteps(
                  model,
                  shards instanceof LocalShards local ? local.with(crew) : shards,
                  its,
                  parameters));
    }
  }

  /** Makes what takes the steps of a run. */
  private interface Stepper {
    Steps of(VanillaRnn model, Recipe recipe, Parameters parameters, Crew crew);
  }

  private Training prepare(Read read, Observation.Plan plan) {
    requireHeldOut(bestBy == BestBy.VALIDATION, "the best model is to be selected by validation");
    requireHeldOut(patience > 0, "patience is " + patience);
    model.requireSameVocab(read.vocab());
    requireShards(read.lengths());
    int size = threads.orElseGet(() -> threadsThatPay(read.lengths().size()));
    requireMemory(read.memory(), Math.min(size, recipe.shards()));
    Crew crew = crews.apply(size);
    return new Training(
        model,
        recipe,
        plan,
        List.copyOf(onSample),
        parameters -> read.steps().of(model, recipe, parameters, crew),
        crew);
  }

  private int threadsThatPay(int shards) {
    return shards > 1
        ? Crew.sizeFor(shards)
        : Window.threadsThatPay(
            recipe.sequenceLength(), recipe.batchSize(), model.hiddenSize(), model.vocab().size());
  }

  private void requireShards(List<Long> lengths) {
    int shards = recipe.shards();
    if (lengths.size() != shards) {
      throw new IllegalArgumentException(
          "the recipe has shards " + shards + ", the text has " + lengths.size());
    }
    if (recipe.batchSize() % shards != 0) {
      throw new IllegalArgumentException(
          "batchSize is " + recipe.batchSize() + ", must be a multiple of shards, " + shards);
    }
    Recipe own = recipe.withBatchSize(recipe.batchSize() / shards);
    for (int i = 0; i < shards; i++) {
      requireLongEnough(own, lengths.get(i), shards == 1 ? "the text" : "shard " + (i + 1));
    }
  }

  /** Refuses a text that has not a window for every stream. */
  static void requireLongEnough(Recipe recipe, long length, String what) {
    int sequenceLength = recipe.sequenceLength();
    int batchSize = recipe.batchSize();
    long least = Streams.leastLength(sequenceLength, batchSize);
    if (length < least) {
      throw new IllegalArgumentException(
          "sequenceLength "
              + sequenceLength
              + (batchSize == 1 ? " needs" : " and batchSize " + batchSize + " need")
              + " at least "
              + least
              + " characters, "
              + what
              + " has "
              + length);
    }
  }

  private void requireMemory(long text, int atOnce) {
    int m = model.hiddenSize();
    int sequenceLength = recipe.sequenceLength();
    int batchSize = recipe.batchSize();
    String what =
        "training with hiddenSize "
            + m
            + ", sequenceLength "
            + sequenceLength
            + " and batchSize "
            + batchSize;
    int k = model.vocab().size();
    int memories = Update.memoriesPerParameter(recipe.optimizer());
    int streams = batchSize / recipe.shards();
    double others = text + atOnce * Update.work(recipe.optimizer(), m);
    Window.requireTrainable(
        what, sequenceLength, (long) streams * atOnce, m, k, memories, (long) others);
  }

  /** Of the text, and of its documents in another order. */
  private long memory(EncodedText text) {
    return model.documents().isPresent() ? 2 * text.memory() : text.memory();
  }

  private void requireHeldOut(boolean needed, String what) {
    if (needed && heldOut.isEmpty()) {
      throw new IllegalStateException(
          what + ", and there is no held-out text: give one to validation");
    }
  }
}
