package io.github.charrnn;

import io.github.charrnn.internal.CheckpointFile;
import io.github.charrnn.internal.Crew;
import io.github.charrnn.internal.Header;
import io.github.charrnn.internal.Observations;
import io.github.charrnn.internal.Parameters;
import io.github.charrnn.internal.Update;
import io.github.charrnn.internal.Xoshiro256;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Steps that shards take, a round of them at once: every shard trains from what stands, and what
 * then stands is their mean.
 *
 * <p>What a shard is given is a checkpoint without history: of the round's first step, planned to
 * the round's last. It runs as any {@link Training} does, on its text, with its part of the streams
 * and a seed of its own.
 */
final class ShardSteps implements Steps {
  private static final Observation.Plan UNSEEN =
      new Observation.Plan(List.of(), Optional.empty(), BestBy.LAST, 0, 0, 0);

  private final VanillaRnn start;
  private final Shards shards;
  private final Recipe recipe;
  private final long textLength;
  private final Parameters parameters;
  private final Map<String, Parameters> memories;
  private final double[] states; // (B, m)
  private final Sums sums;
  private int rollbacks;
  private long earlier; // characters that the runs before this one have read

  /**
   * Steps of a run.
   *
   * @param start what the run begins with
   * @param shards as many as the recipe has, in the vocabulary of the model
   * @param parameters what is trained
   */
  ShardSteps(VanillaRnn start, Shards shards, Recipe recipe, Parameters parameters) {
    this.start = start;
    this.shards = shards;
    this.recipe = recipe;
    this.parameters = parameters;
    textLength = shards.lengths().stream().mapToLong(length -> length).sum();
    earlier = start.training().map(TrainingSummary::charactersInAll).orElse(0L);
    memories = Update.newMemories(recipe.optimizer(), parameters);
    states = new double[recipe.batchSize() * parameters.hiddenSize];
    sums = new Sums();
  }

  @Override
  public long textLength() {
    return textLength;
  }

  @Override
  public int atOnce() {
    return recipe.localSteps();
  }

  @Override
  public int read(long step, long end) {
    int round = recipe.localSteps();
    int count = (int) Math.min(round - step % round, end - step);
    sums.begin(count);
    shards.round(message(step, step + count), sums::add);
    sums.requireComplete();
    return count;
  }

