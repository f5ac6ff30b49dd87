package io.github.charrnn.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.charrnn.CharVocab;
import io.github.charrnn.Initializer;
import io.github.charrnn.VanillaRnn;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorRemoved;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A master and two workers, each a process: the same on all of it, and when some of it dies. */
class ClusterTest {
  private static final int LINES = 3600;

  @TempDir Path dir;

  @Test
  void score_oneExecutorAndTwoOfWhichOneIsKilled_sameLinesAsRnnScore() throws Exception {
    Path model = dir.resolve("model.safetensors");
    VanillaRnn.builder(CharVocab.of("abcdefghijklmnopqrstuvwxyz \n"))
        .hiddenSize(32)
        .initializer(Initializer.normal(0.1))
        .build()
        .save(model);
    // A file is a partition, and a task.
    List<Path> texts = texts(12);
    String expected = Scored.byRnn(model, texts, List.of());

    try (Cluster cluster = Cluster.start(dir.resolve("cluster"));
        SparkSession spark = cluster.session()) {
      assertThat(Scored.bySpark(spark, model, texts, dir.resolve("one"), List.of()))
          .isEqualTo(expected);

      cluster.addWorker();
      cluster.awaitExecutors(spark, 2);
      Watch watch = new Watch();
      spark.sparkContext().addSparkListener(watch);
      FutureTask<String> scored =
          new FutureTask<>(
              () -> Scored.bySpark(spark, model, texts, dir.resolve("two"), List.of()));
      new Thread(scored).start();
      assertThat(watch.some.await(5, TimeUnit.MINUTES)).as("some are done").isTrue();
      cluster.killOneExecutor();
      assertThat(scored.isDone()).as("killed in the middle").isFalse();
      assertThat(scored.get(5, TimeUnit.MINUTES)).isEqualTo(expected);
      assertThat(watch.removed.get()).as("executors lost").isEqualTo(1);
    }
  }

  private List<Path> texts(int count) throws IOException {
    Random random = new Random(1);
    List<Path> texts =
        Stream.iterate(0, i -> i + 1).limit(count).map(i -> dir.resolve("text-" + i)).toList();
    for (Path text : texts) {
      StringBuilder lines = new StringBuilder();
      for (int i = 0; i < LINES / count; i++) {
        random.ints(77, 'a', 'z' + 1).forEach(lines::appendCodePoint);
        lines.append('\n');
      }
      Files.writeString(text, lines);
    }
    return texts;
  }

  /** What the driver hears of its tasks. */
  private static final class Watch extends SparkListener {
    final CountDownLatch some = new CountDownLatch(2);
    final AtomicInteger removed = new AtomicInteger();

    @Override
    public void onTaskEnd(SparkListenerTaskEnd end) {
      if (end.taskInfo().successful()) {
        some.countDown();
      }
    }

    @Override
    public void onExecutorRemoved(SparkListenerExecutorRemoved lost) {
      removed.incrementAndGet();
    }
  }
}
