package io.github.charrnn.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.charrnn.BestBy;
import io.github.charrnn.Documents;
import io.github.charrnn.EncodedText;
import io.github.charrnn.HeldOut;
import io.github.charrnn.LearningRate;
import io.github.charrnn.Plan;
import io.github.charrnn.Recipe;
import io.github.charrnn.Trainer;
import io.github.charrnn.VanillaRnn;
import io.github.charrnn.cli.tune.Search;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code rnn tune}, and {@code rnn train --minutes}. */
class TuneTest {
  private static final Documents LINES = Documents.lines();
  private static final Pattern WORD = Pattern.compile("(?:'[^']*'|[^ '])+");

  /** In the order of the alphabet, so that its end is like nothing else. */
  private static final List<String> NAMES =
      Stream.of("An", "Be", "Ca", "Do", "El", "Fa", "Ga", "Ho", "Ir", "Jo", "Ka", "Lo")
          .flatMap(a -> Stream.of("da", "fi", "li", "mo", "na", "ra").map(b -> a + b))
          .flatMap(name -> Stream.of("bel", "ce", "dor", "lin", "ne", "ra").map(c -> name + c))
          .toList();

  @TempDir Path directory;
  private Path book;

  @BeforeEach
  void writeBook() throws IOException {
    book =
        Files.writeString(
            directory.resolve("book.txt"), "She sells sea shells by the sea shore.\n".repeat(90));
  }

  private JsonObject tuned(Object... more) {
    return tunedOn(List.of(book), more);
  }

  private static JsonObject tunedOn(List<Object> text, Object... more) {
    List<Object> words = new ArrayList<>(List.of("tune", "--hidden", 6, "--json"));
    words.addAll(text);
    words.addAll(Arrays.asList(more));
    Cli.Outcome outcome = Cli.run(words.toArray());
    assertThat(outcome.code()).as(outcome.err()).isZero();
    return JsonParser.parseString(outcome.out()).getAsJsonObject();
  }

  @Test
  void eachRound_isTheBestThirdOfTheOneBefore_threeTimesAsLong() {
    JsonObject result = tuned("--steps", 30);

    List<JsonObject> tried = runs(result);
    assertThat(tried.stream().map(run -> run.get("round").getAsInt()).toList())
        .hasSize(18 + 6 + 2)
        .isSorted()
        .endsWith(2, 3, 3);
    for (int round = 1; round < 3; round++) {
      List<JsonObject> now = inRound(tried, round);
      List<String> best =
          now.stream()
              .sorted((a, b) -> Double.compare(bits(a), bits(b)))
              .map(TuneTest::key)
              .toList();
      List<JsonObject> next = inRound(tried, round + 1);
      assertThat(next.stream().map(TuneTest::key).toList())
          .containsExactlyInAnyOrderElementsOf(best.subList(0, now.size() / 3));
      for (JsonObject run : next) {
        long before =
            now.stream()
                .filter(it -> key(it).equals(key(run)))
                .findFirst()
                .orElseThrow()
                .get("steps")
                .getAsLong();
        assertThat(run.get("steps").getAsLong()).isBetween(3 * before - 3, 3 * before + 3);
      }
    }
  }

  private static List<JsonObject> runs(JsonObject result) {
    List<JsonObject> tried = new ArrayList<>();
    for (JsonElement run : result.getAsJsonArray("tried")) {
      tried.add(run.getAsJsonObject());
    }
    return tried;
  }

  private static List<JsonObject> inRound(List<JsonObject> tried, int round) {
    return tried.stream().filter(run -> run.get("round").getAsInt() == round).toList();
  }

  private static double bits(JsonObject run) {
    return run.get("bitsPerCharacter").getAsDouble();
  }

  private static String key(JsonObject run) {
    return run.get("hiddenSize") + " " + run.get("learningRate") + " " + run.get("seed");
  }

  @Test
  void theSameSteps_giveTheSameResult_whateverTheThreads_andItsCommandTrains() throws IOException {
    JsonObject result = tuned("--steps", 5, "--seeds", 1, "--threads", 1);

    assertThat(tuned("--steps", 5, "--seeds", 1, "--threads", 2)).isEqualTo(result);
    assertThat(tuned("--steps", 5, "--seeds", 1, "--lr", 0.02)).isNotEqualTo(result);
    assertThat(result.getAsJsonArray("tried")).hasSize(9 + 3);
    assertThat(result.get("judged").getAsDouble()).isPositive();
    assertThat(trained(result).training().orElseThrow().recipe().learningRate().end()).isZero();
  }

