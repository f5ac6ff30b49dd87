package io.github.charrnn.cli.report;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.github.charrnn.EncodedText;
import io.github.charrnn.VanillaRnn;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * When a run is measured. What depends on the text alone is measured by a thread of its own while
 * training runs: {@link Words}, the counting of {@link Comparison}, {@link GradientChecks}. What
 * depends on the best model follows once that is known: {@link Passages}, the rest of the
 * comparison, {@link Units}. What fails or takes too long is left out, and a note says so.
 */
public final class Analysis {
  /** Of the text, which is read from its beginning: this bounds time and memory. */
  private static final long MAX_READ = 20_000_000;

  private final EncodedText text;
  private final Comparison comparison;
  private final GradientChecks checks;
  private final Budget budget;
  private final List<String> notes = new CopyOnWriteArrayList<>(); // of several threads
  private final CountDownLatch warm = new CountDownLatch(1);
  private final CompletableFuture<Words> words = new CompletableFuture<>();
  private final CompletableFuture<Comparison.Counted> counted = new CompletableFuture<>();
  private final CompletableFuture<JsonArray> gradientChecks = new CompletableFuture<>();

  /**
   * An analysis that is still to be begun.
   *
   * @param text what is trained on
   * @param heldOut what is not, if anything
   * @param model of the vocabulary and hidden size in question
   * @param elements of each parameter whose gradient is checked, at least 0; as many as take little
   *     time if empty
   */
  public Analysis(
      EncodedText text,
      Optional<EncodedText> heldOut,
      VanillaRnn model,
      int sequenceLength,
      OptionalInt elements) {
    this.text = Budget.beginning(text, MAX_READ);
    comparison = new Comparison(this.text, heldOut, model);
    checks = new GradientChecks(model, sequenceLength, elements);
    budget = new Budget(model);
    if (this.text.length() < text.length()) {
      notes.add(
          String.format(
              Locale.ROOT,
              "Words, substrings and n-grams are those of the first %,d characters of the text.",
              this.text.length()));
    }
  }

  // Beside training

  /** Begins what depends on the text alone; it goes on when {@link #warm} is called. */
  public Analysis begin() {
    Thread thread =
        new Thread(
            () -> {
              awaitWarmth();
              complete(words, this::readWords);
              complete(counted, comparison::count);
              complete(gradientChecks, () -> checks.run(text, notes::add));
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
      CompletableFuture.allOf(words, gradientChecks, counted).get(seconds, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      notes.add("Some of what needs the whole text is left out: there was no time for it.");
    } catch (ExecutionException e) {
      notes.add("Some of what needs the whole text is left out: " + e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private Words readWords() {
    Words read = new Words(text, budget.room());
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

  private static <T> Optional<T> known(CompletableFuture<T> future) {
    return future.isDone() && !future.isCompletedExceptionally()
        ? Optional.of(future.join())
        : Optional.empty();
  }

  /** Sentences that belong on the page. */
  List<String> notes() {
    return List.copyOf(notes);
  }

  /** The words of a text that are words of the book, if the book's are known by now. */
  Optional<JsonElement> words(String sample) {
    return known(words).map(book -> book.count(sample).json());
  }

  /** Empty while they are not known. */
  JsonArray gradientChecks() {
    return known(gradientChecks).orElseGet(JsonArray::new);
  }

  // After training

  JsonArray passages(VanillaRnn best) {
    return attempt("Passages are", () -> Passages.of(best, text, this::words))
        .orElseGet(JsonArray::new);
  }

  /** Empty if the text is too short for it or nothing is known of it. */
  Optional<JsonObject> comparison(VanillaRnn best) {
    return attempt(
            "The comparison with n-grams is",
            () -> known(counted).flatMap(nats -> comparison.with(best, nats)))
        .flatMap(Function.identity());
  }

  /** Empty if the text is too short for it. */
  Optional<JsonObject> units(VanillaRnn best) {
    return attempt("Hidden units are", () -> Units.of(best, comparison.text()))
        .flatMap(Function.identity());
  }

  /** The model is trained and saved by now: what fails is left out, and said. */
  private <T> Optional<T> attempt(String what, Supplier<T> task) {
    try {
      return Optional.of(task.get());
    } catch (RuntimeException | OutOfMemoryError e) {
      notes.add(what + " left out: " + e);
      return Optional.empty();
    }
  }
}
