package io.github.charrnn.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.charrnn.BestBy;
import io.github.charrnn.EncodedText;
import io.github.charrnn.HeldOut;
import io.github.charrnn.Trainer;
import io.github.charrnn.VanillaRnn;
import io.github.charrnn.cli.files.ModelFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reports, held-out texts, and what is made of them. */
class ReportCommandsTest {
  private static final String BOOK =
      "The harbour was quiet that night. \"No boats,\" said Anna; nobody asked why.\n".repeat(40);

  @TempDir Path directory;
  private Path book;
  private Path model;

  @BeforeEach
  void writeBook() throws IOException {
    book = Files.writeString(directory.resolve("book.txt"), BOOK);
    model = directory.resolve("book.safetensors");
  }

  private Cli.Outcome train(Object... more) {
    Object[] first = {
      "train", book, "-o", model, "--recipe", "course", "--hidden", 12, "--steps", 300
    };
    return Cli.run(Stream.concat(Stream.of(first), Stream.of(more)).toArray());
  }

  private JsonObject report() throws IOException {
    return JsonParser.parseString(Files.readString(new ModelFiles(model).numbers(), UTF_8))
        .getAsJsonObject();
  }

  private static void assertDone(Cli.Outcome outcome) {
    assertThat(outcome.code()).as(outcome.err()).isZero();
  }

  /** Without what a second run of the same settings may say otherwise. */
  private static JsonObject withoutTimes(JsonObject report) {
    JsonObject progress = report.getAsJsonObject("progress");
    assertThat(progress.remove("seconds")).isNotNull();
    assertThat(progress.remove("charactersPerSecond")).isNotNull();
    return report;
  }

  /** Of models on the way, which only the process has that trained them. */
  private static JsonObject withoutWordsOnTheWay(JsonObject report) {
    report.getAsJsonArray("samples").forEach(sample -> sample.getAsJsonObject().remove("words"));
    return report;
  }

  private static JsonObject network(JsonObject report) {
    JsonArray models = report.getAsJsonObject("comparison").getAsJsonArray("models");
    return models.get(models.size() - 1).getAsJsonObject();
  }

  @Test
  void theReport_saysWhatTheLibrarySays() throws IOException, NoSuchAlgorithmException {
    assertDone(
        train(
            "--sample-every",
            100,
            "--validation",
            0.1,
            "--validation-every",
            50,
            "--gradcheck",
            "20"));
    EncodedText all = EncodedText.read(book);
    EncodedText text = all.part(0, all.length() - 300);
    EncodedText heldOut = all.part(all.length() - 300, all.length());
    assertThat(all.length()).isEqualTo(3_000);
    var expected =
        Trainer.of(VanillaRnn.builder(all.vocab()).hiddenSize(12).build())
            .validation(heldOut, 50)
            .samples(100, 200)
            .train(text, 300);

    JsonObject report = report();

    assertThat(VanillaRnn.load(model).fingerprint()).isEqualTo(expected.best().fingerprint());
    assertThat(report.getAsJsonObject("model").get("fingerprint").getAsString())
        .isEqualTo(expected.best().fingerprint());
    assertThat(report.get("state").getAsString()).isEqualTo("finished");
    assertThat(report.getAsJsonObject("progress").get("smoothLoss").getAsDouble())
        .isCloseTo(expected.smoothLoss(), within(1e-3));
    List<String> samples = new ArrayList<>();
    report
        .getAsJsonArray("samples")
        .forEach(sample -> samples.add(sample.getAsJsonObject().get("text").getAsString()));
    assertThat(samples).isEqualTo(expected.samples().stream().map(s -> s.text()).toList());
    JsonObject words =
        report.getAsJsonArray("samples").get(3).getAsJsonObject().getAsJsonObject("words");
    assertThat(words.get("characters").getAsInt()).isEqualTo(1_000);
    assertThat(words.get("known").getAsInt()).isLessThanOrEqualTo(words.get("count").getAsInt());
    JsonObject validation = report.getAsJsonObject("validation");
    assertThat(validation.getAsJsonArray("points")).hasSize(7);
    assertThat(validation.get("characters").getAsInt()).isEqualTo(300);
    JsonObject comparison = report.getAsJsonObject("comparison");
    assertThat(comparison.get("heldOut").getAsBoolean()).isTrue();
    assertThat(comparison.get("fingerprint").getAsString())
        .isEqualTo(
            HexFormat.of()
                .formatHex(
                    MessageDigest.getInstance("SHA-256")
                        .digest(BOOK.substring(2_700).getBytes(UTF_8))));
    assertThat(network(report).get("natsPerCharacter").getAsDouble())
        .isCloseTo(expected.best().evaluate(heldOut).natsPerCharacter(), within(1e-4));
    assertThat(report.getAsJsonArray("gradientChecks")).as("m and n, m and 3, 3 and n").hasSize(3);
    for (JsonElement check : report.getAsJsonArray("gradientChecks")) {
      assertThat(check.getAsJsonObject().get("passed").getAsBoolean()).isTrue();
    }
  }

