package io.github.charrnn.internal;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.charrnn.CharVocab;
import io.github.charrnn.ModelFormatException;
import io.github.charrnn.Optimizer;
import io.github.charrnn.TrainingSummary;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The model file: safetensors with the tensors U, W, V, b and c, and everything else in its
 * metadata.
 *
 * <pre>
 * 8 bytes           length of the header, little-endian
 * header            JSON, padded with spaces to a multiple of 8 bytes
 * tensors           doubles, little-endian, row-major, one after the other
 * </pre>
 *
 * <p>Metadata, all strings: {@code format} "charrnn", {@code formatVersion} "1", {@code sha256},
 * {@code vocabulary} (the symbols in order), {@code hiddenSize}, {@code seed}, {@code generator},
 * and for a trained model {@code sequenceLength}, {@code batchSize}, {@code learningRate}, {@code
 * clip}, {@code optimizer}, {@code textLength}, {@code step}, {@code smoothLoss}. The checksum is
 * the SHA-256 of the whole file with 64 zeros in its own place.
 *
 * <p>Reading is strict: what is not exactly as described is refused, and sizes are checked against
 * the file's length before anything is allocated.
 */
public final class ModelFile {
  private static final String FORMAT = "charrnn";
  private static final int VERSION = 1;
  private static final int MAX_HEADER = 1 << 20;
  private static final int LENGTH_BYTES = Long.BYTES;
  private static final int BUFFER = 1 << 16;
  private static final String NO_CHECKSUM = "0".repeat(64);
  private static final String METADATA = "__metadata__";
  private static final String SHA256 = "sha256";

  /** Present in every file. */
  private static final List<String> MODEL_KEYS =
      List.of("format", "formatVersion", SHA256, "vocabulary", "hiddenSize", "seed", "generator");

  /** Present in the file of a trained model, all of them. */
  private static final List<String> TRAINING_KEYS =
      List.of(
          "sequenceLength",
          "batchSize",
          "learningRate",
          "clip",
          "optimizer",
          "textLength",
          "step",
          "smoothLoss");

  /** What a model file holds. */
  public record Model(
      CharVocab vocab, Parameters parameters, long seed, Optional<TrainingSummary> training) {}

  /** A tensor: its place in the file, counted from the end of the header. */
  private record Tensor(String name, List<Long> shape, long begin, long end) {}

  private ModelFile() {}

  // Writing

  /** Replaces a file by a model; see {@link SafeFile}. */
  public static void write(Path file, Model model) throws IOException {
    List<double[]> tensors = tensors(model.parameters());
    requireFinite(tensors);
    MessageDigest digest = sha256();
    byte[] unsigned = header(model, NO_CHECKSUM);
    digest.update(lengthPrefix(unsigned));
    digest.update(unsigned);
    forEachBuffer(tensors, digest::update);
    byte[] header = header(model, HexFormat.of().formatHex(digest.digest()));
    SafeFile.replace(
        file,
        channel -> {
          writeFully(channel, lengthPrefix(header));
          writeFully(channel, ByteBuffer.wrap(header));
          forEachBuffer(tensors, buffer -> writeFully(channel, buffer));
        });
  }

