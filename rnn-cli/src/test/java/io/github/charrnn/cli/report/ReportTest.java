package io.github.charrnn.cli.report;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import io.github.charrnn.CharVocab;
import io.github.charrnn.EncodedText;
import io.github.charrnn.LossHistory;
import io.github.charrnn.Sampler;
import io.github.charrnn.Trainer;
import io.github.charrnn.Training;
import io.github.charrnn.TrainingResult;
import io.github.charrnn.TrainingSummary;
import io.github.charrnn.VanillaRnn;
import io.github.charrnn.cli.options.RecipeOptions;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The JSON of a run, against what the run came to, and the size of its page. */
class ReportTest {
  private static final String STORY =
      "The rain came over the harbour, and nobody at the window said a word of it.\n".repeat(30);
  private static final int MAX_PAGE = 2_000_000; // bytes
  private static final int CAP = 2_048; // points of a curve

  private final EncodedText all = CharVocab.of(STORY).encode(STORY);
  private final EncodedText text = all.part(0, 2_000);
  private final EncodedText heldOut = all.part(2_000, all.length());
  private final VanillaRnn model = VanillaRnn.builder(all.vocab()).hiddenSize(8).seed(6).build();

  private static JsonObject report(
      TrainingResult result, Report.State state, Analysis... analysis) {
    Report.Origin origin =
        new Report.Origin(
            "rnn test",
            "story.safetensors",
            Optional.of("story.txt"),
            Optional.of("rnn train story.txt"),
            Optional.empty(),
            List.of("A note."));
    JsonObject report =
        Report.of(
            origin,
            run(result, result.last().training().orElseThrow()),
            state,
            analysis.length == 0 ? Optional.empty() : Optional.of(analysis[0]));
    String json = Json.text(report);
    assertThat(json).doesNotContain("NaN", "Infinity");
    return JsonParser.parseString(json).getAsJsonObject();
  }

  private static Report.Run run(TrainingResult result, TrainingSummary summary) {
    return new Report.Run(result, summary, RecipeOptions.shown(summary.recipe()), Optional.of(3));
  }

  private static Analysis analysis(
      EncodedText text, Optional<EncodedText> heldOut, VanillaRnn model, int sequenceLength) {
    Analysis analysis =
        new Analysis(text, heldOut, model, sequenceLength, OptionalInt.empty(), 2).warm().begin();
    analysis.finish(model, 60);
    return analysis;
  }

  private static double[] doubles(JsonObject of, String name) {
    return of.getAsJsonArray(name).asList().stream()
        .mapToDouble(JsonElement::getAsDouble)
        .toArray();
  }

  private static void assertSixDigits(JsonElement actual, double expected) {
    assertThat(actual.getAsDouble()).isCloseTo(expected, within(1e-5 * Math.abs(expected)));
  }

