package io.github.charrnn.cli.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.charrnn.CharVocab;
import io.github.charrnn.EncodedText;
import io.github.charrnn.HeldOutLoss;
import io.github.charrnn.Trainer;
import io.github.charrnn.TrainingResult;
import io.github.charrnn.VanillaRnn;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * A text from a source whose entropy is known: no model can do better, and a good one comes close.
 */
class MarkovTest {
  private static final double[][] TRANSITIONS = {
    {0.70, 0.20, 0.05, 0.05},
    {0.10, 0.10, 0.70, 0.10},
    {0.25, 0.25, 0.10, 0.40},
    {0.05, 0.50, 0.05, 0.40},
  };
  private static final int LENGTH = 60_000;
  private static final int HELD_OUT = LENGTH / 10;
  private static final int BLOCK = 100;

  private final CharVocab vocab = CharVocab.of("abcd");
  private final EncodedText all = vocab.encode(generated());
  private final EncodedText text = all.part(0, LENGTH - HELD_OUT);
  private final EncodedText heldOut = all.part(LENGTH - HELD_OUT, LENGTH);

  private static String generated() {
    Random random = new Random(20_240_229);
    StringBuilder text = new StringBuilder();
    int symbol = 0;
    for (int i = 0; i < LENGTH; i++) {
      text.append((char) ('a' + symbol));
      double left = random.nextDouble();
      int next = 0;
      while (next < 3 && left >= TRANSITIONS[symbol][next]) {
        left -= TRANSITIONS[symbol][next];
        next++;
      }
      symbol = next;
    }
    return text.toString();
  }

  /**
   * The stationary distribution, up to a factor: that of a state is the sum over the trees that
   * lead to it (the Markov chain tree theorem), which is a cofactor of I - P.
   */
  private static double[] stationary() {
    double[] pi = new double[4];
    double sum = 0;
    for (int skip = 0; skip < 4; skip++) {
      double[][] a = new double[3][3];
      for (int i = 0, row = 0; i < 4; i++) {
        if (i != skip) {
          for (int j = 0, column = 0; j < 4; j++) {
            if (j != skip) {
              a[row][column++] = (i == j ? 1 : 0) - TRANSITIONS[i][j];
            }
          }
          row++;
        }
      }
      pi[skip] =
          a[0][0] * (a[1][1] * a[2][2] - a[1][2] * a[2][1])
              - a[0][1] * (a[1][0] * a[2][2] - a[1][2] * a[2][0])
              + a[0][2] * (a[1][0] * a[2][1] - a[1][1] * a[2][0]);
      sum += pi[skip];
    }
    for (int i = 0; i < 4; i++) {
      pi[i] /= sum;
    }
    return pi;
  }

  /** The mean over states of the entropy of what follows, in nats. */
  private static double entropyRate() {
    double[] pi = stationary();
    double rate = 0;
    for (int i = 0; i < 4; i++) {
      for (double p : TRANSITIONS[i]) {
        rate -= pi[i] * p * Math.log(p);
      }
    }
    return rate;
  }

  /** What the source itself would have given each held-out symbol, in nats. */
  private double[] surprisalsOfTheSource() {
    double[] nats = new double[HELD_OUT - 1];
    for (int i = 0; i < nats.length; i++) {
      nats[i] = -Math.log(TRANSITIONS[heldOut.symbol(i)][heldOut.symbol(i + 1)]);
    }
    return nats;
  }

  private static double mean(double[] values) {
    double sum = 0;
    for (double value : values) {
      sum += value;
    }
    return sum / values.length;
  }

  /**
   * Of the mean of what the source gives. Surprisals that stand close together are not independent,
   * because their expectation depends on the state before; means of blocks are, nearly.
   */
  private static double standardError(double[] nats) {
    int blocks = nats.length / BLOCK;
    double mean = mean(nats);
    double squares = 0;
    for (int block = 0; block < blocks; block++) {
      double sum = 0;
      for (int i = 0; i < BLOCK; i++) {
        sum += nats[block * BLOCK + i];
      }
      squares += Math.pow(sum / BLOCK - mean, 2);
    }
    return Math.sqrt(squares / (blocks - 1) / blocks);
  }

  @Test
  void theEntropyRate_isThatOfTheSourceAndOfItsText() {
    double[] pi = stationary();
    for (int j = 0; j < 4; j++) {
      double after = 0;
      for (int i = 0; i < 4; i++) {
        after += pi[i] * TRANSITIONS[i][j];
      }
      assertThat(after).as("one step changes nothing").isCloseTo(pi[j], within(1e-14));
    }
    double[] nats = surprisalsOfTheSource();

    assertThat(standardError(nats)).isBetween(0.002, 0.02);
    assertThat(mean(nats)).isCloseTo(entropyRate(), within(4 * standardError(nats)));
  }

  /*
   * The expected surprisal under another model is the entropy rate plus a relative entropy, which is
   * never negative (Gibbs). So on a text that it has not seen, no model's loss is below the entropy
   * rate but by chance, and chance is what the source's own loss shows, too: its mean over the same
   * symbols strays from the entropy rate with the standard error computed here. On the text that was
   * trained on this does not hold, and a held-out text that leaked into training would be found out
   * by it; so would a loss that forgets symbols or divides by too many.
   */
  @Test
  void theHeldOutLoss_approachesTheEntropyRateAndStaysAboveIt() {
    double rate = entropyRate();
    double[] source = surprisalsOfTheSource();
    double chance = 4 * standardError(source);

    TrainingResult result =
        Trainer.of(VanillaRnn.builder(vocab).hiddenSize(12).seed(5).build())
            .validation(heldOut, 250)
            .train(text, 8_000);

    assertThat(result.heldOutLosses()).hasSize(33);
    assertThat(result.heldOutLosses().get(0).natsPerCharacter())
        .as("an untrained network guesses")
        .isCloseTo(Math.log(4), within(1e-3));
    for (HeldOutLoss point : result.heldOutLosses()) {
      assertThat(point.natsPerCharacter())
          .as("step %d", point.step())
          .isGreaterThan(rate - chance)
          .isGreaterThan(mean(source) - chance);
    }
    double best = result.bestHeldOutLoss().orElseThrow().natsPerCharacter();
    double last = result.heldOutLosses().get(32).natsPerCharacter();
    assertThat(best).isCloseTo(rate, within(0.03)).isCloseTo(mean(source), within(0.03));
    assertThat(last).isCloseTo(rate, within(0.03)).isCloseTo(mean(source), within(0.03));
  }

  @Test
  void modelsThatCount_areAsGoodAsTheirOrder() {
    double[] source = surprisalsOfTheSource();
    double chance = 4 * standardError(source);
    double[] pi = stationary();
    double entropy = 0; // of a symbol of which nothing before is known
    for (double p : pi) {
      entropy -= p * Math.log(p);
    }

    double[] nats = new NGrams(text, heldOut, 1 << 22).crossEntropies();

    assertThat(nats[0]).isCloseTo(Math.log(4), within(1e-12));
    assertThat(nats[1]).isCloseTo(entropy, within(0.02)).isGreaterThan(entropyRate() + 0.1);
    assertThat(nats[2]).isCloseTo(entropyRate(), within(0.03));
    for (int n = 2; n <= 5; n++) { // longer contexts are too rare to be counted well
      assertThat(nats[n])
          .as("%d-gram", n)
          .isCloseTo(mean(source), within(0.03))
          .isGreaterThan(entropyRate() - chance);
    }
    assertThat(nats[2]).as("nearly all there is to know").isCloseTo(mean(source), within(2e-3));
  }
}
