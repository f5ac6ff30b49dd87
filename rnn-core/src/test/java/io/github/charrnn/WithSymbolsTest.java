package io.github.charrnn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A model that goes on with symbols that it has never met. */
@Tag("once")
class WithSymbolsTest {
  private static final String NEW = "\u0001\u00e9\u4e2d"; // before, and after all others

  @TempDir Path directory;

  private final EncodedText text = Texts.harbour().part(0, 1_500);
  private final VanillaRnn model =
      Trainer.of(VanillaRnn.builder(text.vocab()).hiddenSize(12).build()).train(text, 300).last();
  private final CharVocab larger = text.vocab().and(CharVocab.of(NEW));
  private final VanillaRnn wider = model.withSymbols(larger);

  @Test
  void and_hasTheSymbolsOfBoth_andRefusesTooMany() {
    CharVocab abc = CharVocab.of("abc");

    assertThat(abc.and(CharVocab.of("cxa")).symbols()).isEqualTo("abcx");
    assertThat(CharVocab.of("cxa").and(abc)).isEqualTo(abc.and(CharVocab.of("cxa")));
    assertThat(abc.and(CharVocab.of("ca"))).isSameAs(abc);
    int[] many = new int[CharVocab.MAX_SIZE];
    Arrays.setAll(many, i -> 0x10000 + i);
    assertThatThrownBy(() -> abc.and(CharVocab.of(many)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the text has 65539 distinct symbols, a model can have at most 65536");
  }

  @Test
  void in_isTheSameText_andKeepsWhatWasSkipped() {
    EncodedText read = CharVocab.of("abc").encode("ab-ca", UnknownSymbols.skip());
    EncodedText same = read.in(CharVocab.of("9abcx"));

    assertThat(same.decode()).isEqualTo("abca");
    assertThat(same.symbol(0)).isEqualTo(1);
    assertThat(same.skipped()).isEqualTo(1);
    assertThat(read.in(CharVocab.of("cba"))).isSameAs(read);
    assertThat(same.part(1, 3).in(CharVocab.of("abc")).decode()).isEqualTo("bc");
    assertThatThrownBy(() -> read.in(CharVocab.of("abx")))
        .isInstanceOf(UnknownSymbolException.class)
        .hasMessageContaining("'c' (U+0063) at position 2 is not in the vocabulary of 3 symbols");
  }

  @Test
  void oldParameters_areTheSameToTheBit_andNewOnesZeroButForTheirBias() {
    int m = model.hiddenSize();
    int k = model.vocab().size();
    int wide = larger.size();
    double lowest = Arrays.stream(model.c()).min().orElseThrow();

    assertThat(wide).isEqualTo(k + 3);
    assertThat(wider.w()).isEqualTo(model.w());
    assertThat(wider.b()).isEqualTo(model.b());
    for (int there = 0; there < wide; there++) {
      int old = model.vocab().symbolOf(larger.codePointOf(there));
      assertThat(wider.c()[there]).isEqualTo(old < 0 ? lowest : model.c()[old]);
      for (int i = 0; i < m; i++) {
        assertThat(wider.u()[i * wide + there]).isEqualTo(old < 0 ? 0 : model.u()[i * k + old]);
        assertThat(wider.v()[there * m + i]).isEqualTo(old < 0 ? 0 : model.v()[old * m + i]);
      }
    }
    assertThat(model.withSymbols(model.vocab())).isSameAs(model);
    assertThat(wider.startState().orElseThrow()).isEqualTo(model.startState().orElseThrow());
    assertThat(wider.training()).isEqualTo(model.training());
    assertThat(wider.seed()).isEqualTo(model.seed());
  }

  @Test
  void oldText_hasTheSameStates_andLosesWhatTheNewOutputsTakeInTheSoftmax() {
    EncodedText other = Texts.harbour().part(1_500, 1_900);
    EncodedText wide = other.in(larger);
    double[] before = model.surprisals(other);
    double[] after = wider.surprisals(wide);
    double[] states = model.states(other);
    double[] c = model.c();
    double[] v = model.v();
    double lowest = Arrays.stream(c).min().orElseThrow();
    int m = model.hiddenSize();

    assertThat(wider.states(wide)).isEqualTo(states);
    for (int t = 0; t < before.length; t++) {
      double sum = 0; // of the old outputs' exponentials, by hand
      for (int k = 0; k < c.length; k++) {
        double logit = c[k];
        for (int i = 0; i < m; i++) {
          logit += v[k * m + i] * states[t * m + i];
        }
        sum += Math.exp(logit);
      }
      double taken = Math.log1p(NEW.length() * Math.exp(lowest) / sum);
      assertThat(after[t]).isCloseTo(before[t] + taken, within(1e-12));
    }
  }

  @Test
  void untrainedModel_takesNewSymbolsForAsProbableAsAny() {
    VanillaRnn untrained = VanillaRnn.builder(CharVocab.of("ab")).hiddenSize(3).build();

    VanillaRnn wide = untrained.withSymbols(CharVocab.of("abcd"));

    assertThat(wide.evaluate("cdcd").natsPerCharacter()).isCloseTo(Math.log(4), within(1e-3));
    assertThat(wide.training()).isEmpty();
  }

  @Test
  void training_goesOnWithThem_andAStoppedRunIsResumedToTheSameBits() throws Exception {
    EncodedText more =
        larger.encode("caf\u00e9 \u4e2d, caf\u00e9 \u4e2d\u0001 and the harbour. ".repeat(30));
    Trainer trainer = Trainer.of(wider).sequenceLength(20);
    TrainingResult whole = trainer.train(more, 120);
    Path checkpoint = directory.resolve("run.checkpoint");
    Trainer.of(wider)
        .sequenceLength(20)
        .checkpoint(checkpoint)
        .every(
            1,
            training -> {
              if (training.step() == 50) {
                training.stop();
              }
            })
        .train(more, 120);

    TrainingResult resumed = Trainer.resuming(checkpoint).resume(more);

    assertThat(resumed.last().fingerprint()).isEqualTo(whole.last().fingerprint());
    double untold = wider.evaluate(more).natsPerCharacter();
    assertThat(whole.last().evaluate(more).natsPerCharacter()).isLessThan(untold / 2);
    long earlier = model.training().orElseThrow().charactersInAll();
    assertThat(whole.last().training().orElseThrow().earlierCharacters()).isEqualTo(earlier);
    Path file = directory.resolve("wider.safetensors");
    wider.save(file);
    assertThat(VanillaRnn.load(file).fingerprint()).isEqualTo(wider.fingerprint());
    assertThat(VanillaRnn.load(file).vocab()).isEqualTo(larger);
  }

  @Test
  void documents_endWithTheSameSymbol() {
    Documents lines = Documents.lines();
    EncodedText names = lines.of(List.of("anna", "bert", "carla"));
    VanillaRnn ofNames =
        Trainer.of(VanillaRnn.builder(names.vocab()).hiddenSize(6).documents(lines).build())
            .sequenceLength(5)
            .train(names, 60)
            .last();

    CharVocab tabs =
        names.vocab().and(CharVocab.of("\txyvs")); // so that the end has another number
    VanillaRnn wide = ofNames.withSymbols(tabs);

    assertThat(tabs.symbolOf('\n')).isNotEqualTo(names.vocab().symbolOf('\n'));
    assertThat(wide.documents()).contains(lines);
    assertThat(wide.states(names.in(tabs))).isEqualTo(ofNames.states(names));
    EncodedText more = lines.of(List.of("xena", "yves")).in(tabs);
    assertThat(Trainer.of(wide).sequenceLength(5).train(more, 20).last().documents())
        .contains(lines);
    assertThatThrownBy(() -> ofNames.withSymbols(CharVocab.of("\txyz")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("the vocabulary has no U+000A, which ends the documents");
  }

  @Test
  void vocabularyThatLacksASymbol_isRefused() {
    assertThatThrownBy(() -> model.withSymbols(CharVocab.of(NEW)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "the larger vocabulary does not have U+000A, must have all %d symbols of the model",
            model.vocab().size());
  }
}