  @Test
  void aReport_saysWhatTheResultSays() {
    TrainingResult result =
        Trainer.of(model).validation(heldOut, 40).samples(50, 30).train(text, 400);
    JsonObject report =
        report(
            result, Report.State.FINISHED, analysis(text, Optional.of(heldOut), result.best(), 25));

    JsonObject progress = report.getAsJsonObject("progress");
    assertThat(progress.get("steps").getAsLong()).isEqualTo(400);
    assertThat(progress.get("plannedSteps").getAsLong()).isEqualTo(400);
    assertThat(progress.get("bestStep").getAsLong()).isEqualTo(result.bestStep());
    assertThat(progress.get("charactersSeen").getAsLong()).isEqualTo(400 * 25);
    assertSixDigits(progress.get("smoothLoss"), result.smoothLoss());
    assertSixDigits(progress.get("bestSmoothLoss"), result.bestSmoothLoss());
    assertThat(report.getAsJsonObject("model").get("fingerprint").getAsString())
        .isEqualTo(result.best().fingerprint());
    assertThat(report.get("state").getAsString()).isEqualTo("finished");
    assertThat(report.getAsJsonObject("machine").get("threads").getAsInt()).isEqualTo(3);

    JsonObject validation = report.getAsJsonObject("validation");
    JsonArray points = validation.getAsJsonArray("points");
    assertThat(points).hasSize(11).hasSameSizeAs(result.heldOutLosses());
    for (int i = 0; i < points.size(); i++) {
      JsonObject point = points.get(i).getAsJsonObject();
      assertThat(point.get("step").getAsLong()).isEqualTo(result.heldOutLosses().get(i).step());
      assertSixDigits(
          point.get("natsPerCharacter"), result.heldOutLosses().get(i).natsPerCharacter());
    }
    assertThat(validation.get("bestStep").getAsLong())
        .isEqualTo(result.bestHeldOutLoss().orElseThrow().step());
    assertSixDigits(
        validation.get("bestNatsPerCharacter"),
        result.bestHeldOutLoss().orElseThrow().natsPerCharacter());
    assertThat(validation.get("characters").getAsLong()).isEqualTo(heldOut.length());

    JsonArray samples = report.getAsJsonArray("samples");
    assertThat(samples).hasSize(9).hasSameSizeAs(result.samples());
    for (int i = 0; i < samples.size(); i++) {
      JsonObject sample = samples.get(i).getAsJsonObject();
      assertThat(sample.get("step").getAsLong()).isEqualTo(50L * i);
      assertThat(sample.get("text").getAsString()).isEqualTo(result.samples().get(i).text());
      assertThat(sample.get("smoothLoss").isJsonNull()).as("NaN at step 0").isEqualTo(i == 0);
    }
    assertThat(report.getAsJsonArray("passages")).hasSize(3);
    assertThat(report.getAsJsonArray("gradientChecks")).hasSize(1);
    JsonArray models = report.getAsJsonObject("comparison").getAsJsonArray("models");
    assertSixDigits(
        models.get(models.size() - 1).getAsJsonObject().get("natsPerCharacter"),
        result.best().evaluate(heldOut).natsPerCharacter());
    assertThat(report.getAsJsonArray("notes")).hasSize(1);
  }

  @Test
  void curves_areMeansOverAsManyStepsEach() {
    List<Double> losses = new ArrayList<>();
    TrainingResult result =
        Trainer.of(model)
            .every(
                1,
                training -> {
                  if (training.step() > 0) {
                    losses.add(training.loss());
                  }
                })
            .train(text, 5_000);

    JsonObject history = report(result, Report.State.RUNNING).getAsJsonObject("history");

    double[] steps = doubles(history, "steps");
    double[] loss = doubles(history, "loss");
    double[] smooth = doubles(history, "smoothLoss");
    assertThat(steps).hasSize((5_000 + 2) / 3).isSorted();
    assertThat(loss).hasSameSizeAs(steps);
    assertThat(smooth).hasSameSizeAs(steps);
    assertThat(steps[0]).isEqualTo(3).isEqualTo(history.get("windowsPerPoint").getAsDouble());
    assertThat(steps[steps.length - 1]).isEqualTo(5_000);
    int before = 0;
    for (int i = 0; i < steps.length; i++) {
      assertThat((int) steps[i]).isGreaterThan(before);
      double mean =
          losses.subList(before, (int) steps[i]).stream()
              .mapToDouble(Double::doubleValue)
              .average()
              .orElseThrow();
      assertThat(loss[i]).as("point %d", i).isCloseTo(mean, within(1e-5 * mean));
      before = (int) steps[i];
    }
    assertThat(smooth[smooth.length - 1])
        .isCloseTo(result.smoothLoss(), within(1e-5 * result.smoothLoss()));
  }

  @Test
  void steps_haveAllTheirDigits() {
    long many = Boolean.getBoolean("tests.long") ? 1_234_567 : 234_567;
    CharVocab vocab = CharVocab.of("ab");
    TrainingResult result =
        Trainer.of(VanillaRnn.builder(vocab).hiddenSize(1).build())
            .sequenceLength(1)
            .train(vocab.encode("abaab"), many);

    JsonObject report = report(result, Report.State.RUNNING);

    JsonArray steps = report.getAsJsonObject("history").getAsJsonArray("steps");
    LossHistory history = result.history();
    assertThat(steps.get(steps.size() - 1).getAsLong()).isEqualTo(many);
    assertThat(steps.get(steps.size() - 2).getAsLong() % history.step(0)).isZero();
    assertThat(steps.size()).isBetween(CAP / 4, CAP);
  }

