package io.github.charrnn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.charrnn.internal.Parameters;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SamplerTest {
  private final EncodedText text = Texts.harbour();
  private VanillaRnn model = VanillaRnn.builder(text.vocab()).hiddenSize(40).build();

  @BeforeAll
  void train() {
    model = Trainer.of(model).train(text, 1_500).last();
  }

  @Test
  void samplesAreTheSeeds() {
    Sampler sampler = Sampler.of(model).seed(7);
    String passage = sampler.sample(300);

    assertThat(passage).hasSize(300);
    assertThat(sampler.sample(300)).isEqualTo(passage);
    assertThat(sampler.sample(100)).isEqualTo(passage.substring(0, 100));
    assertThat(sampler.seed(8).sample(300)).isNotEqualTo(passage);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7})
  void samples_areThoseOfTheirSeedsAlone(int threads) {
    List<Sampler> samplers =
        List.of(
            Sampler.of(model),
            Sampler.of(model).temperature(0.5).prime("The "),
            Sampler.of(model).topK(3).stopAfter("e"),
            Sampler.of(model).topP(0.8).temperature(1.5).stopAfter(" the "),
            Sampler.of(model).temperature(0).stopAfter("\n"));
    for (Sampler sampler : samplers) {
      for (int count : new int[] {1, 6, 50}) {
        List<String> passages = sampler.threads(threads).seed(-3).samples(25, count);

        assertThat(passages).hasSize(count);
        for (int i = 0; i < count; i++) {
          assertThat(passages.get(i)).isEqualTo(sampler.seed(-3 + i).sample(25));
        }
      }
    }
  }

  @Test
  void samples_ofNothing() {
    assertThat(Sampler.of(model).samples(0, 3)).containsExactly("", "", "");
    assertThat(Sampler.of(model).samples(3, 0)).isEmpty();
    assertThat(Sampler.of(model).samples(1, 3)).allMatch(passage -> passage.length() == 1);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Sampler.of(model).samples(-1, 1))
        .withMessage("length is -1, must be at least 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Sampler.of(model).samples(1, -1))
        .withMessage("count is -1, must be at least 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Sampler.of(model).threads(1_025))
        .withMessage("threads is 1025, must be from 1 to 1,024");
  }

  @Test
  void draws_followTheSoftmaxOfTheOutputs() {
    // Without weights the output is the bias alone: p = (1, 2, 3, 4) / 10 at every draw.
    VanillaRnn biased = biasOnly(1, 2, 3, 4);

    assertFrequencies(Sampler.of(biased), 0.1, 0.2, 0.3, 0.4);
    assertFrequencies(Sampler.of(biased).temperature(0.5), 1 / 30.0, 4 / 30.0, 9 / 30.0, 16 / 30.0);
    assertFrequencies(Sampler.of(biased).temperature(1e300), 0.25, 0.25, 0.25, 0.25);
    assertFrequencies(Sampler.of(biased).temperature(1e-300), 0, 0, 0, 1);
    assertFrequencies(Sampler.of(biased).temperature(0), 0, 0, 0, 1);
    assertFrequencies(Sampler.of(biased).topK(2), 0, 0, 3 / 7.0, 4 / 7.0);
    assertFrequencies(Sampler.of(biased).topK(1), 0, 0, 0, 1);
    assertFrequencies(Sampler.of(biased).topK(99), 0.1, 0.2, 0.3, 0.4);
    assertFrequencies(Sampler.of(biased).topP(0.39), 0, 0, 0, 1);
    assertFrequencies(Sampler.of(biased).topP(0.41), 0, 0, 3 / 7.0, 4 / 7.0);
    assertFrequencies(Sampler.of(biased).topP(0.75), 0, 2 / 9.0, 3 / 9.0, 4 / 9.0);
    assertFrequencies(Sampler.of(biased).topP(0.95), 0.1, 0.2, 0.3, 0.4);
    assertFrequencies(Sampler.of(biased).topP(1e-300), 0, 0, 0, 1);
    assertFrequencies(Sampler.of(biased).topP(0.75).topK(2), 0, 0, 3 / 7.0, 4 / 7.0);
  }

  @Test
  void equallyLikelySymbols_areRankedInTheirOrder() {
    VanillaRnn biased = biasOnly(3, 3, 3, 1);

    assertFrequencies(Sampler.of(biased).temperature(0), 1, 0, 0, 0);
    assertFrequencies(Sampler.of(biased).topK(1), 1, 0, 0, 0);
    assertFrequencies(Sampler.of(biased).topK(2), 0.5, 0.5, 0, 0);
  }

  @Test
  void topK_keepsTheLikeliestOfManySymbols() {
    double[] odds = new double[300];
    for (int i = 0; i < odds.length; i++) {
      odds[i] = 1 + i * 7 % 300;
    }
    Map<Integer, Integer> counts = counts(Sampler.of(biasOnly(odds)).topK(17), 20_000);

    assertThat(counts).hasSize(17);
    assertThat(counts.keySet()).allSatisfy(s -> assertThat(odds[s]).isGreaterThan(283));
  }

  @Test
  void greedy_isTheLikeliestAtEveryStep() {
    String greedy = Sampler.of(model).temperature(0).prime("The harbour").sample(60);

    assertThat(greedy).isEqualTo(Sampler.of(model).topK(1).seed(3).prime("The harbour").sample(60));
    assertThat(greedy)
        .isEqualTo(Sampler.of(model).temperature(0).seed(9).prime("The harbour").sample(60));
  }

  @Test
  void prime_isReadAndIsNotPartOfThePassage() {
    String whole = Sampler.of(model).temperature(0).prime("The harbour m").sample(20);
    String start = Sampler.of(model).temperature(0).prime("The harbour m").sample(5);
    String rest = Sampler.of(model).temperature(0).prime("The harbour m" + start).sample(15);

    assertThat(start + rest).isEqualTo(whole);
    assertThat(Sampler.of(model).sample(50)).isEqualTo(Sampler.of(model).prime("\n").sample(50));
    assertThat(Sampler.of(model).sample(50)).isEqualTo(Sampler.of(model).prime("").sample(50));
  }

  @Test
  void prime_withUnknownSymbols_followsThePolicy() {
    Sampler sampler = Sampler.of(model);
    assertThatExceptionOfType(UnknownSymbolException.class)
        .isThrownBy(() -> sampler.prime("The \u4E2D"))
        .withMessageStartingWith("the symbol '\u4E2D' (U+4E2D) at position 4");
    assertThat(sampler.prime("T\u4E2Dhe", UnknownSymbols.skip()).sample(30))
        .isEqualTo(sampler.prime("The").sample(30));
    assertThat(sampler.prime("T\u4E2De", UnknownSymbols.replaceWith('h')).sample(30))
        .isEqualTo(sampler.prime("The").sample(30));
  }

  @Test
  void stop_endsThePassageAsItsLastSymbols() {
    Sampler sampler = Sampler.of(model).seed(4);
    String whole = sampler.sample(400);

    for (String stop : List.of("e", " t", "he ", whole.substring(100, 103))) {
      int end = whole.indexOf(stop) + stop.length();
      assertThat(sampler.stopAfter(stop).sample(400)).isEqualTo(whole.substring(0, end));
    }
    assertThat(sampler.stopAfter("").sample(400)).isEqualTo(whole);
    assertThatExceptionOfType(UnknownSymbolException.class)
        .isThrownBy(() -> sampler.stopAfter("\u4E2D"));
  }

  @Test
  void stop_thatOverlapsItself_isFound() {
    // Greedy text of a model that can only write "aab" again and again is hard to train; a fair
    // coin
    // is not: "aab" after "aaab" needs the second a to count for the match as well.
    VanillaRnn coin = biasOnly(1, 1);
    for (int seed = 0; seed < 200; seed++) {
      Sampler sampler = Sampler.of(coin).seed(seed);
      String whole = sampler.sample(200);
      String stopped = sampler.stopAfter("aabaab").sample(200);
      int at = whole.indexOf("aabaab");
      assertThat(stopped).isEqualTo(at < 0 ? whole : whole.substring(0, at + 6));
    }
  }

  @Test
  void sampleTo_streamsEachSymbol() throws IOException {
    VanillaRnn faces = VanillaRnn.builder(CharVocab.of("x\uD83D\uDE00")).hiddenSize(2).build();
    List<String> appended = new ArrayList<>();
    Appendable out =
        new Appendable() {
          @Override
          public Appendable append(CharSequence s) {
            appended.add(s.toString());
            return this;
          }

          @Override
          public Appendable append(CharSequence s, int start, int end) {
            return append(s.subSequence(start, end));
          }

          @Override
          public Appendable append(char c) {
            return append(String.valueOf(c));
          }
        };

    assertThat(Sampler.of(faces).sampleTo(out, 40)).isEqualTo(40);

    String streamed = String.join("", appended);
    assertThat(streamed).isEqualTo(Sampler.of(faces).sample(40)).contains("x\uD83D\uDE00");
    assertThat(streamed.codePointCount(0, streamed.length())).isEqualTo(40);
  }

  @Test
  void sampleTo_whatCannotBeWritten_throwsWhatOutThrows() {
    Appendable broken =
        new Appendable() {
          @Override
          public Appendable append(CharSequence s) throws IOException {
            throw new IOException("no more paper");
          }

          @Override
          public Appendable append(CharSequence s, int start, int end) throws IOException {
            throw new IOException("no more paper");
          }

          @Override
          public Appendable append(char c) throws IOException {
            throw new IOException("no more paper");
          }
        };
    assertThatThrownBy(() -> Sampler.of(model).sampleTo(broken, 4))
        .isInstanceOf(IOException.class)
        .hasMessage("no more paper");
  }

  @Test
  void vocabularyWithoutLineFeed_startsFromItsFirstSymbol() {
    VanillaRnn letters = VanillaRnn.builder(CharVocab.of("abc")).hiddenSize(5).build();

    assertThat(Sampler.of(letters).sample(40)).isEqualTo(Sampler.of(letters).prime("a").sample(40));
  }

  @Test
  void wrongSettings_areRefusedInTheWordsOfTheirRange() {
    Sampler sampler = Sampler.of(model);
    assertRefused(
        () -> sampler.temperature(-0.1), "temperature is -0.1, must be at least 0 and finite");
    assertRefused(
        () -> sampler.temperature(Double.NaN), "temperature is NaN, must be at least 0 and finite");
    assertRefused(
        () -> sampler.temperature(Double.POSITIVE_INFINITY),
        "temperature is Infinity, must be at least 0 and finite");
    assertRefused(() -> sampler.topK(0), "topK is 0, must be at least 1");
    assertRefused(() -> sampler.topP(0), "topP is 0.0, must be above 0 and at most 1");
    assertRefused(() -> sampler.topP(1.1), "topP is 1.1, must be above 0 and at most 1");
    assertRefused(() -> sampler.topP(Double.NaN), "topP is NaN, must be above 0 and at most 1");
    assertRefused(() -> sampler.sample(-1), "length is -1, must be at least 0");
    assertThat(sampler.sample(0)).isEmpty();
  }

  /**
   * A model whose output bias makes symbols a, b, c... as likely as the odds say, whatever it
   * reads.
   */
  private static VanillaRnn biasOnly(double... odds) {
    int[] codePoints = new int[odds.length];
    for (int i = 0; i < odds.length; i++) {
      codePoints[i] = 'a' + i;
    }
    Parameters p = new Parameters(1, odds.length);
    for (int i = 0; i < odds.length; i++) {
      p.c[i] = Math.log(odds[i]);
    }
    VanillaRnn model = VanillaRnn.builder(CharVocab.of(codePoints)).hiddenSize(1).build();
    return model.with(p, Optional.empty());
  }

  private static Map<Integer, Integer> counts(Sampler sampler, int draws) {
    Map<Integer, Integer> counts = new HashMap<>();
    sampler.seed(1).sample(draws).chars().forEach(c -> counts.merge(c - 'a', 1, Integer::sum));
    return counts;
  }

  /** Within five standard deviations of a binomial count. */
  private static void assertFrequencies(Sampler sampler, double... expected) {
    int draws = 50_000;
    Map<Integer, Integer> counts = counts(sampler, draws);
    for (int i = 0; i < expected.length; i++) {
      double deviation = Math.sqrt(draws * expected[i] * (1 - expected[i]));
      assertThat((double) counts.getOrDefault(i, 0))
          .as("symbol %d of %s", i, counts)
          .isCloseTo(draws * expected[i], within(5 * deviation));
    }
  }

  private static void assertRefused(
      org.assertj.core.api.ThrowableAssert.ThrowingCallable call, String message) {
    assertThatIllegalArgumentException().isThrownBy(call).withMessage(message);
  }
}
