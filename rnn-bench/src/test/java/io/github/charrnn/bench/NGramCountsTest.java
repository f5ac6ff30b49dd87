package io.github.charrnn.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.charrnn.CharVocab;
import io.github.charrnn.EncodedText;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** N-gram models against arithmetic by hand and against counting strings. */
class NGramCountsTest {
  private static final int ORDERS = NGramCounts.ORDERS;

  @Test
  void wittenBell_isWhatWasWorkedOutByHand() {
    CharVocab vocab = CharVocab.of("abracadabra");
    NGramCounts models = new NGramCounts(vocab.encode("abracadabra"));
    double b = (2 + 5 / 5.0) / (11 + 5); // of 11 symbols 5 are distinct
    double bAfterA = (2 + 3 * b) / (4 + 3); // a was followed by b, c, d, b
    double bAfterDa = (1 + bAfterA) / (1 + 1); // da once by b

    assertThat(models.probabilities(vocab.encode("dab"))[0])
        .startsWith(1 / 5.0, b, bAfterA, bAfterDa)
        .endsWith(bAfterDa);
  }

  /** In ababcabc: c - D(c) of n-grams in the text, c of the distinct symbols before them. */
  @Test
  void kneserNey_isWhatWasWorkedOutByHand() {
    CharVocab vocab = CharVocab.of("abc");
    NGramCounts models = new NGramCounts(vocab.encode("ababcabc"));
    // Unigrams a 3, b 3, c 2: none once, so that no discount can be estimated, D(c) = c / 2.
    double unigram = (3 - 1.5 + (1.5 + 1.5 + 1) / 3) / 8;
    // Bigrams ab 3, bc 2, ba 1, ca 1: 2 once, 1 twice, 1 thrice, Y = 2 / (2 + 2).
    double d1 = 1 - 2 * 0.5 * 1 / 2;
    double d2 = 2 - 3 * 0.5 * 1 / 1;
    // Before a stood b and c, before b a, before c b: 2 once, 1 twice.
    double lowest = 1 / 3.0;
    double l1 = 1 - 2 * 0.5 * 1 / 2;
    double aLower = (2 - 1 + (2 * l1 + 1) * lowest) / 4; // D(2) = 2 - 0 leaves nothing: 1
    double aAfterB = (1 - d1 + (d1 + d2) * aLower) / 3; // b was followed by a, c, c

    double[] p = models.probabilities(vocab.encode("ba"))[1];
    assertThat(p[0]).isEqualTo(lowest);
    assertThat(p[1]).isCloseTo(unigram, within(1e-15));
    assertThat(p[2]).isCloseTo(aAfterB, within(1e-15));
  }

  @Test
  void discounts_areChenAndGoodmans() {
    // Y = 10 / (10 + 2 * 4) = 5 / 9.
    assertThat(NGramCounts.discounts(new long[] {0, 10, 4, 2, 1}))
        .containsExactly(
            new double[] {
              0, 1 - 2 * 5 / 9.0 * 4 / 10, 2 - 3 * 5 / 9.0 * 2 / 4, 3 - 4 * 5 / 9.0 * 1 / 2
            },
            within(1e-15));
    assertThat(NGramCounts.discounts(new long[5])).containsExactly(0, 0.5, 1, 1.5);
  }

  @Test
  void bothWays_agreeWithCountingStrings() {
    for (int seed = 0; seed < 3; seed++) {
      int alphabet = 2 + 5 * seed;
      String text = skewed(new Random(seed), alphabet, 500);
      String other = skewed(new Random(seed + 100), alphabet, 100);
      CharVocab vocab = CharVocab.of(text + other + "XY"); // two that are never seen

      double[][] bits = new NGramCounts(vocab.encode(text)).crossEntropies(vocab.encode(other));

      Strings strings = new Strings(text, vocab.size());
      for (int n = 1; n <= ORDERS; n++) {
        double[] sums = new double[2];
        for (int i = 1; i < other.length(); i++) {
          String context = other.substring(Math.max(0, i - n + 1), i);
          sums[0] -= Math.log(strings.wittenBell(context, other.charAt(i)));
          sums[1] -= Math.log(strings.kneserNey(context, other.charAt(i), n, true));
        }
        for (int way = 0; way < 2; way++) {
          assertThat(bits[way][n])
              .as("n = %d, way %d, seed %d", n, way, seed)
              .isCloseTo(sums[way] / Math.log(2) / (other.length() - 1), within(1e-11));
        }
      }
    }
  }

