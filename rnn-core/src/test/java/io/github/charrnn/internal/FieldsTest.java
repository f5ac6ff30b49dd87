package io.github.charrnn.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.charrnn.BestBy;
import io.github.charrnn.CharVocab;
import io.github.charrnn.Clip;
import io.github.charrnn.Documents;
import io.github.charrnn.EncodedText;
import io.github.charrnn.Initializer;
import io.github.charrnn.LearningRate;
import io.github.charrnn.ModelFormatException;
import io.github.charrnn.Optimizer;
import io.github.charrnn.Recipe;
import io.github.charrnn.Trainer;
import io.github.charrnn.VanillaRnn;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every row of the table: what it refuses, in which words, and that it reads what it writes. */
@Tag("once")
class FieldsTest {
  private static final String TEXT = "abcabbacabccab".repeat(3);

  @TempDir static Path directory;

  /** What checkpoints say that have every part, together every key. */
  private static List<Metadata> checkpoints = List.of();

  /** What one of them says. */
  private Metadata whole = checkpoints.get(0);

  @BeforeAll
  static void readCheckpoints() throws IOException {
    Recipe recipe = Recipe.course().withSequenceLength(5).withBatchSize(2);
    checkpoints =
        List.of(
            read(Initializer.normal(0.25), recipe.withClip(Clip.norm(1)).withResetEvery(3)),
            read(Initializer.normal(0.01), recipe.withShards(2).withLocalSteps(3)),
            read(
                Initializer.orthogonal(0.7, 2, 0.05),
                recipe
                    .withOptimizer(Optimizer.adam(0.5, 0.99))
                    .withLearningRate(LearningRate.linear(0.01, 0, 20).withWarmUp(4))),
            read(
                Initializer.normal(0.01),
                recipe
                    .withOptimizer(Optimizer.adaGrad(20))
                    .withLearningRate(LearningRate.exponential(0.01, 0.001, 20))),
            read(Initializer.glorot(), recipe.withOptimizer(Optimizer.adam(0.5, 0.9, 0.25))),
            read(Initializer.glorot(), recipe.withOptimizer(Optimizer.sgd(0.5))),
            read(
                Initializer.glorot(),
                recipe.withOptimizer(Optimizer.shampoo(0.5, 0.9, 0.25, 2, 3))),
            read(Initializer.identity(1, 0.1, 0.1), recipe.withOptimizer(Optimizer.rmsProp(0.5))),
            readMeasured(),
            readOfDocuments());
  }

  /** What a model of documents says. */
  private static Metadata readOfDocuments() throws IOException {
    Path file = Files.createTempDirectory(directory, "").resolve("model");
    VanillaRnn.builder(CharVocab.of(TEXT)).documents(Documents.delimitedBy("a")).build().save(file);
    try (Safetensors in = Safetensors.open(file)) {
      return in.metadata();
    }
  }

  /** What a model says that was trained twice and measured; a checkpoint's is not. */
  private static Metadata readMeasured() throws IOException {
    Path file = Files.createTempDirectory(directory, "").resolve("model");
    VanillaRnn model = VanillaRnn.builder(CharVocab.of(TEXT)).hiddenSize(2).build();
    EncodedText text = model.vocab().encode(TEXT);
    VanillaRnn once = Trainer.of(model).sequenceLength(5).train(text, 1).last();
    Trainer.of(once).sequenceLength(5).train(text, 3).measured(text).best().save(file);
    try (Safetensors in = Safetensors.open(file)) {
      return in.metadata();
    }
  }

  /** What a checkpoint says: of step 9, two streams, two held-out texts. */
  private static Metadata read(Initializer initializer, Recipe recipe) throws IOException {
    Path file = Files.createTempDirectory(directory, "").resolve("checkpoint");
    VanillaRnn model =
        VanillaRnn.builder(CharVocab.of(TEXT)).hiddenSize(2).initializer(initializer).build();
    Trainer.of(model)
        .recipe(recipe)
        .checkpoint(file, 100)
        .samples(4, 3)
        .validation(List.of(model.vocab().encode("ab"), model.vocab().encode("cab")), 5)
        .patience(4)
        .bestBy(BestBy.LAST)
        .train(TEXT, 9);
    try (Safetensors in = Safetensors.open(file)) {
      return in.metadata();
    }
  }

  /** Goes on with a checkpoint that has a key. */
  private void take(Field field) {
    whole = checkpoints.stream().filter(it -> it.has(field.key)).findFirst().orElseThrow();
  }

