package io.github.charrnn.cli.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.charrnn.CharVocab;
import io.github.charrnn.EncodedText;
import io.github.charrnn.Trainer;
import io.github.charrnn.VanillaRnn;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.IntSupplier;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a run shows while it goes on, by a clock that the test moves. */
class ProgressTest {
  private static final long SECOND = 1_000_000_000;
  private static final String ERASE = "\r\u001b[J";
  private static final int STEPS = 2_000;

  private final StringWriter written = new StringWriter();
  private long now;
  private int width;

  /** Lines of a run whose steps come to take so many milliseconds; the first takes seconds. */
  private List<String> run(IntSupplier columns, int millis, boolean heldOut) {
    return run(
        columns, step -> (int) (millis + 8_000 / Math.pow(Math.max(1, step), 1.5)), heldOut, STEPS);
  }

  private List<String> run(
      IntSupplier columns, IntUnaryOperator millis, boolean heldOut, int steps) {
    Progress progress = new Progress(new PrintWriter(written, true), columns, () -> now);
    String text = "ab".repeat(100);
    EncodedText encoded = CharVocab.of(text).encode(text);
    Trainer trainer = Trainer.of(VanillaRnn.builder(encoded.vocab()).hiddenSize(2).build());
    if (heldOut) {
      trainer.validation(List.of(encoded), steps / 4);
    }
    trainer
        .onSample((training, sample) -> progress.show(training))
        .samples(steps, 1)
        .every(
            1,
            training -> {
              now += millis.applyAsInt((int) training.step()) * 1_000_000L;
              progress.update(training);
            })
        .train(encoded, steps);
    progress.clear();
    return Arrays.stream(written.toString().split("[\r\n]+", -1))
        .map(line -> line.replace("\u001b[J", ""))
        .filter(line -> !line.isEmpty())
        .toList();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 20, 40, 50, 70, 80, 120, 200})
  void onATerminal_aLineIsNeverWiderThanTheWindow_norCutInAWord(int columns) {
    List<String> lines = run(() -> columns, 50, true);

    assertThat(lines).hasSizeGreaterThan(100);
    String word =
        " *\\d+ %|\\[[\u2582-\u2588]* *\\]|[\\d,]+/2,000|held-out \\d\\.\\d{3} bits(/char)?"
            + "|[\\d.]+k? char/s|smooth \\d+\\.\\d\\d|epoch \\d+\\.\\d\\d|\\d+:\\d\\d left"
            + "|warming up";
    for (String line : lines) {
      assertThat(line).doesNotContain("NaN").matches("((" + word + ") *)+");
      assertThat(line.length()).as(line).isLessThan(Math.max(columns, 33));
    }
  }

  @Test
  void at80Columns_thereAreBarLossRateAndTime_andFirstThatItWarmsUp() {
    List<String> lines = run(() -> 80, 50, true);

    assertThat(lines.get(0))
        .matches("  0 % \\[ {7}\\]      0/2,000  held-out 1\\.\\d{3} bits/char {15}warming up");
    assertThat(lines)
        .filteredOn(line -> line.startsWith(" 50 %"))
        .isNotEmpty()
        .allMatch(
            line ->
                line.matches(
                    " 50 % \\[[\u2582-\u2588]{4} {4}\\]  1,0\\d\\d/2,000  held-out"
                        + " \\d\\.\\d{3} bits/char   500 char/s  0:\\d\\d left"));
    assertThat(lines.get(lines.size() - 1)).startsWith("100 % [\u2588").endsWith(" 0:00 left");
  }

  @Test
  void theFirstSteps_areSlow_andSayNothingOfTheEnd() {
    List<String> lines = run(() -> 80, 50, false);

    // At the pace of the first step, the others would take four hours; they take two minutes.
    List<String> left = lines.stream().filter(line -> line.endsWith(" left")).toList();
    assertThat(left).hasSizeGreaterThan(lines.size() / 3);
    for (String line : left) {
      String[] time = line.substring(line.lastIndexOf("  ")).strip().split("[: ]", -1);
      assertThat(60 * Integer.parseInt(time[0]) + Integer.parseInt(time[1])).isLessThan(200);
    }
    assertThat(lines.get(0)).endsWith("  warming up").doesNotContain("bits");
  }

  @Test
  void stepsThatTakeLong_haveATimeAfterSome() {
    List<String> lines = run(() -> 80, step -> 20_000, false, 20);

    assertThat(lines.get(3)).endsWith("warming up");
    assertThat(lines.get(6)).contains("  5/20  ", " 1 char/s ").endsWith("5:00 left");
  }

  @Test
  void onATerminal_everyLineIsErasedFromWhereTheCursorWasLeft_howeverItIsWrapped() {
    width = 120;
    IntSupplier shrinking = () -> now > 60 * SECOND ? 70 : width;

    List<String> lines = run(shrinking, 50, true);

    assertThat(written.toString()).doesNotContain("\n").startsWith(ERASE).endsWith("\r" + ERASE);
    assertThat(written.toString().split("\r\u001b\\[J", -1)).hasSize(lines.size() + 2);
    assertThat(lines.get(0).length()).isBetween(100, 119);
    assertThat(lines.get(lines.size() - 1).length()).isBetween(54, 69);
  }

  @Test
  void withoutATerminal_aLineIsPrintedAtAPercentOfTheRun_andNotOftenerThanInTenSeconds() {
    List<String> lines = run(() -> 0, 500, true);

    assertThat(written.toString()).doesNotContain("\r", "\u001b");
    assertThat(lines).hasSizeBetween(80, 101).doesNotHaveDuplicates();
    assertThat(lines.get(0)).matches("step \\d/2,000  0 % .* warming up").doesNotContain("NaN");
    assertThat(lines.get(50))
        .matches(
            "step 1,\\d\\d\\d/2,000  5\\d %  epoch \\d+\\.\\d\\d  smooth \\d\\.\\d\\d"
                + "  held-out \\d\\.\\d{3} bits/char  50 char/s  \\d:\\d\\d left");
    written.getBuffer().setLength(0);
    assertThat(run(() -> 0, 5, true)).hasSizeBetween(1, 4);
  }

  @Test
  void pace_isOfTheLastSeconds_andForgetsWhatWasBeforeARollback() {
    StepRate pace = new StepRate();
    List<OptionalDouble> rates = new ArrayList<>();
    for (int second = 0; second <= 60; second++) {
      pace.at(second * SECOND, second <= 30 ? 10L * second : 300 + 40L * (second - 30));
      rates.add(pace.stepsPerSecond());
    }
    assertThat(rates.subList(0, 4)).allMatch(OptionalDouble::isEmpty);
    assertThat(rates.get(30)).hasValue(10);
    assertThat(rates.get(60)).hasValue(40);

    pace.at(61 * SECOND, 200);
    assertThat(pace.stepsPerSecond()).isEmpty();
    pace.at(62 * SECOND, 207);
    assertThat(pace.stepsPerSecond()).hasValue(7);
  }

  @Test
  void time_hasHoursOnlyWhereThereAreSome() {
    assertThat(Progress.time(3_905)).isEqualTo("1:05:05");
    assertThat(Progress.time(42.4)).isEqualTo("0:42");
  }

  @Test
  void sparkline_followsTheSmoothLoss() {
    List<String> lines = new ArrayList<>();
    Trainer.of(VanillaRnn.builder(CharVocab.of("ab")).hiddenSize(3).build())
        .every(1, training -> lines.add(Sparkline.of(training.history(), 8)))
        .train("ab".repeat(200), 2_000);

    assertThat(lines.get(0)).isEmpty();
    assertThat(lines.get(1)).isEqualTo("\u2582".repeat(8));
    assertThat(lines.get(2_000)).hasSize(8).startsWith("\u2588").endsWith("\u2582");
    assertThat(lines.get(2_000).chars().toArray()).isSortedAccordingTo((a, b) -> b - a);
  }
}
