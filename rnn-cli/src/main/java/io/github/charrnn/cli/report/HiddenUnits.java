package io.github.charrnn.cli.report;

import io.github.charrnn.EncodedText;
import io.github.charrnn.VanillaRnn;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntPredicate;

/**
 * Hidden units that follow something a person can name: the correlation of every unit's activation
 * with properties of the text at the same place. A unit is chosen on the first half of a text, and
 * its correlation measured on the second, so that it is no accident of the choice.
 */
final class HiddenUnits {
  private static final int MOST = 6;
  private static final double LEAST_CORRELATION = 0.3;

  /** Of n places that have nothing to do with each other a correlation's deviation is 1/sqrt(n). */
  private static final double DEVIATIONS = 4;

  private static final int PASSAGE = 400; // characters shown
  private static final int LONGEST_WORD = 100; // to look for the beginning of one
  private static final int MAX_CHARACTERS = 5_000;
  private static final int MAX_STATES = 1 << 21; // doubles
  private static final double WORK = 1e10; // multiplications, which are some seconds

  /**
   * A unit that follows something.
   *
   * @param unit from 0
   * @param follows what is higher, or lower, where the unit's activation is
   * @param does the same as one says it of the unit
   * @param correlation Pearson's, on text that it was not chosen on
   * @param activations over the passage, rounded
   */
  record Unit(
      int unit, String follows, String does, double correlation, List<Double> activations) {}

  /** A property of a text. */
  private static final class Property {
    final String name; // of what is higher or lower
    final double[] values; // at each place
    private final String where; // a unit is higher or lower that follows it
    private final boolean isGradual; // a distance, not a yes or no

    Property(String name, String where, boolean isGradual, double[] values) {
      this.name = name;
      this.where = where;
      this.isGradual = isGradual;
      this.values = values;
    }

    /** What a unit does that follows it. */
    String does(double correlation) {
      String direction =
          isGradual
              ? correlation < 0 ? "falls " : "rises "
              : correlation < 0 ? "switches off " : "switches on ";
      return direction + where;
    }
  }

  private final String passage;
  private final int characters;
  private final List<Unit> units;

  /** Looks for them in a text; nothing is found in one that is too short. */
  HiddenUnits(VanillaRnn rnn, EncodedText text) {
    int m = rnn.hiddenSize();
    long readable =
        Math.min(Math.min(MAX_CHARACTERS, MAX_STATES / m), Budget.characters(rnn, WORK));
    EncodedText read = text.part(0, Math.min(text.length(), readable));
    int[] codePoints = Words.codePoints(read);
    double[] states = rnn.states(read);
    int half = codePoints.length / 2;
    characters = codePoints.length - half;
    int begin = beginningOfWord(codePoints, half);
    int end = Math.min(codePoints.length, begin + PASSAGE);
    passage = new String(codePoints, begin, end - begin);
    double least = Math.max(LEAST_CORRELATION, DEVIATIONS / Math.sqrt(characters));
    Activations first = new Activations(states, m, 0, half);
    Activations second = new Activations(states, m, half, codePoints.length);
    List<Unit> found = new ArrayList<>();
    for (Property property : properties(codePoints)) {
      double[] values = property.values;
      double[] chosenOn = first.correlations(values);
      int unit = 0;
      for (int j = 1; j < m; j++) {
        unit = Math.abs(chosenOn[j]) > Math.abs(chosenOn[unit]) ? j : unit;
      }
      if (chosenOn[unit] == 0) { // the property never changes
        continue;
      }
      double r = second.correlations(values)[unit];
      if (Math.abs(r) >= least) {
        List<Double> activations = new ArrayList<>();
        for (int t = begin; t < end; t++) {
          activations.add(Math.rint(100 * states[t * m + unit]) / 100);
        }
        found.add(new Unit(unit, property.name, property.does(r), r, activations));
      }
    }
    found.sort(Comparator.comparingDouble(unit -> -Math.abs(unit.correlation())));
    Set<Integer> seen = new HashSet<>();
    found.removeIf(unit -> !seen.add(unit.unit()));
    units = List.copyOf(found.subList(0, Math.min(MOST, found.size())));
  }

  /** The next place from one on where a word begins; that place if none is near. */
  private static int beginningOfWord(int[] text, int from) {
    for (int t = Math.max(1, from); t < Math.min(text.length, from + LONGEST_WORD); t++) {
      if (Words.isOfWord(text[t]) && !Words.isOfWord(text[t - 1])) {
        return t;
      }
    }
    return from;
  }

  /** What activations are given over: the second half from its first beginning of a word on. */
  String passage() {
    return passage;
  }

  /** On how many characters correlations were measured. */
  int characters() {
    return characters;
  }

  /** The most selective ones first, each for one property. */
  List<Unit> units() {
    return units;
  }

  /**
   * Activations over a stretch of a text, for Pearson's correlations. They and what they are
   * compared with are moved by their first values, so that constants come to exactly 0.
   */
  private static final class Activations {
    private final double[] states; // (.., m)
    private final int m;
    private final int from;
    private final int n;
    private final double[] x; // (m): sums
    private final double[] xx; // (m): of squares

