package io.github.charrnn.internal;

import java.lang.System.Logger.Level;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.LockSupport;

/**
 * Threads that share one piece of work after the other: whoever calls {@link #run}, and daemon
 * threads beside it. All members run the same code, each on its own part, and {@link #await} each
 * other where one reads what another has written.
 *
 * <p>One thread at a time may call {@link #run}. The daemon threads start when they are first
 * needed, and end with {@link #close} or after a second without work. Nothing is allocated once
 * they have started.
 */
public final class Crew implements AutoCloseable {
  /*
   * A step of a small model takes 80 us and has six places where members wait for each other, so
   * waiting means spinning at first: on two cores the other's write is seen after some 0.1 us, while
   * waking a parked thread takes 50. Every member writes only its own counter, in a cache line of its
   * own, and reads those of the others, so waiting for all takes one such passage.
   *
   * A counter says how far its member has come: the number of the piece of work in the upper half,
   * how often it has waited in it in the lower. The last number of a piece says that it is done, or
   * given up, so nobody waits for a member that has failed.
   */
  private static final int LINE = 16; // longs: two cache lines, because they are fetched in pairs
  private static final long LAST = 0xffffffffL;

  /** Nanoseconds before a member that waits gives its processor to others. */
  private static final long SPIN = 50_000;

  private static final int SPINS_BETWEEN_LOOKS = 32;

  /** Nanoseconds without work before a thread ends. */
  private static final long IDLE = 1_000_000_000;

  /** What a crew does. */
  public interface Work {
    /**
     * One member's part of it.
     *
     * @param member from 0, who has called run, to members - 1
     */
    void run(int member, int members);
  }

  /** Thrown in members whose work has become useless; nobody outside sees it. */
  private static final class GivenUp extends RuntimeException {
    private static final long serialVersionUID = 1;

    GivenUp() {
      super("another member has failed", null, false, false);
    }
  }

  private final int size;
  private final boolean insists;
  private final long idle;
  private final AtomicLongArray reached;
  private final AtomicIntegerArray parked; // 1 if so
  private final AtomicReferenceArray<Thread> threads; // also such as have ended, until replaced
  private final boolean[] serving; // whether they take work; guarded by this
  private Work work = (member, members) -> {};
  private int members = 1; // of the present work
  private boolean noMoreThreads;
  private volatile Optional<Throwable> failure = Optional.empty(); // the first
  private volatile boolean closed;

  /**
   * A crew that has not started a thread yet.
   *
   * @param size at least 1; the caller of run counts
   */
  public Crew(int size) {
    this(size, false, IDLE);
  }

  /** The same for tests of its own; see {@link #insisting}, and idle stands for IDLE. */
  Crew(int size, boolean insists, long idle) {
    assert size >= 1;
    this.size = size;
    this.insists = insists;
    this.idle = idle;
    reached = new AtomicLongArray(size * LINE);
    parked = new AtomicIntegerArray(size * 2 * LINE);
    threads = new AtomicReferenceArray<>(size);
    serving = new boolean[size];
    for (int i = 0; i < size; i++) {
      reached.set(i * LINE, LAST);
    }
  }

  /** The same for tests: who has one shares all work, however slow that is. */
  public static Crew insisting(int size) {
    return new Crew(size, true, IDLE);
  }

  /** Whether work is to be shared that one member alone would do faster. */
  boolean insists() {
    return insists;
  }

  /** As many members as there is use for, but at least one and no more than processors. */
  public static int sizeFor(double useful) {
    return (int) Math.max(1, Math.min(useful, Runtime.getRuntime().availableProcessors()));
  }

  /** How many members there are. */
  public int size() {
    return size;
  }

  /**
   * Does one piece of work, and returns when all members have done their parts.
   *
   * @param count how many members share it: 1, which is the caller alone, or all
   * @throws RuntimeException the first that a member has thrown; an Error likewise
   */
  public void run(int count, Work work) {
    if (count == 1 || noMoreThreads) {
      members = 1;
      work.run(0, 1);
      return;
    }
    assert count == size;
    members = size;
    this.work = work;
    failure = Optional.empty();
    threads.setPlain(0, Thread.currentThread());
    if (!begin()) {
      run(1, work);
      return;
    }
    doPart(0);
    long end = reached.getPlain(0);
    for (int i = 1; i < size; i++) {
      waitFor(i, end, 0, false);
    }
    if (failure.isPresent()) {
      throwAgain(failure.get());
    }
  }

