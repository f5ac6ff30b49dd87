package io.github.charrnn;

import io.github.charrnn.internal.Range;
import java.util.Objects;

/**
 * How well a model predicts a text: its cross-entropy. The model begins in its {@linkplain
 * VanillaRnn#startState start state}, reads the first character, and predicts each one after it.
 * Immutable, and safe for use by many threads.
 *
 * @since 0.1
 */
public final class Evaluation {
  private final long characters;
  private final double natsPerCharacter;

  /** Unchecked: huge parameters predict nothing, and what they come to is NaN. */
  Evaluation(long characters, double natsPerCharacter) {
    this.characters = characters;
    this.natsPerCharacter = natsPerCharacter;
  }

  /**
   * {@return an evaluation of these numbers, such as that of several texts together}
   *
   * @param characters at least 1
   * @param natsPerCharacter NaN or at least 0
   * @throws IllegalArgumentException if characters is below 1, or natsPerCharacter is not NaN or at
   *     least 0
   */
  public static Evaluation of(long characters, double natsPerCharacter) {
    Range.atLeast(1, "characters", characters);
    Range.AT_LEAST_ZERO_OR_NAN.require("natsPerCharacter", natsPerCharacter);
    return new Evaluation(characters, natsPerCharacter);
  }

  /** {@return the number of characters predicted, one less than the text has} */
  public long characters() {
    return characters;
  }

  /** {@return the mean of {@code -log p} over them, in nats} */
  public double natsPerCharacter() {
    return natsPerCharacter;
  }

  /** {@return the cross-entropy in bits per character: {@code natsPerCharacter / ln 2}} */
  public double bitsPerCharacter() {
    return natsPerCharacter / StrictMath.log(2);
  }

  /**
   * {@return the perplexity, {@code e^natsPerCharacter}} A guess among so many equally likely
   * symbols is as hard. Source: Jelinek, Mercer, Bahl and Baker, Journal of the Acoustical Society
   * of America 62, 1977.
   */
  public double perplexity() {
    return StrictMath.exp(natsPerCharacter);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Evaluation that
        && characters == that.characters
        && Double.compare(natsPerCharacter, that.natsPerCharacter) == 0;
  }

  @Override
  public int hashCode() {
    return Objects.hash(characters, natsPerCharacter);
  }

  @Override
  public String toString() {
    return "Evaluation[characters=" + characters + ", natsPerCharacter=" + natsPerCharacter + "]";
  }
}
