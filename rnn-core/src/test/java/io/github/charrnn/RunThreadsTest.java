package io.github.charrnn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.charrnn.internal.CrewThreads;
import io.github.charrnn.internal.kernel.Intercepted;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** However a run ends, its threads end too, and what it has come to is the same. */
@Tag("once")
@Timeout(value = 120, threadMode = ThreadMode.SEPARATE_THREAD) // instead of waiting for ever
class RunThreadsTest {
  private static final int SHORT_RUNS = Boolean.getBoolean("tests.long") ? 1_000 : 20;

  private final CrewThreads threads = new CrewThreads();
  private final EncodedText text = Texts.harbour();
  private final VanillaRnn model = VanillaRnn.builder(text.vocab()).hiddenSize(20).seed(5).build();

  private Trainer trainer(int count) {
    return ThreadsTest.trainer(model, count).sequenceLength(10);
  }

  private String expected(int steps) {
    return trainer(1).train(text, steps).last().fingerprint();
  }

  private static Consumer<Training> at(long step, Consumer<Training> action) {
    return training -> {
      if (training.step() == step) {
        action.accept(training);
      }
    };
  }

  @Test
  void aRunThatEnds_endsItsThreads() {
    List<Integer> alive = new ArrayList<>();

    TrainingResult result =
        trainer(4).every(10, training -> alive.add(threads.alive().size())).train(text, 20);

    assertThat(alive).as("threads at steps 0, 10 and 20").containsExactly(0, 3, 3);
    assertThat(threads.alive()).isEmpty();
    assertThat(result.last().fingerprint()).isEqualTo(expected(20));
  }