  @Test
  void itsCommand_trainsTheSameAgain() throws IOException {
    assertDone(
        train(
            "--seq",
            7,
            "--batch",
            2,
            "--lr",
            0.3,
            "--clip",
            "Infinity",
            "--optimizer",
            "sgd",
            "--seed",
            -5,
            "--validation",
            0.123,
            "--validation-pieces",
            3,
            "--validation-every",
            40,
            "--patience",
            100,
            "--best-by",
            "validation",
            "--sample-every",
            60,
            "--sample-length",
            20));
    byte[] bytes = Files.readAllBytes(model);
    JsonObject before = withoutTimes(report());
    String command = before.get("repeat").getAsString();
    Files.delete(Path.of(model + ".checkpoint"));
    Files.delete(model);

    List<String> words = List.of(command.split(" ", -1));
    assertThat(words.get(0)).isEqualTo("rnn");
    assertDone(Cli.run(words.subList(1, words.size()).toArray()));

    assertThat(model).hasBinaryContent(bytes);
    assertThat(withoutTimes(report())).isEqualTo(before);
  }

  @Test
  void threads_areOfTheMachine_notOfTheCommandThatRepeatsTheRun() throws IOException {
    assertDone(train("--threads", 3));
    JsonObject withThree = withoutTimes(report());
    assertThat(withThree.getAsJsonObject("machine").remove("threads").getAsInt()).isEqualTo(3);
    assertThat(withThree.get("repeat").getAsString()).doesNotContain("--threads");

    assertDone(train("--threads", 1));
    JsonObject withOne = withoutTimes(report());
    assertThat(withOne.getAsJsonObject("machine").remove("threads").getAsInt()).isEqualTo(1);
    assertThat(withOne).isEqualTo(withThree);
  }

  @Test
  void itsCommand_ofARunFromAModel_beginsThere() throws IOException {
    Path first = directory.resolve("first one");
    assertDone(train("-q", "--json"));
    Files.move(model, first);
    Files.delete(Path.of(model + ".checkpoint"));
    assertDone(
        Cli.run(
            "train",
            book,
            "-o",
            model,
            "--recipe",
            "course",
            "--from",
            first,
            "--steps",
            50,
            "-q"));

    assertThat(report().get("repeat").getAsString())
        .startsWith("rnn train " + book + " -o " + model + " --recipe course --seq 25 ")
        .contains(" --from '" + first + "' ")
        .doesNotContain("--hidden", "--seed");
    assertThat(report().getAsJsonObject("settings").get("from").getAsString())
        .isEqualTo(first.toString());

    assertDone(Cli.run("report", model, book));
    assertThat(report().getAsJsonArray("notes").toString())
        .contains("The run began with a model: the command to repeat it lacks the --from");
  }

  /** In the book's vocabulary. */
  private Path other(String text) throws IOException {
    return Files.writeString(directory.resolve("other.txt"), text);
  }

  @Test
  void aTextOfItsOwn_isHeldOutAsAWhole_andNamedAgain() throws IOException {
    Path other = other("That night nobody asked why the harbour was quiet.\n");
    Object[] settings = {"--validation", other, "--validation-every", 100, "--best-by", "last"};
    assertDone(train(settings));
    JsonObject before = withoutTimes(report());
    VanillaRnn last = VanillaRnn.load(model);

    assertThat(last.training().orElseThrow().textLength()).isEqualTo(3_000);
    assertThat(before.getAsJsonObject("validation").get("characters").getAsInt()).isEqualTo(51);
    assertThat(network(before).get("natsPerCharacter").getAsDouble())
        .isCloseTo(last.evaluate(Files.readString(other)).natsPerCharacter(), within(1e-4));
    assertThat(before.get("repeat").getAsString())
        .contains(" --validation " + other + " --validation-every 100 --best-by last ");

    assertDone(Cli.run("report", model, book, "--validation", other));
    assertThat(report().get("comparison")).isEqualTo(before.get("comparison"));
    assertThat(report().get("repeat").getAsString()).contains(" --validation " + other + " ");
    assertThat(Cli.run("report", model, book).err())
        .contains("the run was measured with another text, of 51 characters: name it by");

    assertThat(Cli.run("train", book, "-o", model, "--resume", "--steps", 400).err())
        .contains(
            "the run of the checkpoint "
                + model
                + ".checkpoint was measured with another text, of 51 characters: name it by");
    Object[] more = {"train", book, "-o", model, "--resume", "--steps", 400};
    assertDone(Cli.run(Stream.concat(Stream.of(more), Stream.of(settings)).toArray()));
    assertThat(VanillaRnn.load(model).training().orElseThrow().step()).isEqualTo(400);
  }

