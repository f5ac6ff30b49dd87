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
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;

/**
 * A vanilla recurrent network over the symbols of a vocabulary: its shape and its parameters U, W,
 * V, b and c, which never change. Training gives new models. Safe for use by many threads.
 *
 * <p>The parameters are handed out as in the equations of the {@linkplain io.github.charrnn package
 * documentation}: flat, row-major, element (i, j) of a matrix with s columns at {@code i * s + j}.
 */
public final class VanillaRnn {
  private final CharVocab vocab;
  private final Parameters parameters;
  private final long seed;
  private final Initializer initializer;
  private final Optional<TrainingSummary> training;

  private VanillaRnn(
      CharVocab vocab,
      Parameters parameters,
      long seed,
      Initializer initializer,
      Optional<TrainingSummary> training) {
    this.vocab = vocab;
    this.parameters = parameters;
    this.seed = seed;
    this.initializer = initializer;
    this.training = training;
  }

  /** What a file has. */
  static VanillaRnn of(Header header, Parameters parameters) {
    return new VanillaRnn(
        header.vocab(), parameters, header.seed, header.initializer, header.training());
  }

  /** Another state of this model. */
  VanillaRnn with(Parameters other, Optional<TrainingSummary> how) {
    return new VanillaRnn(vocab, other, seed, initializer, how);
  }

  /** What a file says of this model. */
  Header header() {
    return new Header(vocab, hiddenSize(), seed, initializer, training);
  }

  /** Starts a new, untrained model over a vocabulary. */
  public static Builder builder(CharVocab vocab) {
    return new Builder(vocab);
  }

  /** Settings of a new model. Not safe for use by several threads at a time. */
  public static final class Builder {
    private final CharVocab vocab;
    private int hiddenSize = 100;
    private long seed = 1;
    private Initializer initializer = Initializer.normal(0.01);

    private Builder(CharVocab vocab) {
      this.vocab = Objects.requireNonNull(vocab, "vocab");
    }

    /**
     * The number of hidden units, m; 100 unless set.
     *
     * @param hiddenSize at least 1
     * @throws IllegalArgumentException if hiddenSize is below 1
     */
    public Builder hiddenSize(int hiddenSize) {
      this.hiddenSize = Range.atLeast(1, "hiddenSize", hiddenSize);
      return this;
    }

    /** The seed of the generator that draws the initial parameters; 1 unless set. Any will do. */
    public Builder seed(long seed) {
      this.seed = seed;
      return this;
    }

    /** The distribution of the initial parameters; {@code Initializer.normal(0.01)} unless set. */
    public Builder initializer(Initializer initializer) {
      this.initializer = Objects.requireNonNull(initializer, "initializer");
      return this;
    }

    /**
     * The model, its parameters drawn by the initializer with the seed.
     *
     * @throws IllegalArgumentException if training a model of hiddenSize hidden units over this
     *     vocabulary does not fit into the heap or into Java's arrays
     */
    public VanillaRnn build() {
      int m = hiddenSize;
      int k = vocab.size();
      String what = "training with hiddenSize " + m + " and " + k + " symbols";
      Window.requireTrainable(what, 1, 1, m, k, 1, 0); // what a new model is there for
      Parameters p = new Parameters(m, k);
      new Initialization(p, new Xoshiro256(seed)).draw(initializer);
      return new VanillaRnn(vocab, p, seed, initializer, Optional.empty());
    }
  }

  /** The vocabulary. */
  public CharVocab vocab() {
    return vocab;
  }

  /** The number of hidden units, m. */
  public int hiddenSize() {
    return parameters.hiddenSize;
  }

  /** The number of parameters, {@code m K + m m + K m + m + K}. */
  public long parameterCount() {
    return Parameters.count(hiddenSize(), vocab.size());
  }

  /** The seed of the generator that drew the initial parameters, before any training. */
  public long seed() {
    return seed;
  }

  /** The distribution of the initial parameters, before any training. */
  public Initializer initializer() {
    return initializer;
  }

  /** How the parameters were trained; empty for a new model. */
  public Optional<TrainingSummary> training() {
    return training;
  }

  /** A copy of U (m, K), from input to hidden state. */
  public double[] u() {
    return Parameters.transpose(vocab.size(), hiddenSize(), parameters.u);
  }

  /** A copy of W (m, m), from hidden state to hidden state. */
  public double[] w() {
    return parameters.w.clone();
  }

  /** A copy of V (K, m), from hidden state to output. */
  public double[] v() {
    return parameters.v.clone();
  }

  /** A copy of b (m), the hidden bias. */
  public double[] b() {
    return parameters.b.clone();
  }

  /** A copy of c (K), the output bias. */
  public double[] c() {
    return parameters.c.clone();
  }

  /**
   * The cross-entropy of a text under this model. The model starts from the zero state, reads the
   * first character, and predicts each one after it. The text is read as one stream, in windows of
   * 64 characters whose losses are added up one after the other: so the sum is the same everywhere,
   * to the last bit.
   *
   * @throws IllegalArgumentException if the text has fewer than 2 characters or another vocabulary
   */
  public Evaluation evaluate(EncodedText text) {
    requireSameVocab(text);
    requireEvaluable(text);
    return evaluate(parameters, text, new Crew(1));
  }

