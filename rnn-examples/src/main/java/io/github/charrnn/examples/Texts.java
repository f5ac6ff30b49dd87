package io.github.charrnn.examples;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** What the examples read where no file is named. The same seed gives the same lines. */
final class Texts {
  private static final String LETTERS_AND_DIGITS = "abcdefghijklmnopqrstuvwxyz0123456789";

  private Texts() {}

  /** Given names of several languages. */
  static List<String> names() throws IOException {
    return resource("names.txt");
  }

  /** English words. */
  static List<String> words() throws IOException {
    return resource("words.txt");
  }

  private static List<String> resource(String name) throws IOException {
    InputStream in = Objects.requireNonNull(Texts.class.getResourceAsStream(name), name);
    try (BufferedReader reader = new BufferedReader(new InputStreamReader(in, UTF_8))) {
      return reader.lines().toList();
    }
  }

  /** Lines that a web service could log, of a few kinds. */
  static List<String> log(long seed, int count) {
    Random random = new Random(seed);
    return lines(
        count,
        () -> {
          int small = 1 + random.nextInt(4);
          int large = 1_000 + random.nextInt(9_000);
          return switch (random.nextInt(6)) {
            case 0 -> "INFO [worker-" + small + "] POST /api/orders 201 in " + large / 100 + " ms";
            case 1 -> "INFO [pool-" + small + "] connection from 10.0." + small + "." + large / 50;
            case 2 -> "INFO [pool-" + small + "] connection closed after " + large + " ms";
            case 3 -> "WARN [worker-" + small + "] slow: /api/orders/" + large + " in 2000 ms";
            default -> "INFO [worker-" + small + "] GET /api/orders/" + large + " 200 in 15 ms";
          };
        });
  }

  /** Domains of two words. */
  static List<String> domains(List<String> words, long seed, int count) {
    Random random = new Random(seed);
    return lines(count, () -> any(random, words) + any(random, words) + ending(random));
  }

  /** Domains such as malware makes up, to find its masters. */
  static List<String> madeUpDomains(long seed, int count) {
    Random random = new Random(seed);
    List<String> symbols = LETTERS_AND_DIGITS.chars().mapToObj(Character::toString).toList();
    return lines(
        count,
        () -> {
          int length = 8 + random.nextInt(8);
          return String.join("", lines(length, () -> any(random, symbols))) + ending(random);
        });
  }

  private static String ending(Random random) {
    return any(random, List.of(".com", ".net", ".org", ".io"));
  }

  /** What travellers type into a search field. */
  static List<String> searches(long seed, int count) {
    Random random = new Random(seed);
    List<String> verbs = List.of("book", "cancel", "change", "compare", "find");
    List<String> things = List.of("flight", "ferry", "hotel", "hostel", "train", "rental car");
    List<String> places = List.of("berlin", "bergen", "lisbon", "london", "madrid", "malmo");
    List<String> ends = List.of("", " for two", " with a dog", " tomorrow", " next weekend");
    return lines(
        count,
        () ->
            any(random, verbs)
                + (" a " + any(random, things))
                + (" in " + any(random, places))
                + any(random, ends));
  }

  private static List<String> lines(int count, Supplier<String> line) {
    return Stream.generate(line).limit(count).toList();
  }

  private static String any(Random random, List<String> of) {
    return of.get(random.nextInt(of.size()));
  }
}
