package io.github.charrnn;

/**
 * How well a model predicts a text: its cross-entropy, from the zero state, the first symbol given
 * and each one after it predicted. Immutable, and safe for use by many threads.
 *
 * @param characters the number of characters predicted, one less than the text has
 * @param natsPerCharacter the mean of {@code -log p} over them, in nats
 */
public record Evaluation(long characters, double natsPerCharacter) {

  /** The cross-entropy in bits per character. */
  public double bitsPerCharacter() {
    return natsPerCharacter / StrictMath.log(2);
  }

  /** {@code e^natsPerCharacter}: among how many equally likely symbols it would choose as badly. */
  public double perplexity() {
    return StrictMath.exp(natsPerCharacter);
  }
}
