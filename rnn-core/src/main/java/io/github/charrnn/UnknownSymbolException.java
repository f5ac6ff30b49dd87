package io.github.charrnn;

/**
 * A text has a symbol that the vocabulary does not have.
 *
 * <p>Safe for use by many threads.
 */
public final class UnknownSymbolException extends IllegalArgumentException {
  private static final long serialVersionUID = 1;

  private final int codePoint;
  private final long position;

  UnknownSymbolException(int codePoint, long position, int vocabSize) {
    super(
        "the symbol "
            + CharVocab.describe(codePoint)
            + " at position "
            + position
            + " is not in the vocabulary of "
            + vocabSize
            + " symbols");
    this.codePoint = codePoint;
    this.position = position;
  }

  /** The symbol, as a Unicode code point. */
  public int codePoint() {
    return codePoint;
  }

  /** How many characters come before it in the text. */
  public long position() {
    return position;
  }
}
