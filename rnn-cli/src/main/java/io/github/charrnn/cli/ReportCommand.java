package io.github.charrnn.cli;

import com.google.gson.JsonObject;
import io.github.charrnn.CharVocab;
import io.github.charrnn.EncodedText;
import io.github.charrnn.TrainingResult;
import io.github.charrnn.TrainingSummary;
import io.github.charrnn.VanillaRnn;
import io.github.charrnn.cli.files.Destinations;
import io.github.charrnn.cli.files.ModelFiles;
import io.github.charrnn.cli.files.ReportFiles;
import io.github.charrnn.cli.files.TextSource;
import io.github.charrnn.cli.options.GradcheckOption;
import io.github.charrnn.cli.options.Options;
import io.github.charrnn.cli.options.RecipeOptions;
import io.github.charrnn.cli.options.ThreadsOption;
import io.github.charrnn.cli.options.UnknownOption;
import io.github.charrnn.cli.options.ValidationOptions;
import io.github.charrnn.cli.output.ExitCode;
import io.github.charrnn.cli.output.Shell;
import io.github.charrnn.cli.output.Terminal;
import io.github.charrnn.cli.report.Analysis;
import io.github.charrnn.cli.report.Report;
import io.github.charrnn.cli.train.PastRun;
import io.github.charrnn.cli.train.RepeatingCommand;
import io.github.charrnn.cli.weights.Symbols;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Writes the report of a run again. */
@Command(
    name = "report",
    description = {
      "Writes the report of a run again, also after a kill.",
      "The page, from MODEL.report.json; or, with TEXT, all of it, from the model and its"
          + " checkpoint."
    },
    footerHeading = "%nExamples:%n",
    footer = {"  rnn report book.safetensors", "  rnn report book.safetensors book.txt"})
final class ReportCommand implements Callable<Integer> {
  /** Only what can be decided by the clock is given up. */
  private static final long PATIENCE_SECONDS = 24 * 3_600;

  private static final String MADE_AFTERWARDS =
      "This report was made after training: machine and kernels are those that made it.";

  private static final String OTHER_SYMBOLS =
      "The model has symbols that its text does not have: the command to repeat the run lacks the"
          + " --vocab, which rnn report takes as well, or the --from that gave them.";

  private static final String VOCAB = "--vocab";

  private final Terminal terminal;
  @Spec private CommandSpec command;

  @Parameters(
      index = "0",
      paramLabel = "MODEL",
      description = "The model that rnn train saved or was going to save, or a checkpoint.")
  private Path model;

  @Parameters(
      index = "1",
      arity = "0..*",
      paramLabel = "TEXT",
      description =
          "The whole text of the run: a UTF-8 file, or - for standard input; all that there were.",
      showDefaultValue = Visibility.NEVER)
  private List<String> text = new ArrayList<>();

  @Option(names = "--story", description = "The text was the story that comes with rnn.")
  private boolean story;

  @Option(
      names = "--validation",
      paramLabel = "FILE",
      description = "The text that was held out, where it was a text of its own.",
      defaultValue = Option.NULL_VALUE,
      showDefaultValue = Visibility.NEVER)
  private String heldOut;

  @Option(
      names = VOCAB,
      paramLabel = "FILE",
      description =
          "The file with the symbols of the model, where train had the same option: so has the"
              + " command that repeats the run.",
      defaultValue = Option.NULL_VALUE,
      showDefaultValue = Visibility.NEVER)
  private String vocab;

  @Mixin private UnknownOption unknown;

  @Mixin private GradcheckOption gradcheck;
  @Mixin private ThreadsOption threads;

  ReportCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException {
    if (story && !text.isEmpty()) {
      throw Options.wrong(command, "TEXT and --story exclude each other: give one of them");
    }
    if (heldOut != null && text.isEmpty() && !story) {
      throw Options.wrong(command, "--validation needs TEXT or --story: name the run's text, too");
    }
    if (vocab != null && text.isEmpty() && !story) {
      throw Options.wrong(command, VOCAB + " needs TEXT or --story: name the run's text, too");
    }
    if (vocab != null && vocab.isEmpty()) {
      throw Options.wrong(command, VOCAB + " is empty: name a file");
    }
    List<String> read = new ArrayList<>(text);
    Stream.of(heldOut, vocab).filter(Objects::nonNull).forEach(read::add);
    Options.requireOneStandardInput(command, "TEXT, --vocab and --validation name", read);
    gradcheck.elements();
    threads.count();
    ModelFiles files = new ModelFiles(model);
    Destinations.requireWritable(files.page());
    if (text.isEmpty() && !story) {
      ReportFiles.writePage(files, ReportFiles.read(files));
    } else {
      Destinations.requireWritable(files.numbers());
      ReportFiles.write(files, anew());
    }
    terminal.println("written " + files.page());
    return ExitCode.OK;
  }

