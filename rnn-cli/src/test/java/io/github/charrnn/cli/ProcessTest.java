package io.github.charrnn.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.charrnn.Sampler;
import io.github.charrnn.VanillaRnn;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What only a process of its own shows: signals, pipes, locales, the current directory. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@Tag("long")
class ProcessTest {
  private static final String BOOK = "na\u00EFve caf\u00E9s \u4E2D open at nine\n".repeat(30);

  private static final List<String> TRAIN =
      List.of(
          "train",
          "book.txt",
          "-o",
          "m",
          "--recipe",
          "course",
          "--hidden",
          "12",
          "--steps",
          "40",
          "--json");
  private static final List<String> SAMPLE = List.of("sample", "m", "--length", "300");
  private static final List<String> EVALUATE = List.of("evaluate", "m", "book.txt");

  private static final boolean LONG = Boolean.getBoolean("tests.long");

  @TempDir static Path shared;
  @TempDir Path directory;
  private final List<Process> started = new ArrayList<>();

  @BeforeEach
  void requirePosix() throws IOException {
    Needed.isThere(Files.isExecutable(Path.of("/bin/sh")), "ProcessTest needs a POSIX shell");
    Files.writeString(directory.resolve("book.txt"), BOOK);
  }

  private Process start(Map<String, String> environment, List<String> javaOptions, String... args)
      throws IOException {
    List<String> command = new ArrayList<>(Command.java());
    command.addAll(javaOptions);
    command.add(Main.class.getName());
    command.addAll(List.of(args));
    ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
    builder.redirectError(directory.resolve("err").toFile());
    builder.environment().putAll(environment);
    Process process = builder.start();
    started.add(process);
    return process;
  }

  @AfterEach
  void endWhatIsLeft() {
    started.forEach(Process::destroyForcibly);
  }

  private Process start(String... args) throws IOException {
    return start(Map.of(), List.of(), args);
  }

  private static int end(Process process) throws InterruptedException {
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("ended within a minute").isTrue();
    return process.exitValue();
  }

  private String err() throws IOException {
    return Files.readString(directory.resolve("err"));
  }

