package io.github.charrnn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.Gson;
import io.github.charrnn.CharVocab;
import io.github.charrnn.EncodedText;
import io.github.charrnn.Trainer;
import io.github.charrnn.UnknownSymbols;
import io.github.charrnn.VanillaRnn;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Training on one piece of a text after the other, of which each has symbols of its own. */
class PiecesTest {
  private static final String FIRST = "the cat sat on the mat\n".repeat(20);
  private static final String SECOND = "le chat \u00e9tait l\u00e0\n".repeat(20);

  @TempDir Path directory;
  private Path first;
  private Path second;
  private Path model;

  @BeforeEach
  void writeTexts() throws IOException {
    first = Files.writeString(directory.resolve("first.txt"), FIRST);
    second = Files.writeString(directory.resolve("second.txt"), SECOND);
    model = directory.resolve("m.safetensors");
  }

  private static Cli.Outcome train(Path text, Path model, Object... more) {
    List<Object> words = new ArrayList<>(List.of("train", text, "-o", model));
    words.addAll(List.of("--recipe", "course", "--steps", 40, "--sample-every", 0, "-q"));
    words.addAll(List.of(more));
    return Cli.run(words.toArray());
  }

  private VanillaRnn trained(Path text, Object... more) throws IOException {
    List<Object> words = new ArrayList<>(List.of("--hidden", 8, "--no-report", "--no-checkpoint"));
    words.addAll(List.of(more));
    Cli.Outcome outcome = train(text, model, words.toArray());
    assertThat(outcome.code()).as(outcome.err()).isZero();
    return VanillaRnn.load(model);
  }

  @Test
  void unknownAdd_isWhatTheLibraryDoes_andCanBeRepeated() throws IOException {
    VanillaRnn before = trained(first);
    Path wider = directory.resolve("wider.safetensors");

    Cli.Outcome outcome = train(second, wider, "--from", model, "--unknown", "add");

    assertThat(outcome.code()).as(outcome.err()).isZero();
    assertThat(outcome.err())
        .startsWith(
            "rnn train: the model gets 4 symbols of second.txt beside its "
                + before.vocab().size()
                + "\n");
    CharVocab all = before.vocab().and(CharVocab.of(SECOND));
    VanillaRnn expected =
        Trainer.of(before.withSymbols(all))
            .train(all.encode(SECOND, UnknownSymbols.fail()), 40)
            .best();
    VanillaRnn saved = VanillaRnn.load(wider);
    assertThat(saved.vocab()).isEqualTo(all);
    assertThat(saved.fingerprint()).isEqualTo(expected.fingerprint());
    String report = Files.readString(directory.resolve("wider.safetensors.report.json"));
    assertThat(report).contains(" --from ", " --unknown add --steps 40");
    Cli.Outcome again = train(second, wider, "--from", wider, "--unknown", "add");
    assertThat(again.err()).as("nothing is new").doesNotContain("the model gets");
  }

  @Test
  void withoutIt_aNewSymbolIsRefused_withBothWaysOut() throws IOException {
    VanillaRnn before = trained(first);

    assertThat(train(second, model, "--from", model))
        .isEqualTo(
            new Cli.Outcome(
                1,
                "",
                "rnn train: the symbol 'l' (U+006C) at position 0 is not in the vocabulary of "
                    + before.vocab().size()
                    + " symbols: --unknown skip leaves such symbols out, --unknown add gives them"
                    + " to the model\n"));
  }

  @Test
  void vocab_ofATextOrAModelOrJson_isTheModels() throws IOException {
    Path both = Files.writeString(directory.resolve("both.txt"), FIRST + SECOND);
    CharVocab all = CharVocab.of(FIRST + SECOND);
    VanillaRnn ofText = trained(first, "--vocab", both);
    VanillaRnn expected =
        Trainer.of(VanillaRnn.builder(all).hiddenSize(8).build())
            .train(all.encode(FIRST), 40)
            .best();

    assertThat(ofText.vocab()).isEqualTo(all);
    assertThat(ofText.fingerprint()).isEqualTo(expected.fingerprint());
    Path other = Files.copy(model, directory.resolve("other.safetensors"));
    assertThat(trained(first, "--vocab", other).fingerprint()).isEqualTo(expected.fingerprint());
    Path json = directory.resolve("both.json");
    Files.writeString(json, new Gson().toJson(all.symbols().split("")));
    assertThat(trained(first, "--vocab", json).fingerprint()).isEqualTo(expected.fingerprint());
    assertThat(train(second, model, "--from", model).code()).as("no new symbol").isZero();
  }

