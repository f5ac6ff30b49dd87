package io.github.charrnn.spark;

import io.github.charrnn.BestBy;
import io.github.charrnn.Documents;
import io.github.charrnn.EncodedText;
import io.github.charrnn.Optimizer;
import io.github.charrnn.Plan;
import io.github.charrnn.Recipe;
import io.github.charrnn.Trainer;
import io.github.charrnn.Training;
import io.github.charrnn.TrainingResult;
import io.github.charrnn.TrainingSummary;
import io.github.charrnn.VanillaRnn;
import io.github.charrnn.cli.Program;
import io.github.charrnn.cli.files.ReportFiles;
import io.github.charrnn.cli.files.Sources;
import io.github.charrnn.cli.options.ModelOptions;
import io.github.charrnn.cli.options.Options;
import io.github.charrnn.cli.options.RecipeOptions;
import io.github.charrnn.cli.options.StepsOptions;
import io.github.charrnn.cli.options.TextsParameter;
import io.github.charrnn.cli.output.ExitCode;
import io.github.charrnn.cli.output.Shell;
import io.github.charrnn.cli.output.Terminal;
import io.github.charrnn.cli.report.Analysis;
import io.github.charrnn.cli.report.Report;
import io.github.charrnn.cli.train.Interruption;
import io.github.charrnn.cli.train.RunReport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Trains a model on a text in shards, each by the executor that has it. */
@Command(
    name = "train",
    description = {
      "Trains a model on a text that is cut into shards: every shard trains from what stands, for"
          + " --local-steps, and then all go on from the mean.",
      "The number of shards decides what is learned; how many executors there are does not, nor"
          + " whether some of them die.",
      "TEXT, the MODEL that is saved and FILE may be of any file system that Hadoop knows and all"
          + " executors reach; what --from names is a file of the driver's machine. Several TEXTs, or"
          + " a pattern or a directory of several, are as many documents, unless they are of lines.",
      "Without --shards there are 8, without --local-steps these are 10; the recipe's batch size is"
          + " rounded up to a multiple of the shards, and adam takes the place of shampoo."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  rnn-spark train book.txt -o book.safetensors --shards 8",
      "  rnn-spark train hdfs:///logs --documents lines -o hdfs:///models/logs.safetensors --resume"
    })
final class TrainCommand implements Callable<Integer> {
  private static final int SHARDS = 8;

  /** Times Shampoo's: see docs/recipes.md. */
  private static final double ADAMS_RATE = 1.29;

  private static final int LOCAL_STEPS = 10;

  /** Bytes of the text that the report compares with. */
  private static final int HEAD = 1_000_000;

  private static final int SAMPLE_LENGTH = 200;

  private final Terminal terminal;
  private final Sessions session;
  @Spec private CommandSpec command;

  @Mixin private TextsParameter text;

  @Option(
      names = {"-o", "--output"},
      required = true,
      paramLabel = "MODEL",
      description =
          "Where to save the model; MODEL.checkpoint, MODEL.report.html and MODEL.report.json are"
              + " beside it.")
  private String output;

  @Mixin private ModelOptions model;
  @Mixin private RecipeOptions recipe;
  @Mixin private StepsOptions steps;

  @Option(
      names = "--validation",
      paramLabel = "FILE",
      description =
          "A text to measure the model with, read by the driver; the model with the lowest loss on"
              + " it is saved. Without it: the last one is.",
      defaultValue = Option.NULL_VALUE,
      showDefaultValue = Visibility.NEVER)
  private String heldOut;

  @Option(
      names = "--validation-every",
      paramLabel = "<steps>",
      description = "Steps from one measurement to the next. Without it: 20 in a run.",
      defaultValue = Option.NULL_VALUE,
      showDefaultValue = Visibility.NEVER)
  private Long heldOutEvery;

  @Option(
      names = "--checkpoint-every",
      paramLabel = "<steps>",
      description =
          "Steps from one checkpoint to the next. Without it: checkpoints take 1 %% of the time at"
              + " most, and 5 seconds pass between two.",
      defaultValue = Option.NULL_VALUE,
      showDefaultValue = Visibility.NEVER)
  private Long checkpointEvery;

  @Option(
      names = "--resume",
      description =
          "Go on from MODEL.checkpoint, with the same text, exactly as if training had never"
              + " stopped.")
  private boolean resume;