  static List<Field> fields() {
    return Fields.ALL;
  }

  private Metadata with(String key, String value) throws ModelFormatException {
    Metadata changed = new Metadata();
    for (Map.Entry<String, String> entry : whole.entries()) {
      changed.put(entry.getKey(), entry.getKey().equals(key) ? value : entry.getValue());
    }
    return changed;
  }

  private Metadata without(String key) {
    Metadata changed = new Metadata();
    for (Map.Entry<String, String> entry : whole.entries()) {
      if (!entry.getKey().equals(key)) {
        changed.put(entry.getKey(), entry.getValue());
      }
    }
    return changed;
  }

  @Test
  void checkpointsWithEveryPart_haveEveryKey_andAreWrittenAsTheyWereRead() throws IOException {
    List<String> keys = Fields.ALL.stream().map(field -> field.key).toList();
    Set<String> seen = new HashSet<>();
    for (Metadata read : checkpoints) {
      List<String> itsKeys = read.entries().stream().map(Map.Entry::getKey).toList();
      assertThat(itsKeys).containsExactlyElementsOf(keys.stream().filter(read::has).toList());
      seen.addAll(itsKeys);

      Metadata again = Fields.write(Fields.read(read));

      again.put(Safetensors.CHECKSUM, read.text(Safetensors.CHECKSUM));
      assertThat(again.entries()).containsExactlyElementsOf(read.entries());
    }
    assertThat(seen).containsExactlyInAnyOrderElementsOf(keys);
  }

  /** Numbers that one kind of a setting has, written beside another kind. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "initialGain",
        "inputDeviation",
        "outputDeviation",
        "finalLearningRate",
        "scheduleSteps",
        "momentum",
        "decay",
        "beta1",
        "beta2",
        "weightDecay",
        "inputRate",
        "outputRate"
      })
  void aNumber_isRefusedWhereItDoesNotBelong_andMissedWhereItDoes(String key) throws IOException {
    for (Metadata one : checkpoints) {
      if (key.equals("momentum") && one.has(key)) {
        continue; // without it, it is plain gradient descent
      }
      if (key.equals("weightDecay") && one.has("beta1")) {
        continue; // any Adam may have it
      }
      Metadata changed = new Metadata();
      for (Field field : Fields.ALL) {
        if (!field.key.equals(key) && one.has(field.key)) {
          changed.put(field.key, one.text(field.key));
        } else if (field.key.equals(key) && !one.has(key)) {
          changed.put(key, key.equals("scheduleSteps") ? "5" : "0.5");
        }
      }
      assertThatExceptionOfType(ModelFormatException.class).isThrownBy(() -> Fields.read(changed));
    }
  }

  private static boolean isCanonical(String value) {
    return value.matches("-?[1-9]\\d*|0") && new BigInteger(value).bitLength() < Long.SIZE;
  }

  /** Just beyond each bound, and the same number written in other ways. */
  private static Stream<String> around(String range) {
    return Stream.of(range.split("[^-0-9]+"))
        .filter(bound -> !bound.isEmpty())
        .map(BigInteger::new)
        .flatMap(
            bound ->
                Stream.of(
                    bound.subtract(BigInteger.ONE).toString(),
                    bound.add(BigInteger.ONE).toString(),
                    bound + ".0",
                    "0" + bound));
  }

  /** Values beyond each end of a range, values that no range has, and other ways to write one. */
  private static Stream<String> wrong(Field field) {
    return switch (field.kind) {
      case WHOLE ->
          Stream.concat(
              Stream.of("", "x"),
              around(field.words).filter(value -> !isCanonical(value) || !field.holds.test(value)));
      case REAL ->
          Stream.concat(
              Stream.of("", "x", "1.0", "0x1p1", "+1"),
              SPECIAL.stream().filter(value -> !field.holds.test(value)));
      case TEXT -> Stream.of("aa", "a".repeat(33)).filter(value -> !field.holds.test(value));
    };
  }

  private static final List<String> SPECIAL =
      DoubleStream.of(
              Double.NEGATIVE_INFINITY,
              -1,
              -Double.MIN_VALUE,
              0,
              1,
              Double.POSITIVE_INFINITY,
              Double.NaN)
          .mapToObj(Decimal::shortest)
          .toList();

