package io.github.charrnn;

import java.io.Serializable;

/**
 * What to do with a symbol that a vocabulary does not have: {@linkplain #fail() fail}, {@linkplain
 * #skip() skip} it, or {@linkplain #replaceWith(int) replace} it. Immutable, and safe for use by
 * many threads. Serializable, so that it can be sent to another machine.
 *
 * @since 0.1
 */
public final class UnknownSymbols implements Serializable {
  private static final long serialVersionUID = 1;

  private static final int FAIL = -1;
  private static final int SKIP = -2;

  private static final UnknownSymbols FAILING = new UnknownSymbols(FAIL);
  private static final UnknownSymbols SKIPPING = new UnknownSymbols(SKIP);

  /** A code point, FAIL or SKIP. */
  private final int replacement;

  private UnknownSymbols(int replacement) {
    this.replacement = replacement;
  }

  /**
   * {@return the policy to refuse the text with an {@link UnknownSymbolException}: the default
   * everywhere}
   */
  public static UnknownSymbols fail() {
    return FAILING;
  }

  /** {@return the policy to leave the symbol out} */
  public static UnknownSymbols skip() {
    return SKIPPING;
  }

  /**
   * {@return the policy to put another symbol in its place} The vocabulary must have that one when
   * the policy is used.
   *
   * @param codePoint a Unicode code point, from 0 to 1114111 (0x10FFFF)
   * @throws IllegalArgumentException if codePoint is not from 0 to 1114111 (0x10FFFF)
   */
  public static UnknownSymbols replaceWith(int codePoint) {
    if (!Character.isValidCodePoint(codePoint)) {
      throw new IllegalArgumentException(
          "codePoint is " + codePoint + ", must be from 0 to 1114111 (0x10FFFF)");
    }
    return new UnknownSymbols(codePoint);
  }

  /**
   * The symbol to use instead of an unknown one, or a negative number to leave it out.
   *
   * @throws UnknownSymbolException if the policy is to fail
   * @throws IllegalArgumentException if the replacement is unknown itself
   */
  int resolve(CharVocab vocab, int codePoint, long position) {
    if (replacement == FAIL) {
      throw new UnknownSymbolException(codePoint, position, vocab);
    }
    if (replacement == SKIP) {
      return -1;
    }
    int symbol = vocab.symbolOf(replacement);
    if (symbol < 0) {
      throw new IllegalArgumentException(
          "the replacement "
              + CharVocab.describe(replacement)
              + " is not in the vocabulary of "
              + vocab.size()
              + " symbols itself");
    }
    return symbol;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof UnknownSymbols that && replacement == that.replacement;
  }

  @Override
  public int hashCode() {
    return Integer.hashCode(replacement);
  }

  @Override
  public String toString() {
    return switch (replacement) {
      case FAIL -> "fail";
      case SKIP -> "skip";
      default -> "replace with " + CharVocab.describe(replacement);
    };
  }
}
