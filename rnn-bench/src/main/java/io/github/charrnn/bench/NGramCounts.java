package io.github.charrnn.bench;

import io.github.charrnn.EncodedText;
import java.util.Arrays;

/**
 * Models that predict a symbol from the n - 1 symbols before it by counting, n = 1 to {@value
 * #ORDERS}, each smoothed in two ways. Both are interpolated down to {@code p_0 = 1 / K}, and after
 * a context that was never seen both are what the shorter context says.
 *
 * <p>Witten and Bell (The zero-frequency problem, IEEE Transactions on Information Theory 37(4),
 * 1991, method C): after a context that was followed N times by T distinct symbols, c times of them
 * by w, {@code p_n(w) = (c + T p_(n-1)(w)) / (N + T)}.
 *
 * <p>Kneser and Ney, modified by Chen and Goodman (An empirical study of smoothing techniques for
 * language modeling, Harvard TR-10-98, 1998): {@code p_n(w) = (c - D(c) + (D(1) T_1 + D(2) T_2 +
 * D(3) T_3) p_(n-1)(w)) / N}, where T_1, T_2 and T_3 of the symbols followed once, twice and more
 * often; D of more than 3 is D(3). Orders below the model's own count, in place of how often an
 * n-gram stands in the text, how many distinct symbols stand before it.
 */
final class NGramCounts {
  /** The longest n. */
  static final int ORDERS = 10;

  /*
   * A tree: the root is the empty context, a node is the n-gram read on the way to it. Edges are in
   * one open-addressed table. Arrays by node have room for more than there are.
   */
  private static final int SYMBOL_BITS = 16;
  private static final int ABSENT = -1;
  private static final int ROOT = 0;

  private final int vocabSize;
  private long[] keys = new long[1 << 12]; // node and symbol
  private int[] children = new int[1 << 12]; // of the edge with that key; 0 for none
  private int nodes = 1;
  private byte[] depths = new byte[1 << 11];
  private int[] times = new int[1 << 11]; // how often an n-gram stands in the text
  private int[] lefts = new int[1 << 11]; // how many distinct symbols stand before it
  private final Followers byTimes;
  private final Followers byLefts;

  /** Counts a whole text. Distinct n-grams take 50 to 100 bytes each. */
  NGramCounts(EncodedText text) {
    vocabSize = text.vocab().size();
    int[] ways = new int[ORDERS + 1]; // nodes of the last n symbols
    Arrays.fill(ways, ABSENT);
    ways[0] = ROOT;
    for (long i = 0; i < text.length(); i++) {
      int known = nodes;
      int symbol = text.symbol(i);
      for (int n = ORDERS; n > 0; n--) { // the longest first: ways[n - 1] is still the old
        ways[n] = ways[n - 1] == ABSENT ? ABSENT : count(ways[n - 1], symbol);
      }
      for (int n = 2; n <= ORDERS; n++) {
        if (ways[n] >= known) {
          lefts[ways[n - 1]]++;
        }
      }
    }
    byTimes = new Followers(times);
    byLefts = new Followers(lefts);
  }

  private int count(int node, int symbol) {
    long key = key(node, symbol);
    int slot = slot(keys, children, key);
    int child = children[slot];
    if (child == 0) {
      child = nodes++;
      keys[slot] = key;
      children[slot] = child;
      grow();
      depths[child] = (byte) (depths[node] + 1);
    }
    times[child]++;
    return child;
  }

  private static long key(int node, int symbol) {
    return (long) node << SYMBOL_BITS | symbol;
  }

