package io.github.charrnn;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.charrnn.internal.Crew;
import io.github.charrnn.internal.CrewThreads;
import io.github.charrnn.internal.kernel.Intercepted;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Any number of threads comes to the same bits. Crews insist here: every step is taken by all
 * members, also where there are more of them than processors.
 */
@Timeout(value = 300, threadMode = ThreadMode.SEPARATE_THREAD) // instead of waiting for ever
class ThreadsTest {
  private static final boolean LONG = Boolean.getBoolean("tests.long");
  private static final int[] SEVERAL = LONG ? new int[] {2, 3, 7} : new int[] {2, 7};

  private final EncodedText text = Texts.harbour();

  /** The numbers of threads that some golden hashes are compared at. */
  static IntStream numbers() {
    return LONG ? IntStream.of(1, 2, 7) : IntStream.of(1, 2);
  }

  /** The same for those that take long. */
  static IntStream fewerNumbers() {
    return LONG ? numbers() : IntStream.of(1);
  }

  /** A trainer whose every step that many threads share. */
  static Trainer trainer(VanillaRnn model, int threads) {
    return Trainer.of(model).threads(threads).crews(Crew::insisting);
  }

  private static VanillaRnn model(EncodedText text, int hiddenSize) {
    return VanillaRnn.builder(text.vocab()).hiddenSize(hiddenSize).seed(7).build();
  }

  /** Text of so many different symbols, the same every time. */
  private static EncodedText random(int symbols, int length) {
    SplittableRandom random = new SplittableRandom(symbols);
    int[] codePoints = IntStream.range(0, symbols).map(i -> 0x4E00 + i).toArray();
    String all = new String(codePoints, 0, symbols);
    return CharVocab.of(all)
        .encode(
            all
                + random
                    .ints(length, 0, symbols)
                    .mapToObj(i -> all.substring(i, i + 1))
                    .collect(Collectors.joining()));
  }

  private static void steps(Training training, int count) {
    for (int i = 0; i < count; i++) {
      training.advance();
    }
  }

  private void assertSameBits(Trainer trainer, EncodedText trainedOn, int steps) {
    assertSameBits(trainer, trainedOn, steps, SEVERAL);
  }

  private void assertSameBits(
      Trainer trainer, EncodedText trainedOn, int steps, int... numbersOfThreads) {
    Training alone = trainer.threads(1).start(trainedOn);
    steps(alone, steps);
    String expected = alone.model().fingerprint();
    for (int threads : numbersOfThreads) {
      Training training = trainer.threads(threads).start(trainedOn);
      steps(training, steps);
      training.crew().close();

      assertThat(training.smoothLoss())
          .as("smooth loss, %d threads", threads)
          .isEqualTo(alone.smoothLoss());
      assertThat(training.model().fingerprint()).as("%d threads", threads).isEqualTo(expected);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "1, adagrad", "2, adagrad", "5, adagrad", "6, adagrad", "16, adagrad", "50, adagrad",
    "1, sgd", "2, sgd", "5, sgd", "6, sgd", "16, sgd", "50, sgd",
    "1, rmsprop", "6, rmsprop", "1, adam", "5, adam", "16, adam"
  })
  void anyNumberOfThreads_leadsToTheSameParameters(int streams, String optimizer) {
    Trainer trainer =
        trainer(model(text, 20), 1).batchSize(streams).optimizer(Optimizer.named(optimizer));

    assertSameBits(trainer, text, LONG ? 200 : 3);
  }

  /** The norm is that of all of the gradient, and the update begins once it is known. */
  @ParameterizedTest
  @CsvSource({
    "20, 1, adam",
    "20, 5, adam",
    "20, 16, adam",
    "20, 1, shampoo",
    "20, 5, shampoo",
    "1, 5, shampoo",
    "257, 1, shampoo",
    "20, 5, adagrad",
    "20, 16, rmsprop",
    "20, 1, sgd",
    "1, 5, adam",
    "257, 1, adam",
    "257, 5, adagrad"
  })
  void clippingByNorm_leadsToTheSameParameters(int hiddenSize, int streams, String optimizer) {
    Recipe recipe =
        Recipe.course()
            .withSequenceLength(6)
            .withBatchSize(streams)
            .withResetEvery(2)
            .withLearningRate(LearningRate.linear(0.05, 0.01, 4).withWarmUp(1))
            .withOptimizer(
                optimizer.equals("sgd") ? Optimizer.sgd(0.9) : Optimizer.named(optimizer))
            .withClip(Clip.norm(0.01));
    Trainer trainer = trainer(model(text, hiddenSize), 1).recipe(recipe);

    assertSameBits(trainer, text, LONG ? 200 : 3, 2, 3, 7);
  }

