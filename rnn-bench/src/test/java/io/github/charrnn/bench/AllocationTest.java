package io.github.charrnn.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.github.charrnn.Clip;
import io.github.charrnn.EncodedText;
import io.github.charrnn.LearningRate;
import io.github.charrnn.Optimizer;
import io.github.charrnn.Recipe;
import io.github.charrnn.Sampler;
import io.github.charrnn.Scorer;
import io.github.charrnn.Trainer;
import io.github.charrnn.Training;
import io.github.charrnn.VanillaRnn;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Twice the work allocates no more: what is allocated is allocated once. With scalar kernels, which
 * allocate nothing even before they are compiled; JMH's profiler says the same of compiled vectors.
 */
class AllocationTest {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  /** An object in every step, symbol or window would be at least 16 bytes a time. */
  private static final long SLACK = 4_096;

  private static final boolean LONG = Boolean.getBoolean("tests.long");
  private static final int STEPS = LONG ? 1_000 : 400;
  private static final int CHARACTERS = LONG ? 20_000 : 5_000;

  private static EncodedText text;

  private interface Work {
    void run() throws IOException;
  }

  private VanillaRnn model;

  @BeforeAll
  static void makeText() throws IOException {
    text = Texts.read("", 65);
  }

  @BeforeEach
  void setUp() {
    model = VanillaRnn.builder(text.vocab()).hiddenSize(20).build();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 6})
  void training_allocatesNothingPerStep(int streams) throws IOException {
    assertAllocatesNothing(Trainer.of(model).batchSize(streams).start(text));
  }

  @Tag("long")
  @ParameterizedTest
  @ValueSource(strings = {"adam", "rmsprop", "sgd", "shampoo"})
  void otherRecipes_allocateNothingPerStep(String optimizer) throws IOException {
    assertAllocatesNothing(Trainer.of(model).recipe(byNorm(optimizer)).start(text));
  }

  /** Everything that the recipe of the course has not. */
  private static Recipe byNorm(String optimizer) {
    return Recipe.course()
        .withBatchSize(6)
        .withResetEvery(3)
        .withOptimizer(optimizer.equals("sgd") ? Optimizer.sgd(0.9) : Optimizer.named(optimizer))
        .withClip(Clip.norm(0.01))
        .withLearningRate(LearningRate.exponential(0.01, 0.001, 10_000).withWarmUp(100));
  }

  private static void assertAllocatesNothing(Training training) throws IOException {
    steps(training, STEPS);

    long once = allocatedBy(() -> steps(training, STEPS));
    long twice = allocatedBy(() -> steps(training, 2 * STEPS));

    assertThat(twice - once).isLessThan(SLACK);
  }

  /** Neither by who calls nor by the thread beside it. */
  @Tag("long")
  @ParameterizedTest
  @ValueSource(ints = {1, 6, 0})
  void training_withTwoThreads_allocatesNothingPerStep(int streams) throws IOException {
    Set<Thread> others = crews(); // may end meanwhile
    Recipe recipe = streams == 0 ? byNorm("adam") : Recipe.course().withBatchSize(streams);
    Training training = Trainer.of(model).recipe(recipe).threads(2).start(text);
    steps(training, STEPS);
    Set<Thread> mine = crews();
    mine.removeAll(others);
    assertThat(mine).as("threads beside the caller").hasSize(1);
    long id = mine.iterator().next().getId();

    long before = THREADS.getThreadAllocatedBytes(id);
    long once = allocatedBy(() -> steps(training, STEPS));
    long between = THREADS.getThreadAllocatedBytes(id);
    long twice = allocatedBy(() -> steps(training, 2 * STEPS));
    long after = THREADS.getThreadAllocatedBytes(id);

    assertThat(twice - once).as("by the caller").isLessThan(SLACK);
    assertThat(before).isNotNegative(); // -1 if there is no such thread
    assertThat(after).isGreaterThanOrEqualTo(before);
    assertThat(after - between - (between - before)).as("by the other").isLessThan(SLACK);
  }

  private static Set<Thread> crews() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().matches("charrnn-\\d+"))
        .collect(Collectors.toSet());
  }

  /** Every second window is easy, so that the smooth loss falls and rises in turn. */
  @Test
  void keepingTheBestModel_allocatesNothing() throws IOException {
    EncodedText hilly =
        text.vocab().encode(("A".repeat(25) + text.part(0, 25).decode()).repeat(400));
    Training training =
        Trainer.of(model).optimizer(Optimizer.sgd()).learningRate(1e-4).start(hilly);
    steps(training, 6_000);
    int best = 0;
    for (int i = 0; i < 1_000; i++) {
      training.advance();
      best += training.bestStep() == training.step() ? 1 : 0;
    }
    assertThat(best).as("steps with a new best").isBetween(100, 900);

    long once = allocatedBy(() -> steps(training, STEPS));
    long twice = allocatedBy(() -> steps(training, 2 * STEPS));

    assertThat(twice - once).isLessThan(SLACK);
  }

  @Test
  void sampling_allocatesNothingPerSymbol() throws IOException {
    Sampler sampler = Sampler.of(model).topK(10);
    StringBuilder out = new StringBuilder(20_000);
    sampler.sampleTo(out, 10_000);

    long once = allocatedBy(() -> sample(sampler, out, 10_000));
    long twice = allocatedBy(() -> sample(sampler, out, 20_000));

    assertThat(twice - once).isLessThan(SLACK);
  }

  @Test
  void evaluation_allocatesNothingPerWindow() throws IOException {
    EncodedText half = text.vocab().encode("AB".repeat(10_000));
    EncodedText whole = text.vocab().encode("AB".repeat(20_000));
    model.evaluate(half);

    long once = allocatedBy(() -> model.evaluate(half));
    long twice = allocatedBy(() -> model.evaluate(whole));

    assertThat(twice - once).isLessThan(SLACK);
  }

  /** An input field asks at every key stroke; a list of lines keeps each of them. */
  @Test
  void shortCalls_allocateLittle() throws IOException {
    EncodedText line = text.vocab().encode("ABABABABABABABABABAB");
    model.evaluate(line);

    long evaluated = allocatedBy(() -> repeat(() -> model.evaluate(line)));
    long encoded = allocatedBy(() -> repeat(() -> text.vocab().encode("ABABABABABABABABABAB")));

    assertThat(evaluated).as("bytes of 1,000 evaluations").isLessThan(1_000 * 200L + SLACK);
    assertThat(encoded).as("bytes of 1,000 lines").isLessThan(1_000 * 400L + SLACK);
  }

  private static void repeat(Runnable call) {
    for (int i = 0; i < 1_000; i++) {
      call.run();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void scoring_allocatesNothingPerCharacter(int threads) throws IOException {
    Scorer scorer = Scorer.of(model).threads(threads);
    score(scorer, 100);

    long once = allocatedBy(() -> score(scorer, 100));
    long twice = allocatedBy(() -> score(scorer, 200));

    assertThat(twice - once).isLessThan(SLACK);
  }

  private void score(Scorer scorer, int length) {
    scorer.evaluateEach(
        IntStream.range(0, 200).iterator(), i -> text.part(i, i + length), (i, evaluation) -> {});
  }

  @Tag("long")
  @Test
  void evaluationWithThreads_allocatesNothingPerCharacter() throws IOException {
    Scorer scorer = Scorer.of(model).threads(2);
    scorer.evaluate(text.part(0, CHARACTERS));

    long once = allocatedBy(() -> scorer.evaluate(text.part(0, CHARACTERS)));
    long twice = allocatedBy(() -> scorer.evaluate(text.part(0, 2L * CHARACTERS)));

    assertThat(twice - once).isLessThan(SLACK);
  }

  @Test
  void loading_allocatesAtMostTwiceTheFile(@TempDir Path directory) throws IOException {
    Path file = directory.resolve("model");
    VanillaRnn.builder(text.vocab()).hiddenSize(500).build().save(file);
    VanillaRnn.load(file);
    long size = Files.size(file);

    long allocated = allocatedBy(() -> VanillaRnn.load(file));

    assertThat(size).isGreaterThan(2_000_000);
    assertThat(allocated).isLessThan(2 * size);
  }

  private static void steps(Training training, int count) {
    for (int i = 0; i < count; i++) {
      training.advance();
    }
  }

  private static void sample(Sampler sampler, StringBuilder out, int length) throws IOException {
    out.setLength(0);
    sampler.sampleTo(out, length);
  }

  private static long allocatedBy(Work work) throws IOException {
    long before = THREADS.getCurrentThreadAllocatedBytes();
    work.run();
    return THREADS.getCurrentThreadAllocatedBytes() - before;
  }
}
