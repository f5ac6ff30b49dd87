package io.github.charrnn.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.gson.Gson;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A Java that runs one command after the other in a working directory of its own. A test cannot
 * change its own directory, and a process for each command costs a third of a second.
 */
final class Child implements AutoCloseable {
  private static final Gson GSON = new Gson();

  private final Process process;
  private final Writer questions;
  private final BufferedReader answers;

  private Child(Process process) {
    this.process = process;
    questions = process.outputWriter(UTF_8);
    answers = process.inputReader(UTF_8);
  }

  static Child start(Path directory, Map<String, String> environment, List<String> javaOptions)
      throws IOException {
    List<String> command = new ArrayList<>(Command.java());
    command.addAll(List.of("-XX:+UseSerialGC", "-Drnn.kernel=scalar"));
    command.addAll(javaOptions);
    command.add(Child.class.getName());
    ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
    builder.environment().remove("JAVA_TOOL_OPTIONS");
    builder.environment().putAll(environment);
    return new Child(builder.redirectError(ProcessBuilder.Redirect.DISCARD).start());
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** Words of a command, and its standard input. */
  private record Question(List<String> words, String input) {}

  /** Runs a command with nothing on standard input. */
  Cli.Outcome run(List<String> words) throws IOException, InterruptedException, TimeoutException {
    return run(words, "");
  }

  /** Runs a command; one that takes a minute ends the child. */
  Cli.Outcome run(List<String> words, String input)
      throws IOException, InterruptedException, TimeoutException {
    questions.append(GSON.toJson(new Question(words, input))).append('\n').flush();
    CompletableFuture<String> answer =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return String.valueOf(answers.readLine());
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
    try {
      String line = answer.get(60, TimeUnit.SECONDS);
      if (line.equals("null")) {
        throw new IOException("the child has ended");
      }
      return GSON.fromJson(line, Cli.Outcome.class);
    } catch (ExecutionException e) {
      throw new IOException(e);
    } finally {
      if (!answer.isDone()) {
        close();
      }
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }

  /** The child's side: a question on a line of standard input, an outcome on one of output. */
  public static void main(String[] args) throws IOException {
    PrintStream out = new PrintStream(System.out, true, UTF_8);
    ByteArrayOutputStream others = new ByteArrayOutputStream(); // loggers and threads
    System.setOut(new PrintStream(OutputStream.nullOutputStream(), false, UTF_8));
    System.setErr(new PrintStream(others, true, UTF_8));
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      others.reset();
      Question question = GSON.fromJson(line, Question.class);
      Cli.Outcome outcome = Cli.runWithInput(question.input(), question.words().toArray());
      String err = outcome.err() + others.toString(UTF_8);
      out.println(GSON.toJson(new Cli.Outcome(outcome.code(), outcome.out(), err)));
    }
  }
}
