package io.github.charrnn.internal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** By a made-up clock. */
@Tag("once")
class PaceTest {
  private static final long MILLI = 1_000_000;
  private static final long SECOND = 1_000 * MILLI;

  private final Pace pace = new Pace(4);

  /** The share of a time that passes in steps of the crew, each of which takes so long. */
  private double shareTogether(long time, long together, long alone) {
    long left = time;
    long shared = 0;
    while (left > 0) {
      int members = pace.members();
      assertThat(members).isIn(1, 4);
      long step = members == 1 ? alone : together;
      shared += members == 1 ? 0 : step;
      left -= step;
      pace.took(step);
    }
    return (double) shared / (time - left);
  }

  @Test
  void theFirstSteps_areTakenTogether() {
    assertThat(shareTogether(10 * MILLI, MILLI / 10, MILLI / 20)).isEqualTo(1);
  }

  /** Steps of a small model, of a large one, and such as take longer than anything is timed for. */
  @ParameterizedTest
  @ValueSource(longs = {60_000, 3 * MILLI, 40 * MILLI})
  void whereTogetherIsFaster_aloneIsTriedRarely(long step) {
    double share = shareTogether(100 * SECOND, step, 2 * step);

    assertThat(share).as("together").isBetween(0.97, 0.9999);
  }

  @ParameterizedTest
  @ValueSource(longs = {60_000, 3 * MILLI, 40 * MILLI})
  void whereTogetherIsSlower_itSoonGoesAlone_andTriesRarely(long step) {
    long soon = Math.max(SECOND, 150 * step);
    shareTogether(soon, step, step * 2 / 3);

    double share = shareTogether(100 * SECOND, step, step * 2 / 3);

    assertThat(share).as("together").isBetween(0.0001, 0.03);
  }

  @Test
  void whenTogetherIsFasterAgain_itComesBack_andGoesAloneOnceMoreWhenItIsNot() {
    long step = MILLI;
    shareTogether(20 * SECOND, 3 * step, step);
    for (int i = 0; i < 3; i++) {
      shareTogether(SECOND, step, 2 * step);
      assertThat(shareTogether(20 * SECOND, step, 2 * step))
          .as("together, where it is faster")
          .isGreaterThan(0.95);
      shareTogether(SECOND, 3 * step, step);
      assertThat(shareTogether(20 * SECOND, 3 * step, step))
          .as("together, where it is slower")
          .isLessThan(0.05);
    }
  }

  /** What took long once, because something else needed the processors, is soon forgotten. */
  @Test
  void aStepThatTookLongOnce_doesNotLast() {
    long step = MILLI;
    shareTogether(10 * SECOND, step, 2 * step);
    pace.took(SECOND);
    shareTogether(SECOND, step, 2 * step);

    assertThat(shareTogether(20 * SECOND, step, 2 * step)).as("together").isGreaterThan(0.95);
  }

  @Test
  void oneMember_staysOne() {
    Pace alone = new Pace(1);
    for (int i = 0; i < 10_000; i++) {
      assertThat(alone.members()).isEqualTo(1);
      alone.took(MILLI);
    }
  }
}