  @ParameterizedTest
  @MethodSource("fields")
  void aValueOutsideOfItsRange_isRefusedWithTheRange(Field field) throws IOException {
    take(field);
    List<String> wrong = wrong(field).distinct().toList();
    assertThat(wrong).as(field.key).isNotEmpty();
    for (String value : wrong) {
      assertThat(refusal(field, value))
          .isIn(
              field.key + " is \"" + value + "\", must be " + field.words,
              field.key + " is \"" + value + "\", must be a number in its shortest form",
              "not a model of this library: its metadata has no format \"charrnn\": rnn import makes a"
                  + " model of weights that another program has written",
              "formatVersion is \"" + value + "\", must be " + Metadata.whole(1, Long.MAX_VALUE),
              "the model's format version is 6, this library reads up to 5: use a newer one");
    }
  }

  /** Values that the range has, and the other values of the checkpoint rule out. */
  @ParameterizedTest
  @MethodSource("fields")
  void aValueThatDoesNotGoWithTheOthers_isRefusedWithWhatItMustBe(Field field) throws IOException {
    take(field);
    String words = field.wordsFor(Fields.read(whole));
    if (words.equals(field.words)) {
      return; // the range is all there is
    }
    List<String> wrong =
        Stream.of(around(words), SPECIAL.stream(), Stream.of("2", "3"))
            .flatMap(values -> values)
            .filter(value -> field.kind == Field.Kind.REAL || isCanonical(value))
            .filter(field.holds)
            .filter(value -> !isRead(field, value))
            .distinct()
            .toList();
    assertThat(wrong).as(field.key).isNotEmpty();
    assertThat(wrong.stream().map(value -> refusal(field, value)))
        .as(field.key)
        .anySatisfy(reason -> assertThat(reason).endsWith(", must be " + words))
        .allSatisfy(reason -> assertThat(reason).contains(", must be "));
  }

  private boolean isRead(Field field, String value) {
    try {
      Fields.read(with(field.key, value));
      return true;
    } catch (ModelFormatException e) {
      return false;
    }
  }

  private String refusal(Field field, String value) {
    try {
      Fields.read(with(field.key, value));
      return field.key + " is read as " + value;
    } catch (ModelFormatException e) {
      return e.reason();
    }
  }

  static List<Field> fieldsOfVersion1() {
    return Fields.ALL.stream().filter(field -> field.since() == 1).toList();
  }

  @ParameterizedTest
  @MethodSource("fieldsOfVersion1")
  void aKeyThatIsMissing_isRefused_unlessALaterVersionHasAddedIt(Field field) {
    Metadata metadata = without(field.key);
    assertThatExceptionOfType(ModelFormatException.class)
        .as(field.key)
        .isThrownBy(() -> Fields.read(metadata))
        .satisfies(
            e ->
                assertThat(e.reason())
                    .containsAnyOf(
                        "the metadata has no " + field.key,
                        "its metadata has no format",
                        "the metadata has an unknown key")); // a checkpoint without plannedSteps
  }

  @Test
  void aLaterKey_isWrittenOnlyWhereItIsNotTheDefault() throws IOException {
    whole = checkpoints.get(0);
    assertThat(whole.text("formatVersion")).isEqualTo("3");
    Header header = Fields.read(whole);
    header.validationPieces = 1;
    header.bestIsLast = false;
    header.validationEndLoss = Double.NaN;
    header.patience = 0;
    header.recipe = header.recipe.withClip(Clip.value(1)).withResetEvery(0);
    assertThat(Fields.write(header).text("formatVersion")).isEqualTo("2");
    header.initializer = Header.INITIALIZER;
    Metadata classic = Fields.write(header);

    assertThat(classic.text("formatVersion")).isEqualTo("1");
    assertThat(classic.entries())
        .extracting(Map.Entry::getKey)
        .containsExactlyElementsOf(fieldsOfVersion1().stream().map(field -> field.key).toList());
    Metadata superfluous = with("initialDeviation", "0.01");
    assertThatExceptionOfType(ModelFormatException.class)
        .isThrownBy(() -> Fields.read(superfluous))
        .withMessageContaining("initialDeviation is \"0.01\", must be left out where it is the");
  }

  @Test
  void theInitializer_isKept() throws IOException {
    Path file = directory.resolve("model");
    VanillaRnn model =
        VanillaRnn.builder(CharVocab.of("abc")).initializer(Initializer.normal(0.5)).build();
    model.save(file);

    VanillaRnn loaded = VanillaRnn.load(file);

    assertThat(loaded.initializer()).isEqualTo(Initializer.normal(0.5));
    assertThat(loaded.fingerprint()).isEqualTo(model.fingerprint());
  }
}
