package io.github.charrnn.cli.report;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import io.github.charrnn.BestBy;
import io.github.charrnn.HeldOutLoss;
import io.github.charrnn.LossHistory;
import io.github.charrnn.Sample;
import io.github.charrnn.TrainingResult;
import io.github.charrnn.TrainingSummary;
import io.github.charrnn.Validation;
import io.github.charrnn.VanillaRnn;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;

/** What there is to say of a run, as JSON: the page shows it, and other programs may read it. */
public final class Report {
  /** The version of the JSON, which {@code rnn report} reads again. */
  public static final int FORMAT = 1;

  private static final int MAX_POINTS = 2_048; // of the curves

  /** How a run is getting on. */
  public enum State {
    RUNNING,
    FINISHED,
    INTERRUPTED
  }

  /**
   * What a run does not know of itself.
   *
   * @param program name and version
   * @param model the file's name
   * @param text the file's name, if it has one
   * @param repeat a command that does the same again, if that is known
   * @param from the model that the run began with, if it was not a new one
   * @param notes sentences that belong on the page
   */
  public record Origin(
      String program,
      String model,
      Optional<String> text,
      Optional<String> repeat,
      Optional<String> from,
      List<String> notes) {

    /** Makes the list immutable. */
    public Origin {
      notes = List.copyOf(notes);
    }

    /** The same, with the command that does it again. */
    public Origin repeatedBy(String command) {
      return new Origin(program, model, text, Optional.of(command), from, notes);
    }
  }

  /**
   * A run, as far as it has come.
   *
   * @param recipe of it, in the order in which it is shown
   * @param threads that shared a step, if that is known
   */
  public record Run(
      TrainingResult result,
      TrainingSummary summary,
      List<Setting> recipe,
      Optional<Integer> threads) {

    /** Makes the list immutable. */
    public Run {
      recipe = List.copyOf(recipe);
    }
  }

  private Report() {}

  /**
   * The report of a run. While it is running, or without an analysis, it has what is known without
   * one.
   */
  public static JsonObject of(Origin origin, Run run, State state, Optional<Analysis> analysis) {
    TrainingResult result = run.result();
    TrainingSummary settings = run.summary();
    Json.Members report =
        new Json.Members()
            .put("format", FORMAT)
            .put("program", origin.program())
            .put("state", state.name().toLowerCase(Locale.ROOT))
            .put("model", model(origin, result.best(), state))
            .put("text", text(origin, settings))
            .put("settings", settings(origin, run));
    origin.repeat().ifPresent(command -> report.put("repeat", command));
    report
        .put("machine", machine(run))
        .put("progress", progress(result, settings))
        .put("history", history(result.history()));
    settings
        .validation()
        .ifPresent(it -> report.put("validation", validation(it, settings.bestBy(), result)));
    report.put(
        "samples",
        result.samples().stream().map(sample -> sample(sample, analysis)).collect(Json.array()));
    List<String> notes = new ArrayList<>(origin.notes());
    report.put("passages", analysis.map(Analysis::passages).orElseGet(JsonArray::new));
    report.put("gradientChecks", analysis.map(Analysis::gradientChecks).orElseGet(JsonArray::new));
    analysis.flatMap(Analysis::comparison).ifPresent(it -> report.put("comparison", it));
    analysis.flatMap(Analysis::units).ifPresent(it -> report.put("units", it));
    analysis.ifPresent(it -> notes.addAll(it.notes()));
    Verdict.of(result, Optional.empty()).map(Report::capitalised).ifPresent(notes::add);
    JsonArray sentences = new JsonArray();
    notes.forEach(sentences::add);
    return report.put("notes", sentences).json();
  }

  private static String capitalised(String sentence) {
    return sentence.substring(0, 1).toUpperCase(Locale.ROOT) + sentence.substring(1) + ".";
  }

  private static JsonElement model(Origin origin, VanillaRnn best, State state) {
    Json.Members model = new Json.Members().put("file", origin.model());
    if (state != State.RUNNING) {
      model.put("fingerprint", best.fingerprint());
    }
    return model
        .put("hiddenSize", best.hiddenSize())
        .put("symbols", best.vocab().size())
        .put("parameters", best.parameterCount())
        .json();
  }

  private static JsonElement text(Origin origin, TrainingSummary settings) {
    Json.Members text = new Json.Members();
    origin.text().ifPresent(name -> text.put("name", name));
    return text.put("characters", settings.textLength()).json();
  }

