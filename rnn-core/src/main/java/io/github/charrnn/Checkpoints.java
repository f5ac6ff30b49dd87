package io.github.charrnn;

import io.github.charrnn.internal.CheckpointFile;
import io.github.charrnn.internal.Header;
import io.github.charrnn.internal.RunLock;
import io.github.charrnn.internal.SafeFile;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** The checkpoint of one run: locked from its start to its end, replaced when one is due. */
final class Checkpoints implements Closeable {
  /*
   * A run that may be rolled back goes back to the last multiple of its interval, whenever it was
   * stopped in between: otherwise its result would depend on that. So when such a run ends at
   * another step, the checkpoint of the multiple is kept beside the one of the end, in a file of
   * its own, until there is a later multiple.
   */

  /** Says that a checkpoint is due when it costs little. */
  static final long PACED = 0;

  /** The interval of a run that may be rolled back, if none was given. */
  static final long ROLLBACK_STEPS = 1_000;

  /** So that writing takes 1 % of the time at most, and no disk is kept busy. */
  private static final long TIMES_THE_COST = 100;

  private static final long LEAST_NANOS = 5_000_000_000L;

  private final Path path;
  private final Path rollbackPath;
  private final SafeFile file;
  private final SafeFile rollbackFile;
  private final RunLock lock;
  private final LongSupplier clock; // nanoseconds
  private final Text text;
  private final Optional<String> heldOutFingerprint;
  private long every;
  private int maxRollbacks;
  private boolean rollbackBeside; // whether the checkpoint to go back to is in its own file
  private long savedStep = -1;
  private boolean savedClosing; // whether it has the held-out loss of that step as the closing one
  private long savedPlan;
  private long savedAt;
  private long cost; // nanoseconds that the last one took

  /** What tells the text of a run from others. */
  record Text(CharVocab vocab, long length, String fingerprint) {}

  /**
   * Locks a checkpoint and clears away what dead runs have left of it.
   *
   * @throws IllegalStateException if another run has the lock
   */
  Checkpoints(Path path, Supplier<Text> text, List<EncodedText> heldOut, LongSupplier clock)
      throws IOException {
    Path parent = path.toAbsolutePath().getParent();
    if (parent != null && !Files.isDirectory(parent)) {
      throw new NoSuchFileException(path.toString(), null, "there is no directory " + parent);
    }
    this.path = path;
    this.clock = clock;
    rollbackPath = path.resolveSibling(path.getFileName() + ".rollback");
    this.text = text.get();
    heldOutFingerprint = fingerprint(heldOut);
    file = SafeFile.locked(path);
    rollbackFile = SafeFile.locked(rollbackPath);
    lock = RunLock.acquire(path);
    try {
      file.sweep();
      rollbackFile.sweep();
    } catch (Throwable e) {
      lock.close();
      throw e;
    }
  }

  /** Of all pieces, and of where one ends and the next begins. */
  private static Optional<String> fingerprint(List<EncodedText> pieces) {
    List<String> each = pieces.stream().map(EncodedText::fingerprint).toList();
    if (each.size() <= 1) {
      return each.stream().findFirst();
    }
    return Optional.of(LocalShards.fingerprint(each));
  }

  /**
   * Says when checkpoints are due.
   *
   * @param every at which steps, or {@link #PACED} if the run may not be rolled back
   * @param maxRollbacks how often the run may be rolled back
   */
  void schedule(long every, int maxRollbacks) {
    this.every = every;
    this.maxRollbacks = maxRollbacks;
  }

  int maxRollbacks() {
    return maxRollbacks;
  }

