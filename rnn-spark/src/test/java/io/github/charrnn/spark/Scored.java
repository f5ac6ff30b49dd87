package io.github.charrnn.spark;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.charrnn.cli.output.Terminal;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.sql.SparkSession;

/** What the two programs write of the lines of texts, and what they say. */
final class Scored {
  /** How a command has ended. */
  record Result(int code, String out, String err) {}

  private Scored() {}

  /** What rnn score prints. */
  static String byRnn(Path model, List<Path> texts, List<?> options) {
    Result result =
        run(
            terminal ->
                io.github.charrnn.cli.Main.run(terminal, words("score", model, texts, options)));
    assertThat(result.err).isEmpty();
    assertThat(result.code).isZero();
    return result.out;
  }

  /** What rnn-spark score writes, the parts one after the other. */
  static String bySpark(SparkSession spark, Path model, List<Path> texts, Path to, List<?> options)
      throws IOException {
    Result result = spark(spark, (Object[]) words("score", model, texts, "--out", to, options));
    assertThat(result.code).as(result.err).isZero();
    return parts(to);
  }

  /** How a command of rnn-spark ends. */
  static Result spark(SparkSession spark, Object... words) {
    return program(() -> spark, words);
  }

  /** The same of a session that is asked for. */
  static Result program(Sessions session, Object... words) {
    return run(terminal -> Main.run(terminal, session, words(words)));
  }

  /** All that a directory's parts say. */
  static String parts(Path dir) throws IOException {
    assertThat(dir.resolve("_SUCCESS")).exists();
    StringBuilder all = new StringBuilder();
    try (Stream<Path> files = Files.list(dir)) {
      for (Path part :
          files.filter(it -> it.getFileName().toString().startsWith("part-")).sorted().toList()) {
        all.append(Files.readString(part));
      }
    }
    return all.toString();
  }

  private interface Program {
    int run(Terminal terminal);
  }

  private static Result run(Program program) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int code = program.run(new Terminal(InputStream.nullInputStream(), out, err, false, 0));
    return new Result(code, out.toString(UTF_8), err.toString(UTF_8));
  }

  private static String[] words(Object... words) {
    return Arrays.stream(words)
        .flatMap(it -> it instanceof List<?> several ? several.stream() : Stream.of(it))
        .map(Object::toString)
        .toArray(String[]::new);
  }
}