  /** Among them such that leave members without a part, and all ways to share a recurrence. */
  @ParameterizedTest
  @CsvSource({
    "1, 2, 1, 1",
    "3, 300, 7, 2",
    "7, 2, 5, 9",
    "8, 9, 3, 7",
    "61, 300, 3, 5",
    "100, 65, 25, 1",
    "130, 40, 6, 16",
    "257, 10, 4, 1",
    "300, 17, 2, 6",
    "301, 5, 3, 3",
    "509, 3, 2, 1"
  })
  void anySizes_leadToTheSameParameters(int hiddenSize, int symbols, int n, int streams) {
    EncodedText trainedOn = random(symbols, 40 * n * streams);
    Trainer trainer = trainer(model(trainedOn, hiddenSize), 1).sequenceLength(n).batchSize(streams);

    assertSameBits(trainer, trainedOn, LONG ? 200 : 3);
  }

  /** The sizes that other tests rely on, to come to every way. */
  @ParameterizedTest
  @CsvSource({
    "20, 25, 1, 2, alone",
    "20, 25, 1, 7, alone",
    "20, 25, 16, 2, streams",
    "20, 25, 50, 7, streams",
    "257, 4, 1, 2, units",
    "301, 3, 3, 2, units",
    "301, 3, 3, 7, units",
    "509, 2, 1, 7, units"
  })
  void aRecurrence_isTakenAlone_orSharedByStreamsOrUnits(
      int hiddenSize, int n, int streams, int threads, String how) {
    Trainer trainer = trainer(model(text, hiddenSize), threads);
    Training training = trainer.sequenceLength(n).batchSize(streams).start(text);
    AtomicIntegerArray calls = new AtomicIntegerArray(threads);
    AtomicBoolean fewerUnits = new AtomicBoolean();
    Insides.of(training)
        .window
        .use(
            Intercepted.kernels(
                (member, method, arguments) -> {
                  if (method.equals("recur")) {
                    calls.incrementAndGet(member);
                    int fromUnit = (int) arguments[5];
                    int endUnit = (int) arguments[6];
                    if (endUnit - fromUnit < hiddenSize) {
                      fewerUnits.set(true);
                    }
                  }
                }));

    steps(training, 1);
    training.crew().close();

    long members = IntStream.range(0, threads).filter(i -> calls.get(i) > 0).count();
    assertThat(fewerUnits.get() ? "units" : members > 1 ? "streams" : "alone").isEqualTo(how);
  }

  /** Whoever is late, in whatever it does, the others wait. */
  @ParameterizedTest
  @CsvSource({
    "20, 25, 1, 2",
    "20, 25, 1, 3",
    "20, 6, 16, 2",
    "20, 6, 6, 3",
    "257, 4, 1, 2",
    "301, 3, 3, 3"
  })
  void membersThatAreLate_changeNoBit(int hiddenSize, int n, int streams, int threads) {
    VanillaRnn model = model(text, hiddenSize);
    int steps = LONG ? 30 : 3;
    Training alone = trainer(model, 1).sequenceLength(n).batchSize(streams).start(text);
    steps(alone, steps);
    for (int late = 0; late <= threads; late++) {
      Trainer trainer = trainer(model, threads).sequenceLength(n).batchSize(streams);
      Training training = trainer.start(text);
      Insides.of(training)
          .window
          .use(Intercepted.kernels(late < threads ? lateMember(late) : now(threads)));
      steps(training, steps);
      training.crew().close();

      assertThat(training.model().fingerprint())
          .as(late < threads ? "member " + late + " is late" : "all are late now and then")
          .isEqualTo(alone.model().fingerprint());
    }
  }

  /** By more than the others spin for. */
  private static Intercepted.Before lateMember(int late) {
    return (member, method, arguments) -> {
      if (member == late) {
        LockSupport.parkNanos(100_000);
      }
    };
  }

  private static Intercepted.Before now(int threads) {
    SplittableRandom[] random = new SplittableRandom[threads];
    Arrays.setAll(random, SplittableRandom::new);
    return (member, method, arguments) -> {
      int what = random[member].nextInt(16);
      if (what == 0) {
        LockSupport.parkNanos(200_000);
      } else if (what < 4) {
        LockSupport.parkNanos(1);
      }
    };
  }

  /** Also when the clock says, for longer than Pace hesitates, that the caller alone is faster. */
  @Test
  void everyStep_isTakenByAllMembers() {
    int threads = 3;
    Training training = trainer(model(text, 20), threads).batchSize(6).start(text);
    AtomicIntegerArray calls = new AtomicIntegerArray(threads);
    Insides.of(training)
        .window
        .use(
            Intercepted.kernels(
                (member, method, arguments) -> {
                  calls.incrementAndGet(member);
                  if (member == 1 && method.equals("recur")) {
                    LockSupport.parkNanos(1_000_000);
                  }
                }));
    int[] before = new int[threads];
    for (int step = 0; step < 60; step++) {
      training.advance();
      for (int i = 0; i < threads; i++) {
        assertThat(calls.get(i)).as("step %d, member %d", step, i).isGreaterThan(before[i]);
        before[i] = calls.get(i);
      }
    }
    training.crew().close();
  }

