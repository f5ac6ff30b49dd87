package io.github.charrnn.cli.tune;

import java.io.IOException;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.BiConsumer;

/** Where the runs of a search take place. What comes of them is the same everywhere, to the bit. */
public interface Runs {
  /** One after the other on this machine. */
  Runs HERE =
      new Runs() {
        @Override
        public int atATime() {
          return 1;
        }

        @Override
        public OptionalInt threads() {
          return OptionalInt.empty();
        }

        @Override
        public void run(
            Material material,
            OptionalInt threads,
            List<Job> jobs,
            BiConsumer<Job, Job.Result> listener) {
          for (Job job : jobs) {
            listener.accept(job, job.run(material, threads, () -> {}));
          }
        }
      };

  /** How many there are at a time. */
  int atATime();

  /** How many threads one has that is not told; empty for as many as pay. */
  OptionalInt threads();

  /**
   * Runs a round.
   *
   * @param material the same for all rounds of a search
   * @param threads that one run has; empty for as many as pay
   * @param listener gets each job with its result, in the order of the jobs, as soon as it and all
   *     before it have ended; from the thread that called this
   * @throws IOException if a run cannot be brought to an end
   */
  void run(
      Material material, OptionalInt threads, List<Job> jobs, BiConsumer<Job, Job.Result> listener)
      throws IOException;
}
