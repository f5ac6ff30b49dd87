package io.github.charrnn;

import io.github.charrnn.internal.Range;
import java.util.Objects;
import java.util.StringJoiner;

/**
 * Everything that decides the bits of a run beside the text and the model that it starts from:
 * {@link #course}, or one of a {@link Plan}, with other settings. Immutable, and safe for use by
 * many threads.
 *
 * @since 0.1
 */
public final class Recipe {
  /** The largest number of {@link #localSteps}, {@value}. */
  public static final int MOST_LOCAL_STEPS = 1_000_000;

  private final int sequenceLength;
  private final int batchSize;
  private final int resetEvery;
  private final int shards;
  private final int localSteps;
  private final Optimizer optimizer;
  private final LearningRate learningRate;
  private final Clip clip;

  Recipe(
      int sequenceLength,
      int batchSize,
      int resetEvery,
      int shards,
      int localSteps,
      Optimizer optimizer,
      LearningRate learningRate,
      Clip clip) {
    this.sequenceLength = Range.atLeast(1, "sequenceLength", sequenceLength);
    this.batchSize = Range.atLeast(1, "batchSize", batchSize);
    this.resetEvery = Range.atLeast(0, "resetEvery", resetEvery);
    this.shards = Range.atLeast(1, "shards", shards);
    this.localSteps = Range.within(1, MOST_LOCAL_STEPS, "localSteps", localSteps);
    this.optimizer = Objects.requireNonNull(optimizer, "optimizer");
    this.learningRate = Objects.requireNonNull(learningRate, "learningRate");
    this.clip = Objects.requireNonNull(clip, "clip");
  }

  /**
   * {@return the recipe of the KTH course DD2424 and of Karpathy's min-char-rnn} One stream,
   * windows of 25, AdaGrad at 0.1, every element of the gradient clipped at 5. It never changes.
   * {@link Plan} has it and others by name.
   */
  public static Recipe course() {
    return new Recipe(
        25, 1, 0, 1, 1, Optimizer.adaGrad(), LearningRate.constant(0.1), Clip.value(5));
  }

  /** {@return the number of characters in a window, n: how far back gradients go; at least 1} */
  public int sequenceLength() {
    return sequenceLength;
  }

  /** {@return the number of streams, B, that are trained on side by side; at least 1} */
  public int batchSize() {
    return batchSize;
  }

  /**
   * {@return how many windows there are, on average, from one that begins with the zero state to
   * the next; at least 0, 0 for none} Such a window begins with it in the middle of a stream, so
   * that the model learns to start there; which ones is drawn by the model's seed.
   */
  public int resetEvery() {
    return resetEvery;
  }

  /**
   * {@return the number of shards that the text is cut into; at least 1} More than one are trained
   * side by side, each with its part of the streams and parameters of its own, for a round of
   * {@link #localSteps}; then all go on from the mean of their parameters and of their optimizers'
   * memories (McDonald, Hall and Mann, NAACL 2010; local SGD: Stich, ICLR 2019). Where shards are
   * trained, and in which order, changes no bit: see {@link Shards}.
   */
  public int shards() {
    return shards;
  }

  /**
   * {@return the number of steps that every shard takes from one mean to the next; from 1 to
   * 1,000,000} With one shard it changes nothing. With more, what happens at intervals happens
   * after whole rounds: an interval is rounded up to a multiple of it.
   */
  public int localSteps() {
    return localSteps;
  }

  /** How many steps are taken before anything can be seen. */
  int stepsOfRound() {
    return shards == 1 ? 1 : localSteps;
  }

  /**
   * {@return so many steps, rounded up to whole rounds of local steps; with one shard as they are}
   *
   * @param steps at least 0
   * @throws IllegalArgumentException if steps is below 0
   */
  public long wholeRounds(long steps) {
    Range.atLeast(0, "steps", steps);
    long round = stepsOfRound();
    return steps <= Long.MAX_VALUE - round ? (steps + round - 1) / round * round : steps;
  }

  /** {@return how gradients change parameters} */
  public Optimizer optimizer() {
    return optimizer;
  }

  /** {@return by how much gradients change parameters, step by step} */
  public LearningRate learningRate() {
    return learningRate;
  }

  /** {@return what keeps a gradient from becoming too large} */
  public Clip clip() {
    return clip;
  }

