package io.github.charrnn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The command rnn as a shell finds it. */
final class Command {
  private Command() {}

  /**
   * Writes the script bin/rnn, which runs the classes under test in this test's Java.
   *
   * @return it
   */
  static Path install(Path directory) throws IOException {
    Path bin = Files.createDirectory(directory.resolve("bin"));
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    String script =
        "#!/bin/bash\nexec '"
            + java
            + "' -Drnn.command=rnn ${RNN_JAVA_OPTS--Drnn.kernel=scalar} -XX:TieredStopAtLevel=1"
            + " -Xshare:auto -cp '"
            + System.getProperty("java.class.path")
            + "' "
            + Main.class.getName()
            + " \"$@\"\n";
    Path rnn = Files.writeString(bin.resolve("rnn"), script);
    assertThat(rnn.toFile().setExecutable(true)).isTrue();
    return rnn;
  }
}
