package io.github.charrnn.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.charrnn.cli.output.Shell;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Training at a terminal whose window changes. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@Tag("long")
class TerminalTest {
  private static final String ERASED = "\r\u001b[J";
  private static final String CTRL_C = "\u0003";

  @TempDir Path directory;
  private Optional<Pty> opened = Optional.empty();

  @AfterEach
  void close() {
    opened.ifPresent(Pty::close);
  }

  @Test
  void training_followsTheWindow_andCtrlCLeavesAClearedLine() throws Exception {
    Pty.requireScript();
    Path model = directory.resolve("m");
    List<String> command = new ArrayList<>(Command.java());
    command.addAll(List.of("-Drnn.terminal.err=100", "-Drnn.kernel=scalar", Main.class.getName()));
    command.addAll(List.of("train", "-o", model.toString(), "--recipe", "course"));
    command.addAll(List.of("--steps", "99999999", "--no-report"));
    Pty pty = new Pty("stty rows 40 cols 100; tty; exec " + Shell.line(command));
    opened = Optional.of(pty);
    String terminal = pty.line();
    pty.await("text    the story that comes with rnn, ");
    pty.await(" left\r");
    pty.await(ERASED);
    assertThat(pty.before(ERASED).strip()).hasSizeBetween(90, 99).contains("smooth ");

    Process stty = new ProcessBuilder("stty", "-F", terminal, "cols", "60").start();
    assertThat(stty.waitFor(20, TimeUnit.SECONDS)).isTrue();
    String line = pty.before(ERASED);
    for (int i = 0; i < 20 && line.strip().length() > 59; i++) {
      line = pty.before(ERASED);
    }
    assertThat(line.strip()).matches("\\d+ %.*/99,999,999 .* left").hasSizeBetween(30, 59);

    pty.type(CTRL_C);
    assertThat(pty.rest()).contains(ERASED + "rnn train: interrupted after step ", "go on with: ");
  }

  @Test
  void aTerminalThatCanOnlyPrint_isNotControlledByAName() throws Exception {
    List<String> command = new ArrayList<>(Command.java());
    command.addAll(List.of("-Drnn.terminal.err=0", Main.class.getName(), "inspect", "a\u001b[1m"));
    Process rnn = new ProcessBuilder(command).redirectErrorStream(true).start();

    assertThat(rnn.inputReader(UTF_8).lines())
        .containsExactly("rnn inspect: there is no file a\\u001b[1m");
  }
}
