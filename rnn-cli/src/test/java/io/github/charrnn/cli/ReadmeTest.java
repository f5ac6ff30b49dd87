package io.github.charrnn.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.charrnn.BestBy;
import io.github.charrnn.CharVocab;
import io.github.charrnn.Clip;
import io.github.charrnn.Documents;
import io.github.charrnn.EncodedText;
import io.github.charrnn.Initializer;
import io.github.charrnn.LearningRate;
import io.github.charrnn.Optimizer;
import io.github.charrnn.Recipe;
import io.github.charrnn.Trainer;
import io.github.charrnn.TrainingResult;
import io.github.charrnn.VanillaRnn;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What README.md and the pages in docs/ show is true of this version: examples compile and run,
 * options exist, links lead somewhere, and the file format is the one that is written.
 */
class ReadmeTest {
  private static final Path ROOT = Path.of("..");
  private static final Path README = ROOT.resolve("README.md");
  private static final Path DOCS = ROOT.resolve("docs");

  @TempDir Path directory;

  @Test
  void apiExample_compilesAndRuns() throws Exception {
    Object passage =
        run(example(README) + "return passage;", "The cat sat on the mat and looked at The dog.\n");

    assertThat(passage).asString().hasSize(1_000);
    assertThat(directory.resolve("book.safetensors")).exists();
  }

  @Test
  void observingExample_compilesAndRuns() throws Exception {
    Object nats =
        run(
            example(DOCS.resolve("report.md")) + "return \"\" + nats.length;",
            "A day, and another.\n");

    assertThat(nats).as("of the 8 symbols of the first piece").isEqualTo("7");
    assertThat(directory.resolve("book.csv")).isNotEmptyFile();
  }

  @Test
  void resumeExample_compilesAndRuns() throws Exception {
    String setUp =
        """
        CharVocab vocab = CharVocab.of(text);
        VanillaRnn rnn = VanillaRnn.builder(vocab).hiddenSize(9).build();
        """;
    String example = example(DOCS.resolve("long-runs.md"));
    for (int day = 0; day < 2; day++) {
      Object steps =
          run(setUp + example + "return \"\" + result.steps();", "A day, and another.\n");
      assertThat(steps).isEqualTo("300");
      assertThat(directory.resolve("book.checkpoint")).exists();
    }
  }

  @Test
  void recipeExample_compilesAndRuns_andSaysWhatItsCommentSays() throws Exception {
    String setUp =
        """
        VanillaRnn rnn = VanillaRnn.builder(CharVocab.of(text)).hiddenSize(9).build();
        """;
    String example = example(DOCS.resolve("recipe.md"));

    Object said = run(setUp + example + "return difference;", "A day, and another.\n");

    assertThat(said).isEqualTo(firstMatch("// \"(.*)\"", example));
  }

  /** The example of a page, with fewer steps and files in the test's directory. */
  private String example(Path page) throws IOException {
    String example = firstMatch("(?s)```java\n(.*?)```", Files.readString(page));
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
    assertThat(compile(source.toString())).isZero();
    try (URLClassLoader loader = new URLClassLoader(new URL[] {directory.toUri().toURL()})) {
      return loader
          .loadClass("Example")
          .getMethod("run", String.class)
          .invoke(null, text.repeat(40));
    }
  }

  /** 0 if there is neither an error nor a warning. */
  private static int compile(String source) {
    return ToolProvider.getSystemJavaCompiler()
        .run(
            null,
            null,
            null,
            "-cp",
            System.getProperty("java.class.path"),
            "-Xlint:all",
            "-Werror",
            "-proc:none",
            source);
  }

  @Test
  void packageDocumentation_hasTheSameExample() throws IOException {
    String readme = firstMatch("(?s)```java\n(.*?)```", Files.readString(README));
    String packageInfo =
        firstMatch(
            "(?s)<pre>\\{@code\n(.*?)\\}</pre>",
            Files.readString(
                ROOT.resolve("rnn-core/src/main/java/io/github/charrnn/package-info.java")));

    assertThat(packageInfo.replaceAll("(?m)^ \\* ?", "").lines().toList())
        .isEqualTo(readme.lines().toList());
  }

  private static List<Path> pages() throws IOException {
    try (Stream<Path> root = Files.list(ROOT);
        Stream<Path> docs = Files.list(DOCS)) {
      return Stream.concat(root, docs).filter(page -> page.toString().endsWith(".md")).toList();
    }
  }

