package io.github.charrnn.spark;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.BitSet;
import java.util.Locale;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerStageSubmitted;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.sql.SparkSession;

/** Says from time to time how far a job of one stage is. */
final class Progress extends SparkListener {
  private final PrintWriter out;
  private final long pauseNanos;
  private final String command;
  private final BitSet done = new BitSet(); // some tasks are done twice
  private int tasks;
  private long said = System.nanoTime();

  private Progress(PrintWriter out, Duration pause, String command) {
    this.out = out;
    pauseNanos = pause.toNanos();
    this.command = command;
  }

  /**
   * Carries out a job.
   *
   * @param out where it is said
   * @param pause from one word to the next, at least
   * @param command whose job it is
   */
  static void during(
      Runnable job, SparkSession spark, PrintWriter out, Duration pause, String command) {
    Progress progress = new Progress(out, pause, command);
    spark.sparkContext().addSparkListener(progress);
    try {
      job.run();
    } finally {
      spark.sparkContext().removeSparkListener(progress);
    }
  }

  @Override
  public void onStageSubmitted(SparkListenerStageSubmitted stage) {
    tasks = stage.stageInfo().numTasks();
  }

  @Override
  public void onTaskEnd(SparkListenerTaskEnd end) {
    if (end.taskInfo().successful()) {
      done.set(end.taskInfo().index());
      long now = System.nanoTime();
      if (now - said >= pauseNanos) {
        said = now;
        out.printf(Locale.ROOT, "%s: %,d of %,d parts%n", command, done.cardinality(), tasks);
      }
    }
  }
}
