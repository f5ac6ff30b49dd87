package io.github.charrnn.spark;

import io.github.charrnn.VanillaRnn;
import io.github.charrnn.cli.tune.Job;
import io.github.charrnn.cli.tune.Material;
import io.github.charrnn.cli.tune.Runs;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.FutureAction;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.rdd.RDD;
import org.apache.spark.sql.SparkSession;
import scala.Function1;
import scala.collection.Iterator;
import scala.concurrent.ExecutionContext$;
import scala.jdk.javaapi.CollectionConverters;
import scala.runtime.BoxedUnit;

/**
 * The runs of a search on Spark: a round is a job, a run is a task of it, the text is broadcast
 * once. What comes of a run follows from its words and the text alone, so Spark may begin it again,
 * or run it twice.
 */
final class SparkRuns implements Runs {
  private final JavaSparkContext spark;
  private final int processorsOfTask;
  private Optional<Shared> shared = Optional.empty();

  private record Shared(Material material, Broadcast<SharedMaterial> broadcast) {}

  /** What comes back from an executor. */
  private static final class Ran implements Serializable {
    private static final long serialVersionUID = 1;

    private final double bits;
    private final byte[] model; // its file; empty if there is none
    private final String refusal; // empty if there is none

    Ran(double bits, byte[] model, String refusal) {
      this.bits = bits;
      this.model = model;
      this.refusal = refusal;
    }
  }

  SparkRuns(SparkSession session) {
    spark = JavaSparkContext.fromSparkContext(session.sparkContext());
    processorsOfTask = spark.getConf().getInt("spark.task.cpus", 1);
  }

  /** As many as Spark has processors for. */
  @Override
  public int atATime() {
    return Math.max(1, spark.defaultParallelism() / processorsOfTask);
  }

  /** As many as a task has processors. */
  @Override
  public OptionalInt threads() {
    return OptionalInt.of(processorsOfTask);
  }

  @Override
  public void run(
      Material material, OptionalInt threads, List<Job> jobs, BiConsumer<Job, Job.Result> listener)
      throws IOException {
    List<CompletableFuture<Ran>> ran =
        jobs.stream().map(job -> new CompletableFuture<Ran>()).toList();
    FutureAction<?> action =
        submit(jobs, task(broadcast(material), threads.orElse(processorsOfTask)), ran);
    try {
      for (int i = 0; i < jobs.size(); i++) {
        listener.accept(jobs.get(i), result(ran.get(i).get()));
      }
    } catch (ExecutionException e) {
      throw new IOException(SparkFailures.sentence(e), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("the search was interrupted");
    } finally {
      action.cancel(); // what has ended stays as it is
    }
  }

  private Broadcast<SharedMaterial> broadcast(Material material) {
    if (shared.isEmpty() || !shared.get().material().equals(material)) {
      shared.ifPresent(other -> other.broadcast().unpersist());
      shared = Optional.of(new Shared(material, spark.broadcast(new SharedMaterial(material))));
    }
    return shared.get().broadcast();
  }

  /** Begins a job with a task for each run, and gives its results to those who wait for them. */
  private FutureAction<BoxedUnit> submit(
      List<Job> jobs, Function1<Iterator<String[]>, Ran> task, List<CompletableFuture<Ran>> ran) {
    List<String[]> words = jobs.stream().map(job -> job.words().toArray(String[]::new)).toList();
    RDD<String[]> tasks = spark.parallelize(words, words.size()).rdd();
    List<Object> partitions = IntStream.range(0, words.size()).boxed().collect(Collectors.toList());
    FutureAction<BoxedUnit> action =
        spark
            .sc()
            .submitJob(
                tasks,
                task,
                CollectionConverters.asScala(partitions).toSeq(),
                (partition, result) -> {
                  ran.get((Integer) partition).complete(result);
                  return BoxedUnit.UNIT;
                },
                () -> BoxedUnit.UNIT);
    action.onComplete(
        end -> {
          if (end.isFailure()) {
            ran.forEach(it -> it.completeExceptionally(end.failed().get()));
          }
          return BoxedUnit.UNIT;
        },
        ExecutionContext$.MODULE$.global());
    return action;
  }

  /** What an executor does; it has the words of one run. */
  private static Function1<Iterator<String[]>, Ran> task(
      Broadcast<SharedMaterial> shared, int threads) {
    return (Function1<Iterator<String[]>, Ran> & Serializable)
        words -> ran(Job.of(List.of(words.next())), shared.value().material(), threads);
  }

  private static Ran ran(Job job, Material material, int threads) {
    TaskContext task = TaskContext.get();
    try {
      Job.Result result = job.run(material, OptionalInt.of(threads), task::killTaskIfInterrupted);
      ByteArrayOutputStream model = new ByteArrayOutputStream();
      if (result.model().isPresent()) {
        result.model().get().save(model);
      }
      return new Ran(result.bits(), model.toByteArray(), "");
    } catch (IllegalArgumentException e) { // as it will be again
      return new Ran(Double.NaN, new byte[0], String.valueOf(e.getMessage()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Job.Result result(Ran ran) throws IOException {
    if (!ran.refusal.isEmpty()) {
      throw new IOException("an executor refuses a run: " + ran.refusal);
    }
    Optional<VanillaRnn> model =
        ran.model.length == 0
            ? Optional.empty()
            : Optional.of(VanillaRnn.load(ByteBuffer.wrap(ran.model), "the model of a run"));
    return new Job.Result(ran.bits, model);
  }
}
