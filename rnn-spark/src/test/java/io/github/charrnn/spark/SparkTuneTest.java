package io.github.charrnn.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.charrnn.CharVocab;
import io.github.charrnn.Documents;
import io.github.charrnn.EncodedText;
import io.github.charrnn.Initializer;
import io.github.charrnn.LearningRate;
import io.github.charrnn.Recipe;
import io.github.charrnn.VanillaRnn;
import io.github.charrnn.cli.Commands;
import io.github.charrnn.cli.TuneCommand;
import io.github.charrnn.cli.output.Failures;
import io.github.charrnn.cli.output.Terminal;
import io.github.charrnn.cli.tune.Job;
import io.github.charrnn.cli.tune.Material;
import io.github.charrnn.cli.tune.Runs;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.spark.SparkContext;
import org.apache.spark.TaskKilled;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.scheduler.SparkListenerTaskStart;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code tune} on Spark, beside {@code rnn tune}. */
@Tag("long")
class SparkTuneTest {
  private static final int SURROGATE_PAIR = 0x1f41a;
  private static final int BYTE_ORDER_MARK = 0xfeff;

  @TempDir Path directory;
  private Path book;

  @BeforeEach
  void writeBook() throws IOException {
    String line = "She sells sea shells \ud83d\udc1a by the sea shore.\n";
    book = Files.writeString(directory.resolve("book.txt"), line.repeat(90));
  }

  /** What a command said. */
  private record Outcome(int code, String out, String err) {}

  @Command(name = "rnn")
  private static final class Program {}

