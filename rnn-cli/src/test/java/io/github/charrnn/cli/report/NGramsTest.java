package io.github.charrnn.cli.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.charrnn.CharVocab;
import io.github.charrnn.EncodedText;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.Test;

/** N-gram models against arithmetic by hand and against counting strings. */
class NGramsTest {
  private static final int PLENTY = 1 << 20;
  private static final String SMALL = "abracadabra";

  private static NGrams fitted(CharVocab vocab, String text, String predicted) {
    return new NGrams(vocab.encode(text), vocab.encode(predicted), PLENTY);
  }

  /** The cross-entropies of a text, of models of another one. */
  private static double[] nats(CharVocab vocab, String text, String predicted) {
    return fitted(vocab, text, predicted).crossEntropies();
  }

  /** Of SMALL's models, the cross-entropies of a text. */
  private static double[] small(String text) {
    CharVocab vocab = CharVocab.of(SMALL);
    return nats(vocab, SMALL, text);
  }

  private static double nats(double... probabilities) {
    double sum = 0;
    for (double p : probabilities) {
      sum -= Math.log(p);
    }
    return sum / probabilities.length;
  }

  private static void assertNats(double[] actual, double... expected) {
    assertThat(actual).hasSize(NGrams.ORDERS + 1);
    for (int n = 0; n < expected.length; n++) {
      assertThat(actual[n]).as("n = %d", n).isCloseTo(expected[n], within(1e-13));
    }
  }

  @Test
  void probabilities_areThoseWorkedOutByHand() {
    // 11 symbols, 5 of them distinct: a 5 times, b 2, r 2, c 1, d 1. A fifth is p_0.
    double b = (2 + 5 / 5.0) / (11 + 5); // 3/16
    double a = (5 + 5 / 5.0) / (11 + 5); // 6/16
    double r = b;
    // a was followed by b, c, d, b: 4 times, 3 types. b was followed by r twice, 1 type.
    double bAfterA = (2 + 3 * b) / (4 + 3); // 41/112
    double rAfterB = (2 + 1 * r) / (2 + 1); // 35/48
    // ab was followed by r twice, 1 type.
    double rAfterAb = (2 + 1 * rAfterB) / (2 + 1); // 131/144
    // r was followed by a twice, br by a twice, abr by a twice.
    double aAfterR = (2 + 1 * a) / (2 + 1);
    double aAfterBr = (2 + 1 * aAfterR) / (2 + 1);
    double aAfterAbr = (2 + 1 * aAfterBr) / (2 + 1);

    assertThat(b).isEqualTo(3 / 16.0);
    assertThat(bAfterA).isCloseTo(41 / 112.0, within(1e-15));
    assertThat(rAfterB).isCloseTo(35 / 48.0, within(1e-15));
    assertThat(rAfterAb).isCloseTo(131 / 144.0, within(1e-15));
    assertNats(small("ab"), Math.log(5), nats(b), nats(bAfterA), nats(bAfterA));
    assertNats(small("br"), Math.log(5), nats(r), nats(rAfterB), nats(rAfterB));
    assertNats(
        small("abra"),
        Math.log(5),
        nats(b, r, a),
        nats(bAfterA, rAfterB, aAfterR),
        nats(bAfterA, rAfterAb, aAfterBr),
        nats(bAfterA, rAfterAb, aAfterAbr),
        nats(bAfterA, rAfterAb, aAfterAbr));
  }

  @Test
  void whatNeverFollowed_hasWhatTheShorterContextLeavesIt() {
    // c was followed once, by a: (0 + 1 * 3/16) / (1 + 1).
    assertNats(small("cb"), Math.log(5), nats(3 / 16.0), nats(3 / 32.0), nats(3 / 32.0));
    // a stood once after d; after da there was once b, after dab once r.
    double r = 3 / 16.0;
    double rAfterAb = (2 + (2 + r) / 3) / 3;
    double bAfterA = 41 / 112.0;
    double bAfterDa = (1 + bAfterA) / 2;
    double aAfterD = (1 + 6 / 16.0) / 2;
    assertNats(
        small("dabr"),
        Math.log(5),
        nats(6 / 16.0, r, r),
        nats(aAfterD, bAfterA, (2 + r) / 3),
        nats(aAfterD, bAfterDa, rAfterAb),
        nats(aAfterD, bAfterDa, (1 + rAfterAb) / 2));
  }

  @Test
  void aContextThatEndsTheText_isNoneThatWasFollowed() {
    CharVocab vocab = CharVocab.of("abc");
    // Each symbol once: (1 + 3/3) / (3 + 3). After b there was nothing.
    double[] nats = nats(vocab, "cab", "ba");

    assertNats(nats, Math.log(3), Math.log(3), Math.log(3), Math.log(3), Math.log(3), Math.log(3));
  }