  /** What the command of a search trains. */
  private VanillaRnn trained(JsonObject result) throws IOException {
    List<String> words =
        new ArrayList<>(
            WORD.matcher(result.get("command").getAsString())
                .results()
                .map(word -> word.group().replace("'", ""))
                .toList());
    Path model = directory.resolve("m");
    words.addAll(List.of("-o", model.toString(), "--no-report", "-q"));
    Cli.Outcome outcome = Cli.run(words.subList(1, words.size()).toArray());
    assertThat(outcome.code()).as(outcome.err()).isZero();
    return VanillaRnn.load(model);
  }

  private Path names() throws IOException {
    return Files.writeString(directory.resolve("names.txt"), String.join("\n", NAMES) + "\n");
  }

  /** So the command of a search is the run that it names, on all of the documents. */
  @Test
  void documents_theCommandTrainsTheWinner_asTheLibraryDoes() throws IOException {
    Path names = names();

    JsonObject result =
        tunedOn(List.of(names), "--documents", "lines", "--steps", 9, "--seeds", 1, "--seq", 7);

    JsonObject winner =
        inRound(runs(result), 2).stream()
            .min((a, b) -> Double.compare(bits(a), bits(b)))
            .orElseThrow();
    EncodedText all = LINES.read(names);
    EncodedText searched = Search.judged(all, Optional.of(LINES)).training();
    long steps = winner.get("steps").getAsLong();
    Plan plan = Plan.named("quick", searched.length(), all.vocab().size()).withSteps(steps);
    LearningRate rate =
        plan.recipe().learningRate().withRate(winner.get("learningRate").getAsDouble());
    VanillaRnn start =
        VanillaRnn.builder(all.vocab())
            .documents(LINES)
            .hiddenSize(winner.get("hiddenSize").getAsInt())
            .initializer(plan.initializer())
            .seed(winner.get("seed").getAsLong())
            .build();
    HeldOut searchedOn = HeldOut.spread(searched, plan.heldOut(), plan.heldOutPieces(), LINES);
    HeldOut split =
        HeldOut.spread(all, searchedOn.pieces().get(0).length(), plan.heldOutPieces(), LINES);
    VanillaRnn expected =
        Trainer.of(start)
            .recipe(plan.recipe().withLearningRate(rate).withSequenceLength(7))
            .validation(split.pieces(), Math.max(1, steps / 20))
            .bestBy(BestBy.VALIDATION)
            .train(split.training(), steps)
            .best();
    VanillaRnn trained = trained(result);
    assertThat(plan.heldOutPieces()).isOne();
    assertThat(trained.evaluate(all)).isEqualTo(expected.evaluate(all));
    assertThat(trained.documents()).contains(LINES);
  }

  /** Documents from all over the list say what the winner is worth, and nothing else. */
  @Test
  void documentsThatJudge_changeNothingElse() throws IOException {
    Path names = names();
    Object[] options = {"--documents", "lines", "--steps", 5, "--seeds", 1};
    JsonObject before = tunedOn(List.of(names), options);
    List<String> judges =
        Search.judged(LINES.read(names), Optional.of(LINES)).pieces().stream()
            .flatMap(piece -> piece.decode().strip().lines())
            .toList();
    List<String> changed = new ArrayList<>(NAMES);
    changed.replaceAll(it -> judges.contains(it) ? new StringBuilder(it).reverse().toString() : it);
    Files.writeString(names, String.join("\n", changed) + "\n");

    JsonObject after = tunedOn(List.of(names), options);

    assertThat(judges).hasSizeBetween(NAMES.size() / 10, NAMES.size() / 7);
    assertThat(NAMES).containsAll(judges);
    assertThat(judges.get(0)).startsWith("An");
    assertThat(judges.get(judges.size() - 1)).startsWith("Lo");
    assertThat(after.get("judged")).isNotEqualTo(before.get("judged"));
    assertThat(after.get("tried")).isEqualTo(before.get("tried"));
  }

  @Test
  void documentsOfAnyKind_areInTheCommand() throws IOException {
    Path folder = Files.createDirectory(directory.resolve("folder"));
    Path first = Files.writeString(folder.resolve("a.txt"), String.join(";\n", NAMES));
    Path second = Files.writeString(folder.resolve("b.txt"), String.join(";\n", NAMES));
    Documents ended = Documents.delimitedBy(";\n");
    Map<List<Object>, Documents> kinds =
        Map.of(
            List.of(folder),
            Documents.files(),
            List.of(first, second),
            Documents.files(),
            List.of(first, second, "--documents", "lines"),
            LINES,
            List.of(folder, "--delimiter", ";\\n"),
            ended);
    for (Map.Entry<List<Object>, Documents> kind : kinds.entrySet()) {
      JsonObject result = tunedOn(kind.getKey(), "--steps", 2, "--seeds", 1);

      assertThat(trained(result).documents()).contains(kind.getValue());
      assertThat(result.get("command").getAsString())
          .contains(kind.getKey().subList(0, 1).toString().replaceAll("[\\[\\]]", ""));
    }
  }

