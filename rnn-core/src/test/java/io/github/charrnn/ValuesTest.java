package io.github.charrnn;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What is equal, what it looks like in a log, and that records refuse what is no number. */
@Tag("once")
class ValuesTest {
  private static final String ALPHABET = "abcdefghij\n";
  private static final CharVocab VOCAB = CharVocab.of(ALPHABET);

  /** Made anew by every call; each is different from all others. */
  private static List<Object> values() {
    Recipe recipe = Recipe.course();
    Optional<Validation> validation = Optional.of(new Validation(10, 1, 5));
    EncodedText text = VOCAB.encode(ALPHABET.repeat(1_000));
    LossHistory.Recorder recorder = new LossHistory.Recorder();
    LossHistory none = recorder.snapshot();
    recorder.add(2, 3);
    LossHistory one = recorder.snapshot();
    List<Object> values =
        new ArrayList<>(
            List.of(
                VOCAB.and(CharVocab.of("ab")),
                CharVocab.of("ab"),
                text,
                text.part(0, 10_999),
                VOCAB.encode(ALPHABET.repeat(999) + "abcdefghijj"),
                text.in(CharVocab.of(ALPHABET + "k")),
                Documents.lines(),
                Documents.files(),
                Documents.delimitedBy(";"),
                Evaluation.of(9, 1.5),
                Evaluation.of(8, 1.5),
                Evaluation.of(9, Double.NaN),
                HeldOut.tail(text, 100),
                HeldOut.tail(text, 101),
                HeldOutLoss.of(9, 1.5),
                HeldOutLoss.of(8, 1.5),
                HeldOutLoss.of(9, 1.25),
                none,
                one));
    values.addAll(
        List.of(
            Sample.of(0, Double.NaN, "ab"),
            Sample.of(0, Double.NaN, "abc"),
            Sample.of(1, 2, "ab"),
            Sample.of(1, 3, "ab"),
            new Validation(10, 1, 5),
            new Validation(11, 1, 5),
            new Validation(10, 2, 5),
            new Validation(10, 1, 6),
            UnknownSymbols.fail(),
            UnknownSymbols.skip(),
            UnknownSymbols.replaceWith('a'),
            UnknownSymbols.replaceWith('b')));
    values.addAll(
        List.of(
            recipe,
            recipe.withSequenceLength(26),
            recipe.withBatchSize(2),
            recipe.withResetEvery(3),
            recipe.withOptimizer(Optimizer.sgd()),
            recipe.withClip(Clip.norm(5)),
            recipe.withLearningRate(LearningRate.constant(0.2))));
    LearningRate rate = LearningRate.linear(0.2, 0.1, 50);
    values.addAll(
        List.of(
            rate,
            rate.withWarmUp(3),
            rate.withEnd(0.1, 51),
            rate.withEnd(0.05, 50),
            LearningRate.cosine(0.2, 0.1, 50),
            LearningRate.linear(0.3, 0.1, 50)));
    Initializer normal = Initializer.normal(0.1);
    values.addAll(
        List.of(
            new Plan("a", 2, normal, recipe, 3, 4, 5, 6),
            new Plan("b", 2, normal, recipe, 3, 4, 5, 6),
            new Plan("a", 9, normal, recipe, 3, 4, 5, 6),
            new Plan("a", 2, Initializer.glorot(), recipe, 3, 4, 5, 6),
            new Plan("a", 2, normal, recipe.withBatchSize(2), 3, 4, 5, 6),
            new Plan("a", 2, normal, recipe, 9, 4, 5, 6),
            new Plan("a", 2, normal, recipe, 3, 9, 5, 6),
            new Plan("a", 2, normal, recipe, 3, 4, 9, 6),
            new Plan("a", 2, normal, recipe, 3, 4, 5, 9)));
    values.addAll(
        List.of(
            new TrainingSummary(recipe, 1, 2, validation, BestBy.LAST, 3, 4, 5),
            new TrainingSummary(recipe.withBatchSize(2), 1, 2, validation, BestBy.LAST, 3, 4, 5),
            new TrainingSummary(recipe, 9, 2, validation, BestBy.LAST, 3, 4, 5),
            new TrainingSummary(recipe, 1, 9, validation, BestBy.LAST, 3, 4, 5),
            new TrainingSummary(recipe, 1, 2, Optional.empty(), BestBy.LAST, 3, 4, 5),
            new TrainingSummary(recipe, 1, 2, validation, BestBy.SMOOTH, 3, 4, 5),
            new TrainingSummary(recipe, 1, 2, validation, BestBy.LAST, 9, 4, 5),
            new TrainingSummary(recipe, 1, 2, validation, BestBy.LAST, 3, 9, 5),
            new TrainingSummary(recipe, 1, 2, validation, BestBy.LAST, 3, 4, 9)));
    VanillaRnn model = VanillaRnn.builder(VOCAB).hiddenSize(3).build();
    values.addAll(Predictor.of(model).read("ab").top(3));
    values.addAll(GradientCheck.of(model).sequenceLength(5).run(text).parameters());
    return values;
  }

