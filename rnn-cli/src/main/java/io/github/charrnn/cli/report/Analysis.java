package io.github.charrnn.cli.report;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.github.charrnn.EncodedText;
import io.github.charrnn.Sample;
import io.github.charrnn.VanillaRnn;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/**
 * When a run is measured. What depends on the text alone is measured by one thread while training
 * runs, which needs the other processors: {@link Words}, the counting of {@link Comparison}, {@link
 * GradientChecks}. Once the best model is known, several threads do what is left of that, and what
 * depends on the model: {@link Passages}, the rest of the comparison, {@link Units}. What fails or
 * takes too long is left out, and a note says so.
 */
public final class Analysis {
  /** Of the text, which is read from its beginning: this bounds time and memory. */
  private static final long MAX_READ = 20_000_000;

  /** Models on the way that wait for their words to be counted; each is as large as the model. */
  private static final int MOST_WAITING = 4;

  private final EncodedText text;
  private final boolean isCut;
  private final Comparison comparison;
  private final int threads;
  private final CountDownLatch warm = new CountDownLatch(1);

  // Of the text. Whichever thread comes first runs them, later ones find that they are run.
  private final FutureTask<Words> words;
  private final FutureTask<Comparison.Counted> counted;
  private final FutureTask<JsonArray> gradientChecks;
  private final FutureTask<Integer> page = new FutureTask<>(Page::prepare);
  private final List<String> gradientNotes = new CopyOnWriteArrayList<>();

  /** Of models on the way, by the step; the thread of the analysis takes them in this order. */
  private final Map<Long, FutureTask<DrawnWords>> drawnWords = new ConcurrentSkipListMap<>();

