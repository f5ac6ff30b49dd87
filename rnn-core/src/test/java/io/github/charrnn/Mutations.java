package io.github.charrnn;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** Makes files that are wrong in their structure out of files that are right. */
final class Mutations {
  private static final Pattern NUMBER = Pattern.compile("-?\\d+");
  private static final Pattern STRING = Pattern.compile("\"[^\"]*\"");
  private static final Pattern MEMBER =
      Pattern.compile("\"([^\"]*)\":(\"[^\"]*\"|\\{[^{}]*\\}|\\[[^\\]]*\\])");
  private static final Pattern OFFSETS = Pattern.compile("\"data_offsets\":\\[(\\d+),(\\d+)\\]");
  private static final Pattern SHAPE = Pattern.compile("\"shape\":\\[([\\d,]*)\\]");

  private static final List<String> NUMBERS =
      List.of(
          "0",
          "1",
          "-1",
          "2",
          "7",
          "8",
          "00",
          "01",
          "-0",
          "1.0",
          "1e3",
          "65536",
          "65537",
          "46300",
          "46301",
          "2147483647",
          "2147483648",
          "4294967296",
          "9223372036854775807",
          "9223372036854775808",
          "-9223372036854775808",
          "18446744073709551616",
          "9".repeat(400),
          "NaN",
          "Infinity",
          "-Infinity",
          "1E400",
          "1e-400",
          "0x10",
          " 3",
          "null",
          "true",
          "[]",
          "{}",
          "\"3\"",
          "");
  private static final List<String> STRINGS =
      List.of(
          "\"\"",
          "\"U\"",
          "\"F32\"",
          "\"F64\"",
          "\"BF16\"",
          "\"best.U\"",
          "\"memory.c\"",
          "\"state\"",
          "\"step\"",
          "\"sha256\"",
          "\"format\"",
          "\"plannedSteps\"",
          "\"\\u0041\"",
          "\"\\ud800\"",
          "\"\\udc00\\ud800\"",
          "\"\\q\"",
          "\"\\u12\"",
          "\"\t\"",
          "\"\u0080\"",
          "\"\u00c0\u0080\"",
          "\"\u00ed\u00a0\u0080\"",
          "\"\u00f4\u0090\u0080\u0080\"",
          "null",
          "0",
          "\"a\u0000b\"",
          "\"" + "x".repeat(5_000) + "\"",
          "\"0\"",
          "\"NaN\"",
          "\"Infinity\"",
          "\"-1\"",
          "\"1E+9\"",
          "\"99999999999999999999\"");
  private static final List<String> TOKENS =
      List.of(
          "{",
          "}",
          "[",
          "]",
          ",",
          ":",
          "\"",
          "\\",
          "\\u",
          "null",
          "true",
          "-1",
          "1e5",
          " ",
          "\n",
          "\u0000",
          "\u00ff",
          "\u00ef\u00bb\u00bf",
          "[".repeat(3_000),
          "{\"a\":".repeat(500),
          "\"a\":1,".repeat(300),
          "\"x\":{\"dtype\":\"F64\",\"shape\":[0],\"data_offsets\":[0,0]},");
  private static final double[] DOUBLES = {
    Double.NaN,
    Double.POSITIVE_INFINITY,
    Double.NEGATIVE_INFINITY,
    Double.MAX_VALUE,
    -1,
    2,
    Double.MIN_VALUE,
    -0.0
  };

  private final Random random;

  Mutations(long seed) {
    random = new Random(seed);
  }

  /** One to three mutations of a file, and then, mostly, the right checksum. */
  byte[] mutate(byte[] file) {
    String header = SignedFile.unsignedHeader(file);
    byte[] data = SignedFile.data(file);
    for (int i = random.nextInt(3); i >= 0; i--) {
      switch (random.nextInt(15)) {
        case 0, 1 -> header = replace(header, NUMBER, pick(NUMBERS));
        case 2, 3 -> header = replace(header, STRING, pick(STRINGS));
        case 4, 5 -> header = duplicate(header);
        case 6 -> header = replace(header, MEMBER, "");
        case 7 -> header = insert(header, pick(TOKENS));
        case 8 -> header = move(header);
        case 9, 10 -> header = offsets(header);
        case 11 -> header = shape(header);
        case 12 -> header = exchange(header);
        case 13 -> data = resize(data);
        default -> data = replaceDouble(data);
      }
    }
    byte[] result = SignedFile.assemble(header, data);
    if (random.nextInt(20) == 0) {
      long[] lengths = {0, 1, -1, header.length() + 8L, header.length() - 8L, 1 << 20, 1L << 62};
      long length = lengths[random.nextInt(lengths.length)];
      ByteBuffer.wrap(result).order(ByteOrder.LITTLE_ENDIAN).putLong(length);
    }
    return random.nextInt(50) == 0 ? result : SignedFile.signed(result);
  }

  private <T> T pick(List<T> list) {
    return list.get(random.nextInt(list.size()));
  }

