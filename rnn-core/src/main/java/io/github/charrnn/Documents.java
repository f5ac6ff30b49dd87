package io.github.charrnn;

import io.github.charrnn.internal.Nulls;
import io.github.charrnn.internal.Utf8;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.IntConsumer;
import java.util.function.Supplier;

/**
 * How texts are made of documents, such as the lines of a list of names, which have nothing to do
 * with each other. A model {@linkplain VanillaRnn.Builder#documents of documents} is in the zero
 * state wherever one begins, no gradient goes back from one to the one before, training reads them
 * in a new order each epoch, and the end of a document is something that the model predicts.
 *
 * <pre>{@code
 * EncodedText names = Documents.lines().read(Path.of("names.txt"));
 * VanillaRnn rnn = VanillaRnn.builder(names.vocab()).documents(Documents.lines()).build();
 * VanillaRnn best = Trainer.of(rnn).trainEpochs(names, 10).best();
 * List<String> invented = Sampler.of(best).documents(30).limit(20).toList();
 * }</pre>
 *
 * <p>In an {@link EncodedText} a symbol of its own, the boundary, stands before the first document
 * and after every one. Empty documents are left out.
 *
 * <p>Immutable, and safe for use by many threads.
 *
 * @since 0.1
 */
public final class Documents {
  /** The most characters of a delimiter, {@value}. */
  public static final int LONGEST = 32;

  /** The boundary where the delimiter is not one symbol: INFORMATION SEPARATOR TWO. */
  private static final int RECORD_SEPARATOR = 0x1e;

  private static final String LINE_FEED = "\n";

  private final String delimiter;

  private Documents(String delimiter) {
    this.delimiter = delimiter;
  }

  /**
   * {@return documents that end wherever a delimiter stands in a file, and where the file ends}
   *
   * @param delimiter at most {@value #LONGEST} characters; without any, every file is one document
   * @throws IllegalArgumentException if the delimiter has more than {@value #LONGEST} characters,
   *     or half a surrogate pair
   */
  public static Documents delimitedBy(String delimiter) {
    CharVocab.requireWhole(Objects.requireNonNull(delimiter, "delimiter"));
    int length = delimiter.codePointCount(0, delimiter.length());
    if (length > LONGEST) {
      throw new IllegalArgumentException(
          "the delimiter has " + length + " characters, must have at most " + LONGEST);
    }
    return new Documents(delimiter);
  }

  /**
   * {@return documents that are lines} A carriage return before a line feed belongs to the line's
   * end.
   */
  public static Documents lines() {
    return new Documents(LINE_FEED);
  }

  /** {@return documents that are whole files} */
  public static Documents files() {
    return new Documents("");
  }

  /** {@return what ends a document in a file; empty if every file is one document} */
  public String delimiter() {
    return delimiter;
  }

  /** {@return whether every line is a document} */
  public boolean areLines() {
    return delimiter.equals(LINE_FEED);
  }

  /**
   * {@return the code point of the symbol that ends a document: the delimiter, if that is one
   * symbol, or else U+001E}
   */
  public int boundary() {
    return delimiter.codePointCount(0, delimiter.length()) == 1
        ? delimiter.codePointAt(0)
        : RECORD_SEPARATOR;
  }

  /**
   * Reads documents from UTF-8 files and finds their vocabulary.
   *
   * @param files in the order in which their documents are to stand; a document ends where its file
   *     does
   * @return all documents as one text, a boundary before the first and after each
   * @throws java.io.CharConversionException if a file is not UTF-8, with the byte's offset
   * @throws IllegalArgumentException if there is no document, if one has the boundary in it, or for
   *     the reasons of {@link CharVocab#of(int...)}
   * @throws IOException if a file cannot be read
   */
  public EncodedText read(Path... files) throws IOException {
    Objects.requireNonNull(files, "files");
    return read(reader(), Nulls.copyWithout(Arrays.asList(files), "files"));
  }

  /**
   * Reads documents from UTF-8 files with a given vocabulary; otherwise like {@link
   * #read(Path...)}.
   *
   * @param files in the order in which their documents are to stand
   * @param vocab of the boundary and of what the documents are made of
   * @param unknown what to do with symbols that the vocabulary does not have
   * @return all documents as one text, a boundary before the first and after each
   * @throws java.io.CharConversionException if a file is not UTF-8, with the byte's offset
   * @throws UnknownSymbolException if there is an unknown symbol and the policy is to fail
   * @throws IllegalArgumentException if there is no document, if one has the boundary in it, if the
   *     vocabulary does not have the boundary, or if the policy's replacement is not in the
   *     vocabulary
   * @throws IOException if a file cannot be read
   */
  public EncodedText read(List<Path> files, CharVocab vocab, UnknownSymbols unknown)
      throws IOException {
    List<Path> all = Nulls.copyWithout(files, "files");
    return read(reader(vocab, unknown), all);
  }

  private static EncodedText read(Reader reader, List<Path> files) throws IOException {
    for (Path file : files) {
      try (InputStream in = Files.newInputStream(file)) {
        reader.read(in, file.toString());
      }
    }
    return reader.finish();
  }

  /**
   * {@return documents that are in memory already as one text, in the vocabulary that they have}
   * The delimiter is not looked for: each is one document, as it is.
   *
   * @param documents in the order in which they are to stand; empty ones are left out
   * @throws IllegalArgumentException if there is no document, if one has the boundary in it or half
   *     a surrogate pair, or for the reasons of {@link CharVocab#of(int...)}
   */
  public EncodedText of(Iterable<? extends CharSequence> documents) {
    Objects.requireNonNull(documents, "documents");
    Reader reader = reader();
    int index = 0;
    for (CharSequence document : documents) {
      reader.add(Objects.requireNonNull(document, "documents[" + index + "]"));
      index++;
    }
    return reader.finish();
  }

