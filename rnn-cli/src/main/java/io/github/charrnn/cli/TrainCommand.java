package io.github.charrnn.cli;

import io.github.charrnn.CharVocab;
import io.github.charrnn.EncodedText;
import io.github.charrnn.Plan;
import io.github.charrnn.Recipe;
import io.github.charrnn.Trainer;
import io.github.charrnn.TrainingResult;
import io.github.charrnn.TrainingSummary;
import io.github.charrnn.UnknownSymbolException;
import io.github.charrnn.VanillaRnn;
import io.github.charrnn.cli.files.Destinations;
import io.github.charrnn.cli.files.FreeName;
import io.github.charrnn.cli.files.ModelFiles;
import io.github.charrnn.cli.files.RunFiles;
import io.github.charrnn.cli.files.Sources;
import io.github.charrnn.cli.files.TextSource;
import io.github.charrnn.cli.options.CheckpointOptions;
import io.github.charrnn.cli.options.GradcheckOption;
import io.github.charrnn.cli.options.LiveOptions;
import io.github.charrnn.cli.options.MinutesOption;
import io.github.charrnn.cli.options.ModelOptions;
import io.github.charrnn.cli.options.Options;
import io.github.charrnn.cli.options.RecipeOptions;
import io.github.charrnn.cli.options.SampleOptions;
import io.github.charrnn.cli.options.StepsOptions;
import io.github.charrnn.cli.options.TextsParameter;
import io.github.charrnn.cli.options.ThreadsOption;
import io.github.charrnn.cli.options.UnknownOption;
import io.github.charrnn.cli.options.ValidationOptions;
import io.github.charrnn.cli.output.Failures;
import io.github.charrnn.cli.output.Shell;
import io.github.charrnn.cli.output.Terminal;
import io.github.charrnn.cli.report.Analysis;
import io.github.charrnn.cli.report.Report;
import io.github.charrnn.cli.train.RepeatingCommand;
import io.github.charrnn.cli.train.ResumingCommand;
import io.github.charrnn.cli.train.RunReport;
import io.github.charrnn.cli.train.TrainingOutput;
import io.github.charrnn.cli.train.TrainingSession;
import io.github.charrnn.cli.tune.Speed;
import io.github.charrnn.cli.weights.Symbols;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Trains a model on a text. */
@Command(
    name = "train",
    description = {
      "Trains a model on a text, shows on the way what it writes, and saves the best.",
      "Ctrl-C ends training, saves the best so far and says how to go on with --resume."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  rnn train book.txt",
      "  rnn train book.txt --recipe good -o book.safetensors",
      "  rnn train names.txt --documents lines",
      "  rnn train book.txt -o book.safetensors --resume"
    })
final class TrainCommand implements Callable<Integer> {
  private final Terminal terminal;
  @Spec private CommandSpec command;

  @Mixin private TextsParameter text;

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

  @Mixin private ModelOptions model;
  @Mixin private UnknownOption unknown;
  @Mixin private RecipeOptions recipe;
  @Mixin private StepsOptions steps;
  @Mixin private MinutesOption minutes;
  @Mixin private CheckpointOptions checkpoint;
  @Mixin private SampleOptions samples;
  @Mixin private ValidationOptions validation;

  @Option(
      names = "--history",
      paramLabel = "FILE",
      description =
          "Save the losses as CSV (step, loss, smoothLoss), at most 8,192 lines; each has the mean"
              + " loss of the steps since the line before.",
      defaultValue = Option.NULL_VALUE,
      showDefaultValue = Visibility.NEVER)
  private Path history;

  @Mixin private LiveOptions live;
  @Mixin private GradcheckOption gradcheck;
  @Mixin private ThreadsOption threads;

  @Option(
      names = {"-q", "--quiet"},
      description = "Show no progress on standard error.")
  private boolean quiet;

  @Option(
      names = "--json",
      description =
          "Print one JSON object at the end: steps, smoothLoss, bestSmoothLoss, bestStep,"
              + " charactersPerSecond, threads, rollbacks, heldOutLoss (the lowest, in nats per"
              + " character), endedEarly, epochs (how often the text was read), startLoss and"
              + " lastStartLoss (of the saved and the last model on pieces of the text, in nats per"
              + " character), verdict (a sentence if something is wrong), skippedSymbols, ofSymbols,"
              + " model, checkpoint, report. Samples go to standard error.")
  private boolean json;

