package io.github.charrnn.internal;

import io.github.charrnn.LossHistory;
import io.github.charrnn.ModelFormatException;
import io.github.charrnn.Optimizer;
import io.github.charrnn.TrainingSummary;
import io.github.charrnn.Validation;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The checkpoint: a {@linkplain ModelFile model file} of the parameters as they stand, with all
 * else that training needs to go on as if it had never stopped.
 *
 * <p>More tensors: {@code memory.U} to {@code memory.c}, AdaGrad's sums of squares, not there with
 * another optimizer; {@code best.U} to {@code best.c}, not there while the parameters as they stand
 * are the best; {@code state} (B, m), the hidden state of each stream; {@code history.loss} and
 * {@code history.smoothLoss} (points). More metadata: {@code text}, the fingerprint of the text;
 * {@code plannedSteps}; {@code position}, of the next window in each stream; {@code loss}; {@code
 * bestSmoothLoss}; {@code bestStep}; {@code nanos}, spent in steps; {@code historyStride}, {@code
 * historyPending}, {@code historyPendingSum}. {@link Observations} has its own. There is no random
 * state: training draws nothing, and samples are drawn from seeds.
 */
public final class CheckpointFile {
  private static final Set<String> KEYS =
      Set.of(
          "text",
          "plannedSteps",
          "checkpointEvery",
          "maxRollbacks",
          "position",
          "loss",
          "bestSmoothLoss",
          "bestStep",
          "nanos",
          "historyStride",
          "historyPending",
          "historyPendingSum");

  private static final Set<String> ALL_KEYS =
      Stream.of(KEYS, Observations.KEYS)
          .flatMap(Collection::stream)
          .collect(Collectors.toUnmodifiableSet());

  private static final Set<String> VALIDATED_KEYS =
      Stream.of(ALL_KEYS, Observations.VALIDATION_KEYS)
          .flatMap(Collection::stream)
          .collect(Collectors.toUnmodifiableSet());

  /**
   * Where training stands.
   *
   * @param model the parameters as they stand, and the settings, with which the summary is present
   * @param memory AdaGrad's sums of squares; of hidden size 0 with another optimizer
   * @param best of hidden size 0 if the parameters as they stand are the best
   * @param hidden (B, m), the states that the next window starts from
   * @param losses (points)
   * @param smoothLosses (points)
   */
  @SuppressWarnings("ArrayRecordComponent") // nobody compares states
  public record State(
      ModelFile.Model model,
      Progress progress,
      Parameters memory,
      Parameters best,
      double[] hidden,
      double[] losses,
      double[] smoothLosses,
      Observations observations) {

    private State with(Observations seen) {
      return new State(model, progress, memory, best, hidden, losses, smoothLosses, seen);
    }
  }

  /**
   * The numbers of a state.
   *
   * @param text the fingerprint of the text
   * @param plannedSteps how many steps the run was started for
   * @param checkpointEvery at which steps there are checkpoints, 0 if the clock says when
   * @param maxRollbacks how often the run may be rolled back
   * @param position of the next window in each stream
   * @param loss of the last window; NaN before the first step
   * @param bestSmoothLoss NaN before the first step
   * @param bestStep 0 before the first step
   * @param nanos spent in steps
   * @param historyStride steps that a point of the history stands for
   * @param historyPending steps since the last point
   * @param historyPendingSum the sum of their losses, each divided by the stride
   */
  public record Progress(
      String text,
      long plannedSteps,
      long checkpointEvery,
      int maxRollbacks,
      long position,
      double loss,
      double bestSmoothLoss,
      long bestStep,
      long nanos,
      long historyStride,
      long historyPending,
      double historyPendingSum) {}

