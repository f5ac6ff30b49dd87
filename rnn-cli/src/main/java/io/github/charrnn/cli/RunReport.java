package io.github.charrnn.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.gson.JsonObject;
import io.github.charrnn.Training;
import io.github.charrnn.TrainingResult;
import io.github.charrnn.TrainingSummary;
import io.github.charrnn.cli.report.Analysis;
import io.github.charrnn.cli.report.LiveServer;
import io.github.charrnn.cli.report.Page;
import io.github.charrnn.cli.report.Report;
import io.github.charrnn.internal.SafeFile;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;

/** The report of a run that this process trains: begun with it, shown while it runs, written. */
final class RunReport implements AutoCloseable {
  private static final String HTML = ".report.html";
  static final String JSON = ".report.json";

  /** After so many steps training runs as fast as it ever will. */
  private static final long WARM_STEPS = 20_000;

  private static final long LIVE_NANOS = 500_000_000;

  /** The analysis of a text may go on for so long after training. */
  private static final long PATIENCE_SECONDS = 600;

  private static final long INTERRUPTED_PATIENCE_SECONDS = 3;

  /** How a run stands. */
  private record Standing(TrainingResult result, TrainingSummary settings) {}

  /** Gives the command that trains the same model again. */
  interface Repeat {
    String command(TrainingResult result, TrainingSummary settings, long steps);
  }

  private final Report.Origin origin;
  private final Repeat repeat;
  private final Analysis analysis;
  private final Optional<LiveServer> server;
  private final CompletableFuture<Standing> begun = new CompletableFuture<>();
  private volatile Optional<Standing> standing = Optional.empty();
  private volatile Optional<JsonObject> ended = Optional.empty();
  private Optional<Training> run = Optional.empty();
  private long steps; // in this process
  private long published = System.nanoTime() - LIVE_NANOS;

  /**
   * Begins.
   *
   * @param origin without the command that repeats the run
   * @param port of the live page, 0 for any; empty for no such page
   * @throws IOException if the port cannot be had
   */
  RunReport(Report.Origin origin, Repeat repeat, Analysis analysis, OptionalInt port)
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
          "the live page cannot be served on port "
              + port
              + ": "
              + e.getMessage()
              + ": choose another --live-port or leave it out",
          e);
    }
  }

  static Path html(Path model) {
    return model.resolveSibling(model.getFileName() + HTML);
  }

  static Path json(Path model) {
    return model.resolveSibling(model.getFileName() + JSON);
  }

  /** Where the page is while training runs, if it is. */
  Optional<String> address() {
    return server.map(LiveServer::address);
  }

  /** Called after every step. */
  void update(Training training) {
    if (run.isEmpty()) {
      run = Optional.of(training);
    }
    steps++;
    if (steps == Math.min(WARM_STEPS, training.plannedSteps() / 4)) {
      analysis.warm();
    }
    if (server.isPresent() && System.nanoTime() - published >= LIVE_NANOS) {
      Standing latest = new Standing(training.result(), training.summary());
      standing = Optional.of(latest);
      begun.complete(latest);
      published = System.nanoTime();
    }
  }

  private JsonObject live() {
    if (ended.isPresent()) {
      return ended.get();
    }
    Standing now = standing.orElseGet(begun::join);
    return report(now, now.result().plannedSteps(), Report.State.RUNNING);
  }

  private JsonObject report(Standing now, long steps, Report.State state) {
    String command = repeat.command(now.result(), now.settings(), steps);
    return Report.of(
        origin.repeatedBy(command), now.result(), now.settings(), state, Optional.of(analysis));
  }

  /** Writes page and numbers of a run that has ended. */
  void write(Path model, TrainingResult result, boolean interrupted) throws IOException {
    analysis.await(interrupted ? INTERRUPTED_PATIENCE_SECONDS : PATIENCE_SECONDS);
    // Training that had come to its end already calls nobody.
    TrainingSummary settings =
        run.map(Training::summary).or(() -> result.last().training()).orElseThrow();
    Report.State state = interrupted ? Report.State.INTERRUPTED : Report.State.FINISHED;
    JsonObject report = report(new Standing(result, settings), result.steps(), state);
    ended = Optional.of(report);
    write(model, report);
  }

  /** Writes the files of a report. */
  static void write(Path model, JsonObject report) throws IOException {
    write(json(model), report + "\n");
    writePage(model, report);
  }

  /** Writes the page of a report. */
  static void writePage(Path model, JsonObject report) throws IOException {
    write(html(model), Page.of("Training of " + model.getFileName(), report));
  }

  /** Replaces a file once all of the new one is on disk. */
  static void write(Path file, String content) throws IOException {
    byte[] bytes = content.getBytes(UTF_8);
    new SafeFile(file).replace(out -> out.write(ByteBuffer.wrap(bytes)));
  }

  @Override
  public void close() {
    server.ifPresent(LiveServer::close);
  }

  /**
   * A command that trains the same model again.
   *
   * @param text its name, empty for the story
   * @param length symbols of it, with what is held out
   * @param more options that the settings do not tell of
   */
  static String command(
      String text,
      long length,
      Path model,
      TrainingSummary settings,
      TrainingResult result,
      Optional<Path> from,
      long steps,
      List<String> more) {
    List<String> words = new ArrayList<>(List.of(Shell.rnn(), "train"));
    if (!text.isEmpty()) {
      words.add(text.equals(Sources.STANDARD_INPUT) ? text : Shell.file(text));
    }
    words.addAll(List.of("-o", Shell.file(model.toString())));
    if (from.isPresent()) {
      words.addAll(List.of("--from", Shell.file(from.get().toString())));
    } else {
      words.addAll(List.of("--hidden", Integer.toString(result.best().hiddenSize())));
      words.addAll(List.of("--seed", Long.toString(result.best().seed())));
    }
    words.addAll(List.of("--seq", Integer.toString(settings.sequenceLength())));
    words.addAll(List.of("--batch", Integer.toString(settings.batchSize())));
    words.addAll(List.of("--lr", number(settings.learningRate())));
    words.addAll(List.of("--clip", number(settings.clip())));
    words.addAll(List.of("--optimizer", settings.optimizer().name().toLowerCase(Locale.ROOT)));
    settings.validation().ifPresent(it -> words.addAll(ValidationOptions.typed(it, length)));
    words.addAll(more);
    words.addAll(List.of("--steps", Long.toString(steps)));
    return Shell.line(words);
  }

  private static String number(double x) {
    return Double.isFinite(x)
        ? BigDecimal.valueOf(x).stripTrailingZeros().toPlainString()
        : Double.toString(x);
  }
}
