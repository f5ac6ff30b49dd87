package io.github.charrnn;

import io.github.charrnn.internal.Crew;
import io.github.charrnn.internal.Parameters;
import io.github.charrnn.internal.Streams;
import io.github.charrnn.internal.Update;
import io.github.charrnn.internal.Window;
import io.github.charrnn.internal.Xoshiro256;
import java.util.Map;
import java.util.Optional;

/** Steps through a text that is in memory, each of them a window of every stream. */
final class TextSteps implements Steps {
  /** What is read to estimate an optimizer's memory: more has changed nothing. */
  private static final double RECALLED_CHARACTERS = 25_000;

  private static final double LEAST_RECALLED = 20; // windows

  private final Optional<Shuffle> shuffle; // of documents
  private EncodedText read; // the text, or its documents in the order of an epoch
  private long shuffled = -1; // which is this one
  private final Recipe recipe;
  private final long seed;
  private final long textLength;
  private final Streams streams;
  private final Parameters parameters;
  final Window window; // tests compare its gradients
  final Update update; // tests look at its memories
  private double loss;

  /**
   * Steps of a run.
   *
   * @param start what the run begins with
   * @param text long enough for the recipe, in the vocabulary of the model
   * @param seed by which documents are shuffled and windows begin with the zero state
   * @param parameters what is trained
   * @param crew for this run alone
   */
  TextSteps(
      VanillaRnn start,
      EncodedText text,
      Recipe recipe,
      long seed,
      Parameters parameters,
      Crew crew) {
    read = text;
    textLength = text.length();
    shuffle = start.documents().map(it -> new Shuffle(text, it, seed));
    this.recipe = recipe;
    this.seed = seed;
    this.parameters = parameters;
    streams = new Streams(textLength, recipe.sequenceLength(), recipe.batchSize());
    window = Window.forTraining(recipe.sequenceLength(), recipe.batchSize(), parameters, crew);
    update = new Update(recipe, parameters, window);
  }

  @Override
  public long textLength() {
    return textLength;
  }

  @Override
  public int atOnce() {
    return 1;
  }

  @Override
  public void expect(long steps) {
    window.expect(steps);
  }

  /**
   * AdaGrad would move every parameter by the full rate, which wrecks what there is. So what it
   * would remember of all that the model has been trained on is estimated, from windows spread over
   * the text, at a rate of 0.
   */
  @Override
  public void recall(long earlierCharacters) {
    if (earlierCharacters == 0 || !update.forgets()) {
      return;
    }
    int n = recipe.sequenceLength();
    double characters = (double) n * recipe.batchSize();
    long windows = (long) Math.max(LEAST_RECALLED, Math.ceil(RECALLED_CHARACTERS / characters));
    windows = Math.min(windows, streams.stepsPerEpoch());
    for (long i = 0; i < windows; i++) { // the state goes on from one to the next
      readWindow((long) ((double) i / windows * streams.stepsPerEpoch()));
      window.forward(n);
      update.begin(1, 0);
      window.backward(update);
      window.carry(n);
    }
    update.extrapolate(earlierCharacters / characters / windows);
  }

  @Override
  public int read(long step, long end) {
    readWindow(step);
    loss = window.forward(recipe.sequenceLength()) / recipe.batchSize();
    return 1;
  }

  @Override
  public double loss(int index) {
    return loss;
  }

  @Override
  public void update(long step, double rate) {
    update.begin(step + 1, rate);
    window.backward(update);
    window.carry(recipe.sequenceLength());
  }

  @Override
  public boolean mayOverflow() {
    return update.mayOverflow();
  }

  @Override
  public Optional<String> overflown() {
    return update.overflown();
  }

  private void readWindow(long atStep) {
    if (shuffle.isPresent() && streams.epoch(atStep) != shuffled) {
      shuffled = streams.epoch(atStep);
      read = shuffle.get().inEpoch(shuffled);
    }
    int batchSize = recipe.batchSize();
    for (int stream = 0; stream < batchSize; stream++) {
      if (streams.beginsEpoch(atStep) || resets(stream, atStep)) {
        window.reset(stream);
      }
      read.copy(
          streams.next(stream, atStep),
          window.symbols,
          stream,
          batchSize,
          recipe.sequenceLength() + 1);
    }
  }

  /** Whether a stream's next window is one of those that begin with the zero state. */
  private boolean resets(int stream, long atStep) {
    return recipe.resetEvery() > 0
        && Xoshiro256.hash(seed, atStep * recipe.batchSize() + stream) % recipe.resetEvery() == 0;
  }

  @Override
  public double[] states() {
    return window.h;
  }

  @Override
  public double[] entering() {
    return window.entering();
  }

  @Override
  public Map<String, Parameters> memories() {
    return update.memories();
  }

  @Override
  public void restore(
      Map<String, Parameters> memories, double[] entering, int rollbacks, long earlierCharacters) {
    window.load(parameters); // from then on, updates reload what they change
    update.restore(memories);
    window.enter(entering);
  }
}
