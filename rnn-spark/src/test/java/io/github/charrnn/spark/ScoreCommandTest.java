package io.github.charrnn.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.charrnn.spark.Scored.Result;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScoreCommandTest {
  @TempDir Path dir;
  private Path model;
  private Path out;

  @BeforeEach
  void saveModel() throws IOException {
    model = dir.resolve("model.safetensors");
    Models.BOOK.save(model);
    out = dir.resolve("out");
  }

  private Path text(String name, String contents) throws IOException {
    return Files.writeString(dir.resolve(name), contents);
  }

  private Result score(Object... words) {
    return Scored.spark(
        LocalSpark.session(),
        Stream.concat(Stream.of("score", model), Stream.of(words)).toArray(Object[]::new));
  }

  @Test
  void score_severalTexts_sameLinesInTheSameOrder() throws IOException {
    List<Path> texts =
        List.of(
            text("small", "abc\n\nd\r\nend without a line feed"),
            text("large", "abcdefgh\n".repeat(3000)),
            text("marked", "\uFEFFlong\rer\r\r\n"));
    List<Object> words = List.of("--unknown", "skip");

    String expected = Scored.byRnn(model, texts, words);

    assertThat(expected).hasLineCount(3006);
    assertThat(Scored.bySpark(LocalSpark.session(), model, texts, out, words)).isEqualTo(expected);
  }

  @Test
  void score_directory_filesInTheOrderOfTheirNames_whateverTheirSizes() throws IOException {
    Path folder = Files.createDirectory(dir.resolve("in"));
    Files.writeString(folder.resolve("b"), "large\n".repeat(50));
    Files.writeString(folder.resolve("a"), "small\n");

    assertThat(score(folder, "--out", out, "--unknown", "skip").code()).isZero();

    assertThat(Scored.parts(out))
        .isEqualTo(
            Scored.byRnn(
                model,
                List.of(folder.resolve("a"), folder.resolve("b")),
                List.of("--unknown", "skip")));
  }

  @Test
  void score_fileUri_isRead() throws IOException {
    Path text = text("text", "abc\n");

    Result result =
        Scored.spark(
            LocalSpark.session(), "score", model.toUri(), text.toUri(), "--out", out.toUri());

    assertThat(result.code()).as(result.err()).isZero();
    assertThat(Scored.parts(out)).isEqualTo(Scored.byRnn(model, List.of(text), List.of()));
  }

  @Test
  void score_directoryThere_refusedUnlessToBeReplaced() throws IOException {
    Path text = text("text", "abc\n");
    Files.createDirectory(out);
    Files.writeString(out.resolve("other"), "other");

    Result refused = score(text, "--out", out);
    assertThat(refused.code()).isEqualTo(1);
    assertThat(refused.err())
        .isEqualTo(
            "rnn-spark score: "
                + out
                + " is there already: name another directory, or replace it with --overwrite\n");
    assertThat(out.resolve("other")).exists();

    Result failed = score(text("unknown", "abcZ\n"), "--out", out, "--overwrite");
    assertThat(failed.code()).isEqualTo(1);
    assertThat(out.resolve("other")).exists();

    Result replaced = score(text, "--out", out, "--overwrite");
    assertThat(replaced.code()).as(replaced.err()).isZero();
    assertThat(out.resolve("other")).doesNotExist();
    assertThat(Scored.parts(out)).hasLineCount(1);
    assertThat(names()).containsExactlyInAnyOrder("model.safetensors", "out", "text", "unknown");
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(dir)) {
      return files.map(it -> it.getFileName().toString()).toList();
    }
  }

  @Test
  void score_inputInDirectoryToReplace_usageError() throws IOException {
    Path text = text("text", "abc\n");

    Result result = score(text, "--out", dir, "--overwrite");

    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err()).contains(" is in " + dir + ", which is to be written");
    assertThat(text).exists();
  }

  @Test
  void score_unknownCharacter_oneSentenceAndNothingLeft() throws IOException {
    Result result = score(text("text", "abc\nabZ\n"), "--out", out);

    assertThat(result.code()).isEqualTo(1);
    assertThat(result.err())
        .hasLineCount(1)
        .contains("'abZ'", "'Z'")
        .startsWith("rnn-spark score: ");
    assertThat(out).doesNotExist();
  }

  @Test
  void score_notUtf8_oneSentence() throws IOException {
    Path text = Files.write(dir.resolve("latin"), "\u00e4\n".getBytes(StandardCharsets.ISO_8859_1));

    Result result = score(text, "--out", out);

    assertThat(result.code()).isEqualTo(1);
    assertThat(result.err()).hasLineCount(1).containsIgnoringCase("utf8");
  }

  @Test
  void score_missingFiles_oneSentence() throws IOException {
    Path text = text("text", "abc\n");

    Result noText = score(dir.resolve("none"), "--out", out);
    assertThat(noText.code()).isEqualTo(1);
    assertThat(noText.err())
        .isEqualTo("rnn-spark score: there is no file " + dir.resolve("none") + "\n");

    Result noModel =
        Scored.spark(LocalSpark.session(), "score", dir.resolve("none"), text, "--out", out);
    assertThat(noModel.code()).isEqualTo(1);
    assertThat(noModel.err()).hasLineCount(1).contains("none");

    Result unknownSystem = score("nowhere://text", "--out", out);
    assertThat(unknownSystem.code()).isEqualTo(1);
    assertThat(unknownSystem.err()).hasLineCount(1).contains("nowhere");
  }

  @Test
  void main_wrongCommandLines_usageErrorsBeforeAnySession() {
    for (List<String> words :
        List.of(
            List.<String>of(),
            List.of("scoer"),
            List.of("score", "model"),
            List.of("score", "model", "text"),
            List.of("score", "model", "text", "--out", "dir", "--unknown", "xy"))) {
      Result result =
          Scored.program(
              () -> {
                throw new AssertionError("the session is asked for");
              },
              words);
      assertThat(result.code()).as(words.toString()).isEqualTo(2);
      assertThat(result.err()).contains("rnn-spark");
    }
  }
}