  @Test
  void contexts_neverReachBackOverTheStart() {
    // Whatever stood before it, the text begins with its first symbol, which is given.
    CharVocab vocab = CharVocab.of(SMALL);
    EncodedText text = vocab.encode("abrac").part(1, 3); // br, of which r is predicted

    double[] nats = new NGrams(vocab.encode(SMALL), text, PLENTY).crossEntropies();

    assertThat(nats).isEqualTo(small("br"));
    assertThat(nats[3]).as("not r after ab").isEqualTo(nats[2]);
  }

  @Test
  void uniformAndUnigram_haveTheirClosedForms() {
    String text = english(7, 5_000);
    String other = english(8, 700);
    CharVocab vocab = CharVocab.of(text + other);
    double[] nats = nats(vocab, text, other);
    double types = text.chars().distinct().count();
    double sum = 0;
    for (int i = 1; i < other.length(); i++) {
      char symbol = other.charAt(i);
      double count = text.chars().filter(c -> c == symbol).count();
      sum -= Math.log((count + types / vocab.size()) / (text.length() + types));
    }

    assertThat(nats[0]).isCloseTo(Math.log(vocab.size()), within(1e-13));
    assertThat(nats[1]).isCloseTo(sum / (other.length() - 1), within(1e-12));
  }

  @Test
  void allOrders_agreeWithCountingStrings() {
    for (int alphabet : new int[] {2, 3, 7, 27}) {
      for (int seed = 0; seed < 5; seed++) {
        String text = skewed(new Random(seed), alphabet, 900);
        String other = skewed(new Random(seed + 100), alphabet, 300);
        CharVocab vocab = CharVocab.of(text + other + "XY"); // two that are never seen

        double[] nats = nats(vocab, text, other);

        assertClose(nats, naive(text, other, vocab.size()), "seed " + seed + ", " + alphabet);
      }
    }
    String text = english(1, 12_000); // so that tables grow a few times
    String other = english(2, 2_000);
    CharVocab vocab = CharVocab.of(text + other);
    assertClose(nats(vocab, text, other), naive(text, other, vocab.size()), "english");
  }

  @Test
  void theLargestVocabulary_hasKeysForAllItsSymbols() {
    int[] codePoints = new int[CharVocab.MAX_SIZE];
    for (int i = 0; i < codePoints.length; i++) {
      codePoints[i] = 0x10000 + i;
    }
    CharVocab vocab = CharVocab.of(codePoints);
    Random random = new Random(3);
    StringBuilder text = new StringBuilder();
    StringBuilder sameInChars = new StringBuilder(); // for the naive one, which counts chars
    for (int i = 0; i < 3_000; i++) {
      int symbol = random.nextInt(5);
      text.appendCodePoint(codePoints[new int[] {0, 1, 255, 256, 65_535}[symbol]]);
      sameInChars.append((char) ('a' + symbol));
    }
    EncodedText encoded = vocab.encode(text);

    double[] nats =
        new NGrams(encoded.part(0, 2_500), encoded.part(2_500, 3_000), PLENTY).crossEntropies();

    assertClose(
        nats,
        naive(sameInChars.substring(0, 2_500), sameInChars.substring(2_500), vocab.size()),
        "largest vocabulary");
  }

  @Test
  void probabilitiesOfAllNextSymbols_sumToOne() {
    String text = skewed(new Random(5), 6, 400);
    CharVocab vocab = CharVocab.of(text + "XY");
    for (String before : new String[] {"a", "ab", "abcab", "X", "bX", "aaaaaaaa", text}) {
      double[] sums = new double[NGrams.ORDERS + 1];
      double[] nats =
          before.length() > 1 ? nats(vocab, text, before) : new double[NGrams.ORDERS + 1];
      for (int symbol = 0; symbol < vocab.size(); symbol++) {
        String longer = before + vocab.decode(symbol);
        double[] with = nats(vocab, text, longer);
        for (int n = 0; n < sums.length; n++) {
          // What the last symbol adds to the sum of all.
          sums[n] += Math.exp(nats[n] * (before.length() - 1) - with[n] * before.length());
        }
      }
      for (int n = 0; n < sums.length; n++) {
        assertThat(sums[n]).as("n = %d after %s", n, before).isCloseTo(1, within(1e-10));
      }
    }
  }

  @Test
  void aTextThatIsCutOff_isCountedUpToThere() {
    String text = skewed(new Random(3), 27, 20_000);
    CharVocab vocab = CharVocab.of(text);
    EncodedText encoded = vocab.encode(text);
    EncodedText other = encoded.part(15_000, 20_000);

    NGrams cut = new NGrams(encoded, other, 8_000);

    assertThat(new NGrams(encoded, other, PLENTY).fitted()).isEqualTo(20_000);
    assertThat(cut.fitted()).isBetween(250L, 15_000L); // as many nodes a symbol as orders, at most
    assertThat(cut.crossEntropies())
        .isEqualTo(new NGrams(encoded.part(0, cut.fitted()), other, 8_000).crossEntropies());
    double[] all =
        naive(text.substring(0, (int) cut.fitted()), text.substring(15_000), vocab.size());
    assertThat(cut.crossEntropies().length)
        .as("no room for the longest")
        .isBetween(3, all.length - 1);
    assertClose(cut.crossEntropies(), Arrays.copyOf(all, cut.crossEntropies().length), "cut off");
  }

