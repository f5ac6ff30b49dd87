package io.github.charrnn.cli.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.charrnn.CharVocab;
import io.github.charrnn.EncodedText;
import io.github.charrnn.Trainer;
import io.github.charrnn.VanillaRnn;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What units are said to follow, against correlations computed here. */
class HiddenUnitsTest {
  private static final int M = 16;

  private final String string = text(4_000);
  private final EncodedText text = CharVocab.of(string).encode(string);
  private final VanillaRnn rnn =
      Trainer.of(VanillaRnn.builder(text.vocab()).hiddenSize(M).seed(2).build())
          .train(text, 2_000)
          .best();

  private static String text(int length) {
    String[] words = {
      "rain", "the", "a", "Harbour", "it", "window", "of", "salt", "Keeper", "light", "boat", "I"
    };
    Random random = new Random(11);
    StringBuilder text = new StringBuilder();
    int line = 0;
    while (text.length() < length) {
      String word = words[random.nextInt(words.length)];
      text.append(word);
      line += word.length() + 1;
      text.append(random.nextInt(8) == 0 ? "," : "");
      text.append(line > 40 ? "\n" : " ");
      line = line > 40 ? 0 : line;
    }
    return text.substring(0, length);
  }

  private static boolean letter(String text, int at) {
    return at >= 0 && at < text.length() && Character.isLetter(text.charAt(at));
  }

  private static int since(String text, int at, String ends) {
    int count = 0;
    while (at - count >= 0 && ends.indexOf(text.charAt(at - count)) < 0) {
      count++;
    }
    return count;
  }

  /** What the properties are that this text has, at a place of it. */
  private static Map<String, Double> properties(String text, int at) {
    char c = text.charAt(at);
    boolean vowel = "aeiouAEIOU".indexOf(c) >= 0;
    Map<String, Double> all = new LinkedHashMap<>();
    all.put("a space", c == ' ' ? 1.0 : 0);
    all.put("the end of a line", c == '\n' ? 1.0 : 0);
    all.put("a vowel", vowel ? 1.0 : 0);
    all.put("a consonant", letter(text, at) && !vowel ? 1.0 : 0);
    all.put("a capital letter", Character.isUpperCase(c) ? 1.0 : 0);
    all.put("punctuation", c == ',' ? 1.0 : 0);
    all.put("the first letter of a word", letter(text, at) && !letter(text, at - 1) ? 1.0 : 0);
    all.put("the last letter of a word", letter(text, at) && !letter(text, at + 1) ? 1.0 : 0);
    all.put("how far into a word it is", (double) since(text, at, " \n,"));
    all.put("how far into a line it is", (double) since(text, at, "\n"));
    all.put("how far it is from the last punctuation", (double) since(text, at, ","));
    return all;
  }

  /** By the sums of squares and products, unlike the code. */
  private static double correlation(double[] x, double[] y, int from, int to) {
    double n = to - from;
    double sx = 0;
    double sy = 0;
    double sxx = 0;
    double syy = 0;
    double sxy = 0;
    for (int t = from; t < to; t++) {
      sx += x[t];
      sy += y[t];
      sxx += x[t] * x[t];
      syy += y[t] * y[t];
      sxy += x[t] * y[t];
    }
    return (n * sxy - sx * sy) / Math.sqrt((n * sxx - sx * sx) * (n * syy - sy * sy));
  }

  private static double[] activations(VanillaRnn rnn, EncodedText text, int unit) {
    double[] states = rnn.states(text);
    double[] values = new double[(int) text.length()];
    for (int t = 0; t < values.length; t++) {
      values[t] = states[t * rnn.hiddenSize() + unit];
    }
    return values;
  }

  private double[] values(String property) {
    double[] values = new double[string.length()];
    for (int t = 0; t < values.length; t++) {
      values[t] = properties(string, t).getOrDefault(property, Double.NaN);
    }
    return values;
  }

  @Test
  void correlations_areThoseOfTheSecondHalfAndUnitsChosenOnTheFirst() {
    HiddenUnits found = new HiddenUnits(rnn, text);

    assertThat(found.units()).isNotEmpty();
    assertThat(found.characters()).isEqualTo(2_000);
    for (HiddenUnits.Unit unit : found.units()) {
      double[] values = values(unit.follows());
      double[] own = activations(rnn, text, unit.unit());
      assertThat(unit.correlation())
          .as(unit.follows())
          .isCloseTo(correlation(own, values, 2_000, 4_000), within(1e-9));
      assertThat(Math.abs(unit.correlation())).isBetween(0.3, 1.0);
      double chosen = Math.abs(correlation(own, values, 0, 2_000));
      for (int j = 0; j < M; j++) {
        assertThat(Math.abs(correlation(activations(rnn, text, j), values, 0, 2_000)))
            .as("unit %d, %s", j, unit.follows())
            .isLessThanOrEqualTo(chosen + 1e-9);
      }
    }
  }