  /**
   * A run that can start.
   *
   * @param split the text, and what is held out
   * @param plan with the steps of the run
   */
  private record Ready(Trainer trainer, ValidationOptions.Split split, Plan plan) {}

  TrainCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException {
    requireConsistent();
    Optional<FreeName> free = Optional.empty();
    if (output == null && !(checkpoint.resume() && checkpoint.named().isEmpty())) {
      free = Optional.of(FreeName.of(text.source().stem()));
    }
    try {
      return train(files(free), free);
    } finally {
      free.ifPresent(FreeName::release);
    }
  }

  private int train(RunFiles files, Optional<FreeName> free) throws IOException {
    requireDestinations(files);
    if (free.isEmpty()) {
      FreeName.sweep(files.names());
    }
    TrainingOutput shown = new TrainingOutput(terminal, quiet, json);
    Ready run = checkpoint.resume() ? resumed(files, shown) : begun(shown);
    files.checkpoint().ifPresent(file -> checkpoint.applyTo(run.trainer(), file));
    if (checkpoint.resume()) {
      samples.applyToResumed(run.trainer(), run.plan());
      validation.applyAgain(run.trainer(), run.split());
    } else {
      samples.applyTo(run.trainer(), run.plan());
      validation.applyTo(run.trainer(), run.split(), ValidationOptions.Defaults.of(run.plan()));
    }
    threads.count().ifPresent(run.trainer()::threads);
    shown.trains(subject(run));
    boolean asPlanned = checkpoint.resume() && !steps.given();
    long count = run.plan().steps();
    Optional<RunReport> report = live.report() ? Optional.of(report(run, files)) : Optional.empty();
    report.flatMap(RunReport::address).ifPresent(shown::live);
    return new TrainingSession(
            run.trainer(),
            run.split().text(),
            shown,
            report,
            files,
            () -> namesNow(files, free),
            resuming())
        .carryOut(() -> trained(run, asPlanned, count), () -> free.ifPresent(FreeName::release));
  }

  /** Refuses what is wrong with the words alone, before any file is looked at. */
  private void requireConsistent() {
    recipe.requireConsistent();
    steps.requireConsistent();
    minutes.minutes("--recipe", "--steps", "--epochs", "--resume");
    samples.requirePossible();
    validation.requireConsistent();
    model.requireConsistent(checkpoint.resume());
    checkpoint.requireConsistent();
    unknown.policy();
    boolean known = checkpoint.resume() || model.from().isPresent() || model.vocab().isPresent();
    if (unknown.adds() && !known) {
      throw Options.wrong(
          command,
          "--unknown add needs --from or --vocab: other new models have all symbols of TEXT");
    }
    List<String> read = new ArrayList<>(text.source().names());
    model.vocab().ifPresent(read::add);
    validation.file().ifPresent(read::add);
    Options.requireOneStandardInput(command, "TEXT, --vocab and --validation name", read);
    live.requireConsistent();
    gradcheck.elements();
    threads.count();
  }

  private RunFiles files(Optional<FreeName> free) {
    ModelFiles names =
        free.map(FreeName::files)
            .orElseGet(
                () ->
                    output == null
                        ? ModelFiles.lastWithCheckpoint(text.source().stem())
                        : new ModelFiles(output));
    return new RunFiles(
        names, checkpoint.file(names.checkpoint()), Optional.ofNullable(history), live.report());
  }

  /** Others than runs may have taken a name that was free, unless a checkpoint of ours shows it. */
  private ModelFiles namesNow(RunFiles files, Optional<FreeName> free) {
    boolean shown = checkpoint.named().isEmpty() && files.checkpoint().isPresent();
    if (free.isEmpty() || shown || !files.names().exist()) {
      return files.names();
    }
    FreeName another = FreeName.of(text.source().stem());
    another.release();
    return another.files();
  }