  private MatchResult find(String header, Pattern pattern) {
    List<MatchResult> all = pattern.matcher(header).results().toList();
    return all.isEmpty()
        ? Pattern.compile("^").matcher(header).results().toList().get(0)
        : pick(all);
  }

  private String replace(String header, Pattern pattern, String by) {
    MatchResult found = find(header, pattern);
    return header.substring(0, found.start()) + by + header.substring(found.end());
  }

  /** The same member again, plain or with an escape in its name, that says the same or not. */
  private String duplicate(String header) {
    MatchResult found = find(header, MEMBER);
    String member = found.group();
    if (member.length() > 3 && random.nextBoolean()) {
      String escape = String.format(Locale.ROOT, "\"\\u%04x", (int) member.charAt(1));
      member = escape + member.substring(2);
    }
    if (random.nextBoolean()) {
      member = replace(member, NUMBER, pick(NUMBERS));
    }
    return header.substring(0, found.start()) + member + "," + header.substring(found.start());
  }

  private String insert(String header, String token) {
    int at = random.nextInt(header.length() + 1);
    return header.substring(0, at) + token + header.substring(at);
  }

  /** A piece is cut out, and put in elsewhere or not. */
  private String move(String header) {
    if (header.isEmpty()) {
      return "x";
    }
    int from = random.nextInt(header.length());
    int to = Math.min(header.length(), from + 1 + random.nextInt(60));
    String rest = header.substring(0, from) + header.substring(to);
    return random.nextBoolean() ? rest : insert(rest, header.substring(from, to));
  }

  /** Holes, overlaps, reversed and shifted ranges. */
  private String offsets(String header) {
    MatchResult found = find(header, OFFSETS);
    if (found.groupCount() < 2) {
      return header;
    }
    long begin = Long.parseLong(found.group(1).substring(0, Math.min(15, found.group(1).length())));
    long end = Long.parseLong(found.group(2).substring(0, Math.min(15, found.group(2).length())));
    long shift = 8L * (1 + random.nextInt(9)) * (random.nextBoolean() ? 1 : -1);
    String changed =
        switch (random.nextInt(5)) {
          case 0 -> (begin + shift) + "," + (end + shift);
          case 1 -> begin + "," + (end + shift);
          case 2 -> (begin + shift) + "," + end;
          case 3 -> end + "," + begin;
          default -> begin + "," + end + "," + end;
        };
    return header.substring(0, found.start())
        + "\"data_offsets\":["
        + changed
        + "]"
        + header.substring(found.end());
  }

  private String shape(String header) {
    List<String> shapes =
        List.of(
            "",
            "0",
            "1",
            "3",
            "2,3",
            "3,2",
            "6",
            "1,6",
            "6,1",
            "2,3,1",
            "0,0",
            "4294967296,4294967296",
            "9223372036854775807,2",
            "3037000500,3037000500");
    return replace(header, SHAPE, "\"shape\":[" + pick(shapes) + "]");
  }

  /** Two members change places. */
  private String exchange(String header) {
    MatchResult one = find(header, MEMBER);
    MatchResult two = find(header, MEMBER);
    if (one.end() > two.start()) {
      return header;
    }
    return header.substring(0, one.start())
        + two.group()
        + header.substring(one.end(), two.start())
        + one.group()
        + header.substring(two.end());
  }

  private byte[] resize(byte[] data) {
    int length = Math.max(0, data.length + random.nextInt(33) - 16);
    return Arrays.copyOf(data, length);
  }

  private byte[] replaceDouble(byte[] data) {
    byte[] result = data.clone();
    if (result.length >= 8) {
      int at = 8 * random.nextInt(result.length / 8);
      double x = DOUBLES[random.nextInt(DOUBLES.length)];
      ByteBuffer.wrap(result).order(ByteOrder.LITTLE_ENDIAN).putDouble(at, x);
    }
    return result;
  }

  /**
   * What the tests start from: a model, a trained one, and checkpoints of both optimizers, most of
   * them with samples and a held-out text.
   */
  static List<byte[]> originals(Path directory) throws IOException {
    List<byte[]> result = new ArrayList<>();
    Path file = directory.resolve("original");
    String text = "abcabbacabccab".repeat(3);
    VanillaRnn model = VanillaRnn.builder(CharVocab.of(text)).hiddenSize(2).build();
    model.save(file);
    result.add(Files.readAllBytes(file));
    Trainer.of(model).sequenceLength(5).train(text, 9).last().save(file);
    result.add(Files.readAllBytes(file));
    for (String optimizer : Optimizer.names()) {
      for (long steps : new long[] {0, 3, 40}) {
        Files.delete(file);
        Trainer trainer =
            Trainer.of(model)
                .sequenceLength(5)
                .batchSize(2)
                .learningRate(0.9)
                .optimizer(Optimizer.named(optimizer))
                .checkpoint(file, 100);
        if (steps > 0) {
          trainer.samples(2, 3).validation(model.vocab().encode("cab"), 20);
        }
        trainer.train(text, steps);
        result.add(Files.readAllBytes(file));
      }
    }
    return result;
  }
}
