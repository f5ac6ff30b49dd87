package io.github.charrnn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.charrnn.internal.CheckpointFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Checkpoints whose checksum is right and whose content is not. */
@Tag("once")
class CheckpointFileTest {
  private static final String TEXT = "abcabbacabccab".repeat(3);

  @TempDir Path directory;
  private byte[] checkpoint = new byte[0];

  /** Of step 9, with two streams of 21 symbols and windows of 5: the third window is next. */
  @BeforeEach
  void writeCheckpoint() throws IOException {
    Path file = directory.resolve("checkpoint");
    Trainer.of(VanillaRnn.builder(CharVocab.of(TEXT)).hiddenSize(2).build())
        .sequenceLength(5)
        .batchSize(2)
        .checkpoint(file, 100)
        .samples(4, 3)
        .train(TEXT, 9);
    checkpoint = Files.readAllBytes(file);
  }

  private Path write(byte[] bytes) throws IOException {
    return Files.write(directory.resolve("altered"), bytes);
  }

  @Test
  void theOriginal_isRead() throws IOException {
    CheckpointFile.State state = CheckpointFile.read(write(checkpoint));

    assertThat(state.header().plannedSteps).isEqualTo(9);
    assertThat(state.header().checkpointEvery).isEqualTo(100);
    assertThat(state.header().maxRollbacks).isZero();
    assertThat(state.header().bestStep).isBetween(1L, 9L);
    assertThat(state.header().loss).isPositive();
    assertThat(state.header().nanos).isPositive();
    assertThat(state.hidden()).hasSize(4);
    assertThat(state.start()).isEqualTo(Arrays.copyOf(state.hidden(), 2));
    assertThat(state.losses()).hasSize(9);
    assertThat(state.smoothLosses()).hasSize(9);
    assertThat(state.observations().samples().stream().map(Sample::step))
        .containsExactly(0L, 4L, 8L);
  }

  static Stream<Arguments> wrong() {
    return Stream.of(
        edit(
            "\"textLength\":\"42\"",
            "\"textLength\":\"11\"",
            "textLength is \"11\", must be a whole number from 12 to"),
        edit("\"position\":\"5\"", "\"position\":\"10\"", "position is \"10\", must be 5"),
        edit(
            "\"step\":\"9\"",
            "\"step\":\"8\"",
            "must be a power of two that goes with the step|bestStep is \"9\"|position is \"5\""),
        edit("\"step\":\"9\"", "\"step\":\"0\"", "bestStep is .*, must be 0"),
        edit(
            "\"historyStride\":\"1\"",
            "\"historyStride\":\"3\"",
            "historyStride is \"3\", must be a power of two that goes with the step"),
        edit(
            "\"historyStride\":\"1\"",
            "\"historyStride\":\"2\"",
            "historyStride is \"2\", must be a power of two that goes with the step"),
        edit(
            "\"historyStride\":\"1\"",
            "\"historyStride\":\"0\"",
            "historyStride is \"0\", must be a whole number from 1 to"),
        edit(
            "\"historyPending\":\"0\"",
            "\"historyPending\":\"1\"",
            "historyPending is \"1\", must be 0"),
        edit(
            "\"historyPendingSum\":\"0\"",
            "\"historyPendingSum\":\"1\"",
            "historyPendingSum is \"1\", must be finite, and 0 when nothing is pending"),
        edit(
            "\"plannedSteps\":\"9\"",
            "\"plannedSteps\":\"8\"",
            "plannedSteps is \"8\", must be a whole number from 9 to"),
        edit(
            "\"checkpointEvery\":\"100\"",
            "\"checkpointEvery\":\"-1\"",
            "checkpointEvery is \"-1\", must be a whole number from 0 to"),
        edit(
            "\"maxRollbacks\":\"0\"",
            "\"maxRollbacks\":\"2147483648\"",
            "maxRollbacks is \"2147483648\", must be a whole number from 0 to 2147483647"),
        edit(
            "\"rollbacks\":\"0\"",
            "\"rollbacks\":\"-1\"",
            "rollbacks is \"-1\", must be a whole number from 0 to"),
        edit(
            "\"bestStep\":\"\\d+\"",
            "\"bestStep\":\"10\"",
            "bestStep is \"10\", must be a whole number from 1 to 9"),
        edit(
            "\"bestStep\":\"\\d+\"",
            "\"bestStep\":\"0\"",
            "bestStep is \"0\", must be a whole number from 1 to 9"),
        edit(
            "\"bestSmoothLoss\":\"[^\"]*\"",
            "\"bestSmoothLoss\":\"NaN\"",
            "bestSmoothLoss is \"NaN\", must be finite, or NaN at step 0"),
        edit(
            "\"loss\":\"[^\"]*\"",
            "\"loss\":\"Infinity\"",
            "loss is \"Infinity\", must be finite, or NaN at step 0"),
        edit(
            "\"nanos\":\"\\d+\"",
            "\"nanos\":\"-1\"",
            "nanos is \"-1\", must be a whole number from 0 to"),
        edit(
            "\"text\":\"[0-9a-f]{64}\"",
            "\"text\":\"abc\"",
            "text is \"abc\", must be 64 hexadecimal digits"),
        edit(
            "\"nanos\":\"\\d+\"",
            "\"nanos\":\"1\",\"more\":\"1\"",
            "the metadata has an unknown key, \"more\""),
        edit("\"nanos\":\"\\d+\",", "", "the metadata has no nanos"),
        edit(
            "\"generator\":\"[^\"]*\",\"sequence.*?\"startState\":\"1\"",
            "\"generator\":\"xoshiro256\\+\\+/polar/1\"",
            "the checkpoint has no training settings"),
        edit(
            "\"state\":",
            "\"stat\":",
            "tensor state is not as the settings imply: F64, shape \\[2, 2\\]"),
        edit("\"plannedSteps\":\"9\",", "", "unknown key, \"text\"|a model, not a checkpoint"));
  }

