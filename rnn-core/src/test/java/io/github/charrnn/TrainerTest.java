package io.github.charrnn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.github.charrnn.internal.Parameters;
import io.github.charrnn.internal.Update;
import io.github.charrnn.internal.Window;
import io.github.charrnn.internal.kernel.Kernel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class TrainerTest {
  private final EncodedText text = Texts.harbour();
  private final VanillaRnn model =
      VanillaRnn.builder(text.vocab()).hiddenSize(100).seed(42).build();

  /**
   * The bits that every machine, every Java version, every kernel and any number of threads must
   * arrive at. If a change alters the order of a sum on purpose, this is recorded anew in a commit
   * that says why.
   */
  @ParameterizedTest
  @MethodSource("io.github.charrnn.ThreadsTest#numbers")
  void aThousandSteps_leadToTheGoldenParameters(int threads) {
    TrainingResult result = ThreadsTest.trainer(model, threads).train(text, 1_000);

    assertThat(model.fingerprint())
        .as("initial parameters")
        .isEqualTo("327caf72e8572b15c3178b4c4e131cb1fec66b0b577c7a22c2a8a9e6f0dc65fe");
    assertThat(result.last().fingerprint())
        .as("after 1,000 steps")
        .isEqualTo("434abe96310eddb487d9f0ee57dc5d5e1954e54759adc47871bc5d7f057027d0");
  }

  @Test
  void training_learns() {
    TrainingResult result = Trainer.of(model).train(text, 4_000);

    double untrained = 25 * Math.log(text.vocab().size());
    assertThat(result.smoothLoss()).isLessThan(0.65 * untrained);
    assertThat(result.last().evaluate(text).natsPerCharacter())
        .isLessThan(0.6 * model.evaluate(text).natsPerCharacter());
  }

  @Test
  void training_twice_isTheSameToTheBit() {
    Trainer trainer = Trainer.of(model).sequenceLength(13).learningRate(0.05);

    TrainingResult first = trainer.train(text, 300);
    TrainingResult second = trainer.train(text, 300);

    assertThat(second.last().fingerprint()).isEqualTo(first.last().fingerprint());
    assertThat(second.best().fingerprint()).isEqualTo(first.best().fingerprint());
    assertThat(second.smoothLoss()).isEqualTo(first.smoothLoss());
  }

  @Test
  void listeners_doNotDisturbTraining() {
    TrainingResult alone = Trainer.of(model).train(text, 200);
    TrainingResult watched =
        Trainer.of(model)
            .every(
                1,
                p -> {
                  assertThat(p.sample(5)).hasSize(5);
                  p.model().evaluate("mud mud");
                  p.result();
                })
            .train(text, 200);

    assertThat(watched.last().fingerprint()).isEqualTo(alone.last().fingerprint());
    assertThat(watched.best().fingerprint()).isEqualTo(alone.best().fingerprint());
  }

  @Test
  void listeners_areCalledBeforeTheFirstStepAndAtTheirIntervals() {
    List<String> calls = new ArrayList<>();

    Trainer.of(model)
        .every(4, p -> calls.add("a" + p.step()))
        .every(6, p -> calls.add("b" + p.step()))
        .train(text, 13);

    assertThat(calls).containsExactly("a0", "b0", "a4", "b6", "a8", "a12", "b12");
  }

  @Test
  void stop_endsTheRunAfterTheStep() {
    TrainingResult result =
        Trainer.of(model)
            .every(
                10,
                p -> {
                  if (p.step() == 20) {
                    p.stop();
                  }
                })
            .train(text, 1_000);

    assertThat(result.steps()).isEqualTo(20);
    assertThat(result.last().training().orElseThrow().step()).isEqualTo(20);
  }

  @Test
  void smoothLoss_startsAtTheFirstLossAndFollowsSlowly() {
    Training training = Trainer.of(model).start(text);
    assertThat(training.smoothLoss()).isNaN();
    assertThat(training.loss()).isNaN();

    double first = training.advance();
    assertThat(training.smoothLoss()).isEqualTo(first);
    double second = training.advance();

    assertThat(training.loss()).isEqualTo(second);
    assertThat(training.smoothLoss()).isCloseTo(0.999 * first + 0.001 * second, within(1e-12));
    assertThat(training.smoothBitsPerCharacter())
        .isCloseTo(training.smoothLoss() / 25 / Math.log(2), within(1e-12));
  }

  @Test
  void anEpoch_isEveryFullWindowWithItsSuccessor_andTheNextStartsFromZero() {
    for (int length : new int[] {26, 27, 50, 51, 52, 75, 76}) {
      EncodedText part = text.vocab().encode(Texts.decode(text).substring(0, length));
      int windows = (length - 1) / 25;
      Trainer trainer = Trainer.of(model);
      assertThat(trainer.stepsOf(part, 3)).as("length %d", length).isEqualTo(3L * windows);

      Training training = trainer.start(part);
      for (int i = 0; i < windows; i++) {
        training.advance();
      }
      assertThat(training.epoch()).isEqualTo(1);
      assertThat(Insides.of(training).window.h[0]).isNotZero();
      VanillaRnn afterEpoch = training.model();
      double loss = training.advance();

      Training fresh = Trainer.of(afterEpoch).start(part);
      assertThat(loss).as("length %d", length).isEqualTo(fresh.advance());
    }
  }

  @Test
  void streams_areEqualPartsOfTheText_andTheirMeanIsReported() {
    EncodedText part = text.vocab().encode(Texts.decode(text).substring(0, 3 * 101 + 2));
    Trainer trainer = Trainer.of(model).batchSize(3);
    assertThat(trainer.stepsOf(part, 2)).isEqualTo(2 * 4); // (101 - 1) / 25 windows in each

    Training training = trainer.start(part);
    double sum = 0;
    for (int stream = 0; stream < 3; stream++) {
      String own = Texts.decode(part).substring(101 * stream, 101 * (stream + 1));
      sum += Trainer.of(model).start(text.vocab().encode(own)).advance();
    }

    assertThat(training.advance()).isCloseTo(sum / 3, within(1e-9));
    for (int i = 1; i < 4; i++) {
      training.advance();
    }
    assertThat(training.epoch()).isEqualTo(1);
    VanillaRnn afterEpoch = training.model();
    assertThat(training.advance())
        .isEqualTo(Trainer.of(afterEpoch).batchSize(3).start(part).advance());
    assertThat(training.model().training().orElseThrow().recipe().batchSize()).isEqualTo(3);
  }

  @Test
  void trainEpochs_takesTheStepsOfThatManyEpochs() {
    TrainingResult result = Trainer.of(model).trainEpochs(text, 2);

    assertThat(result.steps()).isEqualTo(2 * ((text.length() - 1) / 25));
  }

  @Test
  void best_isTheModelAfterTheStepWithTheLowestSmoothLoss() {
    // A high learning rate, so that the smooth loss goes up as well as down.
    Trainer trainer = Trainer.of(model).learningRate(0.3);
    Training training = trainer.start(text);
    double lowest = Double.POSITIVE_INFINITY;
    VanillaRnn best = model;
    long bestStep = 0;
    int improvements = 0;
    for (int step = 1; step <= 1_500; step++) {
      training.advance();
      if (training.smoothLoss() < lowest) {
        lowest = training.smoothLoss();
        best = training.model();
        bestStep = step;
        improvements++;
      }
      if (step % 100 == 0 || step < 20) {
        TrainingResult result = training.result();
        assertThat(result.bestStep()).isEqualTo(bestStep);
        assertThat(result.bestSmoothLoss()).isEqualTo(lowest);
        assertThat(result.best().fingerprint()).as("step %d", step).isEqualTo(best.fingerprint());
        assertThat(result.best().training().orElseThrow().step()).isEqualTo(bestStep);
      }
    }
    assertThat(improvements).isBetween(10, 1_490);
  }

  @Test
  void noSteps_giveTheModelBack() {
    TrainingResult result = Trainer.of(model).train(text, 0);

    assertThat(result.best()).isSameAs(model);
    assertThat(result.last()).isSameAs(model);
    assertThat(result.steps()).isZero();
    assertThat(result.bestStep()).isZero();
    assertThat(result.smoothLoss()).isNaN();
    assertThat(result.charactersPerSecond()).isZero();
    assertThat(result.history().size()).isZero();
  }

  @Test
  void aTrainedModel_canBeTrainedFurther() {
    VanillaRnn first = Trainer.of(model).train(text, 500).last();

    TrainingResult second = Trainer.of(first).learningRate(0.02).train(text, 500);

    String opening = Texts.decode(text).substring(0, 26);
    assertThat(second.history().loss(0))
        .as("the first window's loss, under the model that training started from")
        .isCloseTo(25 * first.fromZero().evaluate(opening).natsPerCharacter(), within(1e-9))
        .isLessThan(25 * model.evaluate(opening).natsPerCharacter());
    assertThat(second.last().fingerprint()).isNotEqualTo(first.fingerprint());
  }

  /** With an empty memory the first steps are as long as if the model knew nothing. */
  @Tag("long")
  @ParameterizedTest
  @ValueSource(doubles = {0, 0.5})
  void aTrainedModel_isNotWreckedByAdaGrad(double initialAccumulator) {
    Recipe recipe = Recipe.course().withOptimizer(Optimizer.adaGrad(initialAccumulator));
    VanillaRnn trained = Trainer.of(model).recipe(recipe).train(text, 6_000).last();
    double before = trained.evaluate(text).natsPerCharacter();

    Trainer trainer = Trainer.of(trained).recipe(recipe);
    for (int steps = 10; steps <= 1_000; steps *= 10) {
      VanillaRnn after = trainer.train(text, steps).last();
      assertThat(after.evaluate(text).natsPerCharacter())
          .as("after %d steps more", steps)
          .isLessThan(1.02 * before);
    }
  }

  @Test
  void aModelThatWasTrainedTwice_saysSo_andItsOptimizerRemembersBoth() {
    VanillaRnn once = Trainer.of(model).train(text, 500).last();
    VanillaRnn twice = Trainer.of(once).train(text, 70).last();
    VanillaRnn thrice = Trainer.of(twice).train(text, 1).last();

    assertThat(once.training().orElseThrow().earlierCharacters()).isZero();
    assertThat(twice.training().orElseThrow().earlierCharacters()).isEqualTo(500 * 25);
    assertThat(thrice.training().orElseThrow().earlierCharacters()).isEqualTo(570 * 25);
    double[] ofOneWindow = memory(Trainer.of(twice).start(text.part(0, 26)));
    assertThat(Arrays.stream(ofOneWindow).max().orElseThrow())
        .as("one window as if it had been read 570 times, clipped at 5")
        .isBetween(1e-6, 570 * 25.0);
    assertThat(memory(Trainer.of(model).start(text))).containsOnly(0);
  }

  private static double[] memory(Training training) {
    return Objects.requireNonNull(Insides.of(training).update.memories().get("memory")).w;
  }

  static Stream<Arguments> optimizersAndClips() {
    Clip value = Clip.value(0.5);
    Clip norm = Clip.norm(0.05);
    return Stream.of(
        Arguments.of(1, Optimizer.adaGrad(), value),
        Arguments.of(3, Optimizer.adaGrad(), value),
        Arguments.of(6, Optimizer.adaGrad(2), value),
        Arguments.of(2, Optimizer.sgd(), value),
        Arguments.of(1, Optimizer.sgd(0.9), value),
        Arguments.of(6, Optimizer.rmsProp(0.9), value),
        Arguments.of(3, Optimizer.adam(0.9, 0.99), value),
        Arguments.of(2, Optimizer.adaGrad(2), norm),
        Arguments.of(6, Optimizer.sgd(), norm),
        Arguments.of(3, Optimizer.sgd(0.9), norm),
        Arguments.of(1, Optimizer.rmsProp(0.9), norm),
        Arguments.of(6, Optimizer.adam(0.9, 0.99), norm));
  }

  /** Training updates V and W piece by piece on the way back; here all of it is done afterwards. */
  @ParameterizedTest
  @MethodSource("optimizersAndClips")
  void advance_movesEveryParameterByItsGradient(int streams, Optimizer optimizer, Clip clip) {
    int n = 10;
    Training training =
        Trainer.of(model)
            .sequenceLength(n)
            .batchSize(streams)
            .optimizer(optimizer)
            .clip(clip)
            .start(text);
    Parameters expected = training.parameters.copy();
    Window window = Window.forTraining(n, streams, expected);
    double[][] memory = tensors(new Parameters(model.hiddenSize(), model.vocab().size()));
    double[][] another = tensors(new Parameters(model.hiddenSize(), model.vocab().size()));
    if (optimizer.equals(Optimizer.adaGrad(2))) {
      Arrays.stream(memory).forEach(squares -> Arrays.fill(squares, 2));
    }
    for (int step = 0; step < 5; step++) {
      for (int s = 0; s < streams; s++) {
        text.copy(text.length() / streams * s + step * (long) n, window.symbols, s, streams, n + 1);
      }
      window.load(expected);
      window.forward(n);
      window.backward();
      double[][] theta = tensors(expected);
      double[][] g = tensors(window.gradient());
      double scale = 1.0 / streams;
      double bound = clip.bound();
      if (clip instanceof Clip.Norm) {
        double norm = Math.sqrt(sumOfSquares(window)) / streams / n;
        assertThat(norm).isGreaterThan(bound);
        scale *= bound / norm;
        bound = Double.POSITIVE_INFINITY;
      }
      for (int i = 0; i < theta.length; i++) {
        move(window.kernel(), optimizer, step, theta[i], memory[i], another[i], g[i], scale, bound);
      }
      window.carry(n);

      training.advance();

      assertThat(tensors(training.parameters)).isDeepEqualTo(theta);
    }
  }

  private static void move(
      Kernel kernel,
      Optimizer optimizer,
      int step,
      double[] theta,
      double[] memory,
      double[] second,
      double[] g,
      double scale,
      double clip) {
    int count = theta.length;
    if (optimizer instanceof Optimizer.AdaGrad) {
      kernel.adagrad(theta, memory, 0, count, g, 0, scale, clip, 0.1, 1e-8);
    } else if (optimizer.equals(Optimizer.sgd())) {
      kernel.descend(theta, 0, count, g, 0, scale, clip, 0.1);
    } else if (optimizer instanceof Optimizer.Sgd) {
      kernel.momentum(theta, memory, 0, count, g, 0, scale, clip, 0.1, 0.9);
    } else if (optimizer instanceof Optimizer.RmsProp) {
      kernel.rmsProp(theta, memory, 0, count, g, 0, scale, clip, 0.1, 0.9, 1e-8);
    } else {
      double rate = 0.1 / (1 - Update.power(0.9, step + 1));
      double correction = 1 / Math.sqrt(1 - Update.power(0.99, step + 1));
      kernel.adam(
          theta, memory, second, 0, count, g, 0, scale, clip, rate, correction, 1, 0.9, 0.99, 1e-8);
    }
  }

  /** Row by row, U's first, then W's, V's, b and c, each added to those before. */
  private static double sumOfSquares(Window window) {
    Parameters g = window.gradient();
    double sum = 0;
    for (double[] matrix : new double[][] {g.u, g.w, g.v}) {
      for (int at = 0; at < matrix.length; at += g.hiddenSize) {
        sum += window.kernel().sumOfSquares(matrix, at, at + g.hiddenSize);
      }
    }
    sum += window.kernel().sumOfSquares(g.b, 0, g.b.length);
    return sum + window.kernel().sumOfSquares(g.c, 0, g.c.length);
  }

  private static double[][] tensors(Parameters p) {
    return Parameters.tensors().stream().map(p::get).toArray(double[][]::new);
  }

  @Test
  void sgd_isPlainGradientDescentWithClipping() {
    Training training =
        Trainer.of(model).optimizer(Optimizer.sgd()).learningRate(0.01).clip(0.5).start(text);
    VanillaRnn before = training.model();
    training.advance();
    VanillaRnn after = training.model();

    double[] g = Insides.of(training).window.gradient().c;
    assertThat(Arrays.stream(g).map(Math::abs).max().orElseThrow()).isGreaterThan(0.5);
    for (int i = 0; i < g.length; i++) {
      double clipped = Math.max(-0.5, Math.min(0.5, g[i]));
      assertThat(after.c()[i]).isEqualTo(before.c()[i] - 0.01 * clipped);
    }
    assertThat(
            Trainer.of(model)
                .optimizer(Optimizer.sgd())
                .learningRate(0.01)
                .train(text, 2_000)
                .smoothLoss())
        .isLessThan(25 * Math.log(text.vocab().size()));
  }

  @Test
  void history_isThinnedAndKeepsTheMean() {
    LossHistory.Recorder recorder = new LossHistory.Recorder();
    long steps = 10_000_003;
    for (long step = 1; step <= steps; step++) {
      recorder.add((double) step, (double) -step);
    }
    LossHistory history = recorder.snapshot();

    assertThat(history.size()).isBetween(LossHistory.MAX_SIZE / 2, LossHistory.MAX_SIZE);
    assertThat(history.step(history.size() - 1)).isEqualTo(steps);
    long previous = 0;
    for (int i = 0; i < history.size(); i++) {
      long last = history.step(i);
      assertThat(history.loss(i)).isCloseTo((previous + 1 + last) / 2.0, within(1e-6));
      assertThat(history.smoothLoss(i)).isEqualTo((double) -last);
      previous = last;
    }
  }

  @Test
  void history_ofAShortRun_hasEveryStep() {
    Training training = Trainer.of(model).start(text);
    double[] losses = new double[50];
    Arrays.setAll(losses, i -> training.advance());

    LossHistory history = training.result().history();

    assertThat(history.size()).isEqualTo(50);
    for (int i = 0; i < 50; i++) {
      assertThat(history.step(i)).isEqualTo(i + 1);
      assertThat(history.loss(i)).isEqualTo(losses[i]);
    }
  }

  @Test
  void wrongSettings_areRefusedInTheWordsOfTheirRange() {
    Trainer trainer = Trainer.of(model);
    assertRefused(() -> trainer.sequenceLength(0), "sequenceLength is 0, must be at least 1");
    assertRefused(() -> trainer.learningRate(0), "learningRate is 0.0, must be above 0 and finite");
    assertRefused(
        () -> trainer.learningRate(-0.1), "learningRate is -0.1, must be above 0 and finite");
    assertRefused(
        () -> trainer.learningRate(Double.NaN), "learningRate is NaN, must be above 0 and finite");
    assertRefused(
        () -> trainer.learningRate(Double.POSITIVE_INFINITY),
        "learningRate is Infinity, must be above 0 and finite");
    assertRefused(() -> trainer.batchSize(0), "batchSize is 0, must be at least 1");
    assertRefused(
        () -> Trainer.of(model).batchSize(100).train(text, 1),
        "sequenceLength 25 and batchSize 100 need at least 2600 characters, the text has "
            + text.length());
    assertRefused(() -> trainer.clip(0), "clip is 0.0, must be above 0");
    assertRefused(() -> trainer.clip(Double.NaN), "clip is NaN, must be above 0");
    assertRefused(() -> trainer.every(0, p -> {}), "steps is 0, must be at least 1");
    assertRefused(() -> trainer.train(text, -1), "steps is -1, must be at least 0");
    assertRefused(() -> trainer.trainEpochs(text, -2), "epochs is -2, must be at least 0");
    assertRefused(
        () -> VanillaRnn.builder(text.vocab()).hiddenSize(0),
        "hiddenSize is 0, must be at least 1");
    assertRefused(
        () -> VanillaRnn.builder(text.vocab()).hiddenSize(-1),
        "hiddenSize is -1, must be at least 1");
  }

  @Test
  void textsThatDoNotFit_areRefused() {
    Trainer trainer = Trainer.of(model);
    assertRefused(
        () -> trainer.train("the mud", 1),
        "sequenceLength 25 needs at least 26 characters, the text has 7");
    assertRefused(
        () -> trainer.train(CharVocab.of("ab").encode("ab".repeat(100)), 1),
        "the text is encoded with another vocabulary of 2 symbols, the model's has 47: encode it"
            + " with the model's");
    assertThatExceptionOfType(UnknownSymbolException.class)
        .isThrownBy(() -> trainer.train("the \u4E2D", 1));
  }

  @Test
  void whatCannotFit_isRefusedBeforeTrying() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> VanillaRnn.builder(text.vocab()).hiddenSize(Integer.MAX_VALUE).build())
        .withMessageMatching(
            "training with hiddenSize 2147483647 and 47 symbols needs about"
                + " [\\d.]+ GiB of memory, the heap has"
                + " at most [\\d.]+ [MG]iB: choose a smaller one");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> VanillaRnn.builder(text.vocab()).hiddenSize(99_999).build())
        .withMessageEndingWith("choose a smaller one or start Java with -Xmx933g");
    assertRefused(
        () -> Trainer.of(model).sequenceLength(1_999_999_999).start(text),
        "sequenceLength 1999999999 needs at least 2000000000 characters, the text has "
            + text.length());
    // A long text, to get past that: its window would need more than any heap.
    EncodedText longText = text.vocab().encode("mud ".repeat(12_500_000));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Trainer.of(model).sequenceLength(49_999_999).start(longText))
        .withMessageStartingWith(
            "training with hiddenSize 100, sequenceLength 49999999 and batchSize 1 needs about ");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> GradientCheck.of(model).sequenceLength(49_999_999).run(longText))
        .withMessageStartingWith(
            "checking gradients with hiddenSize 100 and sequenceLength 49999999 needs about ");
  }

  private static void assertRefused(
      org.assertj.core.api.ThrowableAssert.ThrowingCallable call, String message) {
    assertThatIllegalArgumentException().isThrownBy(call).withMessage(message);
  }
}