  @Test
  void patience_endsTheRun_andItSaysWhere() throws IOException {
    Path other = other("qqqqqqqqqqqqqqqq");
    Object[] settings = {"--validation", other, "--validation-every", 20, "--patience", 3};

    Cli.Outcome outcome = train(settings);

    assertDone(outcome);
    JsonObject progress = report().getAsJsonObject("progress");
    long best = report().getAsJsonObject("validation").get("bestStep").getAsLong();
    assertThat(progress.get("steps").getAsLong()).isEqualTo(best + 60).isLessThan(300);
    assertThat(outcome.err())
        .containsPattern(
            "ended early, after "
                + (best + 60)
                + " of 300 steps \\(--patience 3\\):\n +no held-out loss since step "
                + best
                + " was lower\n");
    assertThat(report().get("state").getAsString()).isEqualTo("finished");
    assertThat(train("--json", "-q").out()).contains("\"endedEarly\": false");
  }

  @Test
  void bestByValidation_savesThatModel() throws IOException {
    assertDone(
        train("--validation", 0.1, "--validation-every", 20, "--best-by", "validation", "--lr", 1));

    JsonObject validation = report().getAsJsonObject("validation");
    VanillaRnn best = VanillaRnn.load(model);
    assertThat(best.training().orElseThrow().step())
        .isEqualTo(validation.get("bestStep").getAsLong());
    EncodedText all = best.vocab().encode(BOOK);
    assertThat(best.evaluate(all.part(2_700, 3_000)).natsPerCharacter())
        .isCloseTo(validation.get("bestNatsPerCharacter").getAsDouble(), within(1e-5));
  }

  @Test
  void aResumedRun_hasTheSameReport() throws IOException {
    Object[] settings = {
      "--validation",
      0.1,
      "--validation-pieces",
      4,
      "--validation-every",
      30,
      "--sample-every",
      40,
      "--best-by",
      "validation"
    };
    assertDone(train(settings));
    JsonObject undisturbed = withoutWordsOnTheWay(withoutTimes(report()));
    Files.delete(Path.of(model + ".checkpoint"));
    EncodedText all = EncodedText.read(book);
    HeldOut split = HeldOut.spread(all, 300, 4);
    Trainer.of(VanillaRnn.builder(all.vocab()).hiddenSize(12).build())
        .validation(split.pieces(), 30)
        .bestBy(BestBy.VALIDATION)
        .samples(40, 200)
        .checkpoint(Path.of(model + ".checkpoint"))
        .every(
            1,
            training -> {
              if (training.step() == 137) {
                training.stop();
              }
            })
        .train(split.training(), 300);

    assertDone(Cli.run("train", book, "-o", model, "--resume"));

    JsonObject resumed = withoutWordsOnTheWay(withoutTimes(report()));
    assertThat(resumed.remove("notes").toString()).contains("This run was resumed");
    undisturbed.remove("notes");
    // Options that the checkpoint does not tell of, and that change no model, are not in it.
    undisturbed.addProperty(
        "repeat", undisturbed.get("repeat").getAsString().replace(" --sample-every 40", ""));
    assertThat(resumed).isEqualTo(undisturbed);
  }

  @Test
  void report_withTheText_isMadeFromModelAndCheckpoint() throws IOException {
    assertDone(train("--validation", 0.1, "--validation-every", 30, "--gradcheck", "all"));
    JsonObject written = report();
    Files.delete(new ModelFiles(model).numbers());
    Files.delete(new ModelFiles(model).page());

    assertDone(Cli.run("report", model, book, "--gradcheck", "all"));

    JsonObject anew = withoutWordsOnTheWay(report());
    assertThat(anew.remove("notes").getAsJsonArray().toString()).contains("after training");
    withoutWordsOnTheWay(written).remove("notes");
    written.getAsJsonObject("machine").remove("threads"); // no file has them
    assertThat(anew).isEqualTo(written);
    assertThat(new ModelFiles(model).page()).isNotEmptyFile();
    assertThat(anew.getAsJsonArray("gradientChecks").get(0).toString())
        .contains("\"elements\":144,\"of\":144");
  }

