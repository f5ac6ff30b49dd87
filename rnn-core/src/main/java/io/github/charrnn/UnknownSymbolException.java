package io.github.charrnn;

import java.text.Normalizer;
import java.text.Normalizer.Form;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * A text has a symbol that the vocabulary does not have.
 *
 * <p>Safe for use by many threads.
 *
 * @since 0.1
 */
public final class UnknownSymbolException extends IllegalArgumentException {
  private static final long serialVersionUID = 2;

  /** The symbol, as a Unicode code point. */
  private final int codePoint;

  /** How many characters come before it in the text. */
  private final long position;

  /** The name of the normal form, empty for none: an Optional is not serializable. */
  private final String normalForm;

  UnknownSymbolException(int codePoint, long position, CharVocab vocab) {
    this(codePoint, position, vocab, normalForm(codePoint, vocab));
  }

  private UnknownSymbolException(
      int codePoint, long position, CharVocab vocab, Optional<Form> normalForm) {
    super(
        "the symbol "
            + CharVocab.describe(codePoint)
            + " at position "
            + position
            + " is not in the vocabulary of "
            + vocab.size()
            + " symbols"
            + cause(codePoint, vocab, normalForm));
    this.codePoint = codePoint;
    this.position = position;
    this.normalForm = normalForm.map(Form::name).orElse("");
  }

  /** The same, of a text that is one of several. */
  UnknownSymbolException(String text, UnknownSymbolException e) {
    super(text + ": " + e.getMessage(), e);
    codePoint = e.codePoint;
    position = e.position;
    normalForm = e.normalForm;
  }

  /** {@return the symbol, as a Unicode code point} */
  public int codePoint() {
    return codePoint;
  }

  /** {@return how many characters come before it in the text} */
  public long position() {
    return position;
  }

  /**
   * {@return the Unicode normal form in which the vocabulary does have the symbol: composed with a
   * letter (NFC), or in its parts (NFD); empty if it has it in neither} {@link Normalizer} brings a
   * text into it.
   */
  public Optional<Form> normalForm() {
    return normalForm.isEmpty() ? Optional.empty() : Optional.of(Form.valueOf(normalForm));
  }

  private static String cause(int codePoint, CharVocab vocab, Optional<Form> normalForm) {
    if (normalForm.isPresent()) {
      return ", which are in the normal form "
          + normalForm.get()
          + ": bring the text into it, for example with uconv -x "
          + normalForm.get();
    }
    return codePoint == '\r' && vocab.symbolOf('\n') >= 0
        ? ", whose lines end with LF alone, not with CR LF"
        : "";
  }

  private static Optional<Form> normalForm(int codePoint, CharVocab vocab) {
    String parts = parts(codePoint);
    boolean composed = parts.codePointCount(0, parts.length()) > 1;
    if (composed && parts.codePoints().allMatch(it -> vocab.symbolOf(it) >= 0)) {
      return Optional.of(Form.NFD);
    }
    boolean isPart =
        Character.getType(codePoint) == Character.NON_SPACING_MARK
            && IntStream.range(0, vocab.size())
                .anyMatch(it -> parts(vocab.codePointOf(it)).indexOf(codePoint) > 0);
    return isPart ? Optional.of(Form.NFC) : Optional.empty();
  }

  private static String parts(int codePoint) {
    return Normalizer.normalize(Character.toString(codePoint), Form.NFD);
  }
}
