package io.github.charrnn.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.charrnn.cli.output.Terminal;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** Help, version, completion, and what is said of a word that was mistyped. */
class HelpTest {
  private static final Path GROFF = Path.of("/usr/bin/groff");

  private static CommandLine rnn(int columns) {
    return Main.commandLine(
        new Terminal(
            InputStream.nullInputStream(),
            new ByteArrayOutputStream(),
            new ByteArrayOutputStream(),
            false,
            columns));
  }

  static Set<String> commands() {
    return rnn(0).getSubcommands().keySet();
  }

  @ParameterizedTest
  @MethodSource("commands")
  void everyCommand_hasHelpWithExamplesThatItTakes(String command) {
    String help = Cli.run(command, "--help").out();

    assertThat(help).startsWith("Usage: rnn " + command).doesNotContain("[]");
    assertThat(Cli.run("help", command).out()).isEqualTo(help);
    assertThat(Cli.run(command, "--version").out()).startsWith("charrnn ");
    List<String> examples =
        help.lines().dropWhile(line -> !line.matches("Examples?:")).skip(1).toList();
    assertThat(examples).isNotEmpty();
    for (String example : examples) {
      Matcher words = Pattern.compile("'([^']*)'|[^ ']+").matcher(example.split("[|)>]", -1)[0]);
      List<String> typed = new ArrayList<>();
      while (words.find()) {
        typed.add(words.group(1) == null ? words.group() : words.group(1));
      }
      int name = typed.indexOf("rnn") < 0 ? typed.indexOf("<(rnn") : typed.indexOf("rnn");
      rnn(0).parseArgs(typed.subList(name + 1, typed.size()).toArray(new String[0]));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 70, 80, 120})
  void help_isAsWideAsTheTerminal_andWithinWhatIsPleasantToRead(int columns) {
    int width = columns == 0 ? 80 : Math.min(columns, 100);
    for (CommandLine command : rnn(columns).getSubcommands().values()) {
      assertThat(command.getUsageMessage().lines()).allMatch(line -> line.length() <= width);
    }
  }

  @Test
  void trainHelp_hasEveryOptionUnderAHeading() {
    String help = Cli.run("train", "--help").out();

    assertThat(help)
        .containsSubsequence(
            "\nText:\n",
            "\nModel:\n",
            " --hidden=",
            "\nTraining:\n",
            " --recipe=",
            "\nRecipes, on 1,000,000 characters with 65 symbols:\n  course  100 hidden units, normal;",
            "\n  quick ",
            "\n  good ",
            "\n  best ",
            "\nHeld-out text:\n",
            "\nOutput:\n  -o, --output=",
            "\nReport:\n",
            " --live ",
            "\nSafety:\n",
            " --resume ",
            "\nHelp:\n  -h, --help ")
        .contains("TEXT...")
        .doesNotContain("\nOther:\n");
    assertThat(Cli.run("tune", "--help").out()).contains("\nModel:\n").doesNotContain("\nOther:\n");
    for (OptionSpec option :
        Objects.requireNonNull(rnn(0).getSubcommands().get("train")).getCommandSpec().options()) {
      assertThat(help.split("(?m)^ {2,6}(-\\w, )?" + option.longestName() + "(?![-\\w])", -1))
          .as(option.longestName())
          .hasSize(2);
    }
  }

  @Test
  void onlyTrain_addsWhatAModelDoesNotKnow() {
    for (String command : commands()) {
      String help = Cli.run(command, "--help").out().replaceAll("\\s+", " ");

      assertThat(help.contains("--unknown add")).as(command).isEqualTo(command.equals("train"));
      assertThat(help.matches(".*--from[ =].*")).as(command).isEqualTo(command.equals("train"));
    }
  }

  @Test
  void rnnAlone_saysWhatThereIs_andThatNothingWasAskedFor() {
    Cli.Outcome outcome = Cli.run();

    assertThat(outcome.code()).isEqualTo(2);
    assertThat(outcome.out()).isEmpty();
    assertThat(outcome.err())
        .isEqualTo(Cli.run("help").out() + "\nrnn: no command is given (try: rnn help)\n")
        .contains("\n  tune ", "\nExamples:\n", "130");
    assertThat(Cli.run("--help").out()).isEqualTo(Cli.run("help").out());
    assertThat(Cli.run("help").out().lines()).hasSizeLessThan(45);
  }

  @Test
  void rnnAlone_hasNoBoldTypeInAFile_whereOnlyStandardOutputIsATerminal() {
    System.setProperty("picocli.ansi", "true"); // what it finds where that is one
    try {
      assertThat(Cli.run().err()).doesNotContain("\u001b");
      assertThat(Cli.run("help").out()).contains("\u001b");
    } finally {
      System.clearProperty("picocli.ansi");
    }
  }

