package io.github.charrnn.spark;

import io.github.charrnn.cli.output.ExitCode;
import io.github.charrnn.cli.output.Terminal;
import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;

/** Says of every line how well a model predicts it. */
@Command(name = "score", description = "Says of every line how well a model predicts it.")
final class ScoreCommand implements Callable<Integer> {
  private final Terminal terminal;
  private final Supplier<SparkSession> session;

  ScoreCommand(Terminal terminal, Supplier<SparkSession> session) {
    this.terminal = terminal;
    this.session = session;
  }

  @Override
  public Integer call() throws IOException {
    terminal.println(session.get().version());
    return ExitCode.OK;
  }
}
