package io.github.charrnn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** docs/check-your-own.md as its reader follows it, and a reader who has made a mistake. */
@Tag("long")
class CheckYourOwnTest {
  private static final Path PAGE = Path.of("../docs/check-your-own.md");
  private static final Path PROGRAM = Path.of("../docs/check.py");
  private static final Path STORY = Path.of("src/main/resources/io/github/charrnn/cli/story.txt");
  private static final Pattern DIFFERS = Pattern.compile("(.+?): .*differs by (\\S+).*");

  @TempDir private static Path directory;

  @BeforeAll
  static void typeTheCommands() throws Exception {
    Needed.isThere(Python.has("numpy"), "docs/check.py is not run, there is no numpy");
    Files.copy(STORY, directory.resolve("book.txt"));
    List<String> lines =
        Files.readAllLines(PAGE).stream().filter(line -> line.startsWith("./rnn ")).toList();
    assertThat(lines).hasSize(3);
    for (String line : lines) {
      Object[] words = line.replaceFirst(" +#.*", "").split(" +", -1);
      Cli.Outcome outcome = Cli.run(inDirectory(words));
      assertThat(outcome.code()).as("%s: %s", line, outcome.err()).isZero();
    }
  }

  @Test
  void aRightImplementation_agreesInEveryNumber_andInTheFirstSteps() throws Exception {
    Map<String, Double> differences = differences(Files.readString(PROGRAM));

    assertThat(differences).hasSize(1 + 5 + 25);
    assertThat(differences.get("one window")).isLessThan(1e-11);
    for (String tensor : List.of("U", "W", "V", "b", "c")) {
      assertThat(differences.get("gradient of " + tensor)).as(tensor).isLessThan(1e-12);
    }
    assertThat(differences.get("step  1")).isLessThan(1e-11);
    assertThat(differences.get("step  2")).isLessThan(1e-9);
    assertThat(differences.get("step 21"))
        .as("rounding is multiplied, as the page says")
        .isGreaterThan(1e-6);
  }

  @Test
  void aWrongOne_isCaught() throws Exception {
    String program = Files.readString(PROGRAM);
    String wrong = program.replace("(1 - hs[t + 1] ** 2)", "(1 - hs[t] ** 2)");
    assertThat(wrong).isNotEqualTo(program);

    Map<String, Double> differences = differences(wrong);

    assertThat(differences.get("one window")).isLessThan(1e-11);
    assertThat(differences.get("gradient of V")).isLessThan(1e-12);
    assertThat(differences.get("gradient of W")).isGreaterThan(1e-5);
  }

  /** Without the program's name; files are those of the directory. */
  private static Object[] inDirectory(Object[] words) {
    Object[] arguments = new Object[words.length - 1];
    for (int i = 1; i < words.length; i++) {
      boolean file = words[i].toString().matches(".+\\.(txt|csv|safetensors)");
      arguments[i - 1] = file ? directory.resolve(words[i].toString()) : words[i];
    }
    return arguments;
  }

  private static Map<String, Double> differences(String program)
      throws IOException, InterruptedException {
    String script = "import sys; sys.argv = ['check.py', 'book.txt']\n" + program;
    Map<String, Double> differences = new HashMap<>();
    for (String line : Python.run(directory, "numpy", script).split("\n", -1)) {
      Matcher matcher = DIFFERS.matcher(line);
      if (matcher.matches()) {
        differences.put(matcher.group(1), Double.valueOf(matcher.group(2)));
      } else {
        assertThat(line).isEmpty();
      }
    }
    return differences;
  }
}
