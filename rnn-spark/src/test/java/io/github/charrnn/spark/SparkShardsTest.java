package io.github.charrnn.spark;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.charrnn.CharVocab;
import io.github.charrnn.Documents;
import io.github.charrnn.EncodedText;
import io.github.charrnn.Initializer;
import io.github.charrnn.Optimizer;
import io.github.charrnn.Recipe;
import io.github.charrnn.Shards;
import io.github.charrnn.Trainer;
import io.github.charrnn.VanillaRnn;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Shards of files, and what is learned on them: the same as on one machine. */
class SparkShardsTest {
  private static final String TEXT =
      "Čas běží, said the 𝄞 clef — « and » nobody heard it.\n".repeat(60) + "The end";

  @TempDir private Path directory;

  private String file(String name, String text) throws IOException {
    Path file = directory.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, text, UTF_8).toString();
  }

  private static SparkShards shards(List<String> paths, Optional<Documents> documents, int count)
      throws IOException {
    return SparkShards.of(LocalSpark.session(), paths, documents, count);
  }

  private static List<EncodedText> texts(SparkShards shards) throws IOException {
    List<EncodedText> texts = new ArrayList<>();
    for (int i = 0; i < shards.lengths().size(); i++) {
      texts.add(shards.text(i));
      assertThat(texts.get(i).length()).isEqualTo(shards.lengths().get(i));
    }
    return texts;
  }

  private static String joined(SparkShards shards) throws IOException {
    return texts(shards).stream().map(EncodedText::decode).collect(Collectors.joining());
  }

  @Test
  void aText_isCutBetweenCharacters_andAllOfItIsThere() throws IOException {
    String file = file("text", TEXT);

    for (int count : new int[] {1, 2, 7, 30}) {
      assertThat(joined(shards(List.of(file), Optional.empty(), count))).isEqualTo(TEXT);
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> shards(List.of(file("few", "abc")), Optional.empty(), 4))
        .withMessageContaining("shards is 4, and there would be none of the text in number");
  }

  @Test
  void aShard_mayHaveOneSymbol_andIsReadLikeAnyOther() throws IOException {
    SparkShards shards =
        shards(List.of(file("half", "a".repeat(30) + "bcd".repeat(10))), Optional.empty(), 3);

    assertThat(shards.vocab()).isEqualTo(CharVocab.of("abcd"));
    assertThat(joined(shards)).isEqualTo("a".repeat(30) + "bcd".repeat(10));
    assertThat(Refusal.of(() -> shards(List.of(file("one", "aaaaaa")), Optional.empty(), 2)))
        .isEqualTo("the text has only 1 distinct symbol, 'a' (U+0061), a model needs at least 2");
    Path latin =
        Files.write(directory.resolve("latin"), "aaaaaaaaaa\u00e9bcd".getBytes(ISO_8859_1));
    assertThat(Refusal.of(() -> shards(List.of(latin.toString()), Optional.empty(), 2)))
        .startsWith(
            "file:"
                + latin
                + ", read from byte 7 on, is not UTF-8: the byte 0xE9 at offset 3 begins no valid");
  }

  @Test
  void documents_areCutBetweenEachOther_alsoOfSeveralFiles() throws IOException {
    file("in/b", "one\ntwo\r\n\nthree");
    file("in/a", "four\nfive\nsix\n");
    file("in/deeper/c", "seven\n");
    file("in/.hidden", "never");

    SparkShards lines =
        shards(List.of(directory.resolve("in").toString()), Optional.of(Documents.lines()), 3);

    assertThat(joined(lines).replace("\n\n", "\n"))
        .isEqualTo("\nfour\nfive\nsix\none\ntwo\nthree\nseven\n");
    assertThat(texts(lines)).allMatch(it -> it.decode().startsWith("\n"));
    String delimited = file("delimited", "one<>two<>three<>four<>five");
    assertThat(
            texts(shards(List.of(delimited), Optional.of(Documents.delimitedBy("<>")), 2)).stream()
                .map(it -> it.decode().replace(boundary(Documents.delimitedBy("<>")), "|")))
        .containsExactly("|one|two|three|", "|four|five|");
    SparkShards files = shards(List.of(directory.resolve("in").toString()), Optional.empty(), 2);
    assertThat(files.documents()).contains(Documents.files());
    assertThat(texts(files)).hasSize(2);
  }

  private static String boundary(Documents documents) {
    return Character.toString(documents.boundary());
  }

  @Test
  void training_onExecutors_givesTheBitsOfOneMachine() throws IOException {
    String file = file("text", TEXT);
    for (Optional<Documents> documents :
        List.of(Optional.<Documents>empty(), Optional.of(Documents.lines()))) {
      SparkShards shards = shards(List.of(file), documents, 4);
      VanillaRnn.Builder builder =
          VanillaRnn.builder(shards.vocab())
              .hiddenSize(8)
              .initializer(Initializer.orthogonal(0.7, 2, 0.1));
      documents.ifPresent(builder::documents);
      VanillaRnn start = builder.build();
      Recipe recipe =
          Recipe.course()
              .withSequenceLength(5)
              .withBatchSize(8)
              .withShards(4)
              .withLocalSteps(6)
              .withResetEvery(4)
              .withOptimizer(Optimizer.adam(0.9, 0.99));

      String here =
          Trainer.of(start).recipe(recipe).train(Shards.of(texts(shards)), 18).last().fingerprint();

      assertThat(Trainer.of(start).recipe(recipe).train(shards, 18).last().fingerprint())
          .isEqualTo(here);
    }
  }

  @Test
  void whatIsNotThere_orHasChanged_isSaidInOneSentence() throws IOException {
    assertThatThrownBy(() -> shards(List.of("/no/such/file"), Optional.empty(), 2))
        .hasMessage("there is no file /no/such/file");
    String unread = TEXT + "!"; // no executor keeps it from another test
    String file = file("text", unread);
    SparkShards shards = shards(List.of(file), Optional.empty(), 2);
    VanillaRnn start = VanillaRnn.builder(shards.vocab()).hiddenSize(3).build();
    Recipe recipe = Recipe.course().withBatchSize(2).withShards(2);

    for (String changed : List.of("Řas", "saČ")) { // another symbol; others of those there are
      file("text", unread.replace("Čas", changed));
      assertThat(Refusal.of(() -> Trainer.of(start).recipe(recipe).train(shards, 2)))
          .isEqualTo(
              "the text has changed since training began: file:"
                  + file
                  + " must stay as it is until it ends");
    }
  }
}
