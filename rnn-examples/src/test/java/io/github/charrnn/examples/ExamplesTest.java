package io.github.charrnn.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.charrnn.CharVocab;
import io.github.charrnn.EncodedText;
import io.github.charrnn.Trainer;
import io.github.charrnn.TrainingSummary;
import io.github.charrnn.VanillaRnn;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every example does what it says, as somebody would start it. */
class ExamplesTest {
  private static final Path SOURCES = Path.of("src/main/java/io/github/charrnn/examples");
  private static final Path MODEL =
      Path.of("src/main/resources/io/github/charrnn/examples/names.safetensors");

  @TempDir Path directory;

  /** A program's main method. */
  interface Program {
    void run(String... args) throws Exception;
  }

  static List<String> printed(Program program, String... args) throws Exception {
    PrintStream out = System.out;
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (PrintStream captured = new PrintStream(bytes, true, UTF_8)) {
      System.setOut(captured);
      program.run(args);
    } finally {
      System.setOut(out);
    }
    return bytes.toString(UTF_8).lines().toList();
  }

  @Test
  void newNames_areNewAndLikeNames_andTheirModelIsTheOneInTheJar() throws Exception {
    List<String> names = Texts.names();
    Path list = Files.write(directory.resolve("names.txt"), names);
    Path model = directory.resolve("names.safetensors");

    List<String> invented = printed(NewNames::main, list.toString(), model.toString());

    assertThat(invented)
        .hasSize(20)
        .doesNotHaveDuplicates()
        .doesNotContainAnyElementsOf(names)
        .allMatch(name -> name.matches("[A-Z][a-z]{2,11}"));
    Set<String> known = new HashSet<>();
    names.forEach(name -> pairs(name).forEach(known::add));
    assertThat(invented)
        .filteredOn(name -> pairs(name).allMatch(known::contains))
        .hasSizeGreaterThanOrEqualTo(17);
    assertThat(model).as("NewNames names.txt names.safetensors").hasSameBinaryContentAs(MODEL);
  }

  /** Neighbours, with the beginning and the end. */
  private static Stream<String> pairs(String name) {
    String all = "^" + name + "$";
    return IntStream.range(1, all.length()).mapToObj(i -> all.substring(i - 1, i + 1));
  }

  @Tag("long")
  @Test
  void logAnomalies_areTheLinesThatAreUnlikeTheOthers() throws Exception {
    List<String> printed = printed(LogAnomalies::main);

    assertThat(printed).hasSize(5);
    assertThat(printed.subList(0, 3))
        .map(line -> line.replaceFirst(".* character: ", ""))
        .containsExactlyInAnyOrderElementsOf(LogAnomalies.ODD);
    assertThat(bits(printed.get(2))).isGreaterThan(2 * bits(printed.get(3)));
  }

  private static double bits(String line) {
    return Double.parseDouble(line.split(" ", 2)[0].replace(',', '.')); // in any locale
  }

  @Test
  void logAnomalies_ofAFile_withEmptyLines() throws Exception {
    List<String> log = new ArrayList<>(Collections.nCopies(300, "all is well"));
    log.add(100, "");
    log.add(200, "what is this?");
    Path file = Files.write(directory.resolve("log"), log);

    assertThat(printed(LogAnomalies::main, file.toString()).get(0)).endsWith(": what is this?");
  }

  @Tag("long")
  @Test
  void madeUpDomains_areToldFromReal() throws Exception {
    assertThat(printed(MadeUpDomains::main))
        .map(line -> line.replaceFirst(".*: ", ""))
        .containsExactly(
            "real", "real", "real", "real", "real", "made up", "made up", "made up", "made up");
  }

  @Tag("long")
  @Test
  void madeUpDomains_areToldFromThoseOfWordsThatNoModelHasSeen() throws Exception {
    List<String> words = Texts.words();
    List<String> seen =
        IntStream.range(0, words.size()).filter(i -> i % 4 > 0).mapToObj(words::get).toList();
    List<String> unseen =
        IntStream.range(0, words.size()).filter(i -> i % 4 == 0).mapToObj(words::get).toList();

    MadeUpDomains models =
        MadeUpDomains.train(Texts.domains(seen, 1, 1_000), Texts.madeUpDomains(2, 1_000));

    List<String> real = Texts.domains(unseen, 3, 500);
    List<String> madeUp = Texts.madeUpDomains(4, 500);
    double right =
        real.stream().filter(it -> models.evidence(it) <= 0).count()
            + madeUp.stream().filter(it -> models.evidence(it) > 0).count();
    assertThat(right / 1_000).isGreaterThan(0.95);
  }

  @Tag("long")
  @Test
  void nextCharacters_areThoseThatSearchesHave() throws Exception {
    List<String> printed = printed(NextCharacters::main, "?cancel a tr");

    assertThat(printed).hasSize(2 * 12);
    assertThat(printed.get(0)).as("after a key that is unknown").matches("\\?\\|[a-z]+ a .*");
    assertThat(printed.get(2 * 9 + 1)).as("after 'cancel a '").contains("'f'", "'h'", "'t'", "'r'");
    assertThat(printed.get(2 * 10 + 1)).as("after 'cancel a t'").startsWith("    'r' 9");
    assertThat(printed.get(2 * 11)).matches("\\?cancel a tr\\|ain in [a-z]+( .*)?");
  }

  @Test
  void modelInJar_isSmall_andWrites() throws Exception {
    assertThat(Files.size(MODEL)).isLessThanOrEqualTo(300_000);

    assertThat(printed(ModelInJar::main, "El")).hasSize(5).allMatch(name -> name.startsWith("El"));
  }

  @Tag("long")
  @Test
  void trainInBackground_cancelledAndResumed_isAsIfNeverCancelled() throws Exception {
    String book = String.join("\n", Texts.searches(1, 1_000));
    Path file = Files.writeString(directory.resolve("book.txt"), book);

    List<String> printed = printed(TrainInBackground::main, file.toString(), directory.toString());

    assertThat(printed.get(0)).isEqualTo("0 of 1000000");
    VanillaRnn some = VanillaRnn.load(directory.resolve("some.safetensors"));
    VanillaRnn more = VanillaRnn.load(directory.resolve("more.safetensors"));
    long cancelledAt = some.training().map(TrainingSummary::step).orElseThrow();
    assertThat(printed)
        .anyMatch(line -> line.startsWith("cancelled at step " + cancelledAt + ": "))
        .contains("saved in " + directory);
    EncodedText text = CharVocab.of(book).encode(book);
    VanillaRnn never =
        Trainer.of(VanillaRnn.builder(text.vocab()).build()).train(text, cancelledAt + 500).last();
    assertThat(more.fingerprint()).isEqualTo(never.fingerprint());
  }

  @Test
  void everyExample_isShort() throws IOException {
    try (Stream<Path> files = Files.list(SOURCES)) {
      for (Path file : files.filter(it -> !it.endsWith("Texts.java")).toList()) {
        assertThat(Files.readAllLines(file)).as("%s", file).hasSizeLessThan(60);
      }
    }
  }
}
