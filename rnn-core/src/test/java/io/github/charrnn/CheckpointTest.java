package io.github.charrnn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.github.charrnn.internal.CheckpointFile;
import io.github.charrnn.internal.Header;
import io.github.charrnn.internal.SafeFileTest;
import io.github.charrnn.internal.Sha256;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class CheckpointTest {
  private static final boolean LONG = Boolean.getBoolean("tests.long");

  @TempDir Path directory;

  private final EncodedText text = Texts.harbour();
  private final VanillaRnn model = VanillaRnn.builder(text.vocab()).hiddenSize(9).seed(3).build();

  private Path file() {
    return directory.resolve("run.checkpoint");
  }

  private Trainer trainer() {
    return Trainer.of(model);
  }

  private Trainer resuming() throws IOException {
    return Trainer.resuming(file());
  }

  /** Ends runs at that step. */
  private static Trainer stoppedAt(Trainer trainer, long step) {
    return trainer.every(
        1,
        training -> {
          if (training.step() == step) {
            training.stop();
          }
        });
  }

  @Test
  @Tag("once")
  void aTrainer_beginsOrGoesOn_andSaysWhich() throws IOException {
    stoppedAt(trainer().checkpoint(file(), 10), 5).train(text, 25);

    assertThatIllegalStateException()
        .isThrownBy(() -> trainer().resume(text))
        .withMessage("this trainer begins new runs: Trainer.resuming(checkpoint) goes on");
    assertThatIllegalStateException()
        .isThrownBy(() -> resuming().train(text, 30))
        .withMessage("this trainer goes on from the checkpoint " + file() + ": call resume");
    assertThatIllegalStateException().isThrownBy(() -> resuming().start(text));
    assertThat(resuming().recipe()).isEqualTo(trainer().recipe());
    assertThat(resuming().model().training().orElseThrow().step()).isEqualTo(5);
  }

  /** The second call reads the file again, which the first has replaced. */
  @Test
  void aTrainerThatResumes_goesOnFromWhatTheFileHasBecome() throws IOException {
    stoppedAt(trainer().checkpoint(file(), 10), 5).train(text, 25);
    Trainer resuming = resuming();

    assertThat(resuming.resume(text, 25).steps()).isEqualTo(25);
    TrainingResult result = resuming.resume(text, 40);

    assertSame(result, trainer().train(text, 40), "in two parts");
    Path other = directory.resolve("other");
    Trainer.of(VanillaRnn.builder(text.vocab()).hiddenSize(10).seed(3).build())
        .checkpoint(other)
        .train(text, 3);
    Files.move(other, file(), StandardCopyOption.REPLACE_EXISTING);
    assertRefused(
        resuming, text, "the checkpoint " + file() + " is of another model: hiddenSize is 10");
  }

  @Test
  @Tag("once")
  void aCheckpointInNoDirectory_isRefusedWithItsName() {
    Path nowhere = directory.resolve("none").resolve("run.checkpoint");
    assertThatExceptionOfType(UncheckedIOException.class)
        .isThrownBy(() -> trainer().checkpoint(nowhere).train(text, 5))
        .withMessageContainingAll(
            nowhere.toString(), "there is no directory " + nowhere.getParent());
  }

  @Test
  @Tag("once")
  void aCheckpointThatIsDamagedOnceItWasRead_isRefused_andNamed() throws IOException {
    stoppedAt(trainer().checkpoint(file(), 10), 5).train(text, 25);
    Trainer resuming = resuming();
    byte[] bytes = Files.readAllBytes(file());
    bytes[bytes.length - 20] ^= 1;
    Files.write(file(), bytes);

    assertThatExceptionOfType(UncheckedIOException.class)
        .isThrownBy(() -> resuming.resume(text))
        .withCauseInstanceOf(ModelFormatException.class)
        .withMessageContaining(file() + " cannot be resumed: the checksum does not match");
  }

  @Test
  @Tag("once")
  void aCheckpointOfAnotherInitializer_isOfAnotherModel() throws IOException {
    stoppedAt(trainer().checkpoint(file(), 10), 5).train(text, 25);
    Trainer resuming = resuming();
    Path other = directory.resolve("other");
    VanillaRnn wide =
        VanillaRnn.builder(text.vocab())
            .hiddenSize(9)
            .seed(3)
            .initializer(Initializer.normal(0.5))
            .build();
    Trainer.of(wide).checkpoint(other, 10).train(text, 5);
    Files.move(other, file(), StandardCopyOption.REPLACE_EXISTING);

    assertRefused(resuming, text, "is of another model", "Normal[deviation=0.5]");
  }

  /** Schedules end on the way, or go on. */
  static Stream<Recipe> recipes() {
    Recipe course = Recipe.course();
    Clip norm = Clip.norm(0.05);
    return Stream.of(
        course,
        course.withBatchSize(3),
        course.withOptimizer(Optimizer.sgd()),
        course.withOptimizer(Optimizer.sgd()).withBatchSize(5),
        course
            .withOptimizer(Optimizer.sgd(0.5))
            .withLearningRate(LearningRate.cosine(0.1, 0.001, 100))
            .withBatchSize(2),
        course
            .withOptimizer(Optimizer.rmsProp(0.9))
            .withLearningRate(LearningRate.exponential(0.01, 0.001, 50)),
        course
            .withOptimizer(Optimizer.adam(0.9, 0.99, 0.1))
            .withLearningRate(LearningRate.linear(0.01, 0, 60).withWarmUp(9))
            .withClip(norm)
            .withBatchSize(3)
            .withResetEvery(4),
        course
            .withOptimizer(Optimizer.shampoo(0.9, 0.99, 0, 6, 2))
            .withLearningRate(LearningRate.linear(0.01, 0, 60))
            .withClip(norm)
            .withBatchSize(3),
        course.withOptimizer(Optimizer.adaGrad(1)).withClip(norm).withResetEvery(2));
  }

  /** At a checkpoint, whose interval is 7, at ends of epochs and of the run, and at neither. */
  private static long[] stops(long steps) {
    return LONG ? LongStream.rangeClosed(0, steps).toArray() : new long[] {0, 7, 12, 37, 58, steps};
  }

  /** The epochs are of 37 windows with one stream, of 12 with three. */
  @Tag("long")
  @ParameterizedTest
  @MethodSource("recipes")
  void resumed_whereverItWasStopped_isTheSameToTheBit(Recipe recipe) throws IOException {
    EncodedText part = text.vocab().encode(Texts.decode(text).substring(0, 940));
    long steps = 80;
    TrainingResult undisturbed = trainer().recipe(recipe).train(part, steps);
    for (long stop : stops(steps)) {
      Trainer stopped = trainer().recipe(recipe).checkpoint(file(), 7);
      assertThat(stoppedAt(stopped, stop).train(part, steps).steps()).isEqualTo(stop);

      TrainingResult resumed = resuming().resume(part);

      assertSame(resumed, undisturbed, "stopped at " + stop);
      Files.delete(file());
    }
  }

  @Test
  void resumed_againAndAgain_isTheSameToTheBit() throws IOException {
    VanillaRnn large = VanillaRnn.builder(text.vocab()).hiddenSize(100).seed(42).build();
    stoppedAt(Trainer.of(large).checkpoint(file(), 50), 1).train(text, 1_000);
    for (long stop : new long[] {2, 49, 50, 51, 333, 334, 900}) {
      assertThat(stoppedAt(resuming(), stop).resume(text).steps()).isEqualTo(stop);
    }

    TrainingResult result = resuming().resume(text);

    assertThat(result.last().fingerprint())
        .as("the golden hash of TrainerTest")
        .isEqualTo("434abe96310eddb487d9f0ee57dc5d5e1954e54759adc47871bc5d7f057027d0");
  }

  @Tag("long")
  @Test
  @Tag("once")
  void longRuns_withThinnedHistories_resumeToTheSame() throws IOException {
    VanillaRnn tiny = VanillaRnn.builder(text.vocab()).hiddenSize(1).build();
    long steps = 2 * LossHistory.MAX_SIZE + 7;
    TrainingResult undisturbed = Trainer.of(tiny).sequenceLength(1).train(text, steps);
    for (long stop :
        new long[] {LossHistory.MAX_SIZE, LossHistory.MAX_SIZE + 1, 2 * LossHistory.MAX_SIZE + 3}) {
      stoppedAt(Trainer.of(tiny).sequenceLength(1).checkpoint(file(), 20_000), stop)
          .train(text, steps);

      assertSame(resuming().resume(text), undisturbed, "at " + stop);
      Files.delete(file());
    }
  }

  private void assertSame(TrainingResult actual, TrainingResult expected, String what)
      throws IOException {
    assertThat(bytes(actual.last())).as(what + ": last model").isEqualTo(bytes(expected.last()));
    assertThat(bytes(actual.best())).as(what + ": best model").isEqualTo(bytes(expected.best()));
    assertThat(actual.steps()).isEqualTo(expected.steps());
    assertThat(actual.smoothLoss()).isEqualTo(expected.smoothLoss());
    assertThat(actual.bestSmoothLoss()).isEqualTo(expected.bestSmoothLoss());
    assertThat(actual.bestStep()).isEqualTo(expected.bestStep());
    assertThat(csv(actual)).as(what + ": history").isEqualTo(csv(expected));
  }

  /** The hash of the file that it is saved as. */
  private String bytes(VanillaRnn rnn) throws IOException {
    Path copy = directory.resolve("copy");
    rnn.save(copy);
    byte[] hash = Sha256.digest().digest(Files.readAllBytes(copy));
    Files.delete(copy);
    return HexFormat.of().formatHex(hash);
  }

  private String csv(TrainingResult result) throws IOException {
    Path csv = directory.resolve("csv");
    result.history().saveCsv(csv);
    String lines = Files.readString(csv);
    Files.delete(csv);
    return lines;
  }

  @Test
  void listeners_areCalledOnceForEachStep_howeverOftenTheRunIsStopped() throws IOException {
    List<String> undisturbed = new ArrayList<>();
    trainer().every(10, p -> undisturbed.add(p.step() + p.sample(9))).train(text, 60);
    List<String> calls = new ArrayList<>();
    Trainer first =
        trainer().checkpoint(file(), 7).every(10, p -> calls.add(p.step() + p.sample(9)));
    stoppedAt(first, 20).train(text, 60);
    Trainer second = resuming().every(10, p -> calls.add(p.step() + p.sample(9)));
    stoppedAt(second, 33).resume(text);
    resuming().every(10, p -> calls.add(p.step() + p.sample(9))).resume(text);

    assertThat(calls).isEqualTo(undisturbed);
  }

  @Test
  @Tag("once")
  void checkpoints_areWrittenWhenTheyAreDue() throws IOException {
    List<Long> steps = new ArrayList<>();
    trainer()
        .checkpoint(file(), 10)
        .every(
            1,
            training -> {
              if (Files.exists(file())) {
                steps.add(stepOf(file()));
              }
            })
        .train(text, 25);

    // The listener sees the one before: a checkpoint of a step is written after its listeners.
    assertThat(steps)
        .isEqualTo(
            LongStream.rangeClosed(1, 25).map(step -> (step - 1) / 10 * 10).boxed().toList());
    assertThat(stepOf(file())).isEqualTo(25);
    assertThat(CheckpointFile.read(file()).header().plannedSteps).isEqualTo(25);
  }

  @Test
  @Tag("once")
  void checkpoints_withoutAnInterval_areWrittenAtTheStartAndAtTheEnd() throws IOException {
    trainer().checkpoint(file()).every(1, this::assertAtZeroOnceStarted).train(text, 30);

    assertThat(stepOf(file())).isEqualTo(30);
  }

  private void assertAtZeroOnceStarted(Training training) {
    if (training.step() > 0) {
      assertThat(stepOf(file())).isZero();
    }
  }

  private static long stepOf(Path checkpoint) {
    try {
      return VanillaRnn.load(checkpoint).training().orElseThrow().step();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void aCheckpoint_isAModelToo() throws IOException {
    TrainingResult result = trainer().clip(2).checkpoint(file(), 10).train(text, 25);

    VanillaRnn loaded = VanillaRnn.load(file());

    assertThat(bytes(loaded)).isEqualTo(bytes(result.last()));
    TrainingResult resumed = resuming().resume(text, 40);
    assertSame(resumed, trainer().clip(2).train(text, 40), "by its own settings");
  }

  @Test
  @Tag("once")
  void otherSettings_areRefused_andNamed() throws IOException {
    stoppedAt(trainer().checkpoint(file(), 10), 5).train(text, 25);
    assertRefused(
        resuming().sequenceLength(24), text, "sequenceLength is 24, not 25, as in the run of");
    assertRefused(resuming().batchSize(2), text, "batchSize is 2, not 1");
    assertRefused(resuming().learningRate(0.2), text, "learningRate is 0.2, not 0.1");
    assertRefused(
        resuming().clip(6).optimizer(Optimizer.sgd()),
        text,
        "as in the run of the checkpoint " + file() + ": a run that is resumed keeps its recipe",
        "optimizer is sgd, not adagrad; clip is 6.0, not 5.0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> resuming().resume(text, 4))
        .withMessageStartingWith("steps is 4, the checkpoint ")
        .withMessageEndingWith(" is at step 5");
  }

  @Test
  @Tag("once")
  void anotherText_isRefused() throws IOException {
    stoppedAt(trainer().checkpoint(file(), 10), 5).train(text, 25);
    String original = Texts.decode(text);
    int e = original.indexOf('e');
    String changed = original.substring(0, e) + 'a' + original.substring(e + 1);
    assertRefused(
        resuming(), text.vocab().encode(changed), "the text is not the one", "it has changed");
    EncodedText shorter = text.vocab().encode(original.substring(1));
    assertRefused(
        resuming(),
        shorter,
        "the text is not the one that the run of the checkpoint " + file() + " was started with",
        "it has " + (text.length() - 1) + " characters, the run's had " + text.length());
    EncodedText other = CharVocab.of("abc").encode("abcabcabcabcabcabcabcabcabcabcabc");
    assertRefused(
        resuming(),
        other,
        "the text is not the one",
        "its vocabulary has 3 symbols, the run's had 47");
  }

  private void assertRefused(Trainer trainer, EncodedText other, String... parts) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> trainer.resume(other))
        .withMessageContainingAll(parts);
  }

  @Test
  @Tag("once")
  void aSecondRun_onTheSameCheckpoint_isRefusedWhileTheFirstRuns() throws IOException {
    Files.createSymbolicLink(directory.resolve("alias"), directory);
    Path alias = directory.resolve("alias").resolve("run.checkpoint");
    List<String> refusals = new ArrayList<>();
    trainer()
        .checkpoint(file(), 10)
        .every(
            20,
            training -> {
              for (Path name : List.of(file(), alias)) {
                assertThatIllegalStateException()
                    .isThrownBy(() -> trainer().checkpoint(name, 10).train(text, 5))
                    .withMessage(
                        "another run is writing the checkpoint %s: wait until it ends, or name"
                            + " another checkpoint",
                        name);
                refusals.add(name.toString());
              }
            })
        .train(text, 40);

    assertThat(refusals).hasSize(6);
    assertThat(Trainer.resuming(alias).resume(text, 50).steps()).isEqualTo(50);
    assertThat(list()).containsExactlyInAnyOrder("alias", "run.checkpoint");
  }

  private List<String> list() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> String.valueOf(file.getFileName())).toList();
    }
  }

  @Test
  @Tag("once")
  void aNewRun_doesNotReplaceTheCheckpointOfOneThatHasNotEnded() throws IOException {
    stoppedAt(trainer().checkpoint(file(), 10), 5).train(text, 25);
    byte[] before = Files.readAllBytes(file());

    assertThatIllegalStateException()
        .isThrownBy(() -> trainer().checkpoint(file(), 10).train(text, 25))
        .withMessageContaining("is of a run that has not ended, it is at step 5 of 25: resume it");
    assertThat(file()).hasBinaryContent(before);

    resuming().resume(text);
    assertThat(trainer().checkpoint(file(), 10).train(text, 3).steps()).isEqualTo(3);
  }

  @Test
  @Tag("once")
  void aFileThatIsNoCheckpoint_isNeitherReplacedNorResumed() throws IOException {
    model.save(file());
    byte[] before = Files.readAllBytes(file());

    assertThatIllegalStateException()
        .isThrownBy(() -> trainer().checkpoint(file(), 10).train(text, 25))
        .withMessageContaining("exists and is not a charrnn checkpoint");
    assertThatExceptionOfType(ModelFormatException.class)
        .isThrownBy(() -> resuming().resume(text))
        .withMessageContaining("a model, not a checkpoint");
    assertThatExceptionOfType(NoSuchFileException.class)
        .isThrownBy(() -> Trainer.resuming(directory.resolve("none")));
    assertThat(file()).hasBinaryContent(before);
    assertThat(list()).containsExactly("run.checkpoint");
  }

  @Test
  @Tag("once")
  void aCheckpointThatCannotBeWritten_endsTraining() throws IOException {
    Path nowhere = directory.resolve("none").resolve("c");
    assertThatExceptionOfType(UncheckedIOException.class)
        .isThrownBy(() -> trainer().checkpoint(nowhere, 10).train(text, 25));
    assertThat(list()).isEmpty();
  }

  @Test
  @Tag("once")
  void aCheckpointWhoseDirectoryHasGone_endsTrainingWithTheReason() throws IOException {
    Path away = Files.createDirectory(directory.resolve("away"));
    Path checkpoint = away.resolve("c");
    assertThatExceptionOfType(UncheckedIOException.class)
        .isThrownBy(
            () ->
                trainer()
                    .checkpoint(checkpoint, 10)
                    .every(
                        5,
                        training -> {
                          if (training.step() == 5) {
                            deleteAll(away);
                          }
                        })
                    .train(text, 25))
        .havingCause()
        .withMessageStartingWith("the checkpoint " + checkpoint + " cannot be written at step 10")
        .withMessageContaining("there is no " + away);
  }

  @Test
  @Tag("once")
  void reasons_areSentences() {
    assertThat(Checkpoints.reason(new NoSuchFileException("x"))).isEqualTo("there is no x");
    assertThat(Checkpoints.reason(new AccessDeniedException("x")))
        .isEqualTo("there is no permission for x");
    assertThat(Checkpoints.reason(new IOException("No space left"))).isEqualTo("No space left");
  }

  /** By a clock that jumps at the second step. */
  @Test
  @Tag("once")
  void checkpoints_withoutAnInterval_areWrittenFiveSecondsAfterTheOneBefore() {
    assertThat(checkpointsSeen(4_999)).containsExactly(0L, 0L, 0L, 0L, 0L);
    assertThat(checkpointsSeen(5_000)).containsExactly(0L, 0L, 2L, 2L, 2L);
  }

  private List<Long> checkpointsSeen(long jump) {
    AtomicLong millis = new AtomicLong();
    Path file = directory.resolve("after" + jump);
    List<Long> steps = new ArrayList<>();
    trainer()
        .checkpoint(file)
        .clock(() -> 1_000_000 * millis.get())
        .every(
            1,
            training -> {
              if (training.step() == 2) {
                millis.addAndGet(jump);
              }
              if (training.step() > 0) {
                steps.add(stepOf(file));
              }
            })
        .train(text, 5);
    return steps;
  }

  @Test
  @Tag("once")
  void aRunThatWasStoppedAtItsStart_mayBeBegunAnew() throws IOException {
    stoppedAt(trainer().checkpoint(file(), 10), 0).train(text, 25);
    assertThat(stepOf(file())).isZero();

    assertThat(trainer().checkpoint(file(), 10).train(text, 3).steps()).isEqualTo(3);
  }

  private static void deleteAll(Path directory) {
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
      Files.delete(directory);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  @Tag("once")
  void resumed_withAnotherCheckpointFile_leavesTheFirstAlone() throws IOException {
    stoppedAt(trainer().checkpoint(file(), 10), 5).train(text, 25);
    byte[] before = Files.readAllBytes(file());
    Path other = directory.resolve("other");

    resuming().checkpoint(other, 10).resume(text);

    assertThat(file()).hasBinaryContent(before);
    assertThat(stepOf(other)).isEqualTo(25);
  }

  @Test
  @Tag("once")
  void leftoversOfDeadRuns_areSwept() throws IOException {
    stoppedAt(trainer().checkpoint(file(), 10), 5).train(text, 25);
    Path other = directory.resolve(".rnn-0123456789abcdef-1.tmp");
    Files.writeString(other, "of another file");
    String prefix = SafeFileTest.prefix(file());
    Files.writeString(directory.resolve(prefix + "locked-1.tmp"), "half");
    Files.createLink(directory.resolve(prefix + "locked-1.old"), file());

    resuming().resume(text);

    assertThat(list())
        .containsExactlyInAnyOrder("run.checkpoint", String.valueOf(other.getFileName()));
  }

  /** Numbers overflow with this learning rate and with half of it, but not with a quarter. */
  private Trainer diverging() {
    return Trainer.of(VanillaRnn.builder(text.vocab()).hiddenSize(1).build())
        .sequenceLength(1)
        .optimizer(Optimizer.sgd())
        .learningRate(1.4e308)
        .clip(1);
  }

  @Test
  void divergence_endsTrainingAndLeavesTheLastGoodCheckpoint() throws IOException {
    assertThatExceptionOfType(TrainingDivergedException.class)
        .isThrownBy(() -> diverging().checkpoint(file(), 2).train(text, 500))
        .withMessage(
            "training has diverged: the loss at step 3 is NaN; lower the learning rate (1.4E308)"
                + " or the clip (1.0)")
        .satisfies(e -> assertThat(e.step()).isEqualTo(3));

    assertThat(stepOf(file())).isEqualTo(2);
    assertThatExceptionOfType(TrainingDivergedException.class)
        .as("and once more, from there")
        .isThrownBy(() -> resuming().resume(text));
  }

  @Test
  void aParameterThatIsInfinite_endsTrainingAtItsStep() {
    assertThatExceptionOfType(TrainingDivergedException.class)
        .isThrownBy(
            () ->
                trainer()
                    .optimizer(Optimizer.sgd())
                    .learningRate(1e308)
                    .clip(Double.POSITIVE_INFINITY)
                    .train(text, 100))
        .withMessage(
            "training has diverged: a parameter at step 1 is not finite; lower the learning rate"
                + " (1.0E308) or the clip (Infinity)");
  }

  @Test
  void rollbacks_goBackWithHalfTheLearningRate() throws IOException {
    List<String> course = new ArrayList<>();
    TrainingResult result =
        diverging()
            .checkpoint(file(), 100)
            .rollbacks(3)
            .every(1, t -> course.add(t.step() + " " + t.rollbacks() + " " + t.learningRate()))
            .train(text, 500);

    assertThat(course)
        .startsWith("0 0 1.4E308", "1 0 1.4E308", "2 0 1.4E308", "1 1 7.0E307")
        .endsWith("500 2 3.5E307");
    TrainingSummary summary = result.last().training().orElseThrow();
    assertThat(summary.rollbacks()).isEqualTo(2);
    assertThat(summary.recipe().learningRate().rate()).isEqualTo(1.4e308);
    assertThat(VanillaRnn.load(file()).training()).contains(summary);
  }

  /** Goes wrong at that step while the learning rate is above 0.03, that is, twice. */
  private Trainer goingWrongAt(long step) {
    return goingWrongAt(trainer(), step);
  }

  private Trainer goingWrongAt(Trainer trainer, long step) {
    return trainer
        .checkpoint(file(), 3)
        .rollbacks(2)
        .every(
            1,
            training -> {
              if (training.step() == step && training.learningRate() > 0.03) {
                training.parameters.c[0] = Double.NaN;
              }
            });
  }

  @ParameterizedTest
  @CsvSource({"11", "9"}) // 9 has a checkpoint, which must not be written
  void rollbacks_areTheSameToTheBit_whereverTheRunIsStopped(long wrong) throws IOException {
    TrainingResult undisturbed = goingWrongAt(wrong).train(text, 20);
    assertThat(undisturbed.last().training().orElseThrow().rollbacks()).isEqualTo(2);
    Files.delete(file());
    for (long stop = 0; stop <= 20; stop += LONG ? 1 : 4) {
      stoppedAt(goingWrongAt(wrong), stop).train(text, 20);

      assertSame(goingWrongAt(resuming(), wrong).resume(text), undisturbed, "stopped at " + stop);
      Files.delete(file());
    }
  }

  @Test
  @Tag("once")
  void rollbacks_thatDoNotSuffice_endWithTheException() {
    assertThatExceptionOfType(TrainingDivergedException.class)
        .isThrownBy(() -> diverging().checkpoint(file(), 2).rollbacks(1).train(text, 500))
        .withMessageContaining("lower the learning rate (7.0E307)")
        .withMessageEndingWith(": 1 rollbacks have not helped")
        .satisfies(e -> assertThat(e.rollbacks()).isEqualTo(1));
    assertThat(stepOf(file())).isEqualTo(2);
  }

  @Test
  @Tag("once")
  void rollbacks_thatAreAllowedLater_goBackToWhereTheRunWasResumed() throws IOException {
    stoppedAt(trainer().checkpoint(file(), 3), 5).train(text, 20);

    TrainingResult result = goingWrongAt(resuming(), 8).resume(text);

    assertThat(result.steps()).isEqualTo(20);
    assertThat(result.last().training().orElseThrow().rollbacks()).isEqualTo(2);
  }

  @Test
  @Tag("once")
  void aRunWithRollbacks_keepsItsCheckpoint() throws IOException {
    stoppedAt(goingWrongAt(99), 5).train(text, 20);
    Path other = directory.resolve("other");

    assertThatIllegalArgumentException()
        .isThrownBy(() -> resuming().checkpoint(other, 3).resume(text))
        .withMessage(
            "a run with rollbacks goes on in its own checkpoint, %s: %s is another", file(), other);
    assertThat(list()).containsExactlyInAnyOrder("run.checkpoint", "run.checkpoint.rollback");
    resuming().resume(text, 21);
    assertThat(list()).as("21 is a multiple of 3").containsExactly("run.checkpoint");
  }

  @Test
  @Tag("once")
  void schedule_isTheRunsUnlessItIsSet() throws IOException {
    stoppedAt(trainer().checkpoint(file(), 7).rollbacks(2), 5).train(text, 20);
    stoppedAt(resuming(), 9).resume(text);
    Header kept = CheckpointFile.read(file()).header();
    assertThat(kept.checkpointEvery).isEqualTo(7);
    assertThat(kept.maxRollbacks).isEqualTo(2);

    stoppedAt(resuming().checkpoint(file(), 8).rollbacks(0), 11).resume(text);
    Header set = CheckpointFile.read(file()).header();
    assertThat(set.checkpointEvery).isEqualTo(8);
    assertThat(set.maxRollbacks).isZero();
  }

  @Test
  @Tag("once")
  void rollbacks_withoutAnInterval_areToMultiplesOfAThousand() throws IOException {
    trainer().checkpoint(file()).rollbacks(2).train(text, 1_001);

    assertThat(CheckpointFile.read(file()).header().checkpointEvery).isEqualTo(1_000);
    assertThat(stepOf(directory.resolve("run.checkpoint.rollback"))).isEqualTo(1_000);
  }

  @Test
  @Tag("once")
  void anEndedRun_thatIsExtended_hasNotEndedFromThenOn() throws IOException {
    trainer().checkpoint(file(), 100).train(text, 20);
    List<Long> plans = new ArrayList<>();
    resuming()
        .checkpoint(file(), 100)
        .every(21, training -> plans.add(planOf(file())))
        .resume(text, 50);

    assertThat(plans).containsExactly(50L, 50L);
  }

  private static long planOf(Path checkpoint) {
    try {
      return CheckpointFile.read(checkpoint).header().plannedSteps;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  @Tag("once")
  void resumedAtStepZero_hasTheModelOfTheCheckpoint() throws IOException {
    trainer().checkpoint(file(), 100).train(text, 0);
    TrainingResult result = Trainer.resuming(file()).resume(text, 0);

    assertThat(result.last().fingerprint()).isEqualTo(model.fingerprint());
    assertThat(result.best().fingerprint()).isEqualTo(model.fingerprint());
  }

  @Test
  @Tag("once")
  void lossesNearTheLargestNumber_canBeSaved() throws IOException {
    Trainer trainer =
        Trainer.of(VanillaRnn.builder(text.vocab()).hiddenSize(1).build())
            .sequenceLength(1)
            .optimizer(Optimizer.sgd())
            .learningRate(2.1e307)
            .checkpoint(file(), 100_000);

    TrainingResult result = trainer.train(text, 20_001);

    assertThat(result.smoothLoss()).isGreaterThan(1e306);
    assertThat(stepOf(file())).isEqualTo(20_001);
    assertThat(csv(result)).doesNotContain("Infinity");
  }

  @Test
  @Tag("once")
  void whatARunWouldBeRolledBackTo_mustBeThereAndItsOwn() throws IOException {
    Path beside = directory.resolve("run.checkpoint.rollback");
    stoppedAt(goingWrongAt(8), 7).train(text, 20);
    byte[] own = Files.readAllBytes(beside);

    Files.delete(beside);
    assertThatExceptionOfType(UncheckedIOException.class)
        .isThrownBy(() -> goingWrongAt(resuming(), 8).resume(text))
        .withCauseInstanceOf(NoSuchFileException.class)
        .withMessageContainingAll(beside.toString(), "missing");

    Files.write(beside, Arrays.copyOf(own, own.length - 1));
    assertThatExceptionOfType(UncheckedIOException.class)
        .isThrownBy(() -> goingWrongAt(resuming(), 8).resume(text))
        .withCauseInstanceOf(ModelFormatException.class)
        .withMessageContaining(beside + " cannot be gone back to: the file is truncated");

    Files.delete(beside);
    Trainer.of(VanillaRnn.builder(text.vocab()).hiddenSize(10).seed(3).build())
        .checkpoint(beside, 100)
        .train(text, 3);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> goingWrongAt(resuming(), 8).resume(text))
        .withMessageContainingAll(
            "is of another model: hiddenSize is 10, seed 3", beside.toString());

    Files.delete(beside);
    trainer().checkpoint(beside, 100).train(text, 15);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> goingWrongAt(resuming(), 8).resume(text))
        .withMessageContaining(beside + " is of a later step than the run has come to");

    Files.write(beside, own);
    assertThat(goingWrongAt(resuming(), 8).resume(text).steps()).isEqualTo(20);
  }

  @Test
  @Tag("once")
  void anotherInterval_goesBackToTheSameCheckpoint() throws IOException {
    stoppedAt(goingWrongAt(11), 9).train(text, 20); // a multiple of 3, and not of 4

    TrainingResult result = goingWrongAt(resuming(), 11).checkpoint(file(), 4).resume(text);

    assertThat(result.last().training().orElseThrow().rollbacks()).isEqualTo(2);
    assertThat(result.last().fingerprint())
        .isEqualTo(undisturbed(goingWrongAt(11)).last().fingerprint());
  }

  private TrainingResult undisturbed(Trainer trainer) throws IOException {
    Files.delete(file());
    return trainer.train(text, 20);
  }

  @Test
  @Tag("once")
  void aRunWithoutRollbacks_dropsWhatItWouldHaveGoneBackTo() throws IOException {
    stoppedAt(goingWrongAt(99), 7).train(text, 40);
    stoppedAt(resuming().checkpoint(file(), 3).rollbacks(0), 20).resume(text);
    assertThat(list()).containsExactly("run.checkpoint");

    TrainingResult result = goingWrongAt(resuming(), 22).resume(text);

    assertThat(result.steps()).isEqualTo(40);
    assertThat(result.last().training().orElseThrow().rollbacks()).isEqualTo(2);
  }

  @Test
  @Tag("once")
  void rollbacks_withoutACheckpoint_areRefused() {
    assertThatIllegalStateException()
        .isThrownBy(() -> trainer().rollbacks(2).train(text, 5))
        .withMessage("rollbacks is 2, and there is no checkpoint to go back to: name one");
  }

  @Test
  @Tag("once")
  void settingsOutOfRange_areRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> trainer().checkpoint(file(), 0))
        .withMessage("every is 0, must be at least 1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> trainer().rollbacks(-1))
        .withMessage("rollbacks is -1, must be at least 0");
  }
}
