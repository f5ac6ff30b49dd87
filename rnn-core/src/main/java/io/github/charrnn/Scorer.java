package io.github.charrnn;

import io.github.charrnn.internal.Crew;
import io.github.charrnn.internal.Nulls;
import io.github.charrnn.internal.Range;
import io.github.charrnn.internal.Relay;
import io.github.charrnn.internal.SideBySide;
import io.github.charrnn.internal.Window;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * Evaluates many texts, or long ones, with a model: side by side and with several threads, to the
 * same bits as {@link VanillaRnn#evaluate(EncodedText)} of each alone.
 *
 * <pre>{@code
 * try (Stream<String> lines = Files.lines(log)) {
 *   Scorer.of(rnn).evaluateEach(
 *       lines.filter(line -> line.length() > 1).iterator(),
 *       line -> rnn.encode(line, UnknownSymbols.skip()),
 *       (line, evaluation) -> System.out.println(evaluation.bitsPerCharacter() + "\t" + line));
 * }
 * }</pre>
 *
 * <p>Set it up once, then evaluate as often as you like. Every text is read from the model's
 * {@linkplain VanillaRnn#startState start state}. Not safe for use by several threads at a time;
 * the model is.
 *
 * @since 0.1
 */
public final class Scorer {
  /*
   * Texts are independent, so members of the crew wait for each other only at the end of a batch.
   * Each has streams of its own, and gives a stream the batch's next text as soon as it is free, the
   * longest first: so none is left with a long one when all others are done. A text that would be
   * is read by all members together. A text's sum is kept by its windows, as evaluate does.
   */

  /**
   * Texts of a member side by side: enough that W and V are seldom read, few enough for a cache.
   */
  private static final int STREAMS = 40;

  /** Fewer than a tile has are read one after the other. */
  private static final int FEWEST_STREAMS = 5;

  /** What is read ahead, at most, but for the last text. */
  private static final int BATCH_TEXTS = 1 << 12;

  private static final long BATCH_CHARACTERS = 1 << 22;

  /** Nanoseconds after which no more texts are awaited before those that have come are read. */
  private static final long BATCH_NANOS = 100_000_000;

  /** Characters of a text that all members may have to read together. */
  private static final long LONG = 1 << 12;

  /** Multiply-adds of a member that pay for starting its thread. */
  private static final double WORTH_STARTING = 3_000_000;

  private final VanillaRnn model;
  private OptionalInt threads = OptionalInt.empty();

  private Scorer(VanillaRnn model) {
    this.model = model;
  }

  /**
   * {@return a scorer of a model}
   *
   * @param model what the texts are evaluated with
   */
  public static Scorer of(VanillaRnn model) {
    Objects.requireNonNull(model, "model");
    return new Scorer(model);
  }

  /**
   * How many threads share the work, the caller's among them; unless set, as many as pay, which
   * depends on the number of processors and on how much there is to read. The others are daemons,
   * and have ended when a method returns.
   *
   * @param threads from 1 to 1,024
   * @return this scorer
   * @throws IllegalArgumentException if threads is not from 1 to 1,024
   */
  public Scorer threads(int threads) {
    this.threads = OptionalInt.of(Range.within(1, Trainer.MAX_THREADS, "threads", threads));
    return this;
  }

  /**
   * {@return the cross-entropy of one text, {@link VanillaRnn#evaluate(EncodedText)} with several
   * threads}
   *
   * @param text at least 2 characters, in the model's vocabulary
   * @throws IllegalArgumentException if the text has fewer than 2 characters or another vocabulary
   */
  public Evaluation evaluate(EncodedText text) {
    Objects.requireNonNull(text, "text");
    model.requireSameVocab(text);
    VanillaRnn.requireEvaluable(text);
    try (Crew crew = new Crew(threadsFor(1, text.length()))) {
      return VanillaRnn.evaluate(model.parameters(), model.start(), text, crew);
    }
  }

  /**
   * {@return the cross-entropy of every text, in their order, each as {@link VanillaRnn#encode}
   * encodes it} A refusal names its text by its number, from 1.
   *
   * @param texts each of at least 2 characters, or, if the model is of documents, of at least 1
   * @throws UnknownSymbolException if the vocabulary does not have a symbol of one
   * @throws IllegalArgumentException if a text has fewer than 2 characters, or is an empty document
   */
  public List<Evaluation> evaluateAll(List<? extends CharSequence> texts) {
    return evaluateAll(texts, UnknownSymbols.fail());
  }

  /**
   * {@return the cross-entropy of every text, in their order} Otherwise like {@link
   * #evaluateAll(List)}, with another policy for symbols that the vocabulary does not have.
   *
   * @param texts each of at least 2 characters, or, if the model is of documents, of at least 1
   * @param unknown what to do with symbols that the vocabulary does not have
   * @throws UnknownSymbolException if there is one and the policy is to fail
   * @throws IllegalArgumentException if fewer than 2 characters of a text are left, or for the
   *     reasons of {@link VanillaRnn#encode}
   */
  public List<Evaluation> evaluateAll(List<? extends CharSequence> texts, UnknownSymbols unknown) {
    List<CharSequence> all = Nulls.copyWithout(texts, "texts");
    Objects.requireNonNull(unknown, "unknown");
    List<Evaluation> result = new ArrayList<>(all.size());
    evaluateEach(
        IntStream.range(0, all.size()).iterator(),
        i -> encode(all.get(i), i + 1, unknown),
        (i, evaluation) -> result.add(evaluation));
    return Collections.unmodifiableList(result);
  }

  /** What is wrong with a text is said with its number. */
  private EncodedText encode(CharSequence text, int number, UnknownSymbols unknown) {
    try {
      return model.encode(text, unknown);
    } catch (UnknownSymbolException e) {
      throw new UnknownSymbolException("text " + number, e);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("text " + number + ": " + e.getMessage(), e);
    }
  }

  /**
   * Hands out the cross-entropy of every text, one after the other in their order. However many
   * there are, some thousands are in memory at a time. The functions are called by the calling
   * thread.
   *
   * <p>What {@code items} and {@code encode} throw, or a text that is refused, ends it after all
   * that came before have been handed out; what {@code out} throws ends it at once.
   *
   * @param <T> what a text is the text of, such as a line with its number
   * @param items what the texts are of, read ahead
   * @param encode gives the text of an item, in the model's vocabulary
   * @param out gets every item with the evaluation of its text
   * @throws IllegalArgumentException if a text has fewer than 2 characters or another vocabulary
   */
  public <T> void evaluateEach(
      Iterator<? extends T> items,
      Function<? super T, EncodedText> encode,
      BiConsumer<? super T, ? super Evaluation> out) {
    Objects.requireNonNull(items, "items");
    Objects.requireNonNull(encode, "encode");
    Objects.requireNonNull(out, "out");
    Source<T> source = new Source<>(items, encode);
    source.fill();
    int members = threadsFor(source.texts.size(), source.characters);
    try (Crew crew = new Crew(members)) {
      Batch batch = new Batch(crew);
      while (!source.texts.isEmpty()) {
        long most = Math.max(LONG, source.characters / ((long) crew.size() * STREAMS));
        double[] losses = batch.losses(source.texts, most);
        for (int i = 0; i < losses.length; i++) {
          long predicted = source.texts.get(i).length() - 1;
          out.accept(source.items.get(i), new Evaluation(predicted, losses[i] / predicted));
        }
        source.fill();
      }
    }
    if (source.failure.isPresent()) {
      throw source.failure.get();
    }
  }

  /**
   * The loss of each of a few texts of about the same length, in nats.
   *
   * @param texts of at least 2 characters, in the model's vocabulary
   */
  double[] losses(List<EncodedText> texts, Crew crew) {
    long characters = texts.stream().mapToLong(EncodedText::length).sum();
    return new Batch(crew).losses(texts, Math.max(LONG, characters / crew.size()));
  }

  private int threadsFor(int texts, long characters) {
    int m = model.hiddenSize();
    int k = model.vocab().size();
    return threads.orElseGet(() -> threadsThatPay(texts, (double) characters * m * (m + k)));
  }

  /** For so many texts, or passages, and so much work with all of them. */
  static int threadsThatPay(int texts, double multiplyAdds) {
    double byTexts = Math.max(2, texts / (double) FEWEST_STREAMS);
    return Crew.sizeFor(Math.min(byTexts, multiplyAdds / WORTH_STARTING));
  }

  /** Reads ahead: the items of a batch, and what has ended them. */
  private final class Source<T> {
    private final Iterator<? extends T> from;
    private final Function<? super T, EncodedText> encode;
    private final List<T> items = new ArrayList<>();
    private final List<EncodedText> texts = new ArrayList<>();
    private long characters;
    private long number; // of the last text, from 1
    private Optional<RuntimeException> failure = Optional.empty();

    Source(Iterator<? extends T> from, Function<? super T, EncodedText> encode) {
      this.from = from;
      this.encode = encode;
    }

    /** The next batch; an empty one is the end. */
    void fill() {
      items.clear();
      texts.clear();
      characters = 0;
      if (failure.isPresent()) {
        return;
      }
      long began = System.nanoTime();
      try {
        while (texts.size() < BATCH_TEXTS
            && characters < BATCH_CHARACTERS
            && (texts.isEmpty() || System.nanoTime() - began < BATCH_NANOS)
            && from.hasNext()) {
          take(from.next());
        }
      } catch (RuntimeException e) {
        failure = Optional.of(e);
      }
    }

    private void take(T item) {
      number++;
      EncodedText text = Objects.requireNonNull(encode.apply(item), "encode gave null");
      model.requireSameVocab(text);
      if (text.length() < 2) {
        throw new IllegalArgumentException(
            "evaluation needs at least 2 characters, text " + number + " has " + text.length());
      }
      items.add(item);
      texts.add(text);
      characters += text.length();
    }
  }

  /** Texts that the members of a crew read, each as many side by side as it can. */
  private final class Batch implements Crew.Work {
    private final Crew crew;
    private final Member[] members;
    private List<EncodedText> texts = List.of();
    private long[] order = {}; // (texts): keys, the longest text's first
    private int count; // of those that are read side by side
    private final AtomicInteger taken = new AtomicInteger(); // of these
    private double[] losses = {}; // (texts)
    private int streams; // of a member

    Batch(Crew crew) {
      this.crew = crew;
      members = new Member[crew.size()];
      Arrays.setAll(members, i -> new Member(this));
    }

    /**
     * The loss of every text, in nats.
     *
     * @param most a text of more characters is read by all members together
     */
    double[] losses(List<EncodedText> texts, long most) {
      this.texts = texts;
      losses = new double[texts.size()];
      sort(most);
      int together = Math.min(crew.size(), count);
      if (count > 0) {
        streams = Math.min(STREAMS, (count + together - 1) / together);
        makeRoom();
        taken.set(0);
        crew.run(together == crew.size() ? together : 1, this);
      }
      return losses;
    }

    /** Evaluates the long ones; the others get their order. */
    private void sort(long most) {
      order = new long[texts.size()];
      count = 0;
      for (int i = 0; i < losses.length; i++) {
        EncodedText text = texts.get(i);
        if (crew.size() > 1 && text.length() > most) {
          losses[i] = VanillaRnn.loss(model.parameters(), model.start(), text, crew);
        } else {
          order[count++] = key(text, i);
        }
      }
      Arrays.sort(order, 0, count);
    }

    private static long key(EncodedText text, int index) {
      return (Integer.MAX_VALUE - Math.min(Integer.MAX_VALUE, text.length())) << 32 | index;
    }

    private void makeRoom() {
      if (streams >= FEWEST_STREAMS && members[0].capacity() < streams) {
        SideBySide[] readers = SideBySide.of(streams, model.parameters(), members.length);
        for (int i = 0; i < members.length; i++) {
          members[i].reader = Optional.of(readers[i]);
        }
      }
    }

    @Override
    public void run(int member, int of) {
      members[member].read();
    }

    /** The next text for one stream, or a negative number if there is none. */
    int take() {
      int next = taken.getAndIncrement();
      return next < count ? (int) order[next] : -1;
    }
  }

  /** Where the reading of a text has come to. */
  private static final class Progress {
    int index; // in the batch
    EncodedText text;
    long predicted; // characters to predict
    long position; // the next one to be read
    int symbol; // which is this
    double window; // the loss of this window so far
    double loss; // of those before

    Progress(EncodedText none) {
      text = none;
    }

    void begin(int index, EncodedText text) {
      this.index = index;
      this.text = text;
      predicted = text.length() - 1;
      position = 0;
      symbol = text.symbol(0);
      window = 0;
      loss = 0;
    }

    /** One more character was predicted; says whether it was the last. */
    boolean add(double nats, int next) {
      window += nats;
      symbol = next;
      position++;
      if (position % Relay.WINDOW == 0 || position == predicted) {
        loss += window;
        window = 0;
      }
      return position == predicted;
    }
  }

  /** What a member of the crew reads with. */
  private final class Member {
    private final Batch batch;
    private final Progress[] streams = new Progress[STREAMS]; // the first ones have begun
    private Optional<SideBySide> reader = Optional.empty();
    private Optional<Window> window = Optional.empty();

    Member(Batch batch) {
      this.batch = batch;
      EncodedText none = model.vocab().encode("");
      Arrays.setAll(streams, s -> new Progress(none));
    }

    int capacity() {
      return reader.map(SideBySide::capacity).orElse(0);
    }

    /** Takes texts until there are no more. */
    void read() {
      if (batch.streams < FEWEST_STREAMS) {
        while (takeInto(streams[0])) {
          readAlone(streams[0], model.start());
        }
        return;
      }
      SideBySide sideBySide = reader.orElseThrow();
      while (sideBySide.count() < batch.streams && takeInto(streams[sideBySide.count()])) {
        sideBySide.begin(model.start());
      }
      while (sideBySide.count() >= FEWEST_STREAMS) {
        step(sideBySide);
      }
      while (sideBySide.count() > 0) {
        int last = sideBySide.count() - 1;
        readAlone(streams[last], sideBySide.state(last));
        sideBySide.end(last);
      }
    }

    private boolean takeInto(Progress progress) {
      int index = batch.take();
      if (index < 0) {
        return false;
      }
      progress.begin(index, batch.texts.get(index));
      return true;
    }

    private void step(SideBySide sideBySide) {
      int count = sideBySide.count();
      int[] symbols = sideBySide.symbols;
      for (int s = 0; s < count; s++) {
        Progress progress = streams[s];
        symbols[s] = progress.symbol;
        symbols[count + s] = progress.text.symbol(progress.position + 1);
      }
      sideBySide.score();
      for (int s = count - 1; s >= 0; s--) { // whoever takes the place of one that ends is done
        Progress progress = streams[s];
        if (progress.add(sideBySide.losses[s], symbols[count + s])) {
          batch.losses[progress.index] = progress.loss;
          if (takeInto(progress)) {
            sideBySide.restart(s, model.start());
          } else {
            sideBySide.end(s);
            streams[s] = streams[sideBySide.count()];
            streams[sideBySide.count()] = progress;
          }
        }
      }
    }

    /** Goes on to the end: step by step to the end of a window, then by whole ones. */
    private void readAlone(Progress progress, double[] state) {
      if (window.isEmpty()) {
        window = Optional.of(Window.forEvaluation(Relay.WINDOW, model.parameters()));
      }
      Window alone = window.get();
      alone.enter(state);
      EncodedText text = progress.text;
      while (progress.position % Relay.WINDOW != 0 && progress.position < progress.predicted) {
        text.copy(progress.position, alone.symbols, 0, 1, 2);
        progress.add(alone.forward(1), alone.symbols[1]);
        alone.carry(1);
      }
      batch.losses[progress.index] = VanillaRnn.loss(alone, text, progress.position, progress.loss);
    }
  }
}