  @Test
  void theStrongestThatAUnitFollows_isWhatItIsListedWith() {
    Map<Integer, Double> strongest = new LinkedHashMap<>();
    for (String property : properties(string, 0).keySet()) {
      double[] values = values(property);
      int best = 0;
      for (int j = 1; j < M; j++) {
        if (Math.abs(correlation(activations(rnn, text, j), values, 0, 2_000))
            > Math.abs(correlation(activations(rnn, text, best), values, 0, 2_000))) {
          best = j;
        }
      }
      double r = correlation(activations(rnn, text, best), values, 2_000, 4_000);
      if (Math.abs(r) >= 0.3) {
        strongest.merge(best, Math.abs(r), Math::max);
      }
    }
    double[] expected =
        strongest.values().stream().mapToDouble(r -> -r).sorted().map(r -> -r).limit(6).toArray();

    double[] actual =
        new HiddenUnits(rnn, text)
            .units().stream().mapToDouble(unit -> Math.abs(unit.correlation())).toArray();

    assertThat(actual).containsExactly(expected, within(1e-9));
  }

  @Test
  void eachUnit_isThereOnceAndThereAreSixAtMost() {
    List<HiddenUnits.Unit> units = new HiddenUnits(rnn, text).units();
    HiddenUnits ofOne =
        new HiddenUnits(VanillaRnn.builder(text.vocab()).hiddenSize(1).seed(3).build(), text);

    assertThat(units).hasSizeLessThanOrEqualTo(6);
    assertThat(units.stream().map(HiddenUnits.Unit::unit)).doesNotHaveDuplicates();
    assertThat(units.stream().map(HiddenUnits.Unit::follows)).doesNotHaveDuplicates();
    assertThat(ofOne.units()).hasSizeLessThanOrEqualTo(1);
  }

  @Test
  void thePassage_isTheSecondHalfFromTheFirstWordThatBeginsThere() {
    HiddenUnits found = new HiddenUnits(rnn, text);
    int begin = 2_000;
    while (!letter(string, begin) || letter(string, begin - 1)) {
      begin++;
    }

    assertThat(begin).isGreaterThan(2_000);
    assertThat(found.passage()).isEqualTo(string.substring(begin, begin + 400));
    for (HiddenUnits.Unit unit : found.units()) {
      double[] own = activations(rnn, text, unit.unit());
      assertThat(unit.activations()).hasSize(400);
      for (int t = 0; t < 400; t++) {
        assertThat(unit.activations().get(t)).isCloseTo(own[begin + t], within(0.005 + 1e-12));
      }
    }
  }

  @Test
  void whatAUnitDoes_saysTheDirection() {
    Map<String, String> does = new LinkedHashMap<>();
    for (int seed = 1; seed <= 6; seed++) {
      VanillaRnn random = VanillaRnn.builder(text.vocab()).hiddenSize(M).seed(seed).build();
      for (HiddenUnits.Unit unit : new HiddenUnits(random, text).units()) {
        boolean rises = unit.correlation() > 0;
        String follows = unit.follows();
        String expected =
            follows.startsWith("how far")
                ? (rises ? "rises " : "falls ")
                    + follows
                        .replaceFirst("how far( it is)?", "with the distance")
                        .replace(" it is", "")
                : (rises ? "switches on at " : "switches off at ") + follows;
        assertThat(unit.does()).isEqualTo(expected.replaceFirst(" it is( from.*)?$", "$1"));
        does.put(unit.does().replaceFirst(" .*", "") + rises, unit.does());
      }
    }
    assertThat(does).containsKeys("switchestrue", "switchesfalse");
  }

  @Test
  void ofATextThatIsTooShort_nothingIsSaid() {
    for (int seed = 1; seed <= 20; seed++) {
      VanillaRnn random = VanillaRnn.builder(text.vocab()).hiddenSize(40).seed(seed).build();
      for (int length = 0; length <= 31; length++) {
        // Of 2 places any two numbers correlate with 1, of 15 some do with 0.7.
        assertThat(new HiddenUnits(random, text.part(7, 7 + length)).units())
            .as("seed %d, length %d", seed, length)
            .isEmpty();
      }
    }
  }

  @Test
  void aPropertyThatTheFirstHalfDoesNotHave_choosesNoUnit() {
    // Digits come in the second half only: no unit can have been chosen by them.
    String late = "rain of salt, ".repeat(50) + "1234 ".repeat(140);
    CharVocab vocab = CharVocab.of(late);
    VanillaRnn untrained = VanillaRnn.builder(vocab).hiddenSize(3).seed(1).build();

    HiddenUnits found = new HiddenUnits(untrained, vocab.encode(late));

    assertThat(found.characters()).isEqualTo(700);
    assertThat(found.units().stream().map(HiddenUnits.Unit::follows)).doesNotContain("a digit");
  }

  @Test
  void aTextOfOneSymbol_hasNothingToFollow() {
    CharVocab vocab = CharVocab.of("ab");
    VanillaRnn untrained = VanillaRnn.builder(vocab).hiddenSize(5).build();
    char[] same = new char[1_000];
    Arrays.fill(same, 'a');

    HiddenUnits found = new HiddenUnits(untrained, vocab.encode(new String(same)));

    assertThat(found.units().stream().map(HiddenUnits.Unit::follows))
        .doesNotContain("a vowel", "a space", "a consonant", "the first letter of a word");
    assertThat(found.units())
        .allSatisfy(unit -> assertThat(unit.correlation()).isBetween(-1.0, 1.0));
  }

  @Tag("long")
  @Test
  void moreHiddenUnitsThanCanBeLookedAt_areNoError() {
    VanillaRnn wide = VanillaRnn.builder(text.vocab()).hiddenSize(2_000).build();

    HiddenUnits found = new HiddenUnits(wide, text);

    assertThat(found.characters()).isBetween(500, 525); // half of 2^21 / 2,000
    assertThat(found.units()).hasSizeLessThanOrEqualTo(6);
  }
}