  /** What a checkpoint says before its numbers are read. */
  record Description(
      ModelFile.Description model,
      TrainingSummary summary,
      Progress progress,
      int points,
      Observations.Counts counts) {

    boolean hasMemory() {
      return summary.optimizer() == Optimizer.ADAGRAD;
    }

    boolean hasBest() {
      return progress.bestStep() != summary.step();
    }

    Map<String, List<Long>> shapes() {
      long m = model.hiddenSize();
      long k = model.vocab().size();
      Map<String, List<Long>> shapes = new LinkedHashMap<>(ModelFile.shapes("", m, k));
      if (hasMemory()) {
        shapes.putAll(ModelFile.shapes("memory.", m, k));
      }
      if (hasBest()) {
        shapes.putAll(ModelFile.shapes("best.", m, k));
      }
      shapes.put("state", List.of((long) summary.batchSize(), m));
      shapes.put("history.loss", List.of((long) points));
      shapes.put("history.smoothLoss", List.of((long) points));
      shapes.putAll(counts.shapes());
      return shapes;
    }
  }

  private static final Observations NOTHING =
      new Observations(0, 0, 1, List.of(), Optional.empty(), 1, List.of(), Optional.empty());

  private CheckpointFile() {}

  /**
   * Replaces a checkpoint.
   *
   * @throws IOException if that fails; then it is as it was
   */
  public static void write(SafeFile file, State state) throws IOException {
    Progress progress = state.progress();
    Metadata metadata =
        ModelFile.metadata(state.model())
            .put("text", progress.text())
            .put("plannedSteps", progress.plannedSteps())
            .put("checkpointEvery", progress.checkpointEvery())
            .put("maxRollbacks", progress.maxRollbacks())
            .put("position", progress.position())
            .put("loss", progress.loss())
            .put("bestSmoothLoss", progress.bestSmoothLoss())
            .put("bestStep", progress.bestStep())
            .put("nanos", progress.nanos())
            .put("historyStride", progress.historyStride())
            .put("historyPending", progress.historyPending())
            .put("historyPendingSum", progress.historyPendingSum());
    Observations observations = state.observations();
    observations.putInto(metadata);
    Safetensors.write(file, metadata, tensors(state, observations.tensors(state.model().vocab())));
  }

  /**
   * Reads a checkpoint.
   *
   * @throws ModelFormatException if the file is no checkpoint, or not exactly what {@link #write}
   *     writes
   * @throws IllegalArgumentException if it does not fit into the heap
   */
  public static State read(Path file) throws IOException {
    try (Safetensors in = Safetensors.open(file)) {
      Metadata metadata = in.metadata();
      ModelFile.Description model = ModelFile.describe(metadata);
      if (!isCheckpoint(metadata)) {
        throw Safetensors.wrong(
            "a model, but no checkpoint: training cannot go on from it exactly");
      }
      return read(in, model, file);
    }
  }

  static State read(Safetensors in, ModelFile.Description model, Path file) throws IOException {
    Description checkpoint = describe(model, in.metadata());
    in.requireTensors(checkpoint.shapes());
    int m = model.hiddenSize();
    int k = model.vocab().size();
    int streams = checkpoint.summary().batchSize();
    String what = "the checkpoint " + file;
    double others = 2.0 * Parameters.count(m, k) + (double) streams * m;
    Memory.require(Double.BYTES * (Parameters.count(m, k) + others), what);
    Memory.requireArray((double) streams * m, what);
    State state =
        new State(
            model.with(Parameters.allocate(m, k, what)),
            checkpoint.progress(),
            checkpoint.hasMemory() ? Parameters.allocate(m, k, what) : new Parameters(0, 0),
            checkpoint.hasBest() ? Parameters.allocate(m, k, what) : new Parameters(0, 0),
            new double[streams * m],
            new double[checkpoint.points()],
            new double[checkpoint.points()],
            NOTHING);
    Observations.Numbers numbers = Observations.Numbers.allocate(checkpoint.counts());
    in.read(tensors(state, numbers.tensors()));
    requirePossible(state);
    return state.with(numbers.decode(in.metadata(), model.vocab(), checkpoint.summary().step()));
  }

  static boolean isCheckpoint(Metadata metadata) {
    return metadata.has("plannedSteps");
  }

