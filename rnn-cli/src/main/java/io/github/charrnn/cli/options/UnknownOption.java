package io.github.charrnn.cli.options;

import io.github.charrnn.UnknownSymbols;
import io.github.charrnn.cli.output.Shell;
import java.util.List;
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
    if (policy.codePointCount(0, policy.length()) != 1) {
      throw Options.wrong(
          command,
          NAME + " is " + Shell.quoted(policy) + ", must be fail, skip or a single character");
    }
    return UnknownSymbols.replaceWith(policy.codePointAt(0));
  }

  /** As it is typed again. */
  public List<String> typed() {
    return Options.given(command, NAME) ? List.of(NAME, policy) : List.of();
  }
}
