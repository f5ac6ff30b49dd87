package io.github.charrnn.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.abort;

import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.charrnn.CharVocab;
import io.github.charrnn.Documents;
import io.github.charrnn.ModelFormatException;
import io.github.charrnn.Trainer;
import io.github.charrnn.VanillaRnn;
import io.github.charrnn.cli.weights.Dtype;
import io.github.charrnn.cli.weights.SafetensorsFile;
import io.github.charrnn.cli.weights.Tensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Weights that go to other programs and come from them; docs/weights.md. */
class WeightsTest {
  private static final Path PAGE = Path.of("..", "docs", "weights.md");
  private static final String TEXT =
      "Caf\u00e9 \uD83D\uDE00 \"quoted\\\" and\n\tplain text, again.\n".repeat(30);
  private static final int M = 7;

  @TempDir Path directory;

  private VanillaRnn rnn = VanillaRnn.builder(CharVocab.of(TEXT)).build();
  private Path model = Path.of("");

  /** A model that begins in a state of its own. */
  @BeforeEach
  void train() throws IOException {
    rnn =
        Trainer.of(VanillaRnn.builder(CharVocab.of(TEXT)).hiddenSize(M).build())
            .train(TEXT, 40)
            .last();
    assertThat(rnn.startState()).isPresent();
    model = directory.resolve("book.safetensors");
    rnn.save(model);
    Files.writeString(directory.resolve("book.txt"), TEXT);
  }

  private Path file(String name) {
    return directory.resolve(name);
  }

  private static Cli.Outcome ok(Object... words) {
    Cli.Outcome outcome = Cli.run(words);
    assertThat(outcome.code()).as(outcome.err()).isZero();
    return outcome;
  }

  @Test
  void aBitThatIsWrongInNumPysFile_isNoticed() throws IOException {
    ok("export", model, "-o", file("weights.npz"));
    byte[] bytes = Files.readAllBytes(file("weights.npz"));
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int at = 0;
    while (buffer.getDouble(at) != rnn.w()[5]) {
      at++;
    }
    bytes[at] ^= 1;
    Files.write(file("weights.npz"), bytes);

    Cli.Outcome outcome = Cli.run("import", file("weights.npz"), "-o", file("again"));

    assertThat(outcome.code()).isEqualTo(1);
    assertThat(outcome.err()).contains("is no .npz file, or damaged: get it again");
    assertThat(file("again")).doesNotExist();
  }

