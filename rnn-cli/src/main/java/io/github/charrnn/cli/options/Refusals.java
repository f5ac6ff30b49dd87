package io.github.charrnn.cli.options;

import io.github.charrnn.cli.output.Failures;
import io.github.charrnn.cli.output.Shell;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** What is wrong with a command line, in one sentence. */
public final class Refusals {
  private Refusals() {}

  /** Says it. */
  public static String sentence(ParameterException e) {
    if (e instanceof UnmatchedArgumentException unmatched) {
      String word = unmatched.getUnmatched().get(0);
      return unmatched.isUnknownOption()
          ? "there is no option " + word + alike(unmatched)
          : Shell.quoted(word) + " is one word too many";
    }
    if (e instanceof MissingParameterException missing && !missing.getMissing().isEmpty()) {
      ArgSpec argument = missing.getMissing().get(0);
      boolean typed =
          argument.isOption() && !Failures.firstLine(e).startsWith("Missing required option");
      return name(argument) + (typed ? " needs a value" : " is missing");
    }
    if (e.getArgSpec() != null && e.getValue() != null) {
      return name(e.getArgSpec())
          + " is "
          + Shell.quoted(e.getValue())
          + ", must be "
          + range(e.getArgSpec().auxiliaryTypes()[0], e.getValue());
    }
    return Failures.firstLine(e);
  }

  /** Refuses an empty name of a file: for Java it is the current directory. */
  public static void requireFiles(ParseResult typed) {
    for (ArgSpec argument : typed.matchedArgs()) {
      if (argument.auxiliaryTypes()[0] == Path.class
          && argument.originalStringValues().contains("")
          && !typed.isUsageHelpRequested()) {
        throw new ParameterException(
            typed.commandSpec().commandLine(), name(argument) + " is empty: name a file");
      }
    }
    if (typed.hasSubcommand()) {
      requireFiles(typed.subcommand());
    }
  }

  /** Says that there is no such command, or no such option without one. */
  public static String unknownCommand(UnmatchedArgumentException unmatched) {
    String what = unmatched.isUnknownOption() ? "option " : "command ";
    return "there is no " + what + unmatched.getUnmatched().get(0) + alike(unmatched);
  }

  /**
   * What may have been meant, as a question: of what picocli finds alike, what begins alike too.
   */
  private static String alike(UnmatchedArgumentException unmatched) {
    String typed = unmatched.getUnmatched().get(0);
    List<String> known =
        unmatched.getSuggestions().stream().filter(it -> first(it) == first(typed)).toList();
    return known.stream()
        .filter(it -> it.startsWith(typed) || typed.startsWith(it))
        .findFirst()
        .or(() -> known.stream().findFirst())
        .map(it -> ", did you mean " + it + "?")
        .orElse("");
  }

  private static int first(String word) {
    return word.codePoints().filter(Character::isLetter).findFirst().orElse(0);
  }

  private static String name(ArgSpec argument) {
    return argument instanceof OptionSpec option ? option.longestName() : argument.paramLabel();
  }

  /** What can be made a value of a type. */
  private static String range(Class<?> type, String value) {
    if (type.isEnum()) {
      return Arrays.stream(type.getEnumConstants())
          .map(constant -> constant.toString().toLowerCase(Locale.ROOT))
          .collect(Collectors.joining(" or "));
    }
    if (type == Path.class) {
      return "what a file can be called here";
    }
    if (type == int.class || type == Integer.class) {
      return Numbers.rangeOfWhole(value, Integer.MAX_VALUE);
    }
    return type == long.class || type == Long.class
        ? Numbers.rangeOfWhole(value, Long.MAX_VALUE)
        : Numbers.range(value);
  }
}
