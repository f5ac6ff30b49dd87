package io.github.charrnn.cli.train;

import io.github.charrnn.BestBy;
import io.github.charrnn.Documents;
import io.github.charrnn.EncodedText;
import io.github.charrnn.HeldOutLoss;
import io.github.charrnn.LearningRate;
import io.github.charrnn.Recipe;
import io.github.charrnn.Sample;
import io.github.charrnn.Sampler;
import io.github.charrnn.Trainer;
import io.github.charrnn.Training;
import io.github.charrnn.TrainingResult;
import io.github.charrnn.TrainingSummary;
import io.github.charrnn.VanillaRnn;
import io.github.charrnn.cli.files.Escapes;
import io.github.charrnn.cli.files.RunFiles;
import io.github.charrnn.cli.options.Options;
import io.github.charrnn.cli.output.Failures;
import io.github.charrnn.cli.output.Shell;
import io.github.charrnn.cli.output.Terminal;
import io.github.charrnn.cli.output.TerminalWidth;
import io.github.charrnn.cli.report.Verdict;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** What a run shows: samples on the way, what it came to at the end. */
public final class TrainingOutput {
  private static final int PASSAGE_LENGTH = 1_000;

  /** The recipe's first updates are large: the smooth loss rises before it falls. */
  private static final long SETTLED_STEPS = 2_000;

  private final Terminal terminal;
  private final PrintWriter err;
  private final boolean quiet;
  private final boolean json;
  private final Progress progress;
  private Optional<IOException> failure = Optional.empty();
  private Optional<Documents> documents = Optional.empty(); // of the model
  private Optional<Integer> threads = Optional.empty(); // of the run, once it has begun
  private Optional<Subject> subject = Optional.empty();
  private int rollbacksShown;
  private long skipped; // characters of the text
  private long ofSymbols;

  /**
   * Nothing is shown yet.
   *
   * @param quiet whether progress is not shown
   * @param json whether a program reads standard output, which gets one object and nothing else
   */
  public TrainingOutput(Terminal terminal, boolean quiet, boolean json) {
    this.terminal = terminal;
    this.err = terminal.err();
    this.quiet = quiet;
    this.json = json;
    progress =
        new Progress(
            terminal.ownErr(),
            new TerminalWidth(quiet ? 0 : terminal.errColumns()),
            System::nanoTime);
  }

  /** Says that a run goes on. */
  public void resumes(Path checkpoint, TrainingSummary run) {
    rollbacksShown = run.rollbacks();
    if (!quiet) {
      err.printf(Locale.ROOT, "going on from %s, step %,d%n", checkpoint, run.step());
    }
  }

  /**
   * Says when a run that goes on will learn nothing more, because its learning rate has come to 0.
   *
   * @param planned how many steps there are to be in all; 0 if as many as the run was to have
   */
  public void resumes(LearningRate rate, long step, long planned) {
    long end = Math.max(step, rate.steps());
    if (planned > end && rate.at(planned) == 0) {
      err.printf(
          Locale.ROOT,
          "rnn train: the learning rate is 0 from step %,d on, nothing more is learned after it:"
              + " train the model on with --from, or begin again with --steps %d%n",
          rate.steps() + 1,
          planned);
    }
  }

  /** Shows what a trainer does from now on. */
  public void listenTo(Trainer trainer) {
    documents = trainer.model().documents();
    trainer.onSample(
        (training, sample) -> {
          begin(training);
          sample(training, sample);
        });
    trainer.every(1, this::begin);
    if (!quiet) {
      trainer.every(1, progress::update);
    }
    trainer.every(1, this::rollback);
  }

  /**
   * What a run is made of.
   *
   * @param text its name
   * @param characters of it that are trained on
   * @param heldOut characters that are held out
   * @param recipe what was typed; empty if a run goes on with its own
   */
  public record Subject(String text, long characters, long heldOut, Optional<String> recipe) {}

  /** Takes note of what a run is made of, to be said when it begins. */
  public void trains(Subject what) {
    subject = Optional.of(what);
  }

  /** Says once what is trained, and how it is carried out. */
  private void begin(Training training) {
    if (threads.isPresent()) {
      return;
    }
    threads = Optional.of(training.threads());
    if (!quiet) {
      subject.ifPresent(it -> heading(it, training));
      progress.show(training);
    }
  }

  private void heading(Subject what, Training training) {
    VanillaRnn model = training.model();
    Recipe recipe = training.recipe();
    double epochs = (double) training.plannedSteps() / training.summary().stepsPerEpoch();
    Rows rows = new Rows();
    rows.add("text", what.text() + ", " + count(what.characters(), "character"));
    if (what.heldOut() > 0) {
      rows.add("", String.format(Locale.ROOT, "%,d more are held out", what.heldOut()));
    }
    rows.add(
        "model",
        count(model.hiddenSize(), "hidden unit")
            + ", "
            + count(model.vocab().size(), "symbol")
            + ", "
            + count(model.parameterCount(), "parameter"));
    rows.add(
        "recipe",
        what.recipe().map(it -> it + ": ").orElse("")
            + recipe.optimizer().name()
            + " "
            + Options.word(recipe.learningRate().rate())
            + ", batch size "
            + recipe.batchSize()
            + ", sequence length "
            + recipe.sequenceLength());
    rows.add(
        "run",
        count(training.plannedSteps(), "step")
            + String.format(
                Locale.ROOT, epochs < 10 ? ", %.2f epochs, " : ", %,.0f epochs, ", epochs)
            + count(training.threads(), "thread")
            + " on "
            + count(Runtime.getRuntime().availableProcessors(), "processor"));
    rows.print(terminal);
  }

