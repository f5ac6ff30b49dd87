package io.github.charrnn.cli;

import static org.assertj.core.api.Assertions.assertThat;

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
    String example =
        firstMatch("(?s)```java\n(.*?)```", Files.readString(ROOT.resolve("README.md")));
    Path source = directory.resolve("Example.java");
    Files.writeString(
        source,
        "import io.github.charrnn.*;\nimport java.nio.file.Path;\n"
            + "public class Example {\n  public static String run(String text) throws Exception {\n"
            + example
                .replace("100_000)", "300)")
                .replace("10_000,", "100,")
                .replace(
                    "\"book.safetensors\"", "\"" + directory.resolve("book.safetensors") + "\"")
            + "\nreturn passage;\n}\n}\n");

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
      Object passage =
          loader
              .loadClass("Example")
              .getMethod("run", String.class)
              .invoke(null, "The cat sat on the mat and looked at The dog.\n".repeat(20));
      assertThat(passage).asString().hasSize(1_000);
    }
    assertThat(directory.resolve("book.safetensors")).exists();
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
    assertThat(seen).contains("train", "sample", "evaluate", "gradcheck", "inspect");
  }

  private static String firstMatch(String pattern, String text) {
    Matcher matcher = Pattern.compile(pattern).matcher(text);
    assertThat(matcher.find()).as(pattern).isTrue();
    return matcher.group(1);
  }
}