  @Test
  void report_ofARunThatWasKilled_isMadeFromItsCheckpoint() throws IOException {
    assertDone(train());
    Files.delete(new ModelFiles(model).numbers());
    Files.delete(model);

    assertDone(Cli.run("report", model, book));

    assertThat(report().getAsJsonObject("progress").get("steps").getAsLong()).isEqualTo(300);
    assertThat(report().getAsJsonArray("passages")).hasSize(3);
  }

  @Test
  void report_ofAModelWithoutItsRun_hasWhatAModelTells() throws IOException {
    assertDone(train("--no-checkpoint", "--no-report"));
    assertThat(new ModelFiles(model).page()).doesNotExist();

    assertDone(Cli.run("report", model, book));

    assertThat(report().getAsJsonArray("samples")).isEmpty();
    assertThat(report().getAsJsonArray("passages")).hasSize(3);
    assertThat(report().get("notes").toString()).contains("no curves and samples");

    Path other = directory.resolve("other");
    assertDone(
        Cli.run(
            "train", book, "-o", other, "--recipe", "course", "--hidden", 5, "--steps", 50, "-q"));
    Files.copy(Path.of(other + ".checkpoint"), Path.of(model + ".checkpoint"));
    assertDone(Cli.run("report", model, book));
    assertThat(report().get("notes").toString()).contains("is of another run");
    assertThat(report().getAsJsonObject("model").get("hiddenSize").getAsLong()).isEqualTo(12);
  }

  @Test
  void tinyTexts_haveAReportToo() throws IOException {
    for (String text : List.of("ab", "abc", "aab".repeat(9), "\u0000\uD83D\uDE00".repeat(20))) {
      Files.writeString(book, text);
      Files.deleteIfExists(Path.of(model + ".checkpoint"));
      assertDone(
          Cli.run(
              "train",
              book,
              "-o",
              model,
              "--recipe",
              "course",
              "--seq",
              1,
              "--hidden",
              2,
              "--steps",
              30));
      assertThat(report().getAsJsonArray("passages")).hasSize(3);
      assertThat(report().get("notes").getAsJsonArray()).isEmpty();
    }
  }

  @Test
  void noStepsAtAll_haveAReportToo() throws IOException {
    assertDone(Cli.run("train", book, "-o", model, "--recipe", "course", "--steps", 0));

    assertThat(report().getAsJsonObject("history").getAsJsonArray("steps")).isEmpty();
    assertThat(report().getAsJsonObject("progress").get("smoothLoss").isJsonNull()).isTrue();
  }

  @Test
  void evaluate_html_hasTheSurprisalOfEveryCharacterShown() throws IOException {
    assertDone(train("-q"));
    Path page = directory.resolve("page.html");
    String text = BOOK.repeat(8);
    Files.writeString(book, text);

    Cli.Outcome outcome = Cli.run("evaluate", model, book, "--html", page, "--json");

    assertDone(outcome);
    String html = Files.readString(page, UTF_8);
    String begin = "<script type=\"application/json\" id=\"data\">";
    String json = html.substring(html.indexOf(begin) + begin.length());
    JsonObject surprisal =
        JsonParser.parseString(json.substring(0, json.indexOf("</script>")))
            .getAsJsonObject()
            .getAsJsonObject("surprisal");
    assertThat(surprisal.get("shown").getAsString()).isEqualTo(text.substring(0, 20_000));
    VanillaRnn rnn = VanillaRnn.load(model);
    double[] expected = rnn.surprisals(rnn.vocab().encode(text.substring(0, 20_000)));
    assertThat(surprisal.get("length").getAsLong()).isEqualTo(text.length());
    assertThat(surprisal.getAsJsonArray("nats")).hasSize(20_000);
    assertThat(surprisal.getAsJsonArray("nats").get(0).isJsonNull()).isTrue();
    for (int i = 1; i < 20_000; i++) {
      assertThat(surprisal.getAsJsonArray("nats").get(i).getAsDouble())
          .isCloseTo(expected[i - 1], within(1e-5 * expected[i - 1]));
    }
  }

  @Test
  void heldOutLosses_standBesideTheSamples() {
    Cli.Outcome outcome =
        train("--validation", 0.1, "--validation-every", 100, "--sample-every", 100);

    assertThat(outcome.out())
        .containsPattern("--- step 200, .* held-out \\d\\.\\d{3} bits/char ---");
  }
}
