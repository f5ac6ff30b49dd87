package io.github.charrnn.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.charrnn.cli.output.Terminal;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;

/** Runs commands inside the test's JVM. */
final class Cli {
  private Cli() {}

  /** What a command left behind. */
  record Outcome(int code, String out, String err) {}

  static Outcome run(Object... arguments) {
    return runWithInput("", arguments);
  }

  static Outcome runWithInput(String input, Object... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Terminal terminal =
        new Terminal(new ByteArrayInputStream(input.getBytes(UTF_8)), out, err, false, 0);
    String[] strings = Arrays.stream(arguments).map(Object::toString).toArray(String[]::new);
    int code = Main.run(terminal, strings);
    return new Outcome(code, out.toString(UTF_8), err.toString(UTF_8));
  }
}
