package io.github.charrnn;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.charrnn.internal.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The bits that every machine, every Java version, every kernel, any number of threads and every
 * later version of this library must arrive at, where {@link TrainerTest} has those of the
 * published recipe. Beside the parameters, the bytes of the file that they are saved as. If a
 * change alters the order of a sum on purpose, they are recorded anew in a commit that says why.
 */
@Tag("kernels")
class GoldenTest {
  /** What a run must arrive at: the last parameters, and the file of the best model. */
  private record Golden(String last, String best) {}

  @TempDir Path directory;

  private final EncodedText text = Texts.harbour();

  private VanillaRnn model(int hiddenSize) {
    return VanillaRnn.builder(text.vocab()).hiddenSize(hiddenSize).seed(42).build();
  }

  /** Six streams are one more than a tile of rows has, and leave 31 windows to an epoch. */
  @ParameterizedTest
  @MethodSource("io.github.charrnn.ThreadsTest#numbers")
  void sixStreams(int threads) throws IOException {
    TrainingResult result =
        ThreadsTest.trainer(model(100), threads).sequenceLength(11).batchSize(6).train(text, 200);

    assertGolden(
        result,
        "8ba0ef6d45c056155ffdfb1a441936c463e88c0769982d0ae0095472c8383d51",
        "62b3fd9fda852fd9b0eb66da5521b36edf6c8d053b4fbb76b199e34c52590a2e");
  }

  @ParameterizedTest
  @MethodSource("io.github.charrnn.ThreadsTest#fewerNumbers")
  void sixteenStreams(int threads) throws IOException {
    TrainingResult result =
        ThreadsTest.trainer(model(100), threads)
            .sequenceLength(7)
            .batchSize(16)
            .learningRate(0.05)
            .train(text, 200);

    assertGolden(
        result,
        "7a7de84bca637c52f35fb8d3373b26035c4ee120c54e2c64350761ee83aac0ad",
        "0194c7b84971b67e785e7c9286dce67e62bd46e4425a94fb702ae44c468d3598");
  }

  @ParameterizedTest
  @MethodSource("io.github.charrnn.ThreadsTest#fewerNumbers")
  void gradientDescent(int threads) throws IOException {
    TrainingResult result =
        ThreadsTest.trainer(model(100), threads)
            .optimizer(Optimizer.sgd())
            .learningRate(0.02)
            .clip(1.5)
            .train(text, 300);

    assertGolden(
        result,
        "59ca29dae6106ce29cdd9bb056a64bfe48d0b6d5d8bbdcdcad273f4d62c117f7",
        "450cae524f301c979016d014346ca07118919a31231b06c77dd512c06e5405db");
  }

  /** A vector of four lanes or more does not fit into a row: scalar kernels do the work. */
  @ParameterizedTest
  @MethodSource("io.github.charrnn.ThreadsTest#fewerNumbers")
  void fewerHiddenUnitsThanLanes(int threads) throws IOException {
    TrainingResult result = ThreadsTest.trainer(model(3), threads).batchSize(2).train(text, 500);

    assertGolden(
        result,
        "8ec7bf6d2401da1da074f41ebba7719ae683b5774c0892cb2f678ec58e8993ac",
        "3f5b108be9a4d4aff6cb2995ca0651a13d8190f9faa47ac84c55042d7e4b6460");
  }

  /** Goes wrong at step 137 until the learning rate has been halved twice. */
  @ParameterizedTest
  @MethodSource("io.github.charrnn.ThreadsTest#fewerNumbers")
  void aRunThatWasRolledBack(int threads) throws IOException {
    TrainingResult result =
        ThreadsTest.trainer(model(40), threads)
            .checkpoint(directory.resolve("run.checkpoint"), 50)
            .rollbacks(3)
            .every(
                1,
                training -> {
                  if (training.step() == 137 && training.learningRate() > 0.03) {
                    training.parameters.c[0] = Double.NaN;
                  }
                })
            .train(text, 300);

    assertThat(result.last().training().orElseThrow().rollbacks()).isEqualTo(2);
    assertGolden(
        result,
        "71ae17d07d1a7df6c2c015c3969352fc4ea602977ac3cea256486c77c7735ffe",
        "e93efd46daba13247c3073c8f8e4a62c4ac4e4bd5485c94ad0e37206ca8309eb");
  }

  /** The best model is neither the last nor that of the lowest smooth loss. */
  @ParameterizedTest
  @MethodSource("io.github.charrnn.ThreadsTest#fewerNumbers")
  void aValidatedRun(int threads) throws IOException {
    TrainingResult result =
        ThreadsTest.trainer(model(40), threads)
            .validation(text.part(1_500, text.length()), 30)
            .bestBy(BestBy.VALIDATION)
            .train(text.part(0, 1_500), 1_000);

    assertThat(result.bestStep()).isEqualTo(660);
    assertGolden(
        result,
        "af49ce7de924a12ef35f442e77919341781c02f37ecd88f6d420349c8473007b",
        "2cfbe38a668007119fa2508284555fd5d73dff50a479a7d3617fb1ddc431d94b");
  }

  private TrainingResult train(Initializer initializer, Recipe recipe, int threads) {
    VanillaRnn model =
        VanillaRnn.builder(text.vocab()).hiddenSize(33).seed(42).initializer(initializer).build();
    return ThreadsTest.trainer(model, threads)
        .recipe(recipe.withSequenceLength(11).withResetEvery(3))
        .train(text, 60);
  }

