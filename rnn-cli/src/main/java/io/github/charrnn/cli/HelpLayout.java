package io.github.charrnn.cli;

import io.github.charrnn.cli.options.RecipeOptions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Help.Column;
import picocli.CommandLine.Help.Column.Overflow;
import picocli.CommandLine.Help.Layout;
import picocli.CommandLine.Help.TextTable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

/** How help is laid out where there are many options: under headings. */
final class HelpLayout {
  /** The widest that is pleasant to read, and the width where there is no terminal. */
  private static final int WIDEST = 100;

  private static final int USUAL = 80;

  /** Less than this picocli does not take. */
  private static final int NARROWEST = 55;

  private static final String TRAINING = "Training";

  /** The heading of the recipes. */
  static final String RECIPES = "Recipes, on 1,000,000 characters with 65 symbols";

  /** The commands that have so many. */
  private static final List<String> GROUPED = List.of("train", "tune");

  /** Options, which are shown in the order in which they are declared. */
  private record Group(String heading, Set<String> options) {
    Group(String heading, String... options) {
      this(heading, Set.of(options));
    }
  }

  private static final List<Group> GROUPS =
      List.of(
          new Group("Text", "--documents", "--delimiter", "--unknown"),
          new Group(
              "Model",
              "--from",
              "--vocab",
              "--hidden",
              "--seed",
              "--init",
              "--deviation",
              "--gain",
              "--input-deviation",
              "--output-deviation"),
          new Group(
              TRAINING,
              "--recipe",
              "--seq",
              "--batch",
              "--reset-every",
              "--shards",
              "--local-steps",
              "--schedule",
              "--lr",
              "--final-lr",
              "--schedule-steps",
              "--warm-up",
              "--clip",
              "--clip-norm",
              "--optimizer",
              "--initial-accumulator",
              "--momentum",
              "--decay",
              "--beta1",
              "--beta2",
              "--weight-decay",
              "--input-rate",
              "--output-rate",
              "--steps",
              "--epochs",
              "--minutes",
              "--threads",
              "--seeds"),
          new Group(
              "Held-out text",
              "--validation",
              "--validation-pieces",
              "--validation-every",
              "--best-by",
              "--patience"),
          new Group(
              "Output",
              "--output",
              "--sample-every",
              "--sample-length",
              "--history",
              "--quiet",
              "--json"),
          new Group("Report", "--no-report", "--live", "--live-port", "--gradcheck"),
          new Group(
              "Safety",
              "--checkpoint",
              "--checkpoint-every",
              "--no-checkpoint",
              "--resume",
              "--on-divergence",
              "--max-rollbacks"),
          new Group("Help", "--help", "--version"));

  private HelpLayout() {}

  /**
   * Lays out the help of all commands.
   *
   * @param columns of the terminal, 0 if there is none
   */
  static void apply(CommandLine rnn, int columns) {
    int width = columns == 0 ? USUAL : Math.max(NARROWEST, Math.min(columns, WIDEST));
    rnn.setUsageHelpWidth(width);
    Map<String, CommandLine> commands = rnn.getSubcommands();
    for (CommandLine command : commands.values()) {
      CommandSpec spec = command.getCommandSpec();
      boolean optional = spec.options().stream().noneMatch(OptionSpec::required);
      spec.usageMessage().abbreviateSynopsis(optional); // would hide what is required
    }
    for (String name : GROUPED) {
      CommandLine command = commands.get(name);
      if (command != null) {
        command
            .getHelpSectionMap()
            .put(UsageMessageSpec.SECTION_KEY_OPTION_LIST, help -> grouped(help, width));
      }
    }
  }

  private static String grouped(Help help, int width) {
    StringBuilder sections = new StringBuilder();
    groups(help.commandSpec())
        .forEach(
            (heading, options) -> {
              section(help, heading, options, sections);
              recipes(help, width, recipes(help.commandSpec(), heading), sections);
            });
    return sections.toString();
  }

  /** A command's options under the headings that they have. */
  static Map<String, List<OptionSpec>> groups(CommandSpec command) {
    if (!GROUPED.contains(command.name())) {
      return Map.of("Options", command.options());
    }
    Map<String, List<OptionSpec>> groups = new LinkedHashMap<>();
    List<OptionSpec> left = new ArrayList<>(command.options());
    for (Group group : GROUPS) {
      List<OptionSpec> options =
          left.stream().filter(it -> group.options.contains(it.longestName())).toList();
      if (!options.isEmpty()) {
        left.removeAll(new HashSet<>(options));
        groups.put(group.heading, options);
      }
    }
    if (!left.isEmpty()) {
      groups.put("Other", List.copyOf(left));
    }
    return groups;
  }

  /** What is said of each recipe behind the options of a heading, if it is theirs. */
  static Map<String, String> recipes(CommandSpec command, String heading) {
    boolean holdsOut = command.findOption("--validation-pieces") != null;
    return heading.equals(TRAINING) ? RecipeOptions.help(holdsOut) : Map.of();
  }

  private static void section(
      Help help, String heading, List<OptionSpec> options, StringBuilder to) {
    // As wide as all options need, so that the descriptions of every section begin in one column.
    Layout layout =
        help.createDefaultLayout(help.commandSpec().options(), List.of(), help.colorScheme());
    layout.addOptions(options, help.parameterLabelRenderer());
    to.append(help.createHeading("%n%s:%n", heading)).append(layout);
  }

  private static void recipes(Help help, int width, Map<String, String> recipes, StringBuilder to) {
    if (recipes.isEmpty()) {
      return;
    }
    to.append(help.createHeading("%n" + RECIPES + ":%n"));
    TextTable table =
        TextTable.forColumns(
            help.colorScheme(),
            new Column(10, 2, Overflow.SPAN),
            new Column(width - 10, 0, Overflow.WRAP));
    recipes.forEach(table::addRowValues);
    to.append(table);
  }
}