  private static Arguments edit(String pattern, String by, String reason) {
    return Arguments.of(pattern, by, reason);
  }

  @ParameterizedTest
  @MethodSource("wrong")
  void wrongMetadata_isRefusedWithItsReason(String pattern, String by, String reason)
      throws IOException {
    Path file =
        write(
            SignedFile.withHeader(
                checkpoint,
                header -> {
                  String changed = header.replaceFirst(pattern, by);
                  assertThat(changed).isNotEqualTo(header);
                  return changed;
                }));

    assertThatExceptionOfType(ModelFormatException.class)
        .isThrownBy(() -> CheckpointFile.read(file))
        .satisfies(e -> assertThat(e.reason()).containsPattern(reason));
    assertThatExceptionOfType(ModelFormatException.class).isThrownBy(() -> VanillaRnn.load(file));
  }

  @Test
  void rollbacks_needAnInterval() throws IOException {
    byte[] without =
        SignedFile.withHeader(
            checkpoint,
            header ->
                header
                    .replace("\"checkpointEvery\":\"100\"", "\"checkpointEvery\":\"0\"")
                    .replace("\"maxRollbacks\":\"0\"", "\"maxRollbacks\":\"2\""));
    assertThatExceptionOfType(ModelFormatException.class)
        .isThrownBy(() -> CheckpointFile.read(write(without)))
        .withMessageContaining("checkpointEvery is \"0\", must be a whole number from 1 to");
  }

  @Test
  void pendingHistory_mustBeFinite() throws IOException {
    byte[] pending =
        SignedFile.withHeader(
            checkpoint,
            header ->
                header
                    .replace("\"historyStride\":\"1\"", "\"historyStride\":\"16\"")
                    .replace("\"historyPending\":\"0\"", "\"historyPending\":\"9\"")
                    .replace("\"historyPendingSum\":\"0\"", "\"historyPendingSum\":\"Infinity\""));
    assertThatExceptionOfType(ModelFormatException.class)
        .isThrownBy(() -> CheckpointFile.read(write(pending)))
        .withMessageContaining("historyPendingSum is \"Infinity\", must be finite");
  }

  @Test
  void moreHistoryThanThereCanBe_isRefused() throws IOException {
    byte[] long1 =
        SignedFile.withHeader(
            checkpoint,
            header ->
                header
                    .replace("\"step\":\"9\"", "\"step\":\"8193\"")
                    .replace("\"plannedSteps\":\"9\"", "\"plannedSteps\":\"8193\""));
    byte[] full =
        SignedFile.withHeader(
            checkpoint,
            header ->
                header
                    .replace("\"step\":\"9\"", "\"step\":\"16385\"")
                    .replace("\"historyStride\":\"1\"", "\"historyStride\":\"2\"")
                    .replace("\"historyPending\":\"0\"", "\"historyPending\":\"1\"")
                    .replace("\"plannedSteps\":\"9\"", "\"plannedSteps\":\"16385\""));
    for (byte[] bytes : new byte[][] {long1, full}) {
      assertThatExceptionOfType(ModelFormatException.class)
          .isThrownBy(() -> CheckpointFile.read(write(bytes)))
          .withMessageContaining("must be a power of two that goes with the step");
    }
  }

