package io.github.charrnn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.github.charrnn.internal.Parameters;
import io.github.charrnn.internal.Window;
import io.github.charrnn.internal.Xoshiro256;
import java.util.Arrays;
import java.util.function.Consumer;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Backpropagation against two oracles: central finite differences and dual numbers. */
@Tag("kernels")
class GradientTest {
  private static final boolean LONG = Boolean.getBoolean("tests.long");

  /** Of all elements, but of a large tensor of 900, but for -Plong. */
  private static GradientCheck check(VanillaRnn model) {
    GradientCheck check = GradientCheck.of(model);
    return LONG ? check : check.elements(900);
  }

  @Test
  void everyParameter_atTheSizesOfTheRecipe_isWithinTolerance() {
    EncodedText text = Texts.harbour();
    VanillaRnn model = VanillaRnn.builder(text.vocab()).hiddenSize(100).seed(3).build();

    GradientCheck.Report report = check(model).sequenceLength(25).run(text);

    System.out.printf("m = 100, n = 25%s:%n", LONG ? ", every parameter" : "");
    for (GradientCheck.Tensor tensor : report.parameters()) {
      System.out.println("  " + tensor);
      assertThat(tensor.shareWithinTolerance()).as(tensor.name()).isEqualTo(1);
      assertThat(tensor.maxAbsoluteDifference()).as(tensor.name()).isLessThanOrEqualTo(1e-8);
      assertThat(tensor.relativeErrorOfNorms()).as(tensor.name()).isBetween(1e-14, 1e-5);
    }
    assertThat(report.parameters())
        .extracting(GradientCheck.Tensor::name)
        .containsExactly("U", "W", "V", "b", "c");
    assertThat(report.parameters().stream().mapToLong(GradientCheck.Tensor::elements).sum())
        .isEqualTo(LONG ? model.parameterCount() : 3 * 900L + 100 + text.vocab().size());
    assertThat(report.passed()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1, 2",
    "1, 2, 2",
    "1, 25, 2",
    "3, 1, 2",
    "3, 2, 300",
    "3, 25, 300",
    "7, 1, 300",
    "7, 2, 2",
    "7, 25, 300",
    "1, 25, 300",
    "16, 9, 17",
    "100, 25, 54"
  })
  void everyParameter_againstDualNumbers_isExact(int m, int n, int k) {
    assertExact(trainedALittle(m, k), n);
  }

  /** Large U, so that units are near 1 in size, and W that does not shrink what goes back. */
  @Test
  void everyParameter_ofAnOrthogonalModel_holdsAgainstBothOracles() {
    EncodedText text = Texts.harbour();
    VanillaRnn model =
        VanillaRnn.builder(text.vocab())
            .hiddenSize(20)
            .initializer(Initializer.orthogonal(0.9, 2.5, 0.3))
            .build();

    assertExact(model, 25);
    GradientCheck.Report report = GradientCheck.of(model).run(text);
    assertThat(report.passed()).as(report.toString()).isTrue();
  }

  /** At every place of a window, at nearly all of them, and at some. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4, 8, 16, 32, 64, 123, 0b0100100, 0b0110001})
  void documents_beginAnywhere(int places) {
    int n = 6;
    CharVocab vocab = CharVocab.of("\nabcdefghi");
    VanillaRnn model =
        VanillaRnn.builder(vocab)
            .documents(Documents.lines())
            .hiddenSize(5)
            .initializer(Initializer.orthogonal(1, 1.5, 0.5))
            .build();
    StringBuilder text = new StringBuilder("abcdefg");
    for (int i = 0; i <= n; i++) {
      if ((places >> i & 1) == 1) {
        text.setCharAt(i, '\n');
      }
    }
    EncodedText encoded = vocab.encode(text);

    Window window = Window.forTraining(n, 1, model.parameters());
    encoded.copy(0, window.symbols, 0, 1, n + 1);
    assertExact(model, window, n);
    GradientCheck.Report report = GradientCheck.of(model).sequenceLength(n).run(encoded);
    assertThat(report.passed()).as(report.toString()).isTrue();
  }

  private static void assertExact(VanillaRnn model, int n) {
    Window window = Window.forTraining(n, 1, model.parameters());
    randomText(model.vocab(), n + 1).copy(0, window.symbols, 0, 1, n + 1);
    assertExact(model, window, n);
  }

  /** From a state that is not zero. */
  private static void assertExact(VanillaRnn model, Window window, int n) {
    int m = model.hiddenSize();
    int k = model.vocab().size();
    Xoshiro256 random = new Xoshiro256(7);
    for (int j = 0; j < m; j++) {
      window.h[j] = 2 * random.nextDouble() - 1;
    }
    window.forward(n);
    window.backward();
    double[] start = java.util.Arrays.copyOf(window.h, m);
    DualNumbers oracle = new DualNumbers(model, start, window.symbols);

    Parameters g = window.gradient();
    assertExact("U", oracle, Parameters.transpose(k, m, g.u));
    assertExact("W", oracle, g.w);
    assertExact("V", oracle, g.v);
    assertExact("b", oracle, g.b);
    assertExact("c", oracle, g.c);
  }

