package io.github.charrnn;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.charrnn.internal.CheckpointFile;
import io.github.charrnn.internal.SafeFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Files that version 0.1 wrote, of format version 1. Every later version reads them, goes on from
 * them to the same bits, and writes the same bytes again.
 */
class OldFilesTest {
  @TempDir Path directory;

  private final EncodedText text = Texts.harbour();

  private Path resource(String name) throws IOException {
    Path copy = directory.resolve(name);
    try (InputStream in = OldFilesTest.class.getResourceAsStream("format-1/" + name)) {
      assertThat(in).as(name).isNotNull();
      Files.copy(in, copy);
    }
    return copy;
  }

  /** Plain gradient descent, without clipping. */
  @Test
  void aModel_isReadAndWrittenAsItWas() throws IOException {
    Path file = resource("sgd.safetensors");

    VanillaRnn model = VanillaRnn.load(file);
    Path again = directory.resolve("again");
    model.save(again);

    assertThat(model.startState()).isEmpty();
    assertThat(model.fingerprint())
        .isEqualTo("b32fd8d61699592a8ee7018439dd78899f8aaf401750b7785d6946162bd75724");
    TrainingSummary summary = model.training().orElseThrow();
    assertThat(summary.recipe())
        .isEqualTo(
            Recipe.course()
                .withOptimizer(Optimizer.sgd())
                .withLearningRate(LearningRate.constant(0.02))
                .withClip(Clip.value(Double.POSITIVE_INFINITY)));
    assertThat(summary.step()).isEqualTo(150);
    assertThat(again).hasSameBinaryContentAs(file);
  }

  /** AdaGrad, two streams, rollbacks, samples, and a held-out text that selects the best model. */
  @Test
  void aCheckpoint_isReadAndWrittenAsItWas() throws IOException {
    Path file = resource("run.checkpoint");

    CheckpointFile.State state = CheckpointFile.read(file);
    Path again = directory.resolve("again");
    CheckpointFile.write(new SafeFile(again), state);

    assertThat(again).hasSameBinaryContentAs(file);
    assertThat(VanillaRnn.load(file).fingerprint())
        .isEqualTo("593e9b5cf7ee758de1d5065c8808e0a84a5ed88cfd67b098af618587c2a204a0");
    assertThat(VanillaRnn.load(file).startState()).isEmpty();
    TrainingResult result = TrainingResult.load(file);
    assertThat(result.bestStep()).isEqualTo(60);
    assertThat(result.samples()).extracting(Sample::step).containsExactly(0L, 25L, 50L);
  }

  @Test
  void aCheckpoint_isResumedToTheBitsOfARunThatWasNotStopped() throws IOException {
    Path file = resource("run.checkpoint");

    TrainingResult resumed =
        Trainer.resuming(file)
            .validation(text.part(1_600, text.length()))
            .resume(text.part(0, 1_600));

    TrainingResult undisturbed = trainer().train(text.part(0, 1_600), 120);
    assertThat(resumed.steps()).isEqualTo(120);
    assertThat(resumed.last().fingerprint())
        .isEqualTo(undisturbed.last().fingerprint())
        .isEqualTo("81d4f72fc7b926d75dc780556f71e318a6b5e7add93bb675c8b7c54307f4e233");
    assertThat(resumed.last().startState().orElseThrow())
        .isEqualTo(undisturbed.last().startState().orElseThrow());
    // Of version 1, what was seen on the way was seen from the zero state.
    assertThat(resumed.samples()).extracting(Sample::step).containsExactly(0L, 25L, 50L, 75L, 100L);
    assertThat(resumed.samples().subList(3, 5)).isEqualTo(undisturbed.samples().subList(3, 5));
  }

  private Trainer trainer() {
    return Trainer.of(VanillaRnn.builder(text.vocab()).hiddenSize(9).seed(3).build())
        .sequenceLength(10)
        .batchSize(2)
        .learningRate(0.05)
        .clip(2.5)
        .validation(text.part(1_600, text.length()), 20)
        .bestBy(BestBy.VALIDATION)
        .samples(25, 30);
  }
}
