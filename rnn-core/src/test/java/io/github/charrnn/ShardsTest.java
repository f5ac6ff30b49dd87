package io.github.charrnn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.charrnn.internal.Parameters;
import io.github.charrnn.internal.Xoshiro256;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ShardsTest {
  private static final String TEXT =
      "It is a truth universally acknowledged, that a single man in possession of a good fortune, "
          .repeat(8);

  private final VanillaRnn start =
      VanillaRnn.builder(CharVocab.of(TEXT)).hiddenSize(9).seed(7).build();
  private final EncodedText text = start.vocab().encode(TEXT);
  private final Recipe recipe =
      Recipe.course()
          .withSequenceLength(6)
          .withBatchSize(8)
          .withShards(4)
          .withLocalSteps(5)
          .withResetEvery(3)
          .withOptimizer(Optimizer.adam(0.9, 0.99))
          .withLearningRate(LearningRate.linear(0.01, 0, 40).withWarmUp(10));

  private Trainer trainer() {
    return Trainer.of(start).recipe(recipe);
  }

  /** Shards of texts with a way of their own to train a round. */
  private record Elsewhere(Shards here, BiConsumer<byte[], Consumer<double[]>> rounds)
      implements Shards {
    @Override
    public CharVocab vocab() {
      return here.vocab();
    }

    @Override
    public List<Long> lengths() {
      return here.lengths();
    }

    @Override
    public String fingerprint() {
      return here.fingerprint();
    }

    @Override
    public void round(byte[] round, Consumer<double[]> results) {
      rounds.accept(round, results);
    }
  }

  /** As those of a cluster are: each gets bytes, and may have to do all of it again. */
  private static Shards elsewhere(List<EncodedText> texts) {
    return new Elsewhere(
        Shards.of(texts),
        (round, results) -> {
          List<double[]> all = new ArrayList<>();
          for (int shard = texts.size() - 1; shard >= 0; shard--) { // in any order, and twice
            trained(round, shard, texts);
            all.add(trained(round.clone(), shard, texts));
          }
          Collections.reverse(all);
          all.forEach(results);
        });
  }

  private static double[] trained(byte[] round, int shard, List<EncodedText> texts) {
    try {
      return Shards.train(round, shard, texts.get(shard));
    } catch (ModelFormatException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void anyNumberOfThreads_andShardsElsewhere_giveTheSameBits() {
    String expected = trainer().threads(1).train(text, 40).last().fingerprint();

    for (int threads = 2; threads <= 5; threads++) {
      assertThat(trainer().threads(threads).train(text, 40).last().fingerprint())
          .isEqualTo(expected);
    }
    List<EncodedText> parts = LocalShards.cut(text, 4, start.documents());
    assertThat(trainer().train(elsewhere(parts), 40).last().fingerprint()).isEqualTo(expected);
  }

  @Test
  void aRound_isTheMeanOfOrdinaryRuns() {
    List<EncodedText> parts = LocalShards.cut(text, 4, start.documents());
    Recipe own = recipe.withShards(1).withLocalSteps(1).withBatchSize(2).withResetEvery(0);
    double[] mean = new double[start.w().length];
    double loss = 0;
    for (EncodedText part : parts) {
      Training run = Trainer.of(start).recipe(own).start(part);
      for (int i = 0; i < 5; i++) {
        double of = run.advance();
        loss += i == 4 ? of : 0;
      }
      double[] w = run.model().w();
      for (int i = 0; i < mean.length; i++) {
        mean[i] += w[i];
      }
    }
    for (int i = 0; i < mean.length; i++) {
      mean[i] /= 4;
    }

    Training sharded = trainer().recipe(recipe.withResetEvery(0)).start(text);
    assertThat(sharded.advance()).isEqualTo(loss / 4);

    assertThat(sharded.step()).isEqualTo(5);
    assertThat(sharded.model().w()).containsExactly(mean);
  }

  @Test
  void oneShard_isAnOrdinaryRun() {
    Recipe one = recipe.withShards(1).withLocalSteps(1);

    assertThat(trainer().recipe(one.withLocalSteps(50)).train(text, 7).last().fingerprint())
        .isEqualTo(trainer().recipe(one).train(text, 7).last().fingerprint());
  }

  @Test
  void plainDescent_averagedAfterEveryStep_isThatOfAllStreams() {
    Recipe descent =
        recipe
            .withResetEvery(0)
            .withLocalSteps(1)
            .withOptimizer(Optimizer.sgd())
            .withClip(Clip.value(Double.POSITIVE_INFINITY));
    EncodedText even = text.part(0, text.length() / 8 * 8);

    double[] sharded = trainer().recipe(descent).train(even, 20).last().w();
    double[] together = trainer().recipe(descent.withShards(1)).train(even, 20).last().w();

    for (int i = 0; i < together.length; i++) {
      assertThat(sharded[i]).isCloseTo(together[i], within(1e-15));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"adagrad", "sgd", "rmsprop", "adam", "shampoo"})
  void aRunThatWasStopped_goesOnAsIfItHadNot(String optimizer, @TempDir Path directory)
      throws IOException {
    Recipe its = recipe.withOptimizer(Optimizer.named(optimizer));
    EncodedText heldOut = text.part(0, 50);
    TrainingResult whole =
        trainer().recipe(its).validation(heldOut, 7).samples(9, 20).train(text, 40);
    Path file = directory.resolve("checkpoint");
    Trainer stopped = trainer().recipe(its).validation(heldOut, 7).samples(9, 20);
    stopped.every(13, run -> stop(run, 15)).checkpoint(file, 3).train(text, 40);
    assertThat(TrainingResult.load(file).steps()).isEqualTo(15);

    Trainer resuming = Trainer.resuming(file).validation(heldOut).every(13, run -> stop(run, 30));
    resuming.resume(text);
    TrainingResult result = Trainer.resuming(file).validation(heldOut).resume(text);

    assertThat(result.steps()).isEqualTo(40);
    assertThat(result.last().fingerprint()).isEqualTo(whole.last().fingerprint());
    assertThat(result.best().fingerprint()).isEqualTo(whole.best().fingerprint());
    assertThat(result.history()).isEqualTo(whole.history());
    assertThat(result.samples()).isEqualTo(whole.samples());
    assertThat(result.heldOutLosses()).isEqualTo(whole.heldOutLosses());
    assertThat(result.heldOutLosses().get(1).step()).isEqualTo(10); // 7, rounded up
  }

  private static void stop(Training run, long step) {
    if (run.step() == step) {
      run.stop();
    }
  }

  @Test
  void documents_areCutAtTheirBoundaries_andKeptWhole() {
    EncodedText names = Documents.lines().of(List.of("anna", "bob", "carla", "dan", "eva", "finn"));
    VanillaRnn model =
        VanillaRnn.builder(names.vocab()).documents(Documents.lines()).hiddenSize(5).build();

    List<EncodedText> parts = LocalShards.cut(names, 3, model.documents());

    assertThat(parts.stream().map(EncodedText::decode))
        .containsExactly("\nanna\nbob\n", "\ncarla\ndan\n", "\neva\nfinn\n");
    Recipe its = recipe.withSequenceLength(3).withBatchSize(3).withShards(3);
    String one = Trainer.of(model).recipe(its).threads(1).train(names, 40).last().fingerprint();
    assertThat(Trainer.of(model).recipe(its).threads(3).train(names, 40).last().fingerprint())
        .isEqualTo(one);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LocalShards.cut(names, 7, model.documents()))
        .withMessageContaining("shards is 7, and there would be none of the text in number");
  }

  @Test
  void aTrainedModel_isTrainedFurther_withTheMemoryOfOneMachine() {
    Recipe adaGrad = recipe.withOptimizer(Optimizer.adaGrad()).withLocalSteps(1);
    VanillaRnn once = Trainer.of(start).recipe(adaGrad.withShards(1)).train(text, 200).last();

    double together = memory(Trainer.of(once).recipe(adaGrad.withShards(1)));
    double sharded = memory(Trainer.of(once).recipe(adaGrad));

    assertThat(sharded).isBetween(together / 2, 2 * together); // not 4 times, by 4 shards
    assertThat(memory(Trainer.of(start).recipe(adaGrad))).isLessThan(sharded / 50);
  }

  /** After a step, the sum of what AdaGrad has gathered. */
  private double memory(Trainer trainer) {
    Training training = trainer.start(text);
    training.advance();
    double sum = 0;
    for (Parameters memory : training.steps().memories().values()) {
      for (double x : memory.w) {
        sum += x;
      }
    }
    return sum;
  }

  @Test
  void aRunThatWasStopped_andThenGoesBackToItsFirstStep_recallsAsItDid(@TempDir Path directory)
      throws IOException {
    Recipe adaGrad = recipe.withOptimizer(Optimizer.adaGrad());
    VanillaRnn once = Trainer.of(start).recipe(adaGrad.withShards(1)).train(text, 60).last();
    String[] fingerprints = new String[2];
    for (int i = 0; i < 2; i++) {
      Path file = directory.resolve("checkpoint" + i);
      Trainer trainer = Trainer.of(once).recipe(adaGrad).checkpoint(file, 20).rollbacks(1);
      if (i == 1) {
        trainer.every(1, run -> stop(run, 5)).train(text, 40);
        trainer = Trainer.resuming(file);
      }
      boolean[] done = {false};
      trainer.every(
          1,
          run -> {
            if (run.step() == 10 && !done[0]) {
              done[0] = true;
              run.parameters.c[0] = Double.MAX_VALUE; // so it goes back to step 0
            }
          });
      TrainingResult result = i == 0 ? trainer.train(text, 40) : trainer.resume(text);
      assertThat(result.last().training().orElseThrow().rollbacks()).isEqualTo(1);
      fingerprints[i] = result.last().fingerprint();
    }
    assertThat(fingerprints[1]).isEqualTo(fingerprints[0]);
  }

  @Test
  void aRunThatDiverges_saysAtWhichStep_andIsRolledBack(@TempDir Path directory) {
    Recipe wild =
        recipe
            .withOptimizer(Optimizer.sgd())
            .withClip(Clip.value(Double.POSITIVE_INFINITY))
            .withLearningRate(LearningRate.constant(Double.MAX_VALUE));

    assertThatThrownBy(() -> trainer().recipe(wild).train(text, 40))
        .isInstanceOf(TrainingDivergedException.class)
        .hasMessageMatching("training has diverged: .* at step [1-9][0-9]* is .*; lower .*");
    assertThatThrownBy(
            () ->
                trainer()
                    .recipe(wild)
                    .checkpoint(directory.resolve("c"), 5)
                    .rollbacks(2)
                    .train(text, 40))
        .isInstanceOf(TrainingDivergedException.class)
        .satisfies(e -> assertThat(((TrainingDivergedException) e).rollbacks()).isEqualTo(2));
  }

  @Test
  void whatDoesNotFit_isRefused() throws ModelFormatException {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> trainer().recipe(recipe.withBatchSize(6)).train(text, 40))
        .withMessage("batchSize is 6, must be a multiple of shards, 4");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> trainer().train(text, 41))
        .withMessage("steps is 41, must be a multiple of localSteps, 5");
    List<EncodedText> parts = LocalShards.cut(text, 3, start.documents());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> trainer().train(Shards.of(parts), 40))
        .withMessage("the recipe has shards 4, the text has 3");
    List<EncodedText> unequal = List.of(parts.get(0), text.part(0, 13), parts.get(1), parts.get(2));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> trainer().train(Shards.of(unequal), 40))
        .withMessage(
            "sequenceLength 6 and batchSize 2 need at least 14 characters, shard 2 has 13");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Shards.of(List.of(text, CharVocab.of("other").encode("other"))))
        .withMessageMatching(
            "the texts of the shards have vocabularies of \\d+ and of 5 other symbols, must have"
                + " one: encode all with it");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Shards.of(List.of()))
        .withMessage("texts is 0, must be at least 1");
  }

  @Test
  void aRoundThatIsDamaged_orAResultThatIsNot_whatTrainGave_isRefused() {
    List<EncodedText> parts = LocalShards.cut(text, 4, start.documents());
    List<byte[]> rounds = new ArrayList<>();
    Shards noting =
        new Elsewhere(
            Shards.of(parts),
            (round, results) -> {
              rounds.add(round);
              results.accept(new double[3]);
            });
    assertThatIllegalStateException()
        .isThrownBy(() -> trainer().train(noting, 40))
        .withMessageContaining("the shards gave number 1 of 4 results, of 3 numbers, must be ");

    byte[] round = rounds.get(0);
    round[(int) (Xoshiro256.hash(1, 1) % round.length)] ^= 4; // wherever
    assertThatThrownBy(() -> Shards.train(round, 0, parts.get(0)))
        .isInstanceOf(ModelFormatException.class);
  }
}
