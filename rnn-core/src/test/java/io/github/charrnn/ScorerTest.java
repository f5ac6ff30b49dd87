package io.github.charrnn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScorerTest {
  private static final int[] LENGTHS = {2, 3, 63, 64, 65, 66, 129};
  private static final int LONG = 4_097; // read by all members together, beside short ones

  private final SplittableRandom random = new SplittableRandom(5);
  private final VanillaRnn model = model();

  /** It begins in a state that is not zero. */
  private VanillaRnn model() {
    VanillaRnn fromZero =
        VanillaRnn.builder(CharVocab.of("abcdefghijklm"))
            .hiddenSize(21)
            .seed(3)
            .initializer(Initializer.normal(0.5))
            .build();
    double[] start = random.doubles(21, -1, 1).toArray();
    return fromZero.with(fromZero.parameters(), Optional.empty(), start);
  }

  private String text(int length) {
    return random
        .ints(length, 'a', 'n')
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }

  private List<String> texts(IntStream lengths) {
    return lengths.mapToObj(this::text).toList();
  }

  private void assertSameAsAlone(List<String> texts, int threads) {
    List<Evaluation> alone = texts.stream().map(model::evaluate).toList();
    assertThat(Scorer.of(model).threads(threads).evaluateAll(texts)).isEqualTo(alone);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7})
  void everyText_hasTheBitsThatItHasAlone(int threads) {
    for (int length : LENGTHS) {
      for (int count : new int[] {1, 4, 11, 47}) {
        assertSameAsAlone(texts(IntStream.range(0, count).map(i -> length)), threads);
      }
    }
  }

  @Test
  void mixedLengths_inSeveralBatches_haveTheSameBits() {
    IntStream lengths = IntStream.range(0, 4_200).map(i -> i % 997 == 7 ? 300 : 2 + i * 7 % 13);
    List<String> texts = new ArrayList<>(texts(lengths));
    texts.add(17, text(LONG));
    texts.add(text(LONG));
    List<Evaluation> alone = texts.stream().map(model::evaluate).toList();

    for (int threads : new int[] {1, 2, 3, 7}) {
      assertThat(Scorer.of(model).threads(threads).evaluateAll(texts)).isEqualTo(alone);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7})
  void oneLongText_hasTheSameBitsWithAnyNumberOfThreads(int threads) {
    for (int length : new int[] {2, 64, 256, 257, 258, 512, 513, 514, 900}) {
      String text = text(length);

      assertThat(Scorer.of(model).threads(threads).evaluate(model.vocab().encode(text)))
          .isEqualTo(model.evaluate(text));
    }
  }

  @Test
  void defaultThreads_giveTheSame() {
    List<String> texts = texts(IntStream.range(0, 300).map(i -> 100));

    assertThat(Scorer.of(model).evaluateAll(texts))
        .isEqualTo(texts.stream().map(model::evaluate).toList());
    assertThat(Scorer.of(model).evaluateAll(List.of())).isEmpty();
  }

  @Test
  void items_comeInTheirOrder_eachWithItsEvaluation() {
    List<String> texts = texts(IntStream.range(0, 500).map(i -> 2 + i * 31 % 77));
    List<String> seen = new ArrayList<>();

    Scorer.of(model)
        .threads(2)
        .evaluateEach(
            texts.iterator(),
            model.vocab()::encode,
            (text, evaluation) -> {
              seen.add(text);
              assertThat(evaluation).isEqualTo(model.evaluate(text));
            });

    assertThat(seen).isEqualTo(texts);
  }

  @Test
  void items_areReadAsTheyAreNeeded() {
    int[] read = {0};
    int[] most = {0};
    int[] done = {0};
    EncodedText text = model.vocab().encode("abc");
    Iterator<Integer> items = IntStream.range(0, 20_000).peek(i -> read[0]++).iterator();

    Scorer.of(model)
        .threads(2)
        .evaluateEach(
            items, i -> text, (i, evaluation) -> most[0] = Math.max(most[0], read[0] - done[0]++));

    assertThat(done[0]).isEqualTo(20_000);
    assertThat(most[0]).isLessThan(5_000);
  }

  @Test
  void sourceThatThrows_isThrownAfterAllThatCameBefore() {
    Stream<String> lines =
        Stream.of("abc", "bca", "cab", "xyz", "abc")
            .peek(
                line -> {
                  if (line.equals("xyz")) {
                    throw new IllegalStateException("the disk has gone");
                  }
                });
    List<String> seen = new ArrayList<>();

    assertThatThrownBy(
            () ->
                Scorer.of(model)
                    .threads(2)
                    .evaluateEach(
                        lines.iterator(), model.vocab()::encode, (line, e) -> seen.add(line)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the disk has gone");
    assertThat(seen).containsExactly("abc", "bca", "cab");
  }

  @Test
  void whatCannotBeEvaluated_isRefusedInItsPlace() {
    List<String> seen = new ArrayList<>();
    Scorer scorer = Scorer.of(model).threads(3);
    assertThatThrownBy(
            () ->
                scorer.evaluateEach(
                    List.of("abc", "ab!c").iterator(),
                    model.vocab()::encode,
                    (line, evaluation) -> seen.add(line)))
        .isInstanceOf(UnknownSymbolException.class)
        .hasMessageStartingWith("the symbol '!' (U+0021) at position 2");
    assertThat(seen).containsExactly("abc");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> scorer.evaluateAll(List.of("abc", "ab", "a", "abc")))
        .withMessage("evaluation needs at least 2 characters, text 3 has 1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> scorer.evaluateAll(List.of("")))
        .withMessage("evaluation needs at least 2 characters, text 1 has 0");
    assertThatThrownBy(() -> scorer.evaluateAll(List.of("abc", "ab!c")))
        .isInstanceOfSatisfying(
            UnknownSymbolException.class,
            e -> {
              assertThat(e.codePoint()).isEqualTo('!');
              assertThat(e.position()).isEqualTo(2);
            })
        .hasMessageStartingWith("text 2: the symbol '!' (U+0021) at position 2 is not in the ");
    EncodedText other = CharVocab.of("xyz").encode("xyz");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> scorer.evaluate(other))
        .withMessageStartingWith("the text is encoded with another vocabulary of 3 symbols");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> scorer.evaluateEach(List.of(1).iterator(), i -> other, (i, e) -> {}))
        .withMessageStartingWith("the text is encoded with another vocabulary of 3 symbols");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> scorer.evaluate(model.vocab().encode("a")))
        .withMessage("evaluation needs at least 2 characters, the text has 1");
  }

  @Test
  void threads_fromOneTo1024() {
    for (int threads : new int[] {0, -1, 1_025}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> Scorer.of(model).threads(threads))
          .withMessage("threads is " + threads + ", must be from 1 to 1,024");
    }
  }

  @Test
  void endingEarly_leavesNoThread() {
    List<String> texts = texts(IntStream.range(0, 200).map(i -> 50));
    assertThatThrownBy(
            () ->
                Scorer.of(model)
                    .threads(3)
                    .evaluateEach(
                        texts.iterator(),
                        model.vocab()::encode,
                        (text, evaluation) -> {
                          throw new IllegalStateException("enough");
                        }))
        .hasMessage("enough");

    assertThat(Thread.getAllStackTraces().keySet())
        .extracting(Thread::getName)
        .doesNotContain("charrnn-1", "charrnn-2");
  }
}
