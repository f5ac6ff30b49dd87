package io.github.charrnn.cli.train;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.github.charrnn.Recipe;
import io.github.charrnn.Sample;
import io.github.charrnn.Training;
import io.github.charrnn.TrainingResult;
import io.github.charrnn.TrainingSummary;
import io.github.charrnn.cli.files.ModelFiles;
import io.github.charrnn.cli.files.ReportFiles;
import io.github.charrnn.cli.options.RecipeOptions;
import io.github.charrnn.cli.output.Shell;
import io.github.charrnn.cli.report.Analysis;
import io.github.charrnn.cli.report.LiveServer;
import io.github.charrnn.cli.report.Report;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;

/** The report of a run that this process trains: begun with it, shown while it runs, written. */
public final class RunReport implements AutoCloseable {
  /** After so many steps training runs as fast as it ever will. */
  private static final long WARM_STEPS = 20_000;

  private static final long LIVE_NANOS = 500_000_000;

  /** Words are counted of no more models on the way. */
  private static final int MOST_COUNTED = 16;

  /** The analysis of a text may go on for so long after training. */
  private static final long PATIENCE_SECONDS = 600;

  /** The same of a run that was interrupted: whoever does that may not wait. */
  public static final long INTERRUPTED_PATIENCE_SECONDS = 3;

  private final Report.Origin origin;
  private final RepeatingCommand repeat;
  private final Analysis analysis;
  private final Optional<LiveServer> server;
  private final CompletableFuture<Report.Run> begun = new CompletableFuture<>();
  private volatile Optional<Report.Run> standing = Optional.empty();
  private volatile Optional<JsonObject> ended = Optional.empty();
  private Optional<Training> training = Optional.empty();
  private OptionalLong counted = OptionalLong.empty(); // the step of the last model
  private long steps; // in this process
  private long published = System.nanoTime() - LIVE_NANOS;

  /**
   * Begins.
   *
   * @param origin without the command that repeats the run
   * @param port of the live page, 0 for any; empty for no such page
   * @throws IOException if the port is taken
   */
  public RunReport(
      Report.Origin origin, RepeatingCommand repeat, Analysis analysis, OptionalInt port)
      throws IOException {
    this.origin = origin;
    this.repeat = repeat;
    this.analysis = analysis;
    server = port.isPresent() ? Optional.of(serve(port.getAsInt())) : Optional.empty();
    analysis.begin();
  }

  private LiveServer serve(int port) throws IOException {
    try {
      return new LiveServer(port, this::live);
    } catch (IOException e) {
      throw new IOException(
          "--live cannot use port " + port + ": " + e.getMessage() + ": choose another --live-port",
          e);
    }
  }

  /** Where the page is while training runs, if it is. */
  public Optional<String> address() {
    return server.map(LiveServer::address);
  }

  /** Called after every step. */
  public void update(Training training) {
    if (this.training.isEmpty()) {
      this.training = Optional.of(training);
    }
    steps++;
    if (steps == Math.min(WARM_STEPS, training.plannedSteps() / 4)) {
      analysis.warm();
    }
    if (server.isPresent() && System.nanoTime() - published >= LIVE_NANOS) {
      Report.Run latest = run(training.result(), training.summary());
      standing = Optional.of(latest);
      begun.complete(latest);
      published = System.nanoTime();
    }
  }

  /** Called with every sample. */
  public void sampled(Training training, Sample sample) {
    long next =
        counted.isEmpty() ? 0 : counted.getAsLong() + training.plannedSteps() / MOST_COUNTED;
    if (sample.step() >= next) {
      counted = OptionalLong.of(sample.step());
      Recipe recipe = training.recipe();
      long window = (long) recipe.batchSize() * recipe.sequenceLength();
      analysis.words(sample.step(), training.plannedSteps() * window, training.model());
    }
  }

  private JsonObject live() {
    if (ended.isPresent()) {
      return ended.get();
    }
    Report.Run now = standing.orElseGet(begun::join);
    return report(now, now.result().plannedSteps(), Report.State.RUNNING);
  }

  private JsonObject report(Report.Run now, long steps, Report.State state) {
    String command = repeat.of(now.result(), now.summary(), steps);
    return Report.of(origin.repeatedBy(command), now, state, Optional.of(analysis));
  }

  private Report.Run run(TrainingResult result, TrainingSummary summary) {
    return new Report.Run(
        result,
        summary,
        RecipeOptions.shown(summary.recipe(), result.best()),
        training.map(Training::threads));
  }

  /** Writes page and numbers of a run that has ended. */
  public void write(ModelFiles model, TrainingResult result, boolean interrupted)
      throws IOException {
    analysis.finish(result.best(), interrupted ? INTERRUPTED_PATIENCE_SECONDS : PATIENCE_SECONDS);
    // Training that had come to its end already calls nobody.
    TrainingSummary settings =
        training.map(Training::summary).or(() -> result.last().training()).orElseThrow();
    Report.State state = interrupted ? Report.State.INTERRUPTED : Report.State.FINISHED;
    JsonObject report = report(run(result, settings), result.steps(), state);
    ReportFiles.write(model, report);
    if (server.isPresent()) {
      ended = Optional.of(withFiles(report, model));
    }
  }

  /** As it is shown to those who followed the run. */
  private static JsonObject withFiles(JsonObject report, ModelFiles model) {
    JsonObject shown = report.deepCopy();
    JsonArray files = new JsonArray();
    files.add(model.model().toString());
    files.add(model.page().toString());
    shown.add("files", files);
    shown.addProperty("next", Shell.rnn() + " sample " + named(model) + " --temperature 0.7");
    return shown;
  }

  private static String named(ModelFiles model) {
    return Shell.quoted(Shell.file(model.model().toString()));
  }

  @Override
  public void close() {
    server.ifPresent(LiveServer::close);
  }
}
