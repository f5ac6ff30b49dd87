package io.github.charrnn.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.github.charrnn.CharVocab;
import io.github.charrnn.Trainer;
import io.github.charrnn.Training;
import io.github.charrnn.TrainingResult;
import io.github.charrnn.VanillaRnn;
import io.github.charrnn.spark.Scored.Result;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.DelegateToFileSystem;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.spark.launcher.JavaModuleOptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainCommandTest {
  private static final String TEXT = "to be, or not to be, that is the question:\n".repeat(40);

  @TempDir private Path directory;
  private Path text;

  /** A file system as others than the local one are: by its scheme alone. */
  public static final class Other extends RawLocalFileSystem {
    @Override
    public URI getUri() {
      return URI.create("other:///");
    }
  }

  /** The same, as another part of Hadoop sees it. */
  public static final class OtherContext extends DelegateToFileSystem {
    public OtherContext(URI uri, Configuration configuration)
        throws IOException, URISyntaxException {
      super(uri, new Other(), configuration, "other", false);
    }
  }

  @BeforeEach
  void writeText() throws IOException {
    text = Files.writeString(directory.resolve("text"), TEXT);
    Configuration configuration = LocalSpark.session().sparkContext().hadoopConfiguration();
    configuration.setClass("fs.other.impl", Other.class, Other.class);
    configuration.setClass(
        "fs.AbstractFileSystem.other.impl", OtherContext.class, OtherContext.class);
  }

  private List<String> words(Object model, Object... words) {
    List<Object> all =
        new ArrayList<>(List.of("train", text, "-o", model, "--recipe", "course", "--hidden", 7));
    all.addAll(List.of("--shards", 3, "--local-steps", 5, "--batch", 6, "--seq", 8));
    all.addAll(List.of(words));
    return all.stream().map(Object::toString).toList();
  }

  private Result train(Object model, Object... words) {
    return Scored.spark(LocalSpark.session(), words(model, words).toArray());
  }

  @Tag("long")
  @Test
  void train_savesModelCheckpointAndPage_andGoesOnAsIfItHadNotStopped() throws IOException {
    Path model = directory.resolve("m");
    Path heldOut = Files.writeString(directory.resolve("held"), TEXT.substring(3, 200));

    Result whole = train(model, "--steps", 20, "--validation", heldOut);

    assertThat(whole.code()).as(whole.err()).isZero();
    assertThat(whole.out())
        .startsWith("model        " + model + "\nfingerprint  ")
        .endsWith("report       " + model + ".report.html\n");
    assertThat(whole.err())
        .contains("round 1 of 4, epoch ")
        .containsPattern("round 4 of 4, .* bits per character, held-out [0-9.]+, ");
    assertThat(TrainingResult.load(directory.resolve("m.checkpoint")).steps()).isEqualTo(20);
    assertThat(directory.resolve("m.report.html")).content().contains("Trained on Spark, on 3");

    Path other = directory.resolve("elsewhere/n");
    Files.createDirectory(other.getParent());
    String remote = "other:" + other;
    assertThat(train(remote, "--steps", 10, "--validation", heldOut).code()).isZero();
    Result resumed = train(remote, "--steps", 20, "--resume", "--validation", heldOut);

    assertThat(resumed.code()).as(resumed.err()).isZero();
    assertThat(resumed.err()).startsWith("going on from other:" + other + ".checkpoint, step 10\n");
    assertThat(VanillaRnn.load(other).fingerprint())
        .isEqualTo(VanillaRnn.load(model).fingerprint());
    assertThat(refusal(train(remote, "--resume", "--steps", 20, "--lr", 0.5)))
        .startsWith(
            "2 rnn-spark train: of the recipe course --lr is 0.5, not 0.1, as in the run of the"
                + " checkpoint other:"
                + other
                + ".checkpoint: leave it out");
    assertThat(train(remote, "--steps", 20, "--checkpoint-every", 5).code()).isZero();
    try (var files = Files.list(other.getParent())) {
      assertThat(files.map(it -> it.getFileName().toString()))
          .containsExactlyInAnyOrder("n", "n.checkpoint", "n.report.html", "n.report.json");
    }
  }

  @Tag("long")
  @Test
  void train_thatIsToldToEnd_savesWhatItHas_clearsUp_andGoesOnWithTheSameBits() throws Exception {
    Path whole = directory.resolve("whole");
    assertThat(train(whole, "--steps", 1000).code()).isZero();
    Path there = Files.createDirectory(directory.resolve("there"));
    Path temporary = Files.createDirectory(directory.resolve("tmp"));
    Path err = directory.resolve("err");
    List<String> command = new ArrayList<>();
    command.add(ProcessHandle.current().info().command().orElse("java"));
    command.addAll(List.of(JavaModuleOptions.defaultModuleOptionArray()));
    command.addAll(List.of("-cp", System.getProperty("java.class.path", "")));
    command.addAll(
        List.of(
            "-Djava.io.tmpdir=" + temporary,
            "-Dspark.hadoop.fs.other.impl=" + Other.class.getName(),
            "-Dspark.hadoop.fs.AbstractFileSystem.other.impl=" + OtherContext.class.getName(),
            "-Drnn.kernel=scalar",
            "io.github.charrnn.spark.Main"));
    command.addAll(words("other:" + there + "/m", "--steps", 1000));
    Path out = directory.resolve("out");
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    while (process.isAlive() && !Files.readString(err).contains("round 3 of ")) {
      Thread.sleep(20);
    }
    process.destroy(); // as Ctrl-C does, but for the signal's number

    assertThat(process.waitFor()).as(Files.readString(err)).isEqualTo(143);
    assertThat(err)
        .content()
        .containsPattern("interrupted at step [0-9,]+; to go on, the same command with --resume\n");
    assertThat(out).content().startsWith("model        other:" + there + "/m\n");
    assertThat(there.resolve("m.report.html")).exists();
    assertThat(TrainingResult.load(there.resolve("m.checkpoint")).steps()).isLessThan(1000);
    assertThat(temporary).isEmptyDirectory();
    assertThat(train("other:" + there + "/m", "--steps", 1000, "--resume").code()).isZero();
    assertThat(VanillaRnn.load(there.resolve("m")).fingerprint())
        .isEqualTo(VanillaRnn.load(whole).fingerprint());
  }

  @Test
  void whatIsWrong_isSaidInOneSentence() {
    Path model = directory.resolve("m");

    assertThat(refusal(train(model, "--steps", 12)))
        .isEqualTo("1 rnn-spark train: --steps is 12, must be a multiple of --local-steps, 5\n");
    assertThat(refusal(train(model, "--resume")))
        .startsWith("1 rnn-spark train: there is no ")
        .contains(model + ".checkpoint");
    assertThat(refusal(train(text, "--steps", 5)))
        .isEqualTo(
            "1 rnn-spark train: file:"
                + text
                + " would be written, and "
                + text
                + " is read: name another model\n");
    String pattern = directory + "/te*";
    assertThat(refusal(Scored.spark(LocalSpark.session(), "train", pattern, "-o", text)))
        .isEqualTo(
            "1 rnn-spark train: file:"
                + text
                + " would be written, and "
                + pattern
                + " is read: name another model\n");
    assertThat(text).hasContent(TEXT);
    assertThat(refusal(train(directory, "--steps", 5)))
        .isEqualTo(
            "1 rnn-spark train: " + directory + " is a directory: name the model's file in it\n");
    assertThat(refusal(train(directory.resolve("none/m"))))
        .startsWith(
            "1 rnn-spark train: there is no directory file:" + directory + "/none: make it");
    assertThat(refusal(train(model, "--validation-every", 5)))
        .startsWith("2 rnn-spark train: --validation-every needs --validation: name a text");
    assertThat(refusal(Scored.spark(LocalSpark.session(), "train", "-o", model)))
        .startsWith("2 rnn-spark train: TEXT is missing");
    assertThat(refusal(Scored.spark(LocalSpark.session(), "train", "-", "-o", model)))
        .startsWith(
            "2 rnn-spark train: TEXT is -, standard input, which executors do not reach: name a"
                + " file, a directory or a pattern");
    assertThat(refusal(Scored.spark(LocalSpark.session(), "train", text)))
        .startsWith("2 rnn-spark train: --output is missing");
    assertThatIllegalStateException()
        .isThrownBy(() -> Session.requireMaster("spark://127.0.0.1:1,127.0.0.1:2"))
        .withMessage(
            "no master answers at spark://127.0.0.1:1,127.0.0.1:2: start it, or name one that runs"
                + " with --master");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Session.requireMaster("spark://here"))
        .withMessage("--master is spark://here, must be like spark://HOST:PORT");
    assertThat(
            refusal(
                Scored.spark(LocalSpark.session(), "train", text, "-o", model, "--vocab", text)))
        .startsWith("2 rnn-spark train: --vocab is for rnn train");
    assertThat(
            refusal(Scored.spark(LocalSpark.session(), "train", text, "-o", model, "--shards", 1)))
        .startsWith("2 rnn-spark train: --shards is 1, must be at least 2");
    assertThat(model).doesNotExist();
  }

  @Test
  void train_overTheCheckpointOfARunThatHasNotEnded_elsewhere_isRefused() throws IOException {
    Path there = Files.createDirectory(directory.resolve("there"));
    VanillaRnn start = VanillaRnn.builder(CharVocab.of(TEXT)).hiddenSize(2).build();
    Trainer.of(start)
        .checkpoint(there.resolve("m.checkpoint"), 5)
        .every(5, run -> stopAt(run, 5))
        .train(TEXT, 10);

    assertThat(refusal(train("other:" + there + "/m", "--steps", 10)))
        .isEqualTo(
            "1 rnn-spark train: the checkpoint other:"
                + there
                + "/m.checkpoint is of a run that has not ended, it is at step 5 of 10: resume it,"
                + " name another file or delete it\n");
  }

  private static void stopAt(Training run, long step) {
    if (run.step() == step) {
      run.stop();
    }
  }

  private static String refusal(Result result) {
    return result.code() + " " + result.err();
  }
}