  private static Outcome run(Runs where, Object... words) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Terminal terminal = new Terminal(new ByteArrayInputStream(new byte[0]), out, err, false, 0);
    CommandLine program =
        Commands.program(
            new CommandLine(new Program()).addSubcommand(new TuneCommand(terminal, () -> where)),
            terminal,
            Failures::sentence);
    List<String> args = new ArrayList<>(List.of("tune"));
    for (Object word : words) {
      args.add(word.toString());
    }
    int code = Commands.run(program, terminal, args.toArray(String[]::new));
    return new Outcome(
        code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  private static SparkRuns onSpark() {
    return new SparkRuns(LocalSpark.session());
  }

  @Test
  void theTable_isThatOfOneMachine_toTheCharacter() {
    Object[][] searches = {
      {book, "--steps", 20, "--hidden", 6},
      {book, "--steps", 5, "--hidden", 6, "--seeds", 1, "--json", "--threads", 2},
      {book, "--steps", 5, "--hidden", 6, "--seeds", 1, "--documents", "lines"},
    };
    for (Object[] search : searches) {
      Outcome here = run(Runs.HERE, search);

      assertThat(here.code()).as(here.err()).isZero();
      assertThat(run(onSpark(), search)).isEqualTo(here);
    }
  }

  @Test
  void program_tunes() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Terminal terminal = new Terminal(new ByteArrayInputStream(new byte[0]), out, err, false, 0);
    String[] words = {book.toString(), "--steps", "5", "--hidden", "4", "--seeds", "1"};
    List<String> args = new ArrayList<>(List.of("tune"));
    args.addAll(List.of(words));

    int code = Main.run(terminal, LocalSpark::session, args.toArray(String[]::new));

    assertThat(code).as(err.toString(StandardCharsets.UTF_8)).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8))
        .isEqualTo(run(Runs.HERE, (Object[]) words).out());
  }

  /** What diverges has a row, and Spark does not try it again. */
  @Test
  void divergence_isAResult() {
    Object[] search = {
      book,
      "--steps",
      40,
      "--hidden",
      6,
      "--seeds",
      1,
      "--recipe",
      "course",
      "--optimizer",
      "sgd",
      "--lr",
      "1e304",
      "--clip",
      10
    };
    Outcome here = run(Runs.HERE, search);

    assertThat(here.out()).contains("diverged");
    assertThat(run(onSpark(), search)).isEqualTo(here);
  }

  /** Kills every run of the first round when it begins. */
  private static final class Killer extends SparkListener {
    private final SparkContext spark = LocalSpark.session().sparkContext();
    private final ConcurrentLinkedQueue<Integer> killed = new ConcurrentLinkedQueue<>();

    @Override
    public void onTaskStart(SparkListenerTaskStart start) {
      if (start.taskInfo().attemptNumber() == 0) {
        spark.killTaskAttempt(start.taskInfo().taskId(), false, "the test");
      }
    }

    @Override
    public void onTaskEnd(SparkListenerTaskEnd end) {
      if (end.reason() instanceof TaskKilled) {
        killed.add(end.taskInfo().index());
      }
    }
  }

  @Test
  void whatIsKilled_isRunAgain_andTheTableIsTheSame() {
    Object[] search = {book, "--steps", 300, "--hidden", 6, "--seeds", 1, "--threads", 1};
    Killer killer = new Killer();
    LocalSpark.session().sparkContext().addSparkListener(killer);
    Outcome outcome;
    try {
      outcome = run(onSpark(), search);
    } finally {
      LocalSpark.session().sparkContext().removeSparkListener(killer);
    }

    assertThat(killer.killed).hasSizeGreaterThan(3);
    assertThat(outcome).isEqualTo(run(Runs.HERE, search));
  }

  private static Material material(EncodedText text, Optional<Documents> documents) {
    return new Material(text, List.of(text.part(0, 9), text.part(4, 7)), documents);
  }

  private static Material travelled(Material material) throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(new SharedMaterial(material));
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      SharedMaterial arrived = (SharedMaterial) in.readObject();
      assertThat(arrived.material()).isSameAs(arrived.material());
      return arrived.material();
    }
  }

  @Test
  void material_arrivesAsItWas_withSymbolsThatItDoesNotHave() throws Exception {
    CharVocab vocab = CharVocab.of('a', 'b', 'z', '\r', '\n', BYTE_ORDER_MARK, SURROGATE_PAIR);
    String mark = Character.toString(BYTE_ORDER_MARK);
    EncodedText text =
        vocab.encode(mark + "ab\r\nba\ud83d\udc1a" + ("ab\r" + mark).repeat(600_000));
    Material one = material(text, Optional.empty());
    EncodedText names = Documents.delimitedBy("; ").of(List.of("Ann", "Bea", "Cecily"));
    Material documents = material(names, Optional.of(Documents.delimitedBy("; ")));

    assertThat(travelled(one)).isEqualTo(one);
    assertThat(travelled(documents)).isEqualTo(documents);
  }

  @Test
  void workersOfAnotherLibrary_areRefused() {
    Material material = material(CharVocab.of("abc").encode("abcabc".repeat(20)), Optional.empty());

    assertThatThrownBy(() -> new SharedMaterial(material, "0.0.9", 2.5).material())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageMatching(
            "a worker has charrnn \\S+, the driver has 0\\.0\\.9: give all of the cluster the same"
                + " rnn-spark.jar");
    assertThatThrownBy(() -> new SharedMaterial(material, Library.version(), 2.5).material())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("does not compute the driver's numbers");
  }

  private static Job job(int hiddenSize, double rate) {
    Recipe recipe = Recipe.course().withLearningRate(LearningRate.constant(rate));
    return new Job(hiddenSize, Initializer.normal(0.01), 3, recipe, 7, true);
  }

  @Test
  void models_comeBack_toTheBit_inTheOrderOfTheirJobs() throws Exception {
    EncodedText text = EncodedText.read(book);
    Material material = new Material(text, List.of(text.part(0, 300)), Optional.empty());
    List<Job> jobs = List.of(job(40, 0.1), job(2, 0.1), job(3, 0.2), job(1, 0.1));
    List<Job> told = new ArrayList<>();
    List<VanillaRnn> models = new ArrayList<>();

    onSpark()
        .run(
            material,
            OptionalInt.empty(),
            jobs,
            (job, result) -> {
              told.add(job);
              models.add(result.model().orElseThrow());
            });

    assertThat(told).isEqualTo(jobs);
    Runs.HERE.run(
        material,
        OptionalInt.of(1),
        jobs,
        (job, result) ->
            assertThat(bytes(models.get(jobs.indexOf(job))))
                .isEqualTo(bytes(result.model().orElseThrow())));
  }

  private static byte[] bytes(VanillaRnn model) {
    try {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      model.save(bytes);
      return bytes.toByteArray();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void whatAnExecutorRefuses_isSaidOnce() throws Exception {
    EncodedText text = EncodedText.read(book);
    Material material = new Material(text, List.of(text), Optional.empty());

    assertThatThrownBy(
            () ->
                onSpark()
                    .run(
                        material,
                        OptionalInt.empty(),
                        List.of(job(60_000, 0.1)),
                        (job, result) -> {}))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("an executor refuses a run: training with hiddenSize 60000");
  }

  /** One run that ends, and one that does not. */
  private static void runWithAnEndlessOne(Path book, Runnable listener) throws IOException {
    EncodedText text = EncodedText.read(book);
    Job endless = new Job(20, Initializer.glorot(), 1, Recipe.course(), Long.MAX_VALUE, false);
    onSpark()
        .run(
            new Material(text, List.of(text), Optional.empty()),
            OptionalInt.empty(),
            List.of(job(2, 0.1), endless, endless),
            (job, result) -> listener.run());
  }

  /** As where the reader of the table has gone. */
  @Test
  void listenerThatThrows_endsTheOtherRunsToo() {
    assertThatThrownBy(
            () ->
                runWithAnEndlessOne(
                    book,
                    () -> {
                      throw new IllegalStateException("gone");
                    }))
        .hasMessage("gone");
    assertThat(run(onSpark(), book, "--steps", 2, "--hidden", 2, "--seeds", 1).code()).isZero();
  }

  @Test
  void whatSparkGivesUp_isSaidInOneLine() {
    SparkContext spark = LocalSpark.session().sparkContext();

    assertThatThrownBy(() -> runWithAnEndlessOne(book, spark::cancelAllJobs))
        .isInstanceOf(IOException.class)
        .hasMessageMatching("Job \\d+ cancelled as part of cancellation of all jobs");
  }

  @Test
  void processors_areTheRunsAtATime() {
    assertThat(onSpark().atATime()).isEqualTo(2);
    assertThat(onSpark().threads()).hasValue(1);
  }
}
