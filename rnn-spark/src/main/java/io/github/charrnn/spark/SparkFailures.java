package io.github.charrnn.spark;

import io.github.charrnn.cli.output.Failures;
import java.io.InvalidClassException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.SparkException;
import org.apache.spark.SparkThrowable;

/** What went wrong on a cluster, in one sentence, however deep Spark has wrapped it. */
public final class SparkFailures {
  /** Spark's name of an error, before what it says, and what stands behind that. */
  private static final Pattern CONDITION = Pattern.compile("^\\[[A-Z0-9_.]+] ");

  private static final Pattern STATE = Pattern.compile("\\s*SQLSTATE: \\w+.*$");

  /** What Spark says of a job whose task did not come back with an exception of its own. */
  private static final Pattern LAST_FAILURE =
      Pattern.compile("most recent failure: (?:Lost task \\S+ in stage \\S+ )?(.*)");

  private static final Pattern LOST =
      Pattern.compile("ExecutorLostFailure \\(executor (\\S+) (.*)");

  private SparkFailures() {}

  /**
   * {@return what went wrong, in one sentence} That is a worker's own words, if it has sent any,
   * and else what Spark has seen of it.
   *
   * @param failure what a job, a query or a function has thrown
   */
  public static String sentence(Throwable failure) {
    Objects.requireNonNull(failure, "failure");
    List<Throwable> causes = causes(failure);
    for (Throwable cause : causes) {
      Optional<String> known = known(cause);
      if (known.isPresent()) {
        return known.get();
      }
    }
    return says(causes.stream().filter(cause -> !wraps(cause)).findFirst().orElse(failure));
  }

  /** From the outermost to the innermost. */
  private static List<Throwable> causes(Throwable failure) {
    List<Throwable> causes = new ArrayList<>();
    for (Throwable cause = failure;
        cause != null && !causes.contains(cause);
        cause = cause.getCause()) {
      causes.add(cause);
    }
    return causes;
  }

  /** What cannot be left to its own words. */
  private static Optional<String> known(Throwable cause) {
    String message = String.valueOf(cause.getMessage());
    if (cause instanceof InvalidClassException
        || (cause instanceof ClassNotFoundException && message.contains("io.github.charrnn"))) {
      return Optional.of(
          "a worker has another version of rnn-spark, or none ("
              + firstLine(message)
              + "): give all of the cluster the same rnn-spark.jar");
    }
    if (cause instanceof OutOfMemoryError) {
      return Optional.of(
          "out of memory ("
              + firstLine(message)
              + "): give the driver or the executors more, with --driver-memory or"
              + " --executor-memory");
    }
    return Optional.empty();
  }

  /** Whether it only brings along a cause that knows more. */
  private static boolean wraps(Throwable failure) {
    Throwable cause = failure.getCause();
    return cause != null
        && (failure instanceof SparkThrowable
            || failure instanceof UncheckedIOException
            || failure instanceof ExecutionException
            || failure instanceof InvocationTargetException
            || cause.toString().equals(failure.getMessage()));
  }

  private static String says(Throwable cause) {
    String message = String.valueOf(cause.getMessage());
    if (cause instanceof SparkException && message.startsWith("Job aborted")) {
      return ofJob(message);
    }
    if (cause instanceof SparkThrowable) {
      String sentence = CONDITION.matcher(firstLine(message)).replaceFirst("");
      sentence = STATE.matcher(sentence).replaceFirst("");
      return sentence.endsWith(".") ? sentence.substring(0, sentence.length() - 1) : sentence;
    }
    return cause instanceof Exception e
        ? Failures.sentence(e)
        : "this is a bug in rnn, please report it: " + cause;
  }

  /**
   * A job ended although no exception of a task came back: its executor died, or it was stopped.
   */
  private static String ofJob(String message) {
    String line = firstLine(message);
    Matcher failure = LAST_FAILURE.matcher(line);
    String last = failure.find() ? failure.group(1) : line;
    Matcher lost = LOST.matcher(last);
    return lost.find()
        ? "executor " + lost.group(1) + " was lost as often as Spark tries (" + lost.group(2)
        : last;
  }

  private static String firstLine(String message) {
    return message.lines().findFirst().orElse(message).strip();
  }
}
