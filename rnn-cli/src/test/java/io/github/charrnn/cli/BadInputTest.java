package io.github.charrnn.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.charrnn.CharVocab;
import io.github.charrnn.Sampler;
import io.github.charrnn.Trainer;
import io.github.charrnn.Training;
import io.github.charrnn.VanillaRnn;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every row of docs/bad-input.md. What takes a process of its own is typed into a shell; what takes
 * none runs in one Java after the other, unless -Dtests.long=true is given, and where a shell comes
 * first, it says what with.
 */
class BadInputTest {
  private static final Path TABLE = Path.of("..", "docs", "bad-input.md");
  private static final String GOOD = "the quick brown fox jumps\n".repeat(9);
  private static final String MILLION =
      IntStream.iterate(0x20, c -> c + 1)
          .filter(c -> c < Character.MIN_SURROGATE || c > Character.MAX_SURROGATE)
          .limit(1_000_000)
          .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
          .toString();
  private static final String NOTHING = "nothing";
  private static final String ANYTHING = "\u2026";

  /** A row that says the same to a shell and to whoever splits it at its spaces. */
  private static final Pattern PLAIN = Pattern.compile("rnn(?: (?:[\\w./:=,-]+|'[^']*'))*");

  /** A row whose end is all that rnn does: nothing is beside it, and nothing becomes of it. */
  private static final Pattern LAST =
      Pattern.compile("(?!.*(?:_OPTS=|LC_ALL=))[^&]*?\\brnn (?!.*\\brnn )[^&|;>]*");

  /**
   * In the place of rnn: leaves its arguments, and its standard input if one of them asks for it.
   */
  private static final String RECORDER =
      "rnn() { printf '%s\\0' \"$@\" >\"$0.words\";"
          + " [[ ! \" $* \" =~ ' '(-|-i)' ' ]] || cat >\"$0.input\"; }\n";

  private static final Pattern WORD = Pattern.compile("'([^']*)'|[^ ']+");

  /** Types the plain rows too, each into a shell of its own. */
  private static final boolean ALL_TYPED = Boolean.getBoolean("tests.long");

  /** Of what takes no process of its own, one row in so many is typed even so. */
  private static final int PLAIN_TYPED = Integer.getInteger("rows.typed", 1);

  /**
   * Where long tests are left out, one row in so many, and none that takes a process of its own.
   */
  private static final int IN_SHORT = 8;

  private static final boolean SHORT = "long".equals(System.getProperty("tests.left.out"));

  @TempDir static Path directory;

  /** What stands in the directory before every row. */
  private static final Map<Path, byte[]> PRISTINE = new TreeMap<>();

  private static Optional<Child> child = Optional.empty();

  /**
   * A row of the table.
   *
   * @param said the last line of standard error, in which an ellipsis stands for anything
   * @param left what is new or has changed on disk
   */
  record Row(String typed, String exit, String said, String left) {
    @Override
    public String toString() {
      return Stream.of(cell(typed), exit, cell(said), left)
          .collect(Collectors.joining(" | ", "| ", " |"));
    }

    private static String cell(String text) {
      return text.equals(NOTHING) ? text : "`" + text.replace("|", "\\|") + "`";
    }
  }

  static List<Row> rows() throws IOException {
    List<Row> rows = new ArrayList<>();
    for (String line : Files.readAllLines(TABLE)) {
      if (line.startsWith("| `")) {
        List<String> cells =
            List.of(line.substring(2, line.length() - 2).split(" (?<!\\\\)\\| ", -1));
        rows.add(new Row(text(cells.get(0)), cells.get(1), text(cells.get(2)), cells.get(3)));
      }
    }
    return rows;
  }

  private static String text(String cell) {
    return cell.replace("\\|", "|").replaceAll("^`([^`]*)`$", "$1");
  }

  static List<Row> rowsOfThisForm() throws IOException {
    List<Row> rows = rows();
    return SHORT
        ? IntStream.range(0, rows.size())
            .filter(i -> i % IN_SHORT == 0)
            .mapToObj(rows::get)
            .filter(row -> !takesAProcess(row.typed()))
            .toList()
        : rows;
  }