  private static String count(long n, String what) {
    return String.format(Locale.ROOT, "%,d %s%s", n, what, n == 1 ? "" : "s");
  }

  /** Takes note of the text, of which some may have been left out. */
  public void skipped(EncodedText text) {
    skipped = text.skipped();
    ofSymbols = text.length() + text.skipped();
  }

  /** Makes room for what others write. */
  public void clear() {
    progress.clear();
  }

  /** Says where the report is served. */
  public void live(String address) {
    err.println("live: " + address);
  }

  private void sample(Training training, Sample sample) {
    String heading =
        sample.step() == 0
            ? "--- step 0, epoch 0.00 ---"
            : String.format(
                Locale.ROOT,
                "--- step %,d, epoch %.2f, %s%s ---",
                training.step(),
                training.epoch(),
                training.lastHeldOutLoss().isPresent()
                    ? "" // the heading of a sample is one line of a terminal
                    : String.format(Locale.ROOT, "smooth loss %.2f, ", training.smoothLoss()),
                Progress.bitsPerCharacter(training).orElse(""));
    progress.clear();
    print(heading + "\n" + Escapes.shown(sample.text(), documents) + "\n");
    if (!quiet) {
      progress.show(training); // below the sample
    }
  }

  private void rollback(Training training) {
    if (training.rollbacks() > rollbacksShown) {
      rollbacksShown = training.rollbacks();
      progress.clear();
      err.printf(
          Locale.ROOT,
          "rnn train: training diverged and went back to step %,d, learning rate %s from there"
              + " (rollback %d)%n",
          training.step() - 1,
          training.learningRate(),
          training.rollbacks());
    }
  }

  /** Text that a person reads. */
  private void print(String passage) {
    if (json) {
      if (!quiet) {
        err.println(passage);
      }
      return;
    }
    if (failure.isEmpty()) {
      try {
        terminal.println(passage);
      } catch (IOException e) {
        failure = Optional.of(e); // the model is worth more than the sample: say it at the end
      }
    }
  }

  /** Says how a run ended that was to end, and what goes on with it. */
  public void interrupted(TrainingResult result, RunFiles files, Optional<String> resuming) {
    err.printf(
        Locale.ROOT,
        "rnn train: interrupted after step %,d; the best model so far is saved as %s%n",
        result.steps(),
        files.model());
    resuming.ifPresent(command -> err.println("go on with: " + command));
  }

  /** Says that there is nothing to save. */
  public void interruptedAtOnce() {
    err.println("rnn train: interrupted before the first step, nothing is saved");
  }

  /** Says why a run failed that was interrupted. */
  public void failed(Exception e) {
    err.println("rnn train: " + Failures.sentence(e));
  }

  /**
   * Shows what a run came to.
   *
   * @throws IOException if standard output could not be written, now or earlier
   */
  public void ended(TrainingResult result, RunFiles files) throws IOException {
    if (json) {
      terminal.printJson(json(result, files));
    } else {
      passage(result);
      if (!warnOfGuessing(result)) {
        Verdict.of(result, files.checkpoint()).ifPresent(it -> err.println("rnn train: " + it));
      }
      if (!quiet) {
        summary(result, files);
      }
    }
    if (failure.isPresent()) {
      throw failure.get();
    }
  }