  @Option(
      names = {"-q", "--quiet"},
      description = "Show no progress on standard error.")
  private boolean quiet;

  /**
   * A run that can start.
   *
   * @param plan what it was planned as
   */
  private record Ready(Trainer trainer, SparkShards shards, Plan plan, long steps) {}

  TrainCommand(Terminal terminal, Sessions session) {
    this.terminal = terminal;
    this.session = session;
  }

  /** The command, of whose options those of rnn train that make no sense here are not shown. */
  static CommandLine commandLine(Terminal terminal, Sessions session) {
    CommandLine line = new CommandLine(new TrainCommand(terminal, session));
    CommandSpec spec = line.getCommandSpec();
    PositionalParamSpec text = spec.positionalParameters().get(0);
    spec.remove(text);
    spec.addPositional(
        PositionalParamSpec.builder() // a copy would keep the arity of the one it is made of
            .arity("1..*")
            .required(true)
            .paramLabel(text.paramLabel())
            .type(text.type())
            .auxiliaryTypes(text.auxiliaryTypes())
            .getter(text.getter())
            .setter(text.setter())
            .showDefaultValue(Visibility.NEVER)
            .description(
                "UTF-8 files, directories (without hidden files, by name) or patterns, which all"
                    + " executors reach.")
            .build());
    OptionSpec vocab = spec.findOption("--vocab");
    spec.remove(vocab);
    spec.addOption(vocab.toBuilder().hidden(true).build());
    return line;
  }

  @Override
  public Integer call() throws IOException {
    requireConsistent();
    try (RunPlace place = RunPlace.of(output, session.files())) { // before a session takes its time
      List<String> read = new ArrayList<>(text.source().names());
      Optional.ofNullable(heldOut).ifPresent(read::add);
      place.requireOutside(read);
      try {
        place.fetchCheckpoint();
        carryOut(session.get(), place);
      } catch (IOException
          | IllegalArgumentException
          | IllegalStateException
          | UncheckedIOException e) {
        throw place.failed(e);
      }
    }
    return ExitCode.OK;
  }

  private void carryOut(SparkSession spark, RunPlace place) throws IOException {
    Ready run = resume ? resumed(spark, place) : begun(spark);
    Optional<EncodedText> measured = measured(spark, run);
    observe(run, place, measured);
    try (Interruption interruption = new Interruption("rnn-spark train", new AtExit())) {
      run.trainer().every(1, interruption::stopIfRequested);
      TrainingResult result = train(run);
      result.best().save(place.files().model()); // before anything else can fail
      place.publish();
      boolean interrupted = interruption.requested();
      if (interrupted) { // first, because whoever interrupts may not wait
        sayInterrupted(result);
      }
      EncodedText head = run.shards().beginning(HEAD);
      result = result.measured(head);
      result.best().save(place.files().model());
      report(place, result, head, measured, run.shards(), interrupted);
      place.publish();
      say(place, result);
    }
  }

  /** Refuses what is wrong with the words alone. */
  private void requireConsistent() {
    recipe.requireConsistent();
    steps.requireConsistent();
    model.requireConsistent(resume);
    List<String> names = text.source().names();
    InputFiles.requireNamed(command, "TEXT", names);
    if (model.vocab().isPresent()) {
      throw Options.wrong(command, "--vocab is for rnn train: a new model has the text's symbols");
    }
    if (output.isEmpty()) {
      throw Options.wrong(command, "--output is empty: name a file");
    }
    if (recipe.shards().isPresent()) {
      Options.requireAtLeast(command, "--shards", recipe.shards().getAsInt(), 2);
    }
    if (heldOutEvery != null) {
      Options.requireAtLeast(command, "--validation-every", heldOutEvery, 1);
      if (heldOut == null) {
        throw Options.wrong(command, "--validation-every needs --validation: name a text");
      }
    }
    if (checkpointEvery != null) {
      Options.requireAtLeast(command, "--checkpoint-every", checkpointEvery, 1);
    }
  }

