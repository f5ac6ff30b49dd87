package io.github.charrnn.internal.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WarmUpTest {
  private static final long HOUR = 3_600_000_000_000L;

  private final Shape shape = Shape.of(20, 17, 25, 1, true);

  @Test
  void warmUp_endsWithVectorsWhereTheyAreFaster() throws InterruptedException {
    WarmUp warmUp = new WarmUp(shape);

    warmUp.spent(HOUR);
    while (!warmUp.over()) {
      Thread.sleep(10);
    }

    if (!Kernels.canUseVectors(shape)) {
      assertThat(warmUp.compiled()).isFalse();
    } else if (Kernels.lanes() >= 4) { // two need not be faster than what C2 makes of scalar code
      assertThat(warmUp.compiled()).isTrue();
    }
  }

  @Test
  void windowsThatDidNotWaitForIt_endIt() {
    Shape other = Shape.of(21, 17, 25, 1, true);
    WarmUp warmUp = Kernels.warmUpOf(other.rehearsed());

    warmUp.computed();
    assertThat(warmUp.over()).isFalse();
    for (int i = 0; i < 99; i++) {
      warmUp.computed();
    }

    assertThat(warmUp.compiled()).isTrue();
    assertThat(Kernels.warmUpOf(other.forward().rehearsed()).compiled()).isTrue();
    Shape sideBySide = Shape.of(21, 17, 1, 40, false);
    assertThat(Kernels.warmUpOf(sideBySide.rehearsed()).compiled()).isTrue();
  }

  @Test
  void whatIsOverSoon_neverBegins() throws InterruptedException {
    WarmUp warmUp = new WarmUp(shape);

    warmUp.spent(1_000_000);
    Thread.sleep(100);

    assertThat(warmUp.over()).isFalse();
  }

  /** However much others compute, nobody gets vector code that is not compiled for its shape. */
  @Test
  void othersWithAnotherShape_changeNothing() throws InterruptedException {
    WarmUp mine = new WarmUp(shape);
    WarmUp others = new WarmUp(Shape.of(40, 17, 25, 1, false));

    for (int i = 0; i < 10; i++) {
      others.spent(HOUR);
    }
    while (!others.over()) {
      Thread.sleep(10);
    }

    assertThat(mine.over()).isFalse();
    assertThat(mine.compiled()).isFalse();
  }

  @ParameterizedTest
  @CsvSource({"1, 1, false", "2, 1, true", "64, 1, false", "25, 1, true", "25, 6, true"})
  void rehearsal_runsWithEveryKernel(int steps, int streams, boolean backward) {
    for (int m : new int[] {Kernels.canUseVectors(shape) ? Kernels.lanes() : 1, 17, 100}) {
      Shape rehearsed = Shape.of(m, Math.max(2, m - 1), steps, streams, backward);
      for (boolean vector : List.of(false, Kernels.canUseVectors(rehearsed))) {
        Rehearsal rehearsal = new Rehearsal(rehearsed, vector ? Kernels::vector : Kernels::scalar);
        for (int i = 0; i < 2; i++) {
          rehearsal.parts().forEach(Runnable::run);
        }
      }
    }
  }

  /** A large model's warm-up is small, and takes the same strips and panels. */
  @ParameterizedTest
  @ValueSource(ints = {513, 520, 576, 600, 1_000, 1_024, 46_300})
  void largeShapes_areRehearsedSmall(int m) {
    Shape rehearsed = Shape.of(m, 65, 25, 1, true).rehearsed();

    assertThat(rehearsed.m()).isBetween(448, 512);
    assertThat(rehearsed.m() % 64).isEqualTo(m % 64);
    assertThat(rehearsed.k()).isEqualTo(65);
  }
}
