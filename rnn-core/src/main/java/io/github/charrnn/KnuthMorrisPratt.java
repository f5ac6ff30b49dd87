package io.github.charrnn;

/**
 * Finds a pattern in numbers that come one by one (Knuth, Morris and Pratt, "Fast pattern matching
 * in strings", SIAM Journal on Computing 6, 1977).
 */
final class KnuthMorrisPratt {
  private final int[] pattern;
  private final int[] fallback; // the longest proper beginning that each beginning also ends with
  private int matched;

  /** An empty pattern is never found. */
  KnuthMorrisPratt(int[] pattern) {
    this.pattern = pattern;
    fallback = new int[pattern.length];
    for (int i = 1, length = 0; i < pattern.length; i++) {
      while (length > 0 && pattern[length] != pattern[i]) {
        length = fallback[length - 1];
      }
      if (pattern[length] == pattern[i]) {
        length++;
      }
      fallback[i] = length;
    }
  }

  /** How many numbers, the last ones, are the beginning of the pattern, or all of it. */
  int matched() {
    return matched;
  }

  /** Looks for the pattern in what comes from now on. */
  void clear() {
    matched = 0;
  }

  /** Takes one more number; says whether the pattern ends with it. */
  boolean accept(int number) {
    if (pattern.length == 0) {
      return false;
    }
    while (matched > 0 && (matched == pattern.length || pattern[matched] != number)) {
      matched = fallback[matched - 1];
    }
    if (pattern[matched] == number) {
      matched++;
    }
    return matched == pattern.length;
  }
}
