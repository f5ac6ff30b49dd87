package io.github.charrnn;

/** What tests look at, or change, in a run on a text. */
final class Insides {
  private Insides() {}

  static TextSteps of(Training training) {
    return (TextSteps) training.steps();
  }
}
