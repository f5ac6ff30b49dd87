package io.github.charrnn.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.charrnn.EncodedText;
import io.github.charrnn.Evaluation;
import io.github.charrnn.Sampler;
import io.github.charrnn.Trainer;
import io.github.charrnn.VanillaRnn;
import io.github.charrnn.cli.output.Terminal;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every command as it is meant to be used. */
class CommandsTest {
  private static final String BOOK =
      "The caf\u00E9 kept no clock, and nobody asked it to. \u4E2D \uD83D\uDE00\r\n".repeat(40);

  @TempDir Path directory;
  private Path book;
  private Path model;

  @BeforeEach
  void writeBook() throws IOException {
    book = Files.writeString(directory.resolve("book.txt"), BOOK);
    model = directory.resolve("book.safetensors");
  }

  /** Trains a little as the course does, for 300 steps unless told otherwise. */
  private Cli.Outcome train(Object... more) {
    return trainFor(300, more);
  }

  private Cli.Outcome trainFor(long steps, Object... more) {
    Object[] first = {
      "train", book, "-o", model, "--recipe", "course", "--hidden", 12, "--steps", steps
    };
    return Cli.run(Stream.concat(Stream.of(first), Stream.of(more)).toArray());
  }

  @Test
  void train_savesWhatTheLibraryTrains() throws IOException {
    Cli.Outcome outcome = train("--seed", 5, "--seq", 10, "--lr", 0.05, "--clip", 2, "--batch", 3);

    assertThat(outcome.code()).as(outcome.err()).isZero();
    EncodedText text = EncodedText.read(book);
    VanillaRnn expected =
        Trainer.of(VanillaRnn.builder(text.vocab()).hiddenSize(12).seed(5).build())
            .sequenceLength(10)
            .batchSize(3)
            .learningRate(0.05)
            .clip(2)
            .train(text, 300)
            .best();
    VanillaRnn saved = VanillaRnn.load(model);
    assertThat(saved.fingerprint()).isEqualTo(expected.fingerprint());
    assertThat(saved.training()).isEqualTo(expected.training());
    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files)
          .containsExactlyInAnyOrder(
              book,
              model,
              directory.resolve("book.safetensors.checkpoint"),
              directory.resolve("book.safetensors.report.html"),
              directory.resolve("book.safetensors.report.json"));
    }
  }

  @Test
  void train_twice_givesTheSameFile() throws IOException {
    train();
    byte[] first = Files.readAllBytes(model);
    train("--sample-every", 7, "--json");

    assertThat(model).hasBinaryContent(first);
  }

  @Test
  void train_threads_areSaidAndChangeNoBit() throws IOException {
    int processors = Runtime.getRuntime().availableProcessors();
    String of = " on " + processors + (processors == 1 ? " processor\n" : " processors\n");
    assertThat(train().err()).containsPattern("\nrun .*, \\d+ threads?" + of);
    byte[] expected = Files.readAllBytes(model);

    for (int threads = 1; threads <= 3; threads++) {
      Cli.Outcome outcome = train("--threads", threads, "--batch", 1, "--json");

      assertThat(parse(outcome).get("threads").getAsInt()).isEqualTo(threads);
      assertThat(outcome.err())
          .contains(", " + threads + (threads == 1 ? " thread" : " threads") + of);
      assertThat(model).hasBinaryContent(expected);
    }
    assertThat(train("--threads", 3, "-q", "--sample-every", 0).err()).isEmpty();
  }

  @Test
  void train_resumedWithOtherThreads_endsInTheSameFile() throws IOException {
    for (int batch : List.of(1, 4)) {
      train("--batch", batch, "--threads", 1);
      byte[] expected = Files.readAllBytes(model);
      Path checkpoint = Path.of(model + ".checkpoint");
      Files.delete(checkpoint);
      EncodedText text = EncodedText.read(book);
      Trainer.of(VanillaRnn.builder(text.vocab()).hiddenSize(12).build())
          .batchSize(batch)
          .threads(2)
          .checkpoint(checkpoint)
          .every(
              1,
              training -> {
                if (training.step() == 137) {
                  training.stop();
                }
              })
          .train(text, 300);

      Cli.Outcome outcome = Cli.run("train", book, "-o", model, "--resume", "--threads", 3);

      assertThat(outcome.code()).as(outcome.err()).isZero();
      assertThat(outcome.err()).containsPattern("step 137\n(.*\n){3}run .*, 3 threads on ");
      assertThat(model).as("%d streams", batch).hasBinaryContent(expected);
    }
    Cli.Outcome ended = Cli.run("train", book, "-o", model, "--resume", "--threads", 3, "--json");
    assertThat(parse(ended).get("threads").isJsonNull()).as("nobody took a step").isTrue();
  }

  @Test
  void threads_areRefusedInTheWordsOfTheLibrary() throws IOException {
    Trainer trainer = Trainer.of(VanillaRnn.builder(EncodedText.read(book).vocab()).build());
    for (int threads : List.of(Integer.MIN_VALUE, -1, 0, 1_025, Integer.MAX_VALUE)) {
      String library = catchThrowable(() -> trainer.threads(threads)).getMessage();

      assertThat(train("--threads", threads).err())
          .isEqualTo("rnn train: --" + library + " (try: rnn train --help)\n");
    }
  }

  @Test
  void train_showsSamplesPassageAndWhatToDoNext() {
    Cli.Outcome outcome = train("--sample-every", 100, "--sample-length", 30);

    assertThat(outcome.out())
        .contains("--- step 0, epoch 0.00 ---\n", "--- step 100, epoch ", "--- step 300, epoch ")
        .contains("--- the best model, smooth loss ");
    String passage = outcome.out().substring(outcome.out().lastIndexOf("---\n") + 4);
    assertThat(passage.strip().codePointCount(0, passage.strip().length())).isBetween(950, 1_000);
    assertThat(outcome.err())
        .startsWith(
            """
            text    book.txt, 2,120 characters
            model   12 hidden units, 25 symbols, 781 parameters
            recipe  course: adagrad 0.1, batch size 1, sequence length 25
            run     300 steps, 3.57 epochs, \
            """)
        .containsPattern(
            "\nbest +smooth loss \\d+\\.\\d{4} at step \\d+"
                + "\nrun +300 steps, smooth loss \\d+\\.\\d{4}, [\\d,]+ characters per second\n")
        .endsWith(
            "\nmodel       "
                + model
                + "\ncheckpoint  "
                + model
                + ".checkpoint (all of the run)\nreport      "
                + model
                + ".report.html\nnext        rnn sample "
                + model
                + " --temperature 0.7\n            rnn sample "
                + model
                + " --interactive\n");
  }

  @Test
  void train_quietWithoutSamples_saysNothingButTheEnd() {
    Cli.Outcome outcome = train("-q", "--sample-every", 0);

    assertThat(outcome.err()).isEmpty();
    assertThat(outcome.out()).startsWith("--- the best model, smooth loss ");
  }

  @Test
  void train_json_isOneObjectWithTheKeysOfTheApi() throws IOException {
    JsonObject json = parse(train("--json"));

    assertThat(json.keySet())
        .containsExactly(
            "steps",
            "smoothLoss",
            "bestSmoothLoss",
            "bestStep",
            "charactersPerSecond",
            "threads",
            "rollbacks",
            "heldOutLoss",
            "endedEarly",
            "epochs",
            "startLoss",
            "lastStartLoss",
            "verdict",
            "skippedSymbols",
            "ofSymbols",
            "model",
            "checkpoint",
            "report");
    assertThat(json.get("steps").getAsLong()).isEqualTo(300);
    assertThat(json.get("rollbacks").getAsLong()).isZero();
    VanillaRnn saved = VanillaRnn.load(model);
    EncodedText text = EncodedText.read(book);
    assertThat(json.get("startLoss").getAsDouble())
        .isEqualTo(saved.startLoss().orElseThrow())
        .isEqualTo(saved.measured(text).startLoss().orElseThrow());
    long windows = (text.length() - 1L) / 25;
    assertThat(json.get("epochs").getAsDouble()).isEqualTo(300.0 / windows);
    assertThat(json.get("verdict").isJsonNull()).isTrue();
    assertThat(json.get("skippedSymbols").getAsLong()).isZero();
    assertThat(json.get("ofSymbols").getAsLong()).isEqualTo(text.length());
    assertThat(json.get("checkpoint").getAsString()).isEqualTo(model + ".checkpoint");
    assertThat(json.get("model").getAsString()).isEqualTo(model.toString());
    assertThat(json.get("bestSmoothLoss").getAsDouble())
        .isEqualTo(VanillaRnn.load(model).training().orElseThrow().smoothLoss());
  }

  @Test
  void train_noSteps_savesTheUntrainedModelAndJsonHasNulls() throws IOException {
    JsonObject json = parse(Cli.run("train", book, "-o", model, "--steps", 0, "--json"));

    assertThat(json.get("smoothLoss").isJsonNull()).isTrue();
    assertThat(json.get("bestStep").getAsLong()).isZero();
    assertThat(VanillaRnn.load(model).training()).isEmpty();
  }

  @Test
  void train_epochs_areWholePasses() throws IOException {
    Cli.Outcome outcome =
        Cli.run(
            "train",
            book,
            "-o",
            model,
            "--recipe",
            "course",
            "--hidden",
            3,
            "--epochs",
            2,
            "--json");

    long windows = (EncodedText.read(book).length() - 1) / 25;
    assertThat(parse(outcome).get("steps").getAsLong()).isEqualTo(2 * windows);
  }

  @Test
  void train_standardInput_isAText() throws IOException {
    train();
    byte[] fromFile = Files.readAllBytes(model);

    Cli.Outcome outcome =
        Cli.runWithInput(
            BOOK, "train", "-", "-o", model, "--recipe", "course", "--hidden", 12, "--steps", 300);

    assertThat(outcome.code()).isZero();
    assertThat(model).hasBinaryContent(fromFile);
  }

  @Test
  void train_withoutText_readsTheStory() throws IOException {
    Cli.Outcome outcome = Cli.run("train", "-o", model, "--hidden", 5, "--steps", 50, "--json");

    assertThat(outcome.code()).as(outcome.err()).isZero();
    assertThat(VanillaRnn.load(model).training().orElseThrow().textLength()).isGreaterThan(50_000);
  }

  @Test
  void train_sgd_isAnotherOptimizer() throws IOException {
    train("--optimizer", "sgd", "--lr", 0.01);

    assertThat(VanillaRnn.load(model).training().orElseThrow().recipe().optimizer())
        .isEqualTo(io.github.charrnn.Optimizer.sgd());
  }

  @Test
  void train_from_goesOnWithAModel() throws IOException {
    train();
    VanillaRnn first = VanillaRnn.load(model);
    Path next = directory.resolve("next.safetensors");

    Cli.Outcome outcome =
        Cli.run("train", book, "--from", model, "-o", next, "--recipe", "course", "--steps", 20);

    assertThat(outcome.code()).as(outcome.err()).isZero();
    VanillaRnn expected = Trainer.of(first).train(EncodedText.read(book), 20).best();
    assertThat(VanillaRnn.load(next).fingerprint()).isEqualTo(expected.fingerprint());
  }

  @Test
  void train_history_isCsv() throws IOException {
    Path csv = directory.resolve("loss.csv");
    train("--history", csv);

    List<String> lines = Files.readAllLines(csv);
    assertThat(lines).hasSize(301).startsWith("step,loss,smoothLoss");
    String[] last = lines.get(300).split(",", -1);
    assertThat(last[0]).isEqualTo("300");
    assertThat(Double.parseDouble(last[2])).isPositive();
  }

  @Test
  void sample_writesWhatTheSamplerDraws() throws IOException {
    train();
    VanillaRnn rnn = VanillaRnn.load(model);

    Cli.Outcome outcome =
        Cli.run(
            "sample",
            model,
            "--length",
            50,
            "--temperature",
            0.7,
            "--top-k",
            9,
            "--top-p",
            0.9,
            "--prime",
            "caf\u00E9 ",
            "--seed",
            3);

    assertThat(outcome.code()).as(outcome.err()).isZero();
    assertThat(outcome.err()).isEmpty();
    assertThat(outcome.out())
        .isEqualTo(
            "caf\u00E9 "
                + Sampler.of(rnn)
                    .temperature(0.7)
                    .topK(9)
                    .topP(0.9)
                    .prime("caf\u00E9 ")
                    .seed(3)
                    .sample(50));
    assertThat(Cli.run("sample", model).out()).isEqualTo(Sampler.of(rnn).sample(1_000));
    assertThat(Cli.run("sample", model, "--stop", "e").out())
        .isEqualTo(Sampler.of(rnn).stopAfter("e").sample(1_000));
    assertThat(Cli.run("sample", model, "--prime", "T\u00DFhe", "--unknown", "skip").out())
        .isEqualTo("T\u00DFhe" + Sampler.of(rnn).prime("The").sample(1_000));
  }

  @Test
  void sample_json_hasTextAndCount() {
    train();

    JsonObject json = parse(Cli.run("sample", model, "--length", 20, "--prime", "The", "--json"));

    assertThat(json.get("text").getAsString()).startsWith("The");
    assertThat(json.get("characters").getAsLong()).isEqualTo(20);
  }

  @Test
  void fromZero_beginsInTheZeroState() throws IOException {
    train();
    VanillaRnn zero = VanillaRnn.load(model).fromZero();
    assertThat(VanillaRnn.load(model).startState()).isPresent();

    assertThat(Cli.run("sample", model, "--from-zero", "--length", 50).out())
        .isEqualTo(Sampler.of(zero).sample(50));
    JsonObject json = parse(Cli.run("evaluate", model, book, "--from-zero", "--json"));
    assertThat(json.get("natsPerCharacter").getAsDouble())
        .isEqualTo(zero.evaluate(BOOK).natsPerCharacter());
  }

  @Test
  void inspect_saysWhereTheModelBegins_andHowWellItDoesFromThere() throws IOException {
    train();

    assertThat(Cli.run("inspect", model).out())
        .containsPattern("begins +in the state that it stood in after that step\n")
        .containsPattern("loss from start +\\d\\.\\d{4} nats per character, ");
    JsonObject json = parse(Cli.run("inspect", model, "--json"));
    assertThat(json.get("startState").getAsBoolean()).isTrue();
    assertThat(json.get("startLoss").getAsDouble())
        .isEqualTo(VanillaRnn.load(model).startLoss().orElseThrow());
    assertThat(json.get("verdict").isJsonNull()).isTrue();
  }

  /** What is easy comes first, and the best model is of there. */
  @Tag("long")
  @Test
  void aBestThatIsWorseThanTheLast_isSaidWhereverTheModelIsUsed() throws IOException {
    StringBuilder text = new StringBuilder("ab".repeat(2_000));
    new SplittableRandom(1).ints(2_000, 'a', 'z' + 1).forEach(text::appendCodePoint);
    Files.writeString(book, text);

    String said = trainFor(2_400, "--seq", 5, "-q", "--sample-every", 0).err();

    assertThat(said)
        .matches(
            "rnn train: on pieces of all its text the saved model has \\d+\\.\\d\\d bits per"
                + " character, .*, and the last state of the run has \\d\\.\\d\\d: --best-by last"
                + " saves that one; rnn sample .*\\.checkpoint writes with it\n");
    String instead = ": the last state of its run may be better, --best-by last saves that one";
    assertThat(Cli.run("sample", model, "--length", 5).err())
        .startsWith("rnn sample: on pieces of all its text the saved model has ")
        .contains(instead);
    assertThat(Cli.run("inspect", model).err()).startsWith("rnn inspect: ").contains(instead);
    assertThat(Cli.run("evaluate", model, book).err())
        .startsWith("rnn evaluate: ")
        .contains(instead);
    assertThat(parse(Cli.run("inspect", model, "--json")).get("verdict").getAsString())
        .contains(instead);
    String notes = Files.readString(directory.resolve("book.safetensors.report.json"));
    assertThat(notes).contains("On pieces of all its text the saved model has ");
  }

  @Tag("long")
  @Test
  void aRunWithinItsFirstEpoch_saysHowMuchItHasRead() {
    long epoch = (BOOK.codePointCount(0, BOOK.length()) - 1L) / 25;

    assertThat(trainFor(epoch / 2).err())
        .contains("read 50 % of the text: --epochs 1 reads all of it\n");
    assertThat(trainFor(epoch).err()).doesNotContain("of the text");
  }

  @Test
  void unknownSkip_saysHowMuchIsLeftOut() throws IOException {
    train();
    Path other = Files.writeString(directory.resolve("other.txt"), "The caf\u00E9#");
    Path strange = Files.writeString(directory.resolve("strange.txt"), "##caf###");

    assertThat(Cli.run("evaluate", model, other, "--unknown", "skip").err())
        .startsWith(
            "rnn evaluate: 1 of 9 characters of other.txt were left out, which the model does not"
                + " know\n");
    Cli.Outcome most = Cli.run("evaluate", model, strange, "--unknown", "skip", "--json");
    assertThat(most.err())
        .isEqualTo(
            "rnn evaluate: 5 of 8 characters of strange.txt were left out, which the model does"
                + " not know: what is said of it is of the other 3 alone\n");
    assertThat(parse(most).get("skippedSymbols").getAsLong()).isEqualTo(5);
    assertThat(parse(most).get("ofSymbols").getAsLong()).isEqualTo(8);
    Cli.Outcome primed =
        Cli.run("sample", model, "--prime", "T#he", "--unknown", "skip", "--length", 3, "--json");
    assertThat(primed.err()).startsWith("rnn sample: 1 of 4 characters of the prime were left out");
    assertThat(parse(primed).get("skippedSymbols").getAsLong()).isEqualTo(1);
  }

  @Test
  void sample_count_writesThePassagesOfTheSeeds() throws IOException {
    train();
    Sampler sampler = Sampler.of(VanillaRnn.load(model)).prime("The").stopAfter("\n");
    StringBuilder expected = new StringBuilder();
    for (int seed = 5; seed < 25; seed++) {
      String passage = sampler.seed(seed).sample(30);
      expected.append("The").append(passage).append(passage.endsWith("\n") ? "" : "\n");
    }
    String options = "--count 20 --seed 5 --length 30 --prime The --threads 2 --stop";
    List<String> words = new ArrayList<>(List.of("sample", model.toString()));
    words.addAll(List.of(options.split(" ")));
    words.add("\n");

    assertThat(Cli.run(words.toArray()).out()).isEqualTo(expected.toString());

    words.add("--json");
    List<String> lines = Cli.run(words.toArray()).out().lines().toList();
    assertThat(lines).hasSize(20);
    JsonObject third = JsonParser.parseString(lines.get(2)).getAsJsonObject();
    assertThat(third.get("text").getAsString()).isEqualTo("The" + sampler.seed(7).sample(30));
    assertThat(third.get("seed").getAsLong()).isEqualTo(7);
  }

  @Test
  void evaluate_agreesWithTheLibrary() throws IOException {
    train();
    Evaluation expected = VanillaRnn.load(model).evaluate(BOOK);

    JsonObject json = parse(Cli.run("evaluate", model, book, "--json"));

    assertThat(json.keySet())
        .containsExactly(
            "characters",
            "natsPerCharacter",
            "bitsPerCharacter",
            "perplexity",
            "skippedSymbols",
            "ofSymbols",
            "verdict");
    assertThat(json.get("characters").getAsLong()).isEqualTo(expected.characters());
    assertThat(json.get("natsPerCharacter").getAsDouble()).isEqualTo(expected.natsPerCharacter());
    assertThat(json.get("bitsPerCharacter").getAsDouble())
        .isCloseTo(expected.natsPerCharacter() / Math.log(2), within(1e-12));
    assertThat(json.get("perplexity").getAsDouble())
        .isCloseTo(Math.exp(expected.natsPerCharacter()), within(1e-9));
    assertThat(Cli.run("evaluate", model, book).out()).contains("bits per character", "perplexity");
    assertThat(Cli.run("evaluate", model, book, "--json", "--threads", 3).out())
        .isEqualTo(Cli.run("evaluate", model, book, "--json", "--threads", 1).out());
    assertThat(Cli.runWithInput(BOOK, "evaluate", model, "-", "--json").out())
        .isEqualTo(Cli.run("evaluate", model, book, "--json").out());
  }

  @Test
  void evaluate_ofSeveralTexts_isOfEachAlone_andOfAllTogether() throws IOException {
    train();
    Path folder = Files.createDirectory(directory.resolve("texts"));
    Path other = Files.writeString(folder.resolve("b.txt"), BOOK.substring(3, 40));
    Path odd = Files.writeString(folder.resolve("a.txt"), BOOK.substring(0, 90) + "#");
    Files.writeString(folder.resolve(".hidden"), "###");

    JsonObject all = parse(Cli.run("evaluate", model, book, folder, "--unknown", "skip", "--json"));

    List<Path> texts = List.of(book, odd, other);
    double nats = 0;
    for (int i = 0; i < texts.size(); i++) {
      JsonObject one = all.getAsJsonArray("texts").get(i).getAsJsonObject();
      assertThat(one.remove("text").getAsString()).isEqualTo(texts.get(i).toString());
      JsonObject alone =
          parse(Cli.run("evaluate", model, texts.get(i), "--unknown", "skip", "--json"));
      alone.remove("verdict");
      assertThat(one).isEqualTo(alone);
      nats += one.get("natsPerCharacter").getAsDouble() * one.get("characters").getAsLong();
    }
    long characters = BOOK.codePointCount(0, BOOK.length()) - 1L + 88 + 36;
    assertThat(all.getAsJsonArray("texts")).hasSize(3);
    assertThat(all.get("characters").getAsLong()).isEqualTo(characters);
    assertThat(all.get("natsPerCharacter").getAsDouble())
        .isCloseTo(nats / characters, within(1e-12));
    assertThat(all.get("skippedSymbols").getAsLong()).isOne();
    assertThat(all.get("ofSymbols").getAsLong()).isEqualTo(characters + 3 + 1);
    assertThat(all.has("verdict")).isTrue();
  }

  @Test
  void evaluate_ofSeveralTexts_isATable() throws IOException {
    train();
    Path other = Files.writeString(directory.resolve("other.txt"), BOOK.substring(3, 40));

    Cli.Outcome outcome = Cli.run("evaluate", model, other, other);

    assertThat(outcome.code()).as(outcome.err()).isZero();
    List<String> lines = outcome.out().lines().toList();
    String bits = String.format(Locale.ROOT, "%.4f", evaluated(other));
    assertThat(lines).hasSize(4);
    assertThat(lines.get(0)).matches("characters predicted .* bits per character .* text");
    assertThat(lines.get(1)).matches(" +36 .* " + bits + " .*" + Pattern.quote(other.toString()));
    assertThat(lines.get(2)).isEqualTo(lines.get(1));
    assertThat(lines.get(3)).matches(" +72 .* " + bits + " .* all 2 texts");
  }

  private double evaluated(Path text) throws IOException {
    return VanillaRnn.load(model).evaluate(Files.readString(text)).bitsPerCharacter();
  }

  @Test
  void gradcheck_printsTheTableAndExitsWithItsVerdict() {
    Object[] small = {"gradcheck", book, "--hidden", 8, "--seq", 5};

    Cli.Outcome right = Cli.run(small);
    assertThat(right.code()).as(right.out()).isZero();
    assertThat(right.out())
        .isEqualTo(
            Cli.run(Stream.concat(Stream.of(small), Stream.of("--threads", 3)).toArray()).out())
        .contains("max relative", "\nU ", "\nW ", "\nV ", "\nb ", "\nc ");

    Cli.Outcome wrong =
        Cli.run(Stream.concat(Stream.of(small), Stream.of("--tolerance", "1e-16")).toArray());
    assertThat(wrong.code()).isEqualTo(1);
    assertThat(wrong.out()).contains("A gradient is wrong");

    JsonObject json =
        parse(
            Cli.run(Stream.concat(Stream.of(small), Stream.of("--json", "--sample", 4)).toArray()));
    assertThat(json.get("parameters").getAsJsonArray()).hasSize(5);
    for (JsonElement parameter : json.get("parameters").getAsJsonArray()) {
      assertThat(parameter.getAsJsonObject().keySet())
          .contains(
              "name",
              "maxRelativeError",
              "maxAbsoluteDifference",
              "meanAbsoluteDifference",
              "shareWithinTolerance");
      assertThat(parameter.getAsJsonObject().get("elements").getAsLong()).isEqualTo(4);
    }
  }

  @Test
  void inspect_saysWhatTheModelIs() throws IOException {
    train("--seed", 9);

    Cli.Outcome outcome = Cli.run("inspect", model);

    assertThat(outcome.out())
        .contains("hidden size      12\n", "seed             9\n", "optimizer        adagrad\n")
        .contains("<U+000A><U+000D> ", "\u00E9\u4E2D\uD83D\uDE00")
        .contains(VanillaRnn.load(model).fingerprint());
    JsonObject json = parse(Cli.run("inspect", model, "--json"));
    assertThat(json.get("seed").getAsLong()).isEqualTo(9);
    assertThat(json.get("vocabulary").getAsString())
        .isEqualTo(VanillaRnn.load(model).vocab().symbols());
  }

  @Test
  void train_whoseOutputCannotBeWritten_stillSavesTheModel() throws IOException {
    for (String reason : List.of("Broken pipe", "No space left on device")) {
      Files.deleteIfExists(model);
      OutputStream full =
          new OutputStream() {
            @Override
            public void write(int b) throws IOException {
              throw new IOException(reason);
            }
          };
      java.io.ByteArrayOutputStream err = new java.io.ByteArrayOutputStream();
      Terminal terminal = new Terminal(java.io.InputStream.nullInputStream(), full, err, false, 0);

      int code =
          Main.run(
              terminal,
              "train",
              book.toString(),
              "-o",
              model.toString(),
              "--hidden",
              "9",
              "--steps",
              "30");

      assertThat(code).isEqualTo(reason.equals("Broken pipe") ? 0 : 1);
      assertThat(VanillaRnn.load(model).training().orElseThrow().step()).isPositive();
    }
  }

  @Test
  void outputThatCannotBeWritten_isAFailure() {
    OutputStream full =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException("No space left on device");
          }
        };
    java.io.ByteArrayOutputStream err = new java.io.ByteArrayOutputStream();
    Terminal terminal = new Terminal(java.io.InputStream.nullInputStream(), full, err, false, 0);

    int code = Main.run(terminal, "gradcheck", book.toString(), "--hidden", "2", "--seq", "2");

    assertThat(code).isEqualTo(1);
    assertThat(err.toString(java.nio.charset.StandardCharsets.UTF_8))
        .isEqualTo("rnn gradcheck: cannot write to standard output: No space left on device\n");
  }

  private static JsonObject parse(Cli.Outcome outcome) {
    assertThat(outcome.code()).as(outcome.err()).isZero();
    return JsonParser.parseString(outcome.out()).getAsJsonObject();
  }
}