  private final ExecutorService beside =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread thread = new Thread(task, "rnn-analysis");
            thread.setDaemon(true);
            return thread;
          });

  /** What is measured of the best model. */
  private record OfModel(
      FutureTask<Passages> passages,
      FutureTask<Optional<Double>> nats,
      FutureTask<Optional<JsonObject>> units) {}

  private volatile Optional<OfModel> ofModel = Optional.empty();
  private volatile boolean inTime = true;

  /**
   * An analysis that is still to be begun.
   *
   * @param text what is trained on
   * @param heldOut what is not, if anything
   * @param model of the vocabulary and hidden size in question
   * @param elements of each parameter whose gradient is checked, at least 0; as many as take little
   *     time if empty
   * @param threads at least 1; after training
   */
  public Analysis(
      EncodedText text,
      Optional<EncodedText> heldOut,
      VanillaRnn model,
      int sequenceLength,
      OptionalInt elements,
      int threads) {
    this.text = Budget.beginning(text, MAX_READ);
    this.threads = threads;
    comparison = new Comparison(this.text, heldOut, model);
    Budget budget = new Budget(model);
    GradientChecks checks = new GradientChecks(model, sequenceLength, elements);
    words = new FutureTask<>(() -> new Words(this.text, budget.room()));
    counted = new FutureTask<>(comparison::count);
    gradientChecks = new FutureTask<>(() -> checks.run(this.text, gradientNotes::add));
    isCut = this.text.length() < text.length();
  }

  /** Begins what depends on the text alone; it goes on when {@link #warm} is called. */
  public Analysis begin() {
    beside.execute(
        () -> {
          awaitWarmth();
          words.run(); // first, the page has them while training runs
          counted.run();
          gradientChecks.run();
          page.run();
        });
    return this;
  }

  /**
   * Counts the words that a model writes, which stands at a step: soon, or now if many wait.
   *
   * @param trained characters that all of the run reads
   * @param model a copy
   */
  public void words(long step, long trained, VanillaRnn model) {
    long waiting = drawnWords.values().stream().filter(task -> !task.isDone()).count();
    FutureTask<DrawnWords> task =
        new FutureTask<>(
            () -> {
              words.run();
              return DrawnWords.of(model, step, trained, words.get());
            });
    drawnWords.put(step, task);
    if (waiting < MOST_WAITING) {
      beside.execute(task);
    } else {
      task.run();
    }
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

  /**
   * Measures all that is left to measure.
   *
   * @param best the model that came of the run
   * @param seconds to wait at most for what depends on the text alone, when all else is done; what
   *     is not done by then is left out
   */
  public void finish(VanillaRnn best, long seconds) {
    OfModel measured =
        new OfModel(
            new FutureTask<>(() -> new Passages(best, text)),
            new FutureTask<>(() -> comparison.evaluate(best)),
            new FutureTask<>(() -> Units.of(best, comparison.text())));
    ofModel = Optional.of(measured);
    ForkJoinPool pool = new ForkJoinPool(threads);
    try {
      List.of(
              measured.nats, // the longest first
              measured.passages,
              measured.units,
              gradientChecks,
              counted,
              words,
              page)
          .forEach(pool::execute);
      drawnWords.values().forEach(pool::execute);
      for (Future<?> task : List.of(measured.nats, measured.passages, measured.units)) {
        await(task, Long.MAX_VALUE);
      }
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
      inTime = true;
      for (Future<?> task : List.of(words, counted, gradientChecks)) {
        inTime &= await(task, end - System.nanoTime());
      }
      for (Future<?> task : drawnWords.values()) {
        inTime &= await(task, end - System.nanoTime());
      }
    } finally {
      pool.shutdown(); // its threads end when they have nothing left to do
      beside.shutdown();
      warm(); // the other thread finds everything begun
    }
  }

  /** Whether a task was done, or had failed, after so many nanoseconds at most. */
  private static boolean await(Future<?> task, long nanos) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          task.get(nanos, TimeUnit.NANOSECONDS);
          return true;
        } catch (ExecutionException e) {
          return true;
        } catch (TimeoutException e) {
          return false;
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** What came of a task; empty while it is not done, and if it has failed. */
  private static <T> Optional<T> known(Future<T> task) {
    try {
      return task.isDone() ? Optional.of(task.get()) : Optional.empty();
    } catch (ExecutionException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody waits for what is done", e);
    }
  }

  private static Optional<Throwable> failure(Future<?> task) {
    try {
      if (task.isDone()) {
        task.get();
      }
      return Optional.empty();
    } catch (ExecutionException e) {
      return Optional.ofNullable(e.getCause());
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody waits for what is done", e);
    }
  }

  /** Sentences that belong on the page. */
  List<String> notes() {
    List<String> notes = new ArrayList<>();
    if (isCut) {
      notes.add(
          String.format(
              Locale.ROOT,
              "Words, substrings and n-grams are those of the first %,d characters of the text.",
              text.length()));
    }
    known(words)
        .filter(read -> read.read() < text.length())
        .ifPresent(
            read ->
                notes.add(
                    String.format(
                        Locale.ROOT,
                        "Words are those of the first %,d characters of the text: the heap has no"
                            + " room for more.",
                        read.read())));
    notes.addAll(gradientNotes);
    String ofText = "Some of what needs the whole text is";
    if (!inTime) {
      notes.add(ofText + " left out: there was no time for it.");
    }
    for (Future<?> task : List.of(words, counted, gradientChecks)) {
      noteFailure(notes, ofText, task);
    }
    if (failure(words).isEmpty()) { // the same is said of these already
      drawnWords.values().stream()
          .filter(task -> failure(task).isPresent())
          .findFirst()
          .ifPresent(task -> noteFailure(notes, "Words that the model wrote on the way are", task));
    }
    ofModel.ifPresent(
        measured -> {
          noteFailure(notes, "Passages are", measured.passages);
          noteFailure(notes, "The comparison with n-grams is", measured.nats);
          noteFailure(notes, "Hidden units are", measured.units);
        });
    return notes;
  }

  private static void noteFailure(List<String> notes, String what, Future<?> task) {
    failure(task).ifPresent(e -> notes.add(what + " left out: " + e));
  }

  /** The words of a text that are words of the book, if the book's are known by now. */
  Optional<JsonElement> words(String text) {
    return known(words).map(book -> book.count(text).json().json());
  }

  /**
   * The words that the model wrote which wrote a sample; of a run that was not watched, those of
   * the sample.
   */
  Optional<JsonElement> words(Sample sample) {
    return drawnWords.isEmpty()
        ? words(sample.text())
        : Optional.ofNullable(drawnWords.get(sample.step()))
            .flatMap(Analysis::known)
            .map(DrawnWords::json);
  }

  /** Empty while they are not known. */
  JsonArray gradientChecks() {
    return known(gradientChecks).orElseGet(JsonArray::new);
  }

  // Empty before the end

  JsonArray passages() {
    return ofModel
        .flatMap(measured -> known(measured.passages))
        .map(passages -> passages.json(this::words))
        .orElseGet(JsonArray::new);
  }

  /** Also empty if the text is too short for it or nothing is known of it. */
  Optional<JsonObject> comparison() {
    Optional<Double> network =
        ofModel.flatMap(measured -> known(measured.nats)).flatMap(Function.identity());
    return network.flatMap(nats -> known(counted).map(models -> comparison.with(nats, models)));
  }

  /** Also empty if the text is too short for it. */
  Optional<JsonObject> units() {
    return ofModel.flatMap(measured -> known(measured.units)).flatMap(Function.identity());
  }
}
