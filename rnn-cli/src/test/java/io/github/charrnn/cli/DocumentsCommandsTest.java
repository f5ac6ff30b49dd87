package io.github.charrnn.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.charrnn.Documents;
import io.github.charrnn.EncodedText;
import io.github.charrnn.Evaluation;
import io.github.charrnn.HeldOut;
import io.github.charrnn.Sampler;
import io.github.charrnn.Trainer;
import io.github.charrnn.UnknownSymbols;
import io.github.charrnn.VanillaRnn;
import io.github.charrnn.cli.files.ModelFiles;
import io.github.charrnn.cli.output.Terminal;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.FutureTask;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Texts of documents: models of them, what these write, and what they say of every line. */
class DocumentsCommandsTest {
  private static final List<String> NAMES =
      List.of(
          "Anna", "Bertha", "Clara", "Dora", "Emma", "Frieda", "Greta", "Hanna", "Ida", "Johanna",
          "Klara", "Lena", "Maria", "Nora", "Olga", "Paula", "Rosa", "Sara", "Thea", "Ute", "Vera");

  /** A program of Windows has written it, and somebody has left lines empty. */
  private static final String LIST = "\r\n" + String.join("\r\n", NAMES) + "\r\n\r\nWanda\r\n";

  private static final List<String> ALL =
      Stream.concat(NAMES.stream(), Stream.of("Wanda")).toList();

  private static final Pattern WORD = Pattern.compile("'([^']*)'|[^ ']+");

  @TempDir static Path shared;
  private static Path names;
  private static Path model; // of the names' lines
  private static Path early; // the same after two steps
  private static Path prose; // a model of a text with line feeds, but not of documents

  @TempDir Path directory;

  @BeforeAll
  static void trainModels() throws IOException {
    names = Files.writeString(shared.resolve("names.txt"), LIST);
    model = shared.resolve("names.safetensors");
    early = shared.resolve("early.safetensors");
    prose = shared.resolve("prose.safetensors");
    Path text =
        Files.writeString(shared.resolve("prose.txt"), "Anna sah Ida,\tda kam Dora.\n".repeat(9));
    train(names, "--documents", "lines", "-o", model, "--steps", 900, "--no-report");
    train(names, "--documents", "lines", "-o", early, "--steps", 2, "--no-report");
    train(text, "-o", prose, "--steps", 60, "--no-report");
  }

  /** As the course does, with few units and nothing said. */
  private static Cli.Outcome train(Object... more) {
    Object[] first = {"train", "--recipe", "course", "-q", "--sample-every", 0};
    Object[] size =
        List.of(more).contains("--from") ? new Object[] {} : new Object[] {"--hidden", 8};
    Cli.Outcome outcome = Cli.run(joined(joined(first, size), more));
    assertThat(outcome.code()).as(outcome.err()).isZero();
    return outcome;
  }

  @Test
  void whatIsOddAboutManyFiles_isSaidOnce() throws IOException {
    Path folder = Files.createDirectory(directory.resolve("folder"));
    for (String name : List.of("a.txt", "b.txt", "c.txt")) {
      Files.writeString(folder.resolve(name), "\u0093Anna\u0094 sah \u0093Ida\u0094".repeat(9));
    }
    Files.writeString(folder.resolve("d.txt"), "Anna sah Ida. ".repeat(9));
    Files.writeString(folder.resolve("e.txt"), "Anna\0sah\0Ida.");

    Path saved = directory.resolve("folder.safetensors");
    String err =
        train(folder, "--documents", "files", "-o", saved, "--steps", 2, "--no-report").err();

    assertThat(err.lines().filter(it -> it.contains("control characters")))
        .singleElement()
        .asString()
        .startsWith("rnn: " + folder.resolve("a.txt") + ": 36 control characters")
        .endsWith(" (2 more files are like it)");
    assertThat(err.lines().filter(it -> it.contains("NUL")))
        .singleElement()
        .asString()
        .startsWith("rnn: " + folder.resolve("e.txt"))
        .endsWith("it may be no text");
  }

  private static Object[] joined(Object[] first, Object... more) {
    return Stream.concat(Stream.of(first), Stream.of(more)).toArray();
  }

  /** What a command that must come to its end prints. */
  private static String out(Object... words) {
    Cli.Outcome outcome = Cli.run(words);
    assertThat(outcome.code()).as(outcome.err()).isZero();
    return outcome.out();
  }

  private static List<String> lines(Object... words) {
    return out(words).lines().toList();
  }

  private static List<JsonObject> objects(Object... words) {
    return lines(words).stream()
        .map(line -> JsonParser.parseString(line).getAsJsonObject())
        .toList();
  }

  private static List<String> texts(List<JsonObject> objects) {
    return objects.stream().map(object -> object.get("text").getAsString()).toList();
  }

  private Path write(String name, String text) throws IOException {
    Path file = directory.resolve(name);
    Files.createDirectories(file.resolve("..").normalize());
    return Files.writeString(file, text);
  }

  private static JsonObject report(Path model) throws IOException {
    return JsonParser.parseString(Files.readString(new ModelFiles(model).numbers(), UTF_8))
        .getAsJsonObject();
  }

  /** What the library makes of a text in as many steps. */
  private static VanillaRnn trained(EncodedText text, Documents how, long steps) {
    VanillaRnn start = VanillaRnn.builder(text.vocab()).hiddenSize(8).documents(how).build();
    return Trainer.of(start).train(text, steps).best();
  }

  // rnn train

  @Test
  void train_lines_makesTheModelOfThem() throws IOException {
    VanillaRnn rnn = VanillaRnn.load(model);

    assertThat(rnn.documents()).contains(Documents.lines());
    EncodedText text = Documents.lines().of(ALL);
    assertThat(rnn.vocab()).isEqualTo(text.vocab());
    assertThat(rnn.training().orElseThrow().textLength()).isEqualTo(text.length());
    assertThat(rnn.fingerprint()).isEqualTo(trained(text, Documents.lines(), 900).fingerprint());
  }

  @Test
  void evaluate_ofALine_predictsItAndItsEnd() throws IOException {
    VanillaRnn rnn = VanillaRnn.load(model);
    for (String text : List.of("Ida", "Ida\n", "Ida\r\n", "\n\nIda\n\n")) {
      JsonObject json =
          JsonParser.parseString(out("evaluate", model, write("line.txt", text), "--json"))
              .getAsJsonObject();

      assertThat(json.get("characters").getAsLong()).isEqualTo(4);
      assertThat(json.get("natsPerCharacter").getAsDouble())
          .isEqualTo(rnn.evaluate("Ida").natsPerCharacter());
    }
  }