  /**
   * {@return the same with another sequence length}
   *
   * @param sequenceLength at least 1
   * @throws IllegalArgumentException if sequenceLength is below 1
   */
  public Recipe withSequenceLength(int sequenceLength) {
    return new Recipe(
        sequenceLength, batchSize, resetEvery, shards, localSteps, optimizer, learningRate, clip);
  }

  /**
   * {@return the same with another batch size}
   *
   * @param batchSize at least 1
   * @throws IllegalArgumentException if batchSize is below 1
   */
  public Recipe withBatchSize(int batchSize) {
    return new Recipe(
        sequenceLength, batchSize, resetEvery, shards, localSteps, optimizer, learningRate, clip);
  }

  /**
   * {@return the same with another number of windows from one that begins with the zero state to
   * the next, on average}
   *
   * @param resetEvery at least 0, 0 for none
   * @throws IllegalArgumentException if resetEvery is below 0
   */
  public Recipe withResetEvery(int resetEvery) {
    return new Recipe(
        sequenceLength, batchSize, resetEvery, shards, localSteps, optimizer, learningRate, clip);
  }

  /**
   * {@return the same with another number of shards}
   *
   * @param shards at least 1
   * @throws IllegalArgumentException if shards is below 1
   */
  public Recipe withShards(int shards) {
    return new Recipe(
        sequenceLength, batchSize, resetEvery, shards, localSteps, optimizer, learningRate, clip);
  }

  /**
   * {@return the same with another number of steps from one mean of the shards to the next}
   *
   * @param localSteps from 1 to 1,000,000
   * @throws IllegalArgumentException if localSteps is not from 1 to 1,000,000
   */
  public Recipe withLocalSteps(int localSteps) {
    return new Recipe(
        sequenceLength, batchSize, resetEvery, shards, localSteps, optimizer, learningRate, clip);
  }

  /**
   * {@return the same with another optimizer}
   *
   * @param optimizer how gradients change parameters
   */
  public Recipe withOptimizer(Optimizer optimizer) {
    return new Recipe(
        sequenceLength, batchSize, resetEvery, shards, localSteps, optimizer, learningRate, clip);
  }

  /**
   * {@return the same with another learning rate}
   *
   * @param learningRate its course, from step 1 on
   */
  public Recipe withLearningRate(LearningRate learningRate) {
    return new Recipe(
        sequenceLength, batchSize, resetEvery, shards, localSteps, optimizer, learningRate, clip);
  }

  /**
   * {@return the same with other clipping}
   *
   * @param clip what keeps a gradient from becoming too large
   */
  public Recipe withClip(Clip clip) {
    return new Recipe(
        sequenceLength, batchSize, resetEvery, shards, localSteps, optimizer, learningRate, clip);
  }

  /**
   * Says what is different in another recipe, in words.
   *
   * @param other what this one is compared with
   * @return as in "sequenceLength is 25, not 30; clip is 5.0, not 1.0", the other's values last;
   *     empty if they are equal
   */
  public String difference(Recipe other) {
    Objects.requireNonNull(other, "other");
    StringJoiner words = new StringJoiner("; ");
    compare(words, "sequenceLength", sequenceLength, other.sequenceLength);
    compare(words, "batchSize", batchSize, other.batchSize);
    compare(words, "resetEvery", resetEvery, other.resetEvery);
    compare(words, "shards", shards, other.shards);
    compare(words, "localSteps", localSteps, other.localSteps);
    compare(words, "optimizer", optimizer, other.optimizer);
    compare(words, "learningRate", learningRate, other.learningRate);
    compare(words, "clip", clip, other.clip);
    return words.toString();
  }

  private static void compare(StringJoiner words, String what, Object ours, Object theirs) {
    if (!ours.equals(theirs)) {
      words.add(what + " is " + ours + ", not " + theirs);
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Recipe that && difference(that).isEmpty();
  }

  @Override
  public int hashCode() {
    return Objects.hash(
        sequenceLength, batchSize, resetEvery, shards, localSteps, optimizer, learningRate, clip);
  }

  @Override
  public String toString() {
    return "Recipe[sequenceLength="
        + sequenceLength
        + ", batchSize="
        + batchSize
        + ", resetEvery="
        + resetEvery
        + ", shards="
        + shards
        + ", localSteps="
        + localSteps
        + ", optimizer="
        + optimizer
        + ", learningRate="
        + learningRate
        + ", clip="
        + clip
        + "]";
  }
}
