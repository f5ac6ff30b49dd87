package io.github.charrnn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.charrnn.internal.CheckpointFile;
import io.github.charrnn.internal.Parameters;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Files that mean harm. The build runs these tests in a heap of 64 MB, and with -Plong for every
 * length, every bit and 100,000 mutations, of which .ci/run has 30,000.
 */
@Tag("once")
class HostileFileTest {
  private static final boolean LONG = Boolean.getBoolean("tests.long");
  private static final long A_SECOND = 1_000_000_000L;

  private static final List<byte[]> ORIGINALS = new ArrayList<>();

  @TempDir Path directory;

  @BeforeAll
  static void makeOriginals(@TempDir Path shared) throws IOException {
    ORIGINALS.addAll(Mutations.originals(shared));
  }

  /** Reads a file as a model and as a checkpoint; false if both refuse it. */
  private boolean accepted(byte[] bytes, String what) throws IOException {
    Path file = Files.write(directory.resolve("file"), bytes);
    long began = System.nanoTime();
    boolean model = accepted(() -> VanillaRnn.load(file), bytes, what + " as a model");
    boolean checkpoint =
        accepted(() -> CheckpointFile.read(file), bytes, what + " as a checkpoint");
    assertThat(System.nanoTime() - began).as(what).isLessThan(A_SECOND);
    assertThat(model || !checkpoint).as(what + ": every checkpoint is a model").isTrue();
    return model;
  }

  private interface Reading {
    Object read() throws IOException;
  }

  private static boolean accepted(Reading reading, byte[] bytes, String what) throws IOException {
    try {
      return reading.read() != null;
    } catch (ModelFormatException e) {
      assertThat(e.offset()).as(what).isBetween(0L, (long) bytes.length);
      assertThat(e.reason()).as(what).isNotBlank().hasSizeLessThan(300);
      return false;
    } catch (RuntimeException e) {
      throw new AssertionError(what + ": " + e, e);
    }
  }

  static Stream<Integer> originals() {
    return Stream.of(0, 1, 2, 3, 4, 5, 6, 7);
  }

  @Tag("long")
  @ParameterizedTest
  @MethodSource("originals")
  void truncatedOrLengthened_isRefused(int original) throws IOException {
    byte[] whole = ORIGINALS.get(original);
    assertThat(accepted(whole, "the original")).isTrue();
    for (int length = 0; length < whole.length; length += LONG ? 1 : 13) {
      byte[] part = Arrays.copyOf(whole, length);
      assertThat(accepted(part, length + " bytes")).as("%d bytes", length).isFalse();
    }
    for (int more = 1; more <= 16; more++) {
      assertThat(accepted(Arrays.copyOf(whole, whole.length + more), "longer")).isFalse();
    }
  }

  @Tag("long")
  @ParameterizedTest
  @ValueSource(ints = {1, 7}) // a trained model; a checkpoint that has everything
  void anyBitFlipped_isRefused(int original) throws IOException {
    byte[] whole = ORIGINALS.get(original);
    int stride = LONG ? 1 : 23; // comes to every third byte, and to every place in one
    for (int bit = 0; bit < 8 * whole.length; bit += stride) {
      byte[] altered = whole.clone();
      altered[bit / 8] ^= (byte) (1 << bit % 8);
      assertThat(accepted(altered, "bit " + bit)).as("bit %d", bit).isFalse();
    }
  }

  /**
   * Nearly all of these are signed with the right checksum. What is not refused must be a model all
   * the same, whose file says what was read.
   */
  @Tag("long")
  @Test
  void mutatedInStructure_isRefusedOrIsAnotherModel() throws IOException {
    int cases = Integer.getInteger("mutations", LONG ? 100_000 : 1_000);
    int accepted = 0;
    for (int seed = 0; seed < cases; seed++) {
      byte[] mutated = new Mutations(seed).mutate(ORIGINALS.get(seed % ORIGINALS.size()));
      if (accepted(mutated, "seed " + seed)) {
        accepted++;
        VanillaRnn read = VanillaRnn.load(directory.resolve("file"));
        Path again = directory.resolve("again");
        read.save(again);
        VanillaRnn reread = VanillaRnn.load(again);
        assertThat(reread.fingerprint()).isEqualTo(read.fingerprint());
        assertThat(reread.training()).isEqualTo(read.training());
      }
    }
    System.out.printf(Locale.ROOT, "%,d mutations, %,d of them are models%n", cases, accepted);
    assertThat(accepted).isBetween(cases / 1_000, cases / 10);
  }

