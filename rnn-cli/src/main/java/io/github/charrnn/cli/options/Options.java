package io.github.charrnn.cli.options;

import io.github.charrnn.cli.files.Destinations;
import io.github.charrnn.cli.files.Sources;
import io.github.charrnn.cli.output.Failures;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** What all commands do with options: find out whether they were typed, refuse what is wrong. */
public final class Options {
  private Options() {}

  /** Whether an option was typed. */
  public static boolean given(CommandSpec command, String option) {
    return command.commandLine().getParseResult().hasMatchedOption(option);
  }

  /** The command line is wrong. */
  public static ParameterException wrong(CommandSpec command, String message) {
    return new ParameterException(command.commandLine(), message);
  }

  /** Refuses a number that is too small. */
  public static void requireAtLeast(CommandSpec command, String option, long value, long least) {
    if (value < least) {
      throw wrong(command, option + " is " + value + ", must be at least " + least);
    }
  }

  /** Refuses to read standard input twice: the second time it is empty. */
  public static void requireOneStandardInput(CommandSpec command, List<String> texts) {
    requireOneStandardInput(command, "TEXT is", texts);
  }

  /** The same of texts that are more than one argument. */
  public static void requireOneStandardInput(CommandSpec command, String what, List<String> texts) {
    if (texts.stream().filter(Sources.STANDARD_INPUT::equals).count() > 1) {
      throw wrong(
          command, what + " - more than once, standard input can be read once: name a file");
    }
  }

  /** Names a file that is going to be written. */
  public interface Naming {
    void name() throws IOException;
  }

  /** Refuses a destination that would replace another file of the command. */
  public static void requireNoClash(CommandSpec command, Naming destination) throws IOException {
    try {
      destination.name();
    } catch (Destinations.ClashException e) {
      throw new ParameterException(command.commandLine(), e.getMessage(), e);
    }
  }

  /** The value of an option is not what the run to be resumed has. */
  public static ParameterException notOfTheRun(
      CommandSpec command, String option, Object value, Path checkpoint, Object theirs) {
    return wrong(
        command,
        String.format(
            Locale.ROOT,
            "%s is %s, the run of the checkpoint %s has %s: leave it out",
            option,
            value,
            checkpoint,
            theirs));
  }

  /** Gives the value of an option to the library. */
  public static void apply(CommandSpec command, String option, Runnable setting) {
    get(
        command,
        option,
        () -> {
          setting.run();
          return option;
        });
  }

  /** What the library makes of the value of an option; what it refuses is said of the option. */
  public static <T> T get(CommandSpec command, String option, Supplier<T> setting) {
    try {
      return setting.get();
    } catch (IllegalArgumentException e) {
      throw new ParameterException(command.commandLine(), refusal(option, Failures.sentence(e)), e);
    }
  }

  /** "topK is 0, must be at least 1" is of --top-k; what names nothing stands after the option. */
  private static String refusal(String option, String sentence) {
    String ofTheOption = sentence.replaceFirst("^[-\\w]+ is ", option + " is ");
    return ofTheOption.startsWith(option) ? ofTheOption : option + ": " + sentence;
  }

  /** A value as it is typed. */
  public static String word(Object value) {
    return value instanceof Double x && Double.isFinite(x)
        ? BigDecimal.valueOf(x).stripTrailingZeros().toPlainString()
        : value.toString();
  }
}