  @Test
  void everyOptionOfEveryCommand_isInItsHelp() throws IOException {
    Map<String, String> help = new TreeMap<>();
    for (Path page : pages()) {
      Matcher commands =
          Pattern.compile("\\./rnn ([a-z]+)([^`|;#\n]*)").matcher(Files.readString(page));
      while (commands.find()) {
        String said =
            help.computeIfAbsent(commands.group(1), name -> Cli.run(name, "--help").out());
        Matcher options = Pattern.compile("(?<= )(--?[a-z][a-z-]*)").matcher(commands.group(2));
        while (options.find()) {
          assertThat(said).as("%s: %s", page, commands.group()).contains(options.group(1));
        }
      }
    }
    assertThat(help.keySet())
        .containsExactly(
            "compare",
            "completion",
            "evaluate",
            "export",
            "gradcheck",
            "help",
            "import",
            "inspect",
            "man",
            "report",
            "sample",
            "score",
            "train",
            "tune",
            "verify");
  }

  @Test
  void everyLink_leadsToAFileAndAHeading() throws IOException {
    for (Path page : pages()) {
      Matcher links =
          Pattern.compile("(?:\\]\\(|(?:src|href)=\")([^)\"#\\s]*)#?([^)\"\\s]*)[)\"]")
              .matcher(Files.readString(page));
      while (links.find()) {
        if (!links.group(1).startsWith("http")) {
          Path target = links.group(1).isEmpty() ? page : page.resolveSibling(links.group(1));
          assertThat(target).as("%s: %s", page, links.group()).exists();
          if (!links.group(2).isEmpty()) {
            assertThat(anchors(target)).as("%s: %s", page, links.group()).contains(links.group(2));
          }
        }
      }
    }
  }

  @Test
  void index_hasEveryPage() throws IOException {
    String index = Files.readString(DOCS.resolve("README.md"));
    for (Path page : pages()) {
      if (!page.endsWith("README.md")) {
        assertThat(index)
            .contains("](" + DOCS.relativize(page).toString().replace('\\', '/') + ")");
      }
    }
  }

  @Test
  void howItWorks_hasTheBytesOfItsShapes() throws IOException {
    Matcher rows =
        Pattern.compile("(?m)^\\| [^|]+ \\| ([mKn0-9 +,]+) \\| ([0-9,]+) \\|$")
            .matcher(Files.readString(DOCS.resolve("how-it-works.md")));
    int count = 0;
    for (; rows.find(); count++) {
      long bytes = Double.BYTES;
      for (String length : rows.group(1).split(", ", -1)) {
        bytes *=
            switch (length) {
              case "m" -> 100;
              case "K" -> 65;
              case "n" -> 25;
              case "n + 1" -> 26;
              default -> Integer.parseInt(length);
            };
      }
      assertThat(rows.group(2))
          .as(rows.group())
          .isEqualTo(String.format(Locale.ROOT, "%,d", bytes));
    }
    assertThat(count).isEqualTo(12);
  }

  /** What docs/alternatives.md times: this library, and a step that is the same written twice. */
  @Tag("long")
  @Test
  void programsOfAlternatives_runAndTakeTheSameSteps() throws Exception {
    Path text =
        Files.writeString(directory.resolve("book.txt"), "A day, and another.\n".repeat(40));
    String source = Files.readString(DOCS.resolve("peers/RnnStep.java"));
    String example = directory + "/RnnStep.java";
    Files.writeString(Path.of(example), source);
    assertThat(compile(example)).isZero();
    PrintStream out = System.out;
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    try (URLClassLoader loader = new URLClassLoader(new URL[] {directory.toUri().toURL()})) {
      System.setOut(new PrintStream(said, true, UTF_8));
      String[] words = {text.toString(), "8", "5", "900"};
      loader.loadClass("RnnStep").getMethod("main", String[].class).invoke(null, (Object) words);
    } finally {
      System.setOut(out);
    }
    assertThat(said.toString(UTF_8))
        .matches("\\d+\\.\\d us a step, the median of \\d+; smooth loss \\d+\\.\\d\\d\\R");

    Needed.isThere(Python.has("numpy"), "docs/peers/step.py is not run, there is no numpy");
    String step =
        Files.readString(DOCS.resolve("peers/step.py")).replace("steps < 20", "steps < 3");
    List<String> losses = new ArrayList<>();
    for (String kind : List.of("numpy", "products")) {
      String arguments = "import sys; sys.argv = ['', '" + kind + "', 'book.txt', '8', '5', '0']\n";
      losses.add(firstMatch("smooth loss (.*)", Python.run(directory, "numpy", arguments + step)));
    }
    assertThat(losses.get(0)).isEqualTo(losses.get(1));
  }