  /** SHA-256 of the tensors' bytes as they are in a file. */
  public static String fingerprint(Parameters parameters) {
    MessageDigest digest = sha256();
    try {
      forEachBuffer(tensors(parameters), digest::update);
    } catch (IOException e) {
      throw new AssertionError("a digest does not fail", e);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  /** What read would refuse is not written. */
  private static void requireFinite(List<double[]> tensors) throws IOException {
    for (double[] tensor : tensors) {
      for (double x : tensor) {
        if (!Double.isFinite(x)) {
          throw new IOException(
              "a parameter is " + x + ", must be finite: training has diverged, nothing is saved");
        }
      }
    }
  }

  /** In the equations' orientation and in the order of {@link #shapes}. */
  private static List<double[]> tensors(Parameters p) {
    double[] u = Parameters.transpose(p.vocabSize, p.hiddenSize, p.u);
    return List.of(u, p.w, p.v, p.b, p.c);
  }

  /** Names and shapes of the tensors, in the order in which they are written. */
  private static Map<String, List<Long>> shapes(long m, long k) {
    Map<String, List<Long>> shapes = new LinkedHashMap<>();
    shapes.put("U", List.of(m, k));
    shapes.put("W", List.of(m, m));
    shapes.put("V", List.of(k, m));
    shapes.put("b", List.of(m));
    shapes.put("c", List.of(k));
    return shapes;
  }

  private static byte[] header(Model model, String checksum) {
    StringBuilder json = new StringBuilder("{\"" + METADATA + "\":{");
    String separator = "";
    for (Map.Entry<String, String> entry : metadata(model, checksum).entrySet()) {
      json.append(separator);
      Json.appendString(json, entry.getKey());
      json.append(':');
      Json.appendString(json, entry.getValue());
      separator = ",";
    }
    json.append('}');
    long begin = 0;
    Parameters p = model.parameters();
    for (Map.Entry<String, List<Long>> tensor : shapes(p.hiddenSize, p.vocabSize).entrySet()) {
      long end = begin + byteLength(tensor.getValue());
      json.append(",\"").append(tensor.getKey()).append("\":{\"dtype\":\"F64\",\"shape\":");
      json.append(tensor.getValue().toString().replace(" ", ""));
      json.append(",\"data_offsets\":[").append(begin).append(',').append(end).append("]}");
      begin = end;
    }
    json.append('}');
    byte[] unpadded = json.toString().getBytes(UTF_8);
    int padding = -unpadded.length & (Double.BYTES - 1);
    return json.append(" ".repeat(padding)).toString().getBytes(UTF_8);
  }

  private static Map<String, String> metadata(Model model, String checksum) {
    Map<String, String> metadata = new LinkedHashMap<>();
    metadata.put("format", FORMAT);
    metadata.put("formatVersion", Integer.toString(VERSION));
    metadata.put(SHA256, checksum);
    metadata.put("vocabulary", model.vocab().symbols());
    metadata.put("hiddenSize", Integer.toString(model.parameters().hiddenSize));
    metadata.put("seed", Long.toString(model.seed()));
    metadata.put("generator", Xoshiro256.NAME);
    model
        .training()
        .ifPresent(
            training -> {
              metadata.put("sequenceLength", Integer.toString(training.sequenceLength()));
              metadata.put("batchSize", Integer.toString(training.batchSize()));
              metadata.put("learningRate", decimal(training.learningRate()));
              metadata.put("clip", decimal(training.clip()));
              metadata.put("optimizer", training.optimizer().name().toLowerCase(Locale.ROOT));
              metadata.put("textLength", Long.toString(training.textLength()));
              metadata.put("step", Long.toString(training.step()));
              metadata.put("smoothLoss", decimal(training.smoothLoss()));
            });
    return metadata;
  }

  /**
   * The shortest decimal that reads back as the same double. Not Double.toString: its digits differ
   * between Java 17 and 19.
   */
  private static String decimal(double x) {
    if (Double.isNaN(x) || Double.isInfinite(x)) {
      return Double.toString(x);
    }
    BigDecimal exact = new BigDecimal(x);
    for (int digits = 1; ; digits++) {
      String text = exact.round(new MathContext(digits)).toString();
      if (Double.parseDouble(text) == x) {
        return text;
      }
    }
  }

  private interface BufferSink {
    void accept(ByteBuffer buffer) throws IOException;
  }

  private static void forEachBuffer(List<double[]> tensors, BufferSink sink) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(BUFFER).order(ByteOrder.LITTLE_ENDIAN);
    for (double[] tensor : tensors) {
      for (double x : tensor) {
        if (!buffer.hasRemaining()) {
          sink.accept(buffer.flip());
          buffer.clear();
        }
        buffer.putDouble(x);
      }
    }
    sink.accept(buffer.flip());
  }

  private static ByteBuffer lengthPrefix(byte[] header) {
    return ByteBuffer.allocate(LENGTH_BYTES)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(header.length)
        .flip();
  }

  private static void writeFully(FileChannel channel, ByteBuffer buffer) throws IOException {
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
  }

  // Reading

  /**
   * Reads a model.
   *
   * @throws ModelFormatException if the file is not exactly what {@link #write} writes
   * @throws IllegalArgumentException if the model does not fit into the heap
   */
  public static Model read(Path file) throws IOException {
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      throw new ModelFormatException("not a regular file", 0);
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      long size = channel.size();
      byte[] header = readHeader(channel, size);
      Map<String, Object> members = Json.parseObject(header, LENGTH_BYTES);
      Map<String, String> metadata = checkedMetadata(members);
      CharVocab vocab = checkedVocab(metadata);
      long m = integer(metadata, "hiddenSize", 1, Parameters.MAX_HIDDEN_SIZE);
      long dataStart = (long) LENGTH_BYTES + header.length;
      List<Tensor> tensors = checkedTensors(members, shapes(m, vocab.size()), dataStart, size);
      String what = "the model in " + file;
      Parameters.requireFits(m, vocab.size(), what);
      double twoMoreOfU = 2.0 * m * vocab.size(); // until it is transposed
      Memory.require(Double.BYTES * (Parameters.count(m, vocab.size()) + twoMoreOfU), what);

      MessageDigest digest = sha256();
      digest.update(lengthPrefix(header));
      String checksum = text(metadata, SHA256);
      digest.update(withoutChecksum(header, checksum));
      Parameters parameters = new Parameters((int) m, vocab.size());
      readTensors(channel, tensors, parameters, dataStart, digest);
      if (!HexFormat.of().formatHex(digest.digest()).equals(checksum)) {
        throw new ModelFormatException(
            "the checksum does not match: the file has been altered or damaged", 0);
      }
      return new Model(
          vocab,
          parameters,
          integer(metadata, "seed", Long.MIN_VALUE, Long.MAX_VALUE),
          training(metadata));
    }
  }