  @Test
  void evaluate_ofSeveralTexts_isOfAllTheirDocuments() throws IOException {
    Path first = write("few/first.txt", "Ida\nOlga\n");
    Path second = write("few/second.txt", "Vera");
    String together = out("evaluate", model, write("all.txt", "Ida\nOlga\nVera\n"));

    assertThat(out("evaluate", model, first, second)).isEqualTo(together);
    assertThat(out("evaluate", model, directory.resolve("few"))).isEqualTo(together);
  }

  @Test
  void train_filesAndDirectories_readsThemByName_withoutHiddenOnes() throws IOException {
    Path first = write("first", "the first of all of them\n");
    Path b = write("folder/b.txt", "bee sees a cabbage");
    Path a = write("folder/a.txt", "a cab, a bad cab\n");
    Path inside = write("folder/c/d.txt", "inside of the folder");
    write("folder/.hidden", "QQQQ");
    write("folder/.git/objects", "XXXX");
    Path saved = directory.resolve("m");

    train(first, directory.resolve("folder"), "-o", saved, "--steps", 40, "--no-report");

    EncodedText text = Documents.files().read(first, a, b, inside);
    VanillaRnn rnn = VanillaRnn.load(saved);
    assertThat(rnn.documents()).contains(Documents.files());
    assertThat(rnn.vocab().symbols()).doesNotContain("Q", "X");
    assertThat(rnn.fingerprint()).isEqualTo(trained(text, Documents.files(), 40).fingerprint());

    train(
        directory.resolve("folder"),
        "-o",
        saved,
        "--documents",
        "lines",
        "--steps",
        40,
        "--no-report");
    EncodedText ofLines = Documents.lines().read(a, b, inside);
    assertThat(VanillaRnn.load(saved).fingerprint())
        .isEqualTo(trained(ofLines, Documents.lines(), 40).fingerprint());
  }

  @Test
  void train_aLinkToADirectory_readsWhatIsInIt() throws IOException {
    write("folder/a.txt", LIST);
    write("folder/b.txt", "Zoe\nYvonne\n");
    Path link = Files.createSymbolicLink(directory.resolve("link"), directory.resolve("folder"));
    Path saved = directory.resolve("m");
    Path byLink = directory.resolve("m2");

    train(directory.resolve("folder"), "-o", saved, "--steps", 9, "--no-report");
    train(link, "-o", byLink, "--steps", 9, "--no-report");

    assertThat(byLink).hasSameBinaryContentAs(saved);
  }

  @Test
  void train_standardInputAmongFiles_isReadWhereItStands() throws IOException {
    Path first = write("first.txt", "Zoe\nYvonne\n");
    Path saved = directory.resolve("m");
    Object[] words = {"train", first, "-", names, "--documents", "lines", "-o", saved};
    String options = "--recipe course --hidden 8 --steps 30 -q --sample-every 0 --no-report";

    Cli.Outcome outcome =
        Cli.runWithInput("Xenia\n\nXaver", joined(words, (Object[]) options.split(" ")));

    assertThat(outcome.code()).as(outcome.err()).isZero();
    List<String> all = new ArrayList<>(List.of("Zoe", "Yvonne", "Xenia", "Xaver"));
    all.addAll(ALL);
    assertThat(VanillaRnn.load(saved).fingerprint())
        .isEqualTo(trained(Documents.lines().of(all), Documents.lines(), 30).fingerprint());
  }

  @Test
  void train_fromAModelOfDocuments_readsSuch() throws IOException {
    Path saved = directory.resolve("m");
    Path more = write("more.txt", "Nana\nAnnata\nDorta\nOlgata\nSarata\n");

    train(more, names, "--from", model, "-o", saved, "--steps", 20, "--no-report");

    VanillaRnn start = VanillaRnn.load(model);
    EncodedText text =
        Documents.lines().read(List.of(more, names), start.vocab(), UnknownSymbols.fail());
    assertThat(VanillaRnn.load(saved).documents()).contains(Documents.lines());
    assertThat(VanillaRnn.load(saved).fingerprint())
        .isEqualTo(Trainer.of(start).train(text, 20).best().fingerprint());
  }

  @Test
  void train_heldOutDocuments_areWhole() throws IOException {
    Path saved = directory.resolve("m");

    train(
        names,
        "--documents",
        "lines",
        "-o",
        saved,
        "--steps",
        10,
        "--no-report",
        "--validation",
        0.2,
        "--validation-pieces",
        3);

    EncodedText text = Documents.lines().of(ALL);
    HeldOut split = HeldOut.spread(text, text.length() / 5, 3, Documents.lines());
    var run = VanillaRnn.load(saved).training().orElseThrow();
    assertThat(split.pieces()).hasSize(3);
    assertThat(run.textLength()).isEqualTo(split.training().length());
    assertThat(run.validation().orElseThrow().length())
        .isEqualTo(split.pieces().stream().mapToLong(EncodedText::length).sum());
  }

  /** One is enough to measure with. */
  @Test
  void train_anotherTextHeldOut_isOfDocumentsToo() throws IOException {
    Path saved = directory.resolve("m");
    Path heldOut = write("held-out.txt", "Oda");
    Object[] of = {names, "-o", saved, "--validation", heldOut};

    train(joined(of, "--documents", "lines", "--steps", 10));

    JsonObject validation = report(saved).getAsJsonObject("validation");
    assertThat(validation.get("characters").getAsLong()).as("with both ends").isEqualTo(5);
    out("report", saved, names, "--validation", heldOut);
    train(joined(of, "--steps", 12, "--resume"));
    JsonObject last =
        report(saved)
            .getAsJsonObject("validation")
            .getAsJsonArray("points")
            .get(1)
            .getAsJsonObject();
    assertThat(last.get("step").getAsLong()).isEqualTo(12);
  }

  // A run that goes on

