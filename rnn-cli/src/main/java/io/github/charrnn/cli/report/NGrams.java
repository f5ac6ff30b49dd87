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
 *
 * <p>What is to be predicted is known from the beginning, and counted is only what follows contexts
 * that it has: their number does not grow with the text that is counted.
 */
final class NGrams {
  /** The longest n. */
  static final int ORDERS = 10;

  /*
   * A tree: its root is the empty context, a node is what was read on the way to it. First come the
   * contexts of the text that is to be predicted, then, as they are counted, the symbols that follow
   * these. Each node knows the one that has its way without the first symbol, which was there
   * before it. So whoever counts keeps only the longest context that ends where a text is read, and
   * counts what follows that; of the shorter ones it is found in the end, once for all of the text
   * (as in Aho and Corasick, Efficient string matching, 1975).
   */
  private static final int SYMBOL_BITS = 16;

  /** The rest of an edge, which is a node and a symbol, has room above. */
  private static final int NODE_BITS = 24;

  private static final int NODE = (1 << NODE_BITS) - 1;
  private static final int ABSENT = -1;
  private static final int ROOT = 0;

  /*
   * The numbers of a node lie together, since most of the time goes by waiting for memory: how
   * often the way to it was gone, how often it went on, in how many ways, and where the way without
   * its first symbol leads.
   */
  private static final int NUMBERS = 4;
  private static final int TOTAL = 1;
  private static final int TYPES = 2;
  private static final int SHORTER = 3;

  private static final int BLOCK = 1 << 13; // characters

  private final EncodedText predicted;
  private final int vocabSize;
  private final int orders;
  private long[] edges = new long[1 << 12]; // a hash table: node, symbol and, below, child; or 0
  private int[] numbers = new int[NUMBERS << 11]; // (nodes, NUMBERS)
  private int nodes = 1;
  private int inner = 1; // nodes that are contexts, they come first
  private long fitted;

  /**
   * Counts a text from its beginning, as far as there is room.
   *
   * @param predicted in the same vocabulary
   * @param maxNodes from 1 to 2^22; distinct n-grams to keep, which take 30 to 80 bytes each
   */
  NGrams(EncodedText text, EncodedText predicted, int maxNodes) {
    this.predicted = predicted;
    vocabSize = text.vocab().size();
    orders = addContexts(maxNodes / 2);
    int context = ROOT;
    int sure = sureToFit(maxNodes);
    while (fitted < text.length() && sure > 0) {
      EncodedText part = text.part(fitted, Math.min(text.length(), fitted + sure));
      context = count(part, context);
      fitted += part.length();
      sure = sureToFit(maxNodes);
    }
    countShorter();
  }

  /**
   * Adds the contexts of what is to be predicted, length by length, as long as there is room.
   *
   * @return the longest n with all its contexts
   */
  private int addContexts(int maxNodes) {
    int[] ends = new int[Math.toIntExact(predicted.length())]; // the context that ends there
    for (int length = 1; length < ORDERS; length++) {
      for (int i = ends.length - 1; i >= length - 1; i--) {
        ends[i] = add(length == 1 ? ROOT : ends[i - 1], predicted.symbol(i));
      }
      if (nodes > maxNodes) {
        return length; // of the longest contexts none is used
      }
      inner = nodes;
    }
    return ORDERS;
  }

  /** Of so many more characters all n-grams fit, whatever they are. */
  private int sureToFit(int maxNodes) {
    return (maxNodes - nodes) / ORDERS;
  }

  /**
   * Counts what follows the longest contexts of a text.
   *
   * @param context the longest that ends before it
   * @return the longest that ends with it
   */
  private int count(EncodedText part, int context) {
    int[] block = new int[(int) Math.min(BLOCK, part.length())];
    int longest = context;
    for (long from = 0; from < part.length(); from += block.length) {
      int length = part.copyTo(from, block);
      for (int i = 0; i < length; i++) {
        int child = add(longest, block[i]);
        numbers[NUMBERS * child]++;
        while (child >= inner) {
          child = numbers[NUMBERS * child + SHORTER];
        }
        longest = child;
      }
    }
    return longest;
  }

  /** What follows a context follows its shorter ones, too. */
  private void countShorter() {
    for (int node = nodes - 1; node > ROOT; node--) { // the shorter one was there before
      numbers[NUMBERS * numbers[NUMBERS * node + SHORTER]] += numbers[NUMBERS * node];
    }
    for (long edge : edges) {
      int count = numbers[NUMBERS * ((int) edge & NODE)];
      if (edge != 0 && count > 0) {
        int node = NUMBERS * (int) (edge >>> (NODE_BITS + SYMBOL_BITS));
        numbers[node + TOTAL] += count;
        numbers[node + TYPES]++;
      }
    }
  }