    Activations(double[] states, int m, int from, int to) {
      this.states = states;
      this.m = m;
      this.from = from;
      n = to - from;
      x = new double[m];
      xx = new double[m];
      for (int t = 0; t < n; t++) {
        for (int j = 0; j < m; j++) {
          double h = moved(t, j);
          x[j] += h;
          xx[j] += h * h;
        }
      }
    }

    /** The correlations of all units with values: 0 where one of the two is constant. */
    double[] correlations(double[] values) {
      double[] xy = new double[m];
      double y = 0;
      double yy = 0;
      for (int t = 0; t < n; t++) {
        double v = values[from + t] - values[from];
        if (v != 0) {
          y += v;
          yy += v * v;
          for (int j = 0; j < m; j++) {
            xy[j] += moved(t, j) * v;
          }
        }
      }
      double[] r = new double[m];
      for (int j = 0; j < m; j++) {
        double product = (n * xx[j] - x[j] * x[j]) * (n * yy - y * y);
        r[j] = product > 0 ? (n * xy[j] - x[j] * y) / Math.sqrt(product) : 0;
      }
      return r;
    }

    private double moved(int t, int unit) {
      return states[(from + t) * m + unit] - states[from * m + unit];
    }
  }

  private static List<Property> properties(int[] text) {
    return List.of(
        at("a space", where(text, c -> c == ' ')),
        at("the end of a line", where(text, c -> c == '\n')),
        at("a vowel", where(text, HiddenUnits::isVowel)),
        at("a consonant", where(text, c -> Character.isLetter(c) && !isVowel(c))),
        at("a capital letter", where(text, Character::isUpperCase)),
        at("a digit", where(text, Character::isDigit)),
        at("punctuation", where(text, HiddenUnits::isPunctuation)),
        at("the first letter of a word", edges(text, -1)),
        at("the last letter of a word", edges(text, 1)),
        gradual(
            "how far into a word it is",
            "with the distance into a word",
            since(text, c -> !Words.isOfWord(c))),
        gradual(
            "how far into a line it is",
            "with the distance into a line",
            since(text, c -> c == '\n')),
        gradual(
            "how far it is from the last punctuation",
            "with the distance from the last punctuation",
            since(text, HiddenUnits::isPunctuation)),
        inside("being inside quotation marks", "inside quotation marks", inQuotes(text)),
        inside("being inside a word in capitals", "inside a word in capitals", inCapitals(text)));
  }

  private static Property at(String name, double[] values) {
    return inside(name, "at " + name, values);
  }

  private static Property inside(String name, String where, double[] values) {
    return new Property(name, where, false, values);
  }

  private static Property gradual(String name, String where, double[] values) {
    return new Property(name, where, true, values);
  }

  private static double[] where(int[] text, IntPredicate is) {
    double[] values = new double[text.length];
    for (int t = 0; t < text.length; t++) {
      values[t] = is.test(text[t]) ? 1 : 0;
    }
    return values;
  }

  private static boolean isVowel(int c) {
    return "aeiouAEIOU".indexOf(c) >= 0;
  }

  private static boolean isPunctuation(int c) {
    return switch (Character.getType(c)) {
      case Character.CONNECTOR_PUNCTUATION,
          Character.DASH_PUNCTUATION,
          Character.START_PUNCTUATION,
          Character.END_PUNCTUATION,
          Character.INITIAL_QUOTE_PUNCTUATION,
          Character.FINAL_QUOTE_PUNCTUATION,
          Character.OTHER_PUNCTUATION ->
          true;
      default -> false;
    };
  }

  /** Letters next to which, on that side, there is none. */
  private static double[] edges(int[] text, int side) {
    double[] values = new double[text.length];
    for (int t = 0; t < text.length; t++) {
      int next = t + side;
      boolean edge = next < 0 || next >= text.length || !Words.isOfWord(text[next]);
      values[t] = Words.isOfWord(text[t]) && edge ? 1 : 0;
    }
    return values;
  }

  private static double[] since(int[] text, IntPredicate event) {
    double[] values = new double[text.length];
    int count = 0;
    for (int t = 0; t < text.length; t++) {
      count = event.test(text[t]) ? 0 : count + 1;
      values[t] = count;
    }
    return values;
  }

  private static double[] inQuotes(int[] text) {
    double[] values = new double[text.length];
    boolean inside = false;
    boolean low = false; // opened by the mark of „German“ ones, which end as “English” begin
    for (int t = 0; t < text.length; t++) {
      low = text[t] == '„' || (low && inside);
      inside =
          switch (text[t]) {
            case '"' -> !inside;
            case '“' -> !low;
            case '«', '„' -> true;
            case '”', '»' -> false;
            default -> inside;
          };
      values[t] = inside ? 1 : 0;
    }
    return values;
  }

  private static double[] inCapitals(int[] text) {
    double[] values = new double[text.length];
    for (int t = 0; t < text.length; t++) {
      boolean before = t > 0 && Character.isUpperCase(text[t - 1]);
      boolean after = t + 1 < text.length && Character.isUpperCase(text[t + 1]);
      values[t] = Character.isUpperCase(text[t]) && (before || after) ? 1 : 0;
    }
    return values;
  }
}
