package io.github.charrnn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.charrnn.internal.Window;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The state in which a trained model begins to read. */
@Tag("once")
class StartStateTest {
  private static final int STEPS = 330; // of 80 to an epoch

  @TempDir Path directory;

  private final EncodedText text = Texts.harbour().part(0, 2_001);
  private final EncodedText heldOut = Texts.harbour().part(1_600, 2_071);
  private final VanillaRnn model = VanillaRnn.builder(text.vocab()).hiddenSize(12).seed(3).build();

  private static double[] start(VanillaRnn of) {
    return of.startState().orElseThrow();
  }

  /** The best is one of an epoch's end. */
  private Trainer selecting() {
    return Trainer.of(model).validation(heldOut, 80).bestBy(BestBy.VALIDATION);
  }

  /** The state that a window leaves, just before the next one; so also where an epoch ends. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void lastAndBest_haveTheFirstStreamsStateAfterTheirStep(int streams) {
    Training training = selecting().batchSize(streams).start(text);
    List<double[]> states = new ArrayList<>(List.of(new double[12]));
    for (int step = 1; step <= STEPS; step++) {
      training.advance();
      states.add(Arrays.copyOf(Insides.of(training).window.h, 12));

      TrainingResult result = training.result();
      assertThat(start(result.last())).isEqualTo(states.get(step));
      assertThat(start(training.model())).isEqualTo(states.get(step));
      assertThat(result.best().start()).isEqualTo(states.get((int) result.bestStep()));
    }
    assertThat(training.result().bestStep() % 80).isZero();
  }

  @Test
  void aModelWithoutAStep_beginsInTheZeroState() {
    assertThat(model.startState()).isEmpty();
    assertThat(model.fromZero()).isSameAs(model);
    assertThat(Trainer.of(model).start(text).model().startState()).isEmpty();
  }

  /** The held-out loss is that of the model with its start, before the first step too. */
  @Test
  void aTrainedModelThatStaysTheBest_keepsItsStart() {
    VanillaRnn trained = Trainer.of(model).train(text, 300).last();
    Training training =
        Trainer.of(trained)
            .learningRate(50)
            .validation(heldOut, 10)
            .bestBy(BestBy.VALIDATION)
            .start(text);
    for (int step = 0; step < 20; step++) {
      training.advance();
    }
    TrainingResult result = training.result();

    assertThat(result.bestStep()).isZero();
    assertThat(start(result.best())).isEqualTo(start(trained));
    assertThat(result.bestHeldOutLoss().orElseThrow().natsPerCharacter())
        .isEqualTo(result.best().evaluate(heldOut).natsPerCharacter())
        .isEqualTo(trained.evaluate(heldOut).natsPerCharacter());
  }

  /** The zero state is trained then. */
  @Test
  void aRecipeThatResetsStates_keepsNone() {
    Recipe recipe = Recipe.course().withResetEvery(50);
    TrainingResult result =
        Trainer.of(model).recipe(recipe).validation(heldOut, 60).train(text, 60);

    assertThat(result.last().startState()).isEmpty();
    assertThat(result.best().startState()).isEmpty();
    assertThat(result.heldOutLosses().get(1).natsPerCharacter())
        .isEqualTo(result.last().evaluate(heldOut).natsPerCharacter());
  }

  /** Weights from elsewhere may come with one, and are of no training. */
  @Test
  void startingIn_isTheSameModelWithIt_alsoInAFile() throws IOException {
    VanillaRnn trained = Trainer.of(model).train(text, 100).last();
    VanillaRnn rnn =
        VanillaRnn.of(
            trained.vocab(), trained.u(), trained.w(), trained.v(), trained.b(), trained.c());
    double[] state = start(trained);
    VanillaRnn starting = rnn.startingIn(state);
    state[0] = 7; // it was copied
    Path file = directory.resolve("starting");
    starting.save(file);

    assertThat(starting.evaluate(text)).isEqualTo(trained.evaluate(text));
    assertThat(VanillaRnn.load(file).evaluate(text)).isEqualTo(trained.evaluate(text));
    assertThat(VanillaRnn.load(file).training()).isEmpty();
    assertThat(trained.startingIn(new double[12]).evaluate(text)).isEqualTo(rnn.evaluate(text));
    assertThatThrownBy(() -> rnn.startingIn(new double[11]))
        .hasMessage("the start state has 11 elements, must have 12, one of each hidden unit");
    for (double wrong : new double[] {Math.nextUp(1.0), -1.5, Double.NaN}) {
      state[0] = wrong;
      assertThatThrownBy(() -> rnn.startingIn(state))
          .hasMessage("the start state has a value that is " + wrong + ", must be from -1 to 1");
    }
  }

  @Test
  void fromZero_isTheSameModelWithoutIt() {
    VanillaRnn trained = Trainer.of(model).train(text, 100).last();
    VanillaRnn fromZero = trained.fromZero();

    assertThat(fromZero.startState()).isEmpty();
    assertThat(fromZero.fingerprint()).isEqualTo(trained.fingerprint());
    assertThat(fromZero.training()).isEqualTo(trained.training());
    assertThat(fromZero.evaluate(text)).isNotEqualTo(trained.evaluate(text));
    assertThat(Sampler.of(fromZero).sample(200)).isNotEqualTo(Sampler.of(trained).sample(200));
    start(trained)[0] = 7; // a copy
    assertThat(start(trained)[0]).isBetween(-1.0, 1.0);
  }