  /** Of lists with long lines, and where fewer pieces can be held out than are asked for. */
  @ParameterizedTest
  @CsvSource({"0.2, 2, 0", "0.2, 9, 0", "0.45, 4, 200"})
  void train_resumed_becomesTheRunThatNeverStopped(String share, int pieces, int longest)
      throws IOException {
    Path list = write("list.txt", LIST + "Xa".repeat(longest) + "\n");
    Path whole = directory.resolve("whole");
    Path stopped = directory.resolve("stopped");
    Object[] of = {list, "--documents", "lines", "--seq", 9, "--no-report"};
    Object[] heldOut = {
      "--validation", share, "--validation-pieces", pieces, "--validation-every", 15
    };
    train(joined(of, joined(heldOut, "-o", whole, "--steps", 40)));
    byte[] expected = Files.readAllBytes(whole);
    train(joined(of, joined(heldOut, "-o", stopped, "--steps", 20)));
    Path checkpoint = new ModelFiles(stopped).checkpoint();
    byte[] begun = Files.readAllBytes(checkpoint);

    // The same command once more, as a stopped run says; then with as little as there has to be.
    train(joined(of, joined(heldOut, "-o", stopped, "--steps", 40, "--resume")));
    assertThat(stopped).hasBinaryContent(expected);
    Files.write(checkpoint, begun);
    Files.delete(stopped);
    String words = "--steps 40 --resume -q --sample-every 0 --no-report";
    out(joined(new Object[] {"train", list, "-o", stopped}, (Object[]) words.split(" ")));
    assertThat(stopped).hasBinaryContent(expected);
  }

  @Test
  void train_resumed_asSomethingElse_isRefused() throws IOException {
    Path saved = directory.resolve("m");
    train(
        names,
        "--documents",
        "lines",
        "-o",
        saved,
        "--steps",
        20,
        "--no-report",
        "--validation",
        0.2,
        "--validation-pieces",
        2);
    String run = "the run of the checkpoint " + saved + ".checkpoint ";

    assertRefused(
        2,
        "train: --documents: the documents of " + saved + ".checkpoint are lines: leave it out",
        "train",
        names,
        "-q",
        "-o",
        saved,
        "--resume",
        "--documents",
        "files");
    assertRefused(
        2,
        "train: --delimiter: the documents of " + saved + ".checkpoint are lines: leave it out",
        "train",
        names,
        "-q",
        "-o",
        saved,
        "--resume",
        "--delimiter",
        ";");
    assertRefused(
        2,
        "train: --validation-pieces is 1, " + run + "has 2: leave it out",
        "train",
        names,
        "-q",
        "-o",
        saved,
        "--resume",
        "--validation-pieces",
        1);
    assertRefused(
        2,
        "train: --validation-pieces is 3, " + run + "has 2: leave it out",
        "train",
        names,
        "-q",
        "-o",
        saved,
        "--resume",
        "--validation",
        0.2,
        "--validation-pieces",
        3);
    assertRefused(
        1,
        "train: the text is not the one that "
            + run
            + "was started with: it has 104 characters, the run's had 100",
        "train",
        names,
        write("x.txt", "Ida\n"),
        "-q",
        "-o",
        saved,
        "--resume",
        "--steps",
        30);
  }

  // Its report

  @ParameterizedTest
  @CsvSource({
    "--documents lines --validation 0.2 --validation-pieces 9, --documents lines",
    "--delimiter \\r\\n --validation 0.3 --validation-pieces 2, --delimiter '\\r\\n'",
    "--delimiter <|end|>, --delimiter '<|end|>'",
    "--documents files --validation 0.3, --documents files"
  })
  void report_itsCommand_trainsTheSameAgain(String options, String typedAgain) throws IOException {
    Path folder = directory.resolve("folder");
    write("folder/b.txt", LIST);
    write("folder/a.txt", "Quintus<|end|>Titus\nTullius<|end|>");
    write("folder/c.txt", "Marcus\r\nand others");
    Path saved = directory.resolve("m");
    train(joined(new Object[] {folder, "-o", saved, "--steps", 40}, (Object[]) options.split(" ")));
    byte[] expected = Files.readAllBytes(saved);

    String command = report(saved).get("repeat").getAsString();

    assertThat(command).startsWith("rnn train " + folder + " " + typedAgain + " -o " + saved + " ");
    Files.delete(saved);
    Files.delete(new ModelFiles(saved).checkpoint());
    List<String> words =
        WORD.matcher(command)
            .results()
            .map(word -> word.group(1) == null ? word.group() : word.group(1))
            .toList();
    out(words.subList(1, words.size()).toArray());
    assertThat(saved).hasBinaryContent(expected);
    assertThat(report(saved).get("repeat").getAsString()).isEqualTo(command);
  }

  @Test
  void report_ofDocuments_isMadeFromTheirTextAgain() throws IOException {
    Path saved = directory.resolve("m");
    Path more = write("more.txt", "Zoe\n\nYvonne\n");
    train(
        names,
        more,
        "--documents",
        "lines",
        "-o",
        saved,
        "--steps",
        30,
        "--validation",
        0.2,
        "--validation-pieces",
        2);
    JsonObject written = report(saved);
    Files.delete(new ModelFiles(saved).numbers());

    out("report", saved, names, more);

    JsonObject anew = report(saved);
    for (String part : List.of("comparison", "validation", "passages", "history", "state")) {
      assertThat(anew.get(part)).as(part).isNotNull().isEqualTo(written.get(part));
    }
    assertThat(anew.getAsJsonObject("comparison").get("heldOut").getAsBoolean()).isTrue();
    assertThat(anew.get("repeat").getAsString())
        .isEqualTo(written.get("repeat").getAsString().replace(" --sample-every 0", ""));
    assertRefused(
        1,
        "report: the text has 123 characters, must have 134: name all that "
            + saved
            + " was trained on",
        "report",
        saved,
        names);
  }

  /** Nobody typed --documents. */
  @Test
  void oneFile_forAModelOfSeveral_isSaidToBeTooLittle() throws IOException {
    Path saved = directory.resolve("m");
    Path a = write("a.txt", "the quick".repeat(3));
    Path b = write("b.txt", "brown fox".repeat(3));
    train(a, b, "-o", saved, "--steps", 4);

    assertRefused(
        1,
        "report: the text has 29 characters, must have 57: name all that "
            + saved
            + " was trained on",
        "report",
        saved,
        a);
    assertRefused(
        1,
        "train: the text is not the one that the run of the checkpoint "
            + saved
            + ".checkpoint was started with: it has 29 characters, the run's had 57",
        "train",
        a,
        "-q",
        "-o",
        saved,
        "--resume",
        "--steps",
        9);
    assertRefused(
        1,
        "train: a.txt, taken as files, has only 1 of them, must have at least 2: name more",
        "train",
        a,
        "-q",
        "-o",
        directory.resolve("n"),
        "--from",
        saved);
  }

  // Delimiters

