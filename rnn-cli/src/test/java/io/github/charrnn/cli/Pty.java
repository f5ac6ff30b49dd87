package io.github.charrnn.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;

/** A pseudo terminal, which script makes: what is written to it is typed. */
final class Pty {
  final Process process;
  private final Writer keys;
  private final Reader screen;
  private final StringBuilder seen = new StringBuilder();

  /** Skips the test where there is no script. */
  static void requireScript() {
    Needed.isThere(
        System.getProperty("os.name").equals("Linux")
            && Files.isExecutable(Path.of("/usr/bin/script")),
        "a terminal is made by script, and there is no script of Linux"
            + " (Debian: apt-get install bsdutils)");
  }

  Pty(String shell) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder("/usr/bin/script", "-qec", shell, "/dev/null").redirectErrorStream(true);
    builder.environment().put("TERM", "xterm");
    builder.environment().put("SHELL", "/bin/sh");
    builder.environment().remove("JAVA_TOOL_OPTIONS");
    process = builder.start();
    keys = process.outputWriter(UTF_8);
    screen = process.inputReader(UTF_8);
  }

  void type(String typed) throws IOException {
    keys.append(typed).flush();
  }

  /** Reads up to a text, which must come after all that was awaited before. */
  void await(String text) throws IOException {
    seen.setLength(0);
    while (seen.indexOf(text, seen.length() - text.length()) < 0) {
      int next = screen.read();
      assertThat(next).as("after %s, before %s", seen, text).isNotNegative();
      seen.append((char) next);
    }
  }

  /** The first line. */
  String line() throws IOException {
    return before("\r\n");
  }

  /** What comes before a text, which must come after all that was awaited before. */
  String before(String text) throws IOException {
    await(text);
    return seen.substring(0, seen.length() - text.length());
  }

  String rest() throws IOException {
    StringBuilder rest = new StringBuilder();
    for (int next = screen.read(); next >= 0; next = screen.read()) {
      rest.append((char) next);
    }
    return rest.toString();
  }

  void close() {

    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }
}