  // What else a run has

  /** The evaluation of the larger model shares units. */
  @ParameterizedTest
  @CsvSource({"20, 20", "250, 2"})
  void heldOutLosses_areTheSame(int hiddenSize, int steps) {
    EncodedText heldOut = text.part(1_500, 1_800);
    EncodedText rest = text.part(0, 1_500);
    TrainingResult alone = validated(hiddenSize, 1, heldOut).train(rest, steps);
    for (int threads : SEVERAL) {
      TrainingResult result = validated(hiddenSize, threads, heldOut).train(rest, steps);

      assertThat(result.heldOutLosses()).as("%d threads", threads).isEqualTo(alone.heldOutLosses());
      assertThat(result.best().fingerprint()).isEqualTo(alone.best().fingerprint());
    }
    assertThat(alone.heldOutLosses().get(0).natsPerCharacter())
        .isEqualTo(model(text, hiddenSize).evaluate(heldOut).natsPerCharacter());
  }

  /** Fewer than are read side by side, several for each member, and one that all read together. */
  @ParameterizedTest
  @CsvSource({"3, 20", "17, 20", "100, 20", "2, 5000"})
  void heldOutLossesOfSeveralPieces_areTheSame(int pieces, int length) {
    EncodedText part = text.part(1_500, 1_600);
    List<EncodedText> heldOut = new ArrayList<>();
    for (int i = 0; i < pieces; i++) {
      heldOut.add(
          EncodedText.join(Collections.nCopies(length / 20, part.part(i % 70, 20 + i % 70))));
    }
    EncodedText rest = text.part(0, 1_500);
    Trainer trainer = trainer(model(text, 20), 1).validation(heldOut, 2);
    List<HeldOutLoss> alone = trainer.train(rest, 5).heldOutLosses();
    for (int threads : SEVERAL) {
      trainer = trainer(model(text, 20), threads).validation(heldOut, 2);
      assertThat(trainer.train(rest, 5).heldOutLosses()).as("%d threads", threads).isEqualTo(alone);
    }
    assertThat(alone).hasSize(4);
  }

  private Trainer validated(int hiddenSize, int threads, EncodedText heldOut) {
    Trainer trainer = trainer(model(text, hiddenSize), threads).sequenceLength(5);
    return trainer.validation(heldOut, 2).bestBy(BestBy.VALIDATION).learningRate(0.5);
  }

  @ParameterizedTest
  @CsvSource({"1, adagrad", "6, sgd"})
  void resumed_withAnotherNumberOfThreads_isTheSameToTheBit(
      int streams, String optimizer, @TempDir Path directory) throws IOException {
    Path file = directory.resolve("run.checkpoint");
    int steps = 25;
    TrainingResult undisturbed = resumable(streams, optimizer, 1).train(text, steps);
    int[][] lives = {{3, 5}, {2, 6}, {1, 13}, {7, 14}, {2, 19}, {3, steps}};
    TrainingResult result = undisturbed;
    for (int[] life : lives) {
      boolean first = Files.notExists(file);
      Trainer trainer =
          first
              ? resumable(streams, optimizer, life[0]).checkpoint(file, 7)
              : Trainer.resuming(file).threads(life[0]).crews(Crew::insisting);
      trainer.every(
          1,
          training -> {
            assertThat(training.threads()).isEqualTo(life[0]);
            if (training.step() == life[1]) {
              training.stop();
            }
          });
      result = first ? trainer.train(text, steps) : trainer.resume(text);
      assertThat(result.steps()).isEqualTo(life[1]);
    }

    assertThat(result.last().fingerprint()).isEqualTo(undisturbed.last().fingerprint());
    assertThat(result.best().fingerprint()).isEqualTo(undisturbed.best().fingerprint());
    assertThat(result.smoothLoss()).isEqualTo(undisturbed.smoothLoss());
    assertThat(result.bestStep()).isEqualTo(undisturbed.bestStep());
  }

  private Trainer resumable(int streams, String optimizer, int threads) {
    Trainer trainer = trainer(model(text, 20), threads).sequenceLength(8).batchSize(streams);
    return trainer.optimizer(Optimizer.named(optimizer));
  }

  @Test
  void oneThread_startsNoOther() {
    CrewThreads threads = new CrewThreads();
    Training training = trainer(model(text, 20), 1).start(text);
    steps(training, 3);

    assertThat(threads.alive()).isEmpty();
    assertThat(training.threads()).isEqualTo(1);
  }
}