  @ParameterizedTest
  @MethodSource("io.github.charrnn.ThreadsTest#numbers")
  void adamByNorm_fromAnOrthogonalMatrix_linear(int threads) throws IOException {
    TrainingResult result =
        train(
            Initializer.orthogonal(0.7, 2.5, 0.05),
            Recipe.course()
                .withBatchSize(5)
                .withOptimizer(Optimizer.adam(0.9, 0.99))
                .withLearningRate(LearningRate.linear(0.01, 0, 70).withWarmUp(10))
                .withClip(Clip.norm(0.2)),
            threads);

    assertGolden(
        result,
        "3253067dd727d9d8f6ba8ea38e4971931fe66157b21ffe5ecc33dd5a7ff147e7",
        "9d4029888620b40e2b99791f70f5551aeef4e72041db406ac21371779b407a9a");
  }

  @ParameterizedTest
  @MethodSource("io.github.charrnn.ThreadsTest#fewerNumbers")
  void adamWithWeightDecay(int threads) throws IOException {
    TrainingResult result =
        train(
            Initializer.glorot(),
            Recipe.course()
                .withBatchSize(2)
                .withOptimizer(Optimizer.adam(0.9, 0.99, 0.3))
                .withLearningRate(LearningRate.constant(0.01)),
            threads);

    assertGolden(
        result,
        "75199f38d2f7334c53a3fe790fe2120e0324e6858020f14b761c7d93d9f4c09d",
        "ededd67321c78ddc090af4d8a0dd90c6ba8f71b3de1f4891986ccbbe26575ffb");
  }

  @ParameterizedTest
  @MethodSource("io.github.charrnn.ThreadsTest#fewerNumbers")
  void shampoo(int threads) throws IOException {
    TrainingResult result =
        train(
            Initializer.orthogonal(0.7, 2.5, 0.05),
            Recipe.course()
                .withBatchSize(5)
                .withOptimizer(Optimizer.shampoo(0.9, 0.99, 0.1, 6, 2))
                .withLearningRate(LearningRate.linear(0.01, 0, 70).withWarmUp(10))
                .withClip(Clip.norm(0.2)),
            threads);

    assertGolden(
        result,
        "96fe41343d853b2f1286af533a520c23b94f6e85f27fcb059c248a826ec12bec",
        "34032919d13a92483b03834785d15990a5a3f6ce079c00651ea94fb4dff7d9cb");
  }

  @ParameterizedTest
  @MethodSource("io.github.charrnn.ThreadsTest#fewerNumbers")
  void rmsProp_fromGlorotsNumbers_exponential(int threads) throws IOException {
    TrainingResult result =
        train(
            Initializer.glorot(),
            Recipe.course()
                .withOptimizer(Optimizer.rmsProp(0.95))
                .withLearningRate(LearningRate.exponential(0.01, 0.002, 50)),
            threads);

    assertGolden(
        result,
        "a0488e7657d5acda7e041313d060e18f989d44592ec6b17a9f068655a437ab38",
        "1e3cfe0ea3e1587ee43d9fae5b1133aebb6ba1ffa0395bbccf63a4f004b6238c");
  }

  @ParameterizedTest
  @MethodSource("io.github.charrnn.ThreadsTest#fewerNumbers")
  void momentumByNorm_fromTheIdentity_cosine(int threads) throws IOException {
    TrainingResult result =
        train(
            Initializer.identity(0.9, 1, 0.1),
            Recipe.course()
                .withBatchSize(2)
                .withOptimizer(Optimizer.sgd(0.9))
                .withLearningRate(LearningRate.cosine(0.1, 0.001, 60))
                .withClip(Clip.norm(0.1)),
            threads);

    assertGolden(
        result,
        "5f4d06996bb4ee578b9549bb4abc31bc2c9751b225e89d34513fe457c195b537",
        "a0ac8e87ebf5943744300311cccf4e7977984fd6f2d43efd916f1d617afe4498");
  }

  @ParameterizedTest
  @MethodSource("io.github.charrnn.ThreadsTest#fewerNumbers")
  void adaGrad_fromAnInitialAccumulator(int threads) throws IOException {
    TrainingResult result =
        train(
            Initializer.normal(0.1),
            Recipe.course().withOptimizer(Optimizer.adaGrad(20)).withClip(Clip.norm(0.3)),
            threads);

    assertGolden(
        result,
        "c7b314e6c524348301cff81b34e638ac2e8511e6046b54d68b17086a32a1ef99",
        "e3393e41806c4b42b83ea0bb9301f687890e5d1f9fcff3d441bcf292ce6856da");
  }

  /**
   * Compares a run with what was recorded.
   *
   * @param last the fingerprint of the parameters after the last step
   * @param best the SHA-256 of the file that the best model is saved as, without its start state
   */
  private void assertGolden(TrainingResult result, String last, String best) throws IOException {
    Path file = directory.resolve("best.safetensors");
    result.best().fromZero().save(file); // as files were before there were start states
    byte[] hash = Sha256.digest().digest(Files.readAllBytes(file));

    assertThat(new Golden(result.last().fingerprint(), HexFormat.of().formatHex(hash)))
        .isEqualTo(new Golden(last, best)); // both at once, as they are recorded
  }
}
