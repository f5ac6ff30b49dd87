package io.github.charrnn;

import io.github.charrnn.internal.Range;
import io.github.charrnn.internal.Window;
import io.github.charrnn.internal.Xoshiro256;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * Draws text from a model, character by character: each is drawn from the distribution that the
 * model predicts, and the model reads it next.
 *
 * <p>Set it up once, then sample as often as you like. Every passage starts from the zero state;
 * the same model, settings and seed give the same passage. Not safe for use by several threads at a
 * time; the model is.
 */
public final class Sampler {
  private final VanillaRnn model;
  private long seed = 1;
  private double temperature = 1;
  private int topK = Integer.MAX_VALUE;
  private double topP = 1;
  private EncodedText prime;
  private int[] stop = {};

  private Sampler(VanillaRnn model) {
    this.model = model;
    prime = model.vocab().encode("");
  }

  /** A sampler of a model. */
  public static Sampler of(VanillaRnn model) {
    return new Sampler(model);
  }

  /** What the random draws come from; 1 unless set. Any number will do. */
  public Sampler seed(long seed) {
    this.seed = seed;
    return this;
  }

  /**
   * Divides the outputs before the softmax; 1 unless set. Below 1 likely symbols become likelier
   * still, at 0 the likeliest is always taken (the first of equals), above 1 the distribution
   * flattens.
   *
   * @param temperature at least 0 and finite
   * @throws IllegalArgumentException if temperature is not at least 0 and finite
   */
  public Sampler temperature(double temperature) {
    this.temperature = Range.AT_LEAST_ZERO_AND_FINITE.require("temperature", temperature);
    return this;
  }

  /**
   * Draws only from this many of the likeliest symbols; from all unless set, or where the
   * vocabulary has no more.
   *
   * @param topK at least 1
   * @throws IllegalArgumentException if topK is below 1
   */
  public Sampler topK(int topK) {
    this.topK = Range.atLeast(1, "topK", topK);
    return this;
  }

  /**
   * Draws only from the fewest of the likeliest symbols whose probabilities, at the temperature,
   * add up to topP (Holtzman et al., "The Curious Case of Neural Text Degeneration", 2020); 1,
   * which is all, unless set. With topK as well, the smaller set counts.
   *
   * @param topP above 0 and at most 1
   * @throws IllegalArgumentException if topP is not above 0 and at most 1
   */
  public Sampler topP(double topP) {
    if (!(topP > 0 && topP <= 1)) {
      throw new IllegalArgumentException("topP is " + topP + ", must be above 0 and at most 1");
    }
    this.topP = topP;
    return this;
  }

  /**
   * A text that the model reads before the first draw. The passage does not contain it. Without a
   * prime, or with an empty one, the model reads a line feed, or the first symbol of its vocabulary
   * if that has no line feed.
   *
   * @throws UnknownSymbolException if the vocabulary does not have one of its symbols
   */
  public Sampler prime(CharSequence prime) {
    return prime(prime, UnknownSymbols.fail());
  }

  /**
   * A text that the model reads before the first draw, with symbols that it may not know.
   *
   * @param unknown what to do with symbols that the vocabulary does not have
   * @throws UnknownSymbolException if there is one and the policy is to fail
   */
  public Sampler prime(CharSequence prime, UnknownSymbols unknown) {
    this.prime = model.vocab().encode(prime, unknown);
    return this;
  }

  /**
   * Ends the passage after this text, should the model come to write it; unless set, or if empty,
   * only the length ends it.
   *
   * @throws UnknownSymbolException if the vocabulary does not have one of its symbols: the model
   *     could never write it
   */
  public Sampler stopAfter(CharSequence stop) {
    EncodedText encoded = model.vocab().encode(stop);
    int[] symbols = new int[Math.toIntExact(encoded.length())];
    encoded.copy(0, symbols, 0, 1, symbols.length);
    this.stop = symbols;
    return this;
  }

  /**
   * Draws a passage.
   *
   * @param length at least 0; characters to draw, unless the stop text comes first
   * @throws IllegalArgumentException if length is below 0
   */
  public String sample(int length) {
    StringBuilder passage = new StringBuilder(Math.min(Math.max(length, 0), 1 << 20));
    try {
      sampleTo(passage, length);
    } catch (IOException e) {
      throw new UncheckedIOException("a StringBuilder does not fail", e);
    }
    return passage.toString();
  }

