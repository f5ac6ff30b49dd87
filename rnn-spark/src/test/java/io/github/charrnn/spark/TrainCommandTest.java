package io.github.charrnn.spark;

import static org.assertj.core.api.Assertions.assertThat;

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
import org.junit.jupiter.api.BeforeEach;
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

  private Result train(Object model, Object... words) {
    List<Object> all =
        new ArrayList<>(List.of("train", text, "-o", model, "--recipe", "course", "--hidden", 7));
    all.addAll(List.of("--shards", 3, "--local-steps", 5, "--batch", 6, "--seq", 8));
    all.addAll(List.of(words));
    return Scored.spark(LocalSpark.session(), all.toArray());
  }

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
    try (var files = Files.list(other.getParent())) {
      assertThat(files.map(it -> it.getFileName().toString()))
          .containsExactlyInAnyOrder("n", "n.checkpoint", "n.report.html", "n.report.json");
    }
  }

  @Test
  void whatIsWrong_isSaidInOneSentence() {
    Path model = directory.resolve("m");

    assertThat(refusal(train(model, "--steps", 12)))
        .isEqualTo("1 rnn-spark train: --steps is 12, must be a multiple of --local-steps, 5\n");
    assertThat(refusal(train(model, "--resume")))
        .startsWith("1 rnn-spark train: there is no ")
        .contains(model + ".checkpoint");
    assertThat(refusal(train(directory.resolve("none/m"))))
        .startsWith(
            "1 rnn-spark train: there is no directory file:" + directory + "/none: make it");
    assertThat(refusal(train(model, "--validation-every", 5)))
        .startsWith("2 rnn-spark train: --validation-every needs --validation: name a text");
    assertThat(refusal(Scored.spark(LocalSpark.session(), "train", "-o", model)))
        .startsWith("2 rnn-spark train: TEXT is missing: name a file, a directory or a pattern");
    assertThat(
            refusal(Scored.spark(LocalSpark.session(), "train", text, "-o", model, "--shards", 1)))
        .startsWith("2 rnn-spark train: --shards is 1, must be at least 2");
    assertThat(model).doesNotExist();
  }

  private static String refusal(Result result) {
    return result.code() + " " + result.err();
  }
}
