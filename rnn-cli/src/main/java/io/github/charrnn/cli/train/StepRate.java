package io.github.charrnn.cli.train;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.OptionalDouble;

/**
 * How fast steps are taken: of late, because the first ones are slow, in code that Java has not
 * compiled yet.
 */
final class StepRate {
  private static final double NANOS_PER_SECOND = 1e9;

  /** The rate is that of so many seconds, or of so many marks where a step takes longer. */
  private static final long RECENT_NANOS = 10_000_000_000L;

  private static final int FEWEST_MARKS = 5;
  private static final long BETWEEN_MARKS_NANOS = 250_000_000;

  /** There is no rate before this. */
  private static final long FIRST_NANOS = 3_000_000_000L;

  /** While the later half of what is recent is so many times as fast, it is no rate to go by. */
  private static final double STEADY = 1.4;

  private static final long SURELY_WARM_NANOS = 60_000_000_000L;

  private record Mark(long nanos, long step) {
    double rateTo(Mark later) {
      return (later.step - step) * NANOS_PER_SECOND / (later.nanos - nanos);
    }
  }

  private final Deque<Mark> marks = new ArrayDeque<>();
  private long began;
  private boolean warm;

  /** Called after every step, and before the first. */
  void at(long nanos, long step) {
    if (!marks.isEmpty() && step < marks.getLast().step) { // training went back
      marks.clear();
    }
    if (marks.isEmpty()) {
      began = nanos;
    } else if (nanos - marks.getLast().nanos < BETWEEN_MARKS_NANOS) {
      return;
    }
    marks.addLast(new Mark(nanos, step));
    while (marks.size() > FEWEST_MARKS && nanos - marks.getFirst().nanos > RECENT_NANOS) {
      marks.removeFirst();
    }
    warm = warm || (marks.size() >= FEWEST_MARKS && nanos - began >= FIRST_NANOS && steady(nanos));
  }

  private boolean steady(long nanos) {
    Mark first = marks.getFirst();
    Mark last = marks.getLast();
    Mark middle = first;
    for (Mark mark : marks) {
      middle = 2 * (mark.nanos - first.nanos) <= last.nanos - first.nanos ? mark : middle;
    }
    return nanos - began >= SURELY_WARM_NANOS
        || (middle.nanos > first.nanos && middle.rateTo(last) <= STEADY * first.rateTo(middle));
  }

  /** Empty as long as nothing can be said. */
  OptionalDouble stepsPerSecond() {
    return warm && marks.size() > 1
        ? OptionalDouble.of(marks.getFirst().rateTo(marks.getLast()))
        : OptionalDouble.empty();
  }
}
