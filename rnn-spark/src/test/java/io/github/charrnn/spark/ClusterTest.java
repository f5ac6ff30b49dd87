package io.github.charrnn.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.charrnn.CharVocab;
import io.github.charrnn.EncodedText;
import io.github.charrnn.Initializer;
import io.github.charrnn.LearningRate;
import io.github.charrnn.Optimizer;
import io.github.charrnn.Recipe;
import io.github.charrnn.Shards;
import io.github.charrnn.Trainer;
import io.github.charrnn.VanillaRnn;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.spark.ExecutorLostFailure;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorRemoved;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.scheduler.SparkListenerTaskStart;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A master and two workers, each a process: the same on all of it, and when some of it dies. */
@Tag("long")
class ClusterTest {
  private static final int LINES = 2400;

  @TempDir Path dir;

  @Test
  void oneExecutor_andTwoOfWhichOneIsKilled_scoreAndTrainAsOneMachineDoes() throws Exception {
    Path model = dir.resolve("model.safetensors");
    VanillaRnn.builder(CharVocab.of("abcdefghijklmnopqrstuvwxyz \n"))
        .hiddenSize(32)
        .initializer(Initializer.normal(0.1))
        .build()
        .save(model);
    // A file is a partition, and a task.
    List<Path> texts = texts(12);
    String expected = Scored.byRnn(model, texts, List.of());

    try (Hdfs hdfs = Hdfs.start(dir.resolve("hdfs"));
        Cluster cluster = Cluster.start(dir.resolve("cluster"));
        SparkSession spark = cluster.session()) {
      assertThat(Scored.bySpark(spark, model, texts, dir.resolve("one"), List.of()))
          .isEqualTo(expected);
      hdfs.put(texts.get(0), "text");
      SparkShards shards = SparkShards.of(spark, List.of(hdfs.name("text")), Optional.empty(), 8);
      String trained = trained(trainer(shards), Shards.of(texts(shards)));
      assertThat(trained(trainer(shards), shards)).isEqualTo(trained);

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

      cluster.awaitExecutors(spark, 2); // the worker has begun another
      watch.inTheMiddleOfARound(() -> cluster.freezeOneExecutor());
      assertThat(trained(trainer(shards), shards)).isEqualTo(trained);
      assertThat(watch.speculated.get())
          .as("tasks of which the second copy was first")
          .isPositive();
      cluster.thaw();
      watch.inTheMiddleOfARound(() -> cluster.killOneExecutor());
      assertThat(trained(trainer(shards), shards)).isEqualTo(trained);
      assertThat(watch.removed.get()).as("executors lost").isEqualTo(2);
      assertThat(watch.lost.get()).as("tasks lost with their executor").isPositive();
    }
  }

  private static Trainer trainer(SparkShards shards) {
    return Trainer.of(VanillaRnn.builder(shards.vocab()).hiddenSize(256).build())
        .recipe(
            Recipe.course()
                .withSequenceLength(10)
                .withBatchSize(16)
                .withShards(8)
                .withLocalSteps(4)
                .withOptimizer(Optimizer.adam(0.9, 0.99))
                .withLearningRate(LearningRate.constant(0.01)));
  }

  private static String trained(Trainer trainer, Shards shards) {
    return trainer.train(shards, 20).last().fingerprint();
  }

  private static List<EncodedText> texts(SparkShards shards) throws IOException {
    List<EncodedText> texts = new ArrayList<>();
    for (int i = 0; i < shards.lengths().size(); i++) {
      texts.add(shards.text(i));
    }
    return texts;
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
    /** Of the second round, when each executor is at one of its eight tasks. */
    private static final int IN_THE_MIDDLE = 11;

    final CountDownLatch some = new CountDownLatch(2);
    final AtomicInteger removed = new AtomicInteger();
    final AtomicInteger lost = new AtomicInteger();
    final AtomicInteger speculated = new AtomicInteger();
    private final AtomicInteger begun = new AtomicInteger();
    private volatile Runnable action = () -> {};

    /** Does it in the run that begins now. */
    void inTheMiddleOfARound(Runnable action) {
      this.action = action;
      lost.set(0);
      begun.set(0);
    }

    @Override
    public void onTaskStart(SparkListenerTaskStart start) {
      if (begun.incrementAndGet() == IN_THE_MIDDLE) {
        action.run();
      }
    }

    @Override
    public void onTaskEnd(SparkListenerTaskEnd end) {
      if (end.taskInfo().successful()) {
        some.countDown();
        if (end.taskInfo().speculative()) {
          speculated.incrementAndGet();
        }
      } else if (end.reason() instanceof ExecutorLostFailure) {
        lost.incrementAndGet();
      }
    }

    @Override
    public void onExecutorRemoved(SparkListenerExecutorRemoved gone) {
      removed.incrementAndGet();
    }
  }
}
