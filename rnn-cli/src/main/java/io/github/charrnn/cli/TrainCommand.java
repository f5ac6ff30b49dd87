package io.github.charrnn.cli;

import io.github.charrnn.EncodedText;
import io.github.charrnn.ModelFormatException;
import io.github.charrnn.Optimizer;
import io.github.charrnn.Sample;
import io.github.charrnn.Sampler;
import io.github.charrnn.Trainer;
import io.github.charrnn.Training;
import io.github.charrnn.TrainingDivergedException;
import io.github.charrnn.TrainingResult;
import io.github.charrnn.TrainingSummary;
import io.github.charrnn.UnknownSymbolException;
import io.github.charrnn.UnknownSymbols;
import io.github.charrnn.ValidationPoint;
import io.github.charrnn.VanillaRnn;
import io.github.charrnn.cli.report.Analysis;
import io.github.charrnn.cli.report.Report;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Trains a model on a text. */
@Command(
    name = "train",
    description =
        "Trains a model on a text, showing on the way what it writes, and saves the best. Ctrl-C"
            + " ends training, saves the best so far and says how to go on with --resume.")
final class TrainCommand implements Callable<Integer> {
  private static final long DEFAULT_STEPS = 100_000;
  private static final int PASSAGE_LENGTH = 1_000;

  /** The recipe's first updates are large: the smooth loss rises before it falls. */
  private static final long SETTLED_STEPS = 2_000;

  private static final String RESUMED =
      "This run was resumed: the command to repeat it assumes that it began with a new model.";

  private static final String EXTENSION = ".safetensors";
  private static final String CHECKPOINT_EXTENSION = ".checkpoint";

  /** What to do when numbers are no longer finite. */
  enum OnDivergence {
    STOP,
    ROLLBACK
  }

  private final Terminal terminal;
  @Spec private CommandSpec spec;

  @Parameters(
      arity = "0..1",
      paramLabel = "TEXT",
      description =
          "A UTF-8 file, or - for standard input; a story that comes with rnn if left out.",
      defaultValue = "",
      showDefaultValue = Visibility.NEVER)
  private String text = "";

  @Option(
      names = {"-o", "--output"},
      paramLabel = "MODEL",
      description =
          "Where to save the model; a file of that name is replaced. Without it: the text's name"
              + " with the extension .safetensors, in the current directory, numbered if that"
              + " exists.",
      defaultValue = Option.NULL_VALUE,
      showDefaultValue = Visibility.NEVER)
  private Path output;

  @Option(
      names = "--from",
      paramLabel = "MODEL",
      description =
          "Go on training this model, with its vocabulary and hidden size, instead of a new one.",
      defaultValue = Option.NULL_VALUE,
      showDefaultValue = Visibility.NEVER)
  private Path from;

  @Option(
      names = "--unknown",
      paramLabel = "<policy>",
      description =
          "With --from, what to do with characters that the model does not know: fail, skip, or a"
              + " character to read instead.")
  private String unknown = "fail";

  @Option(names = "--hidden", description = "Hidden size: the number of hidden units.")
  private int hidden = 100;

  @Option(
      names = "--seq",
      description = "Sequence length: characters in a window, how far back gradients go.")
  private int seq = 25;

  @Option(
      names = "--batch",
      description =
          "Batch size: streams, equal parts of the text, that are trained on side by side; 1 is the"
              + " published recipe.")
  private int batch = 1;

  @Option(names = "--lr", description = "Learning rate.")
  private double lr = 0.1;

  @Option(names = "--clip", description = "Bound on every element of the gradient.")
  private double clip = 5;

  @Option(
      names = "--optimizer",
      description = {"adagrad or sgd (plain stochastic gradient descent).", "  Default: adagrad"},
      showDefaultValue = Visibility.NEVER)
  private Optimizer optimizer = Optimizer.ADAGRAD;

  @Option(
      names = "--steps",
      description = "Windows to train on, 100,000 unless --epochs is given.",
      defaultValue = Option.NULL_VALUE,
      showDefaultValue = Visibility.NEVER)
  private Long steps;