  private JsonObject anew() throws IOException {
    OptionalInt elements = gradcheck.elements();
    PastRun run = PastRun.of(model);
    VanillaRnn best = run.best();
    TrainingSummary settings = run.settings();
    TextSource source = new TextSource(text, best.documents());
    EncodedText all = source.readAny(terminal, best.vocab(), unknown.policy());
    UnknownOption.tell(command, terminal.err(), all, source.name());
    if (!run.mayBeOf(all)) {
      throw new IOException(
          "the text has "
              + all.length()
              + " characters, must have "
              + run.length()
              + ": name "
              + (best.documents().isPresent() ? "all" : "the one")
              + " that "
              + model
              + " was trained on");
    }
    BitSet symbols = symbolsOf(all);
    List<String> typedSymbols = typedSymbols(best, symbols);
    Optional<EncodedText> other =
        heldOut == null
            ? Optional.empty()
            : Optional.of(
                TextSource.of(heldOut, best.documents())
                    .readAny(terminal, best.vocab(), unknown.policy()));
    ValidationOptions.Split split =
        ValidationOptions.splitAgain(all, best.documents(), settings, other);
    TrainingResult result = run.result().measured(split.text());
    int window = settings.recipe().sequenceLength();
    int many = threads.count().orElse(Runtime.getRuntime().availableProcessors());
    Analysis analysis = new Analysis(split.text(), split.joined(), best, window, elements, many);
    analysis.finish(best, PATIENCE_SECONDS);
    String repeat =
        new RepeatingCommand(
                source,
                all.length(),
                model,
                Optional.empty(),
                Optional.ofNullable(heldOut),
                typedSymbols)
            .of(result, settings, result.steps());
    List<String> notes = new ArrayList<>(run.note().stream().toList());
    notes.add(MADE_AFTERWARDS);
    notes.add(RepeatingCommand.assumes(best));
    if (vocab == null && symbols.cardinality() < best.vocab().size()) {
      notes.add(OTHER_SYMBOLS);
    }
    Report.Origin origin =
        new Report.Origin(
            Program.name(),
            String.valueOf(model.getFileName()),
            Optional.of(source.name()),
            Optional.of(repeat),
            Optional.empty(),
            notes);
    boolean ended = result.steps() >= result.plannedSteps() || result.endedEarly();
    return Report.of(
        origin,
        new Report.Run(
            result, settings, RecipeOptions.shown(settings.recipe(), best), Optional.empty()),
        ended ? Report.State.FINISHED : Report.State.INTERRUPTED,
        Optional.of(analysis));
  }

  private static BitSet symbolsOf(EncodedText text) {
    BitSet symbols = new BitSet();
    for (long i = 0; i < text.length(); i++) {
      symbols.set(text.symbol(i));
    }
    return symbols;
  }

  /**
   * The options by which a new model has the symbols of this one.
   *
   * @param ofText those that the text has
   */
  private List<String> typedSymbols(VanillaRnn model, BitSet ofText) throws IOException {
    if (vocab == null) {
      return unknown.typed();
    }
    CharVocab all = model.vocab();
    CharVocab named = Symbols.vocabulary(terminal, vocab, model.documents());
    for (int symbol = 0; symbol < all.size(); symbol++) {
      boolean isNamed = named.symbolOf(all.codePointOf(symbol)) >= 0;
      if (!isNamed && !ofText.get(symbol)) {
        throw notOfTheRun();
      }
    }
    if (!named.and(all).equals(all)) {
      throw notOfTheRun();
    }
    List<String> words = new ArrayList<>(List.of(VOCAB, Shell.file(vocab)));
    words.addAll(named.equals(all) ? unknown.typed() : List.of("--unknown", "add"));
    return words;
  }

  private IOException notOfTheRun() {
    return new IOException(
        vocab
            + " does not have the symbols of the model: name the file that train's --vocab named");
  }
}
