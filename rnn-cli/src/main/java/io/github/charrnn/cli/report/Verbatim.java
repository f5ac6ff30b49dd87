package io.github.charrnn.cli.report;

import io.github.charrnn.EncodedText;
import java.util.Arrays;

/**
 * How much of a passage stands word for word in a text: for every place of the passage, the length
 * of the longest run that ends there and also stands in the text.
 */
final class Verbatim {
  /*
   * The suffix automaton of the passage (Blumer et al., The smallest automaton recognizing the subwords
   * of a text, 1985) reads the text once and keeps at each state the longest run that came by. So
   * the text may be as long as it likes and as repetitive: memory and the time for one of its symbols
   * depend on neither.
   */
  private final int alphabet; // distinct symbols of the passage
  private final int[] lengths; // (states): of the longest run that leads to a state
  private final int[] links; // (states): the state of the longest suffix that leads elsewhere
  private final int[] next; // (states, alphabet): 0 for none, no edge leads to the root
  private int states = 1;
  private final int[] longest; // (passage)

  /**
   * Compares.
   *
   * @param passage in the text's vocabulary
   */
  Verbatim(EncodedText passage, EncodedText text) {
    int length = Math.toIntExact(passage.length());
    int[] numbers = new int[text.vocab().size()]; // of symbols within the passage, from 1
    int distinct = 0;
    for (int i = 0; i < length; i++) {
      if (numbers[passage.symbol(i)] == 0) {
        numbers[passage.symbol(i)] = ++distinct;
      }
    }
    alphabet = distinct;
    lengths = new int[2 * length + 1];
    links = new int[2 * length + 1];
    next = new int[(2 * length + 1) * Math.max(1, alphabet)];
    links[0] = -1;
    int[] prefixes = new int[length]; // the state of the passage up to a place
    int last = 0;
    for (int i = 0; i < length; i++) {
      last = extend(last, numbers[passage.symbol(i)] - 1);
      prefixes[i] = last;
    }
    int[] matched = matched(text, numbers);
    longest = new int[length];
    for (int i = 0; i < length; i++) {
      int state = prefixes[i];
      while (state > 0 && matched[state] == 0) {
        state = links[state];
      }
      longest[i] = state > 0 ? matched[state] : 0;
    }
  }

  /** The automaton of a passage that is one symbol longer; its last state. */
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

  /** The longest run at each state that stands in the text, 0 for none. */
  private int[] matched(EncodedText text, int[] numbers) {
    int[] matched = new int[states];
    int state = 0;
    int length = 0;
    for (long i = 0; i < text.length(); i++) {
      int symbol = numbers[text.symbol(i)] - 1;
      while (state > 0 && (symbol < 0 || next[state * alphabet + symbol] == 0)) {
        state = links[state];
        length = lengths[state];
      }
      if (symbol >= 0 && next[state * alphabet + symbol] != 0) {
        state = next[state * alphabet + symbol];
        length++;
        matched[state] = Math.max(matched[state], length);
      }
    }
    // Suffixes of what was found were found too.
    int[] byLength =
        java.util.stream.IntStream.range(1, states)
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
