package io.github.charrnn.cli.output;

import io.github.charrnn.UnknownSymbolException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.Map;

/** What went wrong, in one sentence for whoever typed the command. */
public final class Failures {
  /** What the library says, and the option that whoever typed the command knows it by. */
  private static final Map<String, String> OPTIONS =
      Map.of(
          "(?<![\\w./-])hiddenSize(?= \\d| is )", "--hidden",
          "(?<![\\w./-])sequenceLength(?= \\d| is )", "--seq",
          "(?<![\\w./-])batchSize(?= \\d| is )", "--batch",
          "(?<![\\w./-])localSteps(?=,)", "--local-steps",
          "(?<![\\w./-])shards(?=, \\d| is )", "--shards",
          "^steps is\\b", "--steps is",
          "^learningRate is\\b", "--lr is",
          "start Java with (-Xmx\\w+)$", "give Java more: RNN_JAVA_OPTS=$1");

  private Failures() {}

  /** Says what went wrong. */
  public static String sentence(Exception e) {
    if (e instanceof UncheckedIOException && e.getCause() instanceof IOException io) {
      return sentence(io);
    }
    if (e instanceof UnknownSymbolException unknown) {
      String or = unknown.normalForm().isPresent() ? "; or " : ": "; // after a better way out
      return firstLine(e) + or + "--unknown skip leaves such symbols out";
    }
    if (e instanceof NoSuchFileException file) {
      return file.getReason() == null
          ? "there is no file " + file.getFile()
          : file.getFile() + " is " + file.getReason();
    }
    if (e instanceof AccessDeniedException file) {
      return "there is no permission for " + file.getFile();
    }
    if (e instanceof FileSystemException file) {
      return file.getFile() + ": " + (file.getReason() == null ? "failed" : file.getReason());
    }
    if (e instanceof IllegalArgumentException) {
      return withOptions(firstLine(e));
    }
    if (e instanceof IOException
        || e instanceof IllegalStateException
        || e instanceof ArithmeticException) {
      return firstLine(e);
    }
    return "this is a bug in rnn, please report it: " + e + " (-Drnn.trace=true shows where)";
  }

  /** Says that the heap is too small, and what to do. */
  public static String outOfMemory() {
    long mebibytes = Runtime.getRuntime().maxMemory() >> 20;
    return "out of memory: the heap has at most "
        + mebibytes
        + " MiB: choose a shorter text or smaller sizes, or give Java more: RNN_JAVA_OPTS=-Xmx"
        + 2 * mebibytes
        + "m";
  }

  /** The first line of a message. */
  public static String firstLine(Exception e) {
    String message = String.valueOf(e.getMessage());
    return message.lines().findFirst().orElse(message);
  }

  private static String withOptions(String message) {
    String result = message;
    for (Map.Entry<String, String> option : OPTIONS.entrySet()) {
      result = result.replaceFirst(option.getKey(), option.getValue());
    }
    return result;
  }
}
