package io.github.charrnn.internal;

import io.github.charrnn.BestBy;
import io.github.charrnn.CharVocab;
import io.github.charrnn.Documents;
import io.github.charrnn.Initializer;
import io.github.charrnn.LearningRate;
import io.github.charrnn.LearningRate.Decay;
import io.github.charrnn.Recipe;
import io.github.charrnn.TrainingSummary;
import io.github.charrnn.Validation;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/**
 * What a file says beside its tensors, as plain fields between the file's metadata and the classes
 * of the library; the table of fields has a row for each of them.
 */
public final class Header {
  /** What the models of files that do not say it were drawn from. */
  static final Initializer INITIALIZER = Initializer.normal(0.01);

  /** Parts of the metadata, each of which is there as a whole or not at all. */
  enum Section {
    /** In every file. */
    MODEL,
    /** Of a trained model, the recipe. */
    RECIPE,
    /** Of a trained model, the rest. */
    TRAINING,
    /** Of a model of whose text a part was held out. */
    VALIDATION,
    /** Of a checkpoint. */
    CHECKPOINT,
    /** Of a checkpoint of a run with a held-out text. */
    HELD_OUT
  }

  final Set<Section> sections = EnumSet.of(Section.MODEL);

  String checksum = ""; // of the file that this was read from
  private Optional<CharVocab> vocab = Optional.empty(); // until it is read
  public int hiddenSize;
  public long seed;
  public Initializer initializer = INITIALIZER;

  /** What the texts of the model are made of, unless each is one document. */
  public Optional<Documents> documents = Optional.empty();

  public Recipe recipe = Recipe.course();
  double finalLearningRate = Double.NaN; // while it is read
  long scheduleSteps;
  public int rollbacks;
  public long textLength;
  public long step;
  public double smoothLoss = Double.NaN;

  /** Read by the runs before this one. */
  public long earlierCharacters;

  /** Whether the model begins in another state than zero, which is a tensor. */
  public boolean startState;

  /** In nats per character from its start, of a model; NaN if it was not measured. */
  public double startLoss = Double.NaN;

  /** Characters held out, in all pieces together. */
  public long validationLength;

  /** How many pieces these are. */
  public int validationPieces = 1;

  /** After how many steps the model was measured, each time. */
  public long validationEvery;

  boolean validationSelects;
  boolean bestIsLast;

  /** The fingerprint of the text. */
  public String text = "";

  /** How many steps the run was started for. */
  public long plannedSteps;

  /** At which steps there are checkpoints; 0 if the clock says when. */
  public long checkpointEvery;

  /** How often the run may be rolled back. */
  public int maxRollbacks;

  /** Of the last window; NaN before the first step. */
  public double loss = Double.NaN;

  /** NaN before the first step. */
  public double bestSmoothLoss = Double.NaN;

  /** 0 before the first step. */
  public long bestStep;

  /** Nanoseconds spent in steps. */
  public long nanos;

  /** Steps that a point of the history stands for. */
  public long historyStride = 1;

  /** Steps since the last point. */
  public long historyPending;

  /** The sum of their losses, each divided by the stride. */
  public double historyPendingSum;

  long sampleEvery;
  int sampleLength;
  long sampleStride = 1;
  int samples;
  int sampleSymbols;

  String validationText = "";
  long validationStride = 1;
  int validationPoints;

  /** After how many held-out losses without a new best the run ends; 0 if that does not end it. */
  public int patience;

  long validationBestStep;
  double validationBestLoss = Double.NaN;
  double validationEndLoss = Double.NaN;

  Header() {}

  /** Of a model. */
  public Header(
      CharVocab vocab,
      int hiddenSize,
      long seed,
      Initializer initializer,
      Optional<TrainingSummary> training) {
    set(vocab);
    this.hiddenSize = hiddenSize;
    this.seed = seed;
    this.initializer = initializer;
    training.ifPresent(this::set);
  }

  void set(CharVocab read) {
    vocab = Optional.of(read);
  }

  private void set(TrainingSummary training) {
    sections.add(Section.RECIPE);
    sections.add(Section.TRAINING);
    recipe = training.recipe();
    rollbacks = training.rollbacks();
    textLength = training.textLength();
    step = training.step();
    smoothLoss = training.smoothLoss();
    earlierCharacters = training.earlierCharacters();
    validationSelects = training.bestBy() == BestBy.VALIDATION;
    bestIsLast = training.bestBy() == BestBy.LAST;
    training.validation().ifPresent(this::set);
  }

  private void set(Validation validation) {
    sections.add(Section.VALIDATION);
    validationLength = validation.length();
    validationPieces = validation.pieces();
    validationEvery = validation.every();
  }

  /** Completes a learning rate whose numbers were read. */
  void schedule(Decay decay) {
    LearningRate read = recipe.learningRate();
    recipe =
        recipe.withLearningRate(
            LearningRate.of(read.rate(), decay, finalLearningRate, scheduleSteps)
                .withWarmUp(read.warmUp()));
  }

  boolean has(Section section) {
    return sections.contains(section);
  }

  /** The number of the symbol before which the state is zero, or {@link Parameters#NONE}. */
  int boundary() {
    return documents.map(it -> vocab().symbolOf(it.boundary())).orElse(Parameters.NONE);
  }

  public CharVocab vocab() {
    return vocab.orElseThrow();
  }

  /** Whether the file is of a trained model, and says how. */
  public boolean isTrained() {
    return has(Section.TRAINING);
  }

  /** Whether a part of its text was held out. */
  public boolean isValidated() {
    return has(Section.VALIDATION);
  }

  /** What said which model was the run's best. */
  public BestBy bestBy() {
    if (bestIsLast) {
      return BestBy.LAST;
    }
    return validationSelects ? BestBy.VALIDATION : BestBy.SMOOTH;
  }

  /** The first step that may have the best model. */
  long leastBestStep() {
    return switch (bestBy()) {
      case SMOOTH -> Math.min(step, 1);
      case VALIDATION -> 0;
      case LAST -> step;
    };
  }

  /** A model may be of any text; a run that goes on needs a window of it for every stream. */
  long leastLength() {
    return has(Section.CHECKPOINT)
        ? Streams.leastLength(recipe.sequenceLength(), recipe.batchSize())
        : 2;
  }

  /** The place in every stream that has been read up to. */
  long position() {
    return new Streams(textLength, recipe.sequenceLength(), recipe.batchSize()).read(step);
  }

  /** How many points the history has. */
  long points() {
    return (step - historyPending) / historyStride;
  }
}