  @Option(
      names = "--epochs",
      description = "Times to go through the text, instead of --steps.",
      defaultValue = Option.NULL_VALUE,
      showDefaultValue = Visibility.NEVER)
  private Integer epochs;

  @Option(
      names = "--seed",
      description = "What the initial parameters, and the passage at the end, are drawn from.")
  private long seed = 1;

  @Option(
      names = "--checkpoint",
      paramLabel = "FILE",
      description =
          "Where to keep all that training needs to go on if it is ended or killed. Without it:"
              + " MODEL.checkpoint.",
      defaultValue = Option.NULL_VALUE,
      showDefaultValue = Visibility.NEVER)
  private Path checkpoint;

  @Option(
      names = "--checkpoint-every",
      paramLabel = "<steps>",
      description =
          "Write the checkpoint every so many steps. Without it: as often as takes 1 %% of the time"
              + " at most, but not within 5 seconds of the last; with rollbacks every 1,000.",
      defaultValue = Option.NULL_VALUE,
      showDefaultValue = Visibility.NEVER)
  private Long checkpointEvery;

  @Option(names = "--no-checkpoint", description = "Write none.")
  private boolean noCheckpoint;

  @Option(
      names = "--resume",
      description =
          "Go on from the checkpoint, with the same text, exactly as if training had never"
              + " stopped. Settings need not be given again, except --unknown. Without -o and"
              + " --checkpoint: from the last numbered one.")
  private boolean resume;

  @Option(
      names = "--on-divergence",
      paramLabel = "<action>",
      description = {
        "stop, or rollback: go back to the checkpoint of the last multiple of --checkpoint-every"
            + " and on with half the learning rate.",
        "  Default: stop"
      },
      showDefaultValue = Visibility.NEVER)
  private OnDivergence onDivergence = OnDivergence.STOP;

  @Option(
      names = "--max-rollbacks",
      paramLabel = "<times>",
      description = "How often to roll back before giving up.")
  private int maxRollbacks = 5;

  @Option(
      names = "--sample-every",
      paramLabel = "<steps>",
      description = "Show a sample before the first step and after every so many; 0 for none.")
  private long sampleEvery = 10_000;

  @Option(
      names = "--sample-length",
      paramLabel = "<characters>",
      description = "Characters in such a sample.")
  private int sampleLength = 200;

  @Option(
      names = "--history",
      paramLabel = "FILE",
      description =
          "Save the losses as CSV: step, loss, smoothLoss; at most 8,192 lines, each with the mean"
              + " loss of the steps since the line before.",
      defaultValue = Option.NULL_VALUE,
      showDefaultValue = Visibility.NEVER)
  private Path history;

  @Option(
      names = {"-q", "--quiet"},
      description = "No progress on standard error.")
  private boolean quiet;

  @Option(
      names = "--json",
      description =
          "Print one JSON object at the end: steps, smoothLoss, bestSmoothLoss, bestStep,"
              + " charactersPerSecond, rollbacks, heldOutLoss (the lowest, in nats per character),"
              + " model, checkpoint, report. Samples go to standard error.")
  private boolean json;

  @Mixin private ValidationOptions validation;
  @Mixin private ReportOptions reportOptions;

  @Option(
      names = "--no-report",
      description = "Write no report; it is MODEL.report.html, a page, and MODEL.report.json.")
  private boolean noReport;

  @Option(
      names = "--live",
      description =
          "Serve the report on this machine while training runs; its address is shown at the start.")
  private boolean live;

  @Option(
      names = "--live-port",
      paramLabel = "<port>",
      description = "With --live, the port to listen on, from 1 to 65535. Without it: any.",
      defaultValue = Option.NULL_VALUE,
      showDefaultValue = Visibility.NEVER)
  private Integer livePort;

  private Optional<IOException> outputFailure = Optional.empty();
  private int rollbacksShown;

  TrainCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException {
    Sources.requireNamed(spec, text);
    if (steps != null && epochs != null) {
      throw usage("--steps and --epochs exclude each other: give one of them");
    }
    if (sampleEvery < 0) {
      throw usage("--sample-every: it is " + sampleEvery + ", must be at least 0");
    }
    if (sampleLength < 0) {
      throw usage("--sample-length: it is " + sampleLength + ", must be at least 0");
    }
    if (from != null && given("--hidden")) {
      throw usage("--hidden: the model that --from names has its own hidden size, leave it out");
    }
    if (from != null && given("--seed")) {
      throw usage("--seed: the model that --from names has its own seed, leave it out");
    }
    if (from != null && resume) {
      throw usage("--from and --resume exclude each other: a run that is resumed has its model");
    }
    if (noCheckpoint && (resume || given("--checkpoint") || given("--checkpoint-every"))) {
      throw usage("--no-checkpoint excludes --checkpoint, --checkpoint-every and --resume");
    }
    if (noCheckpoint && onDivergence == OnDivergence.ROLLBACK) {
      throw usage("--on-divergence: a rollback needs a checkpoint, leave out --no-checkpoint");
    }
    UnknownSymbols policy = Sources.unknown(spec, unknown);
    if (livePort != null && !live) {
      throw usage("--live-port: it goes with --live");
    }
    if (livePort != null && (livePort < 1 || livePort > 65_535)) {
      throw usage("--live-port: it is " + livePort + ", must be from 1 to 65535");
    }
    if (noReport && (live || given("--gradcheck"))) {
      throw usage("--no-report excludes --live and --gradcheck");
    }
    int elements = reportOptions.elements();
    Path model = output == null ? defaultOutput() : output;
    Path run = checkpoint == null ? checkpointOf(model) : checkpoint;
    requireDestinations(model, run);
    VanillaRnn start;
    EncodedText encoded;
    if (resume) {
      start = Sources.checkpoint(run);
      rollbacksShown = start.training().map(TrainingSummary::rollbacks).orElse(0);
      if (!quiet) {
        long step = start.training().map(TrainingSummary::step).orElse(0L);
        terminal.err().printf(Locale.ROOT, "going on from %s, step %,d%n", run, step);
      }
      requireSame("--hidden", hidden, start.hiddenSize(), run);
      requireSame("--seed", seed, start.seed(), run);
      encoded = sameText(start, policy, run);
    } else if (from == null) {
      encoded = Sources.text(terminal, text);
      VanillaRnn.Builder builder = VanillaRnn.builder(encoded.vocab()).seed(seed);
      Options.apply(spec, "--hidden", () -> builder.hiddenSize(hidden));
      start = builder.build();
    } else {
      start = Sources.model(from);
      encoded = Sources.text(terminal, text, start.vocab(), policy);
    }
    Trainer trainer = trainer(start, run);
    ValidationOptions.Split split =
        resume
            ? validation.split(encoded, start.training().flatMap(TrainingSummary::validation), run)
            : validation.split(encoded);
    split.applyTo(trainer);
    return train(start, trainer, split, elements, model, run);
  }

  /** Finds out before hours of training that a file could not be written, or would be lost. */
  private void requireDestinations(Path model, Path run) throws IOException {
    Map<String, Path> written = new LinkedHashMap<>();
    written.put("the model", model);
    if (!noCheckpoint) {
      written.put("the checkpoint", run);
    }
    if (history != null) {
      written.put("the history", history);
    }
    if (!noReport) {
      written.put("the report", RunReport.html(model));
      written.put("the report's JSON", RunReport.json(model));
    }
    List<Map.Entry<String, Path>> before = new ArrayList<>();
    for (Map.Entry<String, Path> file : written.entrySet()) {
      Destinations.requireWritable(file.getValue());
      requireDifferent(file, text, "the text");
      for (Map.Entry<String, Path> other : before) {
        requireDifferent(file, other.getValue().toString(), other.getKey());
      }
      if (!before.isEmpty() && from != null) { // the model may replace the one it began with
        requireDifferent(file, from.toString(), "the model to start from");
      }
      before.add(file);
    }
  }