  private Map<String, Object> json(TrainingResult result, RunFiles files) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("steps", result.steps());
    object.put("smoothLoss", Terminal.jsonNumber(result.smoothLoss()));
    object.put("bestSmoothLoss", Terminal.jsonNumber(result.bestSmoothLoss()));
    object.put("bestStep", result.bestStep());
    object.put("charactersPerSecond", result.charactersPerSecond());
    object.put("threads", threads.orElse(null)); // a run that had come to its end has none
    object.put("rollbacks", rollbacks(result));
    object.put(
        "heldOutLoss", result.bestHeldOutLoss().map(HeldOutLoss::natsPerCharacter).orElse(null));
    object.put("endedEarly", result.endedEarly());
    object.put("epochs", epochs(result));
    object.put("startLoss", startLoss(result.best()));
    object.put("lastStartLoss", startLoss(result.last()));
    object.put("verdict", Verdict.of(result, files.checkpoint()).orElse(null));
    object.put("skippedSymbols", skipped);
    object.put("ofSymbols", ofSymbols);
    object.put("model", files.model().toString());
    object.put("checkpoint", files.checkpoint().map(Path::toString).orElse(null));
    object.put("report", files.page().map(Path::toString).orElse(null));
    return object;
  }

  private static Object startLoss(VanillaRnn model) {
    return Terminal.jsonNumber(model.startLoss().orElse(Double.NaN));
  }

  /** How often the text was read. */
  private static double epochs(TrainingResult result) {
    return result
        .last()
        .training()
        .map(run -> (double) result.steps() / run.stepsPerEpoch())
        .orElse(0.0);
  }

  private void passage(TrainingResult result) {
    String best =
        result.bestStep() == 0
            ? "the model before the first step"
            : String.format(
                Locale.ROOT,
                "the %s model, smooth loss %.4f at step %,d",
                bestBy(result) == BestBy.LAST ? "last" : "best",
                result.bestSmoothLoss(),
                result.bestStep());
    String passage = Sampler.of(result.best()).seed(result.best().seed()).sample(PASSAGE_LENGTH);
    print("--- " + best + " ---\n" + Escapes.shown(passage, documents) + "\n");
  }

  private boolean warnOfGuessing(TrainingResult result) {
    int window = result.last().training().map(run -> run.recipe().sequenceLength()).orElse(0);
    double guessing = window * Math.log(result.best().vocab().size());
    boolean guesses = result.steps() >= SETTLED_STEPS && result.smoothLoss() > guessing;
    if (guesses) {
      err.printf(
          Locale.ROOT,
          "rnn train: the smooth loss %.4g is above that of guessing, %.4g: lower --lr%n",
          result.smoothLoss(),
          guessing);
    }
    return guesses;
  }

  private void summary(TrainingResult result, RunFiles files) {
    Rows rows = new Rows();
    if (result.steps() == 0) {
      rows.add("run", "0 steps: the model is the one that training would start from");
    } else {
      best(result, rows);
      steps(result, rows);
    }
    if (rollbacks(result) > 0) {
      TrainingSummary run = result.last().training().orElseThrow();
      rows.add(
          "rollbacks",
          String.format(
              Locale.ROOT,
              "%d, where training diverged; learning rate %s in the end",
              run.rollbacks(),
              run.recipe().learningRate().at(result.steps()) * Math.pow(0.5, run.rollbacks())));
    }
    rows.add("model", files.model().toString());
    files.checkpoint().ifPresent(file -> rows.add("checkpoint", file + " (all of the run)"));
    files.page().ifPresent(page -> rows.add("report", page));
    String sample = Shell.rnn() + " sample " + Shell.quoted(Shell.file(files.model().toString()));
    rows.add("next", sample + " --temperature 0.7");
    rows.add("", sample + (documents.isPresent() ? " --count 10 --unique" : " --interactive"));
    rows.print(terminal);
  }

  private static void best(TrainingResult result, Rows rows) {
    BestBy bestBy = bestBy(result);
    Optional<HeldOutLoss> lowest = result.bestHeldOutLoss();
    if (bestBy == BestBy.SMOOTH) {
      rows.add(
          "best",
          String.format(
              Locale.ROOT,
              "smooth loss %.4f at step %,d",
              result.bestSmoothLoss(),
              result.bestStep()));
    } else if (bestBy == BestBy.LAST) {
      rows.add("best", "the model after the last step");
    }
    if (lowest.isPresent()) {
      List<HeldOutLoss> losses = result.heldOutLosses();
      HeldOutLoss last = losses.get(losses.size() - 1);
      rows.add(
          bestBy == BestBy.VALIDATION ? "best" : "held-out",
          String.format(
                  Locale.ROOT,
                  "%s%.3f bits/char at step %,d",
                  bestBy == BestBy.VALIDATION ? "held-out " : "lowest ",
                  bits(lowest.get()),
                  lowest.get().step())
              + (last.step() == lowest.get().step()
                  ? ""
                  : String.format(Locale.ROOT, ", %.3f at the end", bits(last))));
    }
  }

  private static void steps(TrainingResult result, Rows rows) {
    rows.add(
        "run",
        String.format(
            Locale.ROOT,
            "%,d steps, smooth loss %.4f, %,.0f characters per second",
            result.steps(),
            result.smoothLoss(),
            result.charactersPerSecond()));
    if (result.endedEarly()) {
      rows.add(
          "",
          String.format(
              Locale.ROOT,
              "ended early, after %,d of %,d steps (--patience %,d):",
              result.steps(),
              result.plannedSteps(),
              result.patience()));
      rows.add(
          "",
          String.format(
              Locale.ROOT,
              "no held-out loss since step %,d was lower",
              result.bestHeldOutLoss().map(HeldOutLoss::step).orElse(0L)));
    }
    double epochs = epochs(result);
    if (epochs < 1) {
      long percent = (long) (100 * epochs);
      rows.add(
          "",
          String.format(
              Locale.ROOT,
              "read %s %% of the text: --epochs 1 reads all of it",
              percent == 0 ? "less than 1" : percent));
    }
  }

  private static double bits(HeldOutLoss loss) {
    return loss.natsPerCharacter() / Math.log(2);
  }

  private static BestBy bestBy(TrainingResult result) {
    return result.last().training().map(TrainingSummary::bestBy).orElse(BestBy.SMOOTH);
  }

  private static int rollbacks(TrainingResult result) {
    return result.last().training().map(TrainingSummary::rollbacks).orElse(0);
  }
}
