package io.github.charrnn.cli.report;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.github.charrnn.EncodedText;
import io.github.charrnn.GradientCheck;
import io.github.charrnn.Sampler;
import io.github.charrnn.VanillaRnn;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * What is measured beside training. What depends on the text alone is done by a thread of its own
 * while training runs; what depends on the best model, once it is known.
 */
public final class Analysis {
  /** As many elements of each parameter as take little time, at most 100. */
  public static final int FEW_ELEMENTS = -1;

  private static final double[] TEMPERATURES = {0.5, 0.8, 1.0};
  private static final int PASSAGE_LENGTH = 1_000;
  private static final int SHORTEST_PASSAGE = 100;
  private static final double PASSAGE_WORK = 1e10; // as many multiplications are some seconds
  private static final int SHORTEST_SUBSTRING = 5;
  private static final int LONGEST_SUBSTRING = 50;

  /** Of the text, which is read from its beginning; time and memory are bounded by these. */
  private static final long MAX_READ = 20_000_000;

  private static final long MAX_COMPARED = 1_000_000;
  private static final long MAX_SEEN_COMPARED = 20_000;
  private static final double SEEN_WORK = 6e10;
  private static final int MAX_NGRAMS = 1 << 22;
  private static final long BYTES_PER_NGRAM = 70; // while tables grow

  /** Training has as many doubles as this many models, and a check of gradients beside it. */
  private static final double MODELS = 12;

  private static final double MODELS_WITH_CHECK = 18;
  private static final int MOST_ELEMENTS = 100;

  /** Of 100 elements with m = 100, n = 25, K = 65. */
  private static final double ELEMENTS_WORK = 4.1e7;

  /** A gradient check has these sizes. */
  private record Sizes(int hiddenSize, int sequenceLength) {}

  private final EncodedText text;
  private final boolean heldOut;
  private final EncodedText compared;
  private final EncodedText counted;
  private final VanillaRnn model;
  private final int sequenceLength;
  private final int elements;
  private final List<String> notes = new CopyOnWriteArrayList<>(); // of several threads
  private final CompletableFuture<Words> words = new CompletableFuture<>();
  private final CompletableFuture<JsonArray> gradientChecks = new CompletableFuture<>();
  private final CompletableFuture<double[]> crossEntropies = new CompletableFuture<>();
  private final CountDownLatch warm = new CountDownLatch(1);
  private volatile long fitted;

  /**
   * An analysis that is still to be begun.
   *
   * @param text what is trained on
   * @param heldOut what is not, if anything
   * @param model of the vocabulary and hidden size in question
   * @param elements of each parameter whose gradient is checked, at least 0, or {@link
   *     #FEW_ELEMENTS}
   */
  public Analysis(
      EncodedText text,
      Optional<EncodedText> heldOut,
      VanillaRnn model,
      int sequenceLength,
      int elements) {
    this.text = beginning(text, MAX_READ);
    this.heldOut = heldOut.isPresent();
    this.model = model;
    this.sequenceLength = sequenceLength;
    this.elements = elements;
    if (heldOut.isPresent()) {
      compared = beginning(heldOut.get(), MAX_COMPARED);
      counted = this.text;
    } else { // the last tenth, which models that count must not have counted
      long length = this.text.length();
      long most = Math.min(MAX_SEEN_COMPARED, affordable(model, SEEN_WORK));
      long from = length - Math.min(length / 10, most);
      compared = this.text.part(from, length);
      counted = this.text.part(0, from);
    }
    if (this.text.length() < text.length()) {
      notes.add(
          String.format(
              Locale.ROOT,
              "Words, substrings and n-grams are those of the first %,d characters of the text.",
              this.text.length()));
    }
  }

  /** How many symbols a model can read with so many multiplications. */
  static long affordable(VanillaRnn model, double multiplications) {
    double m = model.hiddenSize();
    return (long) (multiplications / (m * (m + model.vocab().size())));
  }

  private static EncodedText beginning(EncodedText text, long length) {
    return text.part(0, Math.min(text.length(), length));
  }

  /** Begins what depends on the text alone; it goes on when {@link #warm} is called. */
  public Analysis begin() {
    Thread thread =
        new Thread(
            () -> {
              awaitWarmth();
              complete(words, this::readWords);
              complete(crossEntropies, this::crossEntropiesOfNgrams);
              complete(gradientChecks, this::checkGradients);
              complete(new CompletableFuture<>(), Page::prepare);
            },
            "rnn-analysis");
    thread.setDaemon(true);
    thread.start();
    return this;
  }

  /**
   * Lets it go on, once training is compiled: before, Java's compiler needs the other processors,
   * and training waits for it; and what gradient checks run would be compiled twice.
   */
  public Analysis warm() {
    warm.countDown();
    return this;
  }