  private Trainer trainer(VanillaRnn start, Path run) {
    Trainer trainer = Trainer.of(start).optimizer(optimizer);
    Options.apply(spec, "--seq", () -> trainer.sequenceLength(seq));
    Options.apply(spec, "--batch", () -> trainer.batchSize(batch));
    Options.apply(spec, "--lr", () -> trainer.learningRate(lr));
    Options.apply(spec, "--clip", () -> trainer.clip(clip));
    if (!noCheckpoint) {
      if (checkpointEvery == null) {
        trainer.checkpoint(run);
      } else {
        long every = checkpointEvery;
        Options.apply(spec, "--checkpoint-every", () -> trainer.checkpoint(run, every));
      }
    }
    boolean rollback = onDivergence == OnDivergence.ROLLBACK;
    if (given("--max-rollbacks") && !rollback && (!resume || given("--on-divergence"))) {
      throw usage("--max-rollbacks: it goes with --on-divergence rollback");
    }
    if (rollback || given("--max-rollbacks")) {
      Options.apply(spec, "--max-rollbacks", () -> trainer.rollbacks(maxRollbacks));
    } else if (given("--on-divergence")) {
      trainer.rollbacks(0);
    }
    if (resume) {
      TrainingSummary settings = start.training().orElseThrow();
      requireSame("--seq", seq, settings.sequenceLength(), run);
      requireSame("--batch", batch, settings.batchSize(), run);
      requireSame("--lr", lr, settings.learningRate(), run);
      requireSame("--clip", clip, settings.clip(), run);
      requireSame("--optimizer", name(optimizer), name(settings.optimizer()), run);
      trainer.settings(settings);
    }
    if (sampleEvery == 0) {
      trainer.noSamples();
    } else if (!resume || given("--sample-every") || given("--sample-length")) {
      trainer.samples(sampleEvery, sampleLength);
    }
    return trainer;
  }

  private static String name(Optimizer optimizer) {
    return optimizer.name().toLowerCase(Locale.ROOT);
  }

  private boolean given(String option) {
    return spec.commandLine().getParseResult().hasMatchedOption(option);
  }

  /** Refuses an option that was typed and is not what the run to be resumed has. */
  private void requireSame(String option, Object value, Object theirs, Path run) {
    if (given(option) && !value.equals(theirs)) {
      throw usage(
          String.format(
              Locale.ROOT,
              "%s: it is %s, the run of the checkpoint %s has %s: leave it out",
              option,
              value,
              run,
              theirs));
    }
  }

  private EncodedText sameText(VanillaRnn start, UnknownSymbols policy, Path run)
      throws IOException {
    try {
      return Sources.text(terminal, text, start.vocab(), policy);
    } catch (UnknownSymbolException e) {
      throw new IOException(
          "the text is not the one that the run of the checkpoint "
              + run
              + " was started with: "
              + e.getMessage()
              + "; if it was started with --unknown, give that again",
          e);
    }
  }

  private long stepsToTake(Trainer trainer, EncodedText encoded) {
    if (epochs != null) {
      int count = epochs;
      Options.apply(spec, "--epochs", () -> trainer.stepsOf(encoded, count));
      return trainer.stepsOf(encoded, count);
    }
    long count = steps == null ? DEFAULT_STEPS : steps;
    if (count < 0) {
      throw usage("--steps: it is " + count + ", must be at least 0");
    }
    return count;
  }

  private int train(
      VanillaRnn start,
      Trainer trainer,
      ValidationOptions.Split split,
      int elements,
      Path planned,
      Path run)
      throws IOException {
    Progress progress = new Progress(terminal.err(), terminal.errColumns());
    try (Interruption interruption = new Interruption()) {
      Optional<RunReport> report = report(start, trainer, split, elements, planned);
      try {
        return train(trainer, split.text(), planned, run, progress, interruption, report);
      } catch (IOException | RuntimeException e) {
        progress.clear();
        if (interruption.requested()) { // the process ends as soon as this is closed: say it now
          terminal.err().println("rnn train: " + Main.explain(e));
          return Main.FAILED;
        }
        throw e;
      } finally {
        report.ifPresent(RunReport::close);
      }
    }
  }