  @Test
  void aModel_doesNotReplaceTheWeightsThatItIsMadeOf() throws IOException {
    Path weights = Files.createDirectory(file("weights"));

    Cli.Outcome outcome = Cli.run("import", weights, "-o", weights.resolve("U.npy"));

    assertThat(outcome.code()).isEqualTo(2);
    assertThat(outcome.err()).contains("must not be in " + weights);
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"a\": 0.2, \"b\": 1}", "{\"a\": 0, \"b\": 4294967297}"})
  void numbersOfSymbols_areWhole_andNotTooLarge(String json) throws IOException {
    Files.writeString(file("vocab.json"), json);

    Cli.Outcome outcome =
        Cli.run("import", model, "--vocab", file("vocab.json"), "-o", file("again"));

    assertThat(outcome.code()).isEqualTo(1);
    assertThat(outcome.err()).contains("is no vocabulary in JSON");
  }

  @ParameterizedTest
  @ValueSource(strings = {"weights.safetensors", "weights.npz"})
  void whatIsExported_comesBackAsTheSameModel(String weights) throws IOException {
    ok("export", model, "-o", file(weights));
    Cli.Outcome outcome = ok("import", file(weights), "-o", file("again"));

    VanillaRnn again = VanillaRnn.load(file("again"));
    assertThat(outcome.out())
        .isEqualTo(
            "saved "
                + file("again")
                + ": hidden size 7, "
                + rnn.vocab().size()
                + " symbols, fingerprint "
                + rnn.fingerprint()
                + "\n");
    assertThat(again.fingerprint()).isEqualTo(rnn.fingerprint());
    assertThat(again.vocab()).isEqualTo(rnn.vocab());
    assertThat(again.startState().orElseThrow()).isEqualTo(rnn.startState().orElseThrow());
    assertThat(again.training()).isEmpty();
    assertThat(outcome.err()).isEmpty();
    ok("train", file("book.txt"), "--from", file("again"), "-o", file("m"), "--steps", "3", "-q");
    byte[] first = Files.readAllBytes(file(weights));
    ok("export", file("again"), "-o", file(weights));
    assertThat(Files.readAllBytes(file(weights))).as("the same bytes").isEqualTo(first);
  }

  @ParameterizedTest
  @ValueSource(strings = {"weights.safetensors", "weights.npz"})
  void pytorchsNames_haveNoStart_andSayTwoBiases(String weights) throws IOException {
    assertThat(ok("export", model, "-o", file(weights), "--names", "pytorch").err())
        .isEqualTo(
            "rnn export: the state that the model begins in is not in "
                + file(weights)
                + ": --names equations keeps it, and rnn evaluate --from-zero measures without it\n");

    assertThat(ok("import", file(weights), "-o", file("again")).err())
        .isEqualTo("rnn import: b is the sum of rnn.bias_ih_l0 and rnn.bias_hh_l0\n");
    VanillaRnn again = VanillaRnn.load(file("again"));
    assertThat(again.fingerprint()).isEqualTo(rnn.fingerprint());
    assertThat(again.startState()).isEmpty();
  }

  @Test
  void aModelOfDocuments_staysOne() throws IOException {
    VanillaRnn names =
        VanillaRnn.builder(CharVocab.of("abc\u001e"))
            .documents(Documents.delimitedBy("<>"))
            .build();
    names.save(model);
    for (String weights : List.of("weights.safetensors", "weights.npz")) {
      ok("export", model, "-o", file(weights));
      ok("import", file(weights), "-o", file("again"));

      VanillaRnn again = VanillaRnn.load(file("again"));
      assertThat(again.fingerprint()).isEqualTo(names.fingerprint());
      assertThat(again.documents()).contains(Documents.delimitedBy("<>"));
    }
  }

  @Test
  void f32_isNearestToF64_andRefusesWhatItCannotHold() throws IOException {
    ok("export", model, "-o", file("weights.npz"), "--dtype", "f32");
    ok("import", file("weights.npz"), "-o", file("again"));

    double[] expected = Arrays.stream(rnn.w()).map(x -> (float) x).toArray();
    assertThat(VanillaRnn.load(file("again")).w()).isEqualTo(expected);
    double[] b = rnn.b();
    b[2] = -1e39;
    VanillaRnn.of(rnn.vocab(), rnn.u(), rnn.w(), rnn.v(), b, rnn.c()).save(model);
    assertThat(Cli.run("export", model, "-o", file("f32"), "--dtype", "f32").err())
        .isEqualTo(
            "rnn export: b has a value that is -1.0E39, must be at most 3.4028235E38 for f32:"
                + " --dtype f64 keeps it\n");
    assertThat(file("f32")).doesNotExist();
  }

  // Python

  /** The examples of the page, in order. */
  private static List<String> examples() throws IOException {
    return Pattern.compile("(?s)```python\n(.*?)```")
        .matcher(Files.readString(PAGE))
        .results()
        .map(match -> match.group(1))
        .toList();
  }

  private double evaluated(Object... options) {
    List<Object> words = new ArrayList<>(List.of("evaluate", model, file("book.txt"), "--json"));
    words.addAll(List.of(options));
    return JsonParser.parseString(ok(words.toArray()).out())
        .getAsJsonObject()
        .get("natsPerCharacter")
        .getAsDouble();
  }

  private static double printed(String output) {
    Matcher line = Pattern.compile("(\\S+) nats per character\n").matcher(output);
    assertThat(line.matches()).as(output).isTrue();
    return Double.parseDouble(line.group(1));
  }

  @Tag("long")
  @Test
  void numpysLines_findTheSameLoss_andWriteTheSameModel() throws Exception {
    Needed.isThere(
        Python.has("numpy"),
        "the lines of docs/weights.md are not run, there is no python3 with numpy"
            + " (Debian: apt-get install python3-numpy)");
    String read = examples().get(0);
    String write = examples().get(2).replace("sorted(set(text))", "symbols");
    ok("export", model, "-o", file("weights.npz"));

    double nats = printed(Python.run(directory, "numpy", read + write));

    assertThat(nats).isCloseTo(evaluated(), within(1e-10));
    assertThat(nats).isNotCloseTo(evaluated("--from-zero"), within(1e-6));
    ok("import", file("mine.npz"), "-o", file("again"));
    assertThat(VanillaRnn.load(file("again")).fingerprint()).isEqualTo(rnn.fingerprint());
  }

  /** As numpy itself writes files that are not C's order, not doubles, or of version 2. */
  @Tag("long")
  @Test
  void numpysOwnFiles_areRead() throws Exception {
    Needed.isThere(Python.has("numpy"), "numpy's own files are not read, there is no numpy");
    ok("export", model, "-o", file("weights.npz"));
    String program =
        """
        import numpy as np, os
        from numpy.lib import format
        z = np.load("weights.npz")
        os.mkdir("arrays")
        np.save("arrays/Wxh.npy", np.asfortranarray(z["U"]))
        with open("arrays/Whh.npy", "wb") as f:
            format.write_array(f, z["W"], version=(2, 0))
        np.save("arrays/Why.npy", z["V"].astype(np.float32))
        np.save("arrays/bh.npy", z["b"].reshape(-1, 1))
        np.save("arrays/by.npy", np.asfortranarray(z["c"].reshape(1, -1)))
        np.save("arrays/vocabulary.npy", z["vocabulary"])
        np.savez_compressed("compressed.npz", **z)
        np.save("big.npy", z["U"].astype(">f8"))
        np.save("half.npy", z["U"].astype("f2"))
        """;
    assertThat(Python.run(directory, "numpy", program)).isEmpty();

    ok("import", file("arrays"), "-o", file("again"));

    VanillaRnn again = VanillaRnn.load(file("again"));
    assertThat(again.u()).isEqualTo(rnn.u());
    assertThat(again.w()).isEqualTo(rnn.w());
    assertThat(again.v()).isEqualTo(Arrays.stream(rnn.v()).map(x -> (float) x).toArray());
    assertThat(again.b()).isEqualTo(rnn.b());
    assertThat(again.c()).isEqualTo(rnn.c());
    assertThat(refused(file("compressed.npz")))
        .matches(
            "rnn import: U.npy in \\S+ is compressed, must not be: write it with numpy.savez.*");
    Files.move(file("arrays/Wxh.npy"), file("Wxh.npy"));
    for (String other : List.of(">f8", "<f2")) {
      Files.copy(file(other.equals(">f8") ? "big.npy" : "half.npy"), file("arrays/U.npy"));
      Files.move(file("arrays/U.npy"), file("arrays/Wxh.npy"));
      assertThat(refused(file("arrays")))
          .contains(
              "Wxh (7x"
                  + rnn.vocab().size()
                  + ") is of "
                  + other
                  + ", must be of F64 or F32: convert it, with");
      Files.delete(file("arrays/Wxh.npy"));
    }
    assertThat(refused(file("arrays")))
        .contains("the tensors are Whh (7x7)", "exactly one each of Wxh,", ": add Wxh");
  }

  @Test
  void pytorchsLines_findTheSameLoss_andWriteTheSameModel() throws Exception {
    String otherwise =
        "PyTorch's lines of docs/weights.md are not run, there is no python3 with torch"
            + " (Debian: apt-get install python3-torch)";
    if (!Python.has("torch")) { // it is large, so CI does not insist
      System.err.println("SKIPPED: " + otherwise);
      abort(otherwise);
    }
    ok("export", model, "-o", file("weights.safetensors"), "--names", "pytorch");

    String program = examples().get(1) + examples().get(3) + "torch.save(state, 'weights.pt')\n";
    double nats = printed(Python.run(directory, "torch", program));

    assertThat(nats).isCloseTo(evaluated("--from-zero"), within(1e-10));
    ok("import", file("mine.safetensors"), "-o", file("again"));
    assertThat(VanillaRnn.load(file("again")).fingerprint()).isEqualTo(rnn.fingerprint());
    assertThat(refused(file("weights.pt")))
        .contains("weights.pt is PyTorch's own file, which is a program: save the weights as");
  }

  // A file of ours that another program has written anew

  /** As the safetensors library does: sorted, the shortest JSON, metadata in any order or none. */
  private void rewrite(Path to, boolean withMetadata) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(model)).order(ByteOrder.LITTLE_ENDIAN);
    int length = (int) bytes.getLong(0);
    JsonObject old =
        JsonParser.parseString(new String(bytes.array(), 8, length, UTF_8)).getAsJsonObject();
    JsonObject strings = old.remove("__metadata__").getAsJsonObject();
    JsonObject header = new JsonObject();
    if (withMetadata) {
      JsonObject sorted = new JsonObject();
      new TreeSet<>(strings.keySet()).forEach(key -> sorted.add(key, strings.get(key)));
      header.add("__metadata__", sorted);
    }
    ByteArrayOutputStream data = new ByteArrayOutputStream();
    for (String name : new TreeSet<>(old.keySet())) {
      JsonObject tensor = old.getAsJsonObject(name);
      JsonArray offsets = tensor.getAsJsonArray("data_offsets");
      int begin = offsets.get(0).getAsInt();
      JsonArray moved = new JsonArray();
      moved.add(data.size());
      data.write(bytes.array(), 8 + length + begin, offsets.get(1).getAsInt() - begin);
      moved.add(data.size());
      tensor.add("data_offsets", moved);
      header.add(name, tensor);
    }
    byte[] json = new Gson().toJson(header).getBytes(UTF_8);
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    file.write(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(json.length).array());
    file.write(json);
    file.write(data.toByteArray());
    Files.write(to, file.toByteArray());
  }

  @Test
  void aModelThatAnotherProgramHasWrittenAnew_isRefusedWithTheWayOut_andImported()
      throws IOException {
    rewrite(file("anew"), true);

    assertThatThrownBy(() -> VanillaRnn.load(file("anew")))
        .isInstanceOf(ModelFormatException.class)
        .hasMessage(
            "the checksum does not match: another program has written the file anew, rnn import"
                + " makes a model of it (at byte 0)");
    ok("import", file("anew"), "-o", file("again"));
    VanillaRnn again = VanillaRnn.load(file("again"));
    assertThat(again.fingerprint()).isEqualTo(rnn.fingerprint());
    assertThat(again.startState().orElseThrow()).isEqualTo(rnn.startState().orElseThrow());

    rewrite(file("bare"), false);
    assertThatThrownBy(() -> VanillaRnn.load(file("bare")))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining("rnn import makes a model of weights that another program has");
    assertThat(Cli.run("import", file("bare"), "-o", file("m")).err())
        .isEqualTo(
            "rnn import: --vocab is missing: the weights do not say their symbols (try: rnn import"
                + " --help)\n");
    ok("import", file("bare"), "--vocab", model, "-o", file("again"));
    assertThat(VanillaRnn.load(file("again")).fingerprint()).isEqualTo(rnn.fingerprint());
  }

  // Vocabularies

  /** Weights over the symbols "ba", whose numbers say where they belong. */
  private List<Tensor> small() {
    return List.of(
        Tensor.of("U", new double[] {1, 2, 3, 4, 5, 6}, 3, 2),
        Tensor.of("W", new double[9], 3, 3),
        Tensor.of("V", new double[] {1, 2, 3, 4, 5, 6}, 2, 3),
        Tensor.of("b", new double[] {7, 8, 9}, 3),
        Tensor.of("c", new double[] {1, 2}, 2));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          symbols.txt | ba
          symbols.txt | \ufeffba
          symbols.json | ["b", "a"]
          symbols.json | {"a": 1, "b": 0}
          """)
  void symbolsInAnyOrder_takeTheirWeightsWithThem(String name, String content) throws IOException {
    SafetensorsFile.write(file("w"), Map.of(), small());
    Files.writeString(file(name), content);

    ok("import", file("w"), "--vocab", file(name), "-o", file("m"));

    VanillaRnn read = VanillaRnn.load(file("m"));
    assertThat(read.vocab().symbols()).isEqualTo("ab");
    assertThat(read.u()).containsExactly(2, 1, 4, 3, 6, 5);
    assertThat(read.v()).containsExactly(4, 5, 6, 1, 2, 3);
    assertThat(read.b()).containsExactly(7, 8, 9);
    assertThat(read.c()).containsExactly(2, 1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          s.txt  | bab | has the symbol U+0062 twice, as number 0 and 2, must have each once: it is a list of the symbols, not a text
          s.txt  | b | has 1 symbols, must have from 2 to 65,536
          s.txt  | bac | U (3x2) must be 3x3, as W makes 3 hidden units and {} has 3 symbols: name weights and a vocabulary that belong together
          s.json | ["b", "a", 3] | is no vocabulary in JSON: it must be an array of strings, as in ["a", "b"], or an object of numbers
          s.json | ["b", "<pad>"] | : symbol 1 is "<pad>", must be one character
          s.json | ["b", ""] | : symbol 1 is "", must be one character
          s.json | {"b": 0, "a": 2} | gives the symbol "a" the number 2, must give each of 2 symbols one of its own from 0 on
          s.json | {"b": 0, "a": 0} | gives the symbol "a" the number 0, must give
          s.json | {"b": 0, "a": "x"} | is no vocabulary in JSON
          s.json | 7 | is no vocabulary in JSON
          s.json | [ | is no vocabulary in JSON
          s.json | ["b", "\\ud800"] | : symbol 1 is no Unicode character that can stand alone
          s.safetensors | ba | is no safetensors file: it has 2 bytes, must have at least 8
          """)
  void aWrongVocabulary_isOneSentence(String name, String content, String said) throws IOException {
    SafetensorsFile.write(file("w"), Map.of(), small());
    Path vocab = Files.writeString(file(name), content);

    Cli.Outcome outcome = Cli.run("import", file("w"), "--vocab", vocab, "-o", file("m"));

    assertThat(outcome.code()).isEqualTo(1);
    assertThat(outcome.err())
        .startsWith("rnn import: ")
        .contains(vocab.toString(), said.replace("{}", vocab.toString()))
        .hasLineCount(1);
    assertThat(file("m")).doesNotExist();
  }

  @Test
  void aLineFeedThatAnEditorHasAdded_isPointedOut() throws IOException {
    SafetensorsFile.write(file("w"), Map.of(), small());
    Path vocab = Files.writeString(file("s.txt"), "ba\n");

    assertThat(Cli.run("import", file("w"), "--vocab", vocab, "-o", file("m")).err())
        .endsWith("has 3 symbols: the last symbol is a line feed, leave it out if it is none\n");
  }

  // What is refused

  /** What is said of weights over the symbols "ba", and that nothing is written. */
  private String refused(Object... weights) throws IOException {
    Path vocab = Files.writeString(file("ba.txt"), "ba");
    List<Object> words = new ArrayList<>(List.of("import"));
    words.addAll(List.of(weights));
    if (!Arrays.asList(weights).contains(file("arrays"))) {
      words.addAll(List.of("--vocab", vocab));
    }
    words.addAll(List.of("-o", file("never")));
    Cli.Outcome outcome = Cli.run(words.toArray());
    assertThat(outcome.code()).isEqualTo(1);
    assertThat(outcome.err()).hasLineCount(1);
    assertThat(file("never")).doesNotExist();
    return outcome.err().strip();
  }

  private String refused(List<Tensor> tensors) throws IOException {
    SafetensorsFile.write(file("w"), Map.of(), tensors);
    return refused(file("w"));
  }

  /** The small weights with another tensor in the place of one. */
  private List<Tensor> with(String name, Tensor... others) {
    List<Tensor> tensors = new ArrayList<>(small());
    tensors.removeIf(tensor -> tensor.name().equals(name));
    tensors.addAll(List.of(others));
    return tensors;
  }

  @Test
  void wrongTensors_areOneSentence() throws IOException {
    assertThat(refused(with("b")))
        .isEqualTo(
            "rnn import: the tensors are U (3x2), W (3x3), V (2x3), c (2), must be exactly one each"
                + " of U, W, V, b, c, with or without a prefix such as model.: add b");
    assertThat(refused(with("x", Tensor.of("x", new double[1], 1)))).endsWith(": leave out x (1)");
    assertThat(refused(with("x", Tensor.of("old.u", new double[1], 1))))
        .endsWith(": leave out all but one U");
    assertThat(refused(with("W")))
        .isEqualTo(
            "rnn import: the tensors are U (3x2), V (2x3), b (3), c (2), must be exactly one each of"
                + " U, W, V, b, c; or of weight_ih_l0, weight_hh_l0, weight, bias_ih_l0,"
                + " bias_hh_l0, bias; or of Wxh, Whh, Why, bh, by, with or without a prefix such as"
                + " model.: rename them");
    assertThat(refused(with("x", Tensor.of("Whh", new double[9], 3, 3)))).endsWith("rename them");
    assertThat(refused(List.of())).contains("there are no tensors, must be exactly");
    List<Tensor> many =
        IntStream.range(0, 14).mapToObj(i -> Tensor.of("t" + i, new double[0], 0)).toList();
    assertThat(refused(many)).contains("t11 (0) and 2 more, must");
  }

  @Test
  void wrongShapesTypesAndValues_areOneSentence() throws IOException {
    assertThat(refused(with("U", Tensor.of("U", new double[6], 2, 3))))
        .endsWith("ba.txt has 2 symbols: transpose it")
        .contains("U (2x3) must be 3x2, as W makes 3 hidden units and ");
    assertThat(refused(with("W", Tensor.of("W", new double[12], 4, 3))))
        .contains("W (4x3) must be square", "an LSTM or a GRU is no such network");
    assertThat(refused(with("W", Tensor.of("W", new double[0], 0, 0)))).contains("W (0x0) must");
    assertThat(refused(with("b", Tensor.of("b", new double[4], 4))))
        .contains("b (4) must be 3, as W makes 3 hidden units");
    assertThat(refused(with("c", Tensor.of("c", new double[4], 2, 2)))).contains("c (2x2) must");
    assertThat(refused(with("V", new Tensor("V", Dtype.I64, List.of(2L, 3L), new double[6]))))
        .contains("V (2x3) is of I64, must be of F64 or F32");
    double[] c = {0, Double.POSITIVE_INFINITY};
    assertThat(refused(with("c", new Tensor("c", Dtype.F32, List.of(2L), c))))
        .contains("c (2) in ", "has a value that is Infinity, number 1, must be finite");
    assertThat(refused(with("b", Tensor.of("b", new double[] {0, Double.NaN, 0}, 3))))
        .contains("has a value that is NaN, number 1, must be finite");
    assertThat(refused(with("x", Tensor.of("start", new double[] {0, 2, 0}, 3))))
        .contains("the start state has a value that is 2.0, must be from -1 to 1");
  }

  @Test
  void wrongFiles_areOneSentence() throws IOException {
    SafetensorsFile.write(file("w"), Map.of(), small());
    Files.copy(file("w"), file("w2"));
    assertThat(refused(file("w"), file("w2")))
        .matches("rnn import: two tensors are called U, one is in \\S+/w, one in \\S+/w2: leave.*");
    assertThat(refused(file("none"))).contains("there is no file " + file("none"));
    assertThat(refused(Files.createDirectory(file("empty"))))
        .contains("has no .npy file in it: name the file with the weights");
    assertThat(refused(file("book.txt")))
        .contains("weights are in safetensors, .npz or .npy files");
    for (String name : List.of("archive/data.pkl", "U.txt")) {
      try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file("zip")))) {
        zip.putNextEntry(new ZipEntry(name));
      }
      assertThat(refused(file("zip")))
          .contains(name.equals("U.txt") ? "U.txt in " : "zip is PyTorch's own file");
    }
    Files.writeString(file("zip"), "PK and nothing else");
    assertThat(refused(file("zip"))).contains("zip is no .npz file, or damaged: get it again");
    for (String output : List.of("w", "w2")) {
      assertThat(Cli.run("import", file("w"), file("w2"), "-o", file(output)).err())
          .contains("the model would replace the weights, " + file(output) + ": name another");
    }
    assertThat(Cli.run("import", file("w"), "--vocab", file("v"), "-o", file("v")).err())
        .contains("the model would replace the vocabulary, ");
    assertThat(Cli.run("export", model, "-o", model).err())
        .contains("the weights would replace the model, ");
  }
}