  @Test
  void probabilitiesOfAllNextSymbols_sumToOne() {
    String text = skewed(new Random(5), 6, 3_000);
    CharVocab vocab = CharVocab.of(text + "XY");
    NGramCounts models = new NGramCounts(vocab.encode(text));
    for (String before : new String[] {"", "a", "ab", "abcab", "X", "bX", text}) {
      double[][] sums = new double[2][ORDERS + 1];
      for (int symbol = 0; symbol < vocab.size(); symbol++) {
        EncodedText longer = vocab.encode(before + vocab.decode(symbol));
        double[][] p = models.probabilities(longer);
        for (int n = 0; n <= ORDERS; n++) {
          sums[0][n] += p[0][n];
          sums[1][n] += p[1][n];
        }
      }
      for (int n = 0; n <= ORDERS; n++) {
        assertThat(sums[0][n]).as("n = %d after %s", n, before).isCloseTo(1, within(1e-12));
        assertThat(sums[1][n]).as("n = %d after %s", n, before).isCloseTo(1, within(1e-12));
      }
    }
  }

  /** The same by the formulas as they are written, with strings. */
  private static final class Strings {
    private final Map<String, Integer> times = new HashMap<>();
    private final Map<String, Set<Character>> before = new HashMap<>();
    private final Map<String, Set<Character>> after = new HashMap<>();
    private final int vocabSize;

    Strings(String text, int vocabSize) {
      this.vocabSize = vocabSize;
      for (int to = 1; to <= text.length(); to++) {
        for (int from = Math.max(0, to - ORDERS); from < to; from++) {
          String ngram = text.substring(from, to);
          times.merge(ngram, 1, Integer::sum);
          char last = ngram.charAt(ngram.length() - 1);
          String context = ngram.substring(0, ngram.length() - 1);
          after.computeIfAbsent(context, c -> new HashSet<>()).add(last);
          if (from > 0 && ngram.length() < ORDERS) {
            before.computeIfAbsent(ngram, c -> new HashSet<>()).add(text.charAt(from - 1));
          }
        }
      }
    }

    double wittenBell(String context, char symbol) {
      double lower = context.isEmpty() ? 1.0 / vocabSize : wittenBell(context.substring(1), symbol);
      Set<Character> types = after.getOrDefault(context, Set.of());
      double total = types.stream().mapToInt(c -> times.get(context + c)).sum();
      return types.isEmpty()
          ? lower
          : (times.getOrDefault(context + symbol, 0) + types.size() * lower)
              / (total + types.size());
    }

    private int count(String ngram, boolean own) {
      return own ? times.getOrDefault(ngram, 0) : before.getOrDefault(ngram, Set.of()).size();
    }

    double kneserNey(String context, char symbol, int order, boolean own) {
      double lower =
          context.isEmpty()
              ? 1.0 / vocabSize
              : kneserNey(context.substring(1), symbol, order, false);
      int n = context.length() + 1;
      boolean highest = own && n == order; // a context at the text's start is shorter than it may
      double total = 0;
      double taken = 0;
      double[] discounts = discounts(n, highest);
      for (char c : after.getOrDefault(context, Set.of())) {
        int count = count(context + c, highest);
        total += count;
        taken += discounts[Math.min(count, 3)];
      }
      int count = count(context + symbol, highest);
      return total == 0 ? lower : (count - discounts[Math.min(count, 3)] + taken * lower) / total;
    }

    private final Map<String, double[]> discounts = new HashMap<>();

    private double[] discounts(int n, boolean own) {
      return discounts.computeIfAbsent(
          n + " " + own,
          key -> {
            long[] counted = new long[5];
            for (String ngram : times.keySet()) {
              if (ngram.length() == n && count(ngram, own) <= 4) {
                counted[count(ngram, own)]++;
              }
            }
            return NGramCounts.discounts(counted);
          });
    }
  }

  /** Runs and repetitions, so that contexts of all lengths come again. */
  private static String skewed(Random random, int alphabet, int length) {
    StringBuilder text = new StringBuilder();
    while (text.length() < length) {
      int back = 1 + random.nextInt(12);
      if (random.nextInt(4) > 0 && text.length() > back) {
        text.append(text.charAt(text.length() - back));
      } else {
        text.append((char) ('a' + random.nextInt(alphabet)));
      }
    }
    return text.toString();
  }
}
