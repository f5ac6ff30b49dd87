package io.github.charrnn.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.charrnn.VanillaRnn;
import io.github.charrnn.spark.Scored.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** All of a run in HDFS. */
@Tag("long")
class HdfsTest {
  @TempDir private static Path nodes;
  private static Hdfs hdfs;

  @TempDir private Path here;
  private List<Path> texts;

  @BeforeAll
  static void start() throws IOException {
    hdfs = Hdfs.start(nodes);
  }

  @AfterAll
  static void stop() {
    hdfs.close();
  }

  @BeforeEach
  void writeTexts() throws IOException {
    texts =
        List.of(
            text("a.txt", "to be, or not to be, that is the question:\n"),
            text("b.txt", "whether 'tis nobler in the mind to suffer\n"));
    for (Path text : texts) {
      hdfs.put(text, "texts/" + text.getFileName());
    }
  }

  private Path text(String name, String line) throws IOException {
    return Files.writeString(here.resolve(name), line.repeat(40));
  }

  private static Result rnn(Object... words) {
    return Scored.spark(LocalSpark.session(), words);
  }

  @Test
  void train_there_isTrainingHere_alsoGoneOnWith_andItsModelScoresThere() throws IOException {
    hdfs.files().mkdirs(hdfs.path("models"));
    String there = hdfs.name("texts");
    Path model = here.resolve("m");
    String remote = hdfs.name("models/m");
    List<Object> how = new ArrayList<>(List.of("--recipe", "course", "--hidden", 7));
    how.addAll(List.of("--documents", "lines", "--shards", 3));
    how.addAll(List.of("--validation", there + "/b.txt", "--validation-every", 10));

    assertThat(rnn("train", texts, "-o", model, how, "--steps", 20).err()).contains("round 2 of 2");
    assertThat(rnn("train", there, "-o", remote, how, "--steps", 10).code()).isZero();
    Result whole = rnn("train", there, "-o", remote, how, "--steps", 20, "--resume");

    assertThat(whole.code()).as(whole.err()).isZero();
    assertThat(whole.err()).startsWith("going on from " + remote + ".checkpoint, step 10\n");
    assertThat(Arrays.stream(hdfs.files().listStatus(hdfs.path("models"))))
        .extracting(it -> it.getPath().getName())
        .containsExactlyInAnyOrder("m", "m.checkpoint", "m.report.html", "m.report.json");
    Path fetched = here.resolve("fetched");
    hdfs.get("models/m", fetched);
    assertSame(fetched, model);

    Result scored = rnn("score", remote, there + "/*.txt", "--out", hdfs.name("scored"));
    assertThat(scored.code()).as(scored.err()).isZero();
    hdfs.get("scored", here);
    assertThat(Scored.parts(here.resolve("scored")))
        .isEqualTo(Scored.byRnn(model, texts, List.of()));
  }

  private static void assertSame(Path model, Path other) throws IOException {
    assertThat(VanillaRnn.load(model).fingerprint())
        .isEqualTo(VanillaRnn.load(other).fingerprint());
  }

  @Test
  void noDataNode_whatTheRunHasIsKept_andGoesOn() throws IOException {
    Path text = texts.get(0);
    List<Object> how = List.of("--recipe", "course", "--hidden", 7, "--checkpoint-every", 10);
    Result run =
        hdfs.withoutDataNode(() -> rnn("train", text, "-o", hdfs.name("kept"), how, "--steps", 20));

    assertThat(run.code()).isEqualTo(1);
    Matcher kept =
        Pattern.compile(
                "rnn-spark train: the checkpoint cannot be published: .*minReplication nodes.*[^.];"
                    + " all that the run has is in (.*) on the driver's machine: the same command"
                    + " with --resume and -o \\1/kept goes on with it\n")
            .matcher(run.err());
    assertThat(kept.find()).as(run.err()).isTrue();
    Path model = Path.of(kept.group(1), "kept");
    Path whole = here.resolve("whole");
    rnn("train", text, "-o", whole, how, "--steps", 20);
    assertThat(rnn("train", text, "-o", model, how, "--steps", 20, "--resume").code()).isZero();
    assertSame(model, whole);
  }

  @Test
  void whatIsWrong_isSaidInOneSentence() {
    String there = hdfs.name("texts");
    String none = hdfs.name("none");
    String model = here + "/m";

    assertThat(refusal("score", none, there, "--out", hdfs.name("other")))
        .isEqualTo("there is no file " + none + ", or it is a directory");
    assertThat(refusal("score", model, there, "--out", there))
        .isEqualTo(
            there + " is there already: name another directory, or replace it with --overwrite");
    assertThat(refusal("train", none, "-o", model)).isEqualTo("there is no file " + none);
    assertThat(refusal("train", there, "-o", none + "/m"))
        .isEqualTo("there is no directory " + none + ": make it first");
    assertThat(refusal("train", there, "-o", there))
        .isEqualTo(there + " is a directory: name the model's file in it");
    assertThat(refusal("train", there, "-o", hdfs.name("m"), "--resume"))
        .isEqualTo("there is no checkpoint " + hdfs.name("m.checkpoint") + " to resume");
    assertThat(refusal("train", "hdfs://127.0.0.1:1/texts", "-o", model))
        .isEqualTo(
            "nothing answers at localhost:1 (connection refused): start it, or name the one that"
                + " runs");
    assertThat(refusal("score", "hdfs://nowhere.invalid/m", there, "--out", hdfs.name("other")))
        .isEqualTo(
            "there is no host nowhere.invalid: name another, or HADOOP_CONF_DIR must name the"
                + " directory that says what is called so");
    assertThat(refusal("train", "hdfs:///texts", "-o", model))
        .isEqualTo(
            "hdfs:///texts has no host: name it, as in hdfs://HOST:PORT/DIR, or HADOOP_CONF_DIR"
                + " must name the directory that says which it is");
    assertThat(refusal("train", "s3a://bucket/texts", "-o", model))
        .startsWith(
            "Spark has nothing that reads such paths, no org.apache.hadoop.fs.s3a.S3AFileSystem:"
                + " add its jars, for s3a: with --packages org.apache.hadoop:hadoop-aws:");
  }

  private static String refusal(Object... words) {
    Result result = rnn(words);
    assertThat(result.code()).isEqualTo(1);
    return result.err().strip().replaceFirst("^rnn-spark \\w+: ", "");
  }
}
