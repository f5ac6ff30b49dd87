package io.github.charrnn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.charrnn.internal.CheckpointFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Checkpoints whose checksum is right and whose content is not. */
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
        .train(TEXT, 9);
    checkpoint = Files.readAllBytes(file);
  }

  private Path write(byte[] bytes) throws IOException {
    return Files.write(directory.resolve("altered"), bytes);
  }

  @Test
  void theOriginal_isRead() throws IOException {
    CheckpointFile.State state = CheckpointFile.read(write(checkpoint));

    assertThat(state.progress().plannedSteps()).isEqualTo(9);
    assertThat(state.progress().checkpointEvery()).isEqualTo(100);
    assertThat(state.progress().maxRollbacks()).isZero();
    assertThat(state.progress().position()).isEqualTo(5);
    assertThat(state.progress().bestStep()).isBetween(1L, 9L);
    assertThat(state.progress().loss()).isPositive();
    assertThat(state.progress().nanos()).isPositive();
    assertThat(state.hidden()).hasSize(4);
    assertThat(state.losses()).hasSize(9);
    assertThat(state.smoothLosses()).hasSize(9);
  }

  static Stream<Arguments> wrong() {
    return Stream.of(
        edit(
            "\"textLength\":\"42\"",
            "\"textLength\":\"11\"",
            "textLength is \"11\", must be at least \\(sequenceLength \\+ 1\\) batchSize"),
        edit(
            "\"position\":\"5\"",
            "\"position\":\"10\"",
            "position is \"10\", must be a whole number from 5 to 5"),
        edit(
            "\"step\":\"9\"",
            "\"step\":\"8\"",
            "must be a power of two that goes with the step|position is"),
        edit(
            "\"step\":\"9\"",
            "\"step\":\"0\"",
            "smoothLoss is .*, must be finite, or NaN at step 0"),
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
            "historyPending is \"1\", must be a whole number from 0 to 0"),
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
        edit("\"text\":\"[0-9a-f]{64}\"", "\"text\":\"abc\"", "text is not 64 hexadecimal digits"),
        edit(
            "\"nanos\":\"\\d+\"",
            "\"nanos\":\"1\",\"more\":\"1\"",
            "the metadata has an unknown key, \"more\""),
        edit("\"nanos\":\"\\d+\",", "", "the metadata has no nanos"),
        edit(
            "\"generator\":\"[^\"]*\",\"sequence.*?\"smoothLoss\":\"[^\"]*\"",
            "\"generator\":\"xoshiro256\\+\\+/polar/1\"",
            "the checkpoint has no training settings"),
        edit(
            "\"state\":",
            "\"stat\":",
            "tensor state is not as the settings imply: F64, shape \\[2, 2\\]"),
        edit("\"plannedSteps\":\"9\",", "", "unknown key, \"text\"|a model, but no checkpoint"));
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
  }

  private void assertImpossible(String tensor, double value, String reason) throws IOException {
    byte[] changed = checkpoint.clone();
    ByteBuffer buffer = ByteBuffer.wrap(changed).order(ByteOrder.LITTLE_ENDIAN);
    String header = SignedFile.unsignedHeader(checkpoint);
    String offset =
        header.replaceFirst(
            ".*\""
                + tensor
                + "\":\\{\"dtype\":\"F64\",\"shape\":\\[[\\d,]*\\],\"data_offsets\":\\[(\\d+),.*",
            "$1");
    buffer.putDouble(8 + header.length() + Integer.parseInt(offset.trim()), value);

    assertThatExceptionOfType(ModelFormatException.class)
        .isThrownBy(() -> CheckpointFile.read(write(SignedFile.signed(changed))))
        .withMessageContaining(reason);
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