  /** Begins the report, unless there is to be none. */
  private Optional<RunReport> report(
      VanillaRnn start, Trainer trainer, ValidationOptions.Split split, int elements, Path model)
      throws IOException {
    if (noReport) {
      return Optional.empty();
    }
    Report.Origin origin =
        new Report.Origin(
            Main.program(),
            String.valueOf(model.getFileName()),
            Optional.of(Sources.name(text)),
            Optional.empty(),
            Optional.ofNullable(from).map(Path::toString),
            resume ? List.of(RESUMED) : List.of());
    long length = split.text().length() + split.heldOut().map(EncodedText::length).orElse(0L);
    List<String> more = repeatedOptions();
    int window = resume ? start.training().orElseThrow().sequenceLength() : seq;
    RunReport report =
        new RunReport(
            origin,
            (result, settings, count) ->
                RunReport.command(
                    text, length, model, settings, result, Optional.ofNullable(from), count, more),
            new Analysis(split.text(), split.heldOut(), start, window, elements),
            live ? OptionalInt.of(livePort == null ? 0 : livePort) : OptionalInt.empty());
    report.address().ifPresent(address -> terminal.err().println("live: " + address));
    trainer.every(1, report::update);
    return Optional.of(report);
  }

  /** What the report's command must repeat, beside what the run's settings tell of. */
  private List<String> repeatedOptions() {
    List<String> words = new ArrayList<>();
    if (given("--sample-every")) {
      words.addAll(List.of("--sample-every", Long.toString(sampleEvery)));
    }
    if (given("--sample-length")) {
      words.addAll(List.of("--sample-length", Integer.toString(sampleLength)));
    }
    if (given("--unknown")) {
      words.addAll(List.of("--unknown", unknown));
    }
    if (onDivergence == OnDivergence.ROLLBACK) {
      words.addAll(List.of("--on-divergence", "rollback"));
      words.addAll(List.of("--max-rollbacks", Integer.toString(maxRollbacks)));
      if (checkpointEvery != null) {
        words.addAll(List.of("--checkpoint-every", Long.toString(checkpointEvery)));
      }
    }
    return words;
  }

  private int train(
      Trainer trainer,
      EncodedText encoded,
      Path planned,
      Path run,
      Progress progress,
      Interruption interruption,
      Optional<RunReport> report)
      throws IOException {
    boolean asPlanned = resume && steps == null && epochs == null;
    long count = asPlanned ? 0 : stepsToTake(trainer, encoded);
    try {
      trainer.onSample((training, sample) -> showSample(training, sample, progress));
      if (!quiet) {
        trainer.every(1, progress::update);
      }
      trainer.every(1, interruption::stopIfRequested);
      trainer.every(1, training -> showRollback(training, progress));
      TrainingResult result = trained(trainer, encoded, run, asPlanned, count);
      progress.clear();
      if (interruption.requested() && noCheckpoint && result.steps() == 0) {
        terminal.err().println("rnn train: interrupted before the first step, nothing is saved");
        return Main.INTERRUPTED;
      }
      // Another run may have taken the name meanwhile, unless our checkpoint's name goes with it.
      boolean ours = output != null || (checkpoint == null && !noCheckpoint);
      Path model = ours ? planned : defaultOutput();
      save(model, () -> result.best().save(model), run);
      if (history != null) {
        save(history, () -> result.history().save(history), run);
      }
      boolean interrupted = interruption.requested();
      if (interrupted) {
        reportInterruption(result, model); // first, because whoever interrupts may not wait
      }
      if (report.isPresent()) {
        save(RunReport.html(model), () -> report.get().write(model, result, interrupted), run);
      }
      if (interrupted) {
        return Main.INTERRUPTED;
      }
      report(result, model, run);
      if (outputFailure.isPresent()) {
        throw outputFailure.get();
      }
      return Main.OK;
    } catch (TrainingDivergedException e) {
      if (noCheckpoint || e.rollbacks() > 0) {
        throw e;
      }
      throw new IOException(
          e.getMessage()
              + ", or go back by --resume --on-divergence rollback: the checkpoint "
              + run
              + " is from before that",
          e);
    }
  }

