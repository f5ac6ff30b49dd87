package io.github.charrnn.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.charrnn.CharVocab;
import io.github.charrnn.Documents;
import io.github.charrnn.EncodedText;
import io.github.charrnn.Sampler;
import io.github.charrnn.Trainer;
import io.github.charrnn.VanillaRnn;
import io.github.charrnn.cli.output.Shell;
import io.github.charrnn.cli.output.Terminal;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code rnn sample -i}: what is typed, and what comes of it. */
class InteractiveTest {
  private static final String FOX = "The quick brown fox jumps.";
  private static final String ESCAPE = "\u001b";
  private static final String UP = ESCAPE + "OA";
  private static final String BACKSPACE = "\u007f";
  private static final String CTRL_C = "\u0003";
  private static final String CTRL_D = "\u0004";
  private static final String PROMPT = "> ";

  @TempDir Path directory;
  private Optional<Pty> opened = Optional.empty();
  private VanillaRnn rnn;
  private Path model;

  @BeforeEach
  void saveModel() throws IOException {
    save(VanillaRnn.builder(CharVocab.of(FOX + "\n")).hiddenSize(8).build());
  }

  @AfterEach
  void closeTerminal() {
    opened.ifPresent(Pty::close);
  }

  private void save(VanillaRnn other) throws IOException {
    rnn = other;
    model = directory.resolve("m");
    rnn.save(model);
  }

  private Cli.Outcome say(String lines, String... options) {
    List<String> words = new ArrayList<>(List.of("sample", model.toString(), "-i"));
    words.addAll(List.of(options));
    Cli.Outcome outcome = Cli.runWithInput(lines, words.toArray());
    assertThat(outcome.code()).as(outcome.err()).isZero();
    return outcome;
  }

  /** What sample writes once, and then the end of a line if it has not written one. */
  private String alone(String prime, long seed, String... options) {
    List<String> words = new ArrayList<>(List.of("sample", model.toString(), "--prime", prime));
    words.addAll(List.of("--seed", Long.toString(seed)));
    words.addAll(List.of(options));
    return line(Cli.run(words.toArray()).out());
  }

  private static String line(String passage) {
    return passage.endsWith("\n") ? passage : passage + "\n";
  }

  @Test
  void beginnings_areContinuedAsByPrime_eachWithTheNextSeed() {
    String[] length = {"--length", "40"};

    Cli.Outcome outcome = say("The \n:again\nfox\n:seed 9\n:again\n:again", length);

    assertThat(outcome.out())
        .isEqualTo(
            alone("The ", 1, length)
                + alone("The ", 2, length)
                + alone("fox", 3, length)
                + alone("fox", 9, length)
                + alone("fox", 10, length));
    assertThat(outcome.err()).isEmpty();
  }

  @Test
  void emptyLine_goesOn_withAllThatWasWrittenAsContext() {
    String first = Sampler.of(rnn).seed(5).prime("The ").sample(30);
    String second = Sampler.of(rnn).seed(6).prime("The " + first).sample(30);
    String third = Sampler.of(rnn).seed(7).prime("The " + first + second).sample(30);

    String out = say("The \n\n\n", "--length", "30", "--seed", "5").out();

    assertThat(out).isEqualTo(line("The " + first) + line(second) + line(third));
  }

  @Test
  void emptyLineAtFirst_begins_asWithoutPrime_andThenGoesOn() {
    String first = Sampler.of(rnn).sample(30);
    String second = Sampler.of(rnn).seed(2).prime("\n" + first).sample(30);

    assertThat(say("\n\n", "--length", "30").out()).isEqualTo(line(first) + line(second));
  }

  @ParameterizedTest
  @CsvSource({"temperature, 0", "temperature, 0.3", "top-k, 1", "top-p, 0.1", "length, 7"})
  void settings_areThoseOfTheOptions(String name, String value) {
    String out = say("The \n:" + name + " " + value + "\n:seed 1\n:again\n").out();

    String before = alone("The ", 1);
    String after = alone("The ", 1, "--" + name, value);
    assertThat(after).isNotEqualTo(before);
    assertThat(out).isEqualTo(before + after);
  }

  @Test
  void options_areSettingsAtFirst_andAllEndsTopK() {
    String[] options = {"--length", "20", "--top-k", "1", "--top-p", "0.5", "--temperature", "0.7"};

    String out = say("The \n:top-k all\n:top-p 1\n:seed 1\n:again\n", options).out();

    assertThat(out)
        .isEqualTo(
            alone("The ", 1, options) + alone("The ", 1, "--length", "20", "--temperature", "0.7"));
  }

