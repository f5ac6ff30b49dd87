package io.github.charrnn.spark;

import io.github.charrnn.cli.output.ExitCode;
import io.github.charrnn.cli.output.Terminal;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Shows what there is, in one session: what rnn-spark/demo starts. */
@Command(
    name = "demo",
    hidden = true,
    description = "Shows scoring, searching and training on a small list.")
final class DemoCommand implements Callable<Integer> {
  private static final String QUERY =
      "SELECT value, round(names_bits(value), 2) AS bits FROM names ORDER BY bits DESC LIMIT 5";

  private final Terminal terminal;
  private final Sessions session;

  @Parameters(index = "0", paramLabel = "MODEL", description = "A model of names.")
  private Path model;

  @Parameters(index = "1", paramLabel = "LIST", description = "A name a line.")
  private Path list;

  @Parameters(index = "2", paramLabel = "DIR", description = "Where everything is written.")
  private Path dir;

  DemoCommand(Terminal terminal, Sessions session) {
    this.terminal = terminal;
    this.session = session;
  }

  @Override
  public Integer call() throws IOException {
    SparkSession spark = session.get();
    RnnFunctions.register(spark, "names", model.toString());
    spark.read().option("lineSep", "\n").text(list.toString()).createOrReplaceTempView("names");
    terminal.println("--- functions of SQL: the most surprising names");
    terminal.println(QUERY);
    for (Row row : spark.sql(QUERY).collectAsList()) {
      terminal.println("  " + row.getDouble(1) + "  " + row.getString(0));
    }
    List<List<String>> commands =
        List.of(
            List.of("score", model.toString(), list.toString(), "--out", written("scored")),
            List.of(
                "tune",
                list.toString(),
                "--documents",
                "lines",
                "--hidden",
                "32",
                "--steps",
                "100",
                "--seeds",
                "1"),
            List.of(
                "train",
                list.toString(),
                "--documents",
                "lines",
                "--hidden",
                "32",
                "--steps",
                "200",
                "--shards",
                "4",
                "-o",
                written("names.safetensors")));
    for (List<String> command : commands) {
      terminal.println("--- rnn-spark " + String.join(" ", command));
      int code = Main.run(terminal, session, command.toArray(String[]::new));
      if (code != ExitCode.OK) {
        return code;
      }
    }
    return ExitCode.OK;
  }

  private String written(String name) {
    return dir.resolve(name).toString();
  }
}
