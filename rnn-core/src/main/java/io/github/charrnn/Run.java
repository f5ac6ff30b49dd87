package io.github.charrnn;

import io.github.charrnn.internal.CheckpointFile;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A run from where it stands to its planned end: the one loop, with listeners, checkpoints and
 * rollbacks around {@link Training#advance}.
 */
final class Run {
  /** Is called before the first step and after every so many. */
  record Listener(long every, Consumer<? super Training> action) {}

  private final Training training;
  private final List<Listener> listeners;
  private final Optional<Checkpoints> checkpoints;

  Run(Training training, List<Listener> listeners, Optional<Checkpoints> checkpoints) {
    this.training = training;
    this.listeners = listeners;
    this.checkpoints = checkpoints;
  }

  /** Begins a new run, and takes it to its end. */
  TrainingResult begin() throws IOException {
    try {
      training.observe();
      inform();
      return toEnd();
    } finally {
      training.crew().close();
    }
  }

  /** Takes a run to its end that was observed where it stands. */
  TrainingResult goOn() throws IOException {
    try {
      return toEnd();
    } finally {
      training.crew().close();
    }
  }

  private TrainingResult toEnd() throws IOException {
    if (checkpoints.isPresent()) {
      checkpoints.get().begin(training);
    }
    while (true) {
      try {
        takeSteps();
        return training.result();
      } catch (TrainingDivergedException e) {
        if (checkpoints.isEmpty() || training.rollbacks() >= checkpoints.get().maxRollbacks()) {
          throw e.after(training.rollbacks());
        }
        rollBack(checkpoints.get());
      }
    }
  }

  private void takeSteps() throws IOException {
    boolean over = isOver();
    if (over) {
      training.conclude();
    }
    while (!over) {
      training.advance();
      inform();
      over = isOver(); // once a step: another thread may stop it
      if (over) {
        training.conclude();
      }
      if (checkpoints.isPresent()) {
        checkpoints.get().update(training);
      }
    }
    if (checkpoints.isPresent()) {
      checkpoints.get().end(training);
    }
  }

  private boolean isOver() {
    return training.step() >= training.plannedSteps()
        || training.stopped()
        || training.isExhausted();
  }

  private void inform() {
    for (int i = 0; i < listeners.size(); i++) { // an iterator would be an object a step
      Listener listener = listeners.get(i);
      if (training.step() % listener.every == 0) {
        listener.action.accept(training);
      }
    }
  }

  private void rollBack(Checkpoints from) throws IOException {
    CheckpointFile.State state = from.rollBack();
    from.requireSame(
        from.rollbackSource(), state, training.start(), training.recipe(), training.observed());
    if (state.header().step > training.step()) {
      throw new IllegalArgumentException(
          from.rollbackSource()
              + " is of a later step than the run has come to: it is not the run's");
    }
    training.restore(state, training.rollbacks() + 1);
  }
}
