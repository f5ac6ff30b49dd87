package io.github.charrnn.cli;

import io.github.charrnn.EncodedText;
import io.github.charrnn.LossHistory;
import io.github.charrnn.Optimizer;
import io.github.charrnn.Sampler;
import io.github.charrnn.Trainer;
import io.github.charrnn.Training;
import io.github.charrnn.TrainingResult;
import io.github.charrnn.UnknownSymbols;
import io.github.charrnn.VanillaRnn;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
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
            + " ends training and saves the best so far.")
final class TrainCommand implements Callable<Integer> {
  private static final long DEFAULT_STEPS = 100_000;
  private static final int PASSAGE_LENGTH = 1_000;

  /** The recipe's first updates are large: the smooth loss rises before it falls. */
  private static final long SETTLED_STEPS = 2_000;

  private static final String EXTENSION = ".safetensors";

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
              + " charactersPerSecond, model. Samples go to standard error.")
  private boolean json;

  private Optional<IOException> outputFailure = Optional.empty();

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
    if (from != null && spec.commandLine().getParseResult().hasMatchedOption("--hidden")) {
      throw usage("--hidden: the model that --from names has its own hidden size, leave it out");
    }
    UnknownSymbols policy = Sources.unknown(spec, unknown);
    Path model = output == null ? defaultOutput() : output;
    requireWritable(model);
    requireDifferent(model, "the model", text, "the text");
    if (history != null) {
      requireWritable(history);
      requireDifferent(history, "the history", text, "the text");
      requireDifferent(history, "the history", model.toString(), "the model");
    }
    VanillaRnn start;
    EncodedText encoded;
    if (from == null) {
      encoded = Sources.text(terminal, text);
      VanillaRnn.Builder builder = VanillaRnn.builder(encoded.vocab()).seed(seed);
      Options.apply(spec, "--hidden", () -> builder.hiddenSize(hidden));
      start = builder.build();
    } else {
      start = Sources.model(from);
      encoded = Sources.text(terminal, text, start.vocab(), policy);
    }
    Trainer trainer = Trainer.of(start).optimizer(optimizer);
    Options.apply(spec, "--seq", () -> trainer.sequenceLength(seq));
    Options.apply(spec, "--batch", () -> trainer.batchSize(batch));
    Options.apply(spec, "--lr", () -> trainer.learningRate(lr));
    Options.apply(spec, "--clip", () -> trainer.clip(clip));
    return train(trainer, encoded, stepsToTake(trainer, encoded), model);
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

  private int train(Trainer trainer, EncodedText encoded, long count, Path planned)
      throws IOException {
    Progress progress = new Progress(terminal.err(), terminal.errColumns(), count);
    try (Interruption interruption = new Interruption()) {
      if (sampleEvery > 0) {
        trainer.every(sampleEvery, training -> showSample(training, progress));
      }
      if (!quiet) {
        trainer.every(1, progress::update);
      }
      trainer.every(1, interruption::stopIfRequested);
      TrainingResult result = trainer.train(encoded, count);
      progress.clear();
      if (interruption.requested() && result.steps() == 0) {
        terminal.err().println("rnn train: interrupted before the first step, nothing is saved");
        return Main.INTERRUPTED;
      }
      // Another run may have taken the name in the meantime.
      Path model = output == null ? defaultOutput() : planned;
      result.best().save(model);
      if (history != null) {
        saveHistory(result.history());
      }
      if (interruption.requested()) {
        terminal
            .err()
            .printf(
                Locale.ROOT,
                "rnn train: interrupted after step %,d; the best model so far is saved as %s%n",
                result.steps(),
                model);
        return Main.INTERRUPTED;
      }
      report(result, model);
      if (outputFailure.isPresent()) {
        throw outputFailure.get();
      }
      return Main.OK;
    } finally {
      progress.clear();
    }
  }

  private void showSample(Training training, Progress progress) {
    String heading =
        training.step() == 0
            ? "--- step 0, epoch 0.00 ---"
            : String.format(
                Locale.ROOT,
                "--- step %,d, epoch %.2f, smooth loss %.2f, %.3f bits/char ---",
                training.step(),
                training.epoch(),
                training.smoothLoss(),
                training.smoothBitsPerCharacter());
    progress.clear();
    print(heading + "\n" + training.sample(sampleLength) + "\n");
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

  private void report(TrainingResult result, Path model) throws IOException {
    if (json) {
      Map<String, Object> object = new LinkedHashMap<>();
      object.put("steps", result.steps());
      object.put("smoothLoss", Terminal.jsonNumber(result.smoothLoss()));
      object.put("bestSmoothLoss", Terminal.jsonNumber(result.bestSmoothLoss()));
      object.put("bestStep", result.bestStep());
      object.put("charactersPerSecond", result.charactersPerSecond());
      object.put("model", model.toString());
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
    String passage = Sampler.of(result.best()).seed(seed).sample(PASSAGE_LENGTH);
    print("--- " + best + " ---\n" + passage + "\n");
    double guessing = seq * Math.log(result.best().vocab().size());
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
      terminal.err().println("saved " + model);
      String rnn = System.getProperty("rnn.command", "rnn");
      terminal.err().println("next: " + rnn + " sample " + quoted(model) + " --temperature 0.7");
    }
  }

  private Path defaultOutput() {
    String name = "story";
    if (text.equals(Sources.STANDARD_INPUT)) {
      name = "stdin";
    } else if (!text.isEmpty()) {
      Path file = Path.of(text).getFileName();
      name = file == null ? "model" : file.toString().replaceFirst("(?<=.)\\.[^.]*$", "");
    }
    Path result = Path.of(name + EXTENSION);
    for (int i = 2; Files.exists(result); i++) {
      result = Path.of(name + "-" + i + EXTENSION);
    }
    return result;
  }

  /** Nothing that is read or written may be replaced by something else that is written. */
  private void requireDifferent(Path file, String what, String other, String otherWhat)
      throws IOException {
    if (other.isEmpty() || other.equals(Sources.STANDARD_INPUT)) {
      return;
    }
    Path otherFile = Path.of(other);
    if (file.toAbsolutePath().normalize().equals(otherFile.toAbsolutePath().normalize())
        || (Files.exists(file) && Files.exists(otherFile) && Files.isSameFile(file, otherFile))) {
      throw usage(what + " would replace " + otherWhat + ", " + other + ": name another file");
    }
  }

  /** Finds out before hours of training that their result could not be saved. */
  private static void requireWritable(Path file) throws IOException {
    Path target = target(file);
    Path directory = target.getParent();
    if (directory == null || Files.isDirectory(target)) {
      throw new IOException(file + " is a directory: name a file to save to");
    }
    if (!Files.isDirectory(directory)) {
      throw new IOException(
          "there is no directory " + directory + " to save " + target.getFileName() + " in");
    }
    if (Files.exists(target) && !Files.isRegularFile(target)) {
      throw new IOException(file + " is not a regular file: name another to save to");
    }
    if (Files.exists(target) && !Files.isWritable(target)) {
      throw new IOException("there is no permission to replace " + file);
    }
    try {
      if (!Files.exists(target)) { // says whether the name itself can be had, its length for one
        Files.delete(Files.createFile(target));
      }
      Files.delete(Files.createTempFile(directory, ".rnn-", ".tmp"));
    } catch (IOException e) {
      throw new IOException("cannot create " + target + ": " + Main.explain(e), e);
    }
  }

  /** The file itself, where the name is a link to it: what will be replaced. */
  private static Path target(Path file) throws IOException {
    if (Files.isSymbolicLink(file) && !Files.exists(file)) {
      throw new IOException(file + " is a symbolic link to nothing: name another file to save to");
    }
    return Files.exists(file) ? file.toRealPath() : file.toAbsolutePath();
  }

  private void saveHistory(LossHistory losses) throws IOException {
    StringBuilder csv = new StringBuilder("step,loss,smoothLoss\n");
    for (int i = 0; i < losses.size(); i++) {
      csv.append(losses.step(i)).append(',').append(losses.loss(i)).append(',');
      csv.append(losses.smoothLoss(i)).append('\n');
    }
    Path target = target(history);
    Path temporary = target.resolveSibling(".rnn-" + UUID.randomUUID() + ".tmp");
    try {
      Files.writeString(temporary, csv);
      Files.move(temporary, target, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  private static String quoted(Path path) {
    String name = (path.toString().startsWith("-") ? "./" : "") + path;
    return name.matches("[\\w./-]+") ? name : "'" + name.replace("'", "'\\''") + "'";
  }

  private ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