  /** Finds out before hours of training that a file could not be written, or would be lost. */
  private void requireDestinations(RunFiles files) throws IOException {
    Destinations destinations = new Destinations();
    text.source().names().forEach(it -> destinations.keepText("the text", it));
    validation.file().ifPresent(it -> destinations.keepText("the text that is held out", it));
    model.vocab().ifPresent(it -> destinations.keep("the vocabulary", it));
    for (Map.Entry<String, Path> file : files.byName().entrySet()) {
      Options.requireNoClash(command, () -> destinations.add(file.getKey(), file.getValue()));
      if (file.getValue().equals(files.model())) { // it may replace the one it begins with
        model.from().ifPresent(it -> destinations.keep("the model to start from", it.toString()));
      }
    }
  }

  private Ready begun(TrainingOutput shown) throws IOException {
    EncodedText all;
    VanillaRnn start;
    Plan plan;
    if (model.from().isPresent()) {
      VanillaRnn saved = Sources.model(model.from().get());
      TextSource source = text.source(saved.documents(), model.from().get().toString());
      all = read(source, Optional.of(saved.vocab()));
      start = saved.withSymbols(all.vocab());
      plan = plan(all);
    } else {
      all = read(text.source(), vocab());
      plan = plan(all);
      start = model.create(all.vocab(), plan, text.source().documents());
    }
    tellSkipped(all, shown);
    ValidationOptions.Split split =
        validation.split(
            all, start.documents(), ValidationOptions.Defaults.of(plan), reader(start));
    Trainer trainer = Trainer.of(start).recipe(recipe.recipe(plan));
    plan = plan.withSteps(count(trainer, split.text(), plan));
    trainer.recipe(recipe.recipe(plan));
    return new Ready(trainer, split, measured(plan, trainer.recipe(), split));
  }

  /** The symbols that a new model is to have, if they were given, with what ends a document. */
  private Optional<CharVocab> vocab() throws IOException {
    if (model.vocab().isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        Symbols.vocabulary(terminal, model.vocab().get(), text.source().documents()));
  }

  /** Reads a text, with the symbols that the model has if it has any already. */
  private EncodedText read(TextSource source, Optional<CharVocab> vocab) throws IOException {
    if (vocab.isEmpty()) {
      return source.read(terminal);
    }
    CharVocab known = vocab.get();
    if (unknown.adds()) {
      EncodedText found = source.read(terminal);
      CharVocab all = known.and(found.vocab());
      if (all.size() > known.size()) {
        terminal
            .err()
            .printf(
                Locale.ROOT,
                "rnn train: the model gets %,d symbol%s of %s beside its %,d%n",
                all.size() - known.size(),
                all.size() - known.size() == 1 ? "" : "s",
                source.name(),
                known.size());
      }
      return found.in(all);
    }
    try {
      return source.read(terminal, known, unknown.policy());
    } catch (UnknownSymbolException e) {
      throw new IOException(Failures.sentence(e) + ", --unknown add gives them to the model", e);
    }
  }

  /** The plan of a run as it was typed: what a step reads decides how often it is measured. */
  private static Plan measured(Plan plan, Recipe recipe, ValidationOptions.Split split) {
    long heldOut = split.heldOut().stream().mapToLong(EncodedText::length).sum();
    return plan.withRecipe(recipe)
        .withHeldOut(heldOut, split.heldOut().size())
        .withSteps(plan.steps());
  }

  private Plan plan(EncodedText all) {
    OptionalDouble limit = minutes.minutes();
    return limit.isPresent()
        ? Speed.fitting(all, 60 * limit.getAsDouble(), threads.count())
        : recipe.plan(all.length(), all.vocab());
  }

  private long count(Trainer trainer, EncodedText read, Plan plan) {
    OptionalDouble limit = minutes.minutes();
    if (limit.isEmpty()) {
      return steps.of(trainer, read, plan.steps());
    }
    double seconds = 60 * limit.getAsDouble();
    double speed = Speed.measure(trainer, read, seconds, threads.count());
    long count = Speed.steps(plan, seconds, speed);
    List<String> typed = MinutesOption.without(typed());
    List<String> words = new ArrayList<>(List.of(Shell.rnn(), typed.get(0)));
    words.addAll(List.of("--recipe", plan.name(), "--steps", Long.toString(count)));
    words.addAll(typed.subList(1, typed.size()));
    terminal.err().println("the same run on any machine: " + Shell.line(words));
    return count;
  }

  private List<String> typed() {
    return command.commandLine().getParent().getParseResult().originalArgs();
  }

