package io.github.charrnn;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.charrnn.internal.kernel.Kernel;
import io.github.charrnn.internal.kernel.Kernels;
import io.github.charrnn.internal.kernel.Shape;
import io.github.charrnn.internal.kernel.WarmUp;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
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
    Insides.of(switched).window.use(Kernels::scalar);

    for (int i = 0; i < 60; i++) {
      if (i == step) {
        Insides.of(switched)
            .window
            .use(Kernels.canUseVectors(shape) ? Kernels::vector : Kernels::scalar);
      } else if (i == step + 15) {
        Insides.of(switched).window.use(Kernels::scalar);
      }
      assertThat(switched.advance()).isEqualTo(undisturbed.advance());
    }

    assertThat(switched.model().fingerprint()).isEqualTo(undisturbed.model().fingerprint());
  }

  /** By itself, in a Java of its own: what is handed over when vector code has been compiled. */
  @Test
  @Tag("once")
  @EnabledIfSystemProperty(
      named = "tests.long",
      matches = "true",
      disabledReason = "-Plong runs it")
  void handedOverByItself_hasTheSameBits() throws Exception {
    Process java =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules=jdk.incubator.vector",
                "-Drnn.kernel=auto",
                "-cp",
                classPath(),
                HandOver.class.getName())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String printed = new String(java.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    String[] words = printed.trim().split(" ", -1);

    assertThat(java.waitFor()).isZero();
    assertThat(words).as(printed).hasSize(5);
    assertThat(words[3]).as("the kernel that a long run begins with").isEqualTo(words[4]);
    assertThat(words[1]).as("the kernel at the end").isIn("ScalarKernel", "VectorKernel");
    Training scalar = HandOver.training();
    Insides.of(scalar).window.use(Kernels::scalar);
    for (long step = 0; step < Long.parseLong(words[0]); step++) {
      scalar.advance();
    }
    assertThat(words[2]).isEqualTo(scalar.model().fingerprint());
  }

  /** Where the classes are that the test is made of, whatever module path it was started with. */
  private static String classPath() throws Exception {
    return Path.of(Trainer.class.getProtectionDomain().getCodeSource().getLocation().toURI())
        + System.getProperty("path.separator")
        + Path.of("target", "test-classes").toAbsolutePath();
  }

  /**
   * Prints the number of steps, the kernel of the last one, the model's fingerprint, the kernel
   * that a run began with which is known to be long, and the one that it should have begun with.
   */
  static final class HandOver {
    static Training training() {
      EncodedText text = Texts.harbour();
      VanillaRnn model = VanillaRnn.builder(text.vocab()).hiddenSize(20).build();
      return Trainer.of(model).sequenceLength(10).start(text);
    }

    public static void main(String[] args) throws InterruptedException {
      Shape shape = Shape.of(20, Texts.harbour().vocab().size(), 10, 1, true);
      Training longer = training();
      longer.plan(1_000_000_000);
      Kernel first = Insides.of(longer).window.kernel();
      String expected =
          Kernels.worthWaitingFor(shape, 1e12)
              ? "VectorKernel"
              : Insides.of(training()).window.kernel().getClass().getSimpleName();
      Training training = training();
      Optional<WarmUp> warmUp = Kernels.warmUp(shape);
      warmUp.ifPresent(w -> w.spent(Long.MAX_VALUE / 2));
      long steps = 0;
      for (int after = 0; after < 50; steps++) {
        training.advance();
        after += warmUp.isEmpty() || warmUp.get().over() ? 1 : 0;
        if (steps % 100 == 0) {
          Thread.sleep(10); // so that the scalar run to compare with stays short
        }
      }
      Kernel kernel = Insides.of(training).window.kernel();
      for (long step = 0; step < steps; step++) {
        longer.advance();
      }
      if (!longer.model().fingerprint().equals(training.model().fingerprint())) {
        throw new AssertionError("the long run has other bits");
      }
      System.out.println(
          String.join(
              " ",
              Long.toString(steps),
              kernel.getClass().getSimpleName(),
              training.model().fingerprint(),
              first.getClass().getSimpleName(),
              expected));
    }
  }
}