  @ParameterizedTest
  @ValueSource(strings = {"<|end|>", "\\n\\n", ";", "\\u00e9"})
  void delimiter_whatIsWritten_isAsManyDocumentsWhenItIsReadAgain(String typed) throws IOException {
    String delimiter = typed.replace("\\n", "\n").replace("\\u00e9", "\u00e9");
    String letters =
        String.join(delimiter, List.of("Dear A,\nB c d.\nYours", "Hi\nho", "Hi", "A < B | C", ""));
    Path text = write("letters.txt", letters.repeat(6));
    Path saved = directory.resolve("m");
    train(text, "--delimiter", typed, "-o", saved, "--steps", 60, "--no-report");
    Documents how = Documents.delimitedBy(delimiter);
    VanillaRnn rnn = VanillaRnn.load(saved);
    assertThat(rnn.documents()).contains(how);

    Path written = write("written.txt", out("sample", saved, "--count", 60, "--max-length", 40));

    Documents.Reader reader = how.reader(rnn.vocab(), UnknownSymbols.fail());
    try (InputStream in = Files.newInputStream(written)) {
      reader.read(in, "what is written");
    }
    assertThat(reader.count()).isEqualTo(60);
    String boundary = Character.toString(how.boundary());
    List<String> asObjects =
        texts(objects("sample", saved, "--count", 60, "--max-length", 40, "--json"));
    assertThat(reader.finish().decode())
        .isEqualTo(boundary + String.join(boundary, asObjects) + boundary);
  }

  /** Nobody sees a U+001E on a terminal. */
  @Tag("long")
  @ParameterizedTest
  @CsvSource({"--delimiter <|end|>, <|end|>", "--documents files, '\u241e\n'"})
  void passages_showWhereADocumentEnds(String options, String end) throws IOException {
    Path a = write("a.txt", "ab<|end|>ba".repeat(9));
    Path b = write("b.txt", "bb");
    Path saved = directory.resolve("m");
    Object[] words = {"train", a, b, "-o", saved, "--steps", 4, "--sample-every", 2};

    String seen = out(joined(words, (Object[]) options.split(" ")));

    List<String> samples = new ArrayList<>();
    report(saved)
        .getAsJsonArray("samples")
        .forEach(it -> samples.add(it.getAsJsonObject().get("text").getAsString()));
    assertThat(samples).hasSizeGreaterThan(1).allMatch(it -> it.contains("\u001e"));
    for (String sample : samples) {
      assertThat(seen).contains(" ---\n" + sample.replace("\u001e", end) + "\n");
    }
    String passage = Sampler.of(VanillaRnn.load(saved)).sample(1_000).replace("\u001e", end);
    assertThat(seen).contains(" ---\n" + passage + "\n").doesNotContain("\u001e");
    assertThat(out("sample", saved, "--length", 1_000)).isEqualTo(passage);
    assertThat(out("sample", saved, "--length", 1_000, "--count", 1))
        .isEqualTo(passage.endsWith("\n") ? passage : passage + "\n");
  }

  /** A model that has learnt little spells the delimiter out, which ends a document, too. */
  @Test
  void delimiter_thatTheModelSpellsOut_endsTheDocument() throws IOException {
    Path text = write("letters.txt", "a\nb\nc\n\nd\ne\nf\n\n".repeat(9));
    Path saved = directory.resolve("m");
    train(text, "--delimiter", "\\n\\n", "-o", saved, "--steps", 5, "--no-report");

    List<String> drawn = Sampler.of(VanillaRnn.load(saved)).documents(1_000).limit(99).toList();
    List<String> written = texts(objects("sample", saved, "--count", 30, "--json"));

    assertThat(drawn).anyMatch(it -> it.contains("\n\n")).anyMatch(it -> it.endsWith("\n"));
    assertThat(written).noneMatch(it -> (it + "\n\n").indexOf("\n\n") < it.length());
    assertThat(written)
        .isEqualTo(
            drawn.stream()
                .map(it -> it.contains("\n\n") ? it.substring(0, it.indexOf("\n\n")) : it)
                .map(it -> it.endsWith("\n") ? it.substring(0, it.length() - 1) : it)
                .filter(it -> !it.isEmpty())
                .limit(30)
                .toList());
  }

  // rnn sample

  @Test
  void sample_writesWhatTheSamplerDraws_oneALine() throws IOException {
    VanillaRnn rnn = VanillaRnn.load(model);
    List<String> drawn = Sampler.of(rnn).seed(7).documents(1_000).limit(300).toList();

    assertThat(out("sample", model, "--seed", 7)).isEqualTo(drawn.get(0) + "\n");
    for (int threads : new int[] {1, 2}) {
      assertThat(out("sample", model, "--seed", 7, "--count", 300, "--threads", threads))
          .isEqualTo(String.join("\n", drawn) + "\n");
    }
    assertThat(out("sample", model, "--seed", 8, "--count", 299))
        .isEqualTo(String.join("\n", drawn.subList(1, 300)) + "\n");
    assertThat(lines("sample", model, "--count", 50, "--temperature", 0.5, "--top-k", 3))
        .isEqualTo(Sampler.of(rnn).temperature(0.5).topK(3).documents(1_000).limit(50).toList());
  }

  @Test
  void sample_unique_writesNoneTwice() {
    assertThat(new HashSet<>(lines("sample", model, "--count", 60))).hasSizeLessThan(55);
    assertThat(lines("sample", model, "--count", 60, "--unique"))
        .hasSize(60)
        .doesNotHaveDuplicates();
  }

  @Test
  void sample_new_writesNoneThatIsKnown() throws IOException {
    Path seen = write("folder/seen.txt", out("sample", model, "--count", 20));
    Path none = write("none.txt", "");

    List<String> fresh =
        lines(
            "sample",
            model,
            "--count",
            60,
            "--new",
            names,
            "--new",
            directory.resolve("folder"),
            "--new",
            none);

    assertThat(lines("sample", model, "--count", 60))
        .containsAnyElementsOf(ALL)
        .isEqualTo(lines("sample", model, "--count", 60, "--new", none));
    assertThat(fresh)
        .hasSize(60)
        .doesNotContainAnyElementsOf(ALL)
        .doesNotContainAnyElementsOf(Files.readAllLines(seen));
    assertThat(new HashSet<>(fresh)).as("--new alone may write one twice").hasSizeLessThan(60);
    assertThat(lines("sample", model, "--count", 30, "--new", names, "--unique"))
        .hasSize(30)
        .doesNotHaveDuplicates()
        .doesNotContainAnyElementsOf(ALL);
  }

  /** The model can draw what is left of it, and that stands nowhere. */
  @Test
  void sample_new_aDocumentWithASymbolThatTheModelDoesNotKnow_makesNoOtherKnown()
      throws IOException {
    List<String> drawn = lines("sample", model, "--count", 20);
    Path others = write("others.txt", String.join("%\n", drawn) + "%\n");

    assertThat(lines("sample", model, "--count", 20, "--new", others)).isEqualTo(drawn);
  }

