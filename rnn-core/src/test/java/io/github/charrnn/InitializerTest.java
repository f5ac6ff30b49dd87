package io.github.charrnn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InitializerTest {
  private static VanillaRnn model(int hiddenSize, int symbols, Initializer initializer) {
    CharVocab vocab = CharVocab.of(IntStream.range(0, symbols).map(i -> 0x100 + i).toArray());
    return VanillaRnn.builder(vocab)
        .hiddenSize(hiddenSize)
        .seed(5)
        .initializer(initializer)
        .build();
  }

  /** Both the columns and the rows: a square matrix. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7, 8, 33, 100, 257})
  void orthogonal_timesItsTranspose_isTheSquareOfTheGain(int m) {
    double[] w = model(m, 2, Initializer.orthogonal(0.7, 2, 0.1)).w();
    double worst = 0;
    for (int i = 0; i < m; i++) {
      for (int j = 0; j <= i; j++) {
        double columns = 0;
        double rows = 0;
        for (int r = 0; r < m; r++) {
          columns += w[r * m + i] * w[r * m + j];
          rows += w[i * m + r] * w[j * m + r];
        }
        double expected = i == j ? 0.7 * 0.7 : 0;
        worst = Math.max(worst, Math.abs(columns - expected));
        worst = Math.max(worst, Math.abs(rows - expected));
      }
    }
    assertThat(worst).isLessThan(1e-12);
  }

  /**
   * As likely as any other: the first element of a 1 x 1 matrix is 1 or -1, and the determinant of
   * a 2 x 2 one, each as often.
   */
  @Test
  void orthogonal_hasNoDirectionOfItsOwn() {
    int positive = 0;
    int rotations = 0;
    double first = 0;
    int seeds = 400;
    for (int seed = 0; seed < seeds; seed++) {
      VanillaRnn.Builder builder =
          VanillaRnn.builder(CharVocab.of("ab"))
              .seed(seed)
              .initializer(Initializer.orthogonal(1, 0, 0));
      double single = builder.hiddenSize(1).build().w()[0];
      assertThat(Math.abs(single)).isCloseTo(1, within(1e-15));
      positive += single > 0 ? 1 : 0;
      double[] w = builder.hiddenSize(2).build().w();
      rotations += w[0] * w[3] - w[1] * w[2] > 0 ? 1 : 0;
      first += w[0] * w[0];
    }
    double deviation = Math.sqrt(seeds) / 2;
    assertThat((double) positive).isCloseTo(seeds / 2.0, within(4 * deviation));
    assertThat((double) rotations).isCloseTo(seeds / 2.0, within(4 * deviation));
    assertThat(first / seeds).isCloseTo(0.5, within(4 * 0.36 / Math.sqrt(seeds)));
  }

  @Test
  void identity_isTheGainOnTheDiagonal() {
    double[] w = model(7, 3, Initializer.identity(0.5, 2, 0.1)).w();
    for (int i = 0; i < 7; i++) {
      for (int j = 0; j < 7; j++) {
        assertThat(w[i * 7 + j]).isEqualTo(i == j ? 0.5 : 0);
      }
    }
  }

  /** Means within 4 and deviations within 4 of their standard errors. */
  private static void assertNormal(double[] x, double deviation) {
    double mean = Arrays.stream(x).average().orElseThrow();
    double square = Arrays.stream(x).map(y -> y * y).average().orElseThrow();
    assertThat(mean).isCloseTo(0, within(4 * deviation / Math.sqrt(x.length)));
    assertThat(Math.sqrt(square) / deviation).isCloseTo(1, within(4 / Math.sqrt(2.0 * x.length)));
  }

  @Test
  void inputsAndOutputs_haveTheirDeviations() {
    for (Initializer initializer :
        new Initializer[] {
          Initializer.orthogonal(0.7, 2.5, 0.05), Initializer.identity(1, 2.5, 0.05)
        }) {
      VanillaRnn model = model(50, 90, initializer);
      assertNormal(model.u(), 2.5);
      assertNormal(model.v(), 0.05);
      assertThat(model.b()).containsOnly(0);
      assertThat(model.c()).containsOnly(0);
    }
  }

  @Test
  void glorot_goesByTheShapes() {
    VanillaRnn model = model(50, 78, Initializer.glorot());

    assertNormal(model.u(), 0.125); // 2 / 128 = 1 / 64
    assertNormal(model.v(), 0.125);
    assertNormal(model.w(), Math.sqrt(0.02)); // 2 / 100
  }

  /** U does not depend on how W is drawn, nor on its own deviation but for the scale. */
  @Test
  void theOrder_isUThenWThenV() {
    double[] u = model(5, 9, Initializer.normal(1)).u();
    assertThat(model(5, 9, Initializer.orthogonal(1, 1, 1)).u()).isEqualTo(u);
    assertThat(model(5, 9, Initializer.identity(1, 1, 1)).u()).isEqualTo(u);
    assertThat(model(5, 9, Initializer.orthogonal(1, 4, 1)).u())
        .isEqualTo(Arrays.stream(u).map(x -> 4 * x).toArray());
    double[] v = model(5, 9, Initializer.normal(1)).v();
    assertThat(model(5, 9, Initializer.orthogonal(3, 1, 1)).v()).isEqualTo(v);
  }

  @Test
  void numbers_areInTheirRanges() {
    for (double gain : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
      String words = "gain is " + gain + ", must be above 0 and finite";
      assertThatIllegalArgumentException()
          .isThrownBy(() -> Initializer.orthogonal(gain, 1, 1))
          .withMessage(words);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> Initializer.identity(gain, 1, 1))
          .withMessage(words);
    }
    for (double deviation : new double[] {-1, Double.NaN, Double.POSITIVE_INFINITY}) {
      String words = "Deviation is " + deviation + ", must be at least 0 and finite";
      assertThatIllegalArgumentException()
          .isThrownBy(() -> Initializer.orthogonal(1, deviation, 1))
          .withMessage("input" + words);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> Initializer.identity(1, 1, deviation))
          .withMessage("output" + words);
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Initializer.named("xavier"))
        .withMessage("initializer is xavier, must be normal, glorot, orthogonal or identity");
    for (String name : Initializer.names()) {
      assertThat(Initializer.named(name).name()).isEqualTo(name);
    }
  }
}