  @Test
  void version_saysWhatComputes() {
    assertThat(Cli.run("--version").out())
        .matches("charrnn \\d+\\.\\d+.*, Java .*\\R(scalar|vector) kernels.*\\R");
  }

  @Test
  void unknownCommand_isUnknown_alsoWhereHelpIsAskedFor() {
    for (String typed :
        List.of("trian", "trian --help", "--help trian", "help trian", "trian -V")) {
      Cli.Outcome outcome = Cli.run((Object[]) typed.split(" ", -1));

      assertThat(outcome.code()).as(typed).isEqualTo(2);
      assertThat(outcome.out()).isEmpty();
      assertThat(outcome.err())
          .isEqualTo("rnn: there is no command trian, did you mean train? (try: rnn help)\n");
    }
    assertThat(Cli.run("xyz").err()).isEqualTo("rnn: there is no command xyz (try: rnn help)\n");
  }

  @Test
  void unknownOption_isAnsweredWithOneThatIsAlike() {
    assertThat(Cli.run("train", "--hiden", 3).err())
        .isEqualTo(
            "rnn train: there is no option --hiden, did you mean --hidden? (try: rnn train"
                + " --help)\n");
    assertThat(Cli.run("train", "--seq-length", 3).err()).contains(", did you mean --seq? (");
    assertThat(Cli.run("train", "--xyz").err()).contains("there is no option --xyz (try: ");
  }

  /** On Windows there are many such names, on Linux those with a zero. */
  @Test
  void whatNoFileCanBeCalled_isNotSaidToBeNoNumber() {
    assertThat(Cli.run("inspect", "a\0b"))
        .isEqualTo(
            new Cli.Outcome(
                2,
                "",
                "rnn inspect: MODEL is 'a\0b', must be what a file can be called here (try: rnn"
                    + " inspect --help)\n"));
  }

  @Test
  void completion_completesCommandsAndOptionsInBash(@TempDir Path directory) throws Exception {
    Needed.isThere(Files.isExecutable(Path.of("/bin/bash")), "HelpTest needs bash");
    Files.writeString(directory.resolve("completion"), Cli.run("completion").out());
    String ask =
        """
        source completion
        complete -p rnn
        ask() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=(); _complete_rnn 2>/dev/null; echo "${COMPREPLY[*]}"; }
        ask rnn tra
        ask rnn train --hid
        ask rnn score model --j
        ask rnn train book
        ask rnn train --best-by ""
        ask rnn train --on-divergence r
        """;
    Process bash =
        new ProcessBuilder("/bin/bash", "-c", ask)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .start();
    List<String> said = new String(bash.getInputStream().readAllBytes(), UTF_8).lines().toList();

    assertThat(said).hasSize(7);
    assertThat(said.get(0)).as("other words are files").contains("-o default");
    assertThat(said.subList(1, 5)).containsExactly("train", "--hidden", "--json", "");
    assertThat(said.subList(5, 7)).containsExactly("smooth validation last", "rollback");
  }

  @Test
  void man_hasTheHelpOfEveryCommand() throws Exception {
    String page = Cli.run("man").out();

    assertThat(page)
        .startsWith(".TH \"RNN\" \"1\" \"\" \"charrnn ")
        .containsSubsequence(
            ".SH \"NAME\"\nrnn \\- Vanilla",
            ".SH \"SYNOPSIS\"\n",
            ".SH \"COMMANDS\"\n",
            ".SH \"EXIT")
        .doesNotContain("%n", "%%", "${");
    for (CommandLine command : rnn(0).getSubcommands().values()) {
      String name = command.getCommandName();
      assertThat(page).contains("\n.SS \"rnn " + name + "\"\n");
      String section = page.split("\n.SS \"rnn " + name + "\"\n", -1)[1].split("\n\\.S", -1)[0];
      for (OptionSpec option : command.getCommandSpec().options()) {
        assertThat(
                section.split(
                    "\n\\.B \"(.* )?" + option.longestName().replace("-", "\\\\-") + "[=\"\\[]",
                    -1))
            .as(option.longestName())
            .hasSize(2);
      }
    }
    Needed.isThere(Files.isExecutable(GROFF), "HelpTest needs groff");
    Process groff =
        new ProcessBuilder(GROFF.toString(), "-man", "-ww", "-Tutf8", "-rLL=80n")
            .redirectErrorStream(true)
            .start();
    try (OutputStream to = groff.getOutputStream()) {
      to.write(page.getBytes(UTF_8));
    }
    String shown = new String(groff.getInputStream().readAllBytes(), UTF_8);
    assertThat(shown.replaceAll(".\b|\u001b\\[\\d+m", ""))
        .doesNotContain("warning:", "error:")
        .contains(
            "   rnn sample\n",
            "--temperature=",
            "Recipes, on 1,000,000 characters with 65 symbols\n",
            "rnn man | man -l -");
  }
}