  /** Headers of a megabyte that cost as much as a header can. */
  @Tag("long")
  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"a\":1,",
        "\"\\u0061\":1,",
        "[",
        "{\"a\":",
        "\"a\":[1,1,1],",
        " ",
        "\"",
        "\\\"",
        "\"\":",
        "1",
        "\u00c3\u00a9",
        "\"x\u00e4\":\"y\","
      })
  void aHeaderOfAMegabyte_isRefusedQuickly(String piece) throws IOException {
    byte[] original = ORIGINALS.get(1);
    String filler = piece.repeat((1 << 20) / piece.length() - 1_000);
    for (String before : List.of("", "{", "{\"__metadata__\":{", "{\"a\":\"", "{\"a\":")) {
      byte[] hostile = SignedFile.assemble(before + filler, SignedFile.data(original));
      assertThat(accepted(hostile, before + piece)).isFalse();
    }
    String inside =
        SignedFile.unsignedHeader(original)
            .replace("\"abc\"", "\"abc" + "\u00ff".repeat(400_000) + "\"");
    assertThat(accepted(SignedFile.signed(SignedFile.assemble(inside, new byte[0])), "")).isFalse();
  }

  @Test
  void aFileThatClaimsToBeLarge_isRefusedWithoutMemoryForIt() throws IOException {
    byte[] original = ORIGINALS.get(0);
    long m = 46_300;
    long u = 8 * m * 3;
    long w = u + 8 * m * m;
    String offsets = "\"data_offsets\":[%d,%d]";
    byte[] large =
        SignedFile.withHeader(
            original,
            header ->
                header
                    .replace("\"hiddenSize\":\"2\"", "\"hiddenSize\":\"" + m + "\"")
                    .replace("[2,3]", "[" + m + ",3]")
                    .replace("[2,2]", "[" + m + "," + m + "]")
                    .replace("[3,2]", "[3," + m + "]")
                    .replace("[2],", "[" + m + "],")
                    .replace(
                        String.format(Locale.ROOT, offsets, 0, 48),
                        String.format(Locale.ROOT, offsets, 0, u))
                    .replace(
                        String.format(Locale.ROOT, offsets, 48, 80),
                        String.format(Locale.ROOT, offsets, u, w))
                    .replace(
                        String.format(Locale.ROOT, offsets, 80, 128),
                        String.format(Locale.ROOT, offsets, w, w + u))
                    .replace(
                        String.format(Locale.ROOT, offsets, 128, 144),
                        String.format(Locale.ROOT, offsets, w + u, w + u + 8 * m))
                    .replace(
                        String.format(Locale.ROOT, offsets, 144, 168),
                        String.format(Locale.ROOT, offsets, w + u + 8 * m, w + u + 8 * m + 24)));
    Path file = Files.write(directory.resolve("file"), large);

    assertThat(accepted(large, "large")).isFalse();
    assertThat(catchThrowable(() -> VanillaRnn.load(file)))
        .hasMessageContaining(
            "the file is truncated: it has 168 bytes of tensors, its header says 17");
  }

  /** So that a large one must be read into its own place, without a copy beside it. */
  @Test
  void aModelOfHalfTheHeap_isRead() throws IOException {
    long heap = Runtime.getRuntime().maxMemory();
    Path file = directory.resolve("large");
    int hiddenSize = (int) Math.sqrt(Math.min(0.5 * heap, 32 << 20) / 8);
    String fingerprint = saveLarge(file, hiddenSize);

    assertThat(VanillaRnn.load(file).fingerprint()).isEqualTo(fingerprint);
    assertThat(Files.size(file)).isGreaterThan(8L * hiddenSize * hiddenSize);
  }

  private static String saveLarge(Path file, int hiddenSize) throws IOException {
    Parameters parameters = new Parameters(hiddenSize, 3);
    Arrays.setAll(parameters.w, i -> i);
    VanillaRnn model =
        VanillaRnn.builder(CharVocab.of("abc"))
            .hiddenSize(1)
            .build()
            .with(parameters, Optional.empty());
    model.save(file);
    return model.fingerprint();
  }
}
