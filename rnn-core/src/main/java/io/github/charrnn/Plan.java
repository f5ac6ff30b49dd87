package io.github.charrnn;

import io.github.charrnn.internal.Named;
import io.github.charrnn.internal.Range;
import java.util.List;
import java.util.Objects;

/**
 * What a named recipe comes to on a text: the sizes of a new model and of a run on it. It follows
 * from the length of the text and the size of its vocabulary and from nothing else, so it is the
 * same on every machine. Immutable, and safe for use by many threads.
 *
 * <pre>{@code
 * Plan plan = Plan.named("quick", text.length(), vocab.size());
 * VanillaRnn rnn =
 *     VanillaRnn.builder(vocab).hiddenSize(plan.hiddenSize()).initializer(plan.initializer()).build();
 * TrainingResult result = Trainer.of(rnn).recipe(plan.recipe()).train(text, plan.steps());
 * }</pre>
 *
 * @since 0.1
 */
public final class Plan {
  private static final String COURSE = "course";

  /** An interval of a run of any length, for {@code course}. */
  private static final long COURSE_INTERVAL = 10_000;

  /** Held-out losses in a run, of the other plans. */
  private static final int MEASURES = 20;

  private static final double RATE = 0.0031; // the highest, with 256 units and 16 streams

  /** Passes through the text, unless it is short. */
  private static final double MOST_PASSES = 8;

  private static final double SHORT = 70_000; // characters

  /** Fewer streams rather than fewer updates. */
  private static final int LEAST_UPDATES = 1_500;

  /** Symbols, for each hidden unit, beyond which the outputs' cost makes a run longer instead. */
  private static final int SYMBOLS_COUNTED = 4;

  /**
   * Symbols with which U's deviation is 3: what a rare symbol adds to a state is hardly learned.
   */
  private static final double USUAL_SYMBOLS = 128;

  /** From one window of a stream that begins with the zero state to the next, on average. */
  private static final int RESET_CHARACTERS = 2_048;

  /** Shorter texts need all of their characters to learn from. */
  private static final int SHORTEST_SPLIT = 2_000;

  private final String name;
  private final int hiddenSize;
  private final Initializer initializer;
  private final Recipe recipe;
  private final long steps;
  private final long heldOut;
  private final int heldOutPieces;
  private final long validationEvery;

  Plan(
      String name,
      int hiddenSize,
      Initializer initializer,
      Recipe recipe,
      long steps,
      long heldOut,
      int heldOutPieces,
      long validationEvery) {
    this.name = name;
    this.hiddenSize = hiddenSize;
    this.initializer = initializer;
    this.recipe = Objects.requireNonNull(recipe, "recipe");
    this.steps = Range.atLeast(0, "steps", steps);
    this.heldOut = Range.atLeast(0, "heldOut", heldOut);
    this.heldOutPieces = Range.atLeast(heldOut == 0 ? 0 : 1, "heldOutPieces", heldOutPieces);
    this.validationEvery = validationEvery;
  }

  /**
   * {@return the plan of a name}
   *
   * <ul>
   *   <li>{@code course}: hidden size 100, normal with deviation 0.01, {@link Recipe#course}, for
   *       100,000 steps on all of the text. It never changes.
   *   <li>{@code quick}, {@code good} and {@code best}: Shampoo with a rate that falls to 0,
   *       clipping by norm and an orthogonal W, on ever more hidden units, {@code good} and {@code
   *       best} with weight decay, for about a quarter of a minute, a few minutes and half an hour
   *       on two quick processors, whatever the length of the text; longer with more than a
   *       thousand symbols. What they are made of may change from version to version.
   * </ul>
   *
   * @param name one of {@link #names}
   * @param textLength characters, with those that are held out; at least 0
   * @param vocabSize symbols; at least 1
   * @throws IllegalArgumentException if name is not one of {@link #names}, if textLength is below 0
   *     or vocabSize below 1
   */
  public static Plan named(String name, long textLength, int vocabSize) {
    Range.atLeast(0, "textLength", textLength);
    Range.atLeast(1, "vocabSize", vocabSize);
    return switch (Named.find("recipe", name, names(), known -> known)) {
      case COURSE -> course();
      case "quick" -> quick(textLength, vocabSize);
      case "good" -> good(textLength, vocabSize);
      default -> best(textLength, vocabSize);
    };
  }