  private TrainingResult trained(
      Trainer trainer, EncodedText encoded, Path run, boolean asPlanned, long count)
      throws IOException {
    if (!resume) {
      return trainer.train(encoded, count);
    }
    try {
      return asPlanned ? trainer.resume(run, encoded) : trainer.resume(run, encoded, count);
    } catch (ModelFormatException e) {
      throw new IOException(run + " cannot be used as a checkpoint: " + e.getMessage(), e);
    }
  }

  private interface Saving {
    void save() throws IOException;
  }

  private void save(Path file, Saving saving, Path run) throws IOException {
    try {
      saving.save();
    } catch (IOException e) {
      String rest = noCheckpoint ? "" : "; all of the run is in " + run + ", --resume goes on";
      throw new IOException(file + " cannot be saved: " + Main.explain(e) + rest, e);
    }
  }

  private void showRollback(Training training, Progress progress) {
    if (training.rollbacks() > rollbacksShown) {
      rollbacksShown = training.rollbacks();
      progress.clear();
      terminal
          .err()
          .printf(
              Locale.ROOT,
              "rnn train: training diverged and went back to step %,d, learning rate %s from there"
                  + " (rollback %d)%n",
              training.step() - 1,
              training.learningRate(),
              training.rollbacks());
    }
  }

  private void reportInterruption(TrainingResult result, Path model) {
    terminal
        .err()
        .printf(
            Locale.ROOT,
            "rnn train: interrupted after step %,d; the best model so far is saved as %s%n",
            result.steps(),
            model);
    if (!noCheckpoint) {
      String again = text.equals(Sources.STANDARD_INPUT) ? " (and the same text again)" : "";
      terminal.err().println("go on with: " + resumingCommand(model) + again);
    }
  }

  /** What was typed, with what makes it go on, and without the model that it had begun with. */
  private String resumingCommand(Path model) {
    List<String> typed =
        new ArrayList<>(spec.commandLine().getParent().getParseResult().originalArgs());
    List<String> words = new ArrayList<>();
    words.add(Shell.rnn());
    words.add(typed.remove(0)); // train; options come right after it, before any --
    if (!resume) {
      words.add("--resume");
    }
    if (output == null) {
      words.addAll(List.of("-o", model.toString()));
    }
    boolean skip = false;
    for (String word : typed) {
      boolean start = from != null && (word.equals("--from") || word.startsWith("--from="));
      if (!start && !skip) {
        words.add(word);
      }
      skip = start && word.equals("--from");
    }
    return Shell.line(words);
  }

  private void showSample(Training training, Sample sample, Progress progress) {
    String heading =
        sample.step() == 0
            ? "--- step 0, epoch 0.00 ---"
            : String.format(
                Locale.ROOT,
                "--- step %,d, epoch %.2f, smooth loss %.2f, %.3f bits/char%s ---",
                training.step(),
                training.epoch(),
                training.smoothLoss(),
                training.smoothBitsPerCharacter(),
                heldOut(training));
    progress.clear();
    print(heading + "\n" + sample.text() + "\n");
  }

  /** The held-out loss, if it was measured at this step. */
  private static String heldOut(Training training) {
    return training
        .lastValidation()
        .filter(point -> point.step() == training.step())
        .map(
            point ->
                String.format(
                    Locale.ROOT, ", held-out %.3f", point.natsPerCharacter() / Math.log(2)))
        .orElse("");
  }

  /** Text that a person reads; a program that asked for JSON gets that and nothing else. */
  private void print(String passage) {
    if (json) {
      if (!quiet) {
        terminal.err().println(passage);
      }
      return;
    }
    if (outputFailure.isEmpty()) {
      try {
        terminal.println(passage);
      } catch (IOException e) {
        outputFailure =
            Optional.of(e); // the model is worth more than the sample: say it at the end
      }
    }
  }

