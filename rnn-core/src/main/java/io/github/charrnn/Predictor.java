package io.github.charrnn;

import io.github.charrnn.internal.Parameters;
import io.github.charrnn.internal.Range;
import io.github.charrnn.internal.Window;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * A model that reads a text symbol by symbol, and says at every place what comes next: for an input
 * field, a stream, a search of one's own.
 *
 * <pre>{@code
 * Predictor next = Predictor.of(rnn).read("The ca");
 * List<Predictor.Prediction> likely = next.top(5);
 * double nats = next.surprisal('t');
 * next.read('t');
 * }</pre>
 *
 * <p>It begins in the model's {@linkplain VanillaRnn#startState start state}, and at the beginning
 * of a document if the model is of documents. What is asked before anything was read is asked of
 * the start of a line, as {@link Sampler} begins without a prime. Reading and asking allocate
 * nothing, but for {@link #top}, {@link #copy} and what is wrong. Not safe for use by several
 * threads at a time; the model is.
 *
 * @since 0.1
 */
public final class Predictor {
  private final VanillaRnn model;
  private final Window window;
  private final double[] weights; // (K): unnormalised probabilities, if weighed
  private double sum; // of them
  private boolean begun; // whether something was read
  private boolean weighed;

  /**
   * A symbol that may come next. Immutable, and safe for use by many threads.
   *
   * @since 0.1
   */
  public static final class Prediction {
    private final int codePoint;
    private final double probability;

    private Prediction(int codePoint, double probability) {
      this.codePoint = codePoint;
      this.probability = probability;
    }

    /** {@return the symbol, as a Unicode code point} */
    public int codePoint() {
      return codePoint;
    }

    /** {@return how probable it is that it comes next, from 0 to 1} */
    public double probability() {
      return probability;
    }

    /** {@return the symbol as a string} */
    public String symbol() {
      return Character.toString(codePoint);
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Prediction that
          && codePoint == that.codePoint
          && Double.compare(probability, that.probability) == 0;
    }

    @Override
    public int hashCode() {
      return Objects.hash(codePoint, probability);
    }

    @Override
    public String toString() {
      return CharVocab.describe(codePoint) + " with probability " + probability;
    }
  }

  private Predictor(VanillaRnn model) {
    this.model = model;
    window = model.startingWindow();
    weights = new double[model.vocab().size()];
  }

  /**
   * {@return a predictor that has read nothing}
   *
   * @param model what predicts; many predictors may share it
   */
  public static Predictor of(VanillaRnn model) {
    Objects.requireNonNull(model, "model");
    return new Predictor(model).reset();
  }

  /**
   * Forgets all that was read.
   *
   * @return this predictor
   */
  public Predictor reset() {
    begun = false;
    weighed = false;
    window.enter(model.start());
    int boundary = model.parameters().boundary;
    if (boundary != Parameters.NONE) {
      readSymbol(boundary);
    }
    return this;
  }

  /** {@return another predictor that stands where this one does} */
  public Predictor copy() {
    Predictor copy = new Predictor(model);
    System.arraycopy(window.h, 0, copy.window.h, 0, model.hiddenSize());
    System.arraycopy(window.outputs, 0, copy.window.outputs, 0, weights.length);
    copy.begun = begun;
    return copy;
  }

  /** {@return the model that predicts} */
  public VanillaRnn model() {
    return model;
  }

  /**
   * Reads one more symbol.
   *
   * @param codePoint the symbol, as a Unicode code point
   * @return this predictor
   * @throws UnknownSymbolException if the vocabulary does not have it; then nothing is read
   */
  public Predictor read(int codePoint) {
    int symbol = model.vocab().symbolOf(codePoint);
    if (symbol < 0) {
      throw new UnknownSymbolException(codePoint, 0, model.vocab());
    }
    readSymbol(symbol);
    return this;
  }

  /**
   * Reads a text.
   *
   * @param text of any length, also empty
   * @return this predictor
   * @throws UnknownSymbolException if the vocabulary does not have one of its symbols; then nothing
   *     is read
   * @throws IllegalArgumentException if the text has half a surrogate pair
   */
  public Predictor read(CharSequence text) {
    return read(text, UnknownSymbols.fail());
  }

  /**
   * Reads a text with symbols that the model may not know.
   *
   * @param text of any length, also empty
   * @param unknown what to do with symbols that the vocabulary does not have
   * @return this predictor
   * @throws UnknownSymbolException if there is one and the policy is to fail; then nothing is read
   * @throws IllegalArgumentException if the text has half a surrogate pair, or the policy's
   *     replacement is not in the vocabulary
   */
  public Predictor read(CharSequence text, UnknownSymbols unknown) {
    Objects.requireNonNull(text, "text");
    Objects.requireNonNull(unknown, "unknown");
    EncodedText encoded = model.vocab().encode(text, unknown);
    for (long i = 0; i < encoded.length(); i++) {
      readSymbol(encoded.symbol(i));
    }
    return this;
  }

  private void readSymbol(int symbol) {
    window.symbols[0] = symbol;
    window.states(1);
    window.carry(1);
    begun = true;
    weighed = false;
  }

  /**
   * {@return the probability that a symbol comes next, from 0 to 1; 0 if the vocabulary does not
   * have it}
   *
   * @param codePoint the symbol, as a Unicode code point
   */
  public double probability(int codePoint) {
    int symbol = model.vocab().symbolOf(codePoint);
    if (symbol < 0) {
      return 0;
    }
    weigh();
    return weights[symbol] / sum;
  }

  /**
   * The probabilities of all symbols, in the order of their numbers.
   *
   * @param to (K) at least; gets them
   * @throws IllegalArgumentException if to is shorter than the vocabulary
   */
  public void probabilities(double[] to) {
    Objects.requireNonNull(to, "to");
    if (to.length < weights.length) {
      throw new IllegalArgumentException(
          "to has " + to.length + " elements, must have at least " + weights.length);
    }
    weigh();
    for (int symbol = 0; symbol < weights.length; symbol++) {
      to[symbol] = weights[symbol] / sum;
    }
  }

  /**
   * {@return how surprising it would be if a symbol came next, {@code -log p} in nats; infinite if
   * the vocabulary does not have it}
   *
   * @param codePoint the symbol, as a Unicode code point
   */
  public double surprisal(int codePoint) {
    int symbol = model.vocab().symbolOf(codePoint);
    if (symbol < 0) {
      return Double.POSITIVE_INFINITY;
    }
    weigh();
    double[] o = window.outputs;
    double max = o[0];
    for (int i = 1; i < weights.length; i++) {
      max = Math.max(max, o[i]);
    }
    return StrictMath.log(sum) - (o[symbol] - max);
  }

  /**
   * {@return the likeliest symbols, the likeliest first and of equals the one with the lower
   * number}
   *
   * @param count at least 1; all there are, if these are fewer
   * @throws IllegalArgumentException if count is below 1
   */
  public List<Prediction> top(int count) {
    Range.atLeast(1, "count", count);
    weigh();
    boolean[] taken = new boolean[weights.length];
    List<Prediction> top = new ArrayList<>();
    while (top.size() < Math.min(count, weights.length)) {
      int best = -1;
      for (int symbol = 0; symbol < weights.length; symbol++) {
        if (!taken[symbol] && (best < 0 || weights[symbol] > weights[best])) {
          best = symbol;
        }
      }
      taken[best] = true;
      top.add(new Prediction(model.vocab().codePointOf(best), weights[best] / sum));
    }
    return top;
  }

  private void weigh() {
    begin();
    if (!weighed) {
      System.arraycopy(window.outputs, 0, weights, 0, weights.length);
      sum = window.kernel().exponentials(weights, 1);
      weighed = true;
    }
  }

  private void begin() {
    if (!begun) {
      readSymbol(Math.max(0, model.vocab().symbolOf('\n')));
    }
  }

  /** A window that stands where this does. */
  Window standing() {
    begin();
    return copy().window;
  }
}
