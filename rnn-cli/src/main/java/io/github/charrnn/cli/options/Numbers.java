package io.github.charrnn.cli.options;

import java.math.BigDecimal;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Numbers as people type them: what has one meaning is understood, wherever a number is asked for.
 * What a comma or a point means in {@code 1.000} or {@code 0,5} depends on where one has learnt to
 * write: neither is.
 */
public final class Numbers {
  private static final String DIGITS = "\\d+(?:_\\d+)*";
  private static final String EXPONENT = "[eE][-+]?\\d{1,3}";

  /** Digits, maybe in groups of three, or with a point if there is an exponent or a unit. */
  private static final Pattern WHOLE =
      Pattern.compile(
          "([-+]?(?:"
              + DIGITS
              + "|\\d{1,3}(?:,\\d{3})+|(?:\\d+\\.?\\d*|\\.\\d+)(?=[eEkKM]))(?:"
              + EXPONENT
              + ")?)([kKM]?)");

  private static final Pattern ANY =
      Pattern.compile("([-+]?(?:" + DIGITS + "\\.?\\d*|\\.\\d+)(?:" + EXPONENT + ")?)([kKM%]?)");

  private Numbers() {}

  /** Makes a command read all its numbers so. */
  public static void register(CommandLine command) {
    command.registerConverter(Integer.class, whole(BigDecimal::intValueExact));
    command.registerConverter(int.class, whole(BigDecimal::intValueExact));
    command.registerConverter(Long.class, whole(BigDecimal::longValueExact));
    command.registerConverter(long.class, whole(BigDecimal::longValueExact));
    command.registerConverter(Double.class, Numbers::converted);
    command.registerConverter(double.class, Numbers::converted);
    command.registerConverter(
        BigDecimal.class,
        typed -> number(typed).orElseThrow(() -> new TypeConversionException(typed)));
  }

  private static <T> ITypeConverter<T> whole(Function<BigDecimal, T> exact) {
    return typed -> whole(typed, exact).orElseThrow(() -> new TypeConversionException(typed));
  }

  private static double converted(String typed) {
    return real(typed).orElseThrow(() -> new TypeConversionException(typed));
  }

  /** The whole number that was typed, if it is one that fits. */
  public static <T> Optional<T> whole(String typed, Function<BigDecimal, T> exact) {
    try {
      return whole(typed).map(exact);
    } catch (ArithmeticException e) {
      return Optional.empty();
    }
  }

  /** The whole number that was typed, if it is one. */
  private static Optional<BigDecimal> whole(String typed) {
    return matched(WHOLE, typed).filter(it -> it.stripTrailingZeros().scale() <= 0);
  }

  /** The number that was typed, if it is one and finite. */
  static Optional<BigDecimal> number(String typed) {
    return matched(ANY, typed);
  }

  /** The same, or NaN or an infinity. */
  public static Optional<Double> real(String typed) {
    return switch (typed) {
      case "NaN", "Infinity", "+Infinity", "-Infinity" -> Optional.of(Double.valueOf(typed));
      default -> number(typed).map(it -> Double.valueOf(it.toString())); // as Java rounds it
    };
  }

  private static Optional<BigDecimal> matched(Pattern form, String typed) {
    Matcher matcher = form.matcher(typed);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    BigDecimal number = new BigDecimal(matcher.group(1).replaceAll("[_,]", ""));
    return Optional.of(
        switch (matcher.group(2)) {
          case "k", "K" -> number.scaleByPowerOfTen(3);
          case "M" -> number.scaleByPowerOfTen(6);
          case "%" -> number.scaleByPowerOfTen(-2);
          default -> number;
        });
  }

  /**
   * What a whole number must be, of which one was typed that is none or does not fit.
   *
   * @param most the largest that fits
   */
  public static String rangeOfWhole(String typed, long most) {
    if (whole(typed).isPresent()) {
      return "a whole number, at most " + most;
    }
    return "a whole number" + (hasDigit(typed) ? ", as in 20000, 20,000, 20k or 2e4" : "");
  }

  /** What another number must be, of which one was typed that is none. */
  public static String range(String typed) {
    return "a number" + (hasDigit(typed) ? ", as in 0.05, 5e-2 or 5%" : "");
  }

  private static boolean hasDigit(String typed) {
    return typed.chars().anyMatch(Character::isDigit);
  }
}
