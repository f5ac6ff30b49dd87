package io.github.charrnn.cli.report;

import io.github.charrnn.EncodedText;
import java.util.Arrays;
import java.util.function.Function;
import java.util.stream.IntStream;

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
   * Trees: a root is the empty context, a node is what was read on the way to it. First come the
   * contexts of the text that is to be predicted, then, as they are counted, the symbols that
   * follow these. Ways that begin with the same symbol are in the same tree. So several threads can
   * count, each in trees of its own; how many trees there are changes no count. All roots together
   * are the empty context.
   */
  private static final int SYMBOL_BITS = 16;
  private static final int ABSENT = -1;
  private static final int ROOT = 0;

  /** Each reads all of the text. */
  private static final int MOST_TREES = 16;

  private static final int BLOCK = 1 << 13; // characters

  /** Trees are made about as large by how often symbols stand in so much of a text. */
  private static final int ESTIMATED_FROM = 1 << 20;

  private final EncodedText predicted;
  private final int vocabSize;
  private final Tree[] trees;
  private final int[] treeOf; // (K): of the ways that begin with a symbol
  private final int orders;
  private long fitted;

  /**
   * Counts a text from its beginning, as far as there is room.
   *
   * @param predicted in the same vocabulary
   * @param maxNodes at least 1; distinct n-grams to keep, which take 30 to 70 bytes each
   */
  NGrams(EncodedText text, EncodedText predicted, int maxNodes) {
    this.predicted = predicted;
    vocabSize = text.vocab().size();
    trees = new Tree[Math.min(Forks.threads(), MOST_TREES)];
    Arrays.setAll(trees, i -> new Tree());
    treeOf = deal(text, trees.length);
    orders = addContexts(maxNodes / 2);
    long sure = sureToFit(maxNodes);
    while (fitted < text.length() && sure > 0) {
      EncodedText part = text.part(fitted, Math.min(text.length(), fitted + sure));
      Forks.map(trees.length, i -> trees[i].count(part, treeOf, i));
      fitted += part.length();
      sure = sureToFit(maxNodes);
    }
  }

  /**
   * Adds the contexts of what is to be predicted, length by length, as long as there is room.
   *
   * @return the longest n with all its contexts
   */
  private int addContexts(int maxNodes) {
    int[] nodes = new int[Math.toIntExact(predicted.length())]; // of the context that ends there
    for (int length = 1; length < ORDERS; length++) {
      for (int i = nodes.length - 1; i >= length - 1; i--) {
        Tree tree = trees[treeOf[predicted.symbol(i - length + 1)]];
        nodes[i] = tree.add(length == 1 ? ROOT : nodes[i - 1], predicted.symbol(i));
      }
      if (nodes() > maxNodes) {
        return length; // of the longest contexts none is used
      }
      for (Tree tree : trees) {
        tree.contextsAdded();
      }
    }
    return ORDERS;
  }

  /** Trees of symbols: whatever is more frequent comes first, into what has least by then. */
  private static int[] deal(EncodedText text, int count) {
    int[] treeOf = new int[text.vocab().size()];
    if (count > 1) {
      long[] frequencies = new long[treeOf.length];
      for (int i = 0; i < Math.min(text.length(), ESTIMATED_FROM); i++) {
        frequencies[text.symbol(i)]++;
      }
      long[] loads = new long[count];
      IntStream.range(0, treeOf.length)
          .boxed()
          .sorted((a, b) -> Long.compare(frequencies[b], frequencies[a]))
          .forEach(
              symbol -> {
                int least = 0;
                for (int i = 1; i < count; i++) {
                  least = loads[i] < loads[least] ? i : least;
                }
                treeOf[symbol] = least;
                loads[least] += frequencies[symbol];
              });
    }
    return treeOf;
  }

  /** Of so many more characters all n-grams fit, whatever they are. */
  private long sureToFit(int maxNodes) {
    return (maxNodes - nodes()) / ORDERS;
  }

  private long nodes() {
    long nodes = 1; // the roots are one
    for (Tree tree : trees) {
      nodes += tree.nodes - 1;
    }
    return nodes;
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
    Tree[] in = new Tree[orders];
    Arrays.fill(contexts, ABSENT);
    Arrays.fill(in, trees[0]);
    contexts[0] = ROOT;
    for (int i = 0; i < predicted.length(); i++) {
      int symbol = predicted.symbol(i);
      in[0] = trees[treeOf[symbol]]; // where the root has counted it
      if (i > 0) {
        add(sums, contexts, in, symbol);
      }
      if (counting) {
        for (int n = 0; n < orders; n++) {
          if (contexts[n] != ABSENT) {
            in[n].count(contexts[n], symbol);
          }
        }
      }
      for (int n = orders - 2; n >= 0; n--) { // the longest first: contexts[n + 1] is still the old
        contexts[n + 1] = contexts[n] == ABSENT ? ABSENT : in[n].child(contexts[n], symbol);
        in[n + 1] = in[n];
      }
    }
    return Arrays.stream(sums).map(sum -> sum / (predicted.length() - 1)).toArray();
  }

  /** Adds each model's surprisal to its sum. */
  private void add(double[] sums, int[] contexts, Tree[] in, int symbol) {
    double p = 1.0 / vocabSize;
    sums[0] -= Math.log(p);
    for (int n = 0; n < orders; n++) {
      int context = contexts[n];
      long total =
          context == ABSENT ? 0 : n == 0 ? all(tree -> tree.totals) : in[n].totals[context];
      if (total > 0) {
        int types = n == 0 ? all(tree -> tree.types) : in[n].types[context];
        p = (in[n].countOf(context, symbol) + types * p) / ((double) total + types);
      }
      sums[n + 1] -= Math.log(p);
    }
  }

  /** Of the empty context, which is the roots of all trees. */
  private int all(Function<Tree, int[]> counts) {
    int sum = 0;
    for (Tree tree : trees) {
      sum += counts.apply(tree)[ROOT];
    }
    return sum;
  }

  /** The ways that begin with some symbols. Edges are in one open-addressed table. */
  private static final class Tree {
    long[] keys = new long[1 << 12]; // node and symbol
    int[] children = new int[1 << 12]; // of the edge with that key; 0 for none
    int nodes = 1;
    private int inner = 1; // nodes that are contexts, they come first
    int[] counts = new int[1 << 11]; // how often the way to a node was gone
    int[] totals = new int[1 << 11]; // how often it went on
    int[] types = new int[1 << 11]; // in how many ways
    private final int[] contexts = new int[ORDERS]; // of n characters, where the text was left

    Tree() {
      Arrays.fill(contexts, ABSENT);
    }

    /**
     * Counts what follows in a text.
     *
     * @return this
     */
    Tree count(EncodedText part, int[] treeOf, int number) {
      int[] block = new int[(int) Math.min(BLOCK, part.length())];
      for (long from = 0; from < part.length(); from += block.length) {
        int length = part.copyTo(from, block);
        for (int i = 0; i < length; i++) {
          count(block[i], treeOf[block[i]] == number);
        }
      }
      return this;
    }

    private void count(int symbol, boolean begins) {
      if (contexts[ORDERS - 1] != ABSENT) {
        count(contexts[ORDERS - 1], symbol);
      }
      for (int n = ORDERS - 2; n > 0; n--) { // the longest first: contexts[n + 1] is still the old
        contexts[n + 1] = contexts[n] == ABSENT ? ABSENT : context(count(contexts[n], symbol));
      }
      contexts[1] = begins ? context(count(ROOT, symbol)) : ABSENT;
    }

    private int context(int node) {
      return node < inner ? node : ABSENT;
    }

    /** What was added is complete: contexts of one more length. */
    void contextsAdded() {
      inner = nodes;
    }

    int countOf(int node, int symbol) {
      int child = child(node, symbol);
      return child == ABSENT ? 0 : counts[child];
    }

    int child(int node, int symbol) {
      int slot = slot(keys, children, key(node, symbol));
      return children[slot] == 0 ? ABSENT : children[slot];
    }

    int count(int node, int symbol) {
      int child = add(node, symbol);
      types[node] += counts[child] == 0 ? 1 : 0;
      counts[child]++;
      totals[node]++;
      return child;
    }

    /** The child of that symbol, made if there is none. */
    int add(int node, int symbol) {
      long key = key(node, symbol);
      int slot = slot(keys, children, key);
      int child = children[slot];
      if (child == 0) {
        child = nodes;
        keys[slot] = key;
        children[slot] = child;
        nodes++;
        grow();
      }
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
}