  private static boolean takesAProcess(String typed) {
    return !PLAIN.matcher(typed).matches() && !LAST.matcher(typed).matches();
  }

  @BeforeAll
  static void writeFiles() throws IOException {
    Needed.isThere(Files.isExecutable(Path.of("/bin/bash")), "BadInputTest types into bash");
    write("good.txt", GOOD);
    write("empty.txt", "");
    write("short.txt", "abc");
    write("same.txt", "a".repeat(99));
    Files.writeString(directory.resolve("latin.txt"), "un caf\u00E9 au lait".repeat(9), ISO_8859_1);
    Files.createDirectory(directory.resolve("folder"));
    Path model = directory.resolve("good.safetensors");
    VanillaRnn rnn =
        VanillaRnn.builder(CharVocab.of("the quick brown fox\n")).hiddenSize(4).build();
    rnn.save(model);
    write("sample.txt", Sampler.of(rnn).sample(40));
    byte[] bytes = Files.readAllBytes(model);
    Files.write(directory.resolve("cut.safetensors"), Arrays.copyOf(bytes, bytes.length - 9));
    String newer =
        new String(bytes, ISO_8859_1).replace("\"formatVersion\":\"1\"", "\"formatVersion\":\"7\"");
    Files.writeString(directory.resolve("newer.safetensors"), newer, ISO_8859_1);
    bytes[bytes.length - 100] ^= 4;
    Files.write(directory.resolve("altered.safetensors"), bytes);
    Trainer.of(VanillaRnn.builder(CharVocab.of(GOOD)).hiddenSize(4).build())
        .checkpoint(directory.resolve("run.checkpoint"))
        .every(1, training -> stopAt(training, 5))
        .train(GOOD, 25);
    Command.install(directory);
    try (Stream<Path> all = Files.walk(directory)) {
      for (Path path : all.toList()) {
        PRISTINE.put(path, Files.isDirectory(path) ? new byte[0] : Files.readAllBytes(path));
      }
    }
  }

  private static void stopAt(Training training, long step) {
    if (training.step() == step) {
      training.stop();
    }
  }

  private static void write(String name, String content) throws IOException {
    Files.writeString(directory.resolve(name), content);
  }

  @ParameterizedTest
  @MethodSource("rowsOfThisForm")
  void badInput_isOneSentence_andLeavesNothingHalfWritten(Row row) throws Exception {
    if (row.typed().contains("million.txt")) { // large: only where it is needed
      write("million.txt", MILLION);
    }
    Map<String, String> before = list();

    Row actual = type(row.typed());

    String expectedSaid =
        Arrays.stream(row.said().split(ANYTHING, -1))
            .map(Pattern::quote)
            .collect(Collectors.joining(".*"));
    assertThat(before).isNotEmpty();
    assertThat(actual.toString())
        .matches(
            Pattern.quote("| `" + row.typed().replace("|", "\\|") + "` | " + row.exit() + " | ")
                + "`?"
                + expectedSaid.replace("|", "\\|")
                + "`?"
                + Pattern.quote(" | " + row.left() + " |"));
  }

  private static Row type(String typed) throws Exception {
    Map<String, String> before = list();
    Cli.Outcome outcome = outcome(typed);
    assertThat(outcome.err()).doesNotContain("\tat ", "Exception");
    String said =
        outcome.err().lines().filter(line -> !line.isBlank()).reduce((a, b) -> b).orElse(NOTHING);
    Map<String, String> after = list();
    String left =
        after.entrySet().stream()
            .filter(file -> !file.getValue().equals(before.get(file.getKey())))
            .map(file -> "`" + file.getKey() + "`")
            .collect(Collectors.joining(", "));
    assertThat(after.keySet()).as("nothing has gone").containsAll(before.keySet());
    return new Row(typed, Integer.toString(outcome.code()), said, left.isEmpty() ? NOTHING : left);
  }