  @Test
  void values_areEqual_ifAllThatTheyHaveIs() {
    List<Object> values = values();
    List<Object> again = values();
    assertThat(again).hasSameSizeAs(values);
    for (int i = 0; i < values.size(); i++) {
      Object value = values.get(i);
      assertThat(value.hashCode()).as("%s", value).isEqualTo(again.get(i).hashCode());
      assertThat(value).isNotEqualTo("another type").isNotEqualTo(null);
      for (int j = 0; j < values.size(); j++) {
        assertThat(value.equals(again.get(j)))
            .as("%s and %s", value, again.get(j))
            .isEqualTo(i == j);
      }
    }
  }

  @Test
  void everyPublicType_thatDefinesEquality_isAmongThem() throws ReflectiveOperationException {
    List<Class<?>> compared = new ArrayList<>();
    for (Class<?> type : PublicTypes.all()) {
      boolean isJavas = type.isRecord() || type.isEnum() || type.isInterface();
      if (!isJavas && type.getMethod("equals", Object.class).getDeclaringClass() == type) {
        compared.add(type);
      }
    }
    assertThat(values()).extracting(value -> (Object) value.getClass()).containsAll(compared);
    assertThat(compared).hasSizeGreaterThan(10);
  }

  @Test
  void aTextOfParts_equalsTheSameText_andHasItsHash() {
    EncodedText whole = VOCAB.encode("abcabcabcd".repeat(1_000));
    EncodedText joined =
        EncodedText.join(
            List.of(whole.part(0, 3), whole.part(3, 5_003), whole.part(5_003, 10_000)));
    assertThat(joined).isEqualTo(whole).hasSameHashCodeAs(whole);
    assertThat(whole.part(0, 0)).isEqualTo(VOCAB.encode("")).hasSameHashCodeAs(VOCAB.encode(""));
  }

  @Test
  void models_areEqualToThemselvesAlone_andTellTheirParametersApart() {
    VanillaRnn model = VanillaRnn.builder(VOCAB).hiddenSize(3).build();
    VanillaRnn same = VanillaRnn.builder(VOCAB).hiddenSize(3).build();
    assertThat(model).isNotEqualTo(same);
    assertThat(model.fingerprint()).isEqualTo(same.fingerprint());
  }