  @Test
  void vocab_lacksASymbol_whichIsSkippedOrAdded() throws IOException {
    Cli.Outcome refused = train(first, model, "--vocab", second, "--hidden", 8);
    VanillaRnn added = trained(first, "--vocab", second, "--unknown", "add");

    assertThat(refused.err()).contains("--unknown add gives them to the model");
    assertThat(added.vocab()).isEqualTo(CharVocab.of(FIRST + SECOND));
    assertThat(trained(first, "--vocab", second, "--unknown", "skip").vocab())
        .isEqualTo(CharVocab.of(SECOND));
  }

  @Test
  void documents_getTheirEnd_alsoInAVocabularyWithoutIt() throws IOException {
    Path letters =
        Files.writeString(directory.resolve("letters.txt"), "abcdefghijklmnopqrst \u00e9");

    VanillaRnn names = trained(first, "--vocab", letters, "--documents", "lines");

    assertThat(names.vocab().symbolOf('\n')).isNotNegative();
    assertThat(names.vocab().symbolOf('\u00e9')).isNotNegative();
    Path other = Files.copy(model, directory.resolve("other.safetensors"));
    VanillaRnn more = trained(second, "--vocab", other, "--documents", "lines", "--unknown", "add");
    assertThat(more.vocab().symbolOf('\u00e0')).isNotNegative();
    assertThat(more.documents()).isEqualTo(names.documents());
  }

  @Test
  void runThatWasWidened_isResumed_withWhatWasTyped() throws IOException {
    trained(first);
    Path wider = directory.resolve("wider.safetensors");
    train(second, wider, "--from", model, "--unknown", "add");

    Cli.Outcome resumed =
        Cli.run("train", second, "-o", wider, "--resume", "--unknown", "add", "--steps", 50, "-q");

    assertThat(resumed.code()).as(resumed.err()).isZero();
    assertThat(VanillaRnn.load(wider).training().orElseThrow().step()).isPositive();
    assertThat(EncodedText.read(second).vocab().size())
        .isLessThan(VanillaRnn.load(wider).vocab().size());
  }

  private String reported(Object... more) throws IOException {
    List<Object> words = new ArrayList<>(List.of("report", model, first));
    words.addAll(List.of(more));
    Cli.Outcome outcome = Cli.run(words.toArray());
    assertThat(outcome.code()).as(outcome.err()).isZero();
    return Files.readString(directory.resolve("m.safetensors.report.json"));
  }

  @Test
  void report_typesTheVocabulary_asItsRunDid() throws IOException {
    Path both = Files.writeString(directory.resolve("both.txt"), FIRST + SECOND);
    String lacking = "has symbols that its text does not have";

    train(first, model, "--hidden", 8, "--vocab", both);
    assertThat(reported()).doesNotContain("--vocab " + both).contains(lacking);
    assertThat(reported("--vocab", both))
        .contains(" --vocab " + both + " --steps 40")
        .doesNotContain(lacking);
    assertThat(Cli.run("report", model, first, "--vocab", first))
        .isEqualTo(
            new Cli.Outcome(
                1,
                "",
                "rnn report: "
                    + first
                    + " does not have the symbols of the model: name the file that train's --vocab"
                    + " named\n"));

    train(first, model, "--hidden", 8, "--vocab", second, "--unknown", "add");
    assertThat(reported("--vocab", second))
        .contains(" --vocab " + second + " --unknown add --steps 40");
    assertThat(Cli.run("report", model, first, "--vocab", both).code()).as("the same").isZero();

    train(first, model, "--hidden", 8, "--vocab", second, "--unknown", "skip");
    assertThat(reported("--vocab", second, "--unknown", "skip"))
        .contains(" --vocab " + second + " --unknown skip --steps 40");

    train(first, model, "--hidden", 8);
    assertThat(reported()).doesNotContain(lacking, "--vocab");
    assertThat(Cli.run("report", model, first, "--vocab", both).err())
        .contains("both.txt does not have the symbols of the model");
  }
}