  @Test
  void aRunThatHasNotBegun_isAReportToo() {
    Training training = Trainer.of(model).validation(heldOut, 10).samples(5, 10).start(text);
    Report.Origin origin =
        new Report.Origin(
            "rnn test",
            "story.safetensors",
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            List.of());

    JsonObject report =
        Report.of(
            origin,
            run(training.result(), training.summary()),
            Report.State.RUNNING,
            Optional.empty());

    assertThat(report.getAsJsonObject("history").getAsJsonArray("steps")).isEmpty();
    assertThat(report.getAsJsonObject("progress").get("smoothLoss").isJsonNull()).isTrue();
    assertThat(report.getAsJsonArray("passages")).isEmpty();
    assertThat(report.has("comparison")).isFalse();
    assertThat(Page.of("Training", report)).contains("<title>Training</title>");
  }

  @Test
  void tinyTexts_haveReports() {
    for (int length = 2; length <= 30; length++) {
      String tiny = "ab c".repeat(8).substring(0, length);
      EncodedText encoded = CharVocab.of(tiny).encode(tiny);
      VanillaRnn rnn = VanillaRnn.builder(encoded.vocab()).hiddenSize(1).build();
      TrainingResult result = Trainer.of(rnn).sequenceLength(1).train(encoded, 20);

      JsonObject report =
          report(
              result, Report.State.FINISHED, analysis(encoded, Optional.empty(), result.best(), 1));

      assertThat(report.getAsJsonArray("passages")).as("length %d", length).hasSize(3);
      assertThat(report.getAsJsonArray("notes")).as("length %d", length).hasSize(1);
      assertThat(report.has("units")).as("length %d", length).isFalse();
      assertThat(report.has("comparison")).as("length %d", length).isEqualTo(length >= 20);
    }
  }

  @Test
  void anyNumberOfThreads_comesToTheSame() {
    TrainingResult result = Trainer.of(model).validation(heldOut, 40).train(text, 100);
    List<JsonObject> reports = new ArrayList<>();
    for (int threads : new int[] {1, 2, 5}) {
      Analysis analysis =
          new Analysis(text, Optional.of(heldOut), model, 25, OptionalInt.of(20), threads);
      for (long step = 0; step < 10; step++) { // more than may wait
        analysis.words(step, 10_000_000, model);
      }
      analysis.finish(result.best(), 60);
      reports.add(report(result, Report.State.FINISHED, analysis));
    }

    assertThat(reports.get(0).getAsJsonArray("passages")).hasSize(3);
    assertThat(reports.get(0).getAsJsonArray("gradientChecks")).hasSize(3);
    assertThat(reports.get(0).has("comparison")).isTrue();
    assertThat(reports).containsOnly(reports.get(0));
  }

  @Test
  void wordsOnTheWay_areThoseOf5000CharactersThatNobodySees() {
    TrainingResult result = Trainer.of(model).samples(100, 50).train(text, 300);
    Analysis analysis =
        new Analysis(text, Optional.empty(), model, 25, OptionalInt.of(0), 2).warm().begin();
    VanillaRnn last = result.last();

    analysis.words(300, 10_000_000, last);
    analysis.finish(result.best(), 60);

    JsonArray samples = report(result, Report.State.FINISHED, analysis).getAsJsonArray("samples");
    assertThat(samples.get(2).getAsJsonObject().has("words")).as("not counted").isFalse();
    JsonObject words = samples.get(3).getAsJsonObject().getAsJsonObject("words");
    assertThat(words.get("characters").getAsInt()).isEqualTo(5_000);
    Set<String> book = Set.copyOf(List.of(STORY.toLowerCase(Locale.ROOT).split("[^a-z]+", -1)));
    int count = 0;
    int known = 0;
    for (int i = 0; i < 25; i++) {
      String passage = Sampler.of(last).seed(-25 * 301 + i).sample(200);
      assertThat(passage).doesNotStartWith(result.samples().get(3).text());
      for (String word : passage.replaceFirst("[a-zA-Z]+$", "").split("[^a-zA-Z]+", -1)) {
        count += word.length() < 3 ? 0 : 1;
        known += word.length() >= 3 && book.contains(word.toLowerCase(Locale.ROOT)) ? 1 : 0;
      }
    }
    assertThat(words.get("count").getAsInt()).isEqualTo(count);
    assertThat(words.get("known").getAsInt()).isEqualTo(known).isPositive();
  }

  private static double natsOf(JsonObject comparison, String name) {
    for (JsonElement model : comparison.getAsJsonArray("models")) {
      if (model.getAsJsonObject().get("name").getAsString().equals(name)) {
        return model.getAsJsonObject().get("natsPerCharacter").getAsDouble();
      }
    }
    throw new AssertionError(name + " is not among " + comparison);
  }