  /** How many characters of the text were counted. */
  long fitted() {
    return fitted;
  }

  /**
   * The cross-entropies of the text to be predicted, in nats per character: of the uniform model,
   * and of n = 1 to {@value #ORDERS}, or to less if there was no room for all its contexts. The
   * first character is given and contexts do not reach back beyond it, which is what a network gets
   * to see. The text has at least 2 characters.
   */
  double[] crossEntropies() {
    return crossEntropies(false);
  }

  /**
   * The same of models that go on counting while they read, as a compressor does that has read the
   * other text before. What they count they keep: to be asked for last, and once.
   */
  double[] crossEntropiesWhileCounting() {
    return crossEntropies(true);
  }

  private double[] crossEntropies(boolean counting) {
    double[] sums = new double[orders + 1];
    int[] contexts = new int[orders]; // of n characters, ABSENT before there are as many
    Arrays.fill(contexts, ABSENT);
    contexts[0] = ROOT;
    for (int i = 0; i < predicted.length(); i++) {
      int symbol = predicted.symbol(i);
      if (i > 0) {
        addSurprisals(sums, contexts, symbol);
      }
      if (counting) {
        for (int context : contexts) {
          if (context != ABSENT) {
            count(context, symbol);
          }
        }
      }
      for (int n = orders - 2; n >= 0; n--) { // the longest first: contexts[n + 1] is still the old
        contexts[n + 1] = contexts[n] == ABSENT ? ABSENT : child(contexts[n], symbol);
      }
    }
    return Arrays.stream(sums).map(sum -> sum / (predicted.length() - 1)).toArray();
  }

  /** Adds each model's surprisal to its sum. */
  private void addSurprisals(double[] sums, int[] contexts, int symbol) {
    double p = 1.0 / vocabSize;
    sums[0] -= Math.log(p);
    for (int n = 0; n < orders; n++) {
      int context = contexts[n];
      long total = context == ABSENT ? 0 : numbers[NUMBERS * context + TOTAL];
      if (total > 0) {
        int child = child(context, symbol);
        int count = child == ABSENT ? 0 : numbers[NUMBERS * child];
        int types = numbers[NUMBERS * context + TYPES];
        p = (count + types * p) / ((double) total + types);
      }
      sums[n + 1] -= Math.log(p);
    }
  }

  private int child(int node, int symbol) {
    long edge = edges[slot(edges, key(node, symbol))];
    return edge == 0 ? ABSENT : (int) edge & NODE;
  }

  /** A symbol once more after one context. */
  private void count(int node, int symbol) {
    int child = add(node, symbol);
    if (numbers[NUMBERS * child]++ == 0) {
      numbers[NUMBERS * node + TYPES]++;
    }
    numbers[NUMBERS * node + TOTAL]++;
  }

  /** The child of that symbol, made if there is none, after that of the shorter context. */
  private int add(int node, int symbol) {
    int known = child(node, symbol);
    if (known != ABSENT) {
      return known;
    }
    int shorter = node == ROOT ? ROOT : add(numbers[NUMBERS * node + SHORTER], symbol);
    if (NUMBERS * nodes == numbers.length) {
      numbers = Arrays.copyOf(numbers, 2 * numbers.length);
    }
    if (2 * nodes == edges.length) {
      widen();
    }
    long key = key(node, symbol);
    edges[slot(edges, key)] = key << NODE_BITS | nodes;
    numbers[NUMBERS * nodes + SHORTER] = shorter;
    return nodes++;
  }

  private void widen() {
    long[] wider = new long[2 * edges.length];
    for (long edge : edges) {
      if (edge != 0) {
        wider[slot(wider, edge >>> NODE_BITS)] = edge;
      }
    }
    edges = wider;
  }

  private static long key(int node, int symbol) {
    return (long) node << SYMBOL_BITS | symbol;
  }

  /** Where a key is in the table, or would be. */
  private static int slot(long[] edges, long key) {
    int mask = edges.length - 1;
    long hash = key * 0x9E3779B97F4A7C15L; // Fibonacci hashing
    int slot = (int) (hash >>> 32) & mask;
    while (edges[slot] != 0 && edges[slot] >>> NODE_BITS != key) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }
}