  private void awaitWarmth() {
    try {
      warm.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static <T> void complete(CompletableFuture<T> future, Supplier<? extends T> task) {
    try {
      future.complete(task.get());
    } catch (RuntimeException | Error e) { // a page without it is better than no page
      future.completeExceptionally(e);
    }
  }

  /**
   * Waits until what was begun is done.
   *
   * @param seconds at most; what is not done by then is left out
   */
  public void await(long seconds) {
    warm();
    try {
      CompletableFuture.allOf(words, gradientChecks, crossEntropies).get(seconds, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      notes.add("Some of what needs the whole text is left out: there was no time for it.");
    } catch (ExecutionException e) {
      notes.add("Some of what needs the whole text is left out: " + e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Sentences that belong on the page. */
  List<String> notes() {
    return List.copyOf(notes);
  }

  private static <T> Optional<T> known(CompletableFuture<T> future) {
    return future.isDone() && !future.isCompletedExceptionally()
        ? Optional.of(future.join())
        : Optional.empty();
  }

  /** The words of a text that are words of the book, if the book's are known by now. */
  Optional<JsonElement> words(String sample) {
    return known(words)
        .map(
            book -> {
              Words.Count count = book.count(sample);
              return new Json.Members()
                  .put("count", count.count())
                  .put("known", count.known())
                  .json();
            });
  }

  /** Empty while they are not known. */
  JsonArray gradientChecks() {
    return known(gradientChecks).orElseGet(JsonArray::new);
  }

  private Words readWords() {
    Words read = new Words(text, room());
    if (read.read() < text.length()) {
      notes.add(
          String.format(
              Locale.ROOT,
              "Words are those of the first %,d characters of the text: the heap has no room for"
                  + " more.",
              read.read()));
    }
    return read;
  }

  /** Bytes that training leaves of the heap if it takes as much as so many models. */
  private double spare(double models) {
    return Runtime.getRuntime().maxMemory() - Double.BYTES * models * model.parameterCount();
  }

  /** Bytes for words, and for n-grams: training must not run out of memory because of them. */
  private long room() {
    double most = Runtime.getRuntime().maxMemory() / 8.0;
    return (long) Math.max(most / 8, Math.min(most, spare(MODELS) / 4));
  }

  private JsonArray checkGradients() {
    int m = model.hiddenSize();
    Set<Sizes> all = new LinkedHashSet<>();
    all.add(new Sizes(m, sequenceLength));
    if (elements != FEW_ELEMENTS) { // the other sizes of the course reports
      all.add(new Sizes(m, 3));
      all.add(new Sizes(3, sequenceLength));
    }
    if (elements != 0 && spare(MODELS_WITH_CHECK) < 0) {
      all.removeIf(sizes -> sizes.hiddenSize() == m);
      notes.add("The gradient is not checked at the run's hidden size: the heap has no room.");
    }
    return all.stream()
        .filter(sizes -> elements != 0 && sizes.sequenceLength() < text.length())
        .map(this::checkGradients)
        .collect(Json.array());
  }

  private JsonElement checkGradients(Sizes sizes) {
    int m = sizes.hiddenSize();
    int k = model.vocab().size();
    int n = sizes.sequenceLength();
    double few = Math.min(MOST_ELEMENTS, ELEMENTS_WORK / ((double) n * m * (m + k)));
    int each = elements == FEW_ELEMENTS ? Math.max(8, (int) few) : elements;
    double difference = 1e-5;
    double tolerance = 1e-6;
    GradientCheck.Report report =
        GradientCheck.of(VanillaRnn.builder(model.vocab()).hiddenSize(m).seed(model.seed()).build())
            .seed(model.seed())
            .sequenceLength(n)
            .difference(difference)
            .tolerance(tolerance)
            .sample(each)
            .run(text);
    long[] sizesOfTensors = {(long) m * k, (long) m * m, (long) k * m, m, k};
    JsonArray tensors =
        IntStream.range(0, sizesOfTensors.length)
            .mapToObj(i -> json(report.parameters().get(i), sizesOfTensors[i]))
            .collect(Json.array());
    return new Json.Members()
        .put("hiddenSize", m)
        .put("sequenceLength", n)
        .number("difference", difference)
        .number("tolerance", tolerance)
        .put("passed", report.passed())
        .put("tensors", tensors)
        .json();
  }

  private static JsonElement json(GradientCheck.Tensor tensor, long of) {
    return new Json.Members()
        .put("name", tensor.name())
        .put("elements", tensor.elements())
        .put("of", of)
        .number("maxRelativeError", tensor.maxRelativeError())
        .number("relativeErrorOfNorms", tensor.relativeErrorOfNorms())
        .number("maxAbsoluteDifference", tensor.maxAbsoluteDifference())
        .number("meanAbsoluteDifference", tensor.meanAbsoluteDifference())
        .number("shareWithinTolerance", tensor.shareWithinTolerance())
        .json();
  }

  private double[] crossEntropiesOfNgrams() {
    if (compared.length() < 2 || counted.length() == 0) {
      return new double[0];
    }
    NGrams ngrams = new NGrams(counted, (int) Math.min(MAX_NGRAMS, room() / BYTES_PER_NGRAM));
    fitted = ngrams.fitted();
    return ngrams.crossEntropies(compared);
  }

  // What depends on the best model

  /** The model is trained and saved by now: what cannot be had of it is left out, and said. */
  private <T> Optional<T> attempt(String what, Supplier<T> task) {
    try {
      return Optional.of(task.get());
    } catch (RuntimeException | OutOfMemoryError e) {
      notes.add(what + " left out: " + e);
      return Optional.empty();
    }
  }

  JsonArray passages(VanillaRnn best) {
    return attempt("Passages are", () -> passagesOf(best)).orElseGet(JsonArray::new);
  }

  private JsonArray passagesOf(VanillaRnn best) {
    long affordable = Math.max(SHORTEST_PASSAGE, affordable(best, PASSAGE_WORK));
    int length = (int) Math.min(PASSAGE_LENGTH, affordable);
    List<String> texts = new ArrayList<>();
    for (double temperature : TEMPERATURES) {
      texts.add(Sampler.of(best).seed(best.seed()).temperature(temperature).sample(length));
    }
    List<Verbatim> verbatim = Verbatim.of(texts.stream().map(best.vocab()::encode).toList(), text);
    JsonArray passages = new JsonArray();
    for (int i = 0; i < texts.size(); i++) {
      Json.Members members =
          new Json.Members()
              .number("temperature", TEMPERATURES[i])
              .put("seed", Long.toString(best.seed())) // may be beyond 2^53
              .put("text", texts.get(i));
      words(texts.get(i)).ifPresent(count -> members.put("words", count));
      passages.add(members.put("verbatim", json(verbatim.get(i), texts.get(i))).json());
    }
    return passages;
  }

  private static JsonElement json(Verbatim verbatim, String passage) {
    int[] codePoints = passage.codePoints().toArray();
    JsonArray shares =
        IntStream.rangeClosed(SHORTEST_SUBSTRING, LONGEST_SUBSTRING)
            .mapToObj(
                length ->
                    new Json.Members()
                        .put("length", length)
                        .number("share", verbatim.share(length))
                        .json())
            .collect(Json.array());
    return new Json.Members()
        .put("longest", verbatim.longest())
        .put("longestText", new String(codePoints, verbatim.longestStart(), verbatim.longest()))
        .put("shares", shares)
        .json();
  }

  /** Empty if the text is too short for it or nothing is known of it. */
  Optional<JsonObject> comparison(VanillaRnn best) {
    return attempt("The comparison with n-grams is", () -> comparisonOf(best))
        .flatMap(Function.identity());
  }

  private Optional<JsonObject> comparisonOf(VanillaRnn best) {
    double[] nats = known(crossEntropies).orElse(new double[0]);
    if (nats.length == 0) {
      return Optional.empty();
    }
    JsonArray models = new JsonArray();
    models.add(comparedModel("uniform", nats[0]));
    for (int n = 1; n < nats.length; n++) {
      models.add(comparedModel(n + "-gram", nats[n]));
    }
    models.add(comparedModel("this network", best.evaluate(compared).natsPerCharacter()));
    return Optional.of(
        new Json.Members()
            .put("characters", compared.length() - 1)
            .put("heldOut", heldOut)
            .put("fittedTo", fitted)
            .put("method", "Witten-Bell, interpolated")
            .put("models", models)
            .json());
  }

  private static JsonElement comparedModel(String name, double nats) {
    return new Json.Members().put("name", name).number("natsPerCharacter", nats).json();
  }

  /** Empty if the text is too short for it. */
  Optional<JsonObject> units(VanillaRnn best) {
    return attempt("Hidden units are", () -> unitsOf(best)).flatMap(Function.identity());
  }

  private Optional<JsonObject> unitsOf(VanillaRnn best) {
    HiddenUnits found = new HiddenUnits(best, compared);
    if (found.units().isEmpty()) {
      return Optional.empty();
    }
    JsonArray units =
        found.units().stream()
            .map(
                unit ->
                    new Json.Members()
                        .put("unit", unit.unit())
                        .put("follows", unit.follows())
                        .number("correlation", unit.correlation())
                        .put(
                            "activations",
                            Json.numbers(
                                unit.activations().stream().mapToDouble(Double::doubleValue)))
                        .json())
            .collect(Json.array());
    return Optional.of(
        new Json.Members()
            .put("characters", found.characters())
            .put("passage", found.passage())
            .put("units", units)
            .json());
  }
}