  /** As recipes differ in what a step reads, what is the same for all is what a run costs. */
  @Test
  void severalRecipes_areTriedForTheSameCost() throws IOException {
    JsonObject result = tuned("--recipe", "quick,course", "--steps", 9, "--seeds", 1);

    List<JsonObject> first = inRound(runs(result), 1);
    EncodedText all = EncodedText.read(book);
    EncodedText searched = Search.judged(all, Optional.empty()).training();
    int read = 0; // by a run of the recipe that is named first
    for (String name : List.of("quick", "course")) {
      Recipe recipe = Plan.named(name, searched.length(), all.vocab().size()).recipe();
      int perStep = recipe.batchSize() * recipe.sequenceLength();
      read = read == 0 ? 9 * perStep : read;
      List<JsonObject> ofRecipe =
          first.stream().filter(run -> run.get("recipe").getAsString().equals(name)).toList();
      assertThat(ofRecipe).hasSize(9);
      assertThat(ofRecipe.get(4).get("learningRate").getAsDouble())
          .isEqualTo(recipe.learningRate().rate());
      assertThat(ofRecipe.get(4).get("steps").getAsLong() * perStep)
          .isCloseTo(read, within((long) perStep));
    }
    String winner = result.get("command").getAsString();
    assertThat(winner).contains("--recipe course --seq");
    Cli.Outcome table =
        Cli.run("tune", book, "--hidden", 6, "--recipe", "quick,course,quick", "--steps", 9);
    assertThat(table.out().lines().toList())
        .startsWith(
            "round  recipe  hidden size  learning rate    seed     steps  bits per character")
        .filteredOn(line -> line.startsWith("    1   quick  "))
        .hasSize(18);
    assertThat(table.out()).containsPattern("\\nThe last round chose recipe \\w+, hidden size ");
  }

  @Test
  void whatNoRunCanHave_isRefusedBeforeTheTable() {
    Cli.Outcome outcome = Cli.run("tune", book, "--steps", 5, "--seq", 100_000);

    assertThat(outcome.code()).isOne();
    assertThat(outcome.out()).isEmpty();
    assertThat(outcome.err())
        .matches(
            "rnn tune: --seq 100000 and --batch \\d+ need at least \\d+ characters, the text has"
                + " 3002\\R");
    assertThat(Cli.run("tune", book, "--steps", 5, "--lr", "1e308"))
        .isEqualTo(
            new Cli.Outcome(1, "", "rnn tune: --lr is Infinity, must be above 0 and finite\n"));
  }

  /** The last tenth says what the winner is worth, and nothing else. */
  @Test
  void theLastTenth_changesNothingButTheJudgement() throws IOException {
    JsonObject before = tuned("--steps", 5, "--seeds", 1);
    String all = Files.readString(book);
    int tenth = all.length() / 10;
    Files.writeString(book, all.substring(0, all.length() - tenth) + "s".repeat(tenth));

    JsonObject after = tuned("--steps", 5, "--seeds", 1);

    assertThat(after.get("judged")).isNotEqualTo(before.get("judged"));
    assertThat(after.get("tried")).isEqualTo(before.get("tried"));
  }

  @Tag("long")
  @Test
  void minutes_areMeasured_andItsCommandIsTheSameSearch() {
    Cli.Outcome outcome =
        Cli.run("tune", book, "--hidden", 4, "--seeds", 1, "--minutes", 0.01, "--json");

    assertThat(outcome.code()).as(outcome.err()).isZero();
    String said = outcome.err().lines().filter(it -> it.startsWith("the same")).findFirst().get();
    assertThat(said)
        .matches(
            "the same search on any machine: rnn tune --recipe quick --steps \\d+ .*book.txt"
                + " --hidden 4 --seeds 1 --json");
    List<String> words = List.of(said.substring(said.indexOf("rnn ") + 4).split(" ", -1));
    assertThat(Cli.run(words.toArray()).out()).isEqualTo(outcome.out());
  }

  @Test
  void train_minutes_areMeasured_andItsCommandIsTheSameRun() throws IOException {
    Path model = directory.resolve("m");
    Cli.Outcome outcome =
        Cli.run("train", book, "-o", model, "--minutes", 0.001, "--no-report", "--hidden", 5, "-q");

    assertThat(outcome.code()).as(outcome.err()).isZero();
    byte[] bytes = Files.readAllBytes(model);
    String said = outcome.err().strip();
    assertThat(said)
        .matches(
            "the same run on any machine: rnn train --recipe quick --steps \\d+ .*book.txt -o .*"
                + " --no-report --hidden 5 -q");
    List<String> words = List.of(said.substring(said.indexOf("rnn ") + 4).split(" ", -1));
    assertThat(Cli.run(words.toArray()).code()).isZero();
    assertThat(model).hasBinaryContent(bytes);
  }
}
