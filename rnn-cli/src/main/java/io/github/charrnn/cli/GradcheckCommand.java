package io.github.charrnn.cli;

import io.github.charrnn.EncodedText;
import io.github.charrnn.GradientCheck;
import io.github.charrnn.VanillaRnn;
import io.github.charrnn.cli.options.Options;
import io.github.charrnn.cli.options.TextsParameter;
import io.github.charrnn.cli.options.ThreadsOption;
import io.github.charrnn.cli.output.ExitCode;
import io.github.charrnn.cli.output.Terminal;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Checks gradients against finite differences. */
@Command(
    name = "gradcheck",
    description =
        "Compares the gradients of backpropagation through time with central finite differences,"
            + " on a new model and the first characters of a text. The state at the start is not"
            + " zero. The exit code is 1 if a gradient is wrong.")
final class GradcheckCommand implements Callable<Integer> {
  private final Terminal terminal;
  @Spec private CommandSpec command;

  @Mixin private TextsParameter text;

  @Option(names = "--hidden", description = "Hidden size: the number of hidden units.")
  private int hidden = 100;

  @Option(names = "--seq", description = "Sequence length: characters in the window.")
  private int seq = 25;

  @Option(
      names = "--sample",
      paramLabel = "<n>",
      description = "Compare only n elements of each parameter, drawn at random. Without it: all.",
      defaultValue = Option.NULL_VALUE,
      showDefaultValue = Visibility.NEVER)
  private Integer sample;

  @Option(
      names = "--tolerance",
      description =
          "The largest absolute difference that counts as right. Gradients are sums over the"
              + " window: long windows need a larger one.")
  private double tolerance = 1e-6;

  @Option(
      names = "--difference",
      description = "How far a parameter is moved each way for the finite difference.")
  private double difference = 1e-5;

  @Option(
      names = "--seed",
      description = "Seed of the initial parameters, of the state at the start and of --sample.")
  private long seed = 1;

  @Mixin private ThreadsOption threads;

  @Option(
      names = "--json",
      description =
          "Print one JSON object: passed, and parameters, an array of name, elements,"
              + " maxRelativeError, relativeErrorOfNorms, maxAbsoluteDifference,"
              + " meanAbsoluteDifference,"
              + " shareWithinTolerance.")
  private boolean json;

  GradcheckCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException {
    EncodedText encoded = text.source().read(terminal);
    VanillaRnn.Builder builder = VanillaRnn.builder(encoded.vocab()).seed(seed);
    Options.apply(command, "--hidden", () -> builder.hiddenSize(hidden));
    text.source().documents().ifPresent(builder::documents);
    GradientCheck check = GradientCheck.of(builder.build()).seed(seed);
    Options.apply(command, "--seq", () -> check.sequenceLength(seq));
    Options.apply(command, "--tolerance", () -> check.tolerance(tolerance));
    Options.apply(command, "--difference", () -> check.difference(difference));
    if (sample != null) {
      int elements = sample;
      Options.apply(command, "--sample", () -> check.elements(elements));
    }
    threads.count().ifPresent(check::threads);
    GradientCheck.Report report = check.run(encoded);
    if (json) {
      terminal.printJson(json(report));
    } else {
      terminal.println(table(report));
    }
    return report.passed() ? ExitCode.OK : ExitCode.FAILED;
  }

  private String table(GradientCheck.Report report) {
    StringBuilder table = new StringBuilder();
    table.append(
        String.format(
            Locale.ROOT,
            "hidden size %d, sequence length %d, difference %.0e, tolerance %.0e%n%n",
            hidden,
            seq,
            difference,
            tolerance));
    table.append(
        String.format(
            Locale.ROOT,
            "%-4s%10s%15s%15s%15s%15s%12s%n",
            "",
            "elements",
            "max relative",
            "of the norms",
            "max absolute",
            "mean absolute",
            "within"));
    for (GradientCheck.Tensor tensor : report.parameters()) {
      table.append(
          String.format(
              Locale.ROOT,
              "%-4s%,10d%15.1e%15.1e%15.1e%15.1e%11.3f%%%n",
              tensor.name(),
              tensor.elements(),
              tensor.maxRelativeError(),
              tensor.relativeErrorOfNorms(),
              tensor.maxAbsoluteDifference(),
              tensor.meanAbsoluteDifference(),
              100 * tensor.shareWithinTolerance()));
    }
    table.append(
        report.passed()
            ? "\nAll gradients are right."
            : "\nA gradient is wrong: not all of its elements are within the tolerance.");
    return table.toString();
  }

  private static Map<String, Object> json(GradientCheck.Report report) {
    List<Map<String, Object>> parameters = new ArrayList<>();
    for (GradientCheck.Tensor tensor : report.parameters()) {
      Map<String, Object> parameter = new LinkedHashMap<>();
      parameter.put("name", tensor.name());
      parameter.put("elements", tensor.elements());
      parameter.put("maxRelativeError", Terminal.jsonNumber(tensor.maxRelativeError()));
      parameter.put("relativeErrorOfNorms", Terminal.jsonNumber(tensor.relativeErrorOfNorms()));
      parameter.put("maxAbsoluteDifference", Terminal.jsonNumber(tensor.maxAbsoluteDifference()));
      parameter.put("meanAbsoluteDifference", Terminal.jsonNumber(tensor.meanAbsoluteDifference()));
      parameter.put("shareWithinTolerance", tensor.shareWithinTolerance());
      parameters.add(parameter);
    }
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("passed", report.passed());
    result.put("parameters", parameters);
    return result;
  }
}
