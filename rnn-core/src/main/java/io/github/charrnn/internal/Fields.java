package io.github.charrnn.internal;

import static io.github.charrnn.internal.Field.hash;
import static io.github.charrnn.internal.Field.name;
import static io.github.charrnn.internal.Field.real;
import static io.github.charrnn.internal.Field.text;
import static io.github.charrnn.internal.Field.whole;
import static io.github.charrnn.internal.Header.Section.CHECKPOINT;
import static io.github.charrnn.internal.Header.Section.HELD_OUT;
import static io.github.charrnn.internal.Header.Section.MODEL;
import static io.github.charrnn.internal.Header.Section.RECIPE;
import static io.github.charrnn.internal.Header.Section.TRAINING;
import static io.github.charrnn.internal.Header.Section.VALIDATION;

import io.github.charrnn.CharVocab;
import io.github.charrnn.Clip;
import io.github.charrnn.Documents;
import io.github.charrnn.Initializer;
import io.github.charrnn.LearningRate;
import io.github.charrnn.LearningRate.Decay;
import io.github.charrnn.LossHistory;
import io.github.charrnn.ModelFormatException;
import io.github.charrnn.Optimizer;
import io.github.charrnn.Recipe;
import io.github.charrnn.internal.Header.Section;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/**
 * The table of all keys that a file's metadata may have: it drives writing, reading, refusal, and
 * the test of every range.
 *
 * <p>How it grows: a key of version 1 is always written; a later key only where its value is not
 * what files without it mean; and a file's {@code formatVersion} is that of the latest key that is
 * in it. So the files of classic settings stay as they were, byte for byte.
 */
final class Fields {
  /** The latest version of any key. */
  static final int VERSION = 5;

  private static final String FORMAT = "charrnn";
  private static final String FORMAT_KEY = "format";
  private static final String VERSION_KEY = "formatVersion";
  private static final String CHECKPOINT_KEY = "plannedSteps";
  private static final String VOCABULARY =
      "from 2 to " + CharVocab.MAX_SIZE + " different symbols in ascending order";
  private static final Range ANY = new Range("a number", x -> true);
  private static final long MAX_STRIDE = 1L << 49;

