package io.github.charrnn.cli;

import io.github.charrnn.EncodedText;
import io.github.charrnn.Gradient;
import io.github.charrnn.GradientCheck;
import io.github.charrnn.VanillaRnn;
import io.github.charrnn.cli.files.Destinations;
import io.github.charrnn.cli.files.Sources;
import io.github.charrnn.cli.options.Options;
import io.github.charrnn.cli.options.TextsParameter;
import io.github.charrnn.cli.options.ThreadsOption;
import io.github.charrnn.cli.options.UnknownOption;
import io.github.charrnn.cli.output.ExitCode;
import io.github.charrnn.cli.output.Terminal;
import io.github.charrnn.cli.weights.Dtype;
import io.github.charrnn.cli.weights.Names;
import io.github.charrnn.cli.weights.Role;
import io.github.charrnn.cli.weights.SafetensorsFile;
import io.github.charrnn.cli.weights.Symbols;
import io.github.charrnn.cli.weights.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
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
    description = {
      "Compares gradients with central finite differences.",
      "They are those of backpropagation through time, on a new model and the first characters of a"
          + " text, or on a model that was saved. The state at the start is not zero. The exit code"
          + " is 1 if a gradient is wrong."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  rnn gradcheck book.txt --hidden 100 --seq 25",
      "  rnn gradcheck book.txt --model book.safetensors --save all.safetensors"
    })
final class GradcheckCommand implements Callable<Integer> {
  private static final String MODEL = "--model";
  private static final String SAVE = "--save";
  private static final String HIDDEN = "--hidden";

  private final Terminal terminal;
  @Spec private CommandSpec command;

  @Mixin private TextsParameter text;

  @Option(
      names = MODEL,
      paramLabel = "MODEL",
      description = "Check at the parameters of a saved model instead of a new one's.",
      defaultValue = Option.NULL_VALUE,
      showDefaultValue = Visibility.NEVER)
  private Path model;

  @Option(
      names = SAVE,
      paramLabel = "FILE",
      description =
          "Save all that another implementation needs to compare itself, as a safetensors file:"
              + " parameters, state at the start, inputs, targets, loss, and gradients by"
              + " backpropagation and by differences.",
      defaultValue = Option.NULL_VALUE,
      showDefaultValue = Visibility.NEVER)
  private Path save;

  @Option(names = HIDDEN, description = "Hidden size: the number of hidden units.")
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

  @Mixin private UnknownOption unknown;
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
    requireDestination();
    VanillaRnn rnn;
    EncodedText encoded;
    if (model != null) {
      if (Options.given(command, HIDDEN)) {
        throw Options.wrong(
            command, MODEL + " excludes " + HIDDEN + ": the model has its own hidden size");
      }
      rnn = Sources.model(model);
      encoded =
          text.source(rnn.documents(), model.toString())
              .read(terminal, rnn.vocab(), unknown.policy());
    } else {
      encoded = text.source().read(terminal);
      VanillaRnn.Builder builder = VanillaRnn.builder(encoded.vocab()).seed(seed);
      Options.apply(command, HIDDEN, () -> builder.hiddenSize(hidden));
      text.source().documents().ifPresent(builder::documents);
      rnn = builder.build();
    }
    GradientCheck check = GradientCheck.of(rnn).seed(seed);
    Options.apply(command, "--seq", () -> check.sequenceLength(seq));
    Options.apply(command, "--tolerance", () -> check.tolerance(tolerance));
    Options.apply(command, "--difference", () -> check.difference(difference));
    if (sample != null) {
      int elements = sample;
      Options.apply(command, "--sample", () -> check.elements(elements));
    }
    threads.count().ifPresent(check::threads);
    GradientCheck.Report report = check.run(encoded);
    if (save != null) {
      SafetensorsFile.write(save, Symbols.of(rnn), tensors(rnn, encoded, report));
    }
    if (json) {
      terminal.printJson(json(report));
    } else {
      terminal.println(table(rnn.hiddenSize(), report));
      if (save != null) {
        terminal.println("saved " + save);
      }
    }
    return report.passed() ? ExitCode.OK : ExitCode.FAILED;
  }

  private void requireDestination() throws IOException {
    if (save == null) {
      return;
    }
    Destinations destinations = new Destinations();
    text.source().names().forEach(it -> destinations.keepText("the text", it));
    if (model != null) {
      destinations.keep("the model", model.toString());
    }
    Options.requireNoClash(command, () -> destinations.add("the gradients", save));
  }

  private List<Tensor> tensors(VanillaRnn rnn, EncodedText encoded, GradientCheck.Report report) {
    List<Tensor> tensors = new ArrayList<>();
    tensors.add(symbols("inputs", encoded, 0));
    tensors.add(symbols("targets", encoded, 1));
    tensors.add(Tensor.of("state", report.state(), rnn.hiddenSize()));
    tensors.add(Tensor.of("loss", new double[] {report.backpropagation().loss()}, 1));
    add(tensors, "", rnn, parts(rnn.u(), rnn.w(), rnn.v(), rnn.b(), rnn.c()));
    add(tensors, "gradient.", rnn, parts(report.backpropagation()));
    add(tensors, "difference.", rnn, parts(report.differences()));
    return tensors;
  }

  private static Map<Role, double[]> parts(Gradient it) {
    return parts(it.u(), it.w(), it.v(), it.b(), it.c());
  }

  private static Map<Role, double[]> parts(
      double[] u, double[] w, double[] v, double[] b, double[] c) {
    return new EnumMap<>(
        Map.of(Role.U, u, Role.W, w, Role.V, v, Role.B, b, Role.C, c)); // in their order
  }

  private Tensor symbols(String name, EncodedText encoded, int first) {
    double[] numbers = new double[seq];
    Arrays.setAll(numbers, t -> encoded.symbol(first + t));
    return new Tensor(name, Dtype.I64, List.of((long) seq), numbers);
  }

  private static void add(
      List<Tensor> tensors, String prefix, VanillaRnn rnn, Map<Role, double[]> parts) {
    parts.forEach(
        (role, data) -> {
          String name = prefix + Names.EQUATIONS.name(role).orElseThrow();
          List<Long> shape = role.shape(rnn.hiddenSize(), rnn.vocab().size());
          tensors.add(new Tensor(name, Dtype.F64, shape, data));
        });
  }

  private String table(int hiddenSize, GradientCheck.Report report) {
    StringBuilder table = new StringBuilder();
    table.append(
        String.format(
            Locale.ROOT,
            "hidden size %d, sequence length %d, difference %.0e, tolerance %.0e%n%n",
            hiddenSize,
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
