package io.github.charrnn.internal;

import io.github.charrnn.ModelFormatException;
import io.github.charrnn.internal.Header.Section;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.ObjLongConsumer;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;

/**
 * A key of a file's metadata: the part that it belongs to, how its value is found in a {@link
 * Header} and put there, and what it may be.
 */
final class Field {
  /** How a value is written. */
  enum Kind {
    WHOLE,
    REAL,
    TEXT
  }

  /** Reads a value and puts it into a header. */
  private interface Reader {
    void read(Metadata metadata, Header header) throws ModelFormatException;
  }

  /** What a whole number must be within, as other values have it. */
  private record Bounds(ToLongFunction<Header> least, ToLongFunction<Header> most, boolean last) {
    long min(Header header) {
      return least.applyAsLong(header);
    }

    long max(Header header) {
      return most.applyAsLong(header);
    }

    void check(String key, Metadata metadata, Header header) throws ModelFormatException {
      metadata.integer(key, min(header), max(header));
    }
  }

  /** What a value must be, as other values have it. */
  private record Condition(String words, Predicate<Header> holds) {}

  /** Puts a number into a header. */
  interface RealSetter {
    void set(Header header, double value);
  }

  /** Puts a text into a header. */
  interface TextSetter {
    void set(Header header, String value);
  }

  private static final int FIRST_VERSION = 1;

  final String key;
  final Kind kind;
  final String words; // what the value must be, whatever the others are
  final Predicate<String> holds; // whether it is, once it is well-formed
  private final Section section;
  private final Function<Header, String> writer;
  private final Reader reader;
  private int since = FIRST_VERSION;
  private Predicate<Header> absent = header -> false;
  private Optional<Bounds> bounds = Optional.empty();
  private Optional<Condition> condition = Optional.empty();

  private Field(
      String key,
      Section section,
      Kind kind,
      String words,
      Predicate<String> holds,
      Function<Header, String> writer,
      Reader reader) {
    this.key = key;
    this.section = section;
    this.kind = kind;
    this.words = words;
    this.holds = holds;
    this.writer = writer;
    this.reader = reader;
  }

  /** A whole number from min to max. */
  static Field whole(
      Section section,
      String key,
      long min,
      long max,
      ToLongFunction<Header> get,
      ObjLongConsumer<Header> set) {
    return new Field(
        key,
        section,
        Kind.WHOLE,
        Metadata.whole(min, max),
        text -> Long.parseLong(text) >= min && Long.parseLong(text) <= max,
        header -> Long.toString(get.applyAsLong(header)),
        (metadata, header) -> set.accept(header, metadata.integer(key, min, max)));
  }

  /** A number in a range. */
  static Field real(
      Section section, String key, Range range, ToDoubleFunction<Header> get, RealSetter set) {
    return new Field(
        key,
        section,
        Kind.REAL,
        range.words(),
        text -> range.holds().test(Double.parseDouble(text)),
        header -> Decimal.shortest(get.applyAsDouble(header)),
        (metadata, header) -> {
          double value = metadata.number(key);
          if (!range.holds().test(value)) {
            throw metadata.wrong(key, range.words());
          }
          set.set(header, value);
        });
  }

  /** One of a few names. */
  static Field name(
      Section section,
      String key,
      List<String> names,
      Function<Header, String> get,
      TextSetter set) {
    return text(section, key, Named.or(names), names::contains, get, set);
  }

  /** A SHA-256 in hexadecimal. */
  static Field hash(Section section, String key, Function<Header, String> get, TextSetter set) {
    return text(section, key, "64 hexadecimal digits", x -> x.matches("[0-9a-f]{64}"), get, set);
  }

  /** A text with a condition. */
  static Field text(
      Section section,
      String key,
      String words,
      Predicate<String> holds,
      Function<Header, String> get,
      TextSetter set) {
    return new Field(
        key,
        section,
        Kind.TEXT,
        words,
        holds,
        get,
        (metadata, header) -> {
          String value = metadata.text(key);
          if (!holds.test(value)) {
            throw metadata.wrong(key, words);
          }
          set.set(header, value);
        });
  }

  /**
   * The key exists since a later format version, and is written only where its value is not what
   * files without it mean.
   *
   * @param isDefault whether a header has that value
   */
  Field since(int version, Predicate<Header> isDefault) {
    since = version;
    absent = isDefault;
    return this;
  }

  /** The value, a whole number, must be within bounds that depend on others. */
  Field between(ToLongFunction<Header> min, ToLongFunction<Header> max) {
    bounds = Optional.of(new Bounds(min, max, false));
    return this;
  }

  /** The value, a whole number, must be the one that others imply, once these are checked. */
  Field implied(ToLongFunction<Header> by) {
    bounds = Optional.of(new Bounds(by, by, true));
    return this;
  }

  /** The value must go with others. */
  Field must(String be, Predicate<Header> hold) {
    condition = Optional.of(new Condition(be, hold));
    return this;
  }

  Section section() {
    return section;
  }

  int since() {
    return since;
  }

  /** Whether the file of a header has the key. */
  boolean isWritten(Header header) {
    return !absent.test(header);
  }

  /** The value as it is written. */
  String value(Header header) {
    return writer.apply(header);
  }

  void read(Metadata metadata, Header header) throws ModelFormatException {
    if (since == FIRST_VERSION || metadata.has(key)) {
      try {
        reader.read(metadata, header);
      } catch (IllegalArgumentException e) { // it does not go with those that were read before
        throw Safetensors.wrong(String.valueOf(e.getMessage()));
      }
    }
  }

  /** What the value must be, as the other values of a header have it. */
  String wordsFor(Header header) {
    return condition
        .map(Condition::words)
        .or(() -> bounds.map(it -> Metadata.whole(it.min(header), it.max(header))))
        .orElse(words);
  }

  /** To be called when all values are read. */
  void checkRange(Metadata metadata, Header header) throws ModelFormatException {
    if (bounds.isPresent() && !bounds.get().last) {
      bounds.get().check(key, metadata, header);
    }
    if (metadata.has(key) && absent.test(header)) {
      throw metadata.wrong(key, "left out where it is the default");
    }
    if (!metadata.has(key) && !absent.test(header)) {
      throw Safetensors.wrong("the metadata has no " + key + ", which goes with the others");
    }
  }

  /** To be called when all ranges are checked. */
  void checkCondition(Metadata metadata, Header header) throws ModelFormatException {
    if (bounds.isPresent() && bounds.get().last) {
      bounds.get().check(key, metadata, header);
    }
    if (condition.isPresent() && !condition.get().holds.test(header)) {
      throw metadata.wrong(key, condition.get().words);
    }
  }
}