  /** In the order in which a file has them. */
  static final List<Field> ALL =
      List.of(
          text(MODEL, FORMAT_KEY, "\"" + FORMAT + "\"", FORMAT::equals, h -> FORMAT, (h, x) -> {}),
          whole(MODEL, VERSION_KEY, 1, VERSION, Fields::version, (h, x) -> {})
              .implied(Fields::version),
          hash(MODEL, Safetensors.CHECKSUM, h -> Safetensors.NO_CHECKSUM, (h, x) -> h.checksum = x),
          text(
              MODEL,
              "vocabulary",
              VOCABULARY,
              Fields::isVocabulary,
              h -> h.vocab().symbols(),
              (h, x) -> h.set(CharVocab.of(x.codePoints().toArray()))),
          whole(
              MODEL,
              "hiddenSize",
              1,
              Parameters.MAX_HIDDEN_SIZE,
              h -> h.hiddenSize,
              (h, x) -> h.hiddenSize = (int) x),
          text(
                  MODEL,
                  "delimiter",
                  "at most " + Documents.LONGEST + " characters",
                  Fields::isDelimiter,
                  h -> h.documents.orElseThrow().delimiter(),
                  (h, x) -> h.documents = Optional.of(Documents.delimitedBy(x)))
              .since(3, h -> h.documents.isEmpty())
              .must(
                  "one whose boundary is in the vocabulary",
                  h -> h.documents.isEmpty() || h.boundary() >= 0),
          whole(MODEL, "seed", Long.MIN_VALUE, Long.MAX_VALUE, h -> h.seed, (h, x) -> h.seed = x),
          name(MODEL, "generator", List.of(Xoshiro256.NAME), h -> Xoshiro256.NAME, (h, x) -> {}),
          name(
                  MODEL,
                  "initializer",
                  Initializer.names(),
                  h -> h.initializer.name(),
                  (h, x) -> h.initializer = Initializer.named(x))
              .since(3, h -> h.initializer instanceof Initializer.Normal),
          real(
                  MODEL,
                  "initialDeviation",
                  Range.AT_LEAST_ZERO_AND_FINITE,
                  h -> ((Initializer.Normal) h.initializer).deviation(),
                  (h, x) -> h.initializer = Initializer.normal(x))
              .since(
                  2,
                  h ->
                      !(h.initializer instanceof Initializer.Normal)
                          || h.initializer.equals(Header.INITIALIZER)),
          ofW(
              "initialGain",
              Range.ABOVE_ZERO_AND_FINITE,
              Initializer.OfW::gain,
              (it, x) -> it.with(x, it.inputDeviation(), it.outputDeviation())),
          ofW(
              "inputDeviation",
              Range.AT_LEAST_ZERO_AND_FINITE,
              Initializer.OfW::inputDeviation,
              (it, x) -> it.with(it.gain(), x, it.outputDeviation())),
          ofW(
              "outputDeviation",
              Range.AT_LEAST_ZERO_AND_FINITE,
              Initializer.OfW::outputDeviation,
              (it, x) -> it.with(it.gain(), it.inputDeviation(), x)),
          whole(
              RECIPE,
              "sequenceLength",
              1,
              Integer.MAX_VALUE,
              h -> h.recipe.sequenceLength(),
              (h, x) -> h.recipe = h.recipe.withSequenceLength((int) x)),
          whole(
              RECIPE,
              "batchSize",
              1,
              Integer.MAX_VALUE,
              h -> h.recipe.batchSize(),
              (h, x) -> h.recipe = h.recipe.withBatchSize((int) x)),
          whole(
                  RECIPE,
                  "resetEvery",
                  1,
                  Integer.MAX_VALUE,
                  h -> h.recipe.resetEvery(),
                  (h, x) -> h.recipe = h.recipe.withResetEvery((int) x))
              .since(3, h -> h.recipe.resetEvery() == 0),
          whole(
                  RECIPE,
                  "shards",
                  2,
                  Integer.MAX_VALUE,
                  h -> h.recipe.shards(),
                  (h, x) -> h.recipe = h.recipe.withShards((int) x))
              .since(3, h -> h.recipe.shards() == 1)
              .must("a divisor of batchSize", h -> h.recipe.batchSize() % h.recipe.shards() == 0),
          whole(
                  RECIPE,
                  "localSteps",
                  2,
                  Recipe.MOST_LOCAL_STEPS,
                  h -> h.recipe.localSteps(),
                  (h, x) -> h.recipe = h.recipe.withLocalSteps((int) x))
              .since(3, h -> h.recipe.localSteps() == 1),
          real(
              RECIPE,
              "learningRate",
              Range.ABOVE_ZERO_AND_FINITE,
              h -> h.recipe.learningRate().rate(),
              (h, x) -> h.recipe = h.recipe.withLearningRate(LearningRate.constant(x))),
          whole(
                  RECIPE,
                  "warmUp",
                  1,
                  Long.MAX_VALUE,
                  h -> h.recipe.learningRate().warmUp(),
                  (h, x) ->
                      h.recipe = h.recipe.withLearningRate(h.recipe.learningRate().withWarmUp(x)))
              .since(3, h -> h.recipe.learningRate().warmUp() == 0),
          real(
                  RECIPE,
                  "finalLearningRate",
                  Range.AT_LEAST_ZERO_AND_FINITE,
                  h -> h.recipe.learningRate().end(),
                  (h, x) -> h.finalLearningRate = x)
              .since(3, Fields::isConstant),
          whole(
                  RECIPE,
                  "scheduleSteps",
                  1,
                  Long.MAX_VALUE,
                  h -> h.recipe.learningRate().steps(),
                  (h, x) -> h.scheduleSteps = x)
              .since(3, Fields::isConstant),
          name(
                  RECIPE,
                  "schedule",
                  Decay.names(),
                  h -> h.recipe.learningRate().decay().toString(),
                  (h, x) -> h.schedule(Decay.named(x)))
              .since(3, Fields::isConstant),
          whole(
              TRAINING,
              "rollbacks",
              0,
              Integer.MAX_VALUE,
              h -> h.rollbacks,
              (h, x) -> h.rollbacks = (int) x),
          real(
              RECIPE,
              "clip",
              Range.ABOVE_ZERO,
              h -> h.recipe.clip().bound(),
              (h, x) -> h.recipe = h.recipe.withClip(Clip.value(x))),
          name(
                  RECIPE,
                  "clipBy",
                  List.of("norm"),
                  h -> "norm",
                  (h, x) -> h.recipe = h.recipe.withClip(Clip.norm(h.recipe.clip().bound())))
              .since(3, h -> h.recipe.clip() instanceof Clip.Value),
          name(
              RECIPE,
              "optimizer",
              Optimizer.names(),
              h -> h.recipe.optimizer().name(),
              (h, x) -> h.recipe = h.recipe.withOptimizer(Optimizer.named(x))),
          optimizer(
              3,
              "initialAccumulator",
              Range.ABOVE_ZERO_AND_FINITE,
              Optimizer.AdaGrad.class,
              Optimizer.AdaGrad::initialAccumulator,
              (it, x) -> Optimizer.adaGrad(x),
              it -> it.initialAccumulator() == 0),
          optimizer(
              3,
              "momentum",
              Range.ABOVE_ZERO_AND_BELOW_ONE,
              Optimizer.Sgd.class,
              Optimizer.Sgd::momentum,
              (it, x) -> Optimizer.sgd(x),
              it -> it.momentum() == 0),
          optimizer(
              3,
              "decay",
              Range.AT_LEAST_ZERO_AND_BELOW_ONE,
              Optimizer.RmsProp.class,
              Optimizer.RmsProp::decay,
              (it, x) -> Optimizer.rmsProp(x),
              it -> false),
          optimizer(
              3,
              "beta1",
              Range.AT_LEAST_ZERO_AND_BELOW_ONE,
              Optimizer.OfMoments.class,
              Optimizer.OfMoments::beta1,
              (it, x) -> it.withMoments(x, it.beta2(), it.weightDecay()),
              it -> false),
          optimizer(
              3,
              "beta2",
              Range.AT_LEAST_ZERO_AND_BELOW_ONE,
              Optimizer.OfMoments.class,
              Optimizer.OfMoments::beta2,
              (it, x) -> it.withMoments(it.beta1(), x, it.weightDecay()),
              it -> false),
          optimizer(
              4,
              "weightDecay",
              Range.ABOVE_ZERO_AND_BELOW_ONE,
              Optimizer.OfMoments.class,
              Optimizer.OfMoments::weightDecay,
              (it, x) -> it.withMoments(it.beta1(), it.beta2(), x),
              it -> it.weightDecay() == 0),
          optimizer(
              5,
              "inputRate",
              Range.ABOVE_ZERO_AND_FINITE,
              Optimizer.Shampoo.class,
              Optimizer.Shampoo::inputRate,
              (it, x) -> it.withRates(x, it.outputRate()),
              it -> false),
          optimizer(
              5,
              "outputRate",
              Range.ABOVE_ZERO_AND_FINITE,
              Optimizer.Shampoo.class,
              Optimizer.Shampoo::outputRate,
              (it, x) -> it.withRates(it.inputRate(), x),
              it -> false),
          whole(
                  TRAINING,
                  "textLength",
                  2,
                  Long.MAX_VALUE,
                  h -> h.textLength,
                  (h, x) -> h.textLength = x)
              .between(Header::leastLength, h -> Long.MAX_VALUE),
          whole(TRAINING, "step", 0, Long.MAX_VALUE, h -> h.step, (h, x) -> h.step = x),
          real(TRAINING, "smoothLoss", ANY, h -> h.smoothLoss, (h, x) -> h.smoothLoss = x)
              .must("finite, or NaN at step 0", h -> isLoss(h.smoothLoss, h.step)),
          whole(
                  TRAINING,
                  "earlierCharacters",
                  1,
                  Long.MAX_VALUE,
                  h -> h.earlierCharacters,
                  (h, x) -> h.earlierCharacters = x)
              .since(3, h -> h.earlierCharacters == 0),
          name(TRAINING, "bestBy", List.of("last"), h -> "last", (h, x) -> h.bestIsLast = true)
              .since(3, h -> !h.bestIsLast),
          whole( // here and not above, where the files of version 3 have it
                  MODEL,
                  "startState",
                  0,
                  1,
                  h -> (h.startState ? 1 : 0),
                  (h, x) -> h.startState = x == 1)
              .since(3, h -> !h.startState),
          real(
                  TRAINING,
                  "startLoss",
                  Range.AT_LEAST_ZERO_AND_FINITE,
                  h -> h.startLoss,
                  (h, x) -> h.startLoss = x)
              .since(3, h -> !Double.isFinite(h.startLoss) || h.has(CHECKPOINT)),
          whole(
              VALIDATION,
              "validationLength",
              2,
              Long.MAX_VALUE,
              h -> h.validationLength,
              (h, x) -> h.validationLength = x),
          whole(
                  VALIDATION,
                  "validationPieces",
                  2,
                  Integer.MAX_VALUE,
                  h -> h.validationPieces,
                  (h, x) -> h.validationPieces = (int) x)
              .since(3, h -> h.validationPieces == 1)
              .must(
                  "at most half of validationLength",
                  h -> h.validationPieces <= h.validationLength / 2),
          whole(
                  VALIDATION,
                  "validationEvery",
                  1,
                  Long.MAX_VALUE,
                  h -> h.validationEvery,
                  (h, x) -> h.validationEvery = x)
              .must(
                  "no divisor of step where there is a validationEndLoss",
                  h -> Double.isNaN(h.validationEndLoss) || h.step % h.validationEvery != 0),
          whole(
                  VALIDATION,
                  "validationSelects",
                  0,
                  1,
                  h -> (h.validationSelects ? 1 : 0),
                  (h, x) -> h.validationSelects = x == 1)
              .must("0 where bestBy is last", h -> !(h.validationSelects && h.bestIsLast)),
          hash(CHECKPOINT, "text", h -> h.text, (h, x) -> h.text = x),
          whole(
                  CHECKPOINT,
                  "plannedSteps",
                  0,
                  Long.MAX_VALUE,
                  h -> h.plannedSteps,
                  (h, x) -> h.plannedSteps = x)
              .between(h -> h.step, h -> Long.MAX_VALUE),
          whole(
                  CHECKPOINT,
                  "checkpointEvery",
                  0,
                  Long.MAX_VALUE,
                  h -> h.checkpointEvery,
                  (h, x) -> h.checkpointEvery = x)
              .between(h -> Math.min(h.maxRollbacks, 1), h -> Long.MAX_VALUE),
          whole(
              CHECKPOINT,
              "maxRollbacks",
              0,
              Integer.MAX_VALUE,
              h -> h.maxRollbacks,
              (h, x) -> h.maxRollbacks = (int) x),
          whole(CHECKPOINT, "position", 0, Long.MAX_VALUE, h -> h.position(), (h, x) -> {})
              .implied(Header::position),
          real(CHECKPOINT, "loss", ANY, h -> h.loss, (h, x) -> h.loss = x)
              .must("finite, or NaN at step 0", h -> isLoss(h.loss, h.step)),
          real(
                  CHECKPOINT,
                  "bestSmoothLoss",
                  ANY,
                  h -> h.bestSmoothLoss,
                  (h, x) -> h.bestSmoothLoss = x)
              .must("finite, or NaN at step 0", h -> isLoss(h.bestSmoothLoss, h.bestStep)),
          whole(
                  CHECKPOINT,
                  "bestStep",
                  0,
                  Long.MAX_VALUE,
                  h -> h.bestStep,
                  (h, x) -> h.bestStep = x)
              .between(Header::leastBestStep, h -> h.step),
          whole(CHECKPOINT, "nanos", 0, Long.MAX_VALUE, h -> h.nanos, (h, x) -> h.nanos = x),
          whole(
                  CHECKPOINT,
                  "historyStride",
                  1,
                  MAX_STRIDE,
                  h -> h.historyStride,
                  (h, x) -> h.historyStride = x)
              .must("a power of two that goes with the step", Fields::historyFits),
          whole(
                  CHECKPOINT,
                  "historyPending",
                  0,
                  Long.MAX_VALUE,
                  h -> h.historyPending,
                  (h, x) -> h.historyPending = x)
              .between(h -> 0, h -> h.historyStride - 1),
          real(
                  CHECKPOINT,
                  "historyPendingSum",
                  ANY,
                  h -> h.historyPendingSum,
                  (h, x) -> h.historyPendingSum = x)
              .must(
                  "finite, and 0 when nothing is pending",
                  h ->
                      h.historyPending == 0
                          ? h.historyPendingSum == 0
                          : Double.isFinite(h.historyPendingSum)),
          whole(
              CHECKPOINT,
              "sampleEvery",
              0,
              Long.MAX_VALUE,
              h -> h.sampleEvery,
              (h, x) -> h.sampleEvery = x),
          whole(
              CHECKPOINT,
              "sampleLength",
              0,
              Integer.MAX_VALUE,
              h -> h.sampleLength,
              (h, x) -> h.sampleLength = (int) x),
          whole(
              CHECKPOINT,
              "sampleStride",
              1,
              Long.MAX_VALUE,
              h -> h.sampleStride,
              (h, x) -> h.sampleStride = x),
          whole(
              CHECKPOINT,
              "samples",
              0,
              Observations.MAX_SAMPLES,
              h -> h.samples,
              (h, x) -> h.samples = (int) x),
          whole(
                  CHECKPOINT,
                  "sampleSymbols",
                  0,
                  Integer.MAX_VALUE,
                  h -> h.sampleSymbols,
                  (h, x) -> h.sampleSymbols = (int) x)
              .between(h -> 0, h -> (long) h.samples * Observations.MAX_SAMPLE_LENGTH),
          hash(HELD_OUT, "validationText", h -> h.validationText, (h, x) -> h.validationText = x),
          whole(
              HELD_OUT,
              "validationStride",
              1,
              Long.MAX_VALUE,
              h -> h.validationStride,
              (h, x) -> h.validationStride = x),
          whole(
              HELD_OUT,
              "validationPoints",
              0,
              Observations.MAX_POINTS,
              h -> h.validationPoints,
              (h, x) -> h.validationPoints = (int) x),
          whole(
                  HELD_OUT,
                  "validationBestStep",
                  0,
                  Long.MAX_VALUE,
                  h -> h.validationBestStep,
                  (h, x) -> h.validationBestStep = x)
              .between(h -> 0, h -> h.step),
          real(
                  HELD_OUT,
                  "validationBestLoss",
                  ANY,
                  h -> h.validationBestLoss,
                  (h, x) -> h.validationBestLoss = x)
              .must(
                  "at least 0 and finite, or NaN if there is none",
                  h ->
                      Range.AT_LEAST_ZERO_AND_FINITE.holds().test(h.validationBestLoss)
                          || (Double.isNaN(h.validationBestLoss) && h.validationBestStep == 0)),
          real(
                  HELD_OUT,
                  "validationEndLoss",
                  Range.AT_LEAST_ZERO_AND_FINITE,
                  h -> h.validationEndLoss,
                  (h, x) -> h.validationEndLoss = x)
              .since(3, h -> Double.isNaN(h.validationEndLoss)),
          whole(
                  HELD_OUT,
                  "validationPatience",
                  1,
                  Integer.MAX_VALUE,
                  h -> h.patience,
                  (h, x) -> h.patience = (int) x)
              .since(3, h -> h.patience == 0));

