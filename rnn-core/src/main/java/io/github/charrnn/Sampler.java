package io.github.charrnn;

import io.github.charrnn.internal.Crew;
import io.github.charrnn.internal.Range;
import io.github.charrnn.internal.SideBySide;
import io.github.charrnn.internal.Window;
import io.github.charrnn.internal.Xoshiro256;
import io.github.charrnn.internal.kernel.Kernel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * Draws text from a model, character by character: each is drawn from the distribution that the
 * model predicts, and the model reads it next.
 *
 * <p>Set it up once, then sample as often as you like. Every passage begins in the model's
 * {@linkplain VanillaRnn#startState start state}; the same model, settings and seed give the same
 * passage. Not safe for use by several threads at a time; the model is.
 *
 * @since 0.1
 */
public final class Sampler {
  /**
   * Passages of a thread side by side: enough that W and V are seldom read, few enough for a cache.
   */
  private static final int STREAMS = 40;

  /** Documents that are drawn side by side. */
  private static final int DOCUMENTS = 128;

  private final VanillaRnn model;
  private long seed = 1;
  private double temperature = 1;
  private int topK = Integer.MAX_VALUE;
  private double topP = 1;
  private EncodedText prime;
  private Optional<Predictor> origin = Optional.empty();
  private int[] stop = {};
  private int neverFirst = -1; // a symbol that no passage of several begins with
  private OptionalInt threads = OptionalInt.empty();

  private Sampler(VanillaRnn model) {
    this.model = model;
    prime = model.vocab().encode("");
  }

  private Sampler(Sampler other) {
    model = other.model;
    temperature = other.temperature;
    topK = other.topK;
    topP = other.topP;
    prime = other.prime;
    origin = other.origin;
    threads = other.threads;
  }

  /**
   * {@return a sampler of a model}
   *
   * @param model what writes; many samplers may share it
   */
  public static Sampler of(VanillaRnn model) {
    Objects.requireNonNull(model, "model");
    return new Sampler(model);
  }

  /**
   * What the random draws come from; 1 unless set.
   *
   * @param seed any number
   * @return this sampler
   */
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
   * @return this sampler
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
   * @return this sampler
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
   * @return this sampler
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
   * if that has no line feed. If the model is of documents, it begins one, with the prime.
   *
   * @param prime of any length, also empty
   * @return this sampler
   * @throws UnknownSymbolException if the vocabulary does not have one of its symbols
   * @throws IllegalArgumentException if the prime has half a surrogate pair
   */
  public Sampler prime(CharSequence prime) {
    return prime(prime, UnknownSymbols.fail());
  }

  /**
   * A text that the model reads before the first draw, with symbols that it may not know.
   *
   * @param prime of any length, also empty
   * @param unknown what to do with symbols that the vocabulary does not have
   * @return this sampler
   * @throws UnknownSymbolException if there is one and the policy is to fail
   * @throws IllegalArgumentException if the prime has half a surrogate pair, or if the policy's
   *     replacement is not in the vocabulary
   */
  public Sampler prime(CharSequence prime, UnknownSymbols unknown) {
    Objects.requireNonNull(prime, "prime");
    Objects.requireNonNull(unknown, "unknown");
    this.prime = model.vocab().encode(prime, unknown);
    origin = Optional.empty();
    return this;
  }

  /**
   * Every passage goes on where a predictor stands now, instead of at a prime; where that goes
   * later makes no difference. A {@linkplain #prime(CharSequence) prime} ends that.
   *
   * @param predictor of this sampler's model
   * @return this sampler
   * @throws IllegalArgumentException if it is of another model
   */
  public Sampler after(Predictor predictor) {
    Objects.requireNonNull(predictor, "predictor");
    if (predictor.model() != model) {
      throw new IllegalArgumentException(
          "the predictor is of another model, " + predictor.model() + ": make one of this");
    }
    prime = model.vocab().encode("");
    origin = Optional.of(predictor.copy());
    return this;
  }

  /**
   * Ends the passage after this text, should the model come to write it; unless set, or if empty,
   * only the length ends it.
   *
   * @param stop of any length; empty for none
   * @return this sampler
   * @throws UnknownSymbolException if the vocabulary does not have one of its symbols: the model
   *     could never write it
   */
  public Sampler stopAfter(CharSequence stop) {
    Objects.requireNonNull(stop, "stop");
    EncodedText encoded = model.vocab().encode(stop);
    int[] symbols = new int[Math.toIntExact(encoded.length())];
    encoded.copy(0, symbols, 0, 1, symbols.length);
    this.stop = symbols;
    return this;
  }

  /**
   * How many threads share {@link #samples}, the caller's among them; unless set, as many as pay,
   * which depends on the number of processors and on how much there is to draw. The passages are
   * the same with any number. The other threads are daemons, and have ended when it returns.
   *
   * @param threads from 1 to 1,024
   * @return this sampler
   * @throws IllegalArgumentException if threads is not from 1 to 1,024
   */
  public Sampler threads(int threads) {
    this.threads = OptionalInt.of(Range.within(1, Trainer.MAX_THREADS, "threads", threads));
    return this;
  }

  /**
   * Draws a passage.
   *
   * @param length at least 0; characters to draw, unless the stop text comes first
   * @return what was drawn, without the prime and with the stop text
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
    Objects.requireNonNull(out, "out");
    Range.atLeast(0, "length", length);
    Passage passage = new Passage(seed);
    Window window = readPrime();
    Choice choice = new Choice(window.outputs);
    for (long drawn = 0; drawn < length; drawn++) {
      int symbol = choice.draw(window.kernel(), passage.random);
      read(window, symbol);
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

  /**
   * Draws many passages side by side, which takes less time than one after the other. Passage i is
   * the one that {@link #sample} draws with seed + i, to the character, whatever is beside it.
   *
   * @param length at least 0; characters to draw of each, unless the stop text comes first
   * @param count at least 0
   * @return count passages, in the order of their seeds
   * @throws IllegalArgumentException if length or count is below 0
   */
  public List<String> samples(int length, int count) {
    Range.atLeast(0, "length", length);
    Range.atLeast(0, "count", count);
    if (length == 0 || count == 0) {
      return Collections.nCopies(count, "");
    }
    int members = Math.min(count, threads.orElseGet(() -> threadsThatPay(length, count)));
    try (Crew crew = new Crew(members)) {
      return new Passages(length, count, members).draw(crew);
    }
  }

  private int threadsThatPay(int length, int count) {
    int m = model.hiddenSize();
    double multiplyAdds = (double) length * count * m * (m + model.vocab().size());
    return Scorer.threadsThatPay(count, multiplyAdds);
  }

  /**
   * Draws documents of a model {@linkplain VanillaRnn.Builder#documents of documents}, as many as
   * the stream is asked for: document i begins with the prime and ends where the model ends it. It
   * is drawn with seed + i, whatever is beside it; several are drawn side by side. None is empty:
   * without a prime, the first character is drawn among those that do not end a document.
   *
   * <pre>{@code
   * List<String> names = Sampler.of(rnn).documents(30).distinct().limit(20).toList();
   * }</pre>
   *
   * @param longest at least 1; characters to draw, of a document that the model does not end before
   * @return documents with the prime and without the boundary; endless
   * @throws IllegalArgumentException if longest is below 1, or if the model is not of documents
   */
  public Stream<String> documents(int longest) {
    Range.atLeast(1, "longest", longest);
    Documents how =
        model
            .documents()
            .orElseThrow(() -> new IllegalArgumentException("the model is not of documents"));
    String boundary = Character.toString(how.boundary());
    int end = how.requireIn(model.vocab());
    String begin = prime.decode();
    return Stream.iterate(seed, first -> first + DOCUMENTS)
        .flatMap(
            first -> {
              Sampler some = new Sampler(this);
              some.seed = first;
              some.stop = new int[] {end};
              some.neverFirst = prime.length() == 0 ? end : -1;
              return some.samples(longest, DOCUMENTS).stream();
            })
        .map(text -> begin + (text.endsWith(boundary) ? without(text, boundary) : text))
        .filter(text -> !text.isEmpty());
  }

  private static String without(String text, String end) {
    return text.substring(0, text.length() - end.length());
  }

  /** A window of one step that has read the prime. */
  private Window readPrime() {
    if (origin.isPresent()) {
      return origin.get().standing();
    }
    Window window = model.startingWindow();
    if (model.documents().isPresent()) {
      read(window, model.documents().get().requireIn(model.vocab()));
    } else if (prime.length() == 0) {
      read(window, Math.max(0, model.vocab().symbolOf('\n')));
    }
    for (long i = 0; i < prime.length(); i++) {
      read(window, prime.symbol(i));
    }
    return window;
  }

  private static void read(Window window, int symbol) {
    window.symbols[0] = symbol;
    window.states(1);
    window.carry(1);
  }

  /** Passages that the members of a crew draw, each several at a time. */
  private final class Passages {
    private final int length;
    private final String[] texts; // (count)
    private final int streams; // of a member
    private final double[] state; // (m): after the prime
    private final double[] outputs; // (K): likewise
    private final SideBySide[] readers; // (members)
    private final AtomicInteger taken = new AtomicInteger();

    Passages(int length, int count, int members) {
      this.length = length;
      texts = new String[count];
      streams = Math.min(STREAMS, (count + members - 1) / members);
      Window window = readPrime();
      state = window.entering();
      outputs = window.outputs.clone();
      if (neverFirst >= 0) { // drawing it again and again might never end, at temperature 0
        outputs[neverFirst] = Double.NEGATIVE_INFINITY;
      }
      readers = SideBySide.of(streams, model.parameters(), members);
    }

    List<String> draw(Crew crew) {
      crew.run(
          crew.size(),
          new Crew.Work() {
            @Override
            public void run(int member, int members) {
              drawSome(readers[member]);
            }
          });
      return List.of(texts);
    }

    /** Draws passages until none is left; one that ends makes way for the next. */
    private void drawSome(SideBySide reader) {
      Choice choice = new Choice(new double[model.vocab().size()]);
      Passage[] passages = new Passage[streams];
      do {
        while (reader.count() < streams && begin(reader, choice, passages)) {}
        for (int s = 0; s < reader.count(); s++) {
          reader.symbols[s] = passages[s].last;
        }
        if (reader.count() > 0) {
          reader.read();
        }
        for (int s = reader.count() - 1; s >= 0; s--) {
          if (goOn(passages[s], reader.kernel(), choice, reader.outputs, s)) {
            reader.end(s);
            passages[s] = passages[reader.count()];
          }
        }
      } while (reader.count() > 0 || taken.get() < texts.length);
    }

    /** Whether there was one more to begin; it may have ended already. */
    private boolean begin(SideBySide reader, Choice choice, Passage[] passages) {
      int next = taken.getAndIncrement();
      if (next >= texts.length) {
        return false;
      }
      Passage passage = new Passage(seed + next);
      passage.index = next;
      if (!goOn(passage, reader.kernel(), choice, outputs, 0)) {
        passages[reader.count()] = passage;
        reader.begin(state);
      }
      return true;
    }

    /** One more character, drawn from a row of outputs; says whether it was the last. */
    private boolean goOn(Passage passage, Kernel kernel, Choice choice, double[] outputs, int row) {
      System.arraycopy(outputs, row * choice.size, choice.weights, 0, choice.size);
      passage.last = choice.draw(kernel, passage.random);
      passage.text.appendCodePoint(model.vocab().codePointOf(passage.last));
      passage.drawn++;
      if (passage.stopped(passage.last) || passage.drawn == length) {
        texts[passage.index] = passage.text.toString();
        return true;
      }
      return false;
    }
  }

  /** How a symbol is drawn from outputs. */
  private final class Choice {
    private final int size = model.vocab().size();
    private final double[] weights; // (K), from outputs to probabilities in place
    private final int[]
        ranked; // a heap of symbols, the likeliest first; empty if all are drawn from

    Choice(double[] outputs) {
      weights = outputs;
      ranked = topK < size || topP < 1 ? new int[size] : new int[0];
    }

    int draw(Kernel kernel, Xoshiro256 random) {
      return temperature == 0 ? likeliest() : drawAtTemperature(kernel, random);
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

    private int drawAtTemperature(Kernel kernel, Xoshiro256 random) {
      double sum = kernel.exponentials(weights, temperature);
      if (ranked.length > 0) {
        return drawAmongLikeliest(sum, random);
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

    private int drawAmongLikeliest(double sum, Xoshiro256 random) {
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
  }

  /** How far a passage has come: its generator's state, and how much of stop it has written. */
  private final class Passage {
    private final Xoshiro256 random;
    private final KnuthMorrisPratt end = new KnuthMorrisPratt(stop);
    private int index; // among several
    private int last; // symbol
    private int drawn;
    private final StringBuilder text = new StringBuilder(); // of several

    Passage(long seed) {
      random = new Xoshiro256(seed);
    }

    /** Whether the passage, with this symbol at its end, ends with the stop text. */
    boolean stopped(int symbol) {
      return end.accept(symbol);
    }
  }
}