  /**
   * No element is further off than 1e-12 of the tensor's largest; of a large one so many, but for
   * -Plong.
   */
  private static void assertExact(String name, DualNumbers oracle, double[] all) {
    int stride = LONG ? 1 : 1 + all.length / 600;
    double[] gradient = strided(all.length, stride, i -> all[i]);
    double[] expected = strided(all.length, stride, i -> oracle.derivative(name, i));
    double largest =
        IntStream.range(0, expected.length)
            .mapToDouble(i -> Math.abs(expected[i]))
            .max()
            .orElseThrow();
    assertThat(largest).as("largest element of d" + name).isPositive();
    for (int i = 0; i < gradient.length; i++) {
      double off = Math.abs(gradient[i] - expected[i]);
      if (!(off <= 1e-12 * largest)) {
        assertThat(gradient[i])
            .as("d%s[%d], off by %s, largest element %s", name, i * stride, off, largest)
            .isEqualTo(expected[i]);
      }
    }
  }

  private static double[] strided(int length, int stride, IntToDoubleFunction element) {
    return IntStream.range(0, (length + stride - 1) / stride)
        .parallel()
        .mapToDouble(i -> element.applyAsDouble(i * stride))
        .toArray();
  }

  @ParameterizedTest
  @CsvSource({"1, 1, 2", "3, 2, 300", "7, 25, 2", "7, 25, 300", "100, 3, 54"})
  void everyParameter_atOddSizes_isWithinTolerance(int m, int n, int k) {
    VanillaRnn model = trainedALittle(m, k);
    EncodedText text = randomText(model.vocab(), n + 1);

    GradientCheck.Report report = check(model).sequenceLength(n).run(text);

    assertThat(report.passed()).as(report.toString()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({"1, 5, 9", "2, 7, 30", "5, 25, 12", "9, 3, 100", "6, 25, 60"})
  void streamsSideBySide_haveTheSumOfTheirGradients(int streams, int n, int m) {
    int k = 40;
    VanillaRnn model = trainedALittle(m, k);
    EncodedText text = randomText(model.vocab(), streams * (n + 1));
    Window together = Window.forTraining(n, streams, model.parameters());
    Parameters sum = new Parameters(m, k);
    double lossSum = 0;
    Xoshiro256 random = new Xoshiro256(7);
    for (int s = 0; s < streams; s++) {
      Window alone = Window.forTraining(n, 1, model.parameters());
      text.copy((long) s * (n + 1), alone.symbols, 0, 1, n + 1);
      text.copy((long) s * (n + 1), together.symbols, s, streams, n + 1);
      for (int j = 0; j < m; j++) {
        alone.h[j] = 2 * random.nextDouble() - 1;
        together.h[s * m + j] = alone.h[j];
      }
      lossSum += alone.forward(n);
      alone.backward();
      add(sum, alone.gradient());
    }

    double loss = together.forward(n);
    together.backward();

    assertThat(loss).isCloseTo(lossSum, org.assertj.core.data.Percentage.withPercentage(1e-10));
    assertClose("U", together.gradient().u, sum.u);
    assertClose("W", together.gradient().w, sum.w);
    assertClose("V", together.gradient().v, sum.v);
    assertClose("b", together.gradient().b, sum.b);
    assertClose("c", together.gradient().c, sum.c);
  }

  private static void add(Parameters to, Parameters g) {
    java.util.Arrays.setAll(to.u, i -> to.u[i] + g.u[i]);
    java.util.Arrays.setAll(to.w, i -> to.w[i] + g.w[i]);
    java.util.Arrays.setAll(to.v, i -> to.v[i] + g.v[i]);
    java.util.Arrays.setAll(to.b, i -> to.b[i] + g.b[i]);
    java.util.Arrays.setAll(to.c, i -> to.c[i] + g.c[i]);
  }

  private static void assertClose(String name, double[] actual, double[] expected) {
    double largest = java.util.Arrays.stream(expected).map(Math::abs).max().orElseThrow();
    for (int i = 0; i < expected.length; i++) {
      assertThat(actual[i])
          .as("d%s[%d]", name, i)
          .isCloseTo(expected[i], org.assertj.core.data.Offset.offset(1e-12 * largest));
    }
  }

  @Test
  void wrongGradients_areCaught() {
    EncodedText text = Texts.harbour();
    VanillaRnn model = VanillaRnn.builder(text.vocab()).hiddenSize(20).seed(3).build();

    assertThat(checkAfter(model, text, g -> {}).passed()).isTrue();
    assertCaught("U", checkAfter(model, text, g -> g.u[20 * text.symbol(0)] += 2e-6));
    assertCaught("W", checkAfter(model, text, g -> g.w[7] *= 1.01));
    assertCaught("V", checkAfter(model, text, g -> g.v[100] = -g.v[100]));
    assertCaught("b", checkAfter(model, text, g -> g.b[19] = 0));
    assertCaught("c", checkAfter(model, text, g -> g.c[0] = Double.NaN));
  }

  @Test
  void gradientWithoutTheRecurrence_isCaught() {
    // The mistake that is easiest to make: every step for itself, nothing carried back through W.
    EncodedText text = Texts.harbour();
    VanillaRnn model = VanillaRnn.builder(text.vocab()).hiddenSize(20).seed(3).build();
    int n = 25;
    GradientCheck.Report report =
        checkAfter(
            model,
            text,
            g -> {
              Window window = Window.forTraining(n, 1, model.parameters());
              text.copy(0, window.symbols, 0, 1, n + 1);
              Xoshiro256 random = new Xoshiro256(1);
              for (int j = 0; j < 20; j++) {
                window.h[j] = random.nextDouble() - 0.5;
              }
              window.forward(n);
              Parameters cut = model.parameters().copy();
              java.util.Arrays.fill(cut.w, 0);
              window.load(cut);
              window.backward();
              g.set(window.gradient());
            });

    assertThat(report.passed()).isFalse();
    assertThat(report.parameters())
        .filteredOn(tensor -> tensor.shareWithinTolerance() < 1)
        .extracting(GradientCheck.Tensor::name)
        .containsExactly("U", "W", "b");
  }

  @Test
  void sample_comparesSoManyElementsOfEachTensor() {
    EncodedText text = Texts.harbour();
    VanillaRnn model = VanillaRnn.builder(text.vocab()).hiddenSize(30).build();

    GradientCheck.Report report = GradientCheck.of(model).elements(40).seed(5).run(text);

    assertThat(report.parameters())
        .extracting(GradientCheck.Tensor::elements)
        .containsExactly(40L, 40L, 40L, 30L, 40L);
    assertSame(report, GradientCheck.of(model).elements(40).seed(5).run(text));
    assertThat(report.parameters())
        .isNotEqualTo(GradientCheck.of(model).elements(40).seed(6).run(text).parameters());
    double[] compared = report.differences().w();
    assertThat(Arrays.stream(compared).filter(Double::isNaN).count())
        .as("all but 40 were not compared")
        .isEqualTo(30 * 30 - 40);
    double[] all = report.backpropagation().w();
    for (int i = 0; i < compared.length; i++) {
      if (!Double.isNaN(compared[i])) {
        assertThat(compared[i]).isCloseTo(all[i], within(1e-7));
      }
    }
  }

  @Test
  void anyNumberOfThreads_comesToTheSameReport() {
    EncodedText text = Texts.harbour();
    VanillaRnn model = VanillaRnn.builder(text.vocab()).hiddenSize(30).build();
    GradientCheck.Report alone = GradientCheck.of(model).threads(1).elements(150).run(text);
    for (int threads : new int[] {2, 3, 7}) {
      assertSame(GradientCheck.of(model).threads(threads).elements(150).run(text), alone);
    }
    assertSame(GradientCheck.of(model).elements(150).run(text), alone);
  }

  private static void assertSame(GradientCheck.Report one, GradientCheck.Report other) {
    assertThat(one.parameters()).isEqualTo(other.parameters());
    assertThat(one.state()).containsExactly(other.state());
    assertSame(one.backpropagation(), other.backpropagation());
    assertSame(one.differences(), other.differences());
  }

  private static void assertSame(Gradient one, Gradient other) {
    assertThat(one.loss()).isEqualTo(other.loss());
    assertThat(one.u()).containsExactly(other.u());
    assertThat(one.w()).containsExactly(other.w());
    assertThat(one.v()).containsExactly(other.v());
    assertThat(one.b()).containsExactly(other.b());
    assertThat(one.c()).containsExactly(other.c());
  }

  private static GradientCheck.Report checkAfter(
      VanillaRnn model, EncodedText text, Consumer<Parameters> change) {
    return GradientCheck.of(model).run(text, change);
  }

  private static void assertCaught(String name, GradientCheck.Report report) {
    assertThat(report.passed()).as(report.toString()).isFalse();
    assertThat(report.parameters())
        .filteredOn(tensor -> tensor.shareWithinTolerance() < 1)
        .extracting(GradientCheck.Tensor::name)
        .containsExactly(name);
  }

  /** A model whose parameters are not all small: a few steps of AdaGrad move them by 0.1 each. */
  private static VanillaRnn trainedALittle(int m, int k) {
    CharVocab vocab = CharVocab.of(IntStream.range(0, k).map(i -> 0x100 + i).toArray());
    VanillaRnn model = VanillaRnn.builder(vocab).hiddenSize(m).seed(k).build();
    return Trainer.of(model)
        .sequenceLength(5)
        .learningRate(0.05)
        .train(randomText(vocab, 200), 7)
        .last();
  }

  /** Symbols drawn with repetition from a quarter of the vocabulary, so that some come twice. */
  private static EncodedText randomText(CharVocab vocab, int length) {
    Xoshiro256 random = new Xoshiro256(99);
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < length; i++) {
      int symbol = (int) random.nextLong(Math.max(2, vocab.size() / 4));
      text.appendCodePoint(vocab.codePointOf(symbol));
    }
    return vocab.encode(text);
  }

  @Test
  void gradient_isThatOfTheStepThatTrainingTakes_fromAnyState() {
    EncodedText text = Texts.harbour();
    VanillaRnn model =
        Trainer.of(VanillaRnn.builder(text.vocab()).hiddenSize(9).build()).train(text, 20).last();
    double[] state = new double[9];
    Arrays.setAll(state, j -> (j - 4) / 10.0);
    EncodedText piece = text.part(100, 118);

    Gradient gradient = model.startingIn(state).gradient(piece);

    Window window = Window.forTraining(17, 1, model.parameters());
    piece.copy(0, window.symbols, 0, 1, 18);
    window.enter(state);
    assertThat(gradient.loss()).isEqualTo(window.forward(17));
    window.backward();
    assertThat(gradient.w()).containsExactly(window.gradient().w);
    assertThat(gradient.u())
        .containsExactly(Parameters.transpose(text.vocab().size(), 9, window.gradient().u));
    assertThat(gradient.loss())
        .isCloseTo(17 * model.startingIn(state).evaluate(piece).natsPerCharacter(), within(1e-12));
    assertThat(gradient.loss()).isNotCloseTo(model.fromZero().gradient(piece).loss(), within(1e-6));
    GradientCheck.Report report = GradientCheck.of(model).sequenceLength(17).run(piece);
    Gradient same = model.startingIn(report.state()).gradient(piece);
    assertSame(same, report.backpropagation());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> model.gradient(text.part(0, 1)))
        .withMessage("evaluation needs at least 2 characters, the text has 1");
  }
}
