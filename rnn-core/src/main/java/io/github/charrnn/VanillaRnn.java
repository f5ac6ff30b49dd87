package io.github.charrnn;

import io.github.charrnn.internal.Crew;
import io.github.charrnn.internal.Header;
import io.github.charrnn.internal.Initialization;
import io.github.charrnn.internal.Memory;
import io.github.charrnn.internal.ModelFile;
import io.github.charrnn.internal.Parameters;
import io.github.charrnn.internal.Range;
import io.github.charrnn.internal.Relay;
import io.github.charrnn.internal.Window;
import io.github.charrnn.internal.Xoshiro256;
import io.github.charrnn.internal.kernel.Kernels;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.ref.SoftReference;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * A vanilla recurrent network over the symbols of a vocabulary: its shape and its parameters U, W,
 * V, b and c, which never change. Training gives new models. Safe for use by many threads.
 *
 * <p>The parameters are handed out as in the equations of the {@linkplain io.github.charrnn package
 * documentation}: flat, row-major, element (i, j) of a matrix with s columns at {@code i * s + j}.
 *
 * <p>A model is equal to itself alone: {@link #fingerprint} tells whether two have the same
 * parameters.
 *
 * <p>A model reads every text from its start: the zero state, unless training has left it a {@link
 * #startState}.
 *
 * @since 0.1
 */
public final class VanillaRnn {
  private final CharVocab vocab;
  private final Parameters parameters;
  private final long seed;
  private final Initializer initializer;
  private final Optional<Documents> documents;
  private final Optional<TrainingSummary> training;
  private final double[] start; // (m): the state in which it begins to read
  private final double startLoss; // NaN if it was not measured

  /**
   * Windows that evaluations have left for the next ones: what one packs of W and V costs more than
   * to read a short text. There are as many as threads have ever evaluated at a time.
   */
  private final Queue<SoftReference<Window>> spare = new ConcurrentLinkedQueue<>();

  private VanillaRnn(
      CharVocab vocab,
      Parameters parameters,
      long seed,
      Initializer initializer,
      Optional<Documents> documents,
      Optional<TrainingSummary> training,
      double[] start,
      double startLoss) {
    this.vocab = vocab;
    this.parameters = parameters;
    this.seed = seed;
    this.initializer = initializer;
    this.documents = documents;
    this.training = training;
    this.start = start;
    this.startLoss = startLoss;
  }

  /**
   * What a file has.
   *
   * @param start (m), the state to begin in, not copied
   */
  static VanillaRnn of(Header header, Parameters parameters, double[] start) {
    return new VanillaRnn(
        header.vocab(),
        parameters,
        header.seed,
        header.initializer,
        header.documents,
        TrainingSummary.of(header),
        start,
        header.startLoss);
  }

  /** Other parameters of this model, with the zero state to begin in. */
  VanillaRnn with(Parameters other, Optional<TrainingSummary> how) {
    return with(other, how, new double[other.hiddenSize]);
  }

  /** Other parameters of this model, with a state to begin in, (m), not copied. */
  VanillaRnn with(Parameters other, Optional<TrainingSummary> how, double[] state) {
    return new VanillaRnn(vocab, other, seed, initializer, documents, how, state, Double.NaN);
  }

  /** What a file says of this model. */
  Header header() {
    Header header = new Header(vocab, hiddenSize(), seed, initializer, training);
    header.documents = documents;
    header.startState = startsBeyondZero();
    header.startLoss = startLoss;
    return header;
  }

  /**
   * {@return the settings of a new, untrained model}
   *
   * @param vocab the symbols that it is to know
   */
  public static Builder builder(CharVocab vocab) {
    return new Builder(vocab);
  }

  /**
   * Settings of a new model. Not safe for use by several threads at a time.
   *
   * @since 0.1
   */
  public static final class Builder {
    private final CharVocab vocab;
    private int hiddenSize = 100;
    private long seed = 1;
    private Initializer initializer = Initializer.normal(0.01);
    private Optional<Documents> documents = Optional.empty();

    private Builder(CharVocab vocab) {
      this.vocab = Objects.requireNonNull(vocab, "vocab");
    }

    /**
     * The number of hidden units, m; 100 unless set.
     *
     * @param hiddenSize at least 1
     * @return this builder
     * @throws IllegalArgumentException if hiddenSize is below 1
     */
    public Builder hiddenSize(int hiddenSize) {
      this.hiddenSize = Range.atLeast(1, "hiddenSize", hiddenSize);
      return this;
    }

    /**
     * The seed of the generator that draws the initial parameters; 1 unless set.
     *
     * @param seed any number
     * @return this builder
     */
    public Builder seed(long seed) {
      this.seed = seed;
      return this;
    }

    /**
     * The distribution of the initial parameters; {@code Initializer.normal(0.01)} unless set.
     *
     * @param initializer what they are drawn by
     * @return this builder
     */
    public Builder initializer(Initializer initializer) {
      this.initializer = Objects.requireNonNull(initializer, "initializer");
      return this;
    }

    /**
     * The model is of documents: it is in the zero state wherever one begins. Unless set, a text is
     * one document.
     *
     * @param documents how its texts are made of them
     * @return this builder
     * @throws IllegalArgumentException if the vocabulary does not have the boundary
     */
    public Builder documents(Documents documents) {
      Objects.requireNonNull(documents, "documents");
      documents.requireIn(vocab);
      this.documents = Optional.of(documents);
      return this;
    }

    /**
     * {@return the model, its parameters drawn by the initializer with the seed}
     *
     * @throws IllegalArgumentException if training a model of hiddenSize hidden units over this
     *     vocabulary does not fit into the heap or into Java's arrays
     */
    public VanillaRnn build() {
      int m = hiddenSize;
      int k = vocab.size();
      String what = "training with hiddenSize " + m + " and " + k + " symbols";
      Window.requireTrainable(what, 1, 1, m, k, 1, 0); // what a new model is there for
      int boundary = documents.map(it -> it.requireIn(vocab)).orElse(Parameters.NONE);
      Parameters p = new Parameters(m, k, boundary);
      new Initialization(p, new Xoshiro256(seed)).draw(initializer);
      return new VanillaRnn(
          vocab, p, seed, initializer, documents, Optional.empty(), new double[m], Double.NaN);
    }
  }

  /** {@return the symbols that it knows, K of them} */
  public CharVocab vocab() {
    return vocab;
  }

  /** {@return the number of hidden units, m; at least 1} */
  public int hiddenSize() {
    return parameters.hiddenSize;
  }

  /** {@return the number of parameters, {@code m K + m m + K m + m + K}} */
  public long parameterCount() {
    return Parameters.count(hiddenSize(), vocab.size());
  }

  /** {@return the seed of the generator that drew the initial parameters, before any training} */
  public long seed() {
    return seed;
  }

  /** {@return the distribution of the initial parameters, before any training} */
  public Initializer initializer() {
    return initializer;
  }

  /** {@return what the texts of this model are made of; empty if every text is one document} */
  public Optional<Documents> documents() {
    return documents;
  }

  /** {@return how the parameters were trained; empty for a new model} */
  public Optional<TrainingSummary> training() {
    return training;
  }

  /** {@return a copy of U (m, K), from input to hidden state} */
  public double[] u() {
    return Parameters.transpose(vocab.size(), hiddenSize(), parameters.u);
  }

  /** {@return a copy of W (m, m), from hidden state to hidden state} */
  public double[] w() {
    return parameters.w.clone();
  }

  /** {@return a copy of V (K, m), from hidden state to output} */
  public double[] v() {
    return parameters.v.clone();
  }

  /** {@return a copy of b (m), the hidden bias} */
  public double[] b() {
    return parameters.b.clone();
  }

  /** {@return a copy of c (K), the output bias} */
  public double[] c() {
    return parameters.c.clone();
  }

  /**
   * The state in which this model begins to read, (m), every value from -1 to 1; empty for the zero
   * state. A model that was trained by a recipe that carries the state on from window to window,
   * and never resets it on the way, keeps the state that the first stream stood in after the step
   * that its parameters are of: there it has learnt to go on. The zero state it has seen at the
   * beginning of every epoch only, and it may predict very badly from there.
   *
   * @return a copy
   */
  public Optional<double[]> startState() {
    return startsBeyondZero() ? Optional.of(start.clone()) : Optional.empty();
  }

  /** {@return the same model, which begins in the zero state} */
  public VanillaRnn fromZero() {
    return startsBeyondZero() ? with(parameters, training) : this;
  }

  /**
   * {@return the same model, which begins in a state that comes from elsewhere}
   *
   * @param state (m), copied; every value from -1 to 1
   * @throws IllegalArgumentException if it has another length, or a value beyond that
   */
  public VanillaRnn startingIn(double[] state) {
    Objects.requireNonNull(state, "state");
    if (state.length != hiddenSize()) {
      throw new IllegalArgumentException(
          "the start state has "
              + state.length
              + " elements, must have "
              + hiddenSize()
              + ", one of each hidden unit");
    }
    for (double h : state) {
      if (!(Math.abs(h) <= 1)) {
        throw new IllegalArgumentException(
            "the start state has a value that is " + h + ", must be from -1 to 1");
      }
    }
    return with(parameters, training, state.clone());
  }

  /**
   * {@return a model of the same parameters, which is of documents, as {@link Builder#documents}
   * says; untrained}
   *
   * @param what how its texts are made of them
   * @throws IllegalArgumentException if the vocabulary does not have the boundary
   */
  public VanillaRnn ofDocuments(Documents what) {
    Objects.requireNonNull(what, "what");
    Parameters p = new Parameters(hiddenSize(), vocab.size(), what.requireIn(vocab));
    p.set(parameters);
    return new VanillaRnn(
        vocab,
        p,
        seed,
        initializer,
        Optional.of(what),
        Optional.empty(),
        start.clone(),
        Double.NaN);
  }

  /**
   * {@return this model over a larger vocabulary, to go on with a text that has symbols it has
   * never met} W, b, and all of U, V and c that is of the symbols of now stay the same, to the bit;
   * so do the hidden states of any text that has these alone. The rows and columns of a new symbol
   * are zero, and its c is the lowest that there is: it is as improbable as a symbol can be by its
   * bias, it changes no state before training has seen it, and of an untrained model it is as
   * probable as any other. An old symbol's probability becomes smaller by what the new ones take,
   * which is the same factor for all of them.
   *
   * @param larger all symbols of {@link #vocab}, and others; {@link CharVocab#and} makes it
   * @throws IllegalArgumentException if it does not have a symbol of this model, or if the model
   *     does not fit into the heap or into Java's arrays
   */
  public VanillaRnn withSymbols(CharVocab larger) {
    Objects.requireNonNull(larger, "larger");
    if (larger.equals(vocab)) {
      return this;
    }
    int m = hiddenSize();
    int k = larger.size();
    Parameters.requireFits(m, k, "a model with hiddenSize " + m + " and " + k + " symbols");
    int boundary = documents.map(it -> it.requireIn(larger)).orElse(Parameters.NONE);
    Parameters p = new Parameters(m, k, boundary);
    System.arraycopy(parameters.w, 0, p.w, 0, m * m);
    System.arraycopy(parameters.b, 0, p.b, 0, m);
    Arrays.fill(p.c, Arrays.stream(parameters.c).min().orElseThrow());
    for (int symbol = 0; symbol < vocab.size(); symbol++) {
      int there = larger.symbolOf(vocab.codePointOf(symbol));
      if (there < 0) {
        throw new IllegalArgumentException(
            "the larger vocabulary does not have "
                + CharVocab.describe(vocab.codePointOf(symbol))
                + ", must have all "
                + vocab.size()
                + " symbols of the model");
      }
      System.arraycopy(parameters.u, symbol * m, p.u, there * m, m);
      System.arraycopy(parameters.v, symbol * m, p.v, there * m, m);
      p.c[there] = parameters.c[symbol];
    }
    return new VanillaRnn(
        larger, p, seed, initializer, documents, training, start.clone(), Double.NaN);
  }

  /**
   * {@return the same model, measured on the text that it was trained on} How well it predicts
   * pieces spread over it, at most 10,000 characters, each piece read from its start as every text
   * is. Unlike the smooth loss, that is of these parameters alone, of all of the text, and of what
   * {@link #evaluate} and {@link Sampler} do.
   *
   * @param text at least 2 characters, in the model's vocabulary
   * @throws IllegalArgumentException if the text has fewer than 2 characters or another vocabulary
   */
  public VanillaRnn measured(EncodedText text) {
    Objects.requireNonNull(text, "text");
    requireSameVocab(text);
    requireEvaluable(text);
    double loss = StartLoss.of(this, text);
    return new VanillaRnn(vocab, parameters, seed, initializer, documents, training, start, loss);
  }

  /**
   * {@return what {@link #measured} came to, in nats per character; empty if that was never done}
   * It is kept in the model's file.
   */
  public OptionalDouble startLoss() {
    return Double.isNaN(startLoss) ? OptionalDouble.empty() : OptionalDouble.of(startLoss);
  }

  private boolean startsBeyondZero() {
    return Arrays.stream(start).anyMatch(h -> h != 0);
  }

  /**
   * {@return the cross-entropy of a text under this model} The model begins in its {@linkplain
   * #startState start state}, reads the first character, and predicts each one after it. The text
   * is read as one stream, in windows of 64 characters whose losses are added up one after the
   * other: so the sum is the same everywhere, to the last bit.
   *
   * @param text at least 2 characters, in the model's vocabulary
   * @throws IllegalArgumentException if the text has fewer than 2 characters or another vocabulary
   */
  public Evaluation evaluate(EncodedText text) {
    Objects.requireNonNull(text, "text");
    requireSameVocab(text);
    requireEvaluable(text);
    SoftReference<Window> left = spare.poll();
    Window window = left == null ? null : left.get();
    if (left == null || window == null) {
      window = Window.forEvaluation(Relay.WINDOW, parameters);
      left = new SoftReference<>(window);
    }
    window.enter(start);
    double loss = loss(window, text, 0, 0);
    spare.add(left);
    return new Evaluation(text.length() - 1, loss / (text.length() - 1));
  }

  static void requireEvaluable(EncodedText text) {
    if (text.length() < 2) {
      throw new IllegalArgumentException(
          "evaluation needs at least 2 characters, the text has " + text.length());
    }
  }

  /**
   * The cross-entropy of a text of at least 2 characters.
   *
   * @param start its first m numbers are the state to begin in
   */
  static Evaluation evaluate(Parameters parameters, double[] start, EncodedText text, Crew crew) {
    long predicted = text.length() - 1;
    return new Evaluation(predicted, loss(parameters, start, text, crew) / predicted);
  }

  /** Its loss, in nats. */
  static double loss(Parameters parameters, double[] start, EncodedText text, Crew crew) {
    if (Relay.pays(parameters, text.length(), crew.size())) {
      return new Relay(parameters, crew).loss(start, text);
    }
    Window window = Window.forEvaluation(Relay.WINDOW, 1, parameters, crew);
    window.enter(start);
    return loss(window, text, 0, 0);
  }

  /**
   * Adds the losses of the windows from a position on.
   *
   * @param window has the state there
   * @param position a multiple of the length of a window, or the end
   */
  static double loss(Window window, EncodedText text, long position, double before) {
    long predicted = text.length() - 1;
    double loss = before;
    for (long from = position; from < predicted; from += Relay.WINDOW) {
      int steps = (int) Math.min(Relay.WINDOW, predicted - from);
      text.copy(from, window.symbols, 0, 1, steps + 1);
      loss += window.forward(steps);
      window.carry(steps);
    }
    return loss;
  }

  /**
   * {@return the cross-entropy of a text, as {@link #encode} encodes it} The vocabulary must have
   * all of its symbols.
   *
   * @param text at least 2 characters, or, if the model is of documents, at least 1
   * @throws UnknownSymbolException if the vocabulary does not have one of its symbols
   * @throws IllegalArgumentException if the text has fewer than 2 characters, is an empty document,
   *     or has half a surrogate pair
   */
  public Evaluation evaluate(CharSequence text) {
    return evaluate(encode(text, UnknownSymbols.fail()));
  }

  /**
   * {@return the cross-entropy of a text under this model} Otherwise like {@link
   * #evaluate(CharSequence)}, with another policy for symbols that the vocabulary does not have.
   *
   * @param text at least 2 characters, or, if the model is of documents, at least 1
   * @param unknown what to do with symbols that the vocabulary does not have
   * @throws UnknownSymbolException if there is one and the policy is to fail
   * @throws IllegalArgumentException for the reasons of {@link #encode}, or if fewer than 2
   *     characters are left
   */
  public Evaluation evaluate(CharSequence text, UnknownSymbols unknown) {
    return evaluate(encode(text, unknown));
  }

  /**
   * {@return a text for this model} It is as {@link CharVocab#encode} encodes it, or, if the model
   * is of documents, one document between two boundaries. So of a document all is predicted, from
   * its first character to its end.
   *
   * @param text of any length; at least 1 character if the model is of documents
   * @param unknown what to do with symbols that the vocabulary does not have
   * @throws UnknownSymbolException if there is one and the policy is to fail
   * @throws IllegalArgumentException if the text has half a surrogate pair, or is an empty document
   *     or has the boundary in it, or if the policy's replacement is not in the vocabulary
   */
  public EncodedText encode(CharSequence text, UnknownSymbols unknown) {
    Objects.requireNonNull(text, "text");
    Objects.requireNonNull(unknown, "unknown");
    if (documents.isEmpty()) {
      return vocab.encode(text, unknown);
    }
    Documents.Reader reader = documents.get().reader(vocab, unknown);
    try {
      reader.add(text);
    } catch (UnknownSymbolException e) { // the reader has put a boundary before the text
      throw new UnknownSymbolException(e.codePoint(), e.position() - 1, vocab);
    }
    if (reader.count() == 0) {
      throw new IllegalArgumentException("the document is empty, must have at least 1 character");
    }
    return reader.finish();
  }

  /**
   * {@return a line for this model, as a list or a log has it} It is read from the end of the line
   * before, and to its own end, where the vocabulary has what ends a line: the boundary, if the
   * model is of documents, or else a line feed. So all of the line is predicted, and its end, also
   * of an empty one. Where the vocabulary has neither, it is the line alone.
   *
   * @param line of any length, without its end
   * @param unknown what to do with symbols that the vocabulary does not have
   * @throws UnknownSymbolException if there is one and the policy is to fail
   * @throws IllegalArgumentException if the line has half a surrogate pair, or if the policy's
   *     replacement is not in the vocabulary
   */
  public EncodedText encodeLine(CharSequence line, UnknownSymbols unknown) {
    Objects.requireNonNull(line, "line");
    Objects.requireNonNull(unknown, "unknown");
    int end = documents.map(Documents::boundary).orElse((int) '\n');
    if (vocab.symbolOf(end) < 0) {
      return vocab.encode(line, unknown);
    }
    String boundary = Character.toString(end);
    try {
      return vocab.encode(boundary + line + boundary, unknown);
    } catch (UnknownSymbolException e) { // there is a boundary before the line
      throw new UnknownSymbolException(e.codePoint(), e.position() - 1, vocab);
    }
  }

  /**
   * The surprisal of every character of a text but the first under this model, {@code -log p} in
   * nats; {@link #evaluate(EncodedText)} gives the mean. The model begins in its {@linkplain
   * #startState start state}.
   *
   * @param text at least 2 characters, in the model's vocabulary
   * @return (length - 1): element i is that of character i + 1
   * @throws IllegalArgumentException if the text has fewer than 2 characters or another vocabulary,
   *     or if so many numbers do not fit into the heap
   */
  public double[] surprisals(EncodedText text) {
    Objects.requireNonNull(text, "text");
    requireSameVocab(text);
    requireEvaluable(text);
    double[] surprisals = allocate(text.length() - 1.0, "the surprisals of " + text);
    Window window = startingWindow();
    for (int t = 0; t < surprisals.length; t++) {
      text.copy(t, window.symbols, 0, 1, 2);
      surprisals[t] = window.forward(1);
      window.carry(1);
    }
    return surprisals;
  }

  /**
   * {@return the surprisal of every character of a text but the first, as {@link #encode} encodes
   * it, in nats} That is, of a document, of every character and of its end. The vocabulary must
   * have all of its symbols.
   *
   * @param text at least 2 characters, or, if the model is of documents, at least 1
   * @throws UnknownSymbolException if the vocabulary does not have one of its symbols
   * @throws IllegalArgumentException for the reasons of {@link #surprisals(EncodedText)}, or if the
   *     text is an empty document or has half a surrogate pair
   */
  public double[] surprisals(CharSequence text) {
    return surprisals(text, UnknownSymbols.fail());
  }

  /**
   * {@return the surprisal of every character of a text but the first} Otherwise like {@link
   * #surprisals(CharSequence)}, with another policy for symbols that the vocabulary does not have;
   * a symbol that is skipped has no surprisal.
   *
   * @param text at least 2 characters, or, if the model is of documents, at least 1
   * @param unknown what to do with symbols that the vocabulary does not have
   * @throws UnknownSymbolException if there is one and the policy is to fail
   * @throws IllegalArgumentException for the reasons of {@link #encode}, or of {@link
   *     #surprisals(EncodedText)}
   */
  public double[] surprisals(CharSequence text, UnknownSymbols unknown) {
    return surprisals(encode(text, unknown));
  }

  /**
   * The hidden states while the model reads a text, from its {@linkplain #startState start state}.
   *
   * @param text of any length, in the model's vocabulary
   * @return (length, m), row-major: row t holds the state after character t has been read, every
   *     value from -1 to 1
   * @throws IllegalArgumentException if the text has another vocabulary, or if so many numbers do
   *     not fit into the heap
   */
  public double[] states(EncodedText text) {
    Objects.requireNonNull(text, "text");
    requireSameVocab(text);
    int m = hiddenSize();
    double[] states = allocate((double) text.length() * m, "the states of " + text);
    Window window = startingWindow();
    for (int t = 0; t < text.length(); t++) {
      text.copy(t, window.symbols, 0, 1, 1);
      window.states(1);
      System.arraycopy(window.h, m, states, t * m, m);
      window.carry(1);
    }
    return states;
  }

  /**
   * {@return the loss of a window of text and its gradient, by backpropagation through time over
   * all of it} The model begins in its {@linkplain #startState start state}, or in the one that
   * {@link #startingIn} gives it. The loss is {@code length - 1} times the mean of {@link
   * #evaluate(EncodedText)}, but for rounding; that of one training step is this with {@code
   * sequenceLength + 1} characters.
   *
   * @param window at least 2 characters, the last of which is only predicted
   * @throws IllegalArgumentException if the window has fewer than 2 characters or another
   *     vocabulary, or if it does not fit into the heap or into Java's arrays
   */
  public Gradient gradient(EncodedText window) {
    Objects.requireNonNull(window, "window");
    requireSameVocab(window);
    requireEvaluable(window);
    long n = window.length() - 1;
    Window.requireTrainable("the gradient of " + window, n, 1, hiddenSize(), vocab.size(), 1, 0);
    Window pass = Window.forTraining((int) n, 1, parameters);
    window.copy(0, pass.symbols, 0, 1, (int) n + 1);
    pass.enter(start);
    double loss = pass.forward((int) n);
    pass.backward();
    return new Gradient(loss, pass.gradient());
  }

  /** A window of one step that is to read a text from its beginning. */
  Window startingWindow() {
    Window window = Window.forEvaluation(1, parameters);
    window.enter(start);
    return window;
  }

  private static double[] allocate(double size, String what) {
    Memory.requireArray(size, what);
    Memory.require(Double.BYTES * size, what);
    return new double[(int) size];
  }

  /**
   * Writes the model as a safetensors file with the tensors U, W, V, b, c, and start if there is a
   * {@link #startState}, in double precision and in the equations' orientation. The metadata has
   * vocabulary and settings. The same model always gives the same bytes. A file of that name is
   * replaced in one move, once the new one is safely on disk; a symbolic link is followed, and
   * permissions are kept.
   *
   * @param file replaced if it is there; its directory has to be
   * @throws IOException if the file cannot be written; then nothing has changed
   */
  public void save(Path file) throws IOException {
    Objects.requireNonNull(file, "file");
    ModelFile.write(file, new ModelFile.Model(header(), parameters, start));
  }

  /**
   * Reads a model that {@link #save} has written, or the one that a {@linkplain
   * Trainer#checkpoint(Path, long) checkpoint} stood at. All of the file is checked: a model that
   * loads is as it was saved. The worst that a file can do is to be refused, whatever is in it;
   * time and memory are proportional to its size.
   *
   * @param file a model, or a checkpoint
   * @return the model as it was saved, to the bit
   * @throws ModelFormatException if the file is not a model, is damaged in any bit, or is of a
   *     newer format
   * @throws IllegalArgumentException if the model does not fit into the heap
   * @throws IOException if the file cannot be read
   */
  public static VanillaRnn load(Path file) throws IOException {
    Objects.requireNonNull(file, "file");
    ModelFile.Model model = ModelFile.read(file);
    return of(model.header(), model.parameters(), model.start());
  }

  /**
   * Writes the same bytes as {@link #save(Path)} to a stream, which stays open.
   *
   * @param out gets them; it is neither flushed nor closed
   * @throws IOException if the stream throws it
   */
  public void save(OutputStream out) throws IOException {
    Objects.requireNonNull(out, "out");
    ModelFile.write(out, new ModelFile.Model(header(), parameters, start));
  }

  /**
   * Reads a model to the end of a stream, which stays open, such as that of a resource in a jar;
   * otherwise like {@link #load(Path)}.
   *
   * @param in a model, or a checkpoint, and nothing else
   * @param name what to call the stream where its model does not fit into the heap
   * @return the model as it was saved, to the bit
   * @throws ModelFormatException if what is read is not a model, is damaged in any bit, or is of a
   *     newer format
   * @throws IllegalArgumentException if the model does not fit into the heap
   * @throws IOException if it cannot be read
   */
  public static VanillaRnn load(InputStream in, String name) throws IOException {
    Objects.requireNonNull(in, "in");
    Objects.requireNonNull(name, "name");
    return load(ByteBuffer.wrap(in.readAllBytes()), name);
  }

  /**
   * Reads a model from all that a buffer has left, whose position stays; otherwise like {@link
   * #load(Path)}.
   *
   * @param bytes a model, or a checkpoint, and nothing else
   * @param name what to call the buffer where its model does not fit into the heap
   * @return the model as it was saved, to the bit
   * @throws ModelFormatException if its bytes are not a model, are damaged in any bit, or are of a
   *     newer format
   * @throws IllegalArgumentException if the model does not fit into the heap
   */
  public static VanillaRnn load(ByteBuffer bytes, String name) throws ModelFormatException {
    Objects.requireNonNull(bytes, "bytes");
    Objects.requireNonNull(name, "name");
    try {
      ModelFile.Model model = ModelFile.read(bytes, name);
      return of(model.header(), model.parameters(), model.start());
    } catch (ModelFormatException e) {
      throw e;
    } catch (IOException e) {
      throw new UncheckedIOException("a buffer does not fail", e);
    }
  }

  /**
   * {@return a model of parameters that come from elsewhere} The arrays are as {@link #u}, {@link
   * #w}, {@link #v}, {@link #b} and {@link #c} hand them out: flat, row-major, in the orientation
   * of the equations. They are copied.
   *
   * @param vocab the symbols, K of them, in the order of their numbers
   * @param u (m, K)
   * @param w (m, m)
   * @param v (K, m)
   * @param b (m), m at least 1
   * @param c (K)
   * @throws IllegalArgumentException if one has another length or a value that is not finite, or if
   *     the model does not fit into the heap
   */
  public static VanillaRnn of(
      CharVocab vocab, double[] u, double[] w, double[] v, double[] b, double[] c) {
    Objects.requireNonNull(vocab, "vocab");
    Objects.requireNonNull(u, "u");
    Objects.requireNonNull(w, "w");
    Objects.requireNonNull(v, "v");
    Objects.requireNonNull(b, "b");
    Objects.requireNonNull(c, "c");
    int m = Range.atLeast(1, "the length of b", b.length);
    int k = vocab.size();
    Parameters.requireFits(m, k, "a model with hiddenSize " + m + " and " + k + " symbols");
    Parameters p = new Parameters(m, k);
    for (Parameters.Tensor tensor : Parameters.tensors()) {
      double[] from =
          switch (tensor) {
            case U -> u;
            case W -> w;
            case V -> v;
            case B -> b;
            case C -> c;
          };
      requireTensor(tensor, from, m, k);
      System.arraycopy(
          tensor.transposed() ? Parameters.transpose(m, k, from) : from,
          0,
          p.get(tensor),
          0,
          from.length);
    }
    return new VanillaRnn(
        vocab,
        p,
        1,
        Initializer.normal(0.01),
        Optional.empty(),
        Optional.empty(),
        new double[m],
        Double.NaN);
  }

  private static void requireTensor(Parameters.Tensor tensor, double[] from, int m, int k) {
    if (from.length != tensor.size(m, k)) {
      throw new IllegalArgumentException(
          tensor.symbol()
              + " has "
              + from.length
              + " elements, must have "
              + tensor.size(m, k)
              + ": its shape is "
              + tensor.shape(m, k)
              + ", as b has "
              + m
              + " and the vocabulary "
              + k
              + " symbols");
    }
    for (int i = 0; i < from.length; i++) {
      if (!Double.isFinite(from[i])) {
        throw new IllegalArgumentException(
            tensor.symbol() + " has a value that is " + from[i] + ", must be finite");
      }
    }
  }

  /**
   * {@return SHA-256 of the bits of all parameters, in 64 hexadecimal digits} It is equal for equal
   * parameters, whatever machine trained them. The {@link #startState} is not in it.
   */
  public String fingerprint() {
    return ModelFile.fingerprint(parameters);
  }

  /**
   * {@return what does the arithmetic of all models in this Java, and why, in one line} That is
   * {@code vector} kernels where Java was started with {@code --add-modules jdk.incubator.vector},
   * else {@code scalar} ones. Vector code is slow until Java has compiled it. So scalar kernels
   * begin, and a thread beside them has vector code compiled if the work lasts; from then on vector
   * kernels do it. Models with fewer hidden units or symbols than a vector has lanes are left to
   * scalar kernels. Both give the same bits. The system property {@code rnn.kernel} may insist on
   * one.
   *
   * @throws IllegalStateException if {@code rnn.kernel} asks for what is not there
   */
  public static String kernels() {
    return Kernels.description();
  }

  /** Not a copy. */
  Parameters parameters() {
    return parameters;
  }

  /** The state to begin in, (m); not a copy. */
  double[] start() {
    return start;
  }

  void requireSameVocab(EncodedText text) {
    requireSameVocab(text.vocab());
  }

  /** Of a text. */
  void requireSameVocab(CharVocab other) {
    if (!other.equals(vocab)) {
      throw new IllegalArgumentException(
          "the text is encoded with another vocabulary of "
              + other.size()
              + " symbols, the model's has "
              + vocab.size()
              + ": encode it with the model's");
    }
  }

  @Override
  public String toString() {
    return "VanillaRnn of " + hiddenSize() + " hidden units and " + vocab.size() + " symbols";
  }
}
