package io.github.charrnn.internal;

import io.github.charrnn.EncodedText;
import io.github.charrnn.internal.kernel.Kernel;
import io.github.charrnn.internal.kernel.Shape;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The loss of one long text, shared by the members of a crew: the recurrence cannot be, so one
 * member takes that of the next stretch while the others make the outputs and losses of the present
 * one, and helps them when it has come to its end.
 */
public final class Relay {
  /**
   * Characters whose losses are added up before they are added to the text's: that is part of what
   * makes the sum the same to the last bit, however the text is read.
   */
  public static final int WINDOW = 64;

  private static final int WINDOWS = 4; // in a stretch
  private static final double MOST_OUTPUTS = 1 << 20; // in a stretch of more than one window

  /** Rows that a member takes at a time: whole tiles. */
  private static final int BLOCK = 20;

  private final Crew crew;
  private final Pace pace;
  private final ForwardKernels kernels;
  private final int n; // characters in a stretch
  private final int m;
  private Stretch present;
  private Stretch next;
  private final double[] outputs; // (n, K)
  private final double[] losses; // (n)
  private final AtomicInteger blocks = new AtomicInteger(); // of the present stretch, taken
  private final Crew.Work work =
      new Crew.Work() {
        @Override
        public void run(int member, int members) {
          part(member);
        }
      };

  /** What is read, and the states that it leads to. */
  private static final class Stretch {
    final int[] symbols; // (n + 1)
    final double[] h; // (n + 1, m)
    int steps;

    Stretch(int n, int m) {
      symbols = new int[n + 1];
      h = new double[(n + 1) * m];
    }
  }

  /** Whether it is faster than one member or, with its recurrence shared, a {@link Window}. */
  public static boolean pays(Parameters p, long length, int members) {
    double step = (double) p.hiddenSize * p.hiddenSize;
    return members > 1 && length > WINDOWS * WINDOW && step / members < Split.WORTH_WAITING;
  }

  /** For models of the size of these parameters, which must not change while texts are read. */
  public Relay(Parameters p, Crew crew) {
    this.crew = crew;
    pace = new Pace(crew.size());
    m = p.hiddenSize;
    int k = p.vocabSize;
    n = WINDOW * (int) Math.max(1, Math.min(WINDOWS, MOST_OUTPUTS / k / WINDOW));
    kernels = new ForwardKernels(Shape.of(m, k, n, 1, false), p, crew.size());
    present = new Stretch(n, m);
    next = new Stretch(n, m);
    outputs = new double[n * k];
    losses = new double[n];
  }

  /**
   * The loss of a text, in nats: the sum over its windows, one after the other.
   *
   * @param start its first m numbers are the state to begin in
   * @param text of at least 2 characters, in the vocabulary of the parameters
   */
  public double loss(double[] start, EncodedText text) {
    System.arraycopy(start, 0, next.h, 0, m);
    take(text, 0);
    present.steps = 0;
    double loss = 0;
    for (long position = 0; next.steps > 0; position += n) {
      // The first time there is nothing to score, the last time nothing to read.
      run();
      loss = addLosses(loss);
      turn();
      take(text, position + n);
    }
    run();
    return addLosses(loss);
  }

  /** The next stretch becomes the present one, and the one after it goes on from its end. */
  private void turn() {
    Stretch read = next;
    next = present;
    present = read;
    System.arraycopy(present.h, present.steps * m, next.h, 0, m);
  }

  private void take(EncodedText text, long position) {
    next.steps = (int) Math.max(0, Math.min(n, text.length() - 1 - position));
    if (next.steps > 0) {
      text.copyTo(position, next.symbols);
    }
  }

  private void run() {
    blocks.set(0);
    long began = System.nanoTime();
    crew.run(pace.members(), work);
    pace.took(System.nanoTime() - began);
  }

  private void part(int member) {
    Kernel kernel = kernels.of(member);
    long began = kernels.began();
    if (member == 0 && next.steps > 0) {
      kernel.recur(0, next.steps, 1, 0, 1, 0, m, next.symbols, next.h);
    }
    int steps = present.steps;
    for (int from = blocks.getAndAdd(BLOCK); from < steps; from = blocks.getAndAdd(BLOCK)) {
      int end = Math.min(steps, from + BLOCK);
      kernel.outputs(from, end, present.h, 1, outputs);
      kernel.softmaxLoss(from, end, outputs, present.symbols, 1, losses);
    }
    kernels.ended(began);
  }

  private double addLosses(double loss) {
    double sum = loss;
    for (int from = 0; from < present.steps; from += WINDOW) {
      double window = 0;
      for (int r = from; r < Math.min(present.steps, from + WINDOW); r++) {
        window += losses[r];
      }
      sum += window;
    }
    return sum;
  }
}
