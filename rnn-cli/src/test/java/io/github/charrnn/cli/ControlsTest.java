package io.github.charrnn.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.charrnn.CharVocab;
import io.github.charrnn.Documents;
import io.github.charrnn.VanillaRnn;
import io.github.charrnn.cli.output.Terminal;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a text or a file's name may do to a terminal: nothing. */
class ControlsTest {
  /** All that controls a terminal or the direction of text, but for line feeds and tabs. */
  private static final String CONTROLS =
      "\u0000\u0007\u0008\u000b\r\u001b\u007f\u0085\u009b\u061c\u200e\u200f\u2028\u2029\u202a\u202e"
          + "\u2066\u2069";

  private static final String HARMLESS = "a\u00e9\t\n\\ \u05d0\u200d\u2027\u2065\ud83d\ude00\ufeff";

  @TempDir Path directory;
  private Path model;

  @BeforeEach
  void saveModel() throws IOException {
    model = directory.resolve("\u001b]0;owned\u0007\u202e.safetensors");
    VanillaRnn.builder(CharVocab.of(CONTROLS + HARMLESS)).hiddenSize(4).build().save(model);
  }

  private static Cli.Outcome run(boolean outIsTerminal, int columns, String in, Object... words) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Terminal terminal =
        new Terminal(
            new ByteArrayInputStream(in.getBytes(UTF_8)), out, err, outIsTerminal, columns);
    int code =
        Main.run(terminal, Arrays.stream(words).map(Object::toString).toArray(String[]::new));
    return new Cli.Outcome(code, out.toString(UTF_8), err.toString(UTF_8));
  }

  private static String visible(String text) {
    StringBuilder visible = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      visible.append(
          CONTROLS.indexOf(c) < 0 || text.startsWith("\r\n", i)
              ? "" + c
              : c == '\r' ? "\\r" : String.format("\\u%04x", (int) c));
    }
    return visible.toString();
  }

  @Test
  void sample_isVisibleOnATerminal_andRawInAPipe() {
    String raw = run(false, 80, "", "sample", model, "--length", 2_000).out();

    Cli.Outcome seen = run(true, 0, "", "sample", model, "--length", 2_000);

    assertThat(raw).contains(CONTROLS.split(""));
    assertThat(seen.out()).isEqualTo(visible(raw) + "\n").contains("\\u001b", "\\u202e", "\ud83d");
    String json = run(true, 0, "", "sample", model, "--length", 2_000, "--json").out();
    assertThat(json).doesNotContain("\u202e", "\u009b", "\u007f").contains("\\u202e");
  }

  @Test
  void everyCommandThatShowsATextOrAName_isHeldToIt() throws IOException {
    Path lines = directory.resolve("\u001b[2J.txt");
    Files.writeString(lines, CONTROLS.replaceAll("[\u0085\u2028\u2029]", "") + "a\na\u001b\n");
    Object[][] commands = {
      {"score", model, lines},
      {"score", model, lines, "--top", 2},
      {"inspect", model},
      {"verify", model},
      {"evaluate", model, lines, lines},
      {"export", model, "-o", directory.resolve("\u001b[31m.npz")},
      {"sample", model, "--count", 3, "--prime", "\\u001b"},
      {"sample", model, "--temperature", "0.5,1"},
      {
        "train",
        lines,
        "--from",
        model,
        "-o",
        directory.resolve("m\u001b7"),
        "--steps",
        3,
        "--recipe",
        "course",
        "--seq",
        4,
        "--sample-length",
        400
      },
    };
    for (Object[] command : commands) {
      Cli.Outcome raw = run(false, 0, "", command);
      Cli.Outcome seen = run(true, 0, "", command);

      assertThat(raw.code()).as(raw.err()).isZero();
      assertThat(raw.out()).as("%s", command[0]).contains("\u001b");
      assertThat(seen.out())
          .doesNotContainPattern("[" + CONTROLS + "&&[^\r]]|\r(?!\n)")
          .contains("\\u001b");
    }
  }

  @Test
  void message_isVisibleOnATerminal_andRawInAFile() {
    Object[] command = {"evaluate", model, "none\u001b[1m\u202e"};

    assertThat(run(false, 0, "", command).err())
        .isEqualTo("rnn evaluate: there is no file none\u001b[1m\u202e\n");
    assertThat(run(false, 80, "", command).err())
        .isEqualTo("rnn evaluate: there is no file none\\u001b[1m\\u202e\n");
    assertThat(run(true, 80, "", "x\u001b").err()).contains("x\\u001b").doesNotContain("\u001b");
    assertThat(run(true, 80, "").err()).contains("Usage: ").doesNotContain("\\u001b");
  }

  @Test
  void linesThatEndWithCrLf_endSoOnATerminal() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    OutputStream none = OutputStream.nullOutputStream();
    Terminal terminal = new Terminal(InputStream.nullInputStream(), out, none, true, 0);

    terminal.out().append("a\r\n\r").append("\nb\rc\r\r\n").flush();

    assertThat(out.toString(UTF_8)).isEqualTo("a\r\n\r\nb\\rc\\r\r\n");
  }

  @Test
  void progress_stillMovesItsLine() throws IOException {
    Path text = Files.writeString(directory.resolve("text.txt"), "the harbour\n".repeat(99));
    Object[] command = {
      "train",
      text,
      "-o",
      directory.resolve("m"),
      "--hidden",
      60,
      "--steps",
      3_000,
      "--sample-every",
      0,
      "--no-report",
      "--recipe",
      "course"
    };

    assertThat(run(true, 80, "", command).err()).contains("\r\u001b[J  0 %").doesNotContain("\\r");
  }

  @Test
  void documents_areWrittenTheSameWay() throws IOException {
    Documents lines = Documents.lines();
    VanillaRnn names =
        VanillaRnn.builder(CharVocab.of("ab\u001b\n")).documents(lines).hiddenSize(3).build();
    names.save(model);

    assertThat(run(false, 0, "", "sample", model, "--count", 20).out()).contains("\u001b");
    assertThat(run(true, 0, "", "sample", model, "--count", 20).out())
        .contains("\\u001b")
        .doesNotContain("\u001b");
  }
}
