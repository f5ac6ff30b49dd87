package io.github.charrnn.internal;

import java.math.BigDecimal;
import java.math.MathContext;

/** Doubles as text in files, where the same number must always be the same bytes. */
public final class Decimal {
  private static final int MOST_DIGITS = 15;

  private Decimal() {}

  /**
   * The shortest decimal that reads back as the same double. Not Double.toString: its digits differ
   * between Java 17 and 19.
   */
  public static String shortest(double x) {
    if (!Double.isFinite(x)) {
      return Double.toString(x);
    }
    BigDecimal exact = new BigDecimal(x);
    // Most need 16 or 17 digits: there is no use in trying them all.
    String most = exact.round(new MathContext(MOST_DIGITS)).toString();
    for (int digits = Double.parseDouble(most) == x ? 1 : MOST_DIGITS + 1; ; digits++) {
      String text = exact.round(new MathContext(digits)).toString();
      if (Double.parseDouble(text) == x) {
        return text;
      }
    }
  }
}
