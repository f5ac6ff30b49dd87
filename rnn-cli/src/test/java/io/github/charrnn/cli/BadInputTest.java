package io.github.charrnn.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.charrnn.CharVocab;
import io.github.charrnn.VanillaRnn;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Wrong input: one sentence, an exit code, nothing left on disk. */
class BadInputTest {
  @TempDir Path directory;

  @BeforeEach
  void writeFiles() throws IOException {
    Files.writeString(directory.resolve("good.txt"), "the quick brown fox jumps\n".repeat(9));
    Files.writeString(directory.resolve("empty.txt"), "");
    Files.writeString(directory.resolve("short.txt"), "abc");
    Files.writeString(directory.resolve("same.txt"), "a".repeat(99));
    Files.writeString(directory.resolve("latin.txt"), "un caf\u00E9 au lait".repeat(9), ISO_8859_1);
    Files.createDirectory(directory.resolve("folder"));
    Path model = directory.resolve("good.safetensors");
    VanillaRnn.builder(CharVocab.of("the quick brown fox\n")).hiddenSize(4).build().save(model);
    byte[] bytes = Files.readAllBytes(model);
    Files.write(directory.resolve("cut.safetensors"), Arrays.copyOf(bytes, bytes.length - 9));
    bytes[bytes.length - 100] ^= 4;
    Files.write(directory.resolve("altered.safetensors"), bytes);
  }

  static Stream<Arguments> badInput() {
    return Stream.of(
        bad("train D/none.txt -o D/m", 1, "there is no file D/none.txt"),
        bad("train D/folder -o D/m", 1, "D/folder: this is a directory, a text is a file"),
        bad("train D/empty.txt -o D/m", 1, "the text is empty, a model needs at least 2 symbols"),
        bad(
            "train D/short.txt -o D/m",
            1,
            "sequenceLength 25 needs at least 26 symbols, the text has 3"),
        bad(
            "train D/same.txt -o D/m",
            1,
            "the text has only 1 distinct symbol, 'a' (U+0061), a model needs at least 2"),
        bad(
            "train D/latin.txt -o D/m",
            1,
            "D/latin.txt is not UTF-8: the byte 0xE9 at offset 6 begins no valid character"),
        bad(
            "train D/good.txt -o D/m --hidden 0",
            2,
            "--hidden: hiddenSize is 0, must be at least 1"),
        bad(
            "train D/good.txt -o D/m --hidden -1",
            2,
            "--hidden: hiddenSize is -1, must be at least 1"),
        bad("train D/good.txt -o D/m --hidden 999999999", 1, "hiddenSize 999999999 and"),
        bad(
            "train D/good.txt -o D/m --hidden x",
            2,
            "Invalid value for option '--hidden': 'x' is not an int"),
        bad("train D/good.txt -o D/m --seq 0", 2, "--seq: sequenceLength is 0, must be at least 1"),
        bad(
            "train D/good.txt -o D/m --seq 999999",
            1,
            "sequenceLength 999999 needs at least 1000000 symbols, the text has 234"),
        bad(
            "train D/good.txt -o D/m --lr NaN",
            2,
            "--lr: learningRate is NaN, must be above 0 and finite"),
        bad(
            "train D/good.txt -o D/m --lr 0",
            2,
            "--lr: learningRate is 0.0, must be above 0 and finite"),
        bad(
            "train D/good.txt -o D/m --lr -0.1",
            2,
            "--lr: learningRate is -0.1, must be above 0 and finite"),
        bad("train D/good.txt -o D/m --batch 0", 2, "--batch: batchSize is 0, must be at least 1"),
        bad("train D/good.txt -o D/m --clip 0", 2, "--clip: clip is 0.0, must be above 0"),
        bad("train D/good.txt -o D/m --steps -1", 2, "--steps: it is -1, must be at least 0"),
        bad("train D/good.txt -o D/m --epochs -1", 2, "--epochs: epochs is -1, must be at least 0"),
        bad(
            "train D/good.txt -o D/m --steps 1 --epochs 1",
            2,
            "--steps and --epochs exclude each other"),
        bad(
            "train D/good.txt -o D/m --sample-every -1",
            2,
            "--sample-every: it is -1, must be at least 0"),
        bad(
            "train D/good.txt -o D/m --sample-length -1",
            2,
            "--sample-length: it is -1, must be at least 0"),
        bad(
            "train D/good.txt -o D/m --optimizer adam",
            2,
            "Invalid value for option '--optimizer'"),
        bad("train D/good.txt -o D/folder", 1, "D/folder is a directory: name a file to save to"),
        bad("train D/good.txt -o D/none/m", 1, "there is no directory D/none to save m in"),
        bad(
            "train D/good.txt -o D/m --history D/none/h",
            1,
            "there is no directory D/none to save h in"),
        bad("train D/good.txt -o D/m --from D/none", 1, "there is no file D/none"),
        bad(
            "train D/good.txt -o D/m --from D/good.safetensors",
            1,
            "the symbol 'j' (U+006A) at position 20 is not in the vocabulary of 17 symbols: --unknown skip leaves such symbols out"),
        bad(
            "train D/good.txt -o D/m --from D/good.safetensors --hidden 5",
            2,
            "--hidden: the model that --from names has its own hidden size"),
        bad("train D/good.txt -o D/m --bogus", 2, "Unknown option: '--bogus'"),
        bad("train D/good.txt D/good.txt -o D/m", 2, "Unmatched argument at index 2"),
        bad(
            "train D/good.txt -o D/m --steps 40 --optimizer sgd --lr 1e308 --clip Infinity",
            1,
            "training has diverged: a parameter at step "),
        bad("sample", 2, "Missing required parameter: 'MODEL'"),
        bad("sample D/none", 1, "there is no file D/none"),
        bad("sample D/folder", 1, "D/folder cannot be used as a model: not a regular file"),
        bad(
            "sample D/empty.txt",
            1,
            "D/empty.txt cannot be used as a model: not a model: the file has 0 bytes"),
        bad(
            "sample D/good.txt",
            1,
            "D/good.txt cannot be used as a model: not a model: the length of its header would be"),
        bad(
            "sample D/cut.safetensors",
            1,
            "D/cut.safetensors cannot be used as a model: the file is truncated"),
        bad(
            "sample D/altered.safetensors",
            1,
            "D/altered.safetensors cannot be used as a model: the checksum does not match"),
        bad("sample D/good.safetensors --length -1", 2, "--length: it is -1, must be at least 0"),
        bad(
            "sample D/good.safetensors --temperature -1",
            2,
            "--temperature: temperature is -1.0, must be at least 0 and finite"),
        bad(
            "sample D/good.safetensors --temperature NaN",
            2,
            "--temperature: temperature is NaN, must be at least 0 and finite"),
        bad("sample D/good.safetensors --top-k 0", 2, "--top-k: topK is 0, must be at least 1"),
        bad(
            "sample D/good.safetensors --top-p 0",
            2,
            "--top-p: topP is 0.0, must be above 0 and at most 1"),
        bad(
            "sample D/good.safetensors --prime the\u00DF",
            2,
            "--prime: the symbol '\u00DF' (U+00DF) at position 3 is not in the vocabulary of 17 symbols: --unknown skip"),
        bad(
            "sample D/good.safetensors --unknown some",
            2,
            "--unknown: it is 'some', must be fail, skip or a single symbol"),
        bad(
            "sample D/good.safetensors --prime z --unknown !",
            2,
            "the replacement '!' (U+0021) is not in the vocabulary"),
        bad("evaluate D/good.safetensors", 2, "Missing required parameter: 'TEXT'"),
        bad("evaluate D/good.safetensors D/none", 1, "there is no file D/none"),
        bad(
            "evaluate D/good.safetensors D/empty.txt",
            1,
            "evaluation needs at least 2 symbols, the text has 0"),
        bad("evaluate D/good.safetensors D/good.txt", 1, "the symbol 'j' (U+006A) at position 20"),
        bad(
            "gradcheck D/short.txt",
            1,
            "sequenceLength 25 needs at least 26 symbols, the text has 3"),
        bad("gradcheck D/good.txt --sample 0", 2, "--sample: sample is 0, must be at least 1"),
        bad(
            "gradcheck D/good.txt --difference 0",
            2,
            "--difference: difference is 0.0, must be above 0 and finite"),
        bad("inspect D/altered.safetensors", 1, "the checksum does not match"),
        bad("train D/good.txt -o D/good.txt", 2, "the model would replace the text"),
        bad(
            "train D/good.txt -o D/m --history D/folder/../good.txt",
            2,
            "the history would replace the text"),
        bad("train D/good.txt -o D/m --history D/m", 2, "the history would replace the model"),
        bad("train D/good.txt -o /dev/null", 1, "/dev/null is not a regular file"),
        bad("train  -o D/m", 2, "TEXT is empty"),
        bad("evaluate D/good.safetensors ", 2, "TEXT is empty"),
        bad("train @D/good.txt -o D/m", 1, "there is no file @D/good.txt"),
        bad("sample D/good.safetensors --stop \u00DF", 2, "the model can never write it"),
        bad("", 2, "no command is given"),
        bad("trian", 2, "there is no command trian"));
  }

