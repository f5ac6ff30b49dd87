package io.github.charrnn.spark;

import io.github.charrnn.CharVocab;
import io.github.charrnn.Documents;
import io.github.charrnn.EncodedText;
import io.github.charrnn.Initializer;
import io.github.charrnn.Optimizer;
import io.github.charrnn.Recipe;
import io.github.charrnn.cli.tune.Job;
import io.github.charrnn.cli.tune.Material;
import java.io.Serializable;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.WeakHashMap;

/**
 * What all runs of a search read, as it is broadcast: strings, whatever serializes them; and what
 * tells whether another Java computes the same with it: the version of the library, and what a
 * short run comes to.
 */
final class SharedMaterial implements Serializable {
  private static final long serialVersionUID = 1;

  /** An executor encodes once what all of its tasks read. */
  private static final Map<SharedMaterial, Material> ENCODED =
      Collections.synchronizedMap(new WeakHashMap<>());

  /** Characters that the short run reads. */
  private static final long PROBE = 1000;

  /** So that texts of any length are strings of a length that Java has. */
  private static final long LONGEST_STRING = 1L << 20;

  private final String symbols;
  private final String[] training;
  private final String[][] chosenBy;

  /** Of the documents, or none. */
  private final String[] delimiter;

  private final String version;
  private final double probe;

  SharedMaterial(Material material) {
    this(material, Library.version(), probe(material));
  }

  SharedMaterial(Material material, String version, double probe) {
    this.version = version;
    this.probe = probe;
    symbols = material.training().vocab().symbols();
    training = strings(material.training());
    chosenBy = material.chosenBy().stream().map(SharedMaterial::strings).toArray(String[][]::new);
    delimiter = material.documents().map(Documents::delimiter).stream().toArray(String[]::new);
  }

  private static String[] strings(EncodedText text) {
    int count = (int) ((text.length() + LONGEST_STRING - 1) / LONGEST_STRING);
    String[] strings = new String[count];
    for (int i = 0; i < count; i++) {
      long from = i * LONGEST_STRING;
      strings[i] = text.part(from, Math.min(text.length(), from + LONGEST_STRING)).decode();
    }
    return strings;
  }

  private static double probe(Material material) {
    EncodedText all = material.training();
    EncodedText some = all.part(0, Math.min(PROBE, all.length()));
    Optimizer optimizer = Optimizer.shampoo(0.9, 0.99, 0, 2, 2); // which is Adam's, too
    Recipe recipe = Recipe.course().withSequenceLength(5).withOptimizer(optimizer);
    Job run = new Job(9, Initializer.normal(0.3), 1, recipe, 5, false);
    Material few = new Material(some, List.of(some), Optional.empty());
    return run.run(few, OptionalInt.of(1), () -> {}).bits();
  }

  /**
   * What was broadcast.
   *
   * @throws IllegalStateException if this worker would not compute what the driver does
   */
  Material material() {
    return ENCODED.computeIfAbsent(this, SharedMaterial::encoded);
  }

  private Material encoded() {
    Library.requireSame(version);
    CharVocab vocab = CharVocab.of(symbols);
    Material material =
        new Material(
            text(vocab, training),
            Arrays.stream(chosenBy).map(piece -> text(vocab, piece)).toList(),
            Arrays.stream(delimiter).map(Documents::delimitedBy).findFirst());
    if (probe(material) != probe) {
      throw Library.computesAnother();
    }
    return material;
  }

  private static EncodedText text(CharVocab vocab, String[] strings) {
    return EncodedText.join(Arrays.stream(strings).map(vocab::encode).toList());
  }
}
