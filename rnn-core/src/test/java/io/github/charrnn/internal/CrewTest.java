package io.github.charrnn.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.Thread.State;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Many times what fails seldom; ten times as many with -Plong. */
@Tag("once")
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD) // instead of waiting for ever
class CrewTest {
  private static final int MANY = Boolean.getBoolean("tests.long") ? 10 : 1;
  private static final long MILLI = 1_000_000;
  private static final long IDLE = 20 * MILLI;
  private static final int SPACE = 16; // cells, so that members do not write the same cache line

  private final CrewThreads threads = new CrewThreads();
  private final List<Crew> crews = new ArrayList<>();

  private Crew crew(int size) {
    return crew(size, 1_000 * MILLI);
  }

  private Crew crew(int size, long idle) {
    Crew crew = new Crew(size, true, idle);
    crews.add(crew);
    return crew;
  }

  @AfterEach
  @Timeout(value = 10, threadMode = ThreadMode.SEPARATE_THREAD)
  void nobodyIsLeft() {
    crews.forEach(Crew::close);
    assertThat(threads.alive()).as("threads after close").isEmpty();
  }

  /** Now and then a member is late, sometimes by more than the others spin for. */
  private static void dawdle(SplittableRandom random) {
    int what = random.nextInt(64);
    if (what == 0) {
      LockSupport.parkNanos(random.nextLong(200_000));
    } else if (what < 6) {
      LockSupport.parkNanos(1);
    }
  }

