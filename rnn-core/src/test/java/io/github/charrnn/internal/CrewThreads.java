package io.github.charrnn.internal;

import java.util.Set;
import java.util.stream.Collectors;

/** The threads of crews that have begun since this was made: a test sees what it leaves behind. */
public final class CrewThreads {
  private final Set<Thread> others = all();

  /** Those that are alive. */
  public Set<Thread> alive() {
    Set<Thread> threads = all();
    threads.removeAll(others);
    return threads;
  }

  private static Set<Thread> all() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().matches("charrnn-\\d+"))
        .collect(Collectors.toSet());
  }
}