  @Test
  void strings_sayWhatItIs_andAreShort() {
    String much = ALPHABET.repeat(10_000);
    EncodedText text = VOCAB.encode(much);
    VanillaRnn model = VanillaRnn.builder(VOCAB).hiddenSize(30).build();
    Trainer trainer = Trainer.of(model).samples(1, 1_000).bestBy(BestBy.LAST);
    TrainingResult result = trainer.train(text.part(0, 1_000), 3);
    assertThat(VOCAB).hasToString("CharVocab of 11 symbols");
    assertThat(text).hasToString("EncodedText of 110000 characters");
    assertThat(model).hasToString("VanillaRnn of 30 hidden units and 11 symbols");
    assertThat(result).hasToString("TrainingResult of 3 steps, the best model at step 3");
    assertThat(result.history()).hasToString("LossHistory of 3 steps in 3 points");
    assertThat(trainer.start(text)).hasToString("Training at step 0");
    assertThat(HeldOut.spread(text, 2_000, 20))
        .hasToString("HeldOut of 2000 characters in 20 pieces");
    assertThat(Evaluation.of(3, 1.5)).hasToString("Evaluation[characters=3, natsPerCharacter=1.5]");
    assertThat(model.gradient(text.part(0, 9)).toString())
        .startsWith("Gradient of 30 hidden units and 11 symbols at a loss of ");
    assertThat(Sample.of(7, 2.5, "abc")).hasToString("Sample[step=7, smoothLoss=2.5, text=abc]");
    assertThat(Sample.of(7, 2.5, much).toString()).hasSizeLessThan(150);
    assertThat(Documents.delimitedBy(";\n")).hasToString("documents with the delimiter \";\\n\"");
    assertThat(Recipe.course())
        .hasToString(
            "Recipe[sequenceLength=25, batchSize=1, resetEvery=0, shards=1, localSteps=1,"
                + " optimizer=adagrad, learningRate=0.1, clip=5.0]");
    for (Object value : values()) {
      assertThat(value.toString()).hasSizeLessThan(500).doesNotContain("@");
    }
  }

  @Test
  void records_refuseWhatIsNoNumber() throws ReflectiveOperationException {
    List<String> tried = new ArrayList<>();
    for (Class<?> type : PublicTypes.all()) {
      if (type.isRecord()) {
        RecordComponent[] components = type.getRecordComponents();
        Class<?>[] types =
            Arrays.stream(components).map(RecordComponent::getType).toArray(Class[]::new);
        Constructor<?> constructor = type.getConstructor(types);
        for (int i = 0; i < components.length; i++) {
          assertThat(types[i]).as(type + ": what could be wrong with it?").isEqualTo(double.class);
          Object[] arguments = new Object[components.length];
          Arrays.fill(arguments, 0.5);
          arguments[i] = Double.NaN;
          assertThat(thrownBy(constructor, arguments))
              .isInstanceOf(IllegalArgumentException.class)
              .hasMessageMatching("[a-zA-Z12]+ is NaN, must be (above|at least) 0.*");
          tried.add(components[i].toString());
        }
      }
    }
    assertThat(tried).hasSizeGreaterThan(10);
  }

  private static Throwable thrownBy(Constructor<?> constructor, Object... arguments)
      throws ReflectiveOperationException {
    try {
      return new AssertionError(constructor.newInstance(arguments));
    } catch (InvocationTargetException e) {
      return e.getTargetException();
    }
  }

  @Test
  void numbersThatMakeNoSense_areRefused() {
    assertThat(List.of(refused(() -> Evaluation.of(0, 1)), refused(() -> Evaluation.of(1, -1))))
        .containsExactly(
            "characters is 0, must be at least 1",
            "natsPerCharacter is -1.0, must be NaN or at least 0");
    assertThat(
            List.of(
                refused(() -> HeldOutLoss.of(-1, 1)), refused(() -> HeldOutLoss.of(1, Double.NaN))))
        .containsExactly(
            "step is -1, must be at least 0",
            "natsPerCharacter is NaN, must be at least 0 and finite");
    assertThat(List.of(refused(() -> Sample.of(-1, 1, "")), refused(() -> Sample.of(1, -0.5, ""))))
        .containsExactly(
            "step is -1, must be at least 0", "smoothLoss is -0.5, must be NaN or at least 0");
    Plan plan = Plan.named("quick", 100_000, 50);
    assertThat(
            List.of(refused(() -> plan.withHeldOut(-1, 1)), refused(() -> plan.withHeldOut(9, 0))))
        .containsExactly(
            "heldOut is -1, must be at least 0", "heldOutPieces is 0, must be at least 1");
    assertThat(refused(() -> TrainingResult.of(VanillaRnn.builder(VOCAB).hiddenSize(2).build())))
        .isEqualTo("the model was never trained");
  }

  private static String refused(Runnable call) {
    try {
      call.run();
      return "not refused";
    } catch (IllegalArgumentException e) {
      return String.valueOf(e.getMessage());
    }
  }
}