  private static byte[] readHeader(FileChannel channel, long size) throws IOException {
    if (size < LENGTH_BYTES) {
      throw new ModelFormatException(
          "not a model: the file has " + size + " bytes, a model has at least " + LENGTH_BYTES, 0);
    }
    ByteBuffer prefix = ByteBuffer.allocate(LENGTH_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    readFully(channel, prefix);
    long length = prefix.getLong(0);
    if (length < 2 || length > MAX_HEADER) {
      throw new ModelFormatException(
          "not a model: the length of its header would be "
              + Long.toUnsignedString(length)
              + ", a model's is from 2 to "
              + MAX_HEADER,
          0);
    }
    if (length > size - LENGTH_BYTES) {
      throw new ModelFormatException(
          "the file is truncated: its header has "
              + length
              + " bytes, only "
              + (size - LENGTH_BYTES)
              + " are left",
          LENGTH_BYTES);
    }
    byte[] header = new byte[(int) length];
    readFully(channel, ByteBuffer.wrap(header));
    return header;
  }

  private static Map<String, String> checkedMetadata(Map<String, Object> members)
      throws ModelFormatException {
    Map<String, String> metadata = new LinkedHashMap<>();
    if (members.get(METADATA) instanceof Map<?, ?> map) {
      for (Map.Entry<?, ?> entry : map.entrySet()) {
        if (!(entry.getKey() instanceof String key && entry.getValue() instanceof String value)) {
          throw wrong("the metadata has a value that is no string");
        }
        metadata.put(key, value);
      }
    }
    if (!FORMAT.equals(metadata.get("format"))) {
      throw wrong("not a model of this library: its metadata has no format \"" + FORMAT + "\"");
    }
    long version = integer(metadata, "formatVersion", 1, Long.MAX_VALUE);
    if (version > VERSION) {
      throw wrong(
          "the model's format version is "
              + version
              + ", this library reads up to "
              + VERSION
              + ": use a newer one");
    }
    List<String> allowed = new ArrayList<>(MODEL_KEYS);
    if (TRAINING_KEYS.stream().anyMatch(metadata::containsKey)) {
      allowed.addAll(TRAINING_KEYS);
    }
    for (String key : allowed) {
      text(metadata, key);
    }
    for (String key : metadata.keySet()) {
      if (!allowed.contains(key)) {
        throw wrong("the metadata has an unknown key, " + printable(key));
      }
    }
    if (!Xoshiro256.NAME.equals(metadata.get("generator"))) {
      throw wrong("the metadata names an unknown random generator");
    }
    return metadata;
  }

  private static CharVocab checkedVocab(Map<String, String> metadata) throws ModelFormatException {
    int[] codePoints = text(metadata, "vocabulary").codePoints().toArray();
    for (int i = 1; i < codePoints.length; i++) {
      if (codePoints[i] <= codePoints[i - 1]) {
        throw wrong("the vocabulary is not in ascending order");
      }
    }
    if (codePoints.length < 2 || codePoints.length > CharVocab.MAX_SIZE) {
      throw wrong(
          "the vocabulary has "
              + codePoints.length
              + " symbols, must have from 2 to "
              + CharVocab.MAX_SIZE);
    }
    return CharVocab.of(codePoints);
  }

  /** The tensors in the order of their places, which leave no hole and end where the file does. */
  private static List<Tensor> checkedTensors(
      Map<String, Object> members, Map<String, List<Long>> shapes, long dataStart, long size)
      throws ModelFormatException {
    if (members.size() != shapes.size() + 1) {
      throw wrong("the file has other tensors than U, W, V, b and c");
    }
    List<Tensor> tensors = new ArrayList<>();
    for (Map.Entry<String, List<Long>> expected : shapes.entrySet()) {
      String name = expected.getKey();
      if (!(members.get(name) instanceof Map<?, ?> map)
          || map.size() != 3
          || !"F64".equals(map.get("dtype"))
          || !expected.getValue().equals(map.get("shape"))
          || !(map.get("data_offsets") instanceof List<?> offsets)
          || offsets.size() != 2
          || !(offsets.get(0) instanceof Long begin)
          || !(offsets.get(1) instanceof Long end)) {
        throw wrong(
            "tensor "
                + name
                + " is not as a model of this hidden size and vocabulary has it: F64, shape "
                + expected.getValue()
                + ", two data_offsets");
      }
      tensors.add(new Tensor(name, expected.getValue(), begin, end));
    }
    tensors.sort(Comparator.comparingLong(Tensor::begin));
    long next = 0;
    for (Tensor tensor : tensors) {
      if (tensor.begin() != next || tensor.end() - next != byteLength(tensor.shape())) {
        throw wrong(
            "the data of tensor "
                + tensor.name()
                + " is not where it should be: at "
                + next
                + ", "
                + byteLength(tensor.shape())
                + " bytes");
      }
      next = tensor.end();
    }
    if (dataStart + next != size) {
      throw new ModelFormatException(
          (dataStart + next > size ? "the file is truncated" : "the file has something at its end")
              + ": it has "
              + size
              + " bytes, its header says "
              + (dataStart + next),
          Math.min(dataStart + next, size));
    }
    return tensors;
  }

  private static void readTensors(
      FileChannel channel,
      List<Tensor> tensors,
      Parameters parameters,
      long dataStart,
      MessageDigest digest)
      throws IOException {
    for (Tensor tensor : tensors) {
      long start = dataStart + tensor.begin();
      switch (tensor.name()) {
        case "U" -> {
          double[] u = new double[parameters.u.length];
          readDoubles(channel, u, start, digest);
          double[] bySymbol = Parameters.transpose(parameters.hiddenSize, parameters.vocabSize, u);
          System.arraycopy(bySymbol, 0, parameters.u, 0, u.length);
        }
        case "W" -> readDoubles(channel, parameters.w, start, digest);
        case "V" -> readDoubles(channel, parameters.v, start, digest);
        case "b" -> readDoubles(channel, parameters.b, start, digest);
        default -> readDoubles(channel, parameters.c, start, digest);
      }
    }
  }

  private static void readDoubles(
      FileChannel channel, double[] to, long start, MessageDigest digest) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(BUFFER).order(ByteOrder.LITTLE_ENDIAN);
    for (int done = 0; done < to.length; ) {
      int count = Math.min(BUFFER / Double.BYTES, to.length - done);
      buffer.clear().limit(count * Double.BYTES);
      readFully(channel, buffer);
      digest.update(buffer);
      buffer.rewind();
      for (int i = 0; i < count; i++) {
        double x = buffer.getDouble();
        if (Double.isNaN(x) || Double.isInfinite(x)) {
          throw new ModelFormatException(
              "a parameter is " + x + ", must be finite", start + (long) (done + i) * Double.BYTES);
        }
        to[done + i] = x;
      }
      done += count;
    }
  }

