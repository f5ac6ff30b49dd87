package io.github.charrnn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.charrnn.VanillaRnn;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code rnn tune}, and {@code rnn train --minutes}. */
class TuneTest {
  @TempDir Path directory;
  private Path book;

  @BeforeEach
  void writeBook() throws IOException {
    book =
        Files.writeString(
            directory.resolve("book.txt"), "She sells sea shells by the sea shore.\n".repeat(90));
  }

  private JsonObject tuned(Object... more) {
    List<Object> words = new ArrayList<>(List.of("tune", book, "--hidden", 6, "--json"));
    words.addAll(Arrays.asList(more));
    Cli.Outcome outcome = Cli.run(words.toArray());
    assertThat(outcome.code()).as(outcome.err()).isZero();
    return JsonParser.parseString(outcome.out()).getAsJsonObject();
  }

  @Test
  void eachRound_isTheBestThirdOfTheOneBefore_threeTimesAsLong() {
    JsonObject result = tuned("--steps", 30);

    List<JsonObject> tried = new ArrayList<>();
    for (JsonElement run : result.getAsJsonArray("tried")) {
      tried.add(run.getAsJsonObject());
    }
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
    List<String> words =
        new ArrayList<>(List.of(result.get("command").getAsString().split(" ", -1)));
    Path model = directory.resolve("m");
    words.addAll(List.of("-o", model.toString(), "--no-report", "-q"));
    Cli.Outcome outcome = Cli.run(words.subList(1, words.size()).toArray());
    assertThat(outcome.code()).as(outcome.err()).isZero();
    assertThat(VanillaRnn.load(model).training().orElseThrow().recipe().learningRate().end())
        .isZero();
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
