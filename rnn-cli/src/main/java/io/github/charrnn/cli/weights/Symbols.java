package io.github.charrnn.cli.weights;

import com.google.gson.JsonElement;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import io.github.charrnn.CharVocab;
import io.github.charrnn.Documents;
import io.github.charrnn.VanillaRnn;
import io.github.charrnn.cli.files.Sources;
import io.github.charrnn.cli.files.TextSource;
import io.github.charrnn.cli.output.Terminal;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The symbols that weights are of, in the order of the weights, which may be any.
 *
 * @param source where they are from, for messages
 * @param codePoints each of them once
 * @param documents what the model's texts are made of, if that is known
 */
@SuppressWarnings("ArrayRecordComponent") // nobody compares them
public record Symbols(String source, int[] codePoints, Optional<Documents> documents) {
  /** The key of the metadata, and the array, that has all symbols in order. */
  public static final String VOCABULARY = "vocabulary";

  private static final String MODEL = ".safetensors";
  private static final String JSON = ".json";

  /** The same for what ends a document. */
  public static final String DELIMITER = "delimiter";

  /**
   * Checks that they can be a vocabulary.
   *
   * @throws IllegalArgumentException if they cannot
   */
  public Symbols {
    if (codePoints.length < 2 || codePoints.length > CharVocab.MAX_SIZE) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%s has %,d symbols, must have from 2 to %,d",
              source,
              codePoints.length,
              CharVocab.MAX_SIZE));
    }
    Map<Integer, Integer> places = new HashMap<>();
    for (int i = 0; i < codePoints.length; i++) {
      int codePoint = codePoints[i];
      Integer other = places.put(codePoint, i);
      if (other != null) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "%s has the symbol U+%04X twice, as number %d and %d, must have each once: it is a"
                    + " list of the symbols, not a text",
                source,
                codePoint,
                other,
                i));
      }
      if (!Character.isValidCodePoint(codePoint)
          || (codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE)) {
        throw new IllegalArgumentException(
            source + ": symbol " + i + " is no Unicode character that can stand alone");
      }
    }
  }

  /**
   * Reads a vocabulary: JSON if the file's name ends in .json, that of a model if it ends in
   * .safetensors, or else a text of nothing but the symbols.
   */
  public static Symbols read(Terminal terminal, String name) throws IOException {
    if (name.endsWith(MODEL)) {
      Map<String, String> metadata = SafetensorsFile.read(Path.of(name)).metadata();
      return of(name, metadata)
          .orElseThrow(
              () ->
                  new IOException(
                      name + " has no vocabulary in its metadata: name a list of the symbols"));
    }
    String text = Sources.string(terminal, name);
    if (name.endsWith(JSON)) {
      return new Symbols(name, json(name, text), Optional.empty());
    }
    int[] codePoints = text.codePoints().toArray();
    int mark = codePoints.length > 0 && codePoints[0] == 0xFEFF ? 1 : 0; // as in any text
    return new Symbols(
        name, Arrays.copyOfRange(codePoints, mark, codePoints.length), Optional.empty());
  }

  /** The same where their order means nothing, so that a text may be any. */
  private static CharVocab vocabulary(Terminal terminal, String name) throws IOException {
    if (name.endsWith(MODEL) || name.endsWith(JSON)) {
      return CharVocab.of(read(terminal, name).codePoints);
    }
    try {
      return TextSource.of(name, Optional.empty()).read(terminal).vocab();
    } catch (IllegalArgumentException e) { // which does not say of what
      throw new IOException(name + ": " + e.getMessage(), e);
    }
  }

  /** The same with what ends a document, if the texts are made of such. */
  public static CharVocab vocabulary(Terminal terminal, String name, Optional<Documents> documents)
      throws IOException {
    CharVocab vocab = vocabulary(terminal, name);
    return documents.isEmpty() || vocab.symbolOf(documents.get().boundary()) >= 0
        ? vocab
        : vocab.and(CharVocab.of(vocab.codePointOf(0), documents.get().boundary()));
  }

  /** Those that the weights bring with them. */
  public static Optional<Symbols> of(WeightFiles weights) throws IOException {
    Map<String, String> metadata = new HashMap<>(weights.metadata());
    for (Stored array : weights.tensors()) {
      if (isText(array)) {
        metadata.put(array.name(), text(array));
      }
    }
    return of("the vocabulary beside the weights", metadata);
  }

  private static Optional<Symbols> of(String source, Map<String, String> metadata) {
    return Optional.ofNullable(metadata.get(VOCABULARY))
        .map(
            symbols ->
                new Symbols(
                    source,
                    symbols.codePoints().toArray(),
                    Optional.ofNullable(metadata.get(DELIMITER)).map(Documents::delimitedBy)));
  }

  /** Whether an array is of code points, and no weights. */
  static boolean isText(Stored array) {
    return array.name().equals(VOCABULARY) || array.name().equals(DELIMITER);
  }

  private static String text(Stored array) throws IOException {
    if (!array.dtype().equals(Dtype.I64.name()) || array.shape().size() != 1) {
      throw new IOException(
          array.shown()
              + " in "
              + array.file()
              + " is of "
              + Stored.printable(array.dtype())
              + ", must be a row of I64, a code point each: numpy.array([ord(c) for c in symbols],"
              + " 'int64')");
    }
    StringBuilder text = new StringBuilder();
    for (double number : array.data().read()) {
      boolean half = number >= Character.MIN_SURROGATE && number <= Character.MAX_SURROGATE;
      if (half || !(number >= 0 && number <= Character.MAX_CODE_POINT)) {
        throw new IOException(
            array.name() + " in " + array.file() + " has " + number + ", must be code points");
      }
      text.appendCodePoint((int) number);
    }
    return text.toString();
  }

  /** What a file says of those of a model, by its keys. */
  public static Map<String, String> of(VanillaRnn rnn) {
    Map<String, String> about = new LinkedHashMap<>();
    about.put(VOCABULARY, rnn.vocab().symbols());
    rnn.documents().ifPresent(it -> about.put(DELIMITER, it.delimiter()));
    return about;
  }

  /** An array as one of code points. */
  static Tensor tensor(String name, String text) {
    double[] codePoints = text.codePoints().asDoubleStream().toArray();
    return new Tensor(name, Dtype.I64, List.of((long) codePoints.length), codePoints);
  }

  /** An array of strings, or an object that has the number of each. */
  private static int[] json(String name, String text) throws IOException {
    try {
      JsonElement json = JsonParser.parseString(text);
      List<String> symbols = new ArrayList<>();
      if (json.isJsonArray()) {
        for (JsonElement symbol : json.getAsJsonArray()) {
          symbols.add(string(symbol));
        }
      } else {
        Map<String, JsonElement> numbers = json.getAsJsonObject().asMap();
        symbols.addAll(Collections.nCopies(numbers.size(), ""));
        for (Map.Entry<String, JsonElement> entry : numbers.entrySet()) {
          int number = entry.getValue().getAsBigDecimal().intValueExact();
          if (number < 0 || number >= symbols.size() || !symbols.get(number).isEmpty()) {
            throw new IOException(
                String.format(
                    Locale.ROOT,
                    "%s gives the symbol \"%s\" the number %d, must give each of %d symbols one of"
                        + " its own from 0 on",
                    name,
                    Stored.printable(entry.getKey()),
                    number,
                    symbols.size()));
          }
          symbols.set(number, entry.getKey());
        }
      }
      for (int i = 0; i < symbols.size(); i++) {
        String symbol = symbols.get(i);
        if (symbol.codePointCount(0, symbol.length()) != 1) {
          throw new IOException(
              String.format(
                  Locale.ROOT,
                  "%s: symbol %d is \"%s\", must be one character",
                  name,
                  i,
                  Stored.printable(symbol)));
        }
      }
      return symbols.stream().mapToInt(symbol -> symbol.codePointAt(0)).toArray();
    } catch (JsonParseException
        | IllegalStateException
        | NumberFormatException
        | ArithmeticException
        | UnsupportedOperationException e) {
      throw new IOException(
          name
              + " is no vocabulary in JSON: it must be an array of strings, as in [\"a\", \"b\"], or"
              + " an object of numbers, as in {\"a\": 0, \"b\": 1}",
          e);
    }
  }

  private static String string(JsonElement symbol) {
    if (symbol instanceof JsonPrimitive primitive && primitive.isString()) {
      return primitive.getAsString();
    }
    throw new IllegalStateException("no string");
  }

  /** For each symbol in the order of code points, its number here. */
  int[] ascending() {
    return IntStream.range(0, codePoints.length)
        .boxed()
        .sorted((a, b) -> Integer.compare(codePoints[a], codePoints[b]))
        .mapToInt(Integer::intValue)
        .toArray();
  }
}
