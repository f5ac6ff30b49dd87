package io.github.charrnn.cli;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Help.Ansi.Text;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

/**
 * The manual page of the program, in the macros of man(7): one page, in which every command has a
 * section.
 */
final class ManPage {
  private final StringBuilder page = new StringBuilder();

  private ManPage() {}

  /** The page of a program and its commands. */
  static String of(CommandLine rnn) {
    ManPage made = new ManPage();
    made.program(rnn);
    return made.page.toString();
  }

  private void program(CommandLine rnn) {
    UsageMessageSpec usage = rnn.getCommandSpec().usageMessage();
    macro("TH", "RNN", "1", "", Program.name(), "User Commands");
    macro("SH", "NAME");
    line("rnn - " + usage.description()[0].replaceAll("\\.$", ""));
    macro("SH", "SYNOPSIS");
    line(synopsis(rnn));
    macro("SH", "DESCRIPTION");
    lines(usage.description());
    rnn.getSubcommands()
        .forEach(
            (name, command) ->
                tagged(name, command.getCommandSpec().usageMessage().description()[0]));
    macro("SH", "COMMANDS");
    rnn.getSubcommands().values().forEach(this::command);
    macro("SH", "EXIT STATUS");
    usage.exitCodeList().forEach(this::tagged);
    macro("SH", "EXAMPLES");
    examples(usage);
  }

  private void command(CommandLine command) {
    CommandSpec spec = command.getCommandSpec();
    macro("SS", spec.qualifiedName());
    line(synopsis(command));
    macro("PP");
    lines(spec.usageMessage().description());
    Help help = command.getHelp();
    spec.positionalParameters().forEach(parameter -> parameter(help, parameter));
    HelpLayout.groups(spec)
        .forEach(
            (heading, options) -> {
              macro("PP");
              macro("I", heading);
              options.forEach(option -> option(help, option));
              recipes(HelpLayout.recipes(spec, heading));
            });
    macro("PP");
    macro("I", spec.usageMessage().footerHeading().replaceAll("%n|:", ""));
    examples(spec.usageMessage());
  }

  private void recipes(Map<String, String> recipes) {
    if (!recipes.isEmpty()) {
      macro("PP");
      macro("I", HelpLayout.RECIPES);
      recipes.forEach(this::tagged);
    }
  }

  private void option(Help help, OptionSpec option) {
    Text label = help.parameterLabelRenderer().renderParameterLabel(option, Ansi.OFF, List.of());
    tagged(
        String.join(", ", option.names()) + label,
        description(
            help.createDefaultOptionRenderer()
                .render(option, help.parameterLabelRenderer(), plain())));
  }

  private void parameter(Help help, PositionalParamSpec parameter) {
    if (!parameter.hidden()) {
      Text[][] rendered =
          help.createDefaultParameterRenderer()
              .render(parameter, help.parameterLabelRenderer(), plain());
      tagged(label(help, parameter), description(rendered));
    }
  }

  private static String label(Help help, ArgSpec argument) {
    return help.parameterLabelRenderer()
        .renderParameterLabel(argument, Ansi.OFF, List.of())
        .toString()
        .strip();
  }

  private static Help.ColorScheme plain() {
    return Help.defaultColorScheme(Ansi.OFF);
  }

  /** What stands in the last column of the help. */
  private static String description(Text[][] rendered) {
    return Arrays.stream(rendered)
        .map(row -> row[row.length - 1].toString().strip())
        .filter(text -> !text.isEmpty())
        .collect(Collectors.joining("\n"));
  }

  private static String synopsis(CommandLine command) {
    return command.getHelp().synopsis(0).strip().replaceAll("\\s+", " ");
  }

  private void examples(UsageMessageSpec usage) {
    macro("PP");
    macro("nf");
    for (String example : usage.footer()) {
      line(example);
    }
    macro("fi");
  }

  /** A word and what it means, which stands beside it or below. */
  private void tagged(String tag, String meaning) {
    macro("TP");
    macro("B", tag);
    lines(meaning.split("\n", -1));
  }

  private void lines(String... lines) {
    for (int i = 0; i < lines.length; i++) {
      if (i > 0) {
        macro("br");
      }
      line(lines[i]);
    }
  }

  private void macro(String name, String... arguments) {
    page.append('.').append(name);
    for (String argument : arguments) {
      page.append(" \"").append(escaped(argument).replace("\"", "\\(dq")).append('"');
    }
    page.append('\n');
  }

  /** A line of text: a point or an apostrophe at its beginning would make a macro of it. */
  private void line(String text) {
    String escaped = escaped(text.replace("%%", "%"));
    page.append(escaped.matches("^[.'].*") ? "\\&" : "").append(escaped).append('\n');
  }

  private static String escaped(String text) {
    return text.replace("\\", "\\e")
        .replace("-", "\\-")
        .replace("'", "\\(aq")
        .replace("`", "\\(ga");
  }
}
