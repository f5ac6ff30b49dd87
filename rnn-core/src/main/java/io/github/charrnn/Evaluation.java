package io.github.charrnn;

/**
 * How well a model predicts a text: its cross-entropy. The model begins in its {@linkplain
 * VanillaRnn#startState start state}, reads the first character, and predicts each one after it.
 * Immutable, and safe for use by many threads.
 *
 * @param characters the number of characters predicted, one less than the text has
 * @param natsPerCharacter the mean of {@code -log p} over them, in nats
 */
public record Evaluation(long characters, double natsPerCharacter) {

  /** The cross-entropy in bits per character. */
  public double bitsPerCharacter() {
    return natsPerCharacter / StrictMath.log(2);
  }

  /** {@code e^natsPerCharacter}: a guess among so many equally likely symbols is as hard. */
  public double perplexity() {
    return StrictMath.exp(natsPerCharacter);
  }
}