  private static Arguments bad(String command, int code, String message) {
    return Arguments.of(command, code, message);
  }

  @ParameterizedTest
  @MethodSource("badInput")
  void badInput_isOneSentenceAndLeavesNothing(String command, int code, String message)
      throws IOException {
    List<Path> before = list();
    Object[] arguments =
        command.isEmpty() ? new Object[0] : command.replace("D/", directory + "/").split(" ", -1);

    Cli.Outcome outcome = Cli.run(arguments);

    assertThat(outcome.code()).as(outcome.err()).isEqualTo(code);
    String said =
        outcome.err().lines().filter(line -> !line.isBlank()).reduce((a, b) -> b).orElseThrow();
    assertThat(said).startsWith("rnn").contains(message.replace("D/", directory + "/"));
    assertThat(outcome.err()).doesNotContain("\tat ", "Exception");
    assertThat(list()).isEqualTo(before);
  }

  @Test
  void aNewerModel_isNamedAsThat() throws IOException {
    Path file = directory.resolve("good.safetensors");
    byte[] bytes = Files.readAllBytes(file);
    String newer =
        new String(bytes, ISO_8859_1).replace("\"formatVersion\":\"1\"", "\"formatVersion\":\"7\"");
    Files.write(file, newer.getBytes(ISO_8859_1));

    Cli.Outcome outcome = Cli.run("inspect", file);

    assertThat(outcome.code()).isEqualTo(1);
    assertThat(outcome.err())
        .contains("the model's format version is 7, this library reads up to 1: use a newer one");
  }

  private List<Path> list() throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      return files.sorted().toList();
    }
  }
}
