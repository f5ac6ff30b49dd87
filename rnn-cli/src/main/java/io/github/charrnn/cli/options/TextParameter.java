package io.github.charrnn.cli.options;

import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** The text that a command reads, or else the story. */
public final class TextParameter {
  @Spec(Target.MIXEE)
  private CommandSpec command;

  @Parameters(
      arity = "0..1",
      paramLabel = "TEXT",
      description =
          "A UTF-8 file, or - for standard input. Without it: the story that comes with rnn.",
      defaultValue = "",
      showDefaultValue = Visibility.NEVER)
  private String text = "";

  /** Its name, empty for the story. An empty name that was typed is a script's unset variable. */
  public String name() {
    if (text.isEmpty() && command.commandLine().getParseResult().hasMatchedPositional(0)) {
      throw Options.wrong(command, "TEXT is empty: name a file, or leave it out for the story");
    }
    return text;
  }
}