  /**
   * Refuses to go on from a checkpoint as a run that it is not of.
   *
   * @throws IllegalArgumentException if it is of another model, recipe, text or validation
   */
  void requireSame(
      Path file,
      CheckpointFile.State state,
      VanillaRnn model,
      Recipe recipe,
      Observation.Plan plan) {
    Header header = state.header();
    if (header.hiddenSize != model.hiddenSize()
        || header.seed != model.seed()
        || !header.initializer.equals(model.initializer())) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "the checkpoint %s is of another model: hiddenSize is %d, seed %d, initializer %s;"
                  + " not %d, %d, %s",
              file,
              header.hiddenSize,
              header.seed,
              header.initializer,
              model.hiddenSize(),
              model.seed(),
              model.initializer()));
    }
    requireKept(file, "documents", ofWhat(model.documents()), ofWhat(header.documents));
    String difference = recipe.difference(header.recipe);
    if (!difference.isEmpty()) {
      throw new IllegalArgumentException(
          difference
              + ", as in the run of the checkpoint "
              + file
              + ": a run that is resumed keeps its recipe");
    }
    requireSameText(file, header);
    TrainingSummary run = TrainingSummary.of(header).orElseThrow();
    requireKept(file, "validation", words(plan.validation()), words(run.validation()));
    requireKept(file, "bestBy", plan.bestBy().name(), run.bestBy().name());
    if (!heldOutFingerprint.equals(state.observations().validationText())) {
      throw new IllegalArgumentException(
          "the held-out text is not the one that the run of the checkpoint "
              + file
              + " was started with");
    }
  }

  private static void requireKept(Path file, String setting, String ours, String theirs) {
    if (!ours.equals(theirs)) {
      throw new IllegalArgumentException(
          setting
              + " is "
              + ours
              + ", not "
              + theirs
              + ", as in the run of the checkpoint "
              + file
              + ": a run that is resumed keeps it");
    }
  }

  private void requireSameText(Path file, Header header) {
    String other =
        "the text is not the one that the run of the checkpoint " + file + " was started with: ";
    int symbols = header.vocab().size();
    if (!text.vocab.equals(header.vocab())) {
      throw new IllegalArgumentException(
          other
              + "its vocabulary has "
              + text.vocab.size()
              + " symbols, the run's had "
              + symbols
              + (text.vocab.size() == symbols ? " others" : ""));
    }
    if (text.length != header.textLength) {
      throw new IllegalArgumentException(
          other + "it has " + text.length + " characters, the run's had " + header.textLength);
    }
    if (!text.fingerprint.equals(header.text)) {
      throw new IllegalArgumentException(other + "it has changed");
    }
  }

  private static String ofWhat(Optional<Documents> documents) {
    return documents.map(Documents::toString).orElse("none");
  }

  private static String words(Optional<Validation> validation) {
    return validation
        .map(
            it ->
                "every "
                    + it.every()
                    + " steps with "
                    + it.length()
                    + " characters"
                    + (it.pieces() == 1 ? "" : " in " + it.pieces() + " pieces"))
        .orElse("none");
  }

  /**
   * Refuses to begin a run where the checkpoint of another is that has not ended.
   *
   * @throws IllegalStateException if there is one, or a file that is none
   */
  void requireFree() throws IOException {
    if (!Files.exists(path)) {
      return;
    }
    CheckpointFile.State state;
    try {
      state = CheckpointFile.read(path);
    } catch (ModelFormatException e) {
      throw new IllegalStateException(
          path
              + " exists and is not a charrnn checkpoint: "
              + e.getMessage()
              + "; name another file or delete it",
          e);
    }
    long step = state.header().step;
    long planned = state.header().plannedSteps;
    if (step > 0 && step < planned && !TrainingResult.of(state).endedEarly()) {
      throw new IllegalStateException(
          "the checkpoint "
              + path
              + " is of a run that has not ended, it is at step "
              + step
              + " of "
              + planned
              + ": resume it, name another file or delete it");
    }
  }

  /** Takes note of what is in the file already. */
  void found(CheckpointFile.State state) {
    Header was = state.header(); // the interval may be another from now on
    savedStep = was.step;
    savedPlan = was.plannedSteps;
    savedClosing = state.observations().closing().isPresent();
    savedAt = clock.getAsLong();
    rollbackBeside =
        maxRollbacks > 0 && was.maxRollbacks > 0 && savedStep % was.checkpointEvery != 0;
  }

  /** Called before the first step: afterwards the files are of this run. */
  void begin(Training training) throws IOException {
    if (rollbackBeside && !Files.exists(rollbackPath)) {
      throw new NoSuchFileException(
          rollbackPath.toString(), null, "missing, and where the run would be rolled back to");
    }
    if (training.step() != savedStep || training.plannedSteps() != savedPlan) {
      save(training);
    }
    if (!rollbackBeside) {
      Files.deleteIfExists(rollbackPath); // of another run, or of this one when it had rollbacks
    }
  }

  /** Called after each step. */
  void update(Training training) throws IOException {
    if (isDue(training.step())) {
      save(training);
      if (rollbackBeside) {
        rollbackBeside = false;
        Files.deleteIfExists(rollbackPath);
      }
    }
  }

  private boolean isDue(long step) {
    return every == PACED
        ? clock.getAsLong() - savedAt >= Math.max(LEAST_NANOS, TIMES_THE_COST * cost)
        : step % every == 0;
  }

  /** Called when the run ends, for whatever reason but an exception. */
  void end(Training training) throws IOException {
    boolean closing = training.closing().isPresent();
    if (training.step() == savedStep && closing == savedClosing) {
      return;
    }
    if (training.step() != savedStep
        && maxRollbacks > 0
        && !rollbackBeside) { // a multiple would have been saved
      copyToRollback();
    }
    save(training);
  }

  private void copyToRollback() throws IOException {
    byte[] bytes = Files.readAllBytes(path);
    rollbackFile.replace(out -> out.write(ByteBuffer.wrap(bytes)));
    rollbackBeside = true;
  }

  /** The file that {@link #rollBack} reads. */
  Path rollbackSource() {
    return rollbackBeside ? rollbackPath : path;
  }

  /** Where the run is to go on after it has diverged. */
  CheckpointFile.State rollBack() throws IOException {
    if (rollbackBeside) {
      savedStep = -1; // what is in the file is from a course that has been left
    }
    Path from = rollbackSource();
    try {
      return CheckpointFile.read(from);
    } catch (ModelFormatException e) {
      throw new ModelFormatException(from + " cannot be gone back to: " + e.reason(), e.offset());
    }
  }

  private void save(Training training) {
    long began = clock.getAsLong();
    try {
      training.save(file, text.fingerprint, heldOutFingerprint, every, maxRollbacks);
    } catch (IOException e) {
      throw new UncheckedIOException(
          new IOException(
              "the checkpoint "
                  + path
                  + " cannot be written at step "
                  + training.step()
                  + ": "
                  + reason(e),
              e));
    }
    savedStep = training.step();
    savedPlan = training.plannedSteps();
    savedClosing = training.closing().isPresent();
    savedAt = clock.getAsLong();
    cost = savedAt - began;
  }

  /** As a part of a sentence. */
  static String reason(IOException e) {
    if (e instanceof NoSuchFileException) {
      return "there is no " + e.getMessage();
    }
    if (e instanceof AccessDeniedException) {
      return "there is no permission for " + e.getMessage();
    }
    return String.valueOf(e.getMessage());
  }

  @Override
  public void close() {
    lock.close();
  }
}
