package io.github.charrnn.internal;

import io.github.charrnn.internal.kernel.Weights;

/**
 * How the members of a crew share a window: where its recurrences, its rows and its gradients are
 * cut. A cut is the first of a part and the end of the part before, so every output belongs to one
 * member, and no sum is cut. Parts may be empty.
 */
final class Split {
  /** How a recurrence is shared. */
  enum Recurrence {
    /** Each member has streams of its own, or the only one has all. */
    BY_STREAMS,

    /** Each member has units of its own, and waits for the others at every step in time. */
    BY_UNITS,

    /** Member 0 has all of it; steps are too short for waiting. */
    ALONE
  }

  /** Members must be so busy, by share of their tiles, for a recurrence to be shared by streams. */
  private static final double EVEN = 0.9;

  /**
   * Multiply-adds of a member in a step in time that pay for waiting after it. With one stream and
   * two members hidden 192 takes no less by units than alone, 256 three quarters (AMD Zen 4).
   */
  static final double WORTH_WAITING = 30_000;

  /** Multiply-adds of a member in a step of training that pay for having it. */
  private static final double WORTH_STARTING = 300_000;

  private static final int STREAMS_PER_MEMBER = 5; // a tile
  private static final int UNITS_PER_MEMBER = 64; // a strip of eight vectors
  private static final int DOUBLES_PER_LINE = 8;

  private final Weights weights;
  private final int streams;
  private final Recurrence shared;

  /** For windows of so many streams. */
  Split(Weights weights, int streams, int m, int members) {
    this.weights = weights;
    this.streams = streams;
    shared = choose(m, members);
  }

  /**
   * By streams if they can be shared nearly evenly, because then nobody waits at every step; else
   * by units if a step is long enough for waiting.
   */
  private Recurrence choose(int m, int members) {
    int tile = weights.tile(streams);
    int tiles = (streams + tile - 1) / tile;
    int most = (tiles + members - 1) / members;
    if (tiles >= EVEN * members * most) {
      return Recurrence.BY_STREAMS;
    }
    if ((double) streams * m * m / members >= WORTH_WAITING && weights.cut(1, members) < m) {
      return Recurrence.BY_UNITS;
    }
    return most < tiles ? Recurrence.BY_STREAMS : Recurrence.ALONE;
  }

  /**
   * How many threads make training with such windows faster: no more than there are processors,
   * than a recurrence can be shared by, or than have enough to do.
   */
  static int threadsThatPay(long n, long streams, long m, long k) {
    double multiplyAdds = 3.0 * n * streams * m * (m + k);
    double byWork = multiplyAdds / WORTH_STARTING;
    double byStreams = streams / (double) STREAMS_PER_MEMBER;
    double byUnits = Math.min(streams * m * m / WORTH_WAITING, m / (double) UNITS_PER_MEMBER);
    return Crew.sizeFor(Math.min(byWork, Math.max(2, Math.max(byStreams, byUnits))));
  }

  /** How so many members, all of them or one, share a recurrence. */
  Recurrence recurrence(int members) {
    return members == 1 ? Recurrence.BY_STREAMS : shared;
  }

  /** Cuts the streams. */
  int streams(int part, int parts) {
    return rows(part, parts, streams);
  }

  /** Cuts the units of a recurrence. */
  int units(int part, int parts) {
    return weights.cut(part, parts);
  }

  /** Cuts the rows of a product so that most tiles are whole. */
  int rows(int part, int parts, int count) {
    return cut(part, parts, count, weights.tile(count));
  }

  /** Cuts rows or columns of a gradient at cache lines, also of copies that are transposed. */
  int lines(int part, int parts, int count) {
    return cut(part, parts, count, DOUBLES_PER_LINE);
  }

  /** So many rows at a time, or the next number of them that {@link #lines} might cut at. */
  static int wholeLines(int count) {
    return Math.max(1, count / DOUBLES_PER_LINE) * DOUBLES_PER_LINE;
  }

  /**
   * The same where member 0 has the recurrences: it has half as much again as the others, because
   * what they repack has to come over to it, and takes them about as much longer.
   */
  int linesNearFirst(int part, int parts, int count) {
    return part == 0 ? 0 : lines(2 * part + 1, 2 * parts + 1, count);
  }

  private static int cut(int part, int parts, int count, int unit) {
    return part == parts ? count : (int) ((long) count * part / parts / unit * unit);
  }
}