  private static List<String> anchors(Path page) throws IOException {
    return Files.readAllLines(page).stream()
        .filter(line -> line.startsWith("#"))
        .map(line -> line.replaceAll("^#+ ", "").toLowerCase(Locale.ROOT))
        .map(line -> line.replaceAll("[^\\p{L}\\p{N} _-]", "").replace(' ', '-'))
        .toList();
  }

  /**
   * Every key and every tensor of the tables in docs/model-file.md, in their order, and no other.
   */
  @Test
  void modelFilePage_hasEveryKeyAndTensorThatIsWritten() throws IOException {
    String days = "A day, and another.\n".repeat(40);
    EncodedText text = CharVocab.of(days).encode(days);
    VanillaRnn rnn =
        VanillaRnn.builder(text.vocab()).hiddenSize(6).initializer(Initializer.normal(0.1)).build();
    Path checkpoint = directory.resolve("checkpoint");
    TrainingResult result =
        Trainer.of(rnn)
            .batchSize(3)
            .validation(List.of(text.part(700, 750), text.part(750, text.length())), 7)
            .patience(9)
            .bestBy(BestBy.VALIDATION)
            .samples(10, 5)
            .checkpoint(checkpoint, 25)
            .train(text.part(0, 700), 33);
    Path model = directory.resolve("model");
    result.measured(text.part(0, 700)).best().save(model);
    Path untrained = directory.resolve("untrained");
    rnn.save(untrained);
    String page = Files.readString(DOCS.resolve("model-file.md"));
    String ofModels = firstMatch("(?s)## Metadata of a model(.*?)\n## ", page);
    JsonObject header = header(checkpoint);
    JsonObject info = header.remove("__metadata__").getAsJsonObject();

    List<String> first = names("`(\\w+)` \\| 1 ", page);
    assertThat(info.keySet()).containsSubsequence(first);
    List<String> keys = names("`(\\w+)` \\| \\d ", page);
    List<String> prefixes = names("`(\\w+\\.)` \\| \\d ", page);
    Set<String> seen = new HashSet<>(info.keySet());
    seen.addAll(header(model).getAsJsonObject("__metadata__").keySet());
    Set<String> seenPrefixes = new HashSet<>();
    for (Path other : checkpointsOfOtherKinds(text)) {
      JsonObject tensors = header(other);
      List<String> written = List.copyOf(tensors.remove("__metadata__").getAsJsonObject().keySet());
      assertThat(keys).containsSubsequence(written);
      seen.addAll(written);
      for (String prefix : prefixes) {
        if (tensors.has(prefix + "U")) {
          assertThat(tensors.keySet())
              .contains(prefix + "U", prefix + "W", prefix + "V", prefix + "b", prefix + "c");
          seenPrefixes.add(prefix);
        }
      }
    }
    assertThat(keys).containsSubsequence(info.keySet());
    assertThat(seen).containsExactlyInAnyOrderElementsOf(keys);
    assertThat(seenPrefixes).containsExactlyInAnyOrderElementsOf(prefixes);
    assertThat(names("`(\\w+)` \\| \\d ", ofModels))
        .containsSubsequence(header(model).getAsJsonObject("__metadata__").keySet());
    assertThat(names("`(\\w+)` \\| \\d ", ofModels.split("A trained", 2)[0]))
        .containsSubsequence(header(untrained).getAsJsonObject("__metadata__").keySet());
    VanillaRnn.builder(text.vocab()).hiddenSize(6).build().save(untrained);
    assertThat(header(untrained).getAsJsonObject("__metadata__").keySet())
        .as("a model with nothing but what version 1 had")
        .containsExactlyElementsOf(names("`(\\w+)` \\| 1 ", ofModels.split("A trained", 2)[0]));
    String tensors = "`([\\w.]+)` \\| ([^|]+) \\| \\d \\|";
    List<String> ofModel = new ArrayList<>(names(tensors, page).subList(0, 6));
    ofModel.add(0, "__metadata__");
    assertThat(header(model).keySet()).containsExactlyElementsOf(ofModel);
    page = page.replace("| `start` |", "|"); // a checkpoint has state
    assertThat(header.keySet()).containsExactlyElementsOf(names(tensors, page));
    assertThat(header.keySet()).contains("best.start", "memory.U", "validation");
    long points =
        (33 - info.get("historyPending").getAsLong()) / info.get("historyStride").getAsLong();
    Matcher rows = Pattern.compile("(?m)^\\| " + tensors).matcher(page);
    while (rows.find()) {
      List<Long> shape = new ArrayList<>();
      for (String length : rows.group(2).split(", ", -1)) {
        shape.add(
            switch (length) {
              case "m" -> 6L;
              case "K" -> (long) text.vocab().size();
              case "B" -> 3L;
              case "P" -> points;
              case "2", "3" -> Long.parseLong(length);
              default -> info.get(length.replace("`", "")).getAsLong();
            });
      }
      assertThat(header.getAsJsonObject(rows.group(1)).get("shape"))
          .as(rows.group())
          .hasToString(shape.toString().replace(" ", ""));
    }
  }