  static void requireEvaluable(EncodedText text) {
    if (text.length() < 2) {
      throw new IllegalArgumentException(
          "evaluation needs at least 2 characters, the text has " + text.length());
    }
  }

  static Evaluation evaluate(Parameters parameters, EncodedText text, Crew crew) {
    long predicted = text.length() - 1;
    return new Evaluation(predicted, loss(parameters, text, crew) / predicted);
  }

  /** The loss of a text of at least 2 characters, in nats. */
  static double loss(Parameters parameters, EncodedText text, Crew crew) {
    if (Relay.pays(parameters, text.length(), crew.size())) {
      return new Relay(parameters, crew).loss(text);
    }
    return loss(Window.forEvaluation(Relay.WINDOW, 1, parameters, crew), text, 0, 0);
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
   * The cross-entropy of a text. The vocabulary must have all of its symbols.
   *
   * @throws UnknownSymbolException if it does not have one
   * @throws IllegalArgumentException if the text has fewer than 2 characters
   */
  public Evaluation evaluate(CharSequence text) {
    return evaluate(vocab.encode(text));
  }

  /**
   * The surprisal of every character of a text but the first under this model, {@code -log p} in
   * nats; {@link #evaluate(EncodedText)} gives the mean. The model starts from the zero state.
   *
   * @return (length - 1): element i is that of character i + 1
   * @throws IllegalArgumentException if the text has fewer than 2 characters or another vocabulary,
   *     or if so many numbers do not fit into the heap
   */
  public double[] surprisals(EncodedText text) {
    requireSameVocab(text);
    requireEvaluable(text);
    double[] surprisals = allocate(text.length() - 1.0, "the surprisals of " + text);
    Window window = Window.forEvaluation(1, parameters);
    for (int t = 0; t < surprisals.length; t++) {
      text.copy(t, window.symbols, 0, 1, 2);
      surprisals[t] = window.forward(1);
      window.carry(1);
    }
    return surprisals;
  }

  /**
   * The hidden states while the model reads a text, from the zero state.
   *
   * @return (length, m), row-major: row t holds the state after character t has been read, every
   *     value from -1 to 1
   * @throws IllegalArgumentException if the text has another vocabulary, or if so many numbers do
   *     not fit into the heap
   */
  public double[] states(EncodedText text) {
    requireSameVocab(text);
    int m = hiddenSize();
    double[] states = allocate((double) text.length() * m, "the states of " + text);
    Window window = Window.forEvaluation(1, parameters);
    for (int t = 0; t < text.length(); t++) {
      text.copy(t, window.symbols, 0, 1, 1);
      window.states(1);
      System.arraycopy(window.h, m, states, t * m, m);
      window.carry(1);
    }
    return states;
  }

  private static double[] allocate(double size, String what) {
    Memory.requireArray(size, what);
    Memory.require(Double.BYTES * size, what);
    return new double[(int) size];
  }

  /**
   * Writes the model as a safetensors file with the tensors U, W, V, b, c, in double precision and
   * in the equations' orientation. The metadata has vocabulary and settings. The same model always
   * gives the same bytes. A file of that name is replaced in one move, once the new one is safely
   * on disk; a symbolic link is followed, and permissions are kept.
   *
   * @throws IOException if the file cannot be written; then nothing has changed
   */
  public void save(Path file) throws IOException {
    ModelFile.write(file, new ModelFile.Model(header(), parameters));
  }

  /**
   * Reads a model that {@link #save} has written, or the one that a {@linkplain
   * Trainer#checkpoint(Path, long) checkpoint} stood at. All of the file is checked: a model that
   * loads is as it was saved. The worst that a file can do is to be refused, whatever is in it;
   * time and memory are proportional to its size.
   *
   * @throws ModelFormatException if the file is not a model, is damaged in any bit, or is of a
   *     newer format
   * @throws IllegalArgumentException if the model does not fit into the heap
   * @throws IOException if the file cannot be read
   */
  public static VanillaRnn load(Path file) throws IOException {
    ModelFile.Model model = ModelFile.read(file);
    return of(model.header(), model.parameters());
  }

  /**
   * SHA-256 of the bits of all parameters, in hexadecimal: equal for equal models, whatever machine
   * trained them.
   */
  public String fingerprint() {
    return ModelFile.fingerprint(parameters);
  }

  /**
   * What does the arithmetic of all models in this Java, and why, in one line: {@code vector}
   * kernels where Java was started with {@code --add-modules jdk.incubator.vector}, else {@code
   * scalar} ones. Vector code is slow until Java has compiled it. So scalar kernels begin, and a
   * thread beside them has vector code compiled if the work lasts; from then on vector kernels do
   * it. Models with fewer hidden units or symbols than a vector has lanes are left to scalar
   * kernels. Both give the same bits. The system property {@code rnn.kernel} may insist on one.
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

  void requireSameVocab(EncodedText text) {
    if (!text.vocab().equals(vocab)) {
      throw new IllegalArgumentException(
          "the text is encoded with another vocabulary of "
              + text.vocab().size()
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