  private static JsonElement settings(Origin origin, Run run) {
    Json.Members members = new Json.Members();
    run.recipe().forEach(setting -> put(members, setting));
    members.put("seed", Long.toString(run.result().best().seed())); // may be beyond 2^53
    origin.from().ifPresent(from -> members.put("from", from));
    return members.put("rollbacks", run.summary().rollbacks()).json();
  }

  /** What is infinite is not there: it limits nothing. */
  private static void put(Json.Members members, Setting setting) {
    if (setting.isCount()) {
      members.put(setting.key(), ((Number) setting.value()).longValue());
    } else if (!(setting.value() instanceof Double x)) {
      members.put(setting.key(), String.valueOf(setting.value()));
    } else if (Double.isFinite(x)) {
      members.number(setting.key(), x);
    }
  }

  private static JsonElement machine(Run run) {
    Json.Members machine =
        new Json.Members()
            .put("java", System.getProperty("java.version"))
            .put("vm", System.getProperty("java.vm.name"))
            .put("system", System.getProperty("os.name") + " " + System.getProperty("os.arch"))
            .put("processors", Runtime.getRuntime().availableProcessors())
            .put("kernels", VanillaRnn.kernels());
    run.threads().ifPresent(threads -> machine.put("threads", threads));
    return machine.json();
  }

  private static JsonElement progress(TrainingResult result, TrainingSummary settings) {
    return new Json.Members()
        .put("steps", result.steps())
        .put("plannedSteps", Math.max(result.steps(), result.plannedSteps()))
        .put("stepsPerEpoch", settings.stepsPerEpoch())
        .number("smoothLoss", result.smoothLoss())
        .put("bestBy", settings.bestBy().name().toLowerCase(Locale.ROOT))
        .put("bestStep", result.bestStep())
        .number("bestSmoothLoss", result.bestSmoothLoss())
        .number("seconds", result.seconds())
        .number("charactersPerSecond", result.charactersPerSecond())
        .put("charactersSeen", result.charactersSeen())
        .json();
  }

  /** Every point of the page's curves is the mean of the same number of the history's. */
  private static JsonElement history(LossHistory history) {
    int size = history.size();
    int group = Math.max(1, (size + MAX_POINTS - 1) / MAX_POINTS);
    int points = (size + group - 1) / group;
    int[] ends = IntStream.range(0, points).map(i -> Math.min(size, (i + 1) * group) - 1).toArray();
    return new Json.Members()
        .put(
            "steps",
            IntStream.of(ends)
                .mapToObj(end -> (JsonElement) new JsonPrimitive(history.step(end)))
                .collect(Json.array()))
        .put(
            "loss",
            Json.numbers(
                IntStream.range(0, points)
                    .mapToDouble(
                        i ->
                            IntStream.rangeClosed(i * group, ends[i])
                                .mapToDouble(history::loss)
                                .average()
                                .orElseThrow())))
        .put("smoothLoss", Json.numbers(IntStream.of(ends).mapToDouble(history::smoothLoss)))
        .put("windowsPerPoint", points == 0 ? 1 : history.step(ends[0]))
        .json();
  }

  private static JsonElement validation(Validation settings, BestBy bestBy, TrainingResult result) {
    Json.Members members =
        new Json.Members()
            .put("characters", settings.length())
            .put("pieces", settings.pieces())
            .put("every", settings.every())
            .put("selects", bestBy == BestBy.VALIDATION)
            .put(
                "points", result.heldOutLosses().stream().map(Report::point).collect(Json.array()));
    result
        .bestHeldOutLoss()
        .ifPresent(
            best ->
                members
                    .put("bestStep", best.step())
                    .number("bestNatsPerCharacter", best.natsPerCharacter()));
    return members.json();
  }

  private static JsonElement point(HeldOutLoss point) {
    return new Json.Members()
        .put("step", point.step())
        .number("natsPerCharacter", point.natsPerCharacter())
        .json();
  }

  private static JsonElement sample(Sample sample, Optional<Analysis> analysis) {
    Json.Members members =
        new Json.Members()
            .put("step", sample.step())
            .number("smoothLoss", sample.smoothLoss())
            .put("text", sample.text());
    analysis.flatMap(it -> it.words(sample)).ifPresent(count -> members.put("words", count));
    return members.json();
  }
}