  @Test
  void contextsThatAreNotAskedFor_takeNoRoom() {
    String text = english(3, 15_000);
    CharVocab vocab = CharVocab.of(text);

    NGrams few = new NGrams(vocab.encode(text), vocab.encode("the harbour"), 2_000);

    assertThat(few.fitted()).isEqualTo(15_000);
    assertClose(few.crossEntropies(), naive(text, "the harbour", vocab.size()), "few");
  }

  @Test
  void modelsThatGoOnCounting_areThoseOfAllBefore() {
    for (int alphabet : new int[] {2, 5, 27}) {
      String text = skewed(new Random(alphabet), alphabet, 400);
      String other = skewed(new Random(alphabet + 50), alphabet, 90);
      CharVocab vocab = CharVocab.of(text + other + "XY");

      NGrams models = fitted(vocab, text, other);
      double[] without = models.crossEntropies();
      double[] counting = models.crossEntropiesWhileCounting();

      assertClose(counting, naive(text, other, vocab.size(), true), "alphabet " + alphabet);
      assertThat(counting[3]).isNotEqualTo(without[3]);
    }
  }

  @Test
  void aTextOfNothing_leavesAllModelsUniform() {
    CharVocab vocab = CharVocab.of("abc");
    for (NGrams none :
        new NGrams[] {
          fitted(vocab, "", "abca"), new NGrams(vocab.encode("abc"), vocab.encode("abca"), 1)
        }) {
      assertThat(none.fitted()).isZero();
      for (double nats : none.crossEntropies()) {
        assertThat(nats).isCloseTo(Math.log(3), within(1e-15));
      }
    }
  }

  private static void assertClose(double[] actual, double[] expected, String what) {
    for (int n = 0; n < expected.length; n++) {
      assertThat(actual[n]).as("n = %d, %s", n, what).isCloseTo(expected[n], within(1e-12));
    }
  }

  private static double[] naive(String text, String other, int vocabSize) {
    return naive(text, other, vocabSize, false);
  }

  /** The same models by strings: what stood after every context, and how often. */
  private static double[] naive(String text, String other, int vocabSize, boolean counting) {
    Map<String, Integer> times = new HashMap<>(); // of context and symbol together
    Map<String, Integer> followed = new HashMap<>();
    Map<String, Set<Character>> types = new HashMap<>();
    IntConsumer[] count = new IntConsumer[2];
    for (int which = 0; which < 2; which++) {
      String from = which == 0 ? text : other;
      count[which] =
          i -> {
            for (int length = 0; length < NGrams.ORDERS && length <= i; length++) {
              String context = from.substring(i - length, i);
              times.merge(context + from.charAt(i), 1, Integer::sum);
              followed.merge(context, 1, Integer::sum);
              types.computeIfAbsent(context, c -> new HashSet<>()).add(from.charAt(i));
            }
          };
    }
    for (int i = 0; i < text.length(); i++) {
      count[0].accept(i);
    }
    if (counting) {
      count[1].accept(0);
    }
    double[] nats = new double[NGrams.ORDERS + 1];
    for (int i = 1; i < other.length(); i++) {
      double p = 1.0 / vocabSize;
      nats[0] -= Math.log(p);
      for (int n = 1; n <= NGrams.ORDERS; n++) {
        if (n - 1 <= i) {
          String context = other.substring(i - n + 1, i);
          if (followed.containsKey(context)) {
            double c = times.getOrDefault(context + other.charAt(i), 0);
            double t = types.getOrDefault(context, Set.of()).size();
            p = (c + t * p) / (followed.getOrDefault(context, 0) + t);
          }
        }
        nats[n] -= Math.log(p);
      }
      if (counting) {
        count[1].accept(i);
      }
    }
    for (int n = 0; n < nats.length; n++) {
      nats[n] /= other.length() - 1;
    }
    return nats;
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

  /** Words, the first ones more often. */
  private static String english(int seed, int length) {
    String[] words = {
      "the", "of", "harbour", "and", "rain", "a", "to", "window", "lamp", "was", "in", "keeper",
      "it", "boat", "salt", "nobody", "winter", "said", "rope", "quay", "ledger", "x-ray", "vivid"
    };
    Random random = new Random(seed);
    StringBuilder text = new StringBuilder();
    while (text.length() < length) {
      double place = random.nextDouble() * random.nextDouble() * words.length;
      text.append(words[(int) place]).append(random.nextInt(9) == 0 ? ".\n" : " ");
    }
    return text.substring(0, length);
  }
}
