package io.github.charrnn.bench;

import io.github.charrnn.EncodedText;
import io.github.charrnn.UnknownSymbols;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;

/**
 * What models that count reach on held-out text: bits per character for each order, smoothed in two
 * ways ({@link NGramCounts} has the formulas).
 *
 * <pre>
 * java -cp rnn-bench/target/benchmarks.jar io.github.charrnn.bench.NGramBaselines \
 *   train.txt heldout.txt
 * </pre>
 *
 * <p>The vocabulary is the training text's. What the held-out text has besides is left out, as
 * {@code evaluate --unknown skip} does.
 */
public final class NGramBaselines {
  private NGramBaselines() {}

  /** The arguments are two UTF-8 files. */
  public static void main(String[] args) throws IOException {
    if (args.length != 2) {
      throw new IllegalArgumentException(
          args.length + " arguments, must be a text to count and a text that is held out");
    }
    EncodedText text = EncodedText.read(Path.of(args[0]));
    Path file = Path.of(args[1]);
    EncodedText heldOut = EncodedText.read(file, text.vocab(), UnknownSymbols.skip());
    if (heldOut.length() < 2) {
      throw new IllegalArgumentException(
          file + " has " + heldOut.length() + " known characters, must be at least 2");
    }
    System.out.printf(
        Locale.ROOT,
        "%,d characters counted, %,d distinct; %,d held out, %,d more left out as unknown%n",
        text.length(),
        text.vocab().size(),
        heldOut.length(),
        heldOut.skipped());
    double[][] bits = new NGramCounts(text).crossEntropies(heldOut);
    System.out.println("bits per character");
    System.out.println("  n  Witten-Bell  Kneser-Ney");
    for (int n = 0; n <= NGramCounts.ORDERS; n++) {
      System.out.printf(Locale.ROOT, " %2d  %11.4f  %10.4f%n", n, bits[0][n], bits[1][n]);
    }
  }
}
