package io.github.charrnn;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.github.charrnn.internal.Crew;
import io.github.charrnn.internal.Range;
import io.github.charrnn.internal.Sha256;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** Shards that are in memory, and are trained by the members of a crew. */
final class LocalShards implements Shards {
  private final List<EncodedText> texts;
  private final Crew crew;

  /**
   * Shards of a run.
   *
   * @param crew the run's
   */
  LocalShards(List<EncodedText> texts, Crew crew) {
    Range.atLeast(1, "texts", texts.size());
    for (EncodedText text : texts) {
      if (!text.vocab().equals(vocab(texts))) {
        throw new IllegalArgumentException(
            "the texts of the shards have vocabularies of "
                + vocab(texts).size()
                + " and of "
                + text.vocab().size()
                + " other symbols, must have one: encode all with it");
      }
    }
    this.texts = texts;
    this.crew = crew;
  }

  /** The same, trained by another crew. */
  LocalShards with(Crew other) {
    return new LocalShards(texts, other);
  }

  /**
   * A text in shards of about the same length.
   *
   * @throws IllegalArgumentException if there are fewer characters, or documents, than shards
   */
  static List<EncodedText> cut(EncodedText text, int shards, Optional<Documents> documents) {
    long length = text.length();
    long[] places = new long[shards + 1];
    if (documents.isEmpty()) {
      Arrays.setAll(places, i -> (long) ((double) i / shards * length));
      places[shards] = length;
    } else {
      long[] boundaries = new Boundaries(text, documents.get()).places();
      for (int i = 0; i <= shards; i++) {
        int at = Arrays.binarySearch(boundaries, (long) ((double) i / shards * (length - 1)));
        places[i] = boundaries[at < 0 ? -1 - at : at];
      }
    }
    List<EncodedText> texts = new ArrayList<>();
    for (int i = 0; i < shards; i++) {
      if (places[i] == places[i + 1]) {
        throw new IllegalArgumentException(
            "shards is "
                + shards
                + ", and there would be none of the text in number "
                + (i + 1)
                + ": choose fewer");
      }
      texts.add(text.part(places[i], places[i + 1] + (documents.isPresent() ? 1 : 0)));
    }
    return texts;
  }

  @Override
  public CharVocab vocab() {
    return vocab(texts);
  }

  private static CharVocab vocab(List<EncodedText> texts) {
    return texts.get(0).vocab();
  }

  @Override
  public List<Long> lengths() {
    return texts.stream().map(EncodedText::length).toList();
  }

  @Override
  public String fingerprint() {
    return fingerprint(texts.stream().map(EncodedText::fingerprint).toList());
  }

  /** Of all parts, and of where one ends and the next begins. */
  static String fingerprint(List<String> parts) {
    return HexFormat.of()
        .formatHex(Sha256.digest().digest(String.join("", parts).getBytes(US_ASCII)));
  }

  @Override
  public void round(byte[] round, Consumer<double[]> results) {
    Objects.requireNonNull(round, "round");
    Objects.requireNonNull(results, "results");
    double[][] all = new double[texts.size()][];
    AtomicInteger taken = new AtomicInteger();
    crew.run(
        crew.size(),
        (member, members) -> {
          for (int i = taken.getAndIncrement(); i < all.length; i = taken.getAndIncrement()) {
            all[i] = trained(round, i);
          }
        });
    for (double[] result : all) {
      results.accept(result);
    }
  }

  private double[] trained(byte[] round, int shard) {
    try {
      return Shards.train(round, shard, texts.get(shard));
    } catch (ModelFormatException e) {
      throw new IllegalStateException("a round that this process has made is damaged", e);
    }
  }
}
