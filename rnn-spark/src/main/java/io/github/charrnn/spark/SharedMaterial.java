package io.github.charrnn.spark;

import io.github.charrnn.CharVocab;
import io.github.charrnn.Documents;
import io.github.charrnn.EncodedText;
import io.github.charrnn.cli.tune.Material;
import java.io.Serializable;
import java.util.Arrays;
import java.util.Collections;
import java.util.Map;
import java.util.WeakHashMap;

/** What all runs of a search read, as it is broadcast: strings, whatever serializes them. */
final class SharedMaterial implements Serializable {
  private static final long serialVersionUID = 1;

  /** An executor encodes once what all of its tasks read. */
  private static final Map<SharedMaterial, Material> ENCODED =
      Collections.synchronizedMap(new WeakHashMap<>());

  /** So that texts of any length are strings of a length that Java has. */
  private static final long LONGEST_STRING = 1L << 20;

  private final String symbols;
  private final String[] training;
  private final String[][] chosenBy;

  /** Of the documents, or none. */
  private final String[] delimiter;

  SharedMaterial(Material material) {
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

  /** What was broadcast. */
  Material material() {
    return ENCODED.computeIfAbsent(this, SharedMaterial::encoded);
  }

  private Material encoded() {
    CharVocab vocab = CharVocab.of(symbols);
    return new Material(
        text(vocab, training),
        Arrays.stream(chosenBy).map(piece -> text(vocab, piece)).toList(),
        Arrays.stream(delimiter).map(Documents::delimitedBy).findFirst());
  }

  private static EncodedText text(CharVocab vocab, String[] strings) {
    return EncodedText.join(Arrays.stream(strings).map(vocab::encode).toList());
  }
}
