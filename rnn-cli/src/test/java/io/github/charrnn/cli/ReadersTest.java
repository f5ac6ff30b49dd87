package io.github.charrnn.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonParser;
import io.github.charrnn.CharVocab;
import io.github.charrnn.Documents;
import io.github.charrnn.Trainer;
import io.github.charrnn.VanillaRnn;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The readers of docs/readers: they say of models what rnn says, and refuse what is damaged. That
 * in JavaScript runs in a browser, too: PageTest.
 */
@Tag("long")
class ReadersTest {
  static final Path READERS = Path.of("..", "docs", "readers");
  private static final String NUMBER = "nats per character ";

  /** Sums in another order, and another tanh, exp and log. */
  static final double ROUNDING = 1e-12;

  @TempDir private static Path directory;

  @BeforeAll
  static void train() throws IOException {
    String text = "Caf\u00e9 \uD83D\uDE00 \"quoted\\\" and\n\tplain text, again.\n".repeat(30);
    Files.writeString(directory.resolve("book.txt"), text);
    Trainer.of(VanillaRnn.builder(CharVocab.of(text)).hiddenSize(7).build())
        .train(text, 40)
        .last()
        .save(directory.resolve("book"));
    String names = "Ada\r\nEmmy\n\nSofja\nMary";
    Files.writeString(directory.resolve("names.txt"), names);
    Documents lines = Documents.lines();
    var encoded = lines.read(directory.resolve("names.txt"));
    var ofNames = VanillaRnn.builder(encoded.vocab()).documents(lines).hiddenSize(7).build();
    Trainer.of(ofNames)
        .sequenceLength(5)
        .train(encoded, 40)
        .last()
        .save(directory.resolve("names"));
  }

  static double natsByRnn(Path model, Path text) {
    String json = Cli.run("evaluate", "--json", model, text).out();
    return JsonParser.parseString(json).getAsJsonObject().get("natsPerCharacter").getAsDouble();
  }

  /** The file with its last byte, of c or the start state, changed. */
  static Path damaged(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length - 1] ^= 1;
    return Files.write(file.resolveSibling("damaged"), bytes);
  }

  @Test
  void python_saysWhatRnnSays() throws Exception {
    Needed.isThere(
        Python.has("json"), "docs/readers/read_model.py is not run, there is no python3");
    saysWhatRnnSays("python3", "read_model.py");
  }

  @Test
  void javaScript_inNode_saysWhatRnnSays() throws Exception {
    assumeTrue(runs("node", "--version").startsWith("v"), "skipped: there is no node");
    saysWhatRnnSays("node", "read_model.js");
  }

  private static void saysWhatRnnSays(String interpreter, String reader) throws Exception {
    String program = READERS.resolve(reader).toString();
    for (String name : List.of("book", "names")) {
      Path model = directory.resolve(name);
      Path text = directory.resolve(name + ".txt");
      int symbols = VanillaRnn.load(model).vocab().size();

      List<String> said = runs(interpreter, program, model, text).lines().toList();

      assertThat(said)
          .contains("U 7 " + symbols, "W 7 7", "V " + symbols + " 7", "b 7", "c " + symbols)
          .hasSize(name.equals("book") ? 7 : 6); // that of documents has no start
      String last = said.get(said.size() - 1);
      assertThat(last).startsWith(NUMBER);
      double nats = natsByRnn(model, text);
      assertThat(Double.parseDouble(last.substring(NUMBER.length())))
          .isCloseTo(nats, within(ROUNDING * nats));
    }
    Path damaged = damaged(directory.resolve("book"));
    assertThat(runs(interpreter, program, damaged))
        .isEqualTo(damaged + ": is damaged: the checksum does not match\n");
    assertThat(
            runs(interpreter, program, directory.resolve("book"), directory.resolve("names.txt")))
        .contains("book: does not know ");
  }

  private static String runs(Object... command) throws Exception {
    try {
      Process process =
          new ProcessBuilder(List.of(command).stream().map(Object::toString).toList())
              .redirectErrorStream(true)
              .start();
      String output = new String(process.getInputStream().readAllBytes(), UTF_8);
      process.waitFor();
      return output;
    } catch (IOException e) {
      return "failed: " + e.getMessage();
    }
  }
}