  /**
   * Draws a passage and hands on each character as soon as it is drawn.
   *
   * @param out gets one char a character, or two for a symbol beyond U+FFFF
   * @param length at least 0; characters to draw, unless the stop text comes first
   * @return how many characters were drawn
   * @throws IllegalArgumentException if length is below 0
   * @throws IOException if out throws it
   */
  public long sampleTo(Appendable out, long length) throws IOException {
    Range.atLeast(0, "length", length);
    Passage passage = new Passage();
    passage.readPrime();
    for (long drawn = 0; drawn < length; drawn++) {
      int symbol = passage.draw();
      int codePoint = model.vocab().codePointOf(symbol);
      if (Character.isBmpCodePoint(codePoint)) {
        out.append((char) codePoint);
      } else {
        out.append(Character.highSurrogate(codePoint)).append(Character.lowSurrogate(codePoint));
      }
      if (passage.stopped(symbol)) {
        return drawn + 1;
      }
    }
    return length;
  }

  /** The state of one passage: the network's, the generator's, and how much of stop was written. */
  private final class Passage {
    private final int size = model.vocab().size();
    private final Window window;
    private final double[] weights; // (K), from outputs to probabilities in place
    private final Xoshiro256 random = new Xoshiro256(seed);
    private final int[]
        ranked; // a heap of symbols, the likeliest first; empty if all are drawn from
    private final int[] stopFallback = fallback(stop);
    private int stopMatched;

    Passage() {
      window = Window.forEvaluation(1, model.parameters());
      weights = window.outputs;
      ranked = topK < size || topP < 1 ? new int[size] : new int[0];
    }

    void readPrime() {
      if (prime.length() == 0) {
        read(Math.max(0, model.vocab().symbolOf('\n')));
      }
      for (long i = 0; i < prime.length(); i++) {
        read(prime.symbol(i));
      }
    }

    private void read(int symbol) {
      window.symbols[0] = symbol;
      window.states(1);
      window.carry(1);
    }

    int draw() {
      int symbol = temperature == 0 ? likeliest() : drawAtTemperature();
      read(symbol);
      return symbol;
    }

    private int likeliest() {
      int result = 0;
      for (int symbol = 1; symbol < size; symbol++) {
        if (weights[symbol] > weights[result]) {
          result = symbol;
        }
      }
      return result;
    }

    private int drawAtTemperature() {
      double sum = window.kernel().exponentials(weights, temperature);
      if (ranked.length > 0) {
        return drawAmongLikeliest(sum);
      }
      double left = random.nextDouble() * sum;
      for (int symbol = 0; symbol < size - 1; symbol++) {
        left -= weights[symbol];
        if (left < 0) {
          return symbol;
        }
      }
      return size - 1;
    }

    private int drawAmongLikeliest(double sum) {
      for (int i = 0; i < size; i++) {
        ranked[i] = i;
      }
      for (int i = size / 2 - 1; i >= 0; i--) {
        sink(i, size);
      }
      // Taken from the heap one by one, the kept symbols gather at the array's end.
      int first = size;
      double kept = 0;
      while (first > 0 && size - first < topK && (first == size || kept < topP * sum)) {
        int symbol = ranked[0];
        kept += weights[symbol];
        first--;
        ranked[0] = ranked[first];
        ranked[first] = symbol;
        sink(0, first);
      }
      double left = random.nextDouble() * kept;
      for (int i = size - 1; i > first; i--) {
        left -= weights[ranked[i]];
        if (left < 0) {
          return ranked[i];
        }
      }
      return ranked[first];
    }

    private void sink(int parent, int count) {
      int at = parent;
      int symbol = ranked[at];
      while (2 * at + 1 < count) {
        int child = 2 * at + 1;
        if (child + 1 < count && likelier(ranked[child + 1], ranked[child])) {
          child++;
        }
        if (!likelier(ranked[child], symbol)) {
          break;
        }
        ranked[at] = ranked[child];
        at = child;
      }
      ranked[at] = symbol;
    }

    private boolean likelier(int a, int b) {
      return weights[a] > weights[b] || (weights[a] == weights[b] && a < b);
    }

    /** Whether the passage, with this symbol at its end, ends with the stop text. */
    boolean stopped(int symbol) {
      if (stop.length == 0) {
        return false;
      }
      while (stopMatched > 0 && stop[stopMatched] != symbol) {
        stopMatched = stopFallback[stopMatched - 1];
      }
      if (stop[stopMatched] == symbol) {
        stopMatched++;
      }
      return stopMatched == stop.length;
    }

    /** Knuth, Morris and Pratt: the longest proper beginning that each beginning also ends with. */
    private static int[] fallback(int[] pattern) {
      int[] result = new int[pattern.length];
      for (int i = 1, matched = 0; i < pattern.length; i++) {
        while (matched > 0 && pattern[matched] != pattern[i]) {
          matched = result[matched - 1];
        }
        if (pattern[matched] == pattern[i]) {
          matched++;
        }
        result[i] = matched;
      }
      return result;
    }
  }
}