  private Fields() {}

  /** A number of an initializer that draws W in its own way. */
  private static Field ofW(
      String key,
      Range range,
      ToDoubleFunction<Initializer.OfW> get,
      BiFunction<Initializer.OfW, Double, Initializer> with) {
    return real(
            MODEL,
            key,
            range,
            h -> get.applyAsDouble((Initializer.OfW) h.initializer),
            (h, x) -> {
              if (h.initializer instanceof Initializer.OfW it) {
                h.initializer = with.apply(it, x);
              }
            })
        .since(3, h -> !(h.initializer instanceof Initializer.OfW));
  }

  /**
   * A number of an optimizer.
   *
   * @param isDefault whether the number is that of files which do not say it
   */
  private static <T extends Optimizer> Field optimizer(
      int since,
      String key,
      Range range,
      Class<T> kind,
      ToDoubleFunction<T> get,
      BiFunction<T, Double, Optimizer> with,
      Predicate<T> isDefault) {
    return real(
            RECIPE,
            key,
            range,
            h -> get.applyAsDouble(kind.cast(h.recipe.optimizer())),
            (h, x) -> {
              if (kind.isInstance(h.recipe.optimizer())) {
                h.recipe = h.recipe.withOptimizer(with.apply(kind.cast(h.recipe.optimizer()), x));
              }
            })
        .since(
            since,
            h ->
                !kind.isInstance(h.recipe.optimizer())
                    || isDefault.test(kind.cast(h.recipe.optimizer())));
  }