  @Test
  void sample_whereThereAreNoMore_saysSo_afterThoseThatThereAre() {
    String[] options = "--temperature 0 --count 2 --unique".split(" ");

    Cli.Outcome outcome = Cli.run(joined(new Object[] {"sample", model}, (Object[]) options));

    assertThat(outcome.code()).isEqualTo(1);
    assertThat(outcome.out().lines()).hasSize(1);
    assertThat(outcome.err())
        .isEqualTo(
            "rnn sample: of 10,200 documents only 1 were not known or written already, not 2: a"
                + " higher --temperature gives others\n");
  }

  @Test
  void sample_prime_beginsEveryDocument() throws IOException {
    VanillaRnn rnn = VanillaRnn.load(model);
    List<String> expected = Sampler.of(rnn).prime("Jo").documents(1_000).limit(20).toList();

    assertThat(lines("sample", model, "--prime", "Jo", "--count", 20))
        .isEqualTo(expected)
        .allMatch(name -> name.startsWith("Jo"));
    assertThat(lines("sample", model, "--prime-file", write("prime.txt", "Jo"), "--count", 20))
        .isEqualTo(expected);
  }

  @Test
  void sample_json_isOneObjectADocument() throws IOException {
    Path text = write("letters.txt", "a\nb,c\n;".repeat(9));
    Path saved = directory.resolve("m");
    train(text, "--delimiter", ";", "-o", saved, "--steps", 300, "--no-report");

    List<JsonObject> objects = objects("sample", saved, "--count", 12, "--prime", "a", "--json");

    assertThat(objects).hasSize(12);
    for (JsonObject object : objects) {
      String document = object.get("text").getAsString();
      assertThat(object.keySet())
          .containsExactly("text", "characters", "skippedSymbols", "ofSymbols");
      assertThat(object.get("characters").getAsInt()).isEqualTo(document.length());
      assertThat(object.get("ofSymbols").getAsInt()).isEqualTo(1);
    }
    assertThat(String.join(";", texts(objects)) + ";")
        .contains("\n")
        .isEqualTo(out("sample", saved, "--count", 12, "--prime", "a"));
  }

  @Test
  void sample_maxLength_endsLongOnes() throws IOException {
    List<String> whole = lines("sample", model, "--count", 60);

    List<String> cut = lines("sample", model, "--count", 60, "--max-length", 3);

    assertThat(cut)
        .isEqualTo(whole.stream().map(it -> it.substring(0, Math.min(3, it.length()))).toList())
        .isNotEqualTo(whole);
    assertThat(lines("sample", model, "--prime", "Jo", "--max-length", 1, "--count", 9))
        .allMatch(it -> it.matches("Jo.?"));
  }

  @Test
  void sample_whereTheLikeliestIsToEndAtOnce_comesToAnEnd() throws IOException {
    Path saved = directory.resolve("m");
    train(
        write("letters.txt", "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\nk\nl\nm\n"),
        "--documents",
        "lines",
        "-o",
        saved,
        "--steps",
        3,
        "--no-report");
    assertThat(Sampler.of(VanillaRnn.load(saved)).temperature(0).sample(1)).isEqualTo("\n");
    for (Object[] option : new Object[][] {{"--temperature", 0}, {"--top-k", 1}}) {
      List<String> written =
          assertTimeoutPreemptively(
              Duration.ofSeconds(30),
              () ->
                  lines(
                      joined(
                          new Object[] {"sample", saved, "--count", 3, "--max-length", 9},
                          option)));

      assertThat(written).hasSize(3).allMatch(it -> !it.isEmpty());
    }
  }