  @Test
  void impossibleNumbers_areRefused() throws IOException {
    assertImpossible("memory.W", -1, "memory.W has a value that is -1.0, must be at least 0");
    assertImpossible("state", 1.5, "state has a value that is 1.5, must be from -1 to 1");
    assertImpossible("state", -1.5, "state has a value that is -1.5, must be from -1 to 1");
    Trainer.of(VanillaRnn.builder(CharVocab.of(TEXT)).hiddenSize(2).build())
        .checkpoint(directory.resolve("risen"), 100)
        .validation(CharVocab.of(TEXT).encode("abcab"), 100)
        .bestBy(BestBy.VALIDATION) // that of step 0
        .train(TEXT, 9);
    checkpoint = Files.readAllBytes(directory.resolve("risen"));
    assertImpossible("best.start", -2, "best.start has a value that is -2.0, must be from -1 to 1");
  }

  /** Of step 9, by an optimizer. */
  private void optimize(Optimizer optimizer) throws IOException {
    Path file = directory.resolve("optimized");
    Trainer.of(VanillaRnn.builder(CharVocab.of(TEXT)).hiddenSize(2).build())
        .optimizer(optimizer)
        .checkpoint(file, 100)
        .train(TEXT, 9);
    checkpoint = Files.readAllBytes(file);
  }

  @Test
  void meansOfSquares_areAtLeastZero_andMeansAreAnything() throws IOException {
    optimize(Optimizer.adam(0.9, 0.99));
    assertImpossible(
        "secondMoment.b",
        -1e-300,
        "secondMoment.b has a value that is -1.0E-300, must be at least 0");
    CheckpointFile.read(write(changed("firstMoment.b", 0, -7)));
    wrongMetadata_isRefusedWithItsReason(
        "\"firstMoment.W\":", "\"firstMoment.w\":", "tensor firstMoment.W is not as");
    wrongMetadata_isRefusedWithItsReason(
        "\"secondMoment.c\":", "\"secondMoment.d\":", "tensor secondMoment.c is not as");
    wrongMetadata_isRefusedWithItsReason(
        "\"optimizer\":\"adam\"",
        "\"optimizer\":\"sgd\"",
        "must be left out where it is the default");

    optimize(Optimizer.shampoo(0.9, 0.99, 0, 1, 1));
    assertImpossible(
        "momentOfRows.b", -1, "momentOfRows.b has a value that is -1.0, must be at least 0");
    assertImpossible("momentOfRows.W", 1, -7, "momentOfRows.W is no second moment");
    assertImpossible("momentOfRows.W", 0, -1, "momentOfRows.W is no second moment");

    optimize(Optimizer.rmsProp(0.5));
    assertImpossible(
        "meanSquare.U", -1, "meanSquare.U has a value that is -1.0, must be at least 0");
    optimize(Optimizer.sgd(0.5));
    CheckpointFile.read(write(changed("velocity.V", 1, -7)));
    wrongMetadata_isRefusedWithItsReason("\"momentum\":\"0.5\",", "", "unexpected|tensor|momentum");
  }

  private void assertImpossible(String tensor, double value, String reason) throws IOException {
    assertImpossible(tensor, 0, value, reason);
  }

  private void assertImpossible(String tensor, int index, double value, String reason)
      throws IOException {
    assertThatExceptionOfType(ModelFormatException.class)
        .isThrownBy(() -> CheckpointFile.read(write(changed(tensor, index, value))))
        .withMessageContaining(reason);
  }

  private byte[] changed(String tensor, int index, double value) {
    byte[] changed = checkpoint.clone();
    ByteBuffer buffer = ByteBuffer.wrap(changed).order(ByteOrder.LITTLE_ENDIAN);
    String header = SignedFile.unsignedHeader(checkpoint);
    String offset =
        header.replaceFirst(
            ".*\""
                + tensor
                + "\":\\{\"dtype\":\"F64\",\"shape\":\\[[\\d,]*\\],\"data_offsets\":\\[(\\d+),.*",
            "$1");
    buffer.putDouble(8 + header.length() + Integer.parseInt(offset.trim()) + 8 * index, value);
    return SignedFile.signed(changed);
  }

  @Test
  void impossibleObservations_areRefused() throws IOException {
    assertImpossible("samples", 5, "samples has a value that is 4.0, must be whole, from 6 to 9");
    assertImpossible("samples", 0.5, "samples has a value that is 0.5, must be whole, from 0 to 9");
    assertImpossible("samples", -1, "samples has a value that is -1.0, must be whole");
    assertImpossible(
        "samples", 2, 4, "samples has a value that is 3.0, must be whole, from 0 to 2");
    assertImpossible("samples", 2, 2, "samples.symbols has symbols of no sample");
    assertImpossible("samples", 2, 1_001, "must be whole, from 0 to 9");
    assertImpossible(
        "samples.symbols",
        3,
        "samples.symbols has a value that is 3.0, must be whole, from 0 to 2");
  }