  /** What every shard begins a round with. */
  private byte[] message(long step, long end) {
    double known = step == 0 ? Double.NaN : 0; // losses, which no shard needs
    TrainingSummary summary =
        new TrainingSummary(
            recipe,
            rollbacks,
            textLength,
            Optional.empty(),
            BestBy.LAST,
            step,
            known,
            earlier / recipe.shards() + (earlier % recipe.shards() == 0 ? 0 : 1)); // of each
    Header header = start.with(parameters, Optional.of(summary)).header();
    header.startState = false;
    header.text = "0".repeat(64);
    header.plannedSteps = end;
    header.loss = known;
    header.bestSmoothLoss = known;
    header.bestStep = step;
    header.historyStride = Math.max(1, Long.highestOneBit(step) << 1);
    header.historyPending = step;
    Observations.NONE.putInto(header);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      CheckpointFile.write(
          out,
          new CheckpointFile.State(
              header,
              parameters,
              memories,
              Optional.empty(),
              new double[0],
              states,
              new double[0],
              new double[0],
              Observations.NONE));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  /** A shard's part of a round; see {@link Shards#train}. */
  static double[] train(byte[] round, int shard, EncodedText text) throws ModelFormatException {
    CheckpointFile.State state = read(round);
    Header header = state.header();
    Recipe all = header.recipe;
    if (shard < 0 || shard >= all.shards()) {
      throw new IllegalArgumentException(
          "shard is " + shard + ", must be from 0 to " + (all.shards() - 1));
    }
    VanillaRnn start = VanillaRnn.of(header, state.parameters(), state.start());
    start.requireSameVocab(text);
    int streams = all.batchSize() / all.shards();
    Recipe own = all.withShards(1).withLocalSteps(1).withBatchSize(streams);
    Trainer.requireLongEnough(own, text.length(), "the text");
    long seed = Xoshiro256.hash(start.seed(), shard);
    try (Crew crew = new Crew(1)) {
      Training training =
          new Training(
              start,
              own,
              UNSEEN,
              List.of(),
              parameters -> new TextSteps(start, text, own, seed, parameters, crew),
              crew);
      int states = streams * header.hiddenSize;
      training.restore(
          state.withHidden(
              Arrays.copyOfRange(state.hidden(), shard * states, (shard + 1) * states)),
          header.rollbacks);
      if (header.step == 0) {
        training.recall();
      }
      return result(training, (int) (header.plannedSteps - header.step));
    }
  }

  private static CheckpointFile.State read(byte[] round) throws ModelFormatException {
    try {
      return CheckpointFile.read(ByteBuffer.wrap(round), "the round");
    } catch (ModelFormatException e) {
      throw e;
    } catch (IOException e) {
      throw new UncheckedIOException("a buffer does not fail", e);
    }
  }

  /** Takes the steps; from the first that diverges on, their losses are NaN. */
  private static double[] result(Training training, int count) {
    double[] losses = new double[count];
    Arrays.fill(losses, Double.NaN);
    try {
      for (int i = 0; i < count; i++) {
        losses[i] = training.advance();
      }
    } catch (TrainingDivergedException e) {
      // the driver says so, at the step of the first
    }
    List<double[]> parts =
        new ArrayList<>(arrays(training.parameters, training.steps().memories()));
    parts.add(training.steps().entering());
    parts.add(losses);
    double[] result = new double[parts.stream().mapToInt(part -> part.length).sum()];
    int at = 0;
    for (double[] part : parts) {
      System.arraycopy(part, 0, result, at, part.length);
      at += part.length;
    }
    return result;
  }

  private static List<double[]> arrays(Parameters parameters, Map<String, Parameters> memories) {
    List<double[]> arrays = new ArrayList<>();
    addTo(arrays, parameters);
    memories.values().forEach(memory -> addTo(arrays, memory));
    return arrays;
  }

  private static void addTo(List<double[]> arrays, Parameters of) {
    for (Parameters.Tensor tensor : Parameters.tensors()) {
      arrays.add(of.get(tensor));
    }
  }

  /** What the shards of a round have come to, added up in their order. */
  private final class Sums {
    private final List<double[]> targets = arrays(parameters, memories);
    private final double[] sum = new double[targets.stream().mapToInt(it -> it.length).sum()];
    private final double[] next = new double[states.length];
    private double[] losses = {};
    private int added;

    void begin(int count) {
      Arrays.fill(sum, 0);
      losses = new double[count];
      added = 0;
    }

    void add(double[] result) {
      int streams = next.length / recipe.shards();
      int expected = sum.length + streams + losses.length;
      if (added == recipe.shards() || result.length != expected) {
        throw new IllegalStateException(
            "the shards gave number "
                + (added + 1)
                + " of "
                + recipe.shards()
                + " results, of "
                + result.length
                + " numbers, must be "
                + expected
                + ": have them hand on what train gives");
      }
      for (int i = 0; i < sum.length; i++) {
        sum[i] += result[i];
      }
      System.arraycopy(result, sum.length, next, added * streams, streams);
      for (int i = 0; i < losses.length; i++) {
        losses[i] += result[sum.length + streams + i];
      }
      added++;
    }

    void requireComplete() {
      if (added != recipe.shards()) {
        throw new IllegalStateException(
            "the shards gave " + added + " results, must be " + recipe.shards());
      }
    }

    void take() {
      int at = 0;
      for (double[] target : targets) {
        for (int i = 0; i < target.length; i++) {
          target[i] = sum[at + i] / recipe.shards();
        }
        at += target.length;
      }
      System.arraycopy(next, 0, states, 0, states.length);
    }
  }

  @Override
  public double loss(int index) {
    return sums.losses[index] / recipe.shards();
  }

  @Override
  public void update(long step, double rate) {
    sums.take();
  }

  @Override
  public boolean mayOverflow() {
    return true; // looked over once a round, which is a trifle
  }

  @Override
  public Optional<String> overflown() {
    return Update.overflown(recipe.optimizer(), parameters, memories);
  }

  /** Every shard does, in the first round. */
  @Override
  public void recall(long earlierCharacters) {
    earlier = earlierCharacters;
  }

  @Override
  public double[] states() {
    return states;
  }

  @Override
  public double[] entering() {
    return states.clone();
  }

  @Override
  public Map<String, Parameters> memories() {
    return memories;
  }

  @Override
  public void restore(
      Map<String, Parameters> from, double[] entering, int halvings, long earlierCharacters) {
    memories.forEach((name, memory) -> memory.set(Objects.requireNonNull(from.get(name), name)));
    System.arraycopy(entering, 0, states, 0, states.length);
    rollbacks = halvings;
    earlier = earlierCharacters;
  }
}