  @Test
  void aRunThatIsStopped_endsItsThreads(@TempDir Path directory) throws IOException {
    Path file = directory.resolve("run.checkpoint");
    trainer(3).checkpoint(file, 10).every(1, at(7, Training::stop)).train(text, 20);
    assertThat(threads.alive()).isEmpty();

    TrainingResult result = Trainer.resuming(file).threads(2).resume(text);

    assertThat(threads.alive()).isEmpty();
    assertThat(result.last().fingerprint()).isEqualTo(expected(20));
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 6})
  void aListenerThatThrows_endsTheRunAndItsThreads(long step) {
    IllegalStateException mine = new IllegalStateException("mine");
    Trainer trainer =
        trainer(3)
            .every(
                1,
                at(
                    step,
                    training -> {
                      throw mine;
                    }));

    assertThatThrownBy(() -> trainer.train(text, 20)).isSameAs(mine);

    assertThat(threads.alive()).isEmpty();
  }

  @Test
  void aRunThatDiverges_endsItsThreads() {
    Trainer trainer = trainer(3).every(1, at(6, training -> training.parameters.c[0] = Double.NaN));

    assertThatExceptionOfType(TrainingDivergedException.class)
        .isThrownBy(() -> trainer.train(text, 20))
        .withMessageContaining("at step 7");

    assertThat(threads.alive()).isEmpty();
  }

  @Test
  void aThreadThatIsInterrupted_trainsOn_andStaysInterrupted() {
    Trainer trainer = trainer(3).every(1, at(3, training -> Thread.currentThread().interrupt()));

    TrainingResult result = trainer.train(text, 20);

    assertThat(Thread.interrupted()).as("whether the thread is interrupted").isTrue();
    assertThat(threads.alive()).isEmpty();
    assertThat(result.last().fingerprint()).isEqualTo(expected(20));
  }

  /** In the forward pass, in the recurrence backward, in the update. */
  @ParameterizedTest
  @ValueSource(strings = {"recur", "softmaxLoss", "outputsBackward", "packStates", "adagrad"})
  void aFailureInAnyThread_reachesTheCaller_andTheTrainerTrainsAgain(String where) {
    for (int member = 0; member < 3; member++) {
      int failing = member;
      List<Boolean> failed = new ArrayList<>();
      Trainer trainer =
          trainer(3)
              .batchSize(6)
              .every(
                  1,
                  at(
                      6,
                      training -> {
                        if (failed.isEmpty()) {
                          Insides.of(training)
                              .window
                              .use(Intercepted.kernels(failure(failing, where)));
                          failed.add(true);
                        }
                      }));

      assertThatThrownBy(() -> trainer.train(text, 20))
          .as("member %d", member)
          .isInstanceOf(IllegalStateException.class)
          .hasMessage(where + " of member " + member);

      assertThat(threads.alive()).isEmpty();
      assertThat(trainer.train(text, 20).last().fingerprint())
          .isEqualTo(trainer(1).batchSize(6).train(text, 20).last().fingerprint());
    }
  }

  private static Intercepted.Before failure(int failing, String where) {
    return (member, method, arguments) -> {
      if (member == failing && method.equals(where)) {
        throw new IllegalStateException(where + " of member " + member);
      }
    };
  }

  @Test
  void aFailureInAThread_leavesTheLastCheckpoint_andTheRunGoesOnFromIt(@TempDir Path directory)
      throws IOException {
    Path file = directory.resolve("run.checkpoint");
    Trainer trainer =
        trainer(3)
            .checkpoint(file, 5)
            .every(
                1,
                at(
                    8,
                    training ->
                        Insides.of(training)
                            .window
                            .use(Intercepted.kernels(failure(1, "outerV")))));
    assertThatThrownBy(() -> trainer.train(text, 20)).hasMessage("outerV of member 1");

    assertThat(VanillaRnn.load(file).training().orElseThrow().step()).isEqualTo(5);
    assertThat(Trainer.resuming(file).threads(2).resume(text).last().fingerprint())
        .isEqualTo(expected(20));
  }

  /** Long ones go on while short ones begin and end. */
  @Test
  void runsSideBySide_doNotDisturbEachOther() throws Exception {
    String ofLong = expected(150);
    String ofShort = expected(10);
    List<FutureTask<Void>> tasks = new ArrayList<>();
    for (int count : new int[] {2, 3}) {
      tasks.add(
          new FutureTask<>(
              () ->
                  assertThat(trainer(count).train(text, 150).last().fingerprint())
                      .isEqualTo(ofLong),
              null));
      tasks.add(
          new FutureTask<>(
              () -> {
                for (int i = 0; i < 8; i++) {
                  assertThat(trainer(count).train(text, 10).last().fingerprint())
                      .isEqualTo(ofShort);
                }
              },
              null));
    }
    tasks.forEach(task -> new Thread(task).start());
    for (FutureTask<Void> task : tasks) {
      task.get();
    }

    assertThat(threads.alive()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 7})
  void manyShortRuns_leaveNoThread(int count) {
    Trainer trainer = trainer(count);
    for (int i = 0; i < SHORT_RUNS; i++) {
      trainer.train(text, i % 3);
      assertThat(threads.alive()).as("after run %d", i).isEmpty();
    }
  }

  /** Whoever goes on with it after all gets them back. */
  @Tag("long")
  @Test
  void aRunThatIsAbandoned_losesItsThreads() throws InterruptedException {
    Training training = trainer(3).start(text);
    for (int i = 0; i < 5; i++) {
      training.advance();
    }
    assertThat(threads.alive()).hasSize(2);
    Thread.sleep(500);
    assertThat(threads.alive()).as("after half a second").hasSize(2);
    for (int i = 0; i < 200 && !threads.alive().isEmpty(); i++) {
      Thread.sleep(50);
    }
    assertThat(threads.alive()).as("after a second").isEmpty();

    for (int i = 0; i < 5; i++) {
      training.advance();
    }

    assertThat(threads.alive()).hasSize(2);
    assertThat(training.model().fingerprint()).isEqualTo(expected(10));
    training.crew().close();
    assertThat(threads.alive()).isEmpty();
  }
}
