package io.github.charrnn.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.charrnn.CharVocab;
import io.github.charrnn.VanillaRnn;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The example in README.md compiles and runs; so does its twin in the package documentation. */
class ReadmeTest {
  private static final Path ROOT = Path.of("..");

  @TempDir Path directory;

  @Test
  void apiExample_compilesAndRuns() throws Exception {
    Object passage =
        run(example(0) + "return passage;", "The cat sat on the mat and looked at The dog.\n");

    assertThat(passage).asString().hasSize(1_000);
    assertThat(directory.resolve("book.safetensors")).exists();
  }

  @Test
  void observingExample_compilesAndRuns() throws Exception {
    Object nats = run(example(1) + "return \"\" + nats.length;", "A day, and another.\n");

    assertThat(nats).as("of 80 held-out symbols").isEqualTo("79");
    assertThat(directory.resolve("book.csv")).isNotEmptyFile();
  }

  @Test
  void resumeExample_compilesAndRuns() throws Exception {
    String setUp =
        """
        CharVocab vocab = CharVocab.of(text);
        VanillaRnn rnn = VanillaRnn.builder(vocab).hiddenSize(9).build();
        """;
    for (int day = 0; day < 2; day++) {
      Object steps =
          run(setUp + example(2) + "return \"\" + result.steps();", "A day, and another.\n");
      assertThat(steps).isEqualTo("300");
      assertThat(directory.resolve("book.checkpoint")).exists();
    }
  }

  /** An example of README, with fewer steps and files in the test's directory. */
  private String example(int index) throws IOException {
    Matcher examples =
        Pattern.compile("(?s)```java\n(.*?)```")
            .matcher(Files.readString(ROOT.resolve("README.md")));
    String example = examples.results().toList().get(index).group(1);
    return example
        .replace("100_000)", "300)")
        .replace("10_000,", "100,")
        .replaceAll("\"(book\\.\\w+)\"", "\"" + directory + "/$1\"");
  }

  private Object run(String body, String text) throws Exception {
    Path source = directory.resolve("Example.java");
    Files.writeString(
        source,
        "import io.github.charrnn.*;\nimport java.nio.file.Files;\nimport java.nio.file.Path;\n"
            + "public class Example {\n  public static String run(String text) throws Exception {\n"
            + body
            + "\n}\n}\n");
    int errors =
        ToolProvider.getSystemJavaCompiler()
            .run(
                null,
                null,
                null,
                "-cp",
                System.getProperty("java.class.path"),
                "-Xlint:all",
                "-Werror",
                "-proc:none",
                source.toString());
    assertThat(errors).isZero();
    try (URLClassLoader loader = new URLClassLoader(new URL[] {directory.toUri().toURL()})) {
      return loader
          .loadClass("Example")
          .getMethod("run", String.class)
          .invoke(null, text.repeat(40));
    }
  }

  @Test
  void packageDocumentation_hasTheSameExample() throws IOException {
    String readme =
        firstMatch("(?s)```java\n(.*?)```", Files.readString(ROOT.resolve("README.md")));
    String packageInfo =
        firstMatch(
            "(?s)<pre>\\{@code\n(.*?)\\}</pre>",
            Files.readString(
                ROOT.resolve("rnn-core/src/main/java/io/github/charrnn/package-info.java")));

    assertThat(packageInfo.replaceAll("(?m)^ \\* ?", "").lines().toList())
        .isEqualTo(readme.lines().toList());
  }

  @Test
  void everyOption_isInTheHelpThatReadmePointsTo() throws IOException {
    String readme = Files.readString(ROOT.resolve("README.md"));
    Matcher commands = Pattern.compile("(?m)^ *\\./rnn ([a-z]+)(.*)$").matcher(readme);
    List<String> seen = new java.util.ArrayList<>();
    while (commands.find()) {
      String help = Cli.run(commands.group(1), "--help").out();
      seen.add(commands.group(1));
      Matcher options = Pattern.compile("(?<= )(--?[a-z][a-z-]*)").matcher(commands.group(2));
      while (options.find()) {
        assertThat(help).as(commands.group()).contains(options.group(1));
      }
    }
    assertThat(seen)
        .contains(
            "train", "sample", "evaluate", "gradcheck", "inspect", "verify", "report", "compare");
  }

  @Test
  void pythonExample_readsTheSameNumbers() throws Exception {
    assumeTrue(
        python("import numpy").equals(""),
        "skipped: there is no python3 with numpy on this machine");
    VanillaRnn rnn = VanillaRnn.builder(CharVocab.of("to be")).hiddenSize(7).build();
    rnn.save(directory.resolve("book.safetensors"));
    String example =
        firstMatch("(?s)```python\n(.*?)```", Files.readString(ROOT.resolve("README.md")));
    assertThat(example.lines()).hasSize(6);

    String numbers =
        python(
            example
                + "print(info['vocabulary'], U.shape, W.shape, V.shape, b.shape, c.shape)\n"
                + "print(*[x.hex() for t in (U, W, V, b, c) for x in t.ravel()])\n");

    StringBuilder expected = new StringBuilder(" beot (7, 5) (7, 7) (5, 7) (7,) (5,)\n");
    for (double[] tensor : List.of(rnn.u(), rnn.w(), rnn.v(), rnn.b(), rnn.c())) {
      for (double x : tensor) {
        expected.append(x).append(' ');
      }
    }
    assertThat(values(numbers)).isEqualTo(values(expected.toString()));
  }

  /** The first line, and the numbers of the second, Python's in hexadecimal or Java's. */
  private static List<Object> values(String lines) {
    List<Object> result = new java.util.ArrayList<>();
    result.add(lines.lines().findFirst().orElseThrow());
    for (String number : lines.lines().skip(1).findFirst().orElseThrow().trim().split(" ", -1)) {
      result.add(Double.valueOf(number.equals("0x0.0p+0") ? "0" : number));
    }
    return result;
  }

  /** What a Python program prints, or why it cannot. */
  private String python(String program) throws Exception {
    try {
      Process process =
          new ProcessBuilder("python3", "-c", program)
              .directory(directory.toFile())
              .redirectErrorStream(true)
              .start();
      String output =
          new String(
              process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
      return process.waitFor() == 0 ? output : "failed: " + output;
    } catch (IOException e) {
      return "failed: " + e.getMessage();
    }
  }

  private static String firstMatch(String pattern, String text) {
    Matcher matcher = Pattern.compile(pattern).matcher(text);
    assertThat(matcher.find()).as(pattern).isTrue();
    return matcher.group(1);
  }
}