  private static void readFully(FileChannel channel, ByteBuffer buffer) throws IOException {
    while (buffer.hasRemaining()) {
      if (channel.read(buffer) < 0) {
        throw new ModelFormatException("the file ended while it was read", channel.position());
      }
    }
    buffer.flip();
  }

  private static byte[] withoutChecksum(byte[] header, String checksum)
      throws ModelFormatException {
    if (!checksum.matches("[0-9a-f]{64}")) {
      throw wrong("the checksum is not 64 hexadecimal digits");
    }
    // Latin-1 keeps every byte one character, so that places in the string are places in the
    // header.
    String bytes = new String(header, ISO_8859_1);
    String quoted = "\"" + checksum + "\"";
    int at = bytes.indexOf(quoted);
    if (at < 0 || bytes.indexOf(quoted, at + 1) >= 0) {
      throw wrong("the checksum is not there once, without escapes");
    }
    byte[] result = header.clone();
    for (int i = 0; i < checksum.length(); i++) {
      result[at + 1 + i] = '0';
    }
    return result;
  }

  private static Optional<TrainingSummary> training(Map<String, String> metadata)
      throws ModelFormatException {
    if (!metadata.containsKey("step")) {
      return Optional.empty();
    }
    double learningRate = number(metadata, "learningRate");
    double clip = number(metadata, "clip");
    if (!(learningRate > 0 && learningRate < Double.POSITIVE_INFINITY && clip > 0)) {
      throw wrong("learningRate must be above 0 and finite, clip above 0");
    }
    String optimizer = text(metadata, "optimizer");
    for (Optimizer known : Optimizer.values()) {
      if (known.name().toLowerCase(Locale.ROOT).equals(optimizer)) {
        return Optional.of(
            new TrainingSummary(
                (int) integer(metadata, "sequenceLength", 1, Integer.MAX_VALUE),
                (int) integer(metadata, "batchSize", 1, Integer.MAX_VALUE),
                learningRate,
                clip,
                known,
                integer(metadata, "textLength", 2, Long.MAX_VALUE),
                integer(metadata, "step", 0, Long.MAX_VALUE),
                number(metadata, "smoothLoss")));
      }
    }
    throw wrong("the metadata names an unknown optimizer");
  }

