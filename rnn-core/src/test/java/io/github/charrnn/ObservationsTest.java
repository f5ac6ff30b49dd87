package io.github.charrnn;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Held-out losses and samples of a run, and what a model makes of single symbols. */
class ObservationsTest {
  private static final boolean LONG = Boolean.getBoolean("tests.long");

  @TempDir Path directory;

  private final EncodedText all = Texts.harbour();
  private final EncodedText text = all.part(0, all.length() - 300);
  private final EncodedText heldOut = all.part(all.length() - 300, all.length());
  private final VanillaRnn model = VanillaRnn.builder(all.vocab()).hiddenSize(12).seed(4).build();

  private Trainer trainer() {
    return Trainer.of(model).validation(heldOut, 20).samples(15, 7);
  }

  @Test
  void aPart_isTheTextThatStandsThere() {
    String string = all.decode();
    EncodedText part = all.part(10, 60);

    assertThat(part.decode()).isEqualTo(string.substring(10, 60));
    assertThat(part.fingerprint())
        .isEqualTo(all.vocab().encode(string.substring(10, 60)).fingerprint());
    assertThat(part.part(5, 9).decode()).isEqualTo(string.substring(15, 19));
    assertThat(all.part(3, 3).length()).isZero();
    assertThat(model.evaluate(part)).isEqualTo(model.evaluate(string.substring(10, 60)));
    for (long[] range : new long[][] {{-1, 3}, {4, 3}, {0, all.length() + 1}}) {
      assertThatExceptionOfType(IndexOutOfBoundsException.class)
          .isThrownBy(() -> all.part(range[0], range[1]))
          .withMessageContaining("must be from 0 to " + all.length());
    }
    assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> part.symbol(50));
  }

  @Test
  void symbolsInBulk_areThoseOneByOne() {
    StringBuilder long1 = new StringBuilder();
    for (int i = 0; i < 70_000; i++) { // more than a piece of memory
      long1.appendCodePoint('a' + i % 23);
    }
    for (String string : new String[] {long1.toString(), long1 + wide()}) {
      EncodedText text = CharVocab.of(string).encode(string);
      EncodedText part = text.part(3, text.length() - 2);
      int[] found = new int[65_540];
      for (long from : new long[] {0, 1, 65_530, part.length() - 7, part.length()}) {
        int count = part.copyTo(from, found);
        assertThat(count).isEqualTo((int) Math.min(found.length, part.length() - from));
        for (int i = 0; i < count; i++) {
          assertThat(found[i]).isEqualTo(part.symbol(from + i));
        }
      }
      assertThatExceptionOfType(IndexOutOfBoundsException.class)
          .isThrownBy(() -> part.copyTo(part.length() + 1, found));
    }
  }

  /** More different symbols than a byte can tell. */
  private static String wide() {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 300; i++) {
      text.appendCodePoint(0x4E00 + i);
    }
    return text.toString();
  }

  @Test
  void surprisals_areWhatEvaluationIsTheMeanOf() {
    VanillaRnn trained = Trainer.of(model).train(text, 300).last();

    double[] surprisals = trained.surprisals(heldOut);

    assertThat(surprisals).hasSize(299);
    assertThat(Arrays.stream(surprisals)).allMatch(nats -> nats > 0);
    assertThat(Arrays.stream(surprisals).average().orElseThrow())
        .isCloseTo(trained.evaluate(heldOut).natsPerCharacter(), within(1e-12));
    for (int i : new int[] {1, 2, 77}) {
      assertThat(trained.surprisals(heldOut.part(0, i + 1)))
          .as("they do not depend on what follows")
          .isEqualTo(Arrays.copyOf(surprisals, i));
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> trained.surprisals(heldOut.part(0, 1)))
        .withMessage("evaluation needs at least 2 characters, the text has 1");
  }

  @Test
  void symbolsThatTheModelDoesNotKnow_areDealtWithAlikeEverywhere() {
    String known = Texts.decode(heldOut).substring(0, 20);
    String strange = known.substring(0, 9) + "\u2603" + known.substring(9);
    UnknownSymbols skip = UnknownSymbols.skip();

    assertThat(model.surprisals(known)).isEqualTo(model.surprisals(heldOut.part(0, 20)));
    assertThat(model.surprisals(strange, skip)).isEqualTo(model.surprisals(known));
    assertThat(model.evaluate(strange, skip)).isEqualTo(model.evaluate(known));
    assertThat(Scorer.of(model).evaluateAll(List.of(strange, known), skip))
        .containsExactly(model.evaluate(known), model.evaluate(known));
    assertThatExceptionOfType(UnknownSymbolException.class)
        .isThrownBy(() -> model.surprisals(strange));
    assertThatExceptionOfType(UnknownSymbolException.class)
        .isThrownBy(() -> model.evaluate(strange, UnknownSymbols.fail()));
  }

  /** Each thread finds a window of its own, and leaves it as it should be. */
  @Test
  void oneModel_evaluatesForManyThreadsAtATime() {
    VanillaRnn trained = Trainer.of(model).train(text, 100).last();
    List<EncodedText> pieces =
        IntStream.range(0, 200).mapToObj(i -> heldOut.part(i % 50, 60 + i)).toList();
    List<Evaluation> alone = pieces.stream().map(trained::evaluate).toList();

    for (int round = 0; round < 5; round++) {
      assertThat(pieces.parallelStream().map(trained::evaluate).toList()).isEqualTo(alone);
    }
  }

  @Test
  void states_giveTheOutputsThatSurprisalsAreOf() {
    VanillaRnn trained = Trainer.of(model).train(text, 300).last();
    int m = trained.hiddenSize();
    int k = trained.vocab().size();

    double[] states = trained.states(heldOut);
    double[] surprisals = trained.surprisals(heldOut);

    assertThat(states).hasSize(300 * m);
    assertThat(Arrays.stream(states)).allMatch(h -> Math.abs(h) <= 1);
    for (int t = 0; t < surprisals.length; t++) {
      double sum = 0;
      double target = 0;
      for (int symbol = 0; symbol < k; symbol++) {
        double o = trained.c()[symbol];
        for (int j = 0; j < m; j++) {
          o += trained.v()[symbol * m + j] * states[t * m + j];
        }
        sum += Math.exp(o);
        target = symbol == heldOut.symbol(t + 1) ? o : target;
      }
      assertThat(Math.log(sum) - target)
          .as("symbol %d", t + 1)
          .isCloseTo(surprisals[t], within(1e-9));
    }
    assertThat(trained.states(heldOut.part(0, 0))).isEmpty();
  }

  @Test
  void measuring_changesNothingInTraining() {
    TrainingResult measured = trainer().train(text, 100);
    TrainingResult plain = Trainer.of(model).train(text, 100);

    assertThat(measured.last().fingerprint()).isEqualTo(plain.last().fingerprint());
    assertThat(measured.best().fingerprint()).isEqualTo(plain.best().fingerprint());
    assertThat(measured.bestStep()).isEqualTo(plain.bestStep());
  }

  @Test
  void validation_isTheEvaluationOfTheModelAsItStands() {
    List<HeldOutLoss> expected = new ArrayList<>();
    TrainingResult result =
        trainer()
            .every(
                20,
                p -> {
                  expected.add(
                      new HeldOutLoss(p.step(), p.model().evaluate(heldOut).natsPerCharacter()));
                  assertThat(p.lastHeldOutLoss()).contains(expected.get(expected.size() - 1));
                  assertThat(p.heldOutLosses()).isEqualTo(expected);
                })
            .train(text, 110);

    assertThat(expected).hasSize(6);
    expected.add(new HeldOutLoss(110, result.last().evaluate(heldOut).natsPerCharacter()));
    assertThat(result.heldOutLosses()).as("with that of the end").isEqualTo(expected);
    assertThat(result.bestHeldOutLoss().orElseThrow().natsPerCharacter())
        .isEqualTo(
            expected.stream().mapToDouble(HeldOutLoss::natsPerCharacter).min().orElseThrow());
    assertThat(result.last().training().orElseThrow().validation())
        .contains(new Validation(300, 1, 20));
  }

  @Test
  void bestByValidation_isTheModelWithTheLowestHeldOutLoss() {
    // So high a rate that the held-out loss goes up and down.
    Trainer trainer = trainer().learningRate(1).bestBy(BestBy.VALIDATION);
    TrainingResult result = trainer.train(text, 400);

    HeldOutLoss best = result.bestHeldOutLoss().orElseThrow();
    assertThat(result.bestStep()).isEqualTo(best.step()).isPositive().isLessThan(400);
    assertThat(result.best().evaluate(heldOut).natsPerCharacter())
        .isEqualTo(best.natsPerCharacter());
    assertThat(result.best().training().orElseThrow().step()).isEqualTo(best.step());
    assertThat(result.bestSmoothLoss())
        .isEqualTo(result.best().training().orElseThrow().smoothLoss());
    assertThat(result.best().training().orElseThrow().validation())
        .contains(new Validation(300, 1, 20));
  }

  @Test
  void aRunThatEndsBeforeItsFirstMeasurement_isMeasuredAtItsEnd() throws IOException {
    Path file = directory.resolve("run");
    Trainer trainer = Trainer.of(model).validation(heldOut, 1_000).checkpoint(file);

    TrainingResult result = trainer.bestBy(BestBy.VALIDATION).train(text, 70);

    double nats = result.last().evaluate(heldOut).natsPerCharacter();
    assertThat(result.bestHeldOutLoss()).contains(new HeldOutLoss(70, nats));
    assertThat(result.bestStep()).isEqualTo(70);
    assertThat(result.bestSmoothLoss()).isEqualTo(result.smoothLoss());
    assertThat(result.best().fingerprint()).isEqualTo(result.last().fingerprint());
    assertObserved(TrainingResult.load(file), result);
  }

  /** It ends at step 70, is measured there, and goes on as if it had been planned to. */
  @ParameterizedTest
  @EnumSource(BestBy.class)
  void aRunThatGoesOnAfterItsEnd_forgetsThatItWasMeasuredThere(BestBy bestBy) throws IOException {
    Path file = directory.resolve("run");
    measured(bestBy).checkpoint(file, 8).train(text, 70);

    TrainingResult result = Trainer.resuming(file).validation(pieces).resume(text, 130);

    assertObserved(result, measured(bestBy).train(text, 130));
    assertThat(result.heldOutLosses().stream().mapToLong(HeldOutLoss::step))
        .containsExactly(0L, 20L, 40L, 60L, 80L, 100L, 120L, 130L);
  }

  @Test
  void anEndThatCannotBeMeasured_isNotMeasured() {
    Trainer trainer =
        trainer()
            .every(
                1,
                training -> {
                  if (training.step() == 30) {
                    training.parameters.c[0] = Double.NaN;
                    training.stop();
                  }
                });

    TrainingResult result = trainer.train(text, 50);

    assertThat(result.heldOutLosses().stream().mapToLong(HeldOutLoss::step))
        .containsExactly(0L, 20L);
  }

  @Test
  void theLossOfSeveralPieces_isTheMeanOverAllCharactersPredicted() {
    Trainer trainer = trainer().validation(pieces, 35);

    TrainingResult result = trainer.train(text, 35);

    double nats = 0;
    for (EncodedText piece : pieces) {
      Evaluation evaluation = result.last().evaluate(piece);
      nats += evaluation.natsPerCharacter() * evaluation.characters();
    }
    assertThat(result.heldOutLosses().get(1).natsPerCharacter())
        .isCloseTo(nats / (99 + 10 + 188), within(1e-12));
    assertThat(result.last().training().orElseThrow().validation())
        .contains(new Validation(300, 3, 35));
    assertThat(Trainer.of(model).validation(List.of(heldOut), 35).train(text, 35).heldOutLosses())
        .isEqualTo(Trainer.of(model).validation(heldOut, 35).train(text, 35).heldOutLosses());
  }

  @Test
  void otherPiecesOfTheSameText_areNotTheRuns() throws IOException {
    Path file = directory.resolve("run");
    measured(BestBy.SMOOTH).checkpoint(file).train(text, 10);
    List<EncodedText> others =
        List.of(heldOut.part(0, 100), heldOut.part(100, 112), heldOut.part(112, 300));

    assertRefused(Trainer.resuming(file).validation(others), "the held-out text is not");
  }

  @Test
  void bestByLast_isTheLastModel_andTakesNoPlaceInTheCheckpoint() throws IOException {
    Path file = directory.resolve("run");
    TrainingResult result =
        Trainer.of(model).bestBy(BestBy.LAST).checkpoint(file).learningRate(1).train(text, 60);

    assertThat(result.best().fingerprint()).isEqualTo(result.last().fingerprint());
    assertThat(result.bestStep()).isEqualTo(60);
    assertThat(result.bestSmoothLoss()).isEqualTo(result.smoothLoss());
    assertThat(result.best().training()).isEqualTo(result.last().training());
    assertThat(result.best().training().orElseThrow().bestBy()).isEqualTo(BestBy.LAST);
    assertThat(Files.readString(file, ISO_8859_1))
        .contains("\"bestBy\":\"last\"", "\"formatVersion\":\"3\"")
        .doesNotContain("best.U");
    assertObserved(TrainingResult.load(file), result);
    assertThat(TrainingResult.load(file).best().training()).isEqualTo(result.best().training());
  }

  // Patience

  /** On text that it gets worse at with every step. */
  private Trainer impatient(int patience) {
    EncodedText other = all.vocab().encode("xxxxxxxxxxxx");
    return Trainer.of(model).validation(other, 10).bestBy(BestBy.VALIDATION).patience(patience);
  }

  private final EncodedText sea = all.vocab().encode("the sea ".repeat(20));

  @ParameterizedTest
  @CsvSource({"1, 10", "3, 30", "0, 75", "8, 75"})
  void patience_endsARunAfterSoManyMeasurementsWithoutANewBest(int patience, long end) {
    TrainingResult result = impatient(patience).train(sea, 75);

    assertThat(result.steps()).isEqualTo(end);
    assertThat(result.plannedSteps()).isEqualTo(75);
    assertThat(result.endedEarly()).isEqualTo(end < 75);
    assertThat(result.bestStep()).isZero();
    assertThat(result.patience()).isEqualTo(patience);
    assertThat(result.last().fingerprint())
        .as("the steps that are taken are the same")
        .isEqualTo(impatient(0).train(sea, end).last().fingerprint());
  }

  /** Whose loss falls at every measurement. */
  @Test
  void patience_lasts_whileTheLossFalls() {
    TrainingResult result = trainer().patience(1).train(text, 200);

    assertThat(result.steps()).isEqualTo(200);
    assertThat(result.endedEarly()).isFalse();
  }

  @Test
  void aRunThatPatienceEnds_isTheSameHoweverOftenItIsStopped_andHasEnded() throws IOException {
    TrainingResult undisturbed = impatient(3).train(sea, 75);
    Path file = directory.resolve("run");
    for (long stop = 0; stop <= 30; stop += LONG ? 5 : 15) {
      long at = stop;
      Trainer stopped = impatient(3).checkpoint(file, 7);
      stopped
          .every(
              1,
              training -> {
                if (training.step() == at) {
                  training.stop();
                }
              })
          .train(sea, 75);
      EncodedText other = all.vocab().encode("xxxxxxxxxxxx");

      assertObserved(Trainer.resuming(file).validation(other).resume(sea), undisturbed);
      assertObserved(Trainer.resuming(file).validation(other).resume(sea), undisturbed);
      assertThat(Trainer.resuming(file).validation(other).patience(5).resume(sea).steps())
          .isEqualTo(50);
      // No run that has not ended, though it is at step 50 of 75.
      assertThat(impatient(3).checkpoint(file, 7).train(sea, 0).steps()).isZero();
      Files.delete(file);
    }
  }

  @Test
  void bestByValidation_mayBeTheModelThatTrainingStartedFrom() throws IOException {
    EncodedText other = all.vocab().encode("qqqqqqqqqqqqqqqq".replace('q', 'x'));
    Path file = directory.resolve("run");
    TrainingResult result =
        Trainer.of(model)
            .validation(other, 10)
            .bestBy(BestBy.VALIDATION)
            .checkpoint(file)
            .train(all.vocab().encode("the sea ".repeat(20)), 50);

    assertThat(result.bestStep()).isZero();
    assertThat(result.best().fingerprint()).isEqualTo(model.fingerprint());
    assertThat(result.bestSmoothLoss()).isNaN();
    TrainingResult loaded = TrainingResult.load(file);
    assertThat(loaded.bestStep()).isZero();
    assertThat(loaded.best().fingerprint()).isEqualTo(model.fingerprint());
    Path saved = directory.resolve("model");
    result.best().save(saved);
    assertThat(VanillaRnn.load(saved).training()).isEqualTo(result.best().training());
  }

  @Test
  void samples_areThoseOfTheModelAsItStands() {
    List<Sample> heard = new ArrayList<>();
    List<Sample> expected = new ArrayList<>();
    TrainingResult result =
        trainer()
            .onSample((training, sample) -> heard.add(sample))
            .every(15, p -> expected.add(Sample.of(p.step(), p.smoothLoss(), p.sample(7))))
            .train(text, 100);

    assertThat(expected).hasSize(7);
    assertThat(heard).isEqualTo(expected);
    assertThat(result.samples()).isEqualTo(expected);
  }

  @Test
  void samples_areThinnedAndCut_whatIsHeardIsNot() {
    List<Sample> heard = new ArrayList<>();
    TrainingResult result =
        Trainer.of(model)
            .samples(1, 1_003)
            .onSample((training, sample) -> heard.add(sample))
            .train(text, 140);

    assertThat(heard).hasSize(141).allMatch(sample -> sample.text().length() == 1_003);
    assertThat(result.samples().stream().mapToLong(Sample::step))
        .as("65 of 1,000 symbols are 65,000; one more would be too many")
        .containsExactlyElementsOf(LongStream.range(0, 36).map(i -> 4 * i).boxed().toList());
    assertThat(result.samples().get(1).text()).isEqualTo(heard.get(4).text().substring(0, 1_000));
  }

  @Test
  void validation_isThinned_andItsBestIsKept() {
    VanillaRnn tiny = VanillaRnn.builder(all.vocab()).hiddenSize(1).build();
    EncodedText short1 = heldOut.part(0, 2);
    List<Double> losses = new ArrayList<>();
    TrainingResult result =
        Trainer.of(tiny)
            .sequenceLength(1)
            .learningRate(1)
            .validation(short1, 1)
            .every(1, p -> losses.add(p.lastHeldOutLoss().orElseThrow().natsPerCharacter()))
            .train(text, 1_500);

    assertThat(result.heldOutLosses().stream().mapToLong(HeldOutLoss::step))
        .containsExactlyElementsOf(LongStream.rangeClosed(0, 750).map(i -> 2 * i).boxed().toList());
    double best = losses.stream().mapToDouble(Double::doubleValue).min().orElseThrow();
    assertThat(result.bestHeldOutLoss()).contains(new HeldOutLoss(losses.indexOf(best), best));
  }

  /** The planned end is between two measurements, and for SMOOTH at one. */
  @Tag("long")
  @ParameterizedTest
  @EnumSource(BestBy.class)
  void resumed_whereverItWasStopped_theObservationsAreTheSame(BestBy bestBy) throws IOException {
    int planned = bestBy == BestBy.SMOOTH ? 60 : 70;
    TrainingResult undisturbed = measured(bestBy).train(text, planned);
    Path file = directory.resolve("run");
    for (long stop = 0; stop <= planned; stop += LONG ? 1 : 14) {
      long at = stop;
      Trainer stopped = measured(bestBy).checkpoint(file, 8);
      stopped.every(
          1,
          training -> {
            if (training.step() == at) {
              training.stop();
            }
          });
      TrainingResult half = stopped.train(text, planned);
      assertObserved(TrainingResult.load(file), half);

      // The sampling interval is the run's.
      TrainingResult resumed = Trainer.resuming(file).validation(pieces).resume(text);

      assertObserved(resumed, undisturbed);
      assertObserved(TrainingResult.load(file), undisturbed);
      Files.delete(file);
    }
  }

  private final List<EncodedText> pieces =
      List.of(heldOut.part(0, 100), heldOut.part(100, 111), heldOut.part(111, 300));

  /** At so high a rate that the held-out loss goes up and down. */
  private Trainer measured(BestBy bestBy) {
    return trainer().validation(pieces).bestBy(bestBy).learningRate(0.5);
  }

  private static void assertObserved(TrainingResult actual, TrainingResult expected) {
    assertThat(actual.last().fingerprint()).isEqualTo(expected.last().fingerprint());
    assertThat(actual.best().fingerprint()).isEqualTo(expected.best().fingerprint());
    assertThat(actual.samples()).isEqualTo(expected.samples());
    assertThat(actual.heldOutLosses()).isEqualTo(expected.heldOutLosses());
    assertThat(actual.patience()).isEqualTo(expected.patience());
    assertThat(actual.endedEarly()).isEqualTo(expected.endedEarly());
    assertThat(actual.bestHeldOutLoss()).isEqualTo(expected.bestHeldOutLoss());
    assertThat(actual.bestStep()).isEqualTo(expected.bestStep());
    assertThat(Double.compare(actual.bestSmoothLoss(), expected.bestSmoothLoss())).isZero();
    assertThat(actual.steps()).isEqualTo(expected.steps());
    assertThat(actual.plannedSteps()).isEqualTo(expected.plannedSteps());
    assertThat(actual.charactersSeen()).isEqualTo(expected.charactersSeen());
    assertThat(actual.history().size()).isEqualTo(expected.history().size());
  }

  @Test
  void resuming_withOtherValidation_isRefused() throws IOException {
    Path file = directory.resolve("run");
    trainer().checkpoint(file).train(text, 10);
    EncodedText changed = all.vocab().encode(heldOut.decode().replace('e', 'a'));

    assertRefused(Trainer.resuming(file), "validation is none, not every 20 steps with ");
    assertRefused(
        Trainer.resuming(file).validation(heldOut, 21), "validation is every 21 steps with ");
    assertRefused(
        Trainer.resuming(file).validation(heldOut).bestBy(BestBy.VALIDATION),
        "bestBy is VALIDATION, not SMOOTH, as in the run of");
    assertRefused(
        Trainer.resuming(file).validation(List.of(heldOut.part(0, 150), heldOut.part(150, 300))),
        "validation is every 20 steps with 300 characters in 2 pieces, not every 20 steps with 300"
            + " characters, as");
    assertRefused(Trainer.resuming(file).validation(changed), "the held-out text is not");
  }

  private void assertRefused(Trainer trainer, String message) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> trainer.resume(text, 20))
        .withMessageContaining(message);
  }

  @Test
  void wrongSettings_areRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Trainer.of(model).validation(heldOut, 0))
        .withMessage("every is 0, must be at least 1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Trainer.of(model).validation(heldOut.part(0, 1), 1))
        .withMessage("evaluation needs at least 2 characters, the text has 1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Trainer.of(model).samples(0, 1))
        .withMessage("every is 0, must be at least 1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Trainer.of(model).samples(1, -1))
        .withMessage("length is -1, must be at least 0");
    assertThatIllegalStateException()
        .isThrownBy(() -> Trainer.of(model).bestBy(BestBy.VALIDATION).train(text, 1))
        .withMessageContaining("there is no held-out text: give one to validation");
    assertThatIllegalStateException()
        .isThrownBy(() -> Trainer.of(model).patience(3).train(text, 1))
        .withMessage("patience is 3, and there is no held-out text: give one to validation");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Trainer.of(model).patience(-1))
        .withMessage("patience is -1, must be at least 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Trainer.of(model).validation(List.of(), 5))
        .withMessage("pieces is 0, must be at least 1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Trainer.of(model).validation(List.of(heldOut, heldOut.part(0, 1)), 5))
        .withMessage("evaluation needs at least 2 characters, the text has 1");
  }
}