  @Test
  void stop_endsEachPassage() {
    String[] stop = {"--stop", "o"};
    assertThat(say("The \n", stop).out()).isEqualTo(alone("The ", 1, stop)).endsWith("o\n");
  }

  @Test
  void help_saysWhatTheSettingsAre_andQuitLeavesTheRest() {
    String out = say(":length 3\nThe \n:top-k 2\n:help\n:quit\nThe \n", "--seed", "4").out();

    assertThat(out.substring(alone("The ", 4, "--length", "3").length()))
        .startsWith("a beginning ")
        .contains(":again ", ":quit ", "\\u00e9", "\n:temperature is 1\n", "\n:top-p       is 1\n")
        .contains("\n:top-k       is 2\n")
        .endsWith("\n:length      is 3\n:seed        is 5\n");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "The \u00DF\u20AC\u00DF | the model does not know \u00DF \u20AC: --unknown skip leaves such"
            + " out",
        "The \\u0021 | the model does not know !: --unknown skip leaves such out",
        "The \\q | the line: after a backslash there must be n, t, r, u and four hexadecimal digits,"
            + " or another backslash",
        ":again! | there is no :again!: :help lists all",
        ":again x | :again is followed by x: type it alone",
        ":quit now | :quit is followed by now: type it alone",
        ":temperature -1 | :temperature is -1.0, must be at least 0 and finite",
        ":temperature warm | :temperature is warm, must be a number",
        ":temperature | :temperature needs a value: it is 1 now",
        ":top-k 0 | :top-k is 0, must be at least 1",
        ":top-k 1.5 | :top-k is 1.5, must be a whole number, as in 20000, 20,000, 20k or 2e4",
        ":top-k 99999999999 | :top-k is 99999999999, must be a whole number, at most 2147483647",
        ":top-p 2 | :top-p is 2.0, must be above 0 and at most 1",
        ":length -1 | :length is -1, must be at least 0",
        ":seed | :seed needs a value: it is 1 now"
      })
  void wrongLine_isRefusedInASentence_andTheNextOneIsAsIfItHadNotBeen(String line, String said) {
    Cli.Outcome outcome = say(line + "\nThe \n", "--length", "50");

    assertThat(outcome.err()).isEqualTo("rnn sample: " + said + "\n");
    assertThat(outcome.out()).isEqualTo(alone("The ", 1, "--length", "50"));
  }

  @Test
  void unknownCharacters_areSkippedIfAsked_andThatIsSaid() {
    Cli.Outcome outcome = say("Th\u00DFe \n\n", "--length", "30", "--unknown", "skip");

    String first = Sampler.of(rnn).prime("The ").sample(30);
    String second = Sampler.of(rnn).seed(2).prime("The " + first).sample(30);
    assertThat(outcome.out()).isEqualTo(line("Th\u00DFe " + first) + line(second));
    assertThat(outcome.err())
        .isEqualTo(
            "rnn sample: 1 of 5 characters of the line were left out, which the model does not"
                + " know\n");
  }

  @Test
  void whatControlsATerminal_isWrittenThereAsItIsTyped_andRawIntoAPipe() throws IOException {
    String controls = ESCAPE + "\u009b\r\u0007\u007f\u202e\u2067";
    save(VanillaRnn.builder(CharVocab.of(controls + "a\n\t\u05D0\uD83D\uDE00")).build());

    String[] each = controls.codePoints().mapToObj(Character::toString).toArray(String[]::new);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    InputStream in = new ByteArrayInputStream("\\u001b\n\n".getBytes(UTF_8));
    Terminal terminal = new Terminal(in, out, OutputStream.nullOutputStream(), true, 0);
    Main.run(terminal, "sample", model.toString(), "-i");

    String seen = Sampler.of(rnn).prime(ESCAPE).sample(1_000);
    assertThat(seen).contains(each);
    assertThat(say("\\u001b\n").out()).isEqualTo(line(ESCAPE + seen));
    assertThat(out.toString(UTF_8).replace("\r\n", "\n"))
        .startsWith("\\u001b")
        .doesNotContain(each)
        .contains("\\u009b", "\\r", "\\u0007", "\\u007f", "\\u202e", "\\u2067")
        .contains("a", "\t", "\n", "\u05D0", "\uD83D\uDE00");
  }

  @Test
  void lineInAnotherNormalForm_isRefusedWithTheCause() throws IOException {
    save(VanillaRnn.builder(CharVocab.of("caf\u00e9 \n")).build());

    assertThat(say("cafe\u0301\n".replace("e", "\u00e9")).err())
        .isEqualTo(
            "rnn sample: the line: the symbol U+0301 at position 4 is not in the vocabulary of 6"
                + " symbols, which are in the normal form NFC: bring the text into it, for example"
                + " with uconv -x NFC\n");
  }

  /** Of names, which it has nearly learnt by heart. */
  private void saveModelOfNames() throws IOException {
    Documents lines = Documents.lines();
    String names = "Anna\nAnton\nBo\nBerta\nCarl";
    EncodedText text = lines.of(List.of(names.split("\n", -1)));
    VanillaRnn untrained =
        VanillaRnn.builder(text.vocab()).documents(lines).hiddenSize(12).seed(3).build();
    save(Trainer.of(untrained).sequenceLength(8).train(text, 300).best());
  }

  @Test
  void ofDocuments_eachPassageIsOne_andAnEmptyLineBeginsAnother() throws IOException {
    saveModelOfNames();

    String out = say("An\nB\n:again\n\n").out();

    assertThat(out)
        .isEqualTo(alone("An", 1) + alone("B", 2) + alone("B", 3) + alone("", 4))
        .contains("\n");
    assertThat(out.lines()).hasSize(4);
  }

  @Test
  void ofDocuments_anEmptyLineGoesOnWithOneThatWasCut_andThenBeginsAnother() throws IOException {
    saveModelOfNames();

    String out = say("An\n\n:length 99\n\n\n", "--max-length", "1", "--temperature", "0").out();

    String whole = alone("An", 1, "--temperature", "0");
    assertThat(whole.strip()).hasSizeGreaterThan(4);
    assertThat(out)
        .isEqualTo(
            whole.substring(0, 3)
                + "\n"
                + whole.substring(3, 4)
                + "\n"
                + whole.substring(4)
                + alone("", 1, "--temperature", "0"));
  }

  @Test
  void ofDocuments_theEndOfOneIsRefused_butNotWithLength() throws IOException {
    saveModelOfNames();

    assertThat(say("An\\nB\n").err())
        .isEqualTo("rnn sample: the end of a document is in the line: type how one begins\n");
    assertThat(say("An\\nB\n", "--length", "9").out())
        .isEqualTo(alone("An\\nB", 1, "--length", "9"));
  }

  @Tag("long")
  @Test
  void withoutATerminal_noClassOfTheLineEditorIsLoaded() throws Exception {
    List<String> command = new ArrayList<>(Command.java());
    Path loaded = directory.resolve("loaded");
    command.addAll(List.of("-Xlog:class+load:file=" + loaded, Main.class.getName()));
    command.addAll(List.of("sample", model.toString(), "--length", "5"));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getInputStream().readAllBytes();

    assertThat(process.waitFor()).isZero();
    assertThat(Files.readString(loaded)).contains("SampleCommand").doesNotContain("org.jline");
  }

  @Tag("long")
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void atATerminal_linesAreEditedAndRemembered_andCtrlCStopsAPassage(boolean asModule)
      throws Exception {
    Pty.requireScript();
    save(VanillaRnn.builder(CharVocab.of(FOX)).hiddenSize(8).build()); // writes one long line
    List<String> command = new ArrayList<>(asModule ? ModuleTest.java() : Command.java());
    int main = asModule ? command.indexOf("-m") : command.size();
    command.addAll(main, List.of("-Drnn.terminal.in=true", "-Drnn.terminal.out=true"));
    if (!asModule) {
      command.addAll(List.of("-Drnn.kernel=scalar", Main.class.getName()));
    }
    command.addAll(List.of("sample", model.toString(), "-i", "--length", "1000000000"));
    Pty pty = new Pty("trap : INT; stty rows 40 cols 200; " + Shell.line(command) + " && stty -a");
    opened = Optional.of(pty);
    pty.await(PROMPT);
    pty.type("Tx" + BACKSPACE + "he \r");
    pty.await("The " + Sampler.of(rnn).prime("The ").sample(200));
    pty.type(CTRL_C);
    pty.await(PROMPT);
    pty.type(UP);
    pty.await("The ");
    pty.type("\r");
    pty.await("The " + Sampler.of(rnn).prime("The ").seed(2).sample(200));
    pty.type(CTRL_C);
    pty.await(PROMPT);
    pty.type("fox");
    pty.await("fox");
    pty.type(CTRL_C);
    pty.await(PROMPT);
    pty.type(":seed\r");
    pty.await("rnn sample: :seed needs a value: it is 3 now");
    pty.await(PROMPT);
    pty.type(CTRL_D);
    assertThat(pty.rest()).as("how the terminal is left").contains(" icanon ", " echo ");
    assertThat(pty.process.waitFor()).isZero();
  }
}
