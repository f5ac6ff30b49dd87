package io.github.charrnn.spark;

import io.github.charrnn.cli.output.Failures;
import java.io.InvalidClassException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.util.VersionInfo;
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

  /** What Hadoop says where nothing listens, which goes on with a page of its wiki. */
  private static final Pattern NOTHING_LISTENS = Pattern.compile("Call From \\S+ to (\\S+) failed");

  private static final String NO_HOST = "Incomplete HDFS URI, no host:";

  private static final Pattern NO_CLASS =
      Pattern.compile("(?:Class )?(org\\.apache\\.hadoop\\.\\S+)");

  private static final Pattern NOT_UTF8 =
      Pattern.compile("(?i)invalid utf-?8 [^:]*: ?((?:\\\\x\\w\\w)+)");

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
    String said = says(causes.stream().filter(cause -> !wraps(cause)).findFirst().orElse(failure));
    return said.endsWith(".") ? said.substring(0, said.length() - 1) : said;
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
    return cause instanceof OutOfMemoryError
        ? Optional.of(
            "out of memory ("
                + firstLine(message)
                + "): give the driver or the executors more, with --driver-memory or"
                + " --executor-memory")
        : ofFiles(cause, message);
  }

  /** What Hadoop says of a place of files that it does not reach. */
  private static Optional<String> ofFiles(Throwable cause, String message) {
    Matcher call = NOTHING_LISTENS.matcher(message);
    if (cause instanceof ConnectException && call.lookingAt()) {
      return Optional.of(
          "nothing answers at "
              + call.group(1)
              + " (connection refused): start it, or name the one that runs");
    }
    if (cause instanceof UnknownHostException) {
      return Optional.of(
          "there is no host "
              + firstLine(message)
              + ": name another, or HADOOP_CONF_DIR must name the directory that says what is"
              + " called so");
    }
    Matcher missing = NO_CLASS.matcher(message);
    if (cause instanceof ClassNotFoundException && missing.lookingAt()) {
      return Optional.of(
          "Spark has nothing that reads such paths, no "
              + missing.group(1)
              + ": add its jars, for s3a: with --packages org.apache.hadoop:hadoop-aws:"
              + VersionInfo.getVersion());
    }
    if (message.startsWith(NO_HOST)) {
      return Optional.of(
          message.substring(NO_HOST.length()).strip()
              + " has no host: name it, as in hdfs://HOST:PORT/DIR, or HADOOP_CONF_DIR must name the"
              + " directory that says which it is");
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
      Matcher bytes = NOT_UTF8.matcher(sentence);
      return bytes.find()
          ? "a text is not UTF-8, it has the bytes "
              + bytes.group(1)
              + ": convert it first, for example with iconv"
          : sentence;
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