  private void report(TrainingResult result, Path model, Path run) throws IOException {
    if (json) {
      Map<String, Object> object = new LinkedHashMap<>();
      object.put("steps", result.steps());
      object.put("smoothLoss", Terminal.jsonNumber(result.smoothLoss()));
      object.put("bestSmoothLoss", Terminal.jsonNumber(result.bestSmoothLoss()));
      object.put("bestStep", result.bestStep());
      object.put("charactersPerSecond", result.charactersPerSecond());
      object.put("rollbacks", rollbacks(result));
      object.put(
          "heldOutLoss",
          result.bestValidation().map(ValidationPoint::natsPerCharacter).orElse(null));
      object.put("model", model.toString());
      object.put("checkpoint", noCheckpoint ? null : run.toString());
      object.put("report", noReport ? null : RunReport.html(model).toString());
      terminal.printJson(object);
      return;
    }
    String best =
        result.steps() == 0
            ? "the untrained model"
            : String.format(
                Locale.ROOT,
                "the best model, smooth loss %.4f at step %,d",
                result.bestSmoothLoss(),
                result.bestStep());
    String passage = Sampler.of(result.best()).seed(result.best().seed()).sample(PASSAGE_LENGTH);
    print("--- " + best + " ---\n" + passage + "\n");
    int window = result.last().training().map(TrainingSummary::sequenceLength).orElse(seq);
    double guessing = window * Math.log(result.best().vocab().size());
    if (result.steps() >= SETTLED_STEPS && result.smoothLoss() > guessing) {
      terminal
          .err()
          .printf(
              Locale.ROOT,
              "rnn train: the smooth loss %.4g is above that of guessing, %.4g: lower --lr%n",
              result.smoothLoss(),
              guessing);
    }
    if (!quiet) {
      terminal
          .err()
          .printf(
              Locale.ROOT,
              "%,d steps, smooth loss %.4f, best %.4f at step %,d, %,.0f characters per second%n",
              result.steps(),
              result.smoothLoss(),
              result.bestSmoothLoss(),
              result.bestStep(),
              result.charactersPerSecond());
      if (rollbacks(result) > 0) {
        TrainingSummary summary = result.last().training().orElseThrow();
        terminal
            .err()
            .printf(
                Locale.ROOT,
                "training diverged and was rolled back %d times, learning rate %s in the end%n",
                summary.rollbacks(),
                summary.learningRate() * Math.pow(0.5, summary.rollbacks()));
      }
      terminal
          .err()
          .println(
              "saved "
                  + model
                  + (noCheckpoint ? "" : ", all of the run " + run)
                  + (noReport ? "" : ", its report " + RunReport.html(model)));
      String name = Shell.quoted(Shell.file(model.toString()));
      terminal.err().println("next: " + Shell.rnn() + " sample " + name + " --temperature 0.7");
    }
  }

  private static int rollbacks(TrainingResult result) {
    return result.last().training().map(TrainingSummary::rollbacks).orElse(0);
  }

  static Path checkpointOf(Path model) {
    return model.resolveSibling(model.getFileName() + CHECKPOINT_EXTENSION);
  }

  /** A name that is free, or, to resume, the last one that has a checkpoint. */
  private Path defaultOutput() {
    String name = "story";
    if (text.equals(Sources.STANDARD_INPUT)) {
      name = "stdin";
    } else if (!text.isEmpty()) {
      Path file = Path.of(text).getFileName();
      name = file == null ? "model" : file.toString().replaceFirst("(?<=.)\\.[^.]*$", "");
    }
    Path last = Path.of(name + EXTENSION);
    Path free = last;
    for (int i = 2; Files.exists(free) || Files.exists(checkpointOf(free)); i++) {
      if (Files.exists(checkpointOf(free))) {
        last = free;
      }
      free = Path.of(name + "-" + i + EXTENSION);
    }
    return resume && checkpoint == null ? last : free;
  }

  /** Nothing that is read or written may be replaced by something else that is written. */
  private void requireDifferent(Map.Entry<String, Path> file, String other, String otherWhat)
      throws IOException {
    if (Destinations.isSame(file.getValue(), other)) {
      throw usage(
          file.getKey() + " would replace " + otherWhat + ", " + other + ": name another file");
    }
  }

  private ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
