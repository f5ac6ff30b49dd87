package io.github.charrnn.cli.options;

import io.github.charrnn.EncodedText;
import io.github.charrnn.UnknownSymbols;
import io.github.charrnn.cli.output.Shell;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** What to do with characters that a model does not know. */
public final class UnknownOption {
  private static final String NAME = "--unknown";

  @Spec(Target.MIXEE)
  private CommandSpec command;

  @Option(
      names = NAME,
      paramLabel = "<policy>",
      description =
          "What to do with characters that the model does not know: fail, skip, or a character to"
              + " read instead.")
  private String policy = "fail";

  /** The policy. */
  public UnknownSymbols policy() {
    if (policy.equals("fail")) {
      return UnknownSymbols.fail();
    }
    if (policy.equals("skip")) {
      return UnknownSymbols.skip();
    }
    if (adds()) {
      return UnknownSymbols.fail(); // of other texts than the one whose are added
    }
    if (policy.codePointCount(0, policy.length()) != 1) {
      throw Options.wrong(
          command,
          NAME
              + " is "
              + Shell.quoted(policy)
              + ", must be fail, skip"
              + (trains() ? ", add" : "")
              + " or a single character");
    }
    return UnknownSymbols.replaceWith(policy.codePointAt(0));
  }

  /** Whether the model gets those that it does not know. */
  public boolean adds() {
    return trains() && policy.equals("add");
  }

  private boolean trains() {
    return command.name().equals("train");
  }

  /** Says on standard error how much of a text was left out, if any was. */
  public static void tell(CommandSpec command, PrintWriter err, EncodedText text, String name) {
    long skipped = text.skipped();
    if (skipped > 0) {
      long all = text.length() + skipped;
      err.printf(
          Locale.ROOT,
          "%s: %,d of %,d characters of %s were left out, which the model does not know%s%n",
          command.qualifiedName(),
          skipped,
          all,
          name,
          skipped > all / 2
              ? String.format(
                  Locale.ROOT, ": what is said of it is of the other %,d alone", text.length())
              : "");
    }
  }

  /** The same as numbers of an object. */
  public static void put(Map<String, Object> object, EncodedText text) {
    put(object, text.skipped(), text.length() + text.skipped());
  }

  /** The same of texts together. */
  public static void put(Map<String, Object> object, long skipped, long all) {
    object.put("skippedSymbols", skipped);
    object.put("ofSymbols", all);
  }

  /** As it is typed again. */
  public List<String> typed() {
    return Options.given(command, NAME) ? List.of(NAME, policy) : List.of();
  }
}
