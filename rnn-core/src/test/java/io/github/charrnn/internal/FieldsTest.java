package io.github.charrnn.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.charrnn.CharVocab;
import io.github.charrnn.Initializer;
import io.github.charrnn.ModelFormatException;
import io.github.charrnn.Trainer;
import io.github.charrnn.VanillaRnn;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every row of the table: what it refuses, in which words, and that it reads what it writes. */
@Tag("once")
class FieldsTest {
  private static final String TEXT = "abcabbacabccab".repeat(3);

  @TempDir Path directory;
  private Metadata whole = new Metadata();

  /** What a checkpoint says that has every part: of step 9, two streams, with a held-out text. */
  @BeforeEach
  void readACheckpoint() throws IOException {
    Path file = directory.resolve("checkpoint");
    VanillaRnn model =
        VanillaRnn.builder(CharVocab.of(TEXT))
            .hiddenSize(2)
            .initializer(Initializer.normal(0.25))
            .build();
    Trainer.of(model)
        .sequenceLength(5)
        .batchSize(2)
        .checkpoint(file, 100)
        .samples(4, 3)
        .validation(model.vocab().encode("abcab"), 5)
        .train(TEXT, 9);
    try (Safetensors in = Safetensors.open(file)) {
      whole = in.metadata();
    }
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
  void aCheckpointWithEveryPart_hasEveryKey_andIsWrittenAsItWasRead() throws IOException {
    assertThat(whole.entries())
        .extracting(Map.Entry::getKey)
        .containsExactlyElementsOf(Fields.ALL.stream().map(field -> field.key).toList());

    Metadata again = Fields.write(Fields.read(whole));

    again.put(Safetensors.CHECKSUM, whole.text(Safetensors.CHECKSUM));
    assertThat(again.entries()).containsExactlyElementsOf(whole.entries());
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
      case TEXT -> Stream.of("aa").filter(value -> !field.holds.test(value));
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
    List<String> wrong = wrong(field).distinct().toList();
    assertThat(wrong).as(field.key).isNotEmpty();
    for (String value : wrong) {
      assertThat(refusal(field, value))
          .isIn(
              field.key + " is \"" + value + "\", must be " + field.words,
              field.key + " is \"" + value + "\", must be a number in its shortest form",
              "not a model of this library: its metadata has no format \"charrnn\"",
              "formatVersion is \"" + value + "\", must be " + Metadata.whole(1, Long.MAX_VALUE),
              "the model's format version is 3, this library reads up to 2: use a newer one");
    }
  }

  /** Values that the range has, and the other values of the checkpoint rule out. */
  @ParameterizedTest
  @MethodSource("fields")
  void aValueThatDoesNotGoWithTheOthers_isRefusedWithWhatItMustBe(Field field) throws IOException {
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
    assertThat(whole.text("formatVersion")).isEqualTo("2");
    Header header = Fields.read(whole);

    header.initializer = Header.INITIALIZER;
    Metadata classic = Fields.write(header);

    assertThat(classic.has("initialDeviation")).isFalse();
    assertThat(classic.text("formatVersion")).isEqualTo("1");
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
