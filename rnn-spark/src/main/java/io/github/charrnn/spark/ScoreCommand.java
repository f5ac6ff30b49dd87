package io.github.charrnn.spark;

import io.github.charrnn.UnknownSymbols;
import io.github.charrnn.VanillaRnn;
import io.github.charrnn.cli.options.Options;
import io.github.charrnn.cli.options.UnknownOption;
import io.github.charrnn.cli.output.ExitCode;
import io.github.charrnn.cli.output.ScoredLine;
import io.github.charrnn.cli.output.Terminal;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileContext;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.function.MapFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Says of every line how well a model predicts it, with all the cores that Spark has. */
@Command(
    name = "score",
    description = {
      "Says of every line how well a model predicts it.",
      "One line out for one line in, as rnn score prints it: nats, bits per character, characters"
          + " (with the end of the line, if the model predicts that) and the line, separated by"
          + " tabs. The files part-* of DIR, one after the other, have them in the order of the"
          + " lines; _SUCCESS beside them says that all are there. DIR appears when it is"
          + " complete.",
      "MODEL, INPUT and DIR may be of any file system that Hadoop knows: a path on this machine,"
          + " file:, hdfs:, and those that Spark is configured for."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  rnn-spark score names.safetensors more.txt --out scored",
      "  rnn-spark score hdfs:///models/log.safetensors 'hdfs:///logs/2026-*' --out hdfs:///scored"
    })
final class ScoreCommand implements Callable<Integer> {
  private static final String OUT = "--out";
  private static final Duration PAUSE = Duration.ofSeconds(10);
  private static final String LINE = "value"; // as Spark calls the column of a text's lines

  private final Terminal terminal;
  private final Sessions session;
  @Spec private CommandSpec command;

  @Parameters(index = "0", paramLabel = "MODEL", description = "A model that rnn train has saved.")
  private String model;

  @Parameters(
      index = "1..*",
      arity = "1..*",
      paramLabel = "INPUT",
      showDefaultValue = Visibility.NEVER,
      description = {
        "UTF-8 files, directories of such, or patterns with * for several.",
        "The files of a directory are read in the order of their names, also those further in;"
            + " hidden ones, which begin with . or _ or end with ._COPYING_, are left out."
      })
  private List<String> inputs = new ArrayList<>();

  @Option(
      names = OUT,
      required = true,
      paramLabel = "DIR",
      description = "The directory that is written, which must not be there.")
  private String out;

  @Option(names = "--overwrite", description = "Replace DIR, in the end, if it is there.")
  private boolean overwrite;

  @Mixin private UnknownOption unknown;

  ScoreCommand(Terminal terminal, Sessions session) {
    this.terminal = terminal;
    this.session = session;
  }

  @Override
  public Integer call() throws IOException {
    if (inputs.contains("")) {
      throw Options.wrong(command, "INPUT is empty: name a file");
    }
    InputFiles.requireNamed(command, "INPUT", inputs);
    if (out.isEmpty()) {
      throw Options.wrong(command, OUT + " is empty: name a directory");
    }
    UnknownSymbols policy = unknown.policy();
    Configuration configuration = session.files(); // before a session takes its time
    Path directory = InputFiles.path(out, configuration);
    FileContext files = FileContext.getFileContext(directory.toUri(), configuration);
    if (!overwrite && files.util().exists(directory)) {
      throw new IOException(
          out + " is there already: name another directory, or replace it with --overwrite");
    }
    requireOutside(InputFiles.path(model, configuration), model, directory);
    List<FileStatus> read = read(configuration, directory);
    VanillaRnn loaded = SparkModels.load(configuration, model);
    SharedModel.requireUsable(loaded, policy);
    SparkSession spark = session.get();
    RnnScoring scoring = RnnScoring.of(spark, loaded).unknown(policy);
    // Beside it until all of it is there: what is in DIR meanwhile is another's.
    Path written =
        new Path(directory.getParent(), "." + directory.getName() + "-" + UUID.randomUUID());
    boolean done = false;
    try {
      Dataset<Row> scored = scoring.score(lines(spark, read), LINE);
      Progress.during(
          () -> write(scored, written), spark, terminal.err(), PAUSE, command.qualifiedName());
      done = true;
    } finally {
      if (!done) {
        files.delete(written, true);
      }
    }
    try {
      if (overwrite) {
        files.delete(directory, true);
      }
      files.rename(written, directory);
    } catch (IOException e) {
      throw new IOException(
          "all lines are scored, but "
              + written
              + ", which has them, cannot be renamed to "
              + directory
              + ", which another may have made meanwhile: give it another name, or delete it",
          e);
    }
    terminal.err().println(command.qualifiedName() + ": all lines are scored, in " + out);
    return ExitCode.OK;
  }

  /** The files that are read, in their order. */
  private List<FileStatus> read(Configuration configuration, Path directory) throws IOException {
    List<FileStatus> files = InputFiles.of(inputs, configuration);
    for (FileStatus file : files) {
      if (InputFiles.isHidden(file.getPath())) {
        throw new IOException(
            file.getPath()
                + " is hidden from Spark, which leaves out names that begin with . or _ or end with"
                + " ._COPYING_: rename or copy it");
      }
      requireOutside(file.getPath(), file.getPath().toString(), directory);
    }
    return files;
  }

  /**
   * Their lines, file after file: in one reading, Spark would take the largest first. It halves
   * them, so that the plan of many files is not deep.
   */
  private static Dataset<Row> lines(SparkSession spark, List<FileStatus> files) {
    int half = files.size() / 2;
    return half == 0
        ? lines(spark, files.get(0).getPath())
        : lines(spark, files.subList(0, half))
            .union(lines(spark, files.subList(half, files.size())));
  }

  /**
   * A line feed ends a line, a carriage return before it is no part of it, and no other ends one.
   */
  private static Dataset<Row> lines(SparkSession spark, Path file) {
    return spark
        .read()
        .option("lineSep", "\n")
        .option("__globPaths__", "false") // a name with [ is no pattern any more
        .text(file.toString())
        .selectExpr("IF(endswith(value, '\\r'), left(value, length(value) - 1), value) AS value");
  }

  /** Refuses to read what is to be replaced. */
  private void requireOutside(Path path, String typed, Path directory) {
    for (Path at = path; at != null; at = at.getParent()) {
      if (at.equals(directory)) {
        throw Options.wrong(
            command, typed + " is in " + out + ", which is to be written: name another directory");
      }
    }
  }

  private static void write(Dataset<Row> scored, Path to) {
    scored
        .map(
            (MapFunction<Row, String>)
                row ->
                    ScoredLine.of( // the line's column, and those that RnnScoring adds
                        row.getDouble(1), row.getDouble(2), row.getLong(3), row.getString(0)),
            Encoders.STRING())
        .write()
        .text(to.toString());
  }
}
