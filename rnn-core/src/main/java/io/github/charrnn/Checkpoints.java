package io.github.charrnn;

import io.github.charrnn.internal.CheckpointFile;
import io.github.charrnn.internal.RunLock;
import io.github.charrnn.internal.SafeFile;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The checkpoint of one run: locked from its start to its end, replaced when one is due. */
final class Checkpoints implements Closeable {
  /** Says that a checkpoint is due when it costs little. */
  static final long PACED = 0;

  /** Of which steps that is asked. */
  static final long PACE_STEPS = 1_000;

  /** So that writing takes 1 % of the time at most, and no disk is kept busy. */
  private static final long TIMES_THE_COST = 100;

  private static final long LEAST_NANOS = 5_000_000_000L;

  private final Path path;
  private final SafeFile file;
  private final RunLock lock;
  private final long every;
  private final boolean onlyThen;
  private final String fingerprint;
  private long savedStep = -1;
  private long savedAt;
  private long cost; // nanoseconds that the last one took

  /**
   * Locks a checkpoint and clears away what dead runs have left of it.
   *
   * @param every at which steps one is due, or {@link #PACED}
   * @param onlyThen whether there is none at others, not even at the end
   * @throws IllegalStateException if another run has the lock
   */
  Checkpoints(Path path, long every, boolean onlyThen, EncodedText text) throws IOException {
    this.path = path;
    this.every = every == PACED && onlyThen ? PACE_STEPS : every;
    this.onlyThen = onlyThen;
    fingerprint = text.fingerprint();
    file = new SafeFile(path);
    lock = RunLock.acquire(path);
    try {
      file.sweep();
    } catch (Throwable e) {
      lock.close();
      throw e;
    }
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
              + " is in the way, and is no checkpoint of this library: "
              + e.getMessage()
              + "; name another file or delete it",
          e);
    }
    long step = state.model().training().orElseThrow().step();
    if (step > 0 && step < state.progress().plannedSteps()) {
      throw new IllegalStateException(
          "the checkpoint "
              + path
              + " is of a run that has not ended, it is at step "
              + step
              + " of "
              + state.progress().plannedSteps()
              + ": resume it, name another file or delete it");
    }
  }

  /** Of the text. */
  String fingerprint() {
    return fingerprint;
  }

  /** Where the run stood when the checkpoint was written. */
  CheckpointFile.State read() throws IOException {
    CheckpointFile.State state = CheckpointFile.read(path);
    savedStep = state.model().training().orElseThrow().step();
    savedAt = System.nanoTime();
    return state;
  }

  /** Called before the first step and after each one. */
  void update(Training training) {
    if (isDue(training.step())) {
      save(training);
    }
  }

  /** Called when the run ends, for whatever reason but an exception. */
  void end(Training training) {
    if (training.step() != savedStep && !onlyThen) {
      save(training);
    }
  }

  private boolean isDue(long step) {
    if (step == savedStep || step % (every == PACED ? PACE_STEPS : every) != 0) {
      return false;
    }
    return every != PACED
        || savedStep < 0
        || System.nanoTime() - savedAt >= Math.max(LEAST_NANOS, TIMES_THE_COST * cost);
  }

  private void save(Training training) {
    long began = System.nanoTime();
    try {
      training.save(file, fingerprint);
    } catch (IOException e) {
      throw new UncheckedIOException(
          new IOException(
              "the checkpoint "
                  + path
                  + " cannot be written at step "
                  + training.step()
                  + ", the one before it is intact: "
                  + e.getMessage(),
              e));
    }
    savedStep = training.step();
    savedAt = System.nanoTime();
    cost = savedAt - began;
  }

  @Override
  public void close() throws IOException {
    lock.close();
  }
}