  @Test
  void everyReading_beginsInIt() {
    VanillaRnn trained = Trainer.of(model).train(text, 100).last();
    EncodedText read = text.part(700, 1_000);
    Window window = Window.forEvaluation(299, trained.parameters());
    window.enter(start(trained));
    read.copy(0, window.symbols, 0, 1, 300);
    double loss = window.forward(299);

    assertThat(trained.evaluate(read).natsPerCharacter() * 299).isCloseTo(loss, within(loss));
    assertThat(Scorer.of(trained).threads(2).evaluate(read)).isEqualTo(trained.evaluate(read));
    assertThat(Arrays.stream(trained.surprisals(read)).sum()).isCloseTo(loss, within(loss));
    assertThat(Arrays.copyOf(trained.states(read), 299 * 12))
        .isEqualTo(Arrays.copyOfRange(window.h, 12, 300 * 12));
  }

  private static org.assertj.core.data.Offset<Double> within(double loss) {
    return org.assertj.core.data.Offset.offset(1e-12 * loss);
  }

  @Test
  void measured_isTheMeanOfPiecesOfTheText_eachFromTheStart() throws IOException {
    EncodedText long1 = text.vocab().encode(Texts.decode(text).repeat(30)); // 60,030 characters
    VanillaRnn trained = Trainer.of(model).train(long1, 100).last();
    double sum = 0;
    for (int piece = 0; piece < 40; piece++) {
      long from = (60_029L - 250) * piece / 39;
      sum += 250 * trained.evaluate(long1.part(from, from + 251)).natsPerCharacter();
    }

    VanillaRnn measured = trained.measured(long1);

    assertThat(measured.startLoss().orElseThrow()).isEqualTo(sum / 10_000);
    assertThat(trained.startLoss()).isEmpty();
    assertThat(measured.fromZero().startLoss()).isEmpty();
    measured.save(directory.resolve("model"));
    assertThat(VanillaRnn.load(directory.resolve("model")).startLoss())
        .isEqualTo(measured.startLoss());
    EncodedText short1 = text.part(0, 90);
    assertThat(trained.measured(short1).startLoss().orElseThrow())
        .isCloseTo(trained.evaluate(short1).natsPerCharacter(), within(1));
  }

  @Test
  void aResult_isMeasuredOnce_unlessItHasNoStep() {
    TrainingResult run = selecting().train(text, STEPS);
    TrainingResult measured = run.measured(text);

    assertThat(measured.best().startLoss()).isEqualTo(run.best().measured(text).startLoss());
    assertThat(measured.last().startLoss()).isEqualTo(run.last().measured(text).startLoss());
    assertThat(measured.steps()).isEqualTo(run.steps());
    TrainingResult none = Trainer.of(model).train(text, 0);
    assertThat(none.measured(text)).isSameAs(none);
  }

  @Test
  void trainingAnew_beginsInTheZeroState() {
    VanillaRnn trained = Trainer.of(model).train(text, 100).last();

    TrainingResult further = Trainer.of(trained).train(text, 60);

    TrainingResult fromZero = Trainer.of(trained.fromZero()).train(text, 60);
    assertThat(further.last().fingerprint()).isEqualTo(fromZero.last().fingerprint());
  }

  /** What selects the best is what that best then comes to. */
  @Test
  void heldOutLossesAndSamples_areOfTheModelThatIsKept() {
    List<HeldOutLoss> losses = new ArrayList<>();
    List<String> samples = new ArrayList<>();

    TrainingResult result =
        Trainer.of(model)
            .validation(heldOut, 20)
            .bestBy(BestBy.VALIDATION)
            .samples(20, 50)
            .every(
                20,
                training -> {
                  VanillaRnn now = training.model();
                  double nats = now.evaluate(heldOut).natsPerCharacter();
                  losses.add(new HeldOutLoss(training.step(), nats));
                  samples.add(Sampler.of(now).seed(training.step()).sample(50));
                })
            .train(text, 120);

    assertThat(result.heldOutLosses()).isEqualTo(losses);
    assertThat(result.samples()).extracting(Sample::text).isEqualTo(samples);
    assertThat(result.best().evaluate(heldOut).natsPerCharacter())
        .isEqualTo(result.bestHeldOutLoss().orElseThrow().natsPerCharacter());
  }

  @Test
  void aCheckpoint_keepsBoth() throws IOException {
    Path file = directory.resolve("run.checkpoint");
    TrainingResult run = selecting().checkpoint(file, 1_000).train(text, STEPS);

    TrainingResult read = TrainingResult.load(file);

    assertThat(start(read.last())).isEqualTo(start(run.last()));
    assertThat(start(read.best())).isEqualTo(start(run.best()));
    assertThat(start(VanillaRnn.load(file))).isEqualTo(start(run.last()));
    TrainingResult resumed = Trainer.resuming(file).validation(heldOut).resume(text, STEPS + 9);
    TrainingResult undisturbed = selecting().train(text, STEPS + 9);
    assertThat(resumed.bestStep()).isEqualTo(undisturbed.bestStep());
    assertThat(start(resumed.best())).isEqualTo(start(undisturbed.best()));
  }
}