  private Ready begun(SparkSession spark) throws IOException {
    int count = recipe.shards().orElse(SHARDS);
    List<String> names = text.source().names();
    Optional<VanillaRnn> saved = Optional.empty();
    SparkShards shards;
    if (model.from().isPresent()) {
      VanillaRnn from = Sources.model(model.from().get());
      saved = Optional.of(from);
      Optional<Documents> its =
          text.source(from.documents(), model.from().get().toString()).documents();
      shards = SparkShards.of(spark, names, its, count, from.vocab());
    } else {
      shards = SparkShards.of(spark, names, text.source().documents(), count);
    }
    Plan plan = sharded(recipe.plan(length(shards), shards.vocab()), count);
    VanillaRnn start =
        saved.orElseGet(() -> model.create(shards.vocab(), plan, shards.documents()));
    long total =
        steps.of(recipe.recipe(plan), () -> epoch(shards, recipe.recipe(plan)), plan.steps());
    Plan fitted = plan.withSteps(total);
    Trainer trainer = Trainer.of(start).recipe(recipe.recipe(fitted));
    trainer.samples(fitted.sampleEvery(), SAMPLE_LENGTH);
    return new Ready(trainer, shards, fitted, total);
  }

  /**
   * A plan with shards: as many characters, on a multiple of their number of streams, and Adam in
   * the place of Shampoo, whose products are for one gradient of all streams.
   */
  private static Plan sharded(Plan plan, int count) {
    Recipe planned = plan.recipe();
    if (planned.optimizer() instanceof Optimizer.Shampoo it) {
      double rate = Math.rint(ADAMS_RATE * planned.learningRate().rate() * 1e5) / 1e5;
      planned =
          planned
              .withOptimizer(Optimizer.adam(it.beta1(), it.beta2(), it.weightDecay()))
              .withLearningRate(planned.learningRate().withRate(rate));
    }
    int streams = (planned.batchSize() + count - 1) / count * count;
    long steps = Math.max(1, plan.steps() * planned.batchSize() / streams);
    return plan.withRecipe(
            planned.withBatchSize(streams).withShards(count).withLocalSteps(LOCAL_STEPS))
        .withSteps(steps);
  }

  private static long length(SparkShards shards) {
    return shards.lengths().stream().mapToLong(it -> it).sum();
  }

  private static long epoch(SparkShards shards, Recipe its) {
    return Math.max(1, (length(shards) / its.batchSize() - 1) / its.sequenceLength());
  }

  private Ready resumed(SparkSession spark, RunPlace place) throws IOException {
    Trainer trainer = Sources.checkpoint(place.files().checkpoint());
    VanillaRnn start = trainer.model();
    TrainingSummary run = start.training().orElseThrow();
    int count = trainer.recipe().shards();
    if (count == 1) {
      throw new IOException(
          place.name(place.files().checkpoint())
              + " is of a run without shards: rnn train --resume goes on with it");
    }
    Path named = Path.of(place.name(place.files().checkpoint()));
    model.requireSame(start, named);
    Optional<Documents> documents = text.source(start.documents(), output).documents();
    SparkShards shards =
        SparkShards.of(spark, text.source().names(), documents, count, start.vocab());
    Plan plan = sharded(recipe.plan(length(shards), shards.vocab()), count);
    recipe.requireSame(trainer.recipe(), plan::recipe, named);
    long total =
        steps.given() ? steps.of(trainer.recipe(), () -> epoch(shards, trainer.recipe()), 0) : -1;
    if (!quiet) {
      terminal
          .err()
          .printf(
              Locale.ROOT,
              "going on from %s, step %,d%n",
              place.name(place.files().checkpoint()),
              run.step());
    }
    return new Ready(trainer, shards, plan, total);
  }

  private Optional<EncodedText> measured(SparkSession spark, Ready run) throws IOException {
    if (heldOut == null) {
      return Optional.empty();
    }
    SparkShards its =
        SparkShards.of(spark, List.of(heldOut), run.shards().documents(), 1, run.shards().vocab());
    return Optional.of(its.text(0));
  }

  private void observe(Ready run, RunPlace place, Optional<EncodedText> measured) {
    Trainer trainer = run.trainer();
    if (measured.isPresent()) {
      if (heldOutEvery != null) {
        trainer.validation(measured.get(), heldOutEvery);
      } else if (resume) {
        trainer.validation(measured.get());
      } else {
        trainer.validation(measured.get(), run.plan().validationEvery());
      }
    }
    if (!resume) {
      trainer.bestBy(measured.isPresent() ? BestBy.VALIDATION : BestBy.LAST);
    }
    if (checkpointEvery == null) {
      trainer.checkpoint(place.files().checkpoint());
    } else {
      trainer.checkpoint(place.files().checkpoint(), checkpointEvery);
    }
    trainer.every(1, training -> afterRound(training, place));
  }

