package io.github.charrnn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Texts that are made of documents, and models of them. */
class DocumentsTest {
  private static final Documents LINES = Documents.lines();

  @TempDir Path directory;

  private static EncodedText read(Documents documents, String text) throws IOException {
    Documents.Reader reader = documents.reader();
    reader.read(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)), "t.txt");
    return reader.finish();
  }

  /** A hundred made-up names, a line each. */
  private static EncodedText names() {
    String[] syllables = {"ka", "lo", "mir", "te", "an", "vo", "ri", "sen", "du", "ly"};
    List<String> names = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      names.add(syllables[i / 10] + syllables[i % 10] + (i % 3 == 0 ? "na" : ""));
    }
    return LINES.of(names);
  }

  private static VanillaRnn model(EncodedText text) {
    return VanillaRnn.builder(text.vocab()).documents(LINES).hiddenSize(24).seed(3).build();
  }

  // Reading

  /** Escapes as in Java; | stands for U+001E. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      textBlock =
          """
          \\n      ~ one\\ntwo\\nthree    ~ \\none\\ntwo\\nthree\\n
          \\n      ~ one\\ntwo\\nthree\\n  ~ \\none\\ntwo\\nthree\\n
          \\n      ~ \\n\\none\\n\\n\\ntwo   ~ \\none\\ntwo\\n
          \\n      ~ one\\r\\ntwo\\r\\n     ~ \\none\\ntwo\\n
          \\n      ~ o\\rne\\n\\rtwo\\r     ~ \\no\\rne\\n\\rtwo\\r\\n
          \\n      ~ \\r\\n\\r\\none\\r\\r\\n  ~ \\none\\r\\n
          ;       ~ a b;c;;d            ~ ;a b;c;d;
          --      ~ a-b--c-----d        ~ |a-b|c|-d|
          aab     ~ xaaabyaab           ~ |xa|y|
          abab    ~ xababababyabac      ~ |x|yabac|
          \\n\\n   ~ a\\nb\\n\\n\\n\\nc\\n ~ |a\\nb|c\\n|
          ''      ~ a\\nb               ~ |a\\nb|
          """)
  void text_isCutWhereTheDelimiterStands(String delimiter, String text, String expected)
      throws IOException {
    Documents documents = Documents.delimitedBy(delimiter.translateEscapes());

    EncodedText read = read(documents, text.translateEscapes());

    assertThat(read.decode()).isEqualTo(expected.replace('|', '\u001e').translateEscapes());
    assertThat(read.symbol(0)).isEqualTo(read.vocab().symbolOf(documents.boundary()));
  }

  @Test
  void files_areOneDocumentEach_inTheOrderGiven() throws IOException {
    Path one = Files.writeString(directory.resolve("1"), "first\nfile\n");
    Path two = Files.writeString(directory.resolve("2"), "second");

    EncodedText all = Documents.files().read(two, one);

    assertThat(all.decode()).isEqualTo("\u001esecond\u001efirst\nfile\n\u001e");
    assertThat(Documents.files().read(List.of(one), all.vocab(), UnknownSymbols.skip()).decode())
        .isEqualTo("\u001efirst\nfile\n\u001e");
    assertThat(Documents.files().of(List.of("a", "", "b\n")).decode())
        .isEqualTo("\u001ea\u001eb\n\u001e");
  }

  @Test
  void whatCannotBeDocuments_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> read(Documents.files(), "a\u001eb"))
        .withMessage("t.txt has U+001E in it, which ends documents here");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LINES.of(List.of("ab", "a\nb")))
        .withMessage("a document has U+000A in it, which ends documents here");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> read(LINES, "\n\n"))
        .withMessage("there is no document, must be at least 1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Documents.delimitedBy("x".repeat(33)))
        .withMessage("the delimiter has 33 characters, must have at most 32");
    CharVocab letters = CharVocab.of("ab");
    String noBoundary =
        "the vocabulary has no U+000A, which ends the documents: Documents reads texts that have it";
    assertThatIllegalArgumentException()
        .isThrownBy(() -> VanillaRnn.builder(letters).documents(LINES))
        .withMessage(noBoundary);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LINES.reader(letters, UnknownSymbols.fail()))
        .withMessage(noBoundary);
    EncodedText text = names();
    assertThatExceptionOfType(UnknownSymbolException.class)
        .isThrownBy(() -> model(text).encode("Zoe", UnknownSymbols.fail()));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Trainer.of(model(text)).train(text.part(1, 80), 1))
        .withMessage(
            "the text does not begin and end with U+000A, as a text of lines does: class Documents"
                + " reads one");
  }

  // Training

  @Test
  void everyEpoch_readsEveryDocumentOnce_inAnOrderOfItsOwn() {
    EncodedText text = names();
    Shuffle shuffle = new Shuffle(text, LINES, 7);
    Set<String> sorted = new TreeSet<>(Arrays.asList(text.decode().strip().split("\n")));
    List<String> orders = new ArrayList<>();
    for (int epoch = 0; epoch < 5; epoch++) {
      EncodedText read = shuffle.inEpoch(epoch);
      assertThat(read.length()).isEqualTo(text.length());
      assertThat(read.decode()).startsWith("\n").endsWith("\n");
      String[] names = read.decode().strip().split("\n");
      assertThat(names).hasSize(100);
      assertThat(new TreeSet<>(Arrays.asList(names))).isEqualTo(sorted);
      orders.add(read.decode());
    }
    assertThat(orders).doesNotHaveDuplicates().doesNotContain(text.decode());
    assertThat(new Shuffle(text, LINES, 7).inEpoch(3).decode()).isEqualTo(orders.get(3));
    assertThat(new Shuffle(text, LINES, 8).inEpoch(3).decode()).isNotEqualTo(orders.get(3));
  }

  /** Every document comes first about as often as it should: 100 in 20,000 epochs. */
  @Test
  void orders_favourNoDocument() {
    EncodedText text = LINES.of(List.of("a", "b", "c", "d"));
    Shuffle shuffle = new Shuffle(text, LINES, 1);
    int[][] counts = new int[4][4];
    for (int epoch = 0; epoch < 4_000; epoch++) {
      EncodedText read = shuffle.inEpoch(epoch);
      for (int i = 0; i < 4; i++) {
        counts[i][read.symbol(2L * i + 1) - 1]++;
      }
    }
    for (int[] row : counts) {
      for (int count : row) {
        assertThat(count).isBetween(890, 1_110); // four standard deviations
      }
    }
  }

  /** Three streams over several epochs, cut wherever it comes. */
  @Test
  void steps_haveTheTextbooksLosses() {
    EncodedText text = names();
    VanillaRnn model = model(text);
    int streams = 3;
    int n = 7;
    Training training =
        Trainer.of(model)
            .recipe(
                Recipe.course()
                    .withSequenceLength(n)
                    .withBatchSize(streams)
                    .withOptimizer(Optimizer.sgd())
                    .withClip(Clip.norm(1e9))
                    .withLearningRate(LearningRate.constant(0.01)))
            .start(text);
    Shuffle shuffle = new Shuffle(text, LINES, model.seed());
    long length = text.length() / streams;
    long stepsPerEpoch = (length - 1) / n;
    int[] window = new int[n + 1];
    for (int step = 0; step < 3 * stepsPerEpoch; step++) {
      EncodedText read = shuffle.inEpoch(step / stepsPerEpoch);
      double expected = 0;
      for (int s = 0; s < streams; s++) {
        TextbookRnn textbook = new TextbookRnn(training.model());
        long from = s * length;
        long to = from + step % stepsPerEpoch * n;
        if (to > from) { // all that the stream has read in this epoch, with today's parameters
          textbook.state = Arrays.copyOfRange(Insides.of(training).window.h, s * 24, (s + 1) * 24);
        }
        read.copy(to, window, 0, 1, n + 1);
        expected += textbook.lossAndGradients(window) / streams;
      }
      assertThat(training.advance()).as("step %d", step).isCloseTo(expected, within(1e-9));
    }
  }

  @ParameterizedTest
  @MethodSource("io.github.charrnn.ThreadsTest#numbers")
  void training_hasTheSameBits(int threads) throws IOException {
    EncodedText text = names();

    TrainingResult result =
        ThreadsTest.trainer(model(text), threads)
            .sequenceLength(9)
            .batchSize(6)
            .learningRate(0.05)
            .train(text, 150);

    assertThat(result.last().fingerprint())
        .isEqualTo("13980afbb40a1b640fe6389d07ff2acfe3abd3363b39365cd50ac3c58e904f0e");
    assertThat(result.best().startState()).as("documents begin in the zero state").isEmpty();
  }

  @Tag("long")
  @Test
  void aRunThatIsResumed_readsTheSameDocuments() throws IOException {
    EncodedText text = names();
    Path file = directory.resolve("run.checkpoint");
    HeldOut split = HeldOut.spread(text, 60, 3, LINES);
    VanillaRnn whole = trainer(text, split).train(split.training(), 100).best();

    trainer(text, split).checkpoint(file).train(split.training(), 37);
    TrainingResult resumed =
        Trainer.resuming(file).validation(split.pieces(), 10).resume(split.training(), 100);

    assertThat(resumed.best().fingerprint()).isEqualTo(whole.fingerprint());
    assertThat(resumed.best().documents()).contains(LINES);
    Path model = directory.resolve("model.safetensors");
    resumed.best().save(model);
    assertThat(VanillaRnn.load(model).documents()).contains(LINES);
    assertThat(VanillaRnn.load(model).encode("kalo", UnknownSymbols.fail()).decode())
        .isEqualTo("\nkalo\n");
  }

  private static Trainer trainer(EncodedText text, HeldOut split) {
    return Trainer.of(model(text))
        .sequenceLength(8)
        .batchSize(2)
        .validation(split.pieces(), 10)
        .bestBy(BestBy.VALIDATION);
  }

  // Held-out documents

  @Test
  void heldOutDocuments_areWhole_andTheOthersAreTrainedOn() {
    EncodedText text = names();
    for (int pieces : new int[] {1, 4, 10}) {
      HeldOut split = HeldOut.spread(text, 100, pieces, LINES);
      List<String> all = new ArrayList<>(lines(split.training()));
      for (EncodedText piece : split.pieces()) {
        assertThat(piece.decode()).startsWith("\n").endsWith("\n");
        all.addAll(lines(piece));
      }
      assertThat(split.pieces()).hasSize(pieces);
      assertThat(all).containsExactlyInAnyOrderElementsOf(lines(text));
      assertThat(lines(split.training()).size()).isBetween(70, 88);
      long heldOut = split.pieces().stream().mapToLong(EncodedText::length).sum();
      assertThat(heldOut).isBetween(100L, 100L + 8L * pieces);
      assertThat(split.training().length() + heldOut).isEqualTo(text.length() + pieces);
      HeldOut again = HeldOut.spread(text, heldOut, pieces, LINES);
      assertThat(again.training().fingerprint()).isEqualTo(split.training().fingerprint());
    }
    assertThat(HeldOut.spread(text, 20, 10, LINES).pieces()).hasSize(3);
    EncodedText two = LINES.of(List.of("abc".repeat(40), "cba".repeat(40)));
    HeldOut cut = HeldOut.spread(two, 24, 2, LINES);
    assertThat(cut.pieces()).extracting(EncodedText::length).containsExactly(12L, 12L);
  }

  /** Pieces of as many documents each would miss the longest ones. */
  @Test
  void heldOutDocuments_ofAllLengths_askedForAgain_areTheSame() {
    SplittableRandom random = new SplittableRandom(7);
    int fewer = 0;
    for (int round = 0; round < 500; round++) {
      List<String> documents = new ArrayList<>();
      int count = random.nextInt(2, 40);
      for (int i = 0; i < count; i++) {
        documents.add("a".repeat(random.nextInt(10) == 0 ? 200 : random.nextInt(1, 12)));
      }
      EncodedText text = LINES.of(documents);
      int pieces = random.nextInt(1, 9);
      long characters = Math.max(2L * pieces, (long) (random.nextDouble(0.6) * text.length()));
      if (characters > text.length()) {
        continue;
      }

      HeldOut split = HeldOut.spread(text, characters, pieces, LINES);

      long heldOut = split.pieces().stream().mapToLong(EncodedText::length).sum();
      assertThat(heldOut).isGreaterThanOrEqualTo(characters);
      HeldOut again = HeldOut.spread(text, heldOut, split.pieces().size(), LINES);
      assertThat(again.training().fingerprint()).isEqualTo(split.training().fingerprint());
      assertThat(again.pieces()).hasSameSizeAs(split.pieces());
      fewer += split.pieces().size() < pieces ? 1 : 0;
    }
    assertThat(fewer).isBetween(50, 450);
  }

  private static List<String> lines(EncodedText text) {
    return text.decode().lines().filter(line -> !line.isEmpty()).toList();
  }

  // Use

  @Test
  void documents_areScoredAloneAsTogether() {
    EncodedText text = names();
    VanillaRnn model = Trainer.of(model(text)).sequenceLength(10).train(text, 400).best();
    List<String> names = lines(text);

    List<Evaluation> together = Scorer.of(model).threads(3).evaluateAll(names);

    double sum = 0;
    for (int i = 0; i < names.size(); i++) {
      Evaluation alone = model.evaluate(names.get(i));
      assertThat(together.get(i)).isEqualTo(alone);
      assertThat(alone.characters()).isEqualTo(names.get(i).length() + 1);
      sum += alone.natsPerCharacter() * alone.characters();
    }
    Evaluation list = model.evaluate(text);
    assertThat(list.natsPerCharacter() * list.characters()).isCloseTo(sum, within(1e-9 * sum));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> model.evaluate(""))
        .withMessage("the document is empty, must have at least 1 character");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Scorer.of(model).evaluateAll(List.of(names.get(0), "")))
        .withMessage("text 2: the document is empty, must have at least 1 character");
  }

  @Test
  void unknownSymbolOfADocument_hasItsPositionInTheDocument() {
    VanillaRnn model = model(names());

    assertThatExceptionOfType(UnknownSymbolException.class)
        .isThrownBy(() -> model.evaluate("an\u2603"))
        .withMessageStartingWith("the symbol '\u2603' (U+2603) at position 2 is not in")
        .satisfies(e -> assertThat(e.position()).isEqualTo(2));
  }

  /** Escapes as in Java. */
  @ParameterizedTest
  @CsvSource({
    "true, ab\\n, a, \\na\\n",
    "true, ab\\n, '', \\n\\n",
    "true, ab\\n, a\\nb, \\na\\nb\\n",
    "false, ab\\n, a, \\na\\n",
    "false, ab, a, a",
    "false, ab, '', ''",
  })
  void line_isReadFromTheEndOfTheOneBeforeToItsOwn_whereTheModelKnowsSuch(
      boolean ofDocuments, String symbols, String line, String read) {
    VanillaRnn.Builder builder = VanillaRnn.builder(CharVocab.of(symbols.translateEscapes()));
    VanillaRnn model = (ofDocuments ? builder.documents(LINES) : builder).build();

    EncodedText text = model.encodeLine(line.translateEscapes(), UnknownSymbols.fail());

    assertThat(text.decode()).isEqualTo(read.translateEscapes());
    assertThatExceptionOfType(UnknownSymbolException.class)
        .isThrownBy(() -> model.encodeLine("abX", UnknownSymbols.fail()))
        .satisfies(e -> assertThat(e.position()).isEqualTo(2));
  }

  @Test
  void documents_areDrawn_asManyAsAreAskedFor() {
    EncodedText text = names();
    VanillaRnn model = Trainer.of(model(text)).sequenceLength(10).train(text, 3_000).best();

    List<String> drawn = Sampler.of(model).documents(30).limit(300).toList();

    assertThat(drawn).hasSize(300).allMatch(name -> name.matches("[a-z]{1,30}"));
    assertThat(drawn).anyMatch(name -> lines(text).contains(name));
    assertThat(Sampler.of(model).threads(2).documents(30).limit(300)).isEqualTo(drawn);
    assertThat(Sampler.of(model).documents(2).limit(50)).allMatch(name -> name.length() <= 2);
    assertThat(Sampler.of(model).prime("ka").documents(30).limit(50))
        .allMatch(name -> name.startsWith("ka"));
    assertThat(Sampler.of(model).seed(6).documents(30).findFirst().orElseThrow())
        .isEqualTo(drawn.get(5));
    assertThat(Sampler.of(model).sample(500).lines().count()).isGreaterThan(50);
    VanillaRnn other = VanillaRnn.builder(text.vocab()).hiddenSize(4).build();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Sampler.of(other).documents(10))
        .withMessage("the model is not of documents");
  }

  @Test
  void documents_areNeverEmpty_evenWhereTheLikeliestIsToEndAtOnce() {
    EncodedText text = LINES.of(List.of("abcdefghijklm".split("")));
    VanillaRnn model = Trainer.of(model(text)).train(text, 3).best();
    assertThat(Sampler.of(model).temperature(0).sample(1)).isEqualTo("\n");

    List<String> likeliest =
        assertTimeoutPreemptively(
            Duration.ofSeconds(30),
            () -> Sampler.of(model).temperature(0).documents(9).limit(200).toList());
    List<String> drawn = Sampler.of(model).documents(9).limit(1_000).toList();

    assertThat(likeliest).allMatch(it -> it.equals(likeliest.get(0)) && !it.isEmpty());
    assertThat(drawn).allMatch(it -> it.matches("[a-m]{1,9}")).contains("a", "m");
    assertThat(Sampler.of(model).seed(1_000).documents(9).findFirst()).contains(drawn.get(999));
  }

  /** Weights that come from elsewhere say nothing of documents. */
  @Test
  void ofDocuments_isAModelOfTheSameParameters() throws IOException {
    EncodedText text = read(LINES, "ab\nba\nabba\n");
    VanillaRnn rnn = VanillaRnn.builder(text.vocab()).documents(LINES).hiddenSize(4).build();
    VanillaRnn plain = VanillaRnn.of(text.vocab(), rnn.u(), rnn.w(), rnn.v(), rnn.b(), rnn.c());

    VanillaRnn again = plain.ofDocuments(LINES);

    assertThat(again.documents()).contains(LINES);
    assertThat(again.fingerprint()).isEqualTo(rnn.fingerprint());
    assertThat(again.evaluate(text)).isEqualTo(rnn.evaluate(text));
    assertThat(plain.evaluate(text)).isNotEqualTo(rnn.evaluate(text));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> plain.ofDocuments(Documents.delimitedBy("x")))
        .withMessageContaining("U+0078");
  }

  /** A hundred thousand documents, and one of a hundred thousand characters. */
  @Test
  void manyDocuments_andLongOnes_areNoTrouble() throws IOException {
    StringBuilder many = new StringBuilder();
    IntStream.range(0, 100_000).forEach(i -> many.append((char) ('a' + i % 26)).append('\n'));
    many.append("long".repeat(25_000));

    EncodedText text = read(LINES, many.toString());
    EncodedText read = new Shuffle(text, LINES, 1).inEpoch(0);

    assertThat(text.length()).isEqualTo(200_000 + 1 + 100_000 + 1);
    assertThat(read.length()).isEqualTo(text.length());
    assertThat(new Boundaries(read, LINES).places()).hasSize(100_002);
  }
}
