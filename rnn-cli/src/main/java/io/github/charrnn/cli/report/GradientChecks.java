package io.github.charrnn.cli.report;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import io.github.charrnn.EncodedText;
import io.github.charrnn.GradientCheck;
import io.github.charrnn.VanillaRnn;
import java.util.LinkedHashSet;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Consumer;

/** Backpropagation against finite differences, at the sizes of a run. */
final class GradientChecks {
  private static final double DIFFERENCE = 1e-5;
  private static final double TOLERANCE = 1e-6;
  private static final int FEWEST_ELEMENTS = 8;
  private static final int MOST_ELEMENTS = 100;

  /** Of 100 elements with m = 100, n = 25, K = 65. */
  private static final double ELEMENTS_WORK = 4.1e7;

  /** The sizes of one check. */
  private record Sizes(int hiddenSize, int sequenceLength) {}

  private final VanillaRnn model;
  private final int sequenceLength;
  private final OptionalInt elements;

  /**
   * Checks that are still to be run.
   *
   * @param model of the vocabulary, hidden size and seed in question
   * @param elements of each parameter, at least 0; as many as take little time if empty
   */
  GradientChecks(VanillaRnn model, int sequenceLength, OptionalInt elements) {
    this.model = model;
    this.sequenceLength = sequenceLength;
    this.elements = elements;
  }

  /** Runs them on the beginning of a text. */
  JsonArray run(EncodedText text, Consumer<String> notes) {
    int m = model.hiddenSize();
    Set<Sizes> all = new LinkedHashSet<>();
    all.add(new Sizes(m, sequenceLength));
    if (elements.isPresent()) { // the other sizes of the course reports
      all.add(new Sizes(m, 3));
      all.add(new Sizes(3, sequenceLength));
    }
    boolean none = elements.isPresent() && elements.getAsInt() == 0;
    if (!none && !new Budget(model).allowsGradientCheck()) {
      all.removeIf(sizes -> sizes.hiddenSize() == m);
      notes.accept("The gradient is not checked at the run's hidden size: the heap has no room.");
    }
    return all.stream()
        .filter(sizes -> !none && sizes.sequenceLength() < text.length())
        .map(sizes -> run(sizes, text))
        .collect(Json.array());
  }

  private JsonElement run(Sizes sizes, EncodedText text) {
    int m = sizes.hiddenSize();
    int k = model.vocab().size();
    int n = sizes.sequenceLength();
    double few = Math.min(MOST_ELEMENTS, ELEMENTS_WORK / ((double) n * m * (m + k)));
    GradientCheck.Report report =
        GradientCheck.of(
                VanillaRnn.builder(model.vocab())
                    .hiddenSize(m)
                    .seed(model.seed())
                    .initializer(model.initializer())
                    .build())
            .seed(model.seed())
            .sequenceLength(n)
            .difference(DIFFERENCE)
            .tolerance(TOLERANCE)
            .elements(elements.orElse(Math.max(FEWEST_ELEMENTS, (int) few)))
            .threads(elements.isPresent() ? Forks.threads() : 1)
            .run(text);
    JsonArray tensors =
        report.parameters().stream().map(GradientChecks::json).collect(Json.array());
    return new Json.Members()
        .put("hiddenSize", m)
        .put("sequenceLength", n)
        .number("difference", DIFFERENCE)
        .number("tolerance", TOLERANCE)
        .put("passed", report.passed())
        .put("tensors", tensors)
        .json();
  }

  private static JsonElement json(GradientCheck.Tensor tensor) {
    return new Json.Members()
        .put("name", tensor.name())
        .put("elements", tensor.elements())
        .put("of", tensor.size())
        .number("maxRelativeError", tensor.maxRelativeError())
        .number("relativeErrorOfNorms", tensor.relativeErrorOfNorms())
        .number("maxAbsoluteDifference", tensor.maxAbsoluteDifference())
        .number("meanAbsoluteDifference", tensor.meanAbsoluteDifference())
        .number("shareWithinTolerance", tensor.shareWithinTolerance())
        .json();
  }
}