  private static boolean isConstant(Header header) {
    return header.recipe.learningRate().decay() == Decay.CONSTANT;
  }

  // Writing

  /** What a file says beside its tensors, but for the checksum. */
  static Metadata write(Header header) {
    Metadata metadata = new Metadata();
    for (Field field : ALL) {
      if (header.has(field.section()) && field.isWritten(header)) {
        metadata.put(field.key, field.value(header));
      }
    }
    return metadata;
  }

  /** The version of the latest key that a file with this header has. */
  private static long version(Header header) {
    return ALL.stream()
        .filter(field -> header.has(field.section()) && field.isWritten(header))
        .mapToLong(Field::since)
        .max()
        .orElseThrow();
  }

  // Reading

  /**
   * Takes in what a file says beside its tensors.
   *
   * @throws ModelFormatException if a key is missing or unknown, or a value is not in its range or
   *     does not go with the others
   */
  static Header read(Metadata metadata) throws ModelFormatException {
    requireKnownFormat(metadata);
    Header header = new Header();
    find(header, metadata);
    List<Field> fields = ALL.stream().filter(field -> header.has(field.section())).toList();
    metadata.requireOnly(fields.stream().map(field -> field.key).collect(Collectors.toSet()));
    for (Field field : fields) {
      field.read(metadata, header);
    }
    for (Field field : fields) {
      field.checkRange(metadata, header);
    }
    for (Field field : fields) {
      field.checkCondition(metadata, header);
    }
    return header;
  }

