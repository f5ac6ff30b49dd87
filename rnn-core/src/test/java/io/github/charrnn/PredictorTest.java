package io.github.charrnn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What comes next, symbol by symbol. */
class PredictorTest {
  private final EncodedText text = Texts.harbour();
  private final VanillaRnn model =
      Trainer.of(VanillaRnn.builder(text.vocab()).hiddenSize(24).build()).train(text, 300).best();

  @Test
  void surprisals_areTheModels() {
    double[] expected = model.surprisals(text.part(0, 200));
    Predictor predictor = Predictor.of(model);
    double[] all = new double[text.vocab().size()];
    for (int i = 0; i < expected.length; i++) {
      predictor.read(text.vocab().codePointOf(text.symbol(i)));
      int next = text.vocab().codePointOf(text.symbol(i + 1));
      assertThat(predictor.surprisal(next)).isCloseTo(expected[i], within(1e-12));
      assertThat(predictor.probability(next)).isCloseTo(Math.exp(-expected[i]), within(1e-12));
      predictor.probabilities(all);
      assertThat(all[text.symbol(i + 1)]).isEqualTo(predictor.probability(next));
      assertThat(Arrays.stream(all).sum()).isCloseTo(1, within(1e-12));
    }
  }

  @Test
  void top_isWhatIsLikeliest() {
    Predictor predictor = Predictor.of(model).read("The ");

    List<Predictor.Prediction> top = predictor.top(5);

    assertThat(top)
        .hasSize(5)
        .isSortedAccordingTo(
            Comparator.comparingDouble(Predictor.Prediction::probability).reversed());
    for (int i = 0; i < text.vocab().size(); i++) {
      double probability = predictor.probability(text.vocab().codePointOf(i));
      if (probability > top.get(4).probability()) {
        int codePoint = text.vocab().codePointOf(i);
        assertThat(top).extracting(Predictor.Prediction::codePoint).contains(codePoint);
      }
    }
    assertThat(top.get(0).symbol()).isEqualTo(Character.toString(top.get(0).codePoint()));
    assertThat(predictor.top(1_000)).hasSize(text.vocab().size());
    assertThat(Sampler.of(model).temperature(0).prime("The ").sample(1))
        .isEqualTo(top.get(0).symbol());
  }

  @Test
  void aCopy_goesItsOwnWay_andReset_forgets() {
    Predictor one = Predictor.of(model).read("The h");
    double before = one.probability('a');
    Predictor other = one.copy().read("arbour");

    assertThat(one.probability('a')).isEqualTo(before);
    assertThat(other.probability('a')).isNotEqualTo(before);
    assertThat(one.read("arbour").probability('a')).isEqualTo(other.probability('a'));
    assertThat(other.reset().probability('a')).isEqualTo(Predictor.of(model).probability('a'));
    assertThat(Predictor.of(model).probability('a'))
        .as("at the start of a line")
        .isEqualTo(Predictor.of(model).read('\n').probability('a'));
  }

  @Test
  void aSampler_goesOnWhereItStands() {
    Predictor predictor = Predictor.of(model).read("The harb");
    Sampler after = Sampler.of(model).after(predictor);
    String expected = Sampler.of(model).prime("The harb").sample(80);

    predictor.read("xx", UnknownSymbols.skip()).read("zz", UnknownSymbols.skip());
    assertThat(after.sample(80)).isEqualTo(expected);
    assertThat(after.sample(80)).isEqualTo(expected);
    assertThat(after.samples(80, 3).get(0)).isEqualTo(expected);
    assertThat(after.prime("The harb").sample(80)).isEqualTo(expected);
    assertThat(Sampler.of(model).after(Predictor.of(model)).sample(40))
        .isEqualTo(Sampler.of(model).sample(40));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Sampler.of(model.measured(text)).after(predictor))
        .withMessageContaining("of another model");
  }

  @Test
  void aModelOfDocuments_beginsOne() {
    EncodedText names = Documents.lines().of(List.of("anna", "bert", "carl"));
    VanillaRnn rnn =
        Trainer.of(
                VanillaRnn.builder(names.vocab())
                    .documents(Documents.lines())
                    .hiddenSize(9)
                    .build())
            .sequenceLength(5)
            .train(names, 300)
            .best();
    Predictor predictor = Predictor.of(rnn);
    double nats = 0;
    for (char c : "anna\n".toCharArray()) {
      nats += predictor.surprisal(c);
      predictor.read(c);
    }

    assertThat(nats).isCloseTo(5 * rnn.evaluate("anna").natsPerCharacter(), within(1e-12));
    assertThat(predictor.probability('a')).isEqualTo(Predictor.of(rnn).probability('a'));
    assertThat(predictor.probability('a')).isBetween(0.1, 0.9);
  }

  @Test
  void whatTheModelDoesNotKnow_isImpossible_andNotRead() {
    Predictor predictor = Predictor.of(model).read("The ");
    double before = predictor.probability('s');

    assertThat(predictor.probability(0x4E00)).isZero();
    assertThat(predictor.surprisal(0x4E00)).isEqualTo(Double.POSITIVE_INFINITY);
    assertThatExceptionOfType(UnknownSymbolException.class)
        .isThrownBy(() -> predictor.read(0x4E00));
    assertThatExceptionOfType(UnknownSymbolException.class)
        .isThrownBy(() -> predictor.read("sea\u4E00"));
    assertThat(predictor.probability('s')).isEqualTo(before);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> predictor.probabilities(new double[3]))
        .withMessage("to has 3 elements, must have at least 47");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> predictor.top(0))
        .withMessage("count is 0, must be at least 1");
  }
}
