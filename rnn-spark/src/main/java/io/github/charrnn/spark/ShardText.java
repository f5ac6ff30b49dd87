package io.github.charrnn.spark;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.charrnn.CharVocab;
import io.github.charrnn.Documents;
import io.github.charrnn.EncodedText;
import io.github.charrnn.UnknownSymbolException;
import io.github.charrnn.UnknownSymbols;
import java.io.CharConversionException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.io.Serializable;
import java.lang.ref.SoftReference;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import javax.annotation.Nullable;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.Path;

/** The text of a shard, as its slices have it; what has changed in a file is refused. */
final class ShardText implements Serializable {
  /*
   * An executor keeps the shards that it has read only as long as nothing else needs the memory:
   * whatever comes to it, a shard of its own is all that it must have room for.
   */
  private static final long serialVersionUID = 1;

  private static final Map<String, SoftReference<EncodedText>> READ = new ConcurrentHashMap<>();

  private final int number;
  private final Slice[] slices;
  private final @Nullable String delimiter;

  ShardText(int number, List<Slice> slices, Optional<Documents> documents) {
    this.number = number;
    this.slices = slices.toArray(Slice[]::new);
    delimiter = documents.map(Documents::delimiter).orElse(null);
  }

  /** What a first reading finds. */
  record Found(String symbols, long length, String sha256) implements Serializable {
    /** As it travels, whatever Spark is told to serialize with. */
    String[] words() {
      return new String[] {symbols, Long.toString(length), sha256};
    }

    static Found of(String[] words) {
      return new Found(words[0], Long.parseLong(words[1]), words[2]);
    }
  }

  int number() {
    return number;
  }

  private Optional<Documents> documents() {
    return Optional.ofNullable(delimiter).map(Documents::delimitedBy);
  }

  /** Reads it for the first time, in a vocabulary if there is one already. */
  Found find(Optional<CharVocab> vocab, Configuration configuration) throws IOException {
    MessageDigest digest = sha256();
    EncodedText text;
    try {
      if (vocab.isEmpty() && delimiter == null) {
        Optional<Found> ofOne = findOnlySymbol(configuration);
        if (ofOne.isPresent()) {
          return ofOne.get();
        }
      }
      text = read(vocab, configuration, digest);
    } catch (UnknownSymbolException e) {
      throw new IOException(
          "shard "
              + (number + 1)
              + ", of "
              + files()
              + ": "
              + e.getMessage()
              + ": begin with a new model, or with one that rnn train --from MODEL --unknown add"
              + " has given its symbols",
          e);
    }
    return new Found(
        text.vocab().symbols(), text.length(), HexFormat.of().formatHex(digest.digest()));
  }

  /**
   * A shard may have only one symbol, of which no vocabulary is made, though its text has others.
   */
  private Optional<Found> findOnlySymbol(Configuration configuration) throws IOException {
    MessageDigest digest = sha256();
    int first;
    try (InputStream in = open(slices[0], configuration)) {
      first = new String(in.readNBytes(4), UTF_8).codePointAt(0);
    }
    CharVocab two = CharVocab.of(first, first == 'a' ? 'b' : 'a');
    EncodedText text;
    try {
      text = read(Optional.of(two), configuration, digest);
    } catch (UnknownSymbolException e) { // soon, in nearly every text
      return Optional.empty();
    }
    for (long i = 0; i < text.length(); i++) {
      if (text.symbol(i) != two.symbolOf(first)) {
        return Optional.empty();
      }
    }
    return Optional.of(
        new Found(
            Character.toString(first), text.length(), HexFormat.of().formatHex(digest.digest())));
  }

  /** Reads it, without keeping it. */
  EncodedText read(CharVocab vocab, Configuration configuration) throws IOException {
    return read(Optional.of(vocab), configuration, sha256());
  }

  /**
   * The text, which may be here already.
   *
   * @throws IOException if it is not what was found
   */
  EncodedText get(CharVocab vocab, Found found, Configuration configuration) throws IOException {
    String key = found.sha256 + (delimiter == null ? "" : "/" + delimiter) + "/" + vocab.symbols();
    READ.values().removeIf(it -> it.get() == null);
    SoftReference<EncodedText> kept = READ.get(key);
    EncodedText text = kept == null ? null : kept.get();
    if (text == null) {
      MessageDigest digest = sha256();
      try {
        text = read(Optional.of(vocab), configuration, digest);
      } catch (UnknownSymbolException | CharConversionException e) {
        throw hasChanged(e); // otherwise they would have been found before
      }
      if (!HexFormat.of().formatHex(digest.digest()).equals(found.sha256)) {
        throw hasChanged(null);
      }
      READ.put(key, new SoftReference<>(text));
    }
    return text;
  }

  private IOException hasChanged(@Nullable Exception cause) {
    return new IOException(
        "the text has changed since training began: "
            + files()
            + " must stay as it is until it ends",
        cause);
  }

  private EncodedText read(
      Optional<CharVocab> vocab, Configuration configuration, MessageDigest digest)
      throws IOException {
    if (documents().isPresent()) {
      Documents how = documents().get();
      Documents.Reader reader =
          vocab.isPresent() ? how.reader(vocab.get(), UnknownSymbols.fail()) : how.reader();
      for (Slice slice : slices) {
        digest.update(Long.toString(slice.to() - slice.from()).getBytes(US_ASCII)); // where it ends
        try (InputStream in = new DigestInputStream(open(slice, configuration), digest)) {
          reader.read(in, slice.name());
        }
      }
      return reader.finish();
    }
    List<InputStream> opened = new ArrayList<>();
    for (Slice slice : slices) {
      opened.add(open(slice, configuration));
    }
    try (InputStream in =
        new DigestInputStream(new SequenceInputStream(Collections.enumeration(opened)), digest)) {
      return vocab.isPresent()
          ? EncodedText.read(in, slices[0].name(), vocab.get(), UnknownSymbols.fail())
          : EncodedText.read(in, slices[0].name());
    }
  }

  private String files() {
    return slices[0].file() + (slices.length > 1 ? " and " + (slices.length - 1) + " more" : "");
  }

  private static InputStream open(Slice slice, Configuration configuration) throws IOException {
    Path path = new Path(slice.file());
    FSDataInputStream in = path.getFileSystem(configuration).open(path);
    in.seek(slice.from());
    return new FilterInputStream(in) {
      private long left = slice.to() - slice.from();

      @Override
      public int read() throws IOException {
        int b = left == 0 ? -1 : in.read();
        left -= b < 0 ? 0 : 1;
        return b;
      }

      @Override
      public int read(byte[] to, int at, int count) throws IOException {
        if (left == 0 && count > 0) {
          return -1;
        }
        int some = in.read(to, at, (int) Math.min(left, count));
        left -= Math.max(0, some);
        return some;
      }
    };
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java has it", e);
    }
  }
}