  private void afterRound(Training training, RunPlace place) {
    if (!quiet && training.step() > 0) {
      Recipe its = training.recipe();
      terminal
          .err()
          .printf(
              Locale.ROOT,
              "round %,d of %,d, epoch %.2f, %.3f bits per character%s, %,.0f characters a second%n",
              (training.step() + its.localSteps() - 1) / its.localSteps(),
              training.plannedSteps() / its.localSteps(),
              training.epoch(),
              training.smoothBitsPerCharacter(),
              training
                  .lastHeldOutLoss()
                  .map(
                      it ->
                          String.format(
                              Locale.ROOT, ", held-out %.3f", bits(it.natsPerCharacter())))
                  .orElse(""),
              training.charactersPerSecond());
    }
    try {
      place.publish(); // the checkpoint, if the round before has left one
    } catch (IOException e) {
      throw new UncheckedIOException(
          new IOException("the checkpoint cannot be published: " + SparkFailures.sentence(e), e));
    }
  }

  private static double bits(double nats) {
    return nats / Math.log(2);
  }

  private TrainingResult train(Ready run) {
    if (!resume) {
      return run.trainer().train(run.shards(), run.steps());
    }
    return run.steps() < 0
        ? run.trainer().resume(run.shards())
        : run.trainer().resume(run.shards(), run.steps());
  }

  private void report(
      RunPlace place,
      TrainingResult result,
      EncodedText head,
      Optional<EncodedText> measured,
      SparkShards shards,
      boolean interrupted)
      throws IOException {
    TrainingSummary run = result.last().training().orElseThrow();
    Analysis analysis =
        new Analysis(
            head,
            measured,
            result.best(),
            run.recipe().sequenceLength(),
            OptionalInt.empty(),
            Runtime.getRuntime().availableProcessors());
    analysis.finish(
        result.best(),
        interrupted ? RunReport.INTERRUPTED_PATIENCE_SECONDS : Long.MAX_VALUE / 1_000_000_000);
    List<String> words = new ArrayList<>(List.of("rnn-spark"));
    words.addAll(command.commandLine().getParent().getParseResult().originalArgs());
    words.remove("--resume");
    List<String> notes = new ArrayList<>();
    notes.add(
        String.format(
            Locale.ROOT,
            "Trained on Spark, on %,d shards. Machine and kernels are the driver's.",
            run.recipe().shards()));
    if (head.length() < length(shards)) {
      notes.add(
          String.format(
              Locale.ROOT,
              "What is compared with the text is compared with its first %,d characters.",
              head.length()));
    }
    Report.Origin origin =
        new Report.Origin(
            Program.name(),
            String.valueOf(place.files().model().getFileName()),
            Optional.of(text.source().name()),
            Optional.of(Shell.line(words)),
            model.from().map(Object::toString),
            notes);
    ReportFiles.write(
        place.files(),
        Report.of(
            origin,
            new Report.Run(
                result, run, RecipeOptions.shown(run.recipe(), result.best()), Optional.empty()),
            interrupted ? Report.State.INTERRUPTED : Report.State.FINISHED,
            Optional.of(analysis)));
  }

  private void sayInterrupted(TrainingResult result) {
    terminal
        .err()
        .printf(
            Locale.ROOT,
            "interrupted at step %,d; to go on, the same command with --resume%s%n",
            result.steps(),
            model.from().isPresent() ? " and without --from" : "");
  }

  private void say(RunPlace place, TrainingResult result) throws IOException {
    result
        .bestHeldOutLoss()
        .ifPresent(
            it ->
                terminal
                    .err()
                    .printf(
                        Locale.ROOT,
                        "held-out %.3f bits per character at step %,d%n",
                        bits(it.natsPerCharacter()),
                        it.step()));
    terminal.println("model        " + place.name(place.files().model()));
    terminal.println("fingerprint  " + result.best().fingerprint());
    terminal.println("checkpoint   " + place.name(place.files().checkpoint()));
    terminal.println("report       " + place.name(place.files().page()));
  }
}