  private static void throwAgain(Throwable failure) {
    if (failure instanceof Error error) {
      throw error;
    }
    throw (RuntimeException) failure; // there are no others
  }

  /** Starts the threads that are not there, and lets all of them see the work. */
  private synchronized boolean begin() {
    closed = false;
    try {
      for (int i = 1; i < size; i++) {
        if (!serving[i]) {
          Member thread = new Member(i);
          thread.start();
          threads.set(i, thread);
          serving[i] = true;
        }
      }
    } catch (OutOfMemoryError e) { // no more threads: only a matter of time
      System.getLogger("io.github.charrnn").log(Level.WARNING, "one thread from now on", e);
      noMoreThreads = true;
      return false;
    }
    advance(0, reached.getPlain(0) + 1);
    return true;
  }

  private void doPart(int member) {
    long end = reached.getPlain(member * LINE) | LAST;
    try {
      work.run(member, members);
    } catch (GivenUp e) {
      assert failure.isPresent();
    } catch (RuntimeException | Error e) {
      fail(e);
    }
    advance(member, end);
  }

  private synchronized void fail(Throwable e) {
    if (failure.isEmpty()) {
      failure = Optional.of(e);
    }
  }

  /** Waits until all members have come here; to be called by all of them as often. */
  public void await(int member) {
    if (members == 1) {
      return;
    }
    long turn = reached.getPlain(member * LINE) + 1;
    advance(member, turn);
    for (int i = 0; i < members; i++) {
      if (i != member) {
        waitFor(i, turn, member, true);
      }
    }
    if (failure.isPresent()) {
      throw new GivenUp();
    }
  }

  private void advance(int member, long turn) {
    reached.set(member * LINE, turn);
    for (int i = 0; i < size; i++) {
      if (parked.get(i * 2 * LINE) == 1) {
        LockSupport.unpark(threads.get(i));
      }
    }
  }

  private boolean isThere(int member, long turn) {
    return reached.get(member * LINE) >= turn;
  }

  /** Spins, then parks, until another member has come to a turn or the work is given up. */
  private void waitFor(int other, long turn, int member, boolean untilFailure) {
    if (spinFor(other, turn)) {
      return;
    }
    while (!isThere(other, turn) && !(untilFailure && failure.isPresent())) {
      park(other, turn, member, Long.MAX_VALUE);
    }
  }

  private boolean spinFor(int other, long turn) {
    if (isThere(other, turn)) {
      return true;
    }
    long began = System.nanoTime();
    do {
      for (int i = 0; i < SPINS_BETWEEN_LOOKS; i++) {
        Thread.onSpinWait();
        if (isThere(other, turn)) {
          return true;
        }
      }
    } while (System.nanoTime() - began < SPIN);
    return false;
  }

  /** Returns when the other has come, at the latest after so many nanoseconds, or earlier. */
  private void park(int other, long turn, int member, long nanos) {
    parked.set(member * 2 * LINE, 1);
    if (!isThere(other, turn) && !closed) { // else nobody may have seen that this one parks
      LockSupport.parkNanos(this, nanos);
    }
    parked.set(member * 2 * LINE, 0);
  }

  /** Ends the threads, and returns when they have ended; who runs more work starts them again. */
  @Override
  public void close() {
    closed = true;
    boolean interrupted = false;
    for (int i = 1; i < size; i++) {
      Thread thread = threads.get(i);
      if (thread == null) {
        continue;
      }
      LockSupport.unpark(thread);
      while (thread.isAlive()) {
        try {
          thread.join();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private final class Member extends Thread {
    private final int member;

    Member(int member) {
      super("charrnn-" + member);
      setDaemon(true);
      this.member = member;
    }

    @Override
    public void run() {
      while (awaitWork()) {
        reached.setRelease(member * LINE, reached.get(0) & ~LAST);
        doPart(member);
      }
    }

    /** Whether there is some; if not, this thread is not a member any more. */
    private boolean awaitWork() {
      long next = reached.getPlain(member * LINE) + 1;
      if (spinFor(0, next)) {
        return true;
      }
      long began = System.nanoTime();
      while (!isThere(0, next)) {
        long left = idle - (System.nanoTime() - began);
        if ((left <= 0 || closed) && leave(next)) {
          return false;
        }
        park(0, next, member, Math.max(1, left));
      }
      return true;
    }

    private boolean leave(long next) {
      synchronized (Crew.this) {
        if (isThere(0, next)) {
          return false;
        }
        serving[member] = false;
        return true;
      }
    }
  }
}
