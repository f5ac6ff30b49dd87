package io.github.charrnn.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.charrnn.spark.Scored.Result;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.apache.spark.sql.ExperimentalMethods;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.catalyst.rules.Rule;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import scala.collection.immutable.Seq;
import scala.jdk.javaapi.CollectionConverters;

@Tag("long")
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
  void score_directoryInDirectory_wholePathsInTheOrderOfRnn() throws IOException {
    Path folder = Files.createDirectories(dir.resolve("in"));
    Files.createDirectory(folder.resolve("a"));
    List<Path> visible = new ArrayList<>();
    // "-" and "." come before "/", and U+FF5E before what UTF-16 writes as two.
    for (String name : List.of("a-b", "a.txt", "a/x", "\uFF5E", "\uD83D\uDE00")) {
      visible.add(Files.writeString(folder.resolve(name), "c".repeat(visible.size() + 2)));
    }
    for (String name : List.of(".b", "_b", "a/_b", "a/.b", "b._COPYING_")) {
      Files.writeString(folder.resolve(name), "hidden");
    }
    Files.writeString(Files.createDirectory(folder.resolve("_c")).resolve("x"), "hidden");
    assertThat(visible).isSorted();

    Result result = score(folder, "--out", out);

    assertThat(result.code()).as(result.err()).isZero();
    assertThat(Scored.parts(out)).isEqualTo(Scored.byRnn(model, visible, List.of()));
  }

  @Test
  void score_charactersOfPatternsInNames_eachFileOnce() throws IOException {
    Path folder = Files.createDirectory(dir.resolve("in"));
    List<Path> texts = new ArrayList<>();
    for (String name : List.of("x*", "x1.txt", "x?", "x[1].txt", "x\\", "x{", "x{1,2}.txt")) {
      texts.add(Files.writeString(folder.resolve(name), "c".repeat(texts.size() + 2)));
    }
    String expected = Scored.byRnn(model, texts, List.of());

    assertThat(score(folder, "--out", out).code()).isZero();
    assertThat(Scored.parts(out)).isEqualTo(expected);

    Path named = dir.resolve("named");
    assertThat(Scored.bySpark(LocalSpark.session(), model, texts, named, List.of()))
        .isEqualTo(expected);
  }

  @Test
  void score_hiddenFileThatIsNamedOrFound_refused() throws IOException {
    text("good", "abc\n");
    for (String name : List.of("_hidden", ".hidden", "hidden._COPYING_")) {
      Path text = text(name, "abc\n");

      for (Object input : List.of(text, dir + "/*hidden*")) {
        Result result = score(dir.resolve("good"), input, "--out", out);

        assertThat(result.code()).isEqualTo(1);
        assertThat(result.err())
            .isEqualTo(
                "rnn-spark score: file:"
                    + text
                    + " is hidden from Spark, which leaves out names that begin with . or _ or end"
                    + " with ._COPYING_: rename or copy it\n");
      }
      Files.delete(text);
    }
    assertThat(names()).containsExactlyInAnyOrder("good", "model.safetensors");
  }

  @Test
  void score_fileInHiddenDirectory_isRead() throws IOException {
    Path text =
        Files.writeString(Files.createDirectory(dir.resolve("_in")).resolve("text"), "abc\n");

    for (Path input : List.of(text, text.getParent())) {
      Path to = dir.resolve("out" + input.getFileName());
      assertThat(score(input, "--out", to).code()).isZero();
      assertThat(Scored.parts(to)).hasLineCount(1);
    }
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

  @Test
  void score_nothingToOverwrite_isWritten() throws IOException {
    Result result = score(text("text", "abc\n"), "--out", out, "--overwrite");

    assertThat(result.code()).as(result.err()).isZero();
    assertThat(Scored.parts(out)).hasLineCount(1);
    assertThat(names()).containsExactlyInAnyOrder("model.safetensors", "out", "text");
  }

  @Test
  void score_directoryMadeByAnotherMeanwhile_isLeftAlone() throws IOException {
    Path text = text("text", "abc\n");
    Path other = out.resolve("other");

    Result failed = meanwhile(other, () -> score(text("unknown", "abcZ\n"), "--out", out));
    assertThat(failed.err()).contains("'Z'");
    assertThat(other).exists();
    assertThat(names()).containsExactlyInAnyOrder("model.safetensors", "out", "text", "unknown");

    Files.delete(other);
    Files.delete(out);
    Result late = meanwhile(other, () -> score(text, "--out", out));
    assertThat(late.code()).isEqualTo(1);
    String beside = names().stream().filter(name -> name.startsWith(".out-")).findFirst().get();
    assertThat(late.err())
        .isEqualTo(
            "rnn-spark score: all lines are scored, but file:%s, which has them, cannot be renamed to"
                    .formatted(dir.resolve(beside))
                + " file:%s, which another may have made meanwhile: give it another name, or delete it%n"
                    .formatted(out));
    try (Stream<Path> inside = Files.list(out)) {
      assertThat(inside).containsExactly(other);
    }
    assertThat(Scored.parts(dir.resolve(beside))).hasLineCount(1);

    Files.delete(other);
    Files.delete(out);
    Result replaces = meanwhile(other, () -> score(text, "--out", out, "--overwrite"));
    assertThat(replaces.code()).as(replaces.err()).isZero();
    assertThat(other).doesNotExist();
    assertThat(Scored.parts(out)).hasLineCount(1);
  }

  /** While the driver plans what the first job does, another makes a file and its directory. */
  private static Result meanwhile(Path file, Callable<Result> run) throws IOException {
    ExperimentalMethods session = LocalSpark.session().experimental();
    Seq<Rule<LogicalPlan>> before = session.extraOptimizations();
    session.extraOptimizations_$eq(
        CollectionConverters.asScala(List.<Rule<LogicalPlan>>of(new Makes(file))).toSeq());
    try {
      return run.call();
    } catch (Exception e) {
      throw new AssertionError(e);
    } finally {
      session.extraOptimizations_$eq(before);
    }
  }

  /** A rule of Spark's that changes no plan. */
  private static final class Makes extends Rule<LogicalPlan> {
    private final Path file;

    Makes(Path file) {
      this.file = file;
    }

    @Override
    public LogicalPlan apply(LogicalPlan plan) {
      try {
        Files.createDirectories(file.getParent());
        Files.writeString(file, "another's");
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return plan;
    }
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
    assertThat(result.err())
        .isEqualTo(
            "rnn-spark score: a text is not UTF-8, it has the bytes \\xE4: convert it first, for"
                + " example with iconv\n");
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
