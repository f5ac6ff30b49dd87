package io.github.charrnn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.charrnn.CharVocab;
import io.github.charrnn.Documents;
import io.github.charrnn.EncodedText;
import io.github.charrnn.Sampler;
import io.github.charrnn.VanillaRnn;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code rnn sample --temperature} with several. */
class TemperaturesTest {
  @TempDir Path directory;
  private VanillaRnn rnn;
  private Path model;

  @BeforeEach
  void saveModel() throws IOException {
    rnn = VanillaRnn.builder(CharVocab.of("The quick brown fox.\n")).hiddenSize(8).build();
    model = directory.resolve("m");
    rnn.save(model);
  }

  private String sample(String temperature, String... options) {
    List<String> words = new ArrayList<>(List.of("sample", model.toString()));
    words.addAll(List.of("--temperature", temperature));
    words.addAll(List.of(options));
    Cli.Outcome outcome = Cli.run(words.toArray());
    assertThat(outcome.code()).as(outcome.err()).isZero();
    return outcome.out();
  }

  private static String line(String passage) {
    return passage.endsWith("\n") ? passage : passage + "\n";
  }

  @Test
  void each_writesWhatItWritesAlone_underAHeading() {
    String[] options = {"--length", "60", "--prime", "The ", "--seed", "3"};

    assertThat(sample("0.50,1,0", options))
        .isEqualTo(
            "--- temperature 0.5 ---\n"
                + line(sample("0.5", options))
                + "--- temperature 1 ---\n"
                + line(sample("1", options))
                + "--- temperature 0 ---\n"
                + line(sample("0", options)));
  }

  @Test
  void one_hasNoHeading_andNoKey() {
    assertThat(sample("0.5", "--length", "60"))
        .isEqualTo(Sampler.of(rnn).temperature(0.5).sample(60));
    assertThat(sample("0.5", "--json")).doesNotContain("temperature");
  }

  @Test
  void count_isOfEach() {
    String[] options = {"--length", "9", "--count", "3"};

    String each = sample("2", options);
    assertThat(sample("2,0.1", options))
        .isEqualTo(
            "--- temperature 2 ---\n"
                + each
                + "--- temperature 0.1 ---\n"
                + sample("0.1", options));
    assertThat(each).hasSizeGreaterThanOrEqualTo(3 * 9);
  }

  @Test
  void json_isAnObjectALine_withTheTemperature() {
    List<JsonObject> single = objects(sample("0.5,1", "--length", "9", "--json"));
    List<JsonObject> counted = objects(sample("0.5,1", "--length", "9", "--count", "2", "--json"));

    assertThat(single).hasSize(2);
    assertThat(counted).hasSize(4);
    for (JsonObject object : List.of(single.get(1), counted.get(2))) {
      assertThat(object.get("temperature").getAsDouble()).isEqualTo(1);
      assertThat(object.get("text").getAsString()).isEqualTo(Sampler.of(rnn).sample(9));
    }
    for (JsonObject object : List.of(single.get(0), counted.get(1))) {
      assertThat(object.get("temperature").getAsDouble()).isEqualTo(0.5);
      assertThat(object.get("text").getAsString())
          .isEqualTo(
              Sampler.of(rnn).temperature(0.5).seed(object.get("seed").getAsLong()).sample(9));
    }
  }

  private static List<JsonObject> objects(String lines) {
    return lines.lines().map(line -> JsonParser.parseString(line).getAsJsonObject()).toList();
  }

  @Test
  void documents_areOfEach_andUniqueAmongAll() throws IOException {
    EncodedText ab = Documents.lines().of(List.of("a", "b"));
    rnn = VanillaRnn.builder(ab.vocab()).documents(Documents.lines()).hiddenSize(4).build();
    rnn.save(model);

    String twice = sample("1,2", "--count", "40");
    assertThat(twice)
        .isEqualTo(
            "--- temperature 1 ---\n"
                + sample("1", "--count", "40")
                + "--- temperature 2 ---\n"
                + sample("2", "--count", "40"));
    assertThat(twice.lines().distinct().count()).isLessThan(70);

    List<String> unique = sample("1,2", "--count", "40", "--unique").lines().toList();
    assertThat(unique).hasSize(82).doesNotHaveDuplicates();
    List<JsonObject> objects = objects(sample("1,2", "--count", "2", "--json"));
    assertThat(objects).hasSize(4);
    assertThat(objects.get(3).get("temperature").getAsDouble()).isEqualTo(2);
  }
}