  private static List<Safetensors.Tensor> tensors(
      State state, List<Safetensors.Tensor> observations) {
    List<Safetensors.Tensor> tensors =
        new ArrayList<>(ModelFile.tensors("", state.model().parameters()));
    if (state.memory().hiddenSize > 0) {
      tensors.addAll(ModelFile.tensors("memory.", state.memory()));
    }
    if (state.best().hiddenSize > 0) {
      tensors.addAll(ModelFile.tensors("best.", state.best()));
    }
    int m = state.model().parameters().hiddenSize;
    int streams = state.hidden().length / m;
    tensors.add(Safetensors.Tensor.matrix("state", streams, m, state.hidden()));
    tensors.add(Safetensors.Tensor.vector("history.loss", state.losses()));
    tensors.add(Safetensors.Tensor.vector("history.smoothLoss", state.smoothLosses()));
    tensors.addAll(observations);
    return tensors;
  }

  /** What the metadata say of the run, checked. */
  static Description describe(ModelFile.Description model, Metadata metadata)
      throws ModelFormatException {
    TrainingSummary summary =
        model
            .training()
            .orElseThrow(() -> Safetensors.wrong("the checkpoint has no training settings"));
    boolean validated = summary.validation().isPresent();
    ModelFile.requireKeys(metadata, validated ? VALIDATED_KEYS : ALL_KEYS);
    long step = summary.step();
    long stepsPerEpoch = summary.stepsPerEpoch();
    if (stepsPerEpoch == 0) {
      throw metadata.wrong("textLength", "at least (sequenceLength + 1) batchSize");
    }
    long position = step == 0 ? 0 : ((step - 1) % stepsPerEpoch + 1) * summary.sequenceLength();
    int maxRollbacks = (int) metadata.integer("maxRollbacks", 0, Integer.MAX_VALUE);
    long stride = metadata.integer("historyStride", 1, 1L << 49);
    long pending = metadata.integer("historyPending", 0, stride - 1);
    long points = (step - pending) / stride;
    if (Long.bitCount(stride) != 1
        || points * stride + pending != step
        || points > LossHistory.MAX_SIZE
        || (points == LossHistory.MAX_SIZE && pending > 0)) {
      throw metadata.wrong("historyStride", "a power of two that goes with the step");
    }
    boolean selected = summary.validation().map(Validation::selects).orElse(false);
    long bestStep = metadata.integer("bestStep", selected ? 0 : Math.min(step, 1), step);
    Progress progress =
        new Progress(
            metadata.hash("text"),
            metadata.integer("plannedSteps", step, Long.MAX_VALUE),
            metadata.integer("checkpointEvery", Math.min(maxRollbacks, 1), Long.MAX_VALUE),
            maxRollbacks,
            metadata.integer("position", position, position),
            loss(metadata, "loss", step),
            loss(metadata, "bestSmoothLoss", bestStep),
            bestStep,
            metadata.integer("nanos", 0, Long.MAX_VALUE),
            stride,
            pending,
            metadata.number("historyPendingSum"));
    if (pending == 0
        ? progress.historyPendingSum() != 0
        : !Double.isFinite(progress.historyPendingSum())) {
      throw metadata.wrong("historyPendingSum", "finite, and 0 when nothing is pending");
    }
    return new Description(
        model, summary, progress, (int) points, Observations.counts(metadata, validated));
  }

  private static double loss(Metadata metadata, String key, long step) throws ModelFormatException {
    double loss = metadata.number(key);
    if (step == 0 ? !Double.isNaN(loss) : !Double.isFinite(loss)) {
      throw metadata.wrong(key, "finite, or NaN at step 0");
    }
    return loss;
  }

  /** Beyond finite, which all tensors are: no other numbers come about in training. */
  private static void requirePossible(State state) throws ModelFormatException {
    for (double h : state.hidden()) {
      if (Math.abs(h) > 1) {
        throw Safetensors.wrong("state has a value that is " + h + ", must be from -1 to 1");
      }
    }
    for (Safetensors.Tensor tensor : ModelFile.tensors("memory.", state.memory())) {
      for (double square : tensor.data()) {
        if (square < 0) {
          throw Safetensors.wrong(
              tensor.name() + " has a value that is " + square + ", must be at least 0");
        }
      }
    }
  }
}
