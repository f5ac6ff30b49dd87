package io.github.charrnn.cli.report;

import io.github.charrnn.EncodedText;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * How much of a passage stands word for word in a text: for every place of the passage, the length
 * of the longest run that ends there and also stands in the text.
 */
final class Verbatim {
  private static final int BLOCK = 1 << 13; // characters

  private final int[] longest; // (passage)

  private Verbatim(int[] longest) {
    this.longest = longest;
  }

  /**
   * Compares passages with a text.
   *
   * @param passages in the text's vocabulary
   */
  static List<Verbatim> of(List<EncodedText> passages, EncodedText text) {
    return new Automaton(passages, text.vocab().size()).compare(text);
  }

  /**
   * The suffix automaton of all passages, one after the other (Blumer et al., The smallest
   * automaton recognizing the subwords of a text, 1985). It reads the text once and keeps at each
   * state the longest run that came by. So the text may be as long as it likes and as repetitive:
   * memory and the time for one of its characters depend on neither.
   */
  private static final class Automaton {
    private final int[] numbers; // (K): of symbols within the passages, from 1
    private final int alphabet; // their distinct symbols, and one behind each passage
    private final int[] lengths; // (states): of the longest run that leads to a state
    private final int[] links; // (states): the state of the longest suffix that leads elsewhere
    private final int[] next; // (states, alphabet): 0 for none, no edge leads to the root
    private final List<int[]> prefixes = new ArrayList<>(); // the state at a place of a passage
    private int states = 1;

    Automaton(List<EncodedText> passages, int vocabSize) {
      numbers = new int[vocabSize];
      int distinct = 0;
      int length = 0;
      for (EncodedText passage : passages) {
        for (int i = 0; i < passage.length(); i++) {
          if (numbers[passage.symbol(i)] == 0) {
            numbers[passage.symbol(i)] = ++distinct;
          }
        }
        length += Math.toIntExact(passage.length()) + 1;
      }
      alphabet = distinct + passages.size();
      lengths = new int[2 * length + 1];
      links = new int[2 * length + 1];
      next = new int[(2 * length + 1) * alphabet];
      links[0] = -1;
      int last = 0;
      for (EncodedText passage : passages) {
        int[] reached = new int[(int) passage.length()];
        for (int i = 0; i < reached.length; i++) {
          last = extend(last, numbers[passage.symbol(i)] - 1);
          reached[i] = last;
        }
        last = extend(last, distinct + prefixes.size()); // which no text has
        prefixes.add(reached);
      }
    }

    /** The automaton of what is one character longer; its last state. */
    private int extend(int last, int symbol) {
      int state = states++;
      lengths[state] = lengths[last] + 1;
      int p = last;
      while (p >= 0 && next[p * alphabet + symbol] == 0) {
        next[p * alphabet + symbol] = state;
        p = links[p];
      }
      if (p >= 0) {
        int q = next[p * alphabet + symbol];
        links[state] = lengths[q] == lengths[p] + 1 ? q : split(p, q, symbol);
      }
      return state;
    }

    /** A state of its own for the shorter runs that lead to q. */
    private int split(int from, int q, int symbol) {
      int clone = states++;
      lengths[clone] = lengths[from] + 1;
      System.arraycopy(next, q * alphabet, next, clone * alphabet, alphabet);
      links[clone] = links[q];
      links[q] = clone;
      int p = from;
      while (p >= 0 && next[p * alphabet + symbol] == q) {
        next[p * alphabet + symbol] = clone;
        p = links[p];
      }
      return clone;
    }

    List<Verbatim> compare(EncodedText text) {
      int[] matched = matched(text);
      List<Verbatim> results = new ArrayList<>();
      for (int[] reached : prefixes) {
        int[] longest = new int[reached.length];
        for (int i = 0; i < longest.length; i++) {
          int state = reached[i];
          while (state > 0 && matched[state] == 0) {
            state = links[state];
          }
          // A state's runs may begin in the passage before, what was matched of them cannot.
          longest[i] = state > 0 ? matched[state] : 0;
        }
        results.add(new Verbatim(longest));
      }
      return results;
    }

    /** The longest run at each state that stands in the text, 0 for none. */
    private int[] matched(EncodedText text) {
      int[] matched = new int[states];
      int[] block = new int[BLOCK];
      int state = 0;
      int length = 0;
      for (long from = 0; from < text.length(); from += BLOCK) {
        int count = text.copyTo(from, block);
        for (int i = 0; i < count; i++) {
          int symbol = numbers[block[i]] - 1;
          if (symbol < 0) {
            state = 0;
            length = 0;
            continue;
          }
          while (state > 0 && next[state * alphabet + symbol] == 0) {
            state = links[state];
            length = lengths[state];
          }
          if (next[state * alphabet + symbol] != 0) {
            state = next[state * alphabet + symbol];
            length++;
            matched[state] = Math.max(matched[state], length);
          }
        }
      }
      // Suffixes of what was found were found too.
      int[] byLength =
          IntStream.range(1, states)
              .boxed()
              .sorted((a, b) -> lengths[b] - lengths[a])
              .mapToInt(Integer::intValue)
              .toArray();
      for (int s : byLength) {
        if (matched[s] > 0 && links[s] > 0) {
          matched[links[s]] = lengths[links[s]];
        }
      }
      return matched;
    }
  }

  /** The length of the longest run that stands in the text. */
  int longest() {
    return Arrays.stream(longest).max().orElse(0);
  }

  /** Where the first such run begins in the passage; 0 if there is none. */
  int longestStart() {
    int most = longest();
    for (int i = 0; i < longest.length; i++) {
      if (longest[i] == most && most > 0) {
        return i - most + 1;
      }
    }
    return 0;
  }

  /**
   * The share of the passage's substrings of a length that stand in the text, from 0 to 1; 0 if the
   * passage is shorter.
   *
   * @param length at least 1
   */
  double share(int length) {
    int places = longest.length - length + 1;
    if (places <= 0) {
      return 0;
    }
    return (double) Arrays.stream(longest).skip(length - 1L).filter(n -> n >= length).count()
        / places;
  }
}