  /** Together with the other one they have every key, and what every optimizer remembers. */
  private List<Path> checkpointsOfOtherKinds(EncodedText text) throws IOException {
    Recipe course = Recipe.course();
    Map<Recipe, Initializer> kinds =
        Map.of(
            course
                .withOptimizer(Optimizer.adam(0.9, 0.99, 0.1))
                .withLearningRate(LearningRate.linear(0.01, 0, 20).withWarmUp(4))
                .withClip(Clip.norm(1))
                .withResetEvery(3),
            Initializer.orthogonal(0.7, 2, 0.05),
            course.withOptimizer(Optimizer.adaGrad(20)),
            Initializer.normal(0.01),
            course
                .withOptimizer(Optimizer.sgd(0.5))
                .withBatchSize(2)
                .withShards(2)
                .withLocalSteps(3),
            Initializer.glorot(),
            course.withOptimizer(Optimizer.rmsProp(0.5)),
            Initializer.identity(1, 0.1, 0.1),
            course.withOptimizer(Optimizer.shampoo(0.5, 0.9, 0, 2, 3)),
            Initializer.glorot());
    List<Path> files = new ArrayList<>();
    for (Map.Entry<Recipe, Initializer> kind : kinds.entrySet()) {
      Path file = directory.resolve("kind" + files.size());
      VanillaRnn rnn =
          VanillaRnn.builder(text.vocab()).hiddenSize(2).initializer(kind.getValue()).build();
      VanillaRnn once = Trainer.of(rnn).train(text, 1).last();
      Trainer.of(once)
          .recipe(kind.getKey())
          .bestBy(BestBy.LAST)
          .checkpoint(file, 25)
          .train(text, 3);
      files.add(file);
    }
    Path ofDocuments = directory.resolve("documents");
    VanillaRnn.builder(text.vocab()).documents(Documents.lines()).build().save(ofDocuments);
    files.add(ofDocuments);
    return files;
  }

  private static List<String> names(String row, String page) {
    return Pattern.compile("(?m)^\\| " + row)
        .matcher(page)
        .results()
        .map(match -> match.group(1))
        .toList();
  }

  private static JsonObject header(Path file) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    int length = (int) bytes.getLong();
    return JsonParser.parseString(new String(bytes.array(), 8, length, UTF_8)).getAsJsonObject();
  }

  @Tag("long")
  @Test
  void pythonExample_readsTheSameNumbers() throws Exception {
    Needed.isThere(
        Python.has("numpy"),
        "README's reader in Python is not run, there is no python3 with numpy"
            + " (Debian: apt-get install python3-numpy)");
    VanillaRnn rnn = VanillaRnn.builder(CharVocab.of("to be")).hiddenSize(7).build();
    rnn.save(directory.resolve("book.safetensors"));
    String example =
        firstMatch("(?s)```python\n(.*?)```", Files.readString(DOCS.resolve("model-file.md")));
    assertThat(example.lines()).hasSize(6);

    String numbers =
        Python.run(
            directory,
            "numpy",
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
    List<Object> result = new ArrayList<>();
    result.add(lines.lines().findFirst().orElseThrow());
    for (String number : lines.lines().skip(1).findFirst().orElseThrow().trim().split(" ", -1)) {
      result.add(Double.valueOf(number.equals("0x0.0p+0") ? "0" : number));
    }
    return result;
  }

  private static String firstMatch(String pattern, String text) {
    Matcher matcher = Pattern.compile(pattern).matcher(text);
    assertThat(matcher.find()).as(pattern).isTrue();
    return matcher.group(1);
  }
}
