package io.github.charrnn;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@Tag("once")
class ModelFileTest {
  @TempDir Path directory;

  private final EncodedText text = Texts.harbour();
  private final VanillaRnn trained =
      Trainer.of(VanillaRnn.builder(text.vocab()).hiddenSize(7).seed(-5).build())
          .clip(Double.POSITIVE_INFINITY)
          .train(text, 20)
          .last();

  @Test
  void load_givesBackWhatSaveWasGiven() throws IOException {
    Path file = directory.resolve("model.safetensors");
    trained.save(file);

    VanillaRnn loaded = VanillaRnn.load(file);

    assertThat(loaded.fingerprint()).isEqualTo(trained.fingerprint());
    assertThat(loaded.u()).isEqualTo(trained.u());
    assertThat(loaded.vocab()).isEqualTo(trained.vocab());
    assertThat(loaded.seed()).isEqualTo(-5);
    assertThat(loaded.training()).isEqualTo(trained.training());
    assertThat(loaded.startState().orElseThrow()).isEqualTo(trained.startState().orElseThrow());
    assertThat(loaded.evaluate(text)).isEqualTo(trained.evaluate(text));
    assertThat(Sampler.of(loaded).sample(50)).isEqualTo(Sampler.of(trained).sample(50));
  }

  /** As a resource of an application in one jar: a jar in a jar. */
  @Test
  void streamsAndBuffers_holdTheSameBytesAsFiles() throws IOException {
    Path file = directory.resolve("model.safetensors");
    trained.save(file);
    ByteArrayOutputStream inner = new ByteArrayOutputStream();
    try (ZipOutputStream jar = new ZipOutputStream(inner)) {
      jar.putNextEntry(new ZipEntry("model.safetensors"));
      trained.save(jar);
    }
    ByteArrayOutputStream outer = new ByteArrayOutputStream();
    try (ZipOutputStream jar = new ZipOutputStream(outer)) {
      jar.putNextEntry(new ZipEntry("lib/inner.jar"));
      jar.write(inner.toByteArray());
    }

    ZipInputStream outerJar = new ZipInputStream(new ByteArrayInputStream(outer.toByteArray()));
    assertThat(outerJar.getNextEntry()).isNotNull();
    ZipInputStream innerJar = new ZipInputStream(outerJar);
    assertThat(innerJar.getNextEntry()).isNotNull();
    VanillaRnn loaded = VanillaRnn.load(innerJar, "inner.jar");

    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    loaded.save(bytes);
    assertThat(bytes.toByteArray()).isEqualTo(Files.readAllBytes(file));
    ByteBuffer buffer = ByteBuffer.allocateDirect(bytes.size() + 3);
    buffer.position(3).put(bytes.toByteArray()).position(3);
    assertThat(VanillaRnn.load(buffer, "memory").fingerprint()).isEqualTo(trained.fingerprint());
    assertThat(buffer.position()).isEqualTo(3);
    buffer.limit(buffer.limit() - 8);
    assertThatExceptionOfType(ModelFormatException.class)
        .isThrownBy(() -> VanillaRnn.load(buffer, "memory"))
        .withMessageContaining("truncated");
    buffer.limit(5);
    assertThatExceptionOfType(ModelFormatException.class)
        .isThrownBy(() -> VanillaRnn.load(buffer, "memory"))
        .withMessageContaining("has 2 bytes");
  }