  private static String text(Map<String, String> metadata, String key) throws ModelFormatException {
    String value = metadata.get(key);
    if (value == null) {
      throw wrong("the metadata has no " + key);
    }
    return value;
  }

  private static long integer(Map<String, String> metadata, String key, long min, long max)
      throws ModelFormatException {
    String value = text(metadata, key);
    try {
      long result = Long.parseLong(value);
      if (result >= min && result <= max && Long.toString(result).equals(value)) {
        return result;
      }
    } catch (NumberFormatException e) {
      // refused below
    }
    throw wrong(
        key + " is " + printable(value) + ", must be a whole number from " + min + " to " + max);
  }

  private static double number(Map<String, String> metadata, String key)
      throws ModelFormatException {
    String value = text(metadata, key);
    try {
      double result = Double.parseDouble(value);
      if (decimal(result).equals(value)) {
        return result;
      }
    } catch (NumberFormatException e) {
      // refused below
    }
    throw wrong(key + " is " + printable(value) + ", must be a number in its shortest form");
  }

  /** A string from a file, short and without anything that would disturb a terminal. */
  private static String printable(String text) {
    String start = text.length() > 40 ? text.substring(0, 40) + "..." : text;
    return "\"" + start.replaceAll("[^\\x20-\\x7e]", "?") + "\"";
  }

  private static long byteLength(List<Long> shape) {
    long length = Double.BYTES;
    for (long dimension : shape) {
      length *= dimension; // at most 8 * MAX_HIDDEN_SIZE^2 or 8 * 65,536 * MAX_HIDDEN_SIZE
    }
    return length;
  }

  private static ModelFormatException wrong(String reason) {
    return new ModelFormatException(reason, LENGTH_BYTES);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }
}