  /** Waits for what comes soon. */
  private static void until(String what, BooleanSupplier condition) {
    long end = System.nanoTime() + 20_000 * MILLI;
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as(what).isLessThan(end);
      LockSupport.parkNanos(MILLI / 2);
    }
  }

  private static void runs(Crew crew, int count) {
    int[] done = new int[crew.size() * SPACE];
    for (int i = 1; i <= count; i++) {
      crew.run(crew.size(), (member, members) -> done[member * SPACE]++);
      for (int member = 0; member < crew.size(); member++) {
        assertThat(done[member * SPACE]).as("member %d, piece %d of work", member, i).isEqualTo(i);
      }
    }
  }

  // What members see

  @ParameterizedTest
  @CsvSource({"2, 1_000", "3, 300", "7, 50"})
  void await_showsEveryMemberWhatTheOthersHaveWritten(int size, int turns) {
    Crew crew = crew(size);
    int[] cells = new int[size * SPACE];

    crew.run(
        size,
        (member, members) -> {
          assertThat(members).isEqualTo(size);
          SplittableRandom random = new SplittableRandom(member);
          for (int turn = 1; turn <= turns * MANY; turn++) {
            dawdle(random);
            cells[member * SPACE] = turn;
            crew.await(member);
            for (int other = 0; other < size; other++) {
              if (cells[other * SPACE] != turn) {
                throw new AssertionError(
                    "turn " + turn + ": " + member + " sees " + cells[other * SPACE]);
              }
            }
            crew.await(member);
          }
        });
  }

  /** Each member needs what its neighbour has made of what its own neighbour had. */
  @ParameterizedTest
  @ValueSource(ints = {2, 5})
  void await_isPassedAsOftenInEveryPieceOfWork(int size) {
    Crew crew = crew(size);
    long[] cells = new long[size * SPACE];
    long[] expected = new long[size];
    SplittableRandom lengths = new SplittableRandom(size);
    for (int piece = 0; piece < 60 * MANY; piece++) {
      int turns = lengths.nextInt(6);
      int seed = piece;

      crew.run(
          size,
          (member, members) -> {
            SplittableRandom random = new SplittableRandom(seed * 8L + member);
            for (int turn = 0; turn < turns; turn++) {
              dawdle(random);
              long next = 31 * cells[(member + 1) % size * SPACE] + member + 1;
              crew.await(member);
              cells[member * SPACE] = next;
              crew.await(member);
            }
          });

      for (int turn = 0; turn < turns; turn++) {
        long[] before = expected.clone();
        Arrays.setAll(expected, member -> 31 * before[(member + 1) % size] + member + 1);
      }
      for (int member = 0; member < size; member++) {
        assertThat(cells[member * SPACE])
            .as("member %d after piece %d", member, piece)
            .isEqualTo(expected[member]);
      }
    }
  }

  /** One member comes when the other is about to give up spinning: it must be seen, or wake it. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void await_doesNotMissWhoComesWhileItParks(int late) {
    Crew crew = crew(2);
    crew.run(
        2,
        (member, members) -> {
          SplittableRandom random = new SplittableRandom(member);
          for (int turn = 0; turn < 2_000 * MANY; turn++) {
            if (member == late) {
              long end = System.nanoTime() + 45_000 + random.nextInt(15_000);
              while (System.nanoTime() < end) {
                Thread.onSpinWait();
              }
            }
            crew.await(member);
          }
        });
  }

  @ParameterizedTest
  @CsvSource({"2, 1_000", "7, 100"})
  void run_returnsWhenAllHaveDoneTheirParts(int size, int pieces) {
    Crew crew = crew(size);
    int[] done = new int[size * SPACE];
    SplittableRandom[] random = new SplittableRandom[size];
    Arrays.setAll(random, SplittableRandom::new);
    for (int piece = 1; piece <= pieces * MANY; piece++) {
      int expected = piece;

      crew.run(
          size,
          (member, members) -> {
            dawdle(random[member]);
            done[member * SPACE] = expected;
          });

      for (int member = 0; member < size; member++) {
        assertThat(done[member * SPACE]).as("member %d, piece %d", member, piece).isEqualTo(piece);
      }
    }
  }

  @Test
  void everyMember_isAThreadOfItsOwn_andTheCallerIsTheFirst() {
    Crew crew = crew(4);
    AtomicReferenceArray<Thread> seen = new AtomicReferenceArray<>(4);

    crew.run(4, (member, members) -> seen.set(member, Thread.currentThread()));

    assertThat(seen.get(0)).isSameAs(Thread.currentThread());
    for (int member = 1; member < 4; member++) {
      assertThat(seen.get(member).getName()).isEqualTo("charrnn-" + member);
      assertThat(seen.get(member).isDaemon()).isTrue();
    }
    assertThat(threads.alive()).containsExactlyInAnyOrder(seen.get(1), seen.get(2), seen.get(3));
  }

  @Test
  void whoIsAlone_needsNoThread() {
    List<String> seen = new ArrayList<>();
    for (Crew crew : List.of(crew(1), crew(5))) {
      crew.run(
          1,
          (member, members) -> {
            crew.await(member);
            seen.add(member + " of " + members + " " + Thread.currentThread().getName());
          });
      assertThatThrownBy(() -> crew.run(1, (member, members) -> fail("alone"))).hasMessage("alone");
    }

    assertThat(seen)
        .containsExactly(
            "0 of 1 " + Thread.currentThread().getName(),
            "0 of 1 " + Thread.currentThread().getName());
    assertThat(threads.alive()).isEmpty();
  }

  /** As Pace has it: some pieces of work are the caller's alone, in between. */
  @Test
  void aloneAndTogether_takeTurns() {
    Crew crew = crew(3);
    int[] sums = new int[3 * SPACE];
    for (int piece = 0; piece < 300; piece++) {
      crew.run(
          piece % 3 == 0 ? 3 : 1,
          (member, members) -> {
            crew.await(member);
            sums[member * SPACE] += members;
          });
    }

    assertThat(List.of(sums[0], sums[SPACE], sums[2 * SPACE])).containsExactly(500, 300, 300);
  }

  // Failures

  private static void fail(String message) {
    throw new IllegalStateException(message);
  }

  /** Before the others wait for it, while they do, and after they have done their parts. */
  @ParameterizedTest
  @CsvSource({"2, 0", "2, 1", "4, 0", "4, 1", "4, 3"})
  void aFailure_isThrownToTheCaller_andTheCrewGoesOn(int size, int failing) {
    Crew crew = crew(size);
    for (int delay = 0; delay < 12 * MANY; delay++) {
      long late = delay % 4 * 60_000L;
      int turns = delay % 3;
      assertThatThrownBy(
              () ->
                  crew.run(
                      size,
                      (member, members) -> {
                        for (int turn = 0; turn < turns; turn++) {
                          crew.await(member);
                        }
                        if (member == failing) {
                          LockSupport.parkNanos(late);
                          fail("member " + member);
                        }
                        for (int turn = 0; turn < 3; turn++) {
                          crew.await(member);
                        }
                      }))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("member " + failing)
          .hasNoSuppressedExceptions();
      runs(crew, 2);
    }
  }

  /** Who does not wait for the one that fails has done all of its part when the caller hears. */
  @Test
  void aFailure_isThrownOnceTheOthersAreDone() {
    Crew crew = crew(3);
    int[] done = new int[3 * SPACE];

    assertThatThrownBy(
            () ->
                crew.run(
                    3,
                    (member, members) -> {
                      if (member == 1) {
                        fail("at once");
                      }
                      LockSupport.parkNanos(5 * MILLI);
                      done[member * SPACE] = 1;
                    }))
        .hasMessage("at once");

    assertThat(List.of(done[0], done[2 * SPACE])).containsExactly(1, 1);
  }

  @Test
  void nobodyPassesAnAwait_thatAFailedMemberDidNotReach() {
    Crew crew = crew(4);
    int[] passed = new int[4 * SPACE];

    assertThatThrownBy(
            () ->
                crew.run(
                    4,
                    (member, members) -> {
                      if (member == 2) {
                        LockSupport.parkNanos(MILLI);
                        fail("early");
                      }
                      crew.await(member);
                      passed[member * SPACE] = 1;
                    }))
        .hasMessage("early");

    assertThat(Arrays.stream(passed).sum()).as("members that went on").isZero();
  }

  @Test
  void failuresOfSeveral_theFirstIsThrown() {
    Crew crew = crew(5);
    for (int first = 0; first < 5; first++) {
      int failing = first;
      assertThatThrownBy(
              () ->
                  crew.run(
                      5,
                      (member, members) -> {
                        if (member == failing) {
                          fail("the first");
                        }
                        try {
                          crew.await(member);
                        } catch (RuntimeException e) { // of no use any more
                          fail("a later one");
                        }
                      }))
          .as("member %d", failing)
          .hasMessage("the first");
      runs(crew, 1);
    }
  }

  @Test
  void failuresOfAll_oneIsThrown() {
    Crew crew = crew(4);
    for (int i = 0; i < 100 * MANY; i++) {
      assertThatThrownBy(() -> crew.run(4, (member, members) -> fail("member " + member)))
          .isInstanceOf(IllegalStateException.class)
          .message()
          .matches("member [0-3]");
    }
    runs(crew, 2);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void anError_isThrownAsItIs(int failing) {
    Crew crew = crew(3);
    OutOfMemoryError error = new OutOfMemoryError("made up");

    assertThatExceptionOfType(OutOfMemoryError.class)
        .isThrownBy(
            () ->
                crew.run(
                    3,
                    (member, members) -> {
                      crew.await(member);
                      if (member == failing) {
                        throw error;
                      }
                      crew.await(member);
                    }))
        .isSameAs(error);
    runs(crew, 2);
  }

  // Waiting

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void anInterruptedCaller_doesItsWork_andStaysInterrupted(boolean before) {
    Crew crew = crew(3);
    Thread caller = Thread.currentThread();
    int[] cells = new int[3 * SPACE];
    if (before) {
      caller.interrupt();
    }

    crew.run(
        3,
        (member, members) -> {
          if (member == 1) {
            LockSupport.parkNanos(2 * MILLI); // the caller parks
            caller.interrupt();
            LockSupport.parkNanos(2 * MILLI);
          }
          cells[member * SPACE] = 1;
          crew.await(member);
          assertThat(List.of(cells[0], cells[SPACE], cells[2 * SPACE])).containsExactly(1, 1, 1);
          crew.await(member);
          if (member == 2) {
            LockSupport.parkNanos(2 * MILLI);
            cells[2 * SPACE] = 2;
          }
        });

    assertThat(cells[2 * SPACE]).as("of the last to be done").isEqualTo(2);
    assertThat(Thread.interrupted()).as("whether the caller is interrupted").isTrue();
    runs(crew, 2);
  }

  /** Whoever is late finds all others parked, and wakes them. */
  @Test
  void whoWaitsLong_parks() {
    Crew crew = crew(4);
    AtomicReferenceArray<Thread> members = new AtomicReferenceArray<>(4);
    for (int late = 0; late < 4; late++) {
      int last = late;
      crew.run(
          4,
          (member, count) -> {
            members.set(member, Thread.currentThread());
            if (member == last) {
              for (int other = 0; other < 4; other++) {
                int waiting = other;
                if (waiting != last) {
                  until(
                      "member " + waiting + " parks for member " + last,
                      () -> members.get(waiting) != null && isParked(members.get(waiting)));
                }
              }
            }
            crew.await(member);
          });
    }
    until("idle members park", () -> threads.alive().stream().allMatch(CrewTest::isParked));
    runs(crew, 2);
  }

  private static boolean isParked(Thread thread) {
    return thread.getState() == State.WAITING || thread.getState() == State.TIMED_WAITING;
  }

  // Threads that end

  @Test
  void idleThreads_end_andComeBackWithTheNextWork() {
    Crew crew = crew(3, IDLE);
    for (int i = 0; i < 3; i++) {
      runs(crew, 2);
      assertThat(threads.alive()).as("while they are needed").hasSize(2);
      until("idle threads end", () -> threads.alive().isEmpty());
    }
    crew.close(); // and nobody is there
    runs(crew, 2);
  }

  /** A thread that has just made up its mind to end does not miss the work. */
  @ParameterizedTest
  @ValueSource(ints = {2, 4})
  void workThatComesWhileThreadsEnd_isDone(int size) {
    long idle = MILLI / 5;
    Crew crew = crew(size, idle);
    SplittableRandom random = new SplittableRandom(size);
    for (int i = 0; i < 100 * MANY; i++) {
      runs(crew, 1);
      LockSupport.parkNanos(random.nextLong(2 * idle));
    }
  }

  @Test
  void close_endsAllThreads_andLaterWorkStartsThemAgain() {
    Crew crew = crew(7);
    crew.close(); // before there is a thread
    SplittableRandom random = new SplittableRandom(7);
    Thread[] members = new Thread[7];
    for (int i = 0; i < 40 * MANY; i++) {
      crew.run(7, (member, count) -> members[member] = Thread.currentThread());
      LockSupport.parkNanos(random.nextInt(3) * 40_000L); // they spin, or have parked
      crew.close();
      for (int member = 1; member < 7; member++) {
        assertThat(members[member].isAlive()).as("%d, closed %d times", member, i).isFalse();
      }
      if (i % 8 == 0) {
        crew.close();
        assertThat(threads.alive()).isEmpty();
      }
    }
  }

  @Test
  void close_findsThreadsThatAreAboutToEndByThemselves() {
    Crew crew = crew(4, MILLI);
    Thread[] members = new Thread[4];
    SplittableRandom random = new SplittableRandom(4);
    for (int i = 0; i < 100 * MANY; i++) {
      crew.run(4, (member, count) -> members[member] = Thread.currentThread());
      LockSupport.parkNanos(random.nextLong(2 * MILLI));
      crew.close();
      for (int member = 1; member < 4; member++) {
        assertThat(members[member].isAlive()).as("%d, closed %d times", member, i).isFalse();
      }
    }
  }

  @Test
  void close_whileInterrupted_endsAllThreadsToo_andStaysInterrupted() {
    Crew crew = crew(4);
    for (int i = 0; i < 5; i++) {
      runs(crew, 1);
      Thread.currentThread().interrupt();
      crew.close();
      assertThat(Thread.interrupted()).as("whether the caller is interrupted").isTrue();
      assertThat(threads.alive()).isEmpty();
    }
  }

  @Test
  void close_afterAFailure_endsAllThreads() {
    Crew crew = crew(4);
    for (int i = 0; i < 20; i++) {
      assertThatThrownBy(() -> crew.run(4, (member, members) -> fail("member " + member)))
          .isInstanceOf(IllegalStateException.class);
      crew.close();
      assertThat(threads.alive()).isEmpty();
    }
  }

  // Several callers

  @Test
  void severalCrewsAtATime_doNotDisturbEachOther() throws Exception {
    List<FutureTask<Void>> tasks = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      Crew crew = crew(2 + i % 2);
      FutureTask<Void> task =
          new FutureTask<>(
              () -> {
                runs(crew, 100 * MANY);
                assertThatThrownBy(() -> crew.run(crew.size(), (member, members) -> fail("mine")))
                    .hasMessage("mine");
                runs(crew, 100 * MANY);
              },
              null);
      new Thread(task).start();
      tasks.add(task);
    }
    for (FutureTask<Void> task : tasks) {
      task.get();
    }
  }

  /** Even if the one before is no thread any more, and whether or not the crew's have ended. */
  @Test
  void callersOneAfterTheOther_mayShareACrew() throws Exception {
    Crew crew = crew(3, IDLE);
    for (int i = 0; i < 30; i++) {
      FutureTask<Void> task = new FutureTask<>(() -> runs(crew, 3), null);
      new Thread(task).start();
      task.get();
      if (i % 10 == 9) {
        LockSupport.parkNanos(2 * IDLE);
      }
    }
  }
}