  @Test
  void aModelOfNumbersFromElsewhere_isTheSame() {
    VanillaRnn copy =
        VanillaRnn.of(
            trained.vocab(), trained.u(), trained.w(), trained.v(), trained.b(), trained.c());

    assertThat(copy.fingerprint()).isEqualTo(trained.fingerprint());
    assertThat(copy.evaluate(text)).isEqualTo(trained.fromZero().evaluate(text));
    CharVocab vocab = CharVocab.of("abc");
    double[] two = {1, 2};
    double[] three = {1, 2, 3};
    double[] four = {1, 2, 3, 4};
    double[] six = {1, 2, 3, 4, 5, 6};
    assertThat(VanillaRnn.of(vocab, six, four, six, two, three).u()).isEqualTo(six);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> VanillaRnn.of(vocab, four, four, six, two, three))
        .withMessage(
            "U has 4 elements, must have 6: its shape is [2, 3], as b has 2 and the vocabulary 3"
                + " symbols");
    double[] notFinite = {1, Double.NaN, 3, 4};
    assertThatIllegalArgumentException()
        .isThrownBy(() -> VanillaRnn.of(vocab, six, notFinite, six, two, three))
        .withMessage("W has a value that is NaN, must be finite");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> VanillaRnn.of(vocab, six, four, six, new double[0], three))
        .withMessage("the length of b is 0, must be at least 1");
  }

  @Test
  void untrainedModelAndStrangeSymbols_surviveTheRoundTrip() throws IOException {
    CharVocab vocab =
        CharVocab.of("\u0000\u0001\t\n\r\"\\/a\u007F\u00E9\u2028\uFFFE\uFFFF\uD83D\uDE00");
    VanillaRnn model = VanillaRnn.builder(vocab).hiddenSize(1).seed(Long.MIN_VALUE).build();
    Path file = directory.resolve("m");
    model.save(file);

    VanillaRnn loaded = VanillaRnn.load(file);

    assertThat(loaded.vocab()).isEqualTo(vocab);
    assertThat(loaded.training()).isEmpty();
    assertThat(loaded.seed()).isEqualTo(Long.MIN_VALUE);
    assertThat(loaded.fingerprint()).isEqualTo(model.fingerprint());
  }

  @Test
  void save_isTheSameBytesEachTime() throws IOException {
    trained.save(directory.resolve("a"));
    VanillaRnn.load(directory.resolve("a")).save(directory.resolve("b"));

    assertThat(directory.resolve("b")).hasSameBinaryContentAs(directory.resolve("a"));
  }

  @Test
  void file_isSafetensorsThatAnIndependentReaderUnderstands() throws IOException {
    byte[] bytes = bytes(trained);
    ByteBuffer file = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int headerLength = (int) file.getLong();
    String header = new String(bytes, 8, headerLength, UTF_8);

    assertThat(headerLength % 8).isZero();
    assertThat(header)
        .startsWith("{\"__metadata__\":{\"format\":\"charrnn\",\"formatVersion\":\"3\"");
    assertTensor(file, header, "U", "[7,47]", trained.u());
    assertTensor(file, header, "W", "[7,7]", trained.w());
    assertTensor(file, header, "V", "[47,7]", trained.v());
    assertTensor(file, header, "b", "[7]", trained.b());
    assertTensor(file, header, "c", "[47]", trained.c());
    assertTensor(file, header, "start", "[7]", trained.startState().orElseThrow());
    assertThat(header)
        .contains("\"step\":\"20\"", "\"learningRate\":\"0.1\"", "\"clip\":\"Infinity\"");
  }

  private static void assertTensor(
      ByteBuffer file, String header, String name, String shape, double[] expected) {
    Matcher matcher =
        Pattern.compile(
                "\""
                    + name
                    + "\":\\{\"dtype\":\"F64\",\"shape\":"
                    + Pattern.quote(shape)
                    + ",\"data_offsets\":\\[(\\d+),(\\d+)\\]\\}")
            .matcher(header);
    assertThat(matcher.find()).as("%s in %s", name, header).isTrue();
    int dataStart = 8 + (int) file.getLong(0);
    double[] values = new double[expected.length];
    int begin = dataStart + Integer.parseInt(matcher.group(1));
    Arrays.setAll(values, i -> file.getDouble(begin + 8 * i));
    assertThat(values).isEqualTo(expected);
    assertThat(Integer.parseInt(matcher.group(2)) - Integer.parseInt(matcher.group(1)))
        .isEqualTo(8 * expected.length);
  }

  /** Files whose checksum is right and whose content is not. */
  static Stream<Arguments> wrongHeaders() {
    return Stream.of(
        edit(
            "\"formatVersion\":\"1\"",
            "\"formatVersion\":\"6\"",
            "the model's format version is 6, this library reads up to 5"),
        edit(
            "\"formatVersion\":\"1\"",
            "\"formatVersion\":\"2\"",
            "formatVersion is \"2\", must be 1"),
        edit("\"formatVersion\":\"1\"", "\"formatVersion\":\"01\"", "formatVersion is \"01\""),
        edit("\"format\":\"charrnn\"", "\"format\":\"pt\"", "not a model of this library"),
        edit("\"hiddenSize\":\"2\"", "\"hiddenSize\":\"3\"", "tensor U is not as"),
        edit(
            "\"hiddenSize\":\"2\"",
            "\"hiddenSize\":\"0\"",
            "hiddenSize is \"0\", must be a whole number from 1 to 46300"),
        edit("\"hiddenSize\":\"2\"", "\"hiddenSize\":\"99999999999\"", "hiddenSize is"),
        edit(
            "\"vocabulary\":\"abc\"",
            "\"vocabulary\":\"acb\"",
            "must be from 2 to 65536 different symbols in ascending order"),
        edit(
            "\"vocabulary\":\"abc\"",
            "\"vocabulary\":\"aab\"",
            "must be from 2 to 65536 different symbols in ascending order"),
        edit(
            "\"vocabulary\":\"abc\"",
            "\"vocabulary\":\"a\"",
            "must be from 2 to 65536 different symbols in ascending order"),
        edit("\"vocabulary\":\"abc\"", "\"vocabulary\":\"ab\\ud800\"", "half a surrogate pair"),
        edit("\"seed\":\"1\"", "\"seed\":\"1\",\"extra\":\"x\"", "unknown key, \"extra\""),
        edit("\"seed\":\"1\"", "\"seed\":\"1\",\"s\\u0065ed\":\"1\"", "a key twice"),
        edit("\"seed\":\"1\"", "\"seed\":\"+1\"", "seed is \"+1\", must be a whole number"),
        edit("\"seed\":\"1\"", "\"seed\":1", "a value that is no string"),
        edit("\"seed\":\"1\"", "\"seed\":\"1\",\"step\":\"1\"", "has no sequenceLength"),
        edit("\"generator\":\"xo", "\"generator\":\"yo", "must be xoshiro256++/polar/1"),
        edit("\"dtype\":\"F64\"", "\"dtype\":\"F32\"", "tensor U is not as"),
        edit("\"shape\":[2,2]", "\"shape\":[4]", "tensor W is not as"),
        edit("\"shape\":[2,2]", "\"shape\":[2,2.0]", "',' is expected"),
        edit("\"shape\":[2,2]", "\"shape\":[02,2]", "leading zero"),
        edit("\"shape\":[2,2]", "\"shape\":[-2,2]", "an object, array, string or integer"),
        edit("\"shape\":[2,2]", "\"shape\":[99999999999999999999,2]", "beyond 64 bits"),
        edit("\"shape\":[2,2]", "\"shape\":[[[[2]]],2]", "nested more than 4 deep"),
        edit("\"data_offsets\":[0,48]", "\"data_offsets\":[8,56]", "is not where it should be"),
        edit("\"data_offsets\":[48,80]", "\"data_offsets\":[40,72]", "is not where it should be"),
        edit("\"b\":{", "\"d\":{", "tensor b is not as"),
        edit("\"b\":{", "\"x\":{},\"b\":{", "other tensors than"),
        edit("{\"__metadata__\":", "{\"__meta__\":", "not a model of this library"),
        edit("{\"__metadata__\":", " x{\"__metadata__\":", "'{' is expected"),
        edit(
            "\"format\":\"charrnn\"", "\"format\":\"charr\\x6en\"", "an escape that JSON does not"),
        edit("\"format\":\"charrnn\"", "\"format\":\"charr\\u00zz\"", "without four hexadecimal"),
        edit("\"format\":\"charrnn\"", "\"format\":\"char\nrnn\"", "a control character"),
        edit("\"format\":\"charrnn\"", "\"format\":\"charrnn\u0080\"", "not UTF-8"));
  }

  private static Arguments edit(String from, String to, String reason) {
    return Arguments.of(from, to, reason);
  }

  @ParameterizedTest
  @MethodSource("wrongHeaders")
  void wrongHeader_withTheRightChecksum_isRefusedWithItsReason(
      String from, String to, String reason) throws IOException {
    byte[] altered = SignedFile.withHeader(bytes(tiny()), header -> header.replace(from, to));

    ModelFormatException e = refuse(altered);

    assertThat(e).hasMessageContaining(reason);
    assertThat(e.reason()).contains(reason);
    assertThat(e.offset()).isBetween(0L, (long) altered.length);
  }

  @Test
  void wrongTrainingSettings_areRefused() throws IOException {
    String[][] wrong = {
      {"\"learningRate\":\"0.1\"", "\"learningRate\":\"0.10\""},
      {"\"learningRate\":\"0.1\"", "\"learningRate\":\"NaN\""},
      {"\"learningRate\":\"0.1\"", "\"learningRate\":\"0\""},
      {"\"learningRate\":\"0.1\"", "\"learningRate\":\"Infinity\""},
      {"\"learningRate\":\"0.1\"", "\"learningRate\":\"\""},
      {"\"clip\":\"Infinity\"", "\"clip\":\"0\""},
      {"\"clip\":\"Infinity\"", "\"clip\":\"NaN\""},
      {"\"step\":\"20\"", "\"step\":\"0\""},
      {"\"learningRate\":\"0.1\"", "\"learningRate\":\"0x1p-3\""},
      {"\"clip\":\"Infinity\"", "\"clip\":\"-7\""},
      {"\"sequenceLength\":\"25\"", "\"sequenceLength\":\"0\""},
      {"\"optimizer\":\"adagrad\"", "\"optimizer\":\"adam\""},
      {"\"step\":\"20\"", "\"step\":\"-1\""}
    };
    byte[] whole = bytes(trained);
    for (String[] edit : wrong) {
      byte[] altered = SignedFile.withHeader(whole, header -> header.replace(edit[0], edit[1]));
      assertRefused(altered, edit[1]);
    }
  }

  @Test
  void withoutAStartState_theFileIsOfVersion1() throws IOException {
    String header = SignedFile.unsignedHeader(bytes(trained.fromZero()));

    assertThat(header).contains("\"formatVersion\":\"1\"").doesNotContain("start");
  }

  @Test
  void wrongStartStates_areRefused() throws IOException {
    byte[] whole = bytes(trained);
    assertThat(refuse(withLastNumber(whole, 1.5)))
        .hasMessageContaining("start has a value that is 1.5, must be from -1 to 1");
    assertThat(refuse(withLastNumber(whole, -1.5)))
        .hasMessageContaining("start has a value that is -1.5, must be from -1 to 1");
    assertThat(refuse(withLastNumber(whole, Double.NaN)))
        .hasMessageContaining("start has a value that is NaN, must be finite");
    byte[] zero = whole.clone();
    Arrays.fill(zero, zero.length - 8 * 7, zero.length, (byte) 0);
    assertThat(refuse(SignedFile.signed(zero)))
        .hasMessageContaining("start is zero, must be left out then, with startState");
    String flag = ",\"startState\":\"1\"";
    assertThat(refuse(SignedFile.withHeader(whole, header -> header.replace(flag, ""))))
        .hasMessageContaining("formatVersion is \"3\", must be 1");
    assertThat(
            refuse(
                SignedFile.withHeader(
                    whole,
                    header ->
                        header
                            .replace("\"formatVersion\":\"3\"", "\"formatVersion\":\"1\"")
                            .replace(flag, ""))))
        .hasMessageContaining("the file has other tensors than U, W, V, b, c");
    assertThat(refuse(SignedFile.withHeader(whole, h -> h.replace("\"start\":", "\"begin\":"))))
        .hasMessageContaining("tensor start is not as the settings imply: F64, shape [7]");
    assertThat(
            refuse(
                SignedFile.withHeader(
                    whole,
                    h ->
                        h.replace(
                            "\"shape\":[7],\"data_offsets\":[6088",
                            "\"shape\":[1,7],\"data_offsets\":[6088"))))
        .hasMessageContaining("tensor start is not as the settings imply: F64, shape [7]");
  }

  private static byte[] withLastNumber(byte[] file, double number) {
    byte[] changed = file.clone();
    ByteBuffer.wrap(changed).order(ByteOrder.LITTLE_ENDIAN).putDouble(changed.length - 8, number);
    return SignedFile.signed(changed);
  }

  @Test
  void hostileChecksum_isRefusedQuickly() throws IOException {
    String escapes = "\\\"".repeat(250_000);
    byte[] altered =
        SignedFile.withHeader(bytes(tiny()), header -> header.replace("0".repeat(64), escapes));
    Path file = Files.write(directory.resolve("hostile"), altered);

    long began = System.nanoTime();
    assertThatExceptionOfType(ModelFormatException.class)
        .isThrownBy(() -> VanillaRnn.load(file))
        .withMessageContaining("must be 64 hexadecimal digits");
    assertThat(System.nanoTime() - began).isLessThan(1_000_000_000L);
  }

  @Test
  void parametersThatAreNotFinite_areNotWritten() {
    VanillaRnn model = VanillaRnn.builder(CharVocab.of("abc")).hiddenSize(2).build();
    model.parameters().w[1] = Double.POSITIVE_INFINITY;
    Path file = directory.resolve("m");

    assertThatThrownBy(() -> model.save(file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("W has a value that is Infinity, must be finite");
    assertThat(file).doesNotExist();
  }

  @Test
  void savesFromManyThreads_allSucceed() throws Exception {
    Path file = directory.resolve("m");
    java.util.concurrent.ExecutorService threads =
        java.util.concurrent.Executors.newFixedThreadPool(4);
    try {
      List<java.util.concurrent.Callable<Void>> saves =
          java.util.Collections.nCopies(
              40,
              () -> {
                trained.save(file);
                return null;
              });
      for (java.util.concurrent.Future<Void> save : threads.invokeAll(saves)) {
        save.get();
      }
    } finally {
      threads.shutdown();
    }
    assertThat(VanillaRnn.load(file).fingerprint()).isEqualTo(trained.fingerprint());
    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files).containsExactly(file);
    }
  }

  @Test
  void aVocabularyBeyondTheLargest_isRefused() throws IOException {
    StringBuilder symbols = new StringBuilder();
    for (int c = 0x10000; c <= 0x10000 + CharVocab.MAX_SIZE; c++) {
      symbols.appendCodePoint(c);
    }
    String inLatin1 = new String(symbols.toString().getBytes(UTF_8), ISO_8859_1);
    byte[] altered =
        SignedFile.withHeader(
            bytes(tiny()), header -> header.replace("\"abc\"", "\"" + inLatin1 + "\""));

    assertThat(refuse(altered))
        .hasMessageContaining("must be from 2 to 65536 different symbols in ascending order");
  }

  @Test
  void tensorsInAnotherOrder_areAccepted() throws IOException {
    byte[] original = bytes(tiny());
    byte[] data = SignedFile.data(original);
    byte[] moved = new byte[data.length]; // c first, and all others behind it
    System.arraycopy(data, 144, moved, 0, 24);
    System.arraycopy(data, 0, moved, 24, 144);
    String header =
        SignedFile.unsignedHeader(original)
            .replace("[144,168]", "[0,24]")
            .replace("[128,144]", "[152,168]")
            .replace("[80,128]", "[104,152]")
            .replace("[48,80]", "[72,104]")
            .replace("[0,48]", "[24,72]");
    Path file =
        Files.write(directory.resolve("m"), SignedFile.signed(SignedFile.assemble(header, moved)));

    assertThat(VanillaRnn.load(file).fingerprint()).isEqualTo(tiny().fingerprint());
  }

  @Test
  void headers_areFromTwoBytesToAMebibyte() throws IOException {
    byte[] original = bytes(tiny());
    int length = SignedFile.unsignedHeader(original).length();
    byte[] padded =
        SignedFile.withHeader(original, header -> header + " ".repeat((1 << 20) - length));
    assertThat(VanillaRnn.load(Files.write(directory.resolve("m"), padded)).hiddenSize())
        .isEqualTo(2);
    byte[] longer =
        SignedFile.withHeader(original, header -> header + " ".repeat((1 << 20) - length + 1));
    assertThat(refuse(longer))
        .hasMessageContaining("the length of its header would be 1048577, a model's is from 2 to");
    assertThat(refuse(new byte[] {1, 0, 0, 0, 0, 0, 0, 0, '{', '}'}))
        .hasMessageContaining("the length of its header would be 1, a model's is from 2 to");
    assertThat(refuse(new byte[] {2, 0, 0, 0, 0, 0, 0, 0, '{', '}'}))
        .hasMessageContaining("has no format");
    assertThat(refuse(new byte[] {3, 0, 0, 0, 0, 0, 0, 0, '{', '}'}))
        .hasMessageContaining("its header has 3 bytes, only 2 are left");
    assertThat(refuse(new byte[7])).hasMessageContaining("the file has 7 bytes");
  }

  @Test
  void headerThatOnlyLooksDifferent_isAccepted() throws IOException {
    byte[] altered =
        SignedFile.withHeader(
            bytes(tiny()),
            header -> header.replace("\"seed\":\"1\"", "\n \"s\\u0065ed\" :\t\"\\u0031\" "));

    Path file = Files.write(directory.resolve("m"), altered);

    assertThat(VanillaRnn.load(file).seed()).isEqualTo(1);
  }

  @Test
  void numbersThatAreNotFinite_areRefused() throws IOException {
    for (double wrong : new double[] {Double.NaN, Double.POSITIVE_INFINITY}) {
      byte[] bytes = bytes(tiny());
      ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putDouble(bytes.length - 8, wrong);

      assertThat(refuse(SignedFile.withHeader(bytes, header -> header)))
          .hasMessage(
              "c has a value that is " + wrong + ", must be finite (at byte %d)", bytes.length - 8);
    }
  }

  @Test
  void filesOfOtherKinds_areRefused() throws IOException {
    assertThat(refuse("It was a dark and stormy night, and the rain fell.".getBytes(UTF_8)))
        .hasMessageContaining("not a model: the length of its header would be");
    assertThat(refuse(new byte[0])).hasMessageContaining("the file has 0 bytes");
    assertThatExceptionOfType(ModelFormatException.class)
        .isThrownBy(() -> VanillaRnn.load(directory))
        .withMessageContaining("not a regular file");
    assertThatExceptionOfType(NoSuchFileException.class)
        .isThrownBy(() -> VanillaRnn.load(directory.resolve("missing")));
  }

  @Test
  void save_replacesTheFileBehindALinkAndLeavesNothingElse() throws IOException {
    Path real = Files.createDirectory(directory.resolve("real")).resolve("model");
    tiny().save(real);
    Path link = Files.createSymbolicLink(directory.resolve("link"), real);

    trained.save(link);

    assertThat(Files.isSymbolicLink(link)).isTrue();
    assertThat(VanillaRnn.load(real).fingerprint()).isEqualTo(trained.fingerprint());
    try (Stream<Path> files = Files.list(real.getParent())) {
      assertThat(files).containsExactly(real);
    }
  }

  @Test
  void save_thatCannotBeDone_changesNothing() throws IOException {
    Path missing = directory.resolve("missing").resolve("model");
    assertThatThrownBy(() -> trained.save(missing)).isInstanceOf(IOException.class);
    assertThat(missing.getParent()).doesNotExist();

    Path occupied = Files.createDirectory(directory.resolve("occupied"));
    Files.writeString(occupied.resolve("file"), "x");
    assertThatThrownBy(() -> trained.save(occupied)).isInstanceOf(IOException.class);
    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files).containsExactly(occupied);
    }
  }

  @Test
  void save_keepsThePermissionsOfTheFileItReplaces() throws IOException {
    Path file = directory.resolve("model");
    tiny().save(file);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw----"));

    trained.save(file);

    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-rw----");
  }

  /** Three symbols, two hidden units. */
  private static VanillaRnn tiny() {
    return VanillaRnn.builder(CharVocab.of("abc")).hiddenSize(2).build();
  }

  private byte[] bytes(VanillaRnn model) throws IOException {
    Path file = directory.resolve("bytes");
    model.save(file);
    byte[] bytes = Files.readAllBytes(file);
    Files.delete(file);
    return bytes;
  }

  private void assertRefused(byte[] bytes, String what) throws IOException {
    Path file = Files.write(directory.resolve("altered"), bytes);
    try {
      VanillaRnn.load(file);
    } catch (ModelFormatException e) {
      return;
    }
    throw new AssertionError(what + ": was accepted");
  }

  private ModelFormatException refuse(byte[] bytes) throws IOException {
    Path file = Files.write(directory.resolve("altered"), bytes);
    return catchThrowableOfType(ModelFormatException.class, () -> VanillaRnn.load(file));
  }
}
