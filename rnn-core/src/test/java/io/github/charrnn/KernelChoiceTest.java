package io.github.charrnn;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.charrnn.internal.kernel.Kernels;
import io.github.charrnn.internal.kernel.Shape;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Kernels come and go in the middle of what they compute, and nobody notices. */
class KernelChoiceTest {
  private final EncodedText text = Texts.harbour();

  /** From scalar to vector code and back again; to another scalar kernel where there are none. */
  @ParameterizedTest
  @CsvSource({"1, 0", "1, 1", "1, 37", "6, 20"})
  void switchingInTheMiddleOfARun_changesNoBit(int streams, int step) {
    VanillaRnn model = VanillaRnn.builder(text.vocab()).hiddenSize(50).build();
    Trainer trainer = Trainer.of(model).sequenceLength(10).batchSize(streams);
    Shape shape = Shape.of(50, text.vocab().size(), 10, streams, true);
    Training undisturbed = trainer.start(text);
    Training switched = trainer.start(text);
    switched.window.use(Kernels::scalar);

    for (int i = 0; i < 60; i++) {
      if (i == step) {
        switched.window.use(Kernels.canUseVectors(shape) ? Kernels::vector : Kernels::scalar);
      } else if (i == step + 15) {
        switched.window.use(Kernels::scalar);
      }
      assertThat(switched.advance()).isEqualTo(undisturbed.advance());
    }

    assertThat(switched.model().fingerprint()).isEqualTo(undisturbed.model().fingerprint());
  }
}