  /** {@return the name, as in {@link #names}} */
  public String name() {
    return name;
  }

  /** {@return the number of hidden units of a new model, m; at least 1} */
  public int hiddenSize() {
    return hiddenSize;
  }

  /** {@return the distribution of the parameters of a new model} */
  public Initializer initializer() {
    return initializer;
  }

  /** {@return the settings of the run} */
  public Recipe recipe() {
    return recipe;
  }

  /** {@return how many steps there are; at least 0} */
  public long steps() {
    return steps;
  }

  /** {@return how many characters of the text training does not read; at least 0, 0 for none} */
  public long heldOut() {
    return heldOut;
  }

  /**
   * {@return in how many pieces these are, spread over the text; at least 1 if any are held out}
   */
  public int heldOutPieces() {
    return heldOutPieces;
  }

  /** {@return the steps from one held-out loss to the next; at least 1} */
  public long validationEvery() {
    return validationEvery;
  }

  /** {@return the names of all plans, as {@link #named} takes them} */
  public static List<String> names() {
    return List.of(COURSE, "quick", "good", "best");
  }

  private static Plan course() {
    return new Plan(
        COURSE, 100, Initializer.normal(0.01), Recipe.course(), 100_000, 0, 0, COURSE_INTERVAL);
  }

  // What the other names stand for: multiply-adds, the hidden sizes from which the text's length
  // chooses and the passes that the one chosen is to make at least, weight decay with so many
  // passes, streams (multiples of the rows that the kernels take at a time) and sequence length at
  // most. docs/recipes.md has what was tried.

  private static Plan quick(long textLength, int vocabSize) {
    return fitted("quick", 0.7e12, List.of(512, 384, 256), 2, 0, 20, 32, textLength, vocabSize);
  }

  private static Plan good(long textLength, int vocabSize) {
    return fitted(
        "good", 1.1e13, List.of(1_024, 768, 640, 512), 4, 0.2, 30, 64, textLength, vocabSize);
  }

  private static Plan best(long textLength, int vocabSize) {
    return fitted(
        "best", 1.5e14, List.of(2_048, 1_536, 1_024), 8, 0.5, 30, 64, textLength, vocabSize);
  }

  /**
   * Wide, with few passes: the largest hidden size for which the multiply-adds are enough for so
   * many, or the smallest. A short text is read more often, because there is time for it. Weight
   * decay is against learning by heart: what is read less often gets less of it.
   */
  private static Plan fitted(
      String name,
      double multiplyAdds,
      List<Integer> hiddenSizes,
      double passes,
      double weightDecay,
      int mostStreams,
      int mostCharacters,
      long textLength,
      int vocabSize) {
    long heldOut = textLength < SHORTEST_SPLIT ? 0 : Math.min(textLength / 20, 20_000);
    int pieces = (int) Math.min(20, (heldOut + 499) / 500);
    long length = textLength - heldOut;
    int m = hiddenSizes.get(hiddenSizes.size() - 1);
    int window = mostStreams * mostCharacters;
    for (int size : hiddenSizes) {
      if (characters(multiplyAdds, size, vocabSize, window) >= passes * length) {
        m = size;
        break;
      }
    }
    double most =
        MOST_PASSES * length * Math.sqrt(Math.max(1, SHORT / Math.max(1, (double) length)));
    double read = Math.min(most, characters(multiplyAdds, m, vocabSize, window));
    double decay = weightDecay * Math.min(1, read / (passes * Math.max(1, length)));
    int n = (int) Math.max(1, Math.min(mostCharacters, length - 1));
    long byUpdates = (long) (read / ((double) LEAST_UPDATES * n));
    long byLength = length / (n + 1);
    int streams = (int) Math.max(1, Math.min(mostStreams, Math.min(byUpdates, byLength)));
    long steps = Math.max(1, (long) (read / ((double) streams * n)));
    double rate = RATE * Math.sqrt(256.0 / m) * Math.sqrt(streams / 16.0);
    double rounded = Math.rint(rate * 1e5) / 1e5; // to be typed
    double ofU = 3 * Math.min(1, Math.sqrt(USUAL_SYMBOLS / vocabSize));
    ofU = Math.rint(ofU * 100) / 100;
    Recipe recipe =
        new Recipe(
            n,
            streams,
            RESET_CHARACTERS / mostCharacters,
            1,
            1,
            Optimizer.shampoo(
                0.9, 0.99, Math.rint(decay * 100) / 100, Math.rint(4 * ofU * 100) / 100, 2),
            LearningRate.linear(rounded, 0, steps),
            Clip.norm(1));
    Initializer initializer = Initializer.orthogonal(0.7, ofU, 0.1);
    return new Plan(name, m, initializer, recipe, steps, heldOut, pieces, 1).withSteps(steps);
  }