  private static void requireKnownFormat(Metadata metadata) throws ModelFormatException {
    if (!metadata.has(FORMAT_KEY) || !metadata.text(FORMAT_KEY).equals(FORMAT)) {
      throw Safetensors.wrong(
          "not a model of this library: its metadata has no format \""
              + FORMAT
              + "\": rnn import makes a model of weights that another program has written");
    }
    long version = metadata.integer(VERSION_KEY, 1, Long.MAX_VALUE);
    if (version > VERSION) {
      throw Safetensors.wrong(
          "the model's format version is "
              + version
              + ", this library reads up to "
              + VERSION
              + ": use a newer one");
    }
  }

  /** Finds out which parts there are. */
  private static void find(Header header, Metadata metadata) throws ModelFormatException {
    boolean validated = hasAny(metadata, Set.of(VALIDATION));
    boolean trained = validated || hasAny(metadata, Set.of(RECIPE, TRAINING));
    boolean checkpoint = metadata.has(CHECKPOINT_KEY);
    if (checkpoint && !trained) {
      throw Safetensors.wrong("the checkpoint has no training settings");
    }
    if (trained) {
      header.sections.addAll(List.of(RECIPE, TRAINING));
    }
    if (validated) {
      header.sections.add(VALIDATION);
    }
    if (checkpoint) {
      header.sections.add(CHECKPOINT);
    }
    if (checkpoint && validated) {
      header.sections.add(HELD_OUT);
    }
  }

  private static boolean hasAny(Metadata metadata, Collection<Section> sections) {
    return ALL.stream()
        .anyMatch(field -> sections.contains(field.section()) && metadata.has(field.key));
  }

  // What values must be

  private static boolean isVocabulary(String symbols) {
    int[] codePoints = symbols.codePoints().toArray();
    for (int i = 1; i < codePoints.length; i++) {
      if (codePoints[i] <= codePoints[i - 1]) {
        return false;
      }
    }
    return codePoints.length >= 2 && codePoints.length <= CharVocab.MAX_SIZE;
  }

  private static boolean isDelimiter(String delimiter) {
    return delimiter.codePointCount(0, delimiter.length()) <= Documents.LONGEST;
  }

  private static boolean isLoss(double loss, long step) {
    return step == 0 ? Double.isNaN(loss) : Double.isFinite(loss);
  }

  private static boolean historyFits(Header h) {
    long points = h.points();
    return Long.bitCount(h.historyStride) == 1
        && points * h.historyStride + h.historyPending == h.step
        && (points < LossHistory.MAX_SIZE
            || (points == LossHistory.MAX_SIZE && h.historyPending == 0));
  }
}
