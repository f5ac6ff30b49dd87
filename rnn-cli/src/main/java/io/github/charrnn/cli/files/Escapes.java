package io.github.charrnn.cli.files;

import io.github.charrnn.Documents;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Characters that are hard to type: {@code \n}, {@code \t}, {@code \r}, {@code \\}, and by code.
 */
public final class Escapes {
  private static final Pattern ESCAPE =
      Pattern.compile("\\\\(u[0-9a-fA-F]{4}|.|$)", Pattern.DOTALL);

  private static final Pattern SPECIAL = Pattern.compile("[\\p{Cntrl}\\\\]");

  /** Where one of several files ends: what a report shows of U+001E, too. */
  private static final String END_OF_FILE = "\u241e\n";

  private Escapes() {}

  /**
   * What was meant.
   *
   * @throws IllegalArgumentException if a backslash stands before something else
   */
  public static String read(String typed) {
    return ESCAPE.matcher(typed).replaceAll(found -> Matcher.quoteReplacement(meant(found)));
  }

  private static String meant(MatchResult found) {
    String code = found.group(1);
    if (code.length() > 1) {
      return Character.toString(Integer.parseInt(code.substring(1), 16));
    }
    return switch (code) {
      case "n" -> "\n";
      case "t" -> "\t";
      case "r" -> "\r";
      case "\\" -> "\\";
      default ->
          throw new IllegalArgumentException(
              "after a backslash there must be n, t, r, u and four hexadecimal digits, or another"
                  + " backslash");
    };
  }

  /** As it is typed. */
  public static String escaped(String text) {
    return SPECIAL
        .matcher(text)
        .replaceAll(found -> Matcher.quoteReplacement(escapedOne(found.group().charAt(0))));
  }

  /** A passage in which documents end as they do in their text, of files with a mark. */
  public static String shown(String passage, Optional<Documents> documents) {
    return documents
        .map(
            how ->
                passage.replace(
                    Character.toString(how.boundary()),
                    how.delimiter().isEmpty() ? END_OF_FILE : how.delimiter()))
        .orElse(passage);
  }

  private static String escapedOne(char special) {
    return switch (special) {
      case '\n' -> "\\n";
      case '\t' -> "\\t";
      case '\r' -> "\\r";
      case '\\' -> "\\\\";
      default -> String.format(Locale.ROOT, "\\u%04x", (int) special);
    };
  }
}