  /** Where a key is in the table, or would be. */
  private static int slot(long[] keys, int[] children, long key) {
    int mask = keys.length - 1;
    int slot = (int) ((key * 0x9E3779B97F4A7C15L) >>> 32) & mask; // Fibonacci hashing
    while (children[slot] != 0 && keys[slot] != key) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  private void grow() {
    if (nodes == times.length) {
      depths = Arrays.copyOf(depths, 2 * nodes);
      times = Arrays.copyOf(times, 2 * nodes);
      lefts = Arrays.copyOf(lefts, 2 * nodes);
    }
    if (2 * nodes > keys.length) {
      long[] wider = new long[2 * keys.length];
      int[] theirs = new int[2 * keys.length];
      for (int i = 0; i < keys.length; i++) {
        if (children[i] != 0) {
          int slot = slot(wider, theirs, keys[i]);
          wider[slot] = keys[i];
          theirs[slot] = children[i];
        }
      }
      keys = wider;
      children = theirs;
    }
  }

  private int child(int node, int symbol) {
    int child = node == ABSENT ? 0 : children[slot(keys, children, key(node, symbol))];
    return child == 0 ? ABSENT : child;
  }

  /**
   * What the models give the last symbol of a text, of those before it.
   *
   * @param text at least 1 character, in the same vocabulary
   * @return (2, {@value #ORDERS} + 1): Witten and Bell's of n = 0 to {@value #ORDERS}, then Kneser
   *     and Ney's
   */
  double[][] probabilities(EncodedText text) {
    int[] contexts = noContext();
    for (long i = 0; i < text.length() - 1; i++) {
      advance(contexts, text.symbol(i));
    }
    double[][] p = new double[2][ORDERS + 1];
    predict(contexts, text.symbol(text.length() - 1), p);
    return p;
  }

  /**
   * The cross-entropies of a text, in bits per character. The first character is given and contexts
   * do not reach back beyond it, which is what a network gets to see.
   *
   * @param text at least 2 characters, in the same vocabulary
   * @return as of {@link #probabilities}
   */
  double[][] crossEntropies(EncodedText text) {
    double[][] sums = new double[2][ORDERS + 1];
    double[][] p = new double[2][ORDERS + 1];
    int[] contexts = noContext();
    for (long i = 0; i < text.length(); i++) {
      if (i > 0) {
        predict(contexts, text.symbol(i), p);
        for (int way = 0; way < 2; way++) {
          for (int n = 0; n <= ORDERS; n++) {
            sums[way][n] -= Math.log(p[way][n]);
          }
        }
      }
      advance(contexts, text.symbol(i));
    }
    double bits = Math.log(2) * (text.length() - 1);
    for (double[] of : sums) {
      Arrays.setAll(of, n -> of[n] / bits);
    }
    return sums;
  }

  /** Nodes of the last 0 to {@value #ORDERS} - 1 symbols. */
  private static int[] noContext() {
    int[] contexts = new int[ORDERS];
    Arrays.fill(contexts, ABSENT);
    contexts[0] = ROOT;
    return contexts;
  }

  private void advance(int[] contexts, int symbol) {
    for (int n = ORDERS - 1; n > 0; n--) {
      contexts[n] = child(contexts[n - 1], symbol);
    }
  }

  private void predict(int[] contexts, int symbol, double[][] p) {
    p[0][0] = 1.0 / vocabSize;
    p[1][0] = p[0][0];
    double lower = p[0][0]; // Kneser and Ney's, when it is not the model's own order
    for (int n = 1; n <= ORDERS; n++) {
      int context = contexts[n - 1];
      int ngram = child(context, symbol);
      p[0][n] = byTimes.wittenBell(context, ngram, p[0][n - 1]);
      p[1][n] = byTimes.kneserNey(n, context, ngram, lower);
      lower = byLefts.kneserNey(n, context, ngram, lower);
    }
  }

  /** For each context what followed, by one of two ways to count. */
  private final class Followers {
    final int[] counts;
    final int[] totals = new int[nodes];
    final int[][] types = new int[4][nodes]; // followed once, twice, more often; 0 is not used
    final double[][] discounts = new double[ORDERS + 1][];

    Followers(int[] counts) {
      this.counts = counts;
      long[][] counted = new long[ORDERS + 1][5]; // n-grams that were counted 1 to 4 times
      for (int i = 0; i < keys.length; i++) {
        if (children[i] != 0 && counts[children[i]] > 0) {
          int context = (int) (keys[i] >>> SYMBOL_BITS);
          int count = counts[children[i]];
          totals[context] += count;
          types[Math.min(count, 3)][context]++;
          if (count <= 4) {
            counted[depths[children[i]]][count]++;
          }
        }
      }
      Arrays.setAll(discounts, n -> discounts(counted[n]));
    }

    private int types(int context) {
      return types[1][context] + types[2][context] + types[3][context];
    }

    double wittenBell(int context, int ngram, double lower) {
      if (context == ABSENT || totals[context] == 0) {
        return lower;
      }
      double types = types(context);
      return ((ngram == ABSENT ? 0 : counts[ngram]) + types * lower) / (totals[context] + types);
    }

    double kneserNey(int n, int context, int ngram, double lower) {
      if (context == ABSENT || totals[context] == 0) {
        return lower;
      }
      double[] discount = discounts[n];
      int count = ngram == ABSENT ? 0 : counts[ngram];
      double kept = count - discount[Math.min(count, 3)];
      double taken = 0;
      for (int i = 1; i <= 3; i++) {
        taken += discount[i] * types[i][context];
      }
      return (kept + taken * lower) / totals[context];
    }
  }

  /**
   * {@code D(c) = c - (c + 1) Y n_(c+1) / n_c} with {@code Y = n_1 / (n_1 + 2 n_2)}. Where that is
   * nothing between 0 and c, as with so few symbols that hardly any is rare, it is c / 2.
   *
   * @param counted (5): how many n-grams were counted 1 to 4 times; 0 is not used
   */
  static double[] discounts(long[] counted) {
    double y = (double) counted[1] / (counted[1] + 2 * counted[2]);
    double[] discounts = new double[4];
    for (int c = 1; c <= 3; c++) {
      double discount = c - (c + 1) * y * counted[c + 1] / counted[c];
      discounts[c] = discount >= 0 && discount < c ? discount : c / 2.0;
    }
    return discounts;
  }
}
