package io.github.charrnn.cli.report;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinTask;
import java.util.function.IntFunction;

/**
 * Work that the threads of a pool share if one of them has it to do. Any other thread does it
 * alone: beside training there is no processor to spare.
 */
final class Forks {
  private Forks() {}

  /** How many threads may share what the calling thread does, at least 1. */
  static int threads() {
    ForkJoinPool pool = ForkJoinTask.getPool();
    return pool == null ? 1 : pool.getParallelism();
  }

  /** The results of pieces 0 to count - 1, in this order, whoever has done them. */
  static <T> List<T> map(int count, IntFunction<? extends T> piece) {
    List<ForkJoinTask<T>> tasks = new ArrayList<>();
    List<T> results = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int number = i;
      tasks.add(ForkJoinTask.adapt(() -> piece.apply(number)));
    }
    if (threads() > 1) {
      ForkJoinTask.invokeAll(tasks);
    }
    for (ForkJoinTask<T> task : tasks) {
      results.add(task.isDone() ? task.join() : task.invoke());
    }
    return results;
  }
}
