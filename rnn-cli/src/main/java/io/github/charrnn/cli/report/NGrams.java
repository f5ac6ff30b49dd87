package io.github.charrnn.cli.report;

import io.github.charrnn.EncodedText;
import java.util.Arrays;

/**
 * Models that predict a symbol from the n - 1 symbols before it by counting, n = 1 to {@value
 * #ORDERS}: what a network's held-out loss is compared with.
 *
 * <p>Smoothed by Witten and Bell's method (The zero-frequency problem, IEEE Transactions on
 * Information Theory 37(4), 1991, method C), interpolated: after a context that was followed N
 * times by T distinct symbols, c times of them by w, {@code p_n(w) = (c + T p_(n-1)(w)) / (N + T)};
 * {@code p_0 = 1 / K}. After a context that was never seen it is the shorter context's.
 */
final class NGrams {
  /** The longest n. */
  static final int ORDERS = 5;

  /*
   * A tree: the root is the empty context, a node is what was read on the way to it. Every position of
   * the text counts one way of up to five characters, one for each length of context. Edges are in
   * one open-addressed table, keyed by node and symbol.
   */
  private static final int SYMBOL_BITS = 16;
  private static final int ABSENT = -1;
  private static final int ROOT = 0;

  private final int vocabSize;
  private long[] keys = new long[1 << 12];
  private int[] children = new int[1 << 12]; // of the edge with that key; 0 for none
  private int nodes = 1;
  private int[] counts = new int[1 << 11]; // how often the way to a node was gone
  private int[] totals = new int[1 << 11]; // how often it went on
  private int[] types = new int[1 << 11]; // in how many ways
  private long fitted;

  /**
   * Counts a text from its beginning, as far as there is room.
   *
   * @param maxNodes at least 1; distinct n-grams to keep, which take 30 to 70 bytes each
   */
  NGrams(EncodedText text, int maxNodes) {
    vocabSize = text.vocab().size();
    int[] contexts = noContexts();
    while (fitted < text.length() && nodes + ORDERS <= maxNodes) {
      int symbol = text.symbol(fitted);
      for (int n = ORDERS - 1; n >= 0; n--) { // the longest first: contexts[n + 1] is still the old
        if (contexts[n] != ABSENT) {
          int child = count(contexts[n], symbol);
          if (n + 1 < ORDERS) {
            contexts[n + 1] = child;
          }
        }
      }
      fitted++;
    }
  }

  private static int[] noContexts() {
    int[] contexts = new int[ORDERS];
    Arrays.fill(contexts, ABSENT);
    contexts[0] = ROOT;
    return contexts;
  }

  /** How many characters of the text were counted. */
  long fitted() {
    return fitted;
  }

  /**
   * The cross-entropies of a text, in nats per character: of the uniform model, and of n = 1 to
   * {@value #ORDERS}. The first character is given and contexts do not reach back beyond it, which
   * is what a network gets to see.
   *
   * @param text at least 2 characters, in the same vocabulary
   */
  double[] crossEntropies(EncodedText text) {
    double[] sums = new double[ORDERS + 1];
    int[] contexts = noContexts();
    for (long i = 0; i < text.length(); i++) {
      int symbol = text.symbol(i);
      if (i > 0) {
        add(sums, contexts, symbol);
      }
      for (int n = ORDERS - 2; n >= 0; n--) {
        contexts[n + 1] = contexts[n] == ABSENT ? ABSENT : child(contexts[n], symbol);
      }
    }
    return Arrays.stream(sums).map(sum -> sum / (text.length() - 1)).toArray();
  }

  /** Adds each model's surprisal to its sum. */
  private void add(double[] sums, int[] contexts, int symbol) {
    double p = 1.0 / vocabSize;
    sums[0] -= Math.log(p);
    for (int n = 0; n < ORDERS; n++) {
      int context = contexts[n];
      if (context != ABSENT && totals[context] > 0) {
        int child = child(context, symbol);
        int count = child == ABSENT ? 0 : counts[child];
        p = (count + types[context] * p) / ((double) totals[context] + types[context]);
      }
      sums[n + 1] -= Math.log(p);
    }
  }

  private int child(int node, int symbol) {
    int slot = slot(keys, children, key(node, symbol));
    return children[slot] == 0 ? ABSENT : children[slot];
  }

  private int count(int node, int symbol) {
    long key = key(node, symbol);
    int slot = slot(keys, children, key);
    int child = children[slot];
    if (child == 0) {
      child = nodes;
      keys[slot] = key;
      children[slot] = child;
      types[node]++;
      nodes++;
      grow();
    }
    counts[child]++;
    totals[node]++;
    return child;
  }

  private static long key(int node, int symbol) {
    return (long) node << SYMBOL_BITS | symbol;
  }

  /** Where a key is in the table, or would be. */
  private static int slot(long[] keys, int[] children, long key) {
    int mask = keys.length - 1;
    long hash = key * 0x9E3779B97F4A7C15L; // Fibonacci hashing
    int slot = (int) (hash >>> 32) & mask;
    while (children[slot] != 0 && keys[slot] != key) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  private void grow() {
    if (nodes == counts.length) {
      counts = Arrays.copyOf(counts, 2 * nodes);
      totals = Arrays.copyOf(totals, 2 * nodes);
      types = Arrays.copyOf(types, 2 * nodes);
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
}