  /** {@return a reader of documents whose vocabulary it finds} */
  public Reader reader() {
    EncodedText.Discoverer discoverer = new EncodedText.Discoverer();
    return new Reader(this, discoverer, discoverer::finish);
  }

  /**
   * {@return a reader of documents in a given vocabulary}
   *
   * @param vocab of the boundary and of what the documents are made of
   * @param unknown what to do with symbols that the vocabulary does not have
   * @throws IllegalArgumentException if the vocabulary does not have the boundary
   */
  public Reader reader(CharVocab vocab, UnknownSymbols unknown) {
    Objects.requireNonNull(vocab, "vocab");
    Objects.requireNonNull(unknown, "unknown");
    requireIn(vocab);
    EncodedText.Encoder encoder = new EncodedText.Encoder(vocab, unknown);
    return new Reader(this, encoder, encoder::finish);
  }

  /** The number of the boundary in a vocabulary. */
  int requireIn(CharVocab vocab) {
    int symbol = vocab.symbolOf(boundary());
    if (symbol < 0) {
      throw new IllegalArgumentException(
          "the vocabulary has no "
              + CharVocab.describe(boundary())
              + ", which ends the documents: Documents reads texts that have it");
    }
    return symbol;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Documents that && delimiter.equals(that.delimiter);
  }

  @Override
  public int hashCode() {
    return delimiter.hashCode();
  }

  @Override
  public String toString() {
    if (areLines()) {
      return "lines";
    }
    return delimiter.isEmpty()
        ? "files"
        : "documents with the delimiter \"" + delimiter.replace("\n", "\\n") + "\"";
  }

  /**
   * Puts documents together, from wherever they come. Not safe for use by several threads at a
   * time.
   *
   * @since 0.1
   */
  public static final class Reader {
    private final int[] delimiter;
    private final KnuthMorrisPratt search;
    private final int boundary;
    private final boolean lines;
    private final IntConsumer out;
    private final Supplier<EncodedText> finish;
    private String source = "a document";
    private boolean carriageReturn; // one that was read last, and may belong to a line's end
    private long length; // of the present document
    private long count;

    private Reader(Documents how, IntConsumer out, Supplier<EncodedText> finish) {
      delimiter = how.delimiter.codePoints().toArray();
      search = new KnuthMorrisPratt(delimiter);
      boundary = how.boundary();
      lines = how.areLines();
      this.out = out;
      this.finish = finish;
      out.accept(boundary);
    }

    /**
     * Adds one document, as it is: the delimiter is not looked for.
     *
     * @param document left out if it is empty
     * @throws UnknownSymbolException if the vocabulary was given, does not have a symbol, and the
     *     policy is to fail
     * @throws IllegalArgumentException if the document has the boundary in it, or half a surrogate
     *     pair, or if the policy's replacement is not in the vocabulary
     */
    public void add(CharSequence document) {
      Objects.requireNonNull(document, "document");
      CharVocab.requireWhole(document);
      source = "a document";
      document.codePoints().forEach(this::take);
      end();
    }

    /**
     * Reads UTF-8 to the end of a stream, which stays open, and ends the last document there.
     *
     * @param in of any number of documents, each ended by the delimiter or by the end of the stream
     * @param name what to call the stream in messages
     * @throws java.io.CharConversionException if the stream is not UTF-8, with the byte's offset
     * @throws UnknownSymbolException if the vocabulary was given, does not have a symbol, and the
     *     policy is to fail
     * @throws IllegalArgumentException if a document has the boundary in it, or if the policy's
     *     replacement is not in the vocabulary
     * @throws IOException if the stream throws it
     */
    public void read(InputStream in, String name) throws IOException {
      Objects.requireNonNull(in, "in");
      Objects.requireNonNull(name, "name");
      source = name;
      Utf8.decode(in, name, this::accept);
      takeDelimiter(search.matched());
      search.clear();
      takeCarriageReturn();
      end();
    }

    /** {@return how many documents there are so far, without empty ones} */
    public long count() {
      return count;
    }

    /**
     * {@return all documents so far as one text, a boundary before the first and after each} The
     * reader is of no use afterwards.
     *
     * @throws IllegalArgumentException if there is no document, or, where the reader finds the
     *     vocabulary, for the reasons of {@link CharVocab#of(int...)}
     */
    public EncodedText finish() {
      if (count == 0) {
        throw new IllegalArgumentException("there is no document, must be at least 1");
      }
      return finish.get();
    }

    private void accept(int codePoint) {
      int before = search.matched();
      if (search.accept(codePoint)) {
        search.clear();
        carriageReturn = false;
        end();
        return;
      }
      takeCarriageReturn();
      int taken = before + 1 - search.matched(); // of what looked like a delimiter, and this
      takeDelimiter(Math.min(taken, before));
      if (taken > before) {
        if (lines && codePoint == '\r') {
          carriageReturn = true;
        } else {
          take(codePoint);
        }
      }
    }

    /** The first symbols of what looked like a delimiter. */
    private void takeDelimiter(int symbols) {
      for (int i = 0; i < symbols; i++) {
        take(delimiter[i]);
      }
    }

    private void takeCarriageReturn() {
      if (carriageReturn) {
        carriageReturn = false;
        take('\r');
      }
    }

    private void take(int codePoint) {
      if (codePoint == boundary) {
        throw new IllegalArgumentException(
            source + " has " + CharVocab.describe(boundary) + " in it, which ends documents here");
      }
      out.accept(codePoint);
      length++;
    }

    private void end() {
      if (length > 0) {
        out.accept(boundary);
        count++;
        length = 0;
      }
    }
  }
}
