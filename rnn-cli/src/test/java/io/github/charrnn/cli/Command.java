package io.github.charrnn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The command rnn as a shell finds it. */
final class Command {
  private Command() {}

  /** This test's Java with the classes under test, and made to start fast: a class name follows. */
  static List<String> java() {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-XX:TieredStopAtLevel=1",
        "-Xshare:auto",
        "-Drnn.command=rnn",
        "-cp",
        System.getProperty("java.class.path"));
  }

  /**
   * Writes the script bin/rnn, which runs the classes under test in this test's Java.
   *
   * @return it
   */
  static Path install(Path directory) throws IOException {
    Path bin = Files.createDirectory(directory.resolve("bin"));
    String script =
        "#!/bin/bash\nexec '"
            + String.join("' '", java())
            + "' ${RNN_JAVA_OPTS--Drnn.kernel=scalar} "
            + Main.class.getName()
            + " \"$@\"\n";
    Path rnn = Files.writeString(bin.resolve("rnn"), script);
    assertThat(rnn.toFile().setExecutable(true)).isTrue();
    return rnn;
  }
}