  /**
   * How many characters can be trained on, forward, backward and the gradient, and the update of W
   * after so many of them, which takes about two products of matrices as large.
   */
  private static double characters(
      double multiplyAdds, double hiddenSize, int vocabSize, int window) {
    double symbols = Math.min(vocabSize, SYMBOLS_COUNTED * hiddenSize);
    double update = 2 * hiddenSize * hiddenSize * hiddenSize / window;
    return multiplyAdds / (3 * hiddenSize * (hiddenSize + symbols) + update);
  }

  /**
   * {@return the same for another number of steps} The learning rate's course ends with the run,
   * warm-up takes a tenth of it at most, and held-out losses are spread over it, but not so many
   * that they read more text than training does. {@code course} has a constant rate and fixed
   * intervals.
   *
   * @param newSteps at least 0
   * @throws IllegalArgumentException if newSteps is below 0
   */
  public Plan withSteps(long newSteps) {
    Range.atLeast(0, "steps", newSteps);
    if (name.equals(COURSE)) {
      return with(recipe, newSteps, validationEvery);
    }
    LearningRate rate = recipe.learningRate();
    LearningRate fitted =
        rate.withEnd(rate.end(), rate.steps() == 0 ? 0 : Math.max(1, newSteps))
            .withWarmUp(Math.min(100, newSteps / 10));
    long stepsOfHeldOut = heldOut / ((long) recipe.batchSize() * recipe.sequenceLength());
    long every = Math.max(1, Math.max(newSteps / MEASURES, stepsOfHeldOut));
    return with(recipe.withLearningRate(fitted), newSteps, every);
  }

  /**
   * {@return the same with another recipe} What was fitted to the steps is not fitted again: {@link
   * #withSteps} does that.
   *
   * @param recipe the settings of the run
   */
  public Plan withRecipe(Recipe recipe) {
    return with(recipe, steps, validationEvery);
  }

  /**
   * {@return the same with other characters held out; otherwise like {@link #withRecipe}}
   *
   * @param characters at least 0, 0 for none
   * @param pieces at least 1 if any are held out, else at least 0
   * @throws IllegalArgumentException if characters is below 0, or pieces is below 1 (below 0 if
   *     none are held out)
   */
  public Plan withHeldOut(long characters, int pieces) {
    return new Plan(
        name, hiddenSize, initializer, recipe, steps, characters, pieces, validationEvery);
  }

  private Plan with(Recipe newRecipe, long newSteps, long newEvery) {
    return new Plan(
        name, hiddenSize, initializer, newRecipe, newSteps, heldOut, heldOutPieces, newEvery);
  }

  /**
   * {@return the steps from one sample of a run to the next: about ten in a run; {@code course}
   * 10,000}
   */
  public long sampleEvery() {
    return name.equals(COURSE) ? COURSE_INTERVAL : Math.max(1, (steps + 9) / 10);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Plan that
        && name.equals(that.name)
        && hiddenSize == that.hiddenSize
        && initializer.equals(that.initializer)
        && recipe.equals(that.recipe)
        && steps == that.steps
        && heldOut == that.heldOut
        && heldOutPieces == that.heldOutPieces
        && validationEvery == that.validationEvery;
  }

  @Override
  public int hashCode() {
    return Objects.hash(
        name, hiddenSize, initializer, recipe, steps, heldOut, heldOutPieces, validationEvery);
  }

  @Override
  public String toString() {
    return "Plan[name="
        + name
        + ", hiddenSize="
        + hiddenSize
        + ", initializer="
        + initializer
        + ", recipe="
        + recipe
        + ", steps="
        + steps
        + ", heldOut="
        + heldOut
        + ", heldOutPieces="
        + heldOutPieces
        + ", validationEvery="
        + validationEvery
        + "]";
  }
}