  @Test
  void sample_untilTheReaderHasGone_goesOn() {
    ByteArrayOutputStream taken = new ByteArrayOutputStream();
    OutputStream pipe =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            if (taken.size() > 100_000) {
              throw new IOException("Broken pipe");
            }
            taken.write(b);
          }
        };
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Terminal terminal = new Terminal(InputStream.nullInputStream(), pipe, err, false, 0);

    int code = Main.run(terminal, "sample", model.toString(), "--count", "" + Long.MAX_VALUE);

    assertThat(err.toString(UTF_8)).isEmpty();
    assertThat(code).isZero();
    assertThat(taken.toString(UTF_8).lines().count()).isGreaterThan(10_000);
  }

  /** As of {@code tail -f log | rnn score model}: nothing waits for the next line. */
  @Test
  @Timeout(60)
  void score_ofASlowPipe_answersEachLineAtOnce() throws Exception {
    PipedOutputStream typed = new PipedOutputStream();
    PipedOutputStream printed = new PipedOutputStream();
    BufferedReader answers =
        new BufferedReader(new InputStreamReader(new PipedInputStream(printed), UTF_8));
    Terminal terminal =
        new Terminal(
            new PipedInputStream(typed), printed, OutputStream.nullOutputStream(), false, 0);
    FutureTask<Integer> command =
        new FutureTask<>(() -> Main.run(terminal, "score", model.toString()));
    new Thread(command).start();
    for (String line : List.of("ana", "", "nia")) {
      typed.write((line + "\n").getBytes(UTF_8));
      typed.flush();

      assertThat(answers.readLine()).endsWith("\t" + line);
    }
    typed.close();
    assertThat(command.get()).isZero();
  }

  @Test
  void sample_length_writesAPassage() throws IOException {
    VanillaRnn rnn = VanillaRnn.load(model);

    assertThat(out("sample", model, "--length", 70)).isEqualTo(Sampler.of(rnn).sample(70));
    assertThat(out("sample", model, "--length", 70, "--prime", "Ida\\nA", "--stop", "a\\n"))
        .isEqualTo("Ida\nA" + Sampler.of(rnn).prime("Ida\nA").stopAfter("a\n").sample(70));
  }

  @Test
  void sample_primeAndStop_understandEscapes() throws IOException {
    VanillaRnn rnn = VanillaRnn.load(prose);

    assertThat(out("sample", prose, "--prime", "d\\u0061,\\t", "--stop", "\\n", "--length", 200))
        .isEqualTo("da,\t" + Sampler.of(rnn).prime("da,\t").stopAfter("\n").sample(200));
    assertRefused(
        2,
        "sample: --prime: the symbol '\\' (U+005C) at position 0 is not in the vocabulary of 17"
            + " symbols: --unknown skip leaves such symbols out",
        "sample",
        prose,
        "--prime",
        "\\\\n");
  }

  // rnn score

  /** What score prints of a line. */
  private static String scored(VanillaRnn rnn, String line) {
    Evaluation by = rnn.evaluate(rnn.vocab().encode("\n" + line + "\n"));
    return String.format(
        Locale.ROOT,
        "%.4f\t%.4f\t%d\t%s",
        by.natsPerCharacter() * by.characters(),
        by.bitsPerCharacter(),
        line.length() + 1,
        line);
  }

  @Test
  void score_saysHowWellEveryLineIsPredicted() throws IOException {
    VanillaRnn rnn = VanillaRnn.load(model);
    List<String> asRead = LIST.lines().toList();
    assertThat(asRead).hasSize(ALL.size() + 2).contains("");

    List<String> scores = lines("score", model, names);

    assertThat(scores).isEqualTo(asRead.stream().map(line -> scored(rnn, line)).toList());
    assertThat(rnn.evaluate("Ida").natsPerCharacter() * 4)
        .isCloseTo(Double.parseDouble(scored(rnn, "Ida").split("\t", -1)[0]), within(1e-4));
    assertThat(Cli.runWithInput(LIST, "score", model).out().lines()).isEqualTo(scores);
    assertThat(Cli.runWithInput("Ida\nOlga", "score", model, names, "-", names).out().lines())
        .isEqualTo(
            Stream.of(
                    scores.stream(),
                    Stream.of("Ida", "Olga").map(it -> scored(rnn, it)),
                    scores.stream())
                .flatMap(it -> it)
                .toList());
    assertThat(Cli.runWithInput("", "score", model)).isEqualTo(new Cli.Outcome(0, "", ""));
  }

  @Test
  void score_linesTogether_haveTheNatsOfTheList() {
    List<JsonObject> objects = objects("score", model, names, "--json");
    JsonObject list =
        JsonParser.parseString(out("evaluate", model, names, "--json")).getAsJsonObject();

    double nats = 0;
    long characters = 0;
    for (JsonObject line : objects) {
      assertThat(line.keySet())
          .containsExactly(
              "text", "nats", "bitsPerCharacter", "characters", "skippedSymbols", "ofSymbols");
      assertThat(line.get("bitsPerCharacter").getAsDouble())
          .isCloseTo(
              line.get("nats").getAsDouble() / line.get("characters").getAsLong() / Math.log(2),
              within(1e-12));
      if (!line.get("text").getAsString().isEmpty()) { // which are no documents
        nats += line.get("nats").getAsDouble();
        characters += line.get("characters").getAsLong();
      }
    }
    assertThat(texts(objects)).isEqualTo(LIST.lines().toList());
    assertThat(characters).isEqualTo(list.get("characters").getAsLong());
    assertThat(nats)
        .isCloseTo(list.get("natsPerCharacter").getAsDouble() * characters, within(1e-9 * nats));
  }

  @Test
  void score_cutsLinesAsTrainingDoes() throws IOException {
    Path text = write("list.txt", "\uFEFFIda\r\nAnna\rOlga\nDora\r");
    Path saved = directory.resolve("m");
    train(text, names, "--documents", "lines", "-o", saved, "--steps", 9, "--no-report");

    assertThat(texts(objects("score", saved, text, "--json")))
        .containsExactly("Ida", "Anna\rOlga", "Dora\r");
  }

  @Test
  void score_top_printsTheWorstFirst_withWhatWasSurprising() throws IOException {
    Path text = write("list.txt", LIST + "WaVe\nnaJ\nAnna\n");
    Comparator<JsonObject> byBits =
        Comparator.comparingDouble(it -> it.get("bitsPerCharacter").getAsDouble());
    List<JsonObject> worst =
        objects("score", model, text, "--json").stream().sorted(byBits.reversed()).toList();

    List<JsonObject> top = objects("score", model, text, "--top", 5, "--json");
    List<String> printed = lines("score", model, text, "--top", 5);

    assertThat(top).hasSize(5);
    VanillaRnn rnn = VanillaRnn.load(model);
    for (int i = 0; i < 5; i++) {
      String line = top.get(i).get("text").getAsString();
      String marked = top.get(i).get("marked").getAsString();
      assertThat(marked).isEqualTo(marked(rnn, line));
      assertThat(top.get(i).get("bitsPerCharacter"))
          .isEqualTo(worst.get(i).get("bitsPerCharacter"));
      assertThat(printed.get(i))
          .isEqualTo(
              scored(rnn, line).substring(0, scored(rnn, line).lastIndexOf('\t') + 1) + marked);
    }
    assertThat(texts(top)).contains("", "WaVe", "naJ");
    assertThat(marked(rnn, "")).isEqualTo("[]");
    assertThat(marked(rnn, "WaVe")).contains("[V]");
    assertThat(lines("score", model, text, "--top", 99)).hasSize(ALL.size() + 5);
  }

  /** It has only its end, which would be more surprising than any line of words. */
  @Test
  void score_top_leavesOutEmptyLines_ofATextThatIsNotOfDocuments() throws IOException {
    Path text = write("prose.txt", "Anna sah\n\n\nIda\n \n");

    assertThat(texts(objects("score", prose, text, "--top", 9, "--json")))
        .containsExactlyInAnyOrder("Anna sah", "Ida", " ");
    assertThat(texts(objects("score", prose, text, "--json")))
        .containsExactly("Anna sah", "", "", "Ida", " ");
  }

  private static String marked(VanillaRnn rnn, String line) {
    double[] nats = rnn.surprisals(rnn.vocab().encode("\n" + line + "\n"));
    StringBuilder marked = new StringBuilder();
    for (int i = 0; i <= line.length(); i++) {
      String symbol = i < line.length() ? line.substring(i, i + 1) : "";
      marked.append(nats[i] / Math.log(2) >= 6 ? "[" + symbol + "]" : symbol);
    }
    return marked.toString();
  }

  @Test
  void score_than_printsTheDifferenceOfTwoModels() {
    List<JsonObject> ours = objects("score", model, names, "--json");
    List<JsonObject> theirs = objects("score", early, names, "--json");
    List<JsonObject> both = objects("score", model, names, "--than", early, "--json");
    List<String> printed = lines("score", model, names, "--than", early);

    assertThat(both).hasSameSizeAs(ours);
    for (int i = 0; i < both.size(); i++) {
      double better =
          theirs.get(i).get("nats").getAsDouble() - ours.get(i).get("nats").getAsDouble();
      assertThat(both.get(i).remove("better").getAsDouble()).isCloseTo(better, within(1e-9));
      assertThat(both.get(i)).isEqualTo(ours.get(i));
      String[] columns = printed.get(i).split("\t", -1);
      assertThat(columns).hasSize(5).endsWith(both.get(i).get("text").getAsString());
      assertThat(Double.parseDouble(columns[3])).isCloseTo(better, within(1e-4));
    }
    assertThat(
            objects(
                "score", model, names, "--than", prose, "--unknown", "skip", "--top", 2, "--json"))
        .hasSize(2)
        .allMatch(it -> it.has("better") && it.has("marked"));
  }

  @Test
  void score_threads_changeNoByte() throws IOException {
    Path text = write("list.txt", LIST.repeat(60) + "AnnaIda".repeat(900) + "\n" + LIST);
    for (Object[] more : new Object[][] {{}, {"--than", early}, {"--top", 7}, {"--json"}}) {
      Object[] words = joined(new Object[] {"score", model, text}, more);

      assertThat(out(joined(words, "--threads", 2))).isEqualTo(out(joined(words, "--threads", 1)));
    }
  }

  @Test
  void score_aCharacterThatIsUnknown_isSaidWithItsLine_afterTheLinesBefore() throws IOException {
    Path text = write("list.txt", "Ida\nOlga\nX\u00e4nia\nEmma\n");
    VanillaRnn rnn = VanillaRnn.load(model);
    String before = scored(rnn, "Ida") + "\n" + scored(rnn, "Olga") + "\n";
    String said =
        "rnn score: line 3 of list.txt: the symbol 'X' (U+0058) at position 0 is not in the";

    Cli.Outcome alone = Cli.run("score", model, text);
    Cli.Outcome than = Cli.run("score", model, text, "--than", model);

    assertThat(alone.code()).isEqualTo(1);
    assertThat(alone.out()).isEqualTo(before);
    assertThat(alone.err()).startsWith(said).contains(": --unknown skip ").hasLineCount(1);
    assertThat(than.code()).isEqualTo(1);
    assertThat(than.out()).isEqualTo(before.replaceAll("(?m)\t(?=\\w+$)", "\t0.0000\t"));
    assertThat(than.err()).isEqualTo(alone.err());

    JsonObject third = objects("score", model, text, "--unknown", "skip", "--json").get(2);
    Evaluation skipped = rnn.evaluate("nia");
    assertThat(third.get("text").getAsString()).isEqualTo("X\u00e4nia");
    assertThat(third.get("characters").getAsLong()).isEqualTo(4);
    assertThat(third.get("skippedSymbols").getAsLong()).isEqualTo(2);
    assertThat(third.get("ofSymbols").getAsLong()).isEqualTo(7);
    assertThat(third.get("nats").getAsDouble())
        .isCloseTo(skipped.natsPerCharacter() * 4, within(1e-12));
  }

  @Test
  void score_aTextThatCannotBeRead_isSaid_afterTheLinesBefore() throws IOException {
    Path latin = directory.resolve("latin.txt");
    Files.writeString(latin, "Ida\nOlga\nDor\u00e9\nEmma\n", ISO_8859_1);
    VanillaRnn rnn = VanillaRnn.load(model);

    Cli.Outcome notUtf8 = Cli.run("score", model, latin);
    Cli.Outcome missing =
        Cli.run("score", model, write("good.txt", "Ida"), directory.resolve("none"));
    Cli.Outcome folder = Cli.run("score", model, directory);

    String lines = scored(rnn, "Ida") + "\n" + scored(rnn, "Olga") + "\n";
    String why =
        "rnn score: line 3 of latin.txt is not UTF-8: convert it first, for example with iconv\n";
    assertThat(notUtf8).isEqualTo(new Cli.Outcome(1, lines, why));
    assertThat(missing)
        .isEqualTo(
            new Cli.Outcome(
                1,
                scored(rnn, "Ida") + "\n",
                "rnn score: there is no file " + directory.resolve("none") + "\n"));
    assertThat(folder)
        .isEqualTo(
            new Cli.Outcome(
                1, "", "rnn score: " + directory + ": this is a directory, a text is a file\n"));
  }

  @Test
  void score_aModelOfProse_predictsFromLineFeedToLineFeed() throws IOException {
    VanillaRnn rnn = VanillaRnn.load(prose);
    Path text = write("text.txt", "Ida kam.\n\nAnna");
    assertThat(rnn.startState()).isPresent();

    assertThat(lines("score", prose, text))
        .containsExactly(scored(rnn, "Ida kam."), scored(rnn, ""), scored(rnn, "Anna"));
  }

  @Test
  void score_aModelWithoutLineFeeds_predictsNoEnd() throws IOException {
    Path text = write("ab.txt", "abababbabaababbbabaabababb".repeat(3));
    Path saved = directory.resolve("m");
    train(text, "-o", saved, "--steps", 20, "--no-report");
    VanillaRnn rnn = VanillaRnn.load(saved);

    List<JsonObject> scores = objects("score", saved, write("lines.txt", "abba\nba\n"), "--json");

    assertThat(scores.get(0).get("characters").getAsLong()).isEqualTo(3);
    assertThat(scores.get(0).get("nats").getAsDouble())
        .isEqualTo(3 * rnn.evaluate("abba").natsPerCharacter());
    assertThat(scores.get(1).get("characters").getAsLong()).isEqualTo(1);
    Cli.Outcome outcome = Cli.run("score", saved, write("short.txt", "abba\nb\nab\n"));
    assertThat(outcome.code()).isEqualTo(1);
    assertThat(outcome.out()).hasLineCount(1).endsWith("\t3\tabba\n");
    assertThat(outcome.err())
        .isEqualTo(
            "rnn score: line 2 of short.txt has fewer than 2 characters that the model knows: it"
                + " predicts no end of a line\n");
  }

  // The other commands

  @Test
  void gradcheck_ofDocuments_isRight() throws IOException {
    Object[] small = {"gradcheck", names, "--hidden", 4, "--seq", 12};

    assertThat(out(joined(small, "--documents", "lines")))
        .contains("All gradients are right.")
        .isNotEqualTo(out(small));
    assertRefused(
        2,
        "gradcheck: --documents is words, must be lines or files",
        joined(small, "--documents", "words"));
  }

  @Test
  void evaluate_ofAnotherText_doesNotBlameTheZeroState() throws IOException {
    String said = Cli.run("evaluate", model, write("k.txt", "KKKKKK\nJJJJ\n")).err();

    assertThat(said)
        .startsWith("rnn evaluate: this text has ")
        .contains("it is not like the one that the model was trained on")
        .doesNotContain("--from-zero");
  }

  // What is wrong

  private Map<Path, String> onDisk() throws IOException {
    Map<Path, String> files = new TreeMap<>();
    for (Path root : List.of(directory, shared)) {
      try (Stream<Path> all = Files.walk(root)) {
        for (Path file : all.filter(Files::isRegularFile).toList()) {
          files.put(file, Files.readString(file, ISO_8859_1));
        }
      }
    }
    return files;
  }

  private void assertRefused(int code, String sentence, Object... words) throws IOException {
    Map<Path, String> before = onDisk();

    Cli.Outcome outcome = Cli.run(words);

    String help = " (try: rnn " + words[0] + " --help)";
    assertThat(outcome.err()).isEqualTo("rnn " + sentence + (code == 2 ? help : "") + "\n");
    assertThat(outcome.code()).isEqualTo(code);
    assertThat(outcome.out()).isEmpty();
    assertThat(onDisk()).isEqualTo(before);
  }

  @Test
  void train_wrongWords_areRefused() throws IOException {
    Path saved = directory.resolve("m");
    Path folder = directory.resolve("folder");
    write("folder/a.txt", "a text");
    Files.writeString(directory.resolve("folder/b.txt"), "caf\u00e9", ISO_8859_1);
    Path empty = Files.createDirectory(directory.resolve("empty"));
    Path one = write("one.txt", "one line, of which there is no other\n");

    assertRefused(
        2,
        "train: --documents is words, must be lines or files",
        "train",
        names,
        "-o",
        saved,
        "--documents",
        "words");
    assertRefused(
        2,
        "train: --documents and --delimiter exclude each other: give one of them",
        "train",
        names,
        "-o",
        saved,
        "--documents",
        "lines",
        "--delimiter",
        ";");
    assertRefused(
        2,
        "train: --delimiter is empty: name what ends a document",
        "train",
        names,
        "-o",
        saved,
        "--delimiter",
        "");
    assertRefused(
        2,
        "train: --delimiter: after a backslash there must be n, t, r, u and four hexadecimal"
            + " digits, or another backslash",
        "train",
        names,
        "-o",
        saved,
        "--delimiter",
        "x\\q");
    assertRefused(
        2,
        "train: --delimiter: the delimiter has 33 characters, must have at most 32",
        "train",
        names,
        "-o",
        saved,
        "--delimiter",
        "-".repeat(33));
    assertRefused(
        1,
        "train: names.txt, taken as documents with the delimiter \"###\", has only 1 of them, must have"
            + " at least 2: leave out --documents and --delimiter, or name what ends a document",
        "train",
        names,
        "-o",
        saved,
        "--delimiter",
        "###");
    assertRefused(
        1,
        "train: one.txt, taken as lines, has only 1 of them, must have at least 2: leave out --documents"
            + " and --delimiter, or name what ends a document",
        "train",
        one,
        "-o",
        saved,
        "--documents",
        "lines");
    assertRefused(
        1, "train: empty has no text in it: name one that has", "train", empty, "-o", saved);
    assertRefused(
        1,
        "train: "
            + folder.resolve("b.txt")
            + " is not UTF-8: the byte 0xE9 at offset 3 begins no valid character; convert it"
            + " first, for example with iconv",
        "train",
        folder,
        "-o",
        saved);
    assertRefused(
        1,
        "train: empty has no text in it: name one that has",
        "train",
        names,
        "--documents",
        "lines",
        "--validation",
        empty,
        "-o",
        saved);
    assertRefused(
        1, "evaluate: empty has no text in it: name one that has", "evaluate", model, empty);
    assertRefused(
        1,
        "train: there is no file " + folder.resolve("none"),
        "train",
        names,
        folder.resolve("none"),
        "-o",
        saved);
    assertRefused(
        1,
        "train: "
            + write("separator.txt", "a\u001eb")
            + " has U+001E in it, which ends documents here",
        "train",
        directory.resolve("separator.txt"),
        names,
        "-o",
        saved);
    assertRefused(
        2,
        "train: TEXT is empty: name a file, or leave it out for the story",
        "train",
        names,
        "",
        "-o",
        saved);
    assertRefused(
        2,
        "train: the model would replace the text, " + names + ": name another file",
        "train",
        one,
        names,
        "-o",
        names);
    assertRefused(
        2,
        "train: there is more than one TEXT, and " + prose + " is not of documents: name one",
        "train",
        names,
        names,
        "--from",
        prose,
        "-o",
        saved);
    assertRefused(
        2,
        "train: --documents: the documents of " + model + " are lines: leave it out",
        "train",
        names,
        "--documents",
        "files",
        "--from",
        model,
        "-o",
        saved);
  }

  @Test
  void sample_wrongWords_areRefused() throws IOException {
    String notOfDocuments =
        " is for documents, and "
            + prose
            + " is not of documents: train"
            + " --documents makes one that is";
    String withLength = " is for documents, and --length asks for a passage: leave it out";
    String endInIt = " has the end of a document in it: name how one begins";

    assertRefused(2, "sample: --unique" + notOfDocuments, "sample", prose, "--unique");
    assertRefused(2, "sample: --new" + notOfDocuments, "sample", prose, "--new", names);
    assertRefused(2, "sample: --max-length" + notOfDocuments, "sample", prose, "--max-length", 9);
    assertRefused(2, "sample: --unique" + withLength, "sample", model, "--length", 9, "--unique");
    assertRefused(
        2, "sample: --max-length is 0, must be at least 1", "sample", model, "--max-length", 0);
    assertRefused(2, "sample: --new is empty: name a file", "sample", model, "--new", "");
    assertRefused(
        1, "sample: there is no file " + names + "x", "sample", model, "--new", names + "x");
    assertRefused(
        2,
        "sample: --stop: after a backslash there must be n, t, r, u and four hexadecimal digits, or"
            + " another backslash",
        "sample",
        prose,
        "--stop",
        "x\\q");
    assertRefused(
        2,
        "sample: --stop needs --length: the model ends documents itself",
        "sample",
        model,
        "--stop",
        "a");
    assertRefused(2, "sample: --prime" + endInIt, "sample", model, "--prime", "Ida\\nA");
    assertRefused(
        2,
        "sample: --prime-file" + endInIt,
        "sample",
        model,
        "--prime-file",
        write("prime.txt", "Ida\n"));
  }

  @Test
  void score_wrongWords_areRefused() throws IOException {
    assertRefused(2, "score: TEXT is empty: name a file", "score", model, names, "");
    assertRefused(2, "score: --top is 0, must be at least 1", "score", model, names, "--top", 0);
    assertRefused(
        2, "score: --threads is 0, must be from 1 to 1,024", "score", model, names, "--threads", 0);
    assertRefused(1, "score: there is no file " + names + "x", "score", names + "x", names);
    assertRefused(
        1, "score: there is no file " + names + "x", "score", model, names, "--than", names + "x");
    assertRefused(2, "score: MODEL is missing", "score");
  }
}