  private static final String POINTS = "\"validationPoints\":\"2\"";

  /** Of step 9, with points of the steps 0 and 5. */
  private void validate(boolean selects) throws IOException {
    CharVocab vocab = CharVocab.of(TEXT);
    Trainer trainer =
        Trainer.of(VanillaRnn.builder(vocab).hiddenSize(2).build())
            .validation(vocab.encode("abcab"), 5)
            .checkpoint(directory.resolve("validated"), 100);
    (selects ? trainer.bestBy(BestBy.VALIDATION) : trainer).train(TEXT, 9);
    checkpoint = Files.readAllBytes(directory.resolve("validated"));
    assertThat(SignedFile.unsignedHeader(checkpoint)).contains(POINTS);
  }

  @Test
  void impossibleValidation_isRefused() throws IOException {
    validate(false);
    assertThat(CheckpointFile.read(write(checkpoint)).observations().heldOutLosses()).hasSize(2);
    assertImpossible("validation", 6, "validation has a value that is 5.0, must be whole, from 7");
    assertImpossible("validation", 1, -1, "validation has a loss that is -1.0");
    for (String[] edit :
        new String[][] {
          {"\"validationSelects\":\"0\"", "\"validationSelects\":\"2\"", "from 0 to 1"},
          {"\"validationLength\":\"5\"", "\"validationLength\":\"1\"", "from 2 to"},
          {"\"validationEvery\":\"5\"", "\"validationEvery\":\"0\"", "from 1 to"},
          {"\"validationEvery\":\"5\",", "", "the metadata has no validationEvery"},
          {"\"validationBestStep\":\"\\d\"", "\"validationBestStep\":\"10\"", "from 0 to 9"},
          {"(validationBestLoss\":\")", "$1-", "must be at least 0 and finite, or NaN"},
          {"(validationText\":\").", "$1x", "validationText is .*, must be 64 hexadecimal digits"},
          {POINTS, "\"validationPoints\":\"1\"", "tensor validation is not as the settings imply"},
          {POINTS, "\"validationPoints\":\"1025\"", "from 0 to 1024"},
          {"\"bestStep\":\"\\d\"", "\"bestStep\":\"0\"", "bestStep is \"0\""}
        }) {
      wrongMetadata_isRefusedWithItsReason(edit[0], edit[1], edit[2]);
    }
    wrongMetadata_isRefusedWithItsReason(
        "\"validation(Length|Every|Selects)\":\"\\d\",", "", "the metadata has no validation");
    checkpoint =
        SignedFile.withHeader(
            checkpoint,
            header -> header.replaceAll("\"validation(Length|Every|Selects)\":\"\\d\",", ""));
    assertThatExceptionOfType(ModelFormatException.class)
        .isThrownBy(() -> CheckpointFile.read(write(checkpoint)))
        .withMessageContaining("unknown key, \"validation");
  }

  @Test
  void theUntrainedModel_mayBeTheBestOnlyWhereTheHeldOutLossSelects() throws IOException {
    validate(true);
    byte[] untrained =
        SignedFile.withHeader(
            checkpoint,
            header ->
                header
                    .replaceFirst("\"bestStep\":\"\\d\"", "\"bestStep\":\"0\"")
                    .replaceFirst("\"bestSmoothLoss\":\"[^\"]*\"", "\"bestSmoothLoss\":\"NaN\""));
    assertThat(CheckpointFile.read(write(untrained)).header().bestStep).isZero();
  }

  @Test
  void aCheckpointTooLargeForTheHeap_isRefused() throws IOException {
    long m = 46_300;
    long streams = 2_000_000_000L;
    byte[] large =
        SignedFile.withHeader(
            checkpoint,
            header ->
                header
                    .replace("\"batchSize\":\"2\"", "\"batchSize\":\"" + streams + "\"")
                    .replace("\"textLength\":\"42\"", "\"textLength\":\"" + 21 * streams + "\"")
                    .replace("\"hiddenSize\":\"2\"", "\"hiddenSize\":\"" + m + "\""));
    assertThatExceptionOfType(ModelFormatException.class)
        .isThrownBy(() -> CheckpointFile.read(write(large)))
        .withMessageContaining("tensor U is not as the settings imply");
  }
}