  @Test
  void theComparison_hasNgramsUpToTheBest_andCompressors() throws IOException {
    TrainingResult result = Trainer.of(model).train(text, 10);
    JsonObject comparison =
        report(
                result,
                Report.State.FINISHED,
                analysis(text, Optional.of(heldOut), result.best(), 25))
            .getAsJsonObject("comparison");

    double[] nats = new NGrams(text, heldOut, 1 << 20).crossEntropies();
    int best = 1;
    for (int n = 2; n < nats.length; n++) {
      best = nats[n] < nats[best] ? n : best;
    }
    assertThat(best).as("the sentence comes again and again").isGreaterThan(5);
    assertThat(comparison.getAsJsonArray("models")).hasSize(best + 4);
    assertSixDigits(new JsonPrimitive(natsOf(comparison, best + "-gram")), nats[best]);
    assertThat(comparison.get("orders").getAsInt()).isEqualTo(nats.length - 1);
    int with = gzip(STORY.substring(0, 2_280));
    int without = gzip(STORY.substring(0, 2_000));
    assertThat(natsOf(comparison, "gzip"))
        .isCloseTo(8 * Math.log(2) * (with - without) / heldOut.length(), within(1e-6));
  }

  private static int gzip(String text) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream out =
        new GZIPOutputStream(bytes) {
          {
            def.setLevel(Deflater.BEST_COMPRESSION);
          }
        }) {
      out.write(text.getBytes(UTF_8));
    }
    return bytes.size();
  }

  @Test
  void analyses_thatAreReadWhileTheyGoOnAreNoError() throws InterruptedException {
    TrainingResult result = Trainer.of(model).samples(1, 10).train(text, 20);
    Analysis analysis =
        new Analysis(text, Optional.empty(), model, 25, OptionalInt.of(400), 1).warm().begin();
    List<Throwable> thrown = new ArrayList<>();
    Thread reader =
        new Thread(
            () -> {
              for (int i = 0; i < 50; i++) {
                report(result, Report.State.RUNNING, analysis);
              }
            });
    reader.setUncaughtExceptionHandler((thread, e) -> thrown.add(e));
    reader.start();
    analysis.finish(model, 0); // notes that there was no time
    reader.join();

    assertThat(thrown).isEmpty();
    analysis.finish(model, 60);
    assertThat(report(result, Report.State.RUNNING, analysis).getAsJsonArray("notes"))
        .hasSizeBetween(1, 2);
  }

  @Tag("long")
  @Test
  void aPageOfAllThatIsKept_staysSmall() {
    assertPageStaysSmall("ab c\nd<e'f");
  }

  @Tag("long")
  @Test
  void aPageOfCharactersThatAreEscaped_staysSmall() {
    assertPageStaysSmall("\u0001\u0002\u0003\u001f<\u2028\u2029");
  }

  private static void assertPageStaysSmall(String symbols) {
    CharVocab vocab = CharVocab.of(symbols);
    EncodedText encoded = vocab.encode(symbols.repeat(400));
    VanillaRnn rnn = VanillaRnn.builder(vocab).hiddenSize(2).build();
    // As many steps as fill the history to its last point, and samples and losses nearly.
    TrainingResult result =
        Trainer.of(rnn)
            .sequenceLength(1)
            .validation(encoded.part(0, 2), 1)
            .samples(1, 200)
            .train(encoded, 2L * LossHistory.MAX_SIZE - 32);
    assertThat(result.history().size()).isGreaterThan(LossHistory.MAX_SIZE - 32);
    assertThat(result.heldOutLosses().size()).isGreaterThan(1_000);
    assertThat(result.samples().size()).isGreaterThan(220);

    JsonObject report =
        report(
            result, Report.State.FINISHED, analysis(encoded, Optional.empty(), result.best(), 1));

    assertThat(report.getAsJsonObject("history").getAsJsonArray("steps").size())
        .isBetween(CAP - 16, CAP);
    String page = Page.of("Training", report);
    assertThat(page.getBytes(UTF_8).length).isLessThan(MAX_PAGE);
    assertThat(page.toLowerCase(Locale.ROOT)).doesNotContain("\u2028", "\u2029", "\u0001");
  }
}