  @Test
  void defaultOutput_isNamedAfterTheTextAndNeverReplacesAnything_norDoTwoAtOnce() throws Exception {
    String settings = "--recipe course --steps 5 --hidden 3 --json";
    List<String> train = new ArrayList<>(List.of("train", "book.txt"));
    train.addAll(List.of(settings.split(" ", -1)));
    String[] words = train.toArray(new String[0]);
    for (Process process : List.of(start(words), start(words))) {
      assertThat(end(process)).as(err()).isZero();
    }
    assertThat(end(start(words))).as(err()).isZero();

    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .contains("book.safetensors", "book-2.safetensors", "book-3.safetensors")
          .noneMatch(name -> name.startsWith("."))
          .hasSize(2 + 3 * 4);
    }
  }

  /** The model of a run that nobody interrupts, made once. */
  private Path undisturbed(List<String> settings) throws Exception {
    Path model = shared.resolve("undisturbed");
    if (!Files.exists(model)) {
      List<String> train = new ArrayList<>(List.of("train", "book.txt", "-o", model.toString()));
      train.addAll(settings);
      assertThat(end(start(train.toArray(new String[0])))).as(err()).isZero();
    }
    return model;
  }

  @ParameterizedTest
  @CsvSource({"INT, 130", "TERM, 143"})
  void interruption_savesAndSaysHowToGoOn_toTheSameFile(String signal, int code) throws Exception {
    Command.install(directory);
    List<String> settings =
        List.of("--steps", "2000", "--hidden", "30", "--batch", "2", "--recipe", "course");
    Path undisturbed = undisturbed(settings);
    // So many samples fill the pipe, where the run waits for the kill, however late that comes.
    List<String> train = new ArrayList<>(List.of("train", "book.txt", "--sample-every", "2"));
    train.addAll(settings);
    Process process =
        start(Map.of(), List.of("-Drnn.command=bin/rnn"), train.toArray(new String[0]));
    BufferedReader out = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
    String line = out.readLine();
    while (line != null && !line.startsWith("--- step 100,")) {
      line = out.readLine();
    }
    Process kill =
        new ProcessBuilder("/bin/sh", "-c", "kill -" + signal + " " + process.pid()).start();
    assertThat(kill.waitFor()).isZero();
    String rest = new String(process.getInputStream().readAllBytes(), UTF_8);

    assertThat(end(process)).as(err() + rest).isEqualTo(code);
    assertThat(err()).contains("rnn train: interrupted after step", "saved as book.safetensors");
    Path model = directory.resolve("book.safetensors");
    Path checkpoint = directory.resolve("book.safetensors.checkpoint");
    long step = VanillaRnn.load(checkpoint).training().orElseThrow().step();
    assertThat(step).isBetween(100L, 1_999L);
    assertThat(VanillaRnn.load(model).training().orElseThrow().step()).isBetween(1L, step);

    String command =
        err().lines().filter(l -> l.startsWith("go on with: ")).findFirst().orElseThrow();
    assertThat(command)
        .isEqualTo(
            "go on with: bin/rnn train --resume -o book.safetensors book.txt --sample-every 2"
                + " --steps 2000 --hidden 30 --batch 2 --recipe course");
    Process resumed =
        new ProcessBuilder("/bin/sh", "-c", command.substring("go on with: ".length()))
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .start();
    String said = new String(resumed.getInputStream().readAllBytes(), UTF_8);
    assertThat(end(resumed)).as(said).isZero();
    assertThat(model).hasSameBinaryContentAs(undisturbed);
    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files.map(f -> f.getFileName().toString()))
          .containsExactlyInAnyOrder(
              "bin",
              "book.txt",
              "err",
              "book.safetensors",
              "book.safetensors.checkpoint",
              "book.safetensors.report.html",
              "book.safetensors.report.json");
    }
  }

  @Test
  void closedPipe_endsQuietly() throws Exception {
    assertThat(
            end(
                start(
                    "train",
                    "book.txt",
                    "-o",
                    "m",
                    "--recipe",
                    "course",
                    "--hidden",
                    "5",
                    "--steps",
                    "20",
                    "--no-report",
                    "--json")))
        .isZero();

    Process process =
        start(Map.of("LC_ALL", "C"), List.of(), "sample", "m", "--length", "10000000");
    try (InputStream out = process.getInputStream()) {
      assertThat(out.readNBytes(10)).hasSize(10);
    }

    assertThat(end(process)).isZero();
    assertThat(err()) // the library's hint, which is DEBUG there
        .matches("rnn: training is nearly twice as fast .*: start Java with --add-modules .*\\R");
  }

  @Test
  void kernelsThatCannotBeHad_areAnErrorInOneSentence() throws Exception {
    for (Map.Entry<String, String> asked :
        Map.of(
                "quantum", "rnn.kernel is quantum, must be auto, scalar or vector",
                "vector", "rnn.kernel is vector, but there are only scalar kernels: the module ")
            .entrySet()) {
      List<String> option = List.of("-Drnn.kernel=" + asked.getKey());
      List<List<String>> commands =
          List.of(
              List.of("train", "book.txt", "-o", "m", "--recipe", "course", "--steps", "5"),
              List.of("--version"),
              List.of("gradcheck", "book.txt"));
      for (List<String> command :
          commands.subList(0, LONG || asked.getKey().equals("quantum") ? 3 : 1)) {
        Process process = start(Map.of(), option, command.toArray(new String[0]));
        assertThat(process.getInputStream().readAllBytes()).isEmpty();
        assertThat(end(process)).as(err()).isEqualTo(1);
        assertThat(err().lines().reduce((a, b) -> b).orElseThrow())
            .startsWith("rnn")
            .contains(": " + asked.getValue());
        assertThat(err()).doesNotContain("\tat ");
      }
      assertThat(directory.resolve("m")).doesNotExist();
    }
  }

  @Test
  void locale_changesNothing() throws Exception {
    Cli.Outcome trained;
    Cli.Outcome evaluated;
    try (Child child = Child.start(directory, Map.of(), List.of())) {
      trained = child.run(TRAIN);
      evaluated = child.run(EVALUATE);
    }
    assertThat(trained.code()).as(trained.err()).isZero();
    assertThat(evaluated.out()).contains("bits per character    ");
    Path model = directory.resolve("m");
    Path expected = Files.move(model, directory.resolve("expected"));
    String sample = Sampler.of(VanillaRnn.load(expected)).sample(300);

    for (List<String> options :
        List.of(
            List.of("-Duser.language=tr", "-Duser.country=TR"),
            List.of("-Duser.language=de", "-Duser.country=DE"),
            List.of("-Duser.language=ar", "-Dfile.encoding=ISO-8859-1"))) {
      try (Child child = Child.start(directory, Map.of("LC_ALL", "C"), options)) {
        assertThat(child.run(TRAIN).code()).as("%s", options).isZero();
        assertThat(model).hasSameBinaryContentAs(expected);
        assertThat(child.run(SAMPLE).out()).as("%s", options).isEqualTo(sample);
        assertThat(child.run(EVALUATE).out()).as("%s", options).isEqualTo(evaluated.out());
      }
      Files.delete(model);
    }
  }
}
