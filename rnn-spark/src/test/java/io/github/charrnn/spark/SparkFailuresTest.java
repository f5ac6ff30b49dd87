package io.github.charrnn.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InvalidClassException;
import java.io.UncheckedIOException;
import java.util.concurrent.ExecutionException;
import org.apache.spark.SparkException;
import org.junit.jupiter.api.Test;

/** Sentences of failures as Spark wraps them; those of real jobs are where the jobs are tested. */
class SparkFailuresTest {
  private static String of(Throwable failure) {
    return SparkFailures.sentence(failure);
  }

  @Test
  void taskThatThrew_hasItsOwnWords() {
    Throwable task = new IllegalArgumentException("the text 'a': no\nat length");
    Throwable job =
        new SparkException(
            "Job aborted due to stage failure: Task 0 in stage 1.0 failed 4 times", task);

    assertThat(of(job)).isEqualTo("the text 'a': no");
    assertThat(of(new ExecutionException(job))).isEqualTo("the text 'a': no");
    assertThat(of(new RuntimeException(job))).isEqualTo("the text 'a': no");
  }

  @Test
  void sentenceWithItsReason_staysWhole() {
    IOException named = new IOException("m cannot be used as a model: cut", new IOException("cut"));

    assertThat(of(new UncheckedIOException(named))).isEqualTo("m cannot be used as a model: cut");
  }

  @Test
  void executorThatWasLost_isNamed() {
    assertThat(
            of(
                new SparkException(
                    "Job aborted due to stage failure: Task 3 in stage 2.0 failed 4 times, most"
                        + " recent failure: Lost task 3.3 in stage 2.0 (TID 9) (127.0.0.1 executor"
                        + " 1): ExecutorLostFailure (executor 1 exited caused by one of the running"
                        + " tasks) Reason: Command exited with code 137\nDriver stacktrace:")))
        .isEqualTo(
            "executor 1 was lost as often as Spark tries (exited caused by one of the running"
                + " tasks) Reason: Command exited with code 137");
  }

  @Test
  void jobThatWasCancelled_saysSo() {
    assertThat(of(new SparkException("Job 3 cancelled because SparkContext was shut down")))
        .isEqualTo("Job 3 cancelled because SparkContext was shut down");
  }

  @Test
  void classesThatDiffer_areAnotherVersion() {
    Throwable task =
        new InvalidClassException("io.github.charrnn.spark.X", "local class incompatible");

    assertThat(of(new SparkException("Job aborted due to stage failure: ...", task)))
        .isEqualTo(
            "a worker has another version of rnn-spark, or none (io.github.charrnn.spark.X; local"
                + " class incompatible): give all of the cluster the same rnn-spark.jar");
    assertThat(of(new ClassNotFoundException("io.github.charrnn.spark.RnnScoring")))
        .startsWith("a worker has another version of rnn-spark, or none (");
  }

  @Test
  void memory_saysHowToGiveMore() {
    assertThat(of(new SparkException("Job aborted", new OutOfMemoryError("Java heap space"))))
        .isEqualTo(
            "out of memory (Java heap space): give the driver or the executors more, with"
                + " --driver-memory or --executor-memory");
  }

  @Test
  void query_hasNeitherNamesNorNumbersOfErrors() {
    assertThat(Refusal.of(() -> LocalSpark.session().read().text("/there/is/none")))
        .isEqualTo("Path does not exist: file:/there/is/none");
    assertThat(Refusal.of(() -> LocalSpark.session().sql("SELECT nope(1)").count()))
        .startsWith("Cannot resolve routine `nope`")
        .doesNotContain("SQLSTATE");
    assertThat(Refusal.of(() -> LocalSpark.session().range(1).select("text")))
        .isEqualTo(
            "A column, variable, or function parameter with name `text` cannot be resolved. Did you"
                + " mean one of the following? [`id`]");
  }

  @Test
  void anythingElse_isABug() {
    assertThat(of(new NullPointerException("x")))
        .startsWith("this is a bug in rnn, please report it: java.lang.NullPointerException: x");
    assertThat(of(new StackOverflowError()))
        .isEqualTo("this is a bug in rnn, please report it: java.lang.StackOverflowError");
  }
}