  private static Cli.Outcome outcome(String typed) throws Exception {
    boolean chosen = Math.floorMod(typed.hashCode(), PLAIN_TYPED) == 0;
    if ((ALL_TYPED && chosen) || takesAProcess(typed)) {
      return intoAShell(typed);
    }
    return PLAIN.matcher(typed).matches()
        ? inTheChild(words(typed), "")
        : inTheChildAfterAShell(typed);
  }

  /** The shell does all but rnn, whose words and standard input it leaves for the child. */
  private static Cli.Outcome inTheChildAfterAShell(String typed) throws Exception {
    Path folder = Files.createTempDirectory("rnn-typed");
    Path words = folder.resolve("rnn.words");
    Path input = folder.resolve("rnn.input");
    try {
      Cli.Outcome shell = intoAShell(RECORDER + typed, folder.resolve("rnn").toString());
      assertThat(shell.code()).as(shell.err()).isZero();
      String ended = Files.readString(words);
      List<String> given = List.of(ended.substring(0, ended.length() - 1).split("\0", -1));
      return inTheChild(given, Files.exists(input) ? Files.readString(input) : "");
    } finally {
      Files.deleteIfExists(words);
      Files.deleteIfExists(input);
      Files.delete(folder);
    }
  }

  /** Types into a shell, which calls itself so. */
  private static Cli.Outcome intoAShell(String typed, String... name) throws Exception {
    Path err = Files.createTempFile("rnn-err", "");
    try {
      List<String> command = new ArrayList<>(List.of("/bin/bash", "-c", typed));
      command.addAll(List.of(name));
      ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
      builder.environment().merge("PATH", "", (path, none) -> "bin" + File.pathSeparator + path);
      builder.environment().remove("JAVA_TOOL_OPTIONS");
      Process process =
          builder
              .redirectError(err.toFile())
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      try {
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("ended within a minute").isTrue();
      } finally {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
      }
      return new Cli.Outcome(process.exitValue(), "", Files.readString(err));
    } finally {
      Files.delete(err);
    }
  }

  private static List<String> words(String typed) {
    List<String> words =
        WORD.matcher(typed)
            .results()
            .map(word -> word.group(1) == null ? word.group() : word.group(1))
            .toList();
    return words.subList(1, words.size());
  }

  private static Cli.Outcome inTheChild(List<String> words, String input) throws Exception {
    if (child.filter(Child::isAlive).isEmpty()) {
      child = Optional.of(Child.start(directory, Map.of(), List.of()));
    }
    return child.orElseThrow().run(words, input);
  }

  @Test
  void mostRows_takeNoShell() throws IOException {
    List<Row> rows = rows();
    long plain = rows.stream().filter(row -> PLAIN.matcher(row.typed()).matches()).count();
    long processes = rows.stream().map(Row::typed).filter(BadInputTest::takesAProcess).count();
    System.out.printf(
        "%d rows of bad input, %d of them take a shell, %d a process%n",
        rows.size(), rows.size() - plain, processes);
    assertThat(processes).isBetween(10L, 25L);
    assertThat(plain).isGreaterThan(rows.size() / 2).isLessThan(rows.size());
  }

  @Test
  void table_hasAtLeastSixtyRows() throws IOException {
    assertThat(rows()).hasSizeGreaterThanOrEqualTo(60).doesNotHaveDuplicates();
  }

  @AfterEach
  void putEverythingBack() throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path path : files.sorted(Comparator.reverseOrder()).toList()) {
        if (!PRISTINE.containsKey(path)) {
          Files.delete(path);
        } else if (Files.isRegularFile(path)
            && !Arrays.equals(Files.readAllBytes(path), PRISTINE.get(path))) {
          Files.write(path, PRISTINE.get(path));
        }
      }
    }
  }

  @AfterAll
  static void endTheChild() {
    child.ifPresent(Child::close);
  }

  private static Map<String, String> list() throws IOException {
    Map<String, String> files = new TreeMap<>();
    try (Stream<Path> all = Files.walk(directory)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        byte[] content = Files.readAllBytes(file);
        files.put(
            directory.relativize(file).toString(), content.length + " " + Arrays.hashCode(content));
      }
    }
    return files;
  }
}