  private Ready resumed(RunFiles files, TrainingOutput shown) throws IOException {
    Path file = files.checkpoint().orElseThrow();
    Trainer trainer = Sources.checkpoint(file);
    VanillaRnn start = trainer.model();
    TrainingSummary run = start.training().orElseThrow();
    shown.resumes(file, run);
    model.requireSame(start, file);
    EncodedText all = sameText(start, file);
    tellSkipped(all, shown);
    recipe.requireSame(trainer.recipe(), all.length(), all.vocab(), file);
    ValidationOptions.Split split =
        validation.splitAgain(all, start.documents(), run, file, reader(start));
    Plan plan = recipe.plan(all.length(), all.vocab());
    long count = steps.of(trainer, split.text(), plan.steps());
    shown.resumes(trainer.recipe().learningRate(), run.step(), steps.given() ? count : 0);
    return new Ready(trainer, split, plan.withSteps(count));
  }

  private void tellSkipped(EncodedText all, TrainingOutput shown) {
    UnknownOption.tell(command, terminal.err(), all, text.source().name());
    shown.skipped(all);
  }

  /** Reads a text that is held out with the vocabulary of a model. */
  private ValidationOptions.Reader reader(VanillaRnn model) {
    return name -> {
      try {
        EncodedText heldOut =
            TextSource.of(name, model.documents())
                .readAny(terminal, model.vocab(), unknown.policy());
        UnknownOption.tell(command, terminal.err(), heldOut, Sources.name(name));
        return heldOut;
      } catch (UnknownSymbolException e) {
        String why =
            unknown.adds()
                ? e.getMessage() + ": --unknown add gives the model those of TEXT alone"
                : Failures.sentence(e);
        throw new IOException("the text that is held out, " + name + ", cannot be read: " + why, e);
      }
    };
  }

  private EncodedText sameText(VanillaRnn start, Path file) throws IOException {
    try {
      return text.source(start.documents(), file.toString())
          .readAny(terminal, start.vocab(), unknown.policy());
    } catch (UnknownSymbolException e) {
      throw new IOException(
          "the text is not the one that the run of the checkpoint "
              + file
              + " was started with: "
              + e.getMessage()
              + "; if it was started with --unknown, give that again",
          e);
    }
  }

  private TrainingOutput.Subject subject(Ready run) {
    return new TrainingOutput.Subject(
        text.source(run.trainer().model().documents(), "").name(),
        run.split().text().length(),
        run.split().heldOut().stream().mapToLong(EncodedText::length).sum(),
        checkpoint.resume() ? Optional.empty() : Optional.of(recipe.title(run.plan())));
  }

  private RunReport report(Ready run, RunFiles files) throws IOException {
    Report.Origin origin =
        new Report.Origin(
            Program.name(),
            String.valueOf(files.model().getFileName()),
            Optional.of(text.source().name()),
            Optional.empty(),
            model.from().map(Path::toString),
            checkpoint.resume()
                ? List.of(
                    "This run was resumed. " + RepeatingCommand.assumes(run.trainer().model()))
                : List.of());
    List<String> more = new ArrayList<>();
    more.addAll(samples.typed(checkpoint.resume() ? Optional.empty() : Optional.of(run.plan())));
    more.addAll(model.typedVocab());
    more.addAll(unknown.typed());
    more.addAll(checkpoint.typed());
    RepeatingCommand repeat =
        new RepeatingCommand(
            text.source(run.trainer().model().documents(), files.model().toString()),
            run.split().length(),
            files.model(),
            model.from(),
            validation.file(),
            more);
    Analysis analysis =
        new Analysis(
            run.split().text(),
            run.split().joined(),
            run.trainer().model(),
            run.trainer().recipe().sequenceLength(),
            gradcheck.elements(),
            threads.count().orElse(Runtime.getRuntime().availableProcessors()));
    return new RunReport(origin, repeat, analysis, live.port());
  }

  private ResumingCommand resuming() {
    boolean named = output != null;
    return new ResumingCommand(MinutesOption.without(typed()), named, text.source().piped());
  }

  private TrainingResult trained(Ready run, boolean asPlanned, long count) {
    EncodedText encoded = run.split().text();
    if (!checkpoint.resume()) {
      return run.trainer().train(encoded, count);
    }
    return asPlanned ? run.trainer().resume(encoded) : run.trainer().resume(encoded, count);
  }
}
