package io.github.charrnn.internal;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.charrnn.ModelFormatException;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A safetensors file whose tensors are all doubles, whose metadata are strings, and which has a
 * checksum over all of it.
 *
 * <pre>
 * 8 bytes           length of the header, little-endian, at most 1 MiB
 * header            JSON, padded with spaces to a multiple of 8 bytes
 * tensors           doubles, little-endian, row-major, one after the other
 * </pre>
 *
 * <p>The checksum, {@code sha256} in the metadata, is the SHA-256 of the whole file with 64 zeros
 * in its own place.
 *
 * <p>Reading is strict, and in three moves: {@link #open} reads the header, whose metadata say
 * which tensors there have to be; {@link #requireTensors} checks that these and only these are
 * there and fill the file, before anything is allocated for them; {@link #read} reads them and
 * checks the checksum. Until then nothing that was read is to be trusted.
 */
final class Safetensors implements Closeable {
  static final String CHECKSUM = "sha256";
  static final String NO_CHECKSUM = "0".repeat(64);

  /** Tensors that a sentence names. */
  private static final int NAMED = 10;

  private static final int MAX_HEADER = 1 << 20;
  private static final int LENGTH_BYTES = Long.BYTES;
  private static final int BUFFER = 1 << 16;

  private static final String METADATA = "__metadata__";
  private static final double[] NOWHERE = new double[0];

  /**
   * A tensor and the array that holds it.
   *
   * @param columns the length of a row in the file
   * @param data row-major like the file, or by column
   * @param byColumn whether data holds the transpose
   */
  @SuppressWarnings("ArrayRecordComponent") // nobody compares tensors
  record Tensor(String name, List<Long> shape, int columns, double[] data, boolean byColumn) {

    static Tensor vector(String name, double[] data) {
      return new Tensor(name, List.of((long) data.length), data.length, data, false);
    }

    static Tensor matrix(String name, int rows, int columns, double[] data) {
      return new Tensor(name, List.of((long) rows, (long) columns), columns, data, false);
    }

    /**
     * A tensor of any shape.
     *
     * @param byColumn whether data holds the transpose of the matrix in the file
     */
    static Tensor of(String name, List<Long> shape, double[] data, boolean byColumn) {
      int columns = Math.toIntExact(shape.get(shape.size() - 1));
      return new Tensor(name, shape, columns, data, byColumn);
    }

    /** Where the double with that number in the file is in memory. */
    private int place(int index) {
      return byColumn ? index % columns * (data.length / columns) + index / columns : index;
    }
  }

  /** A tensor's place in the file, counted from the end of the header. */
  private record Place(String name, List<Long> shape, long begin, long end) {}

  private final ReadableByteChannel channel;
  private final long size;
  private final byte[] header;
  private final Map<String, Object> members;
  private final Metadata metadata;
  private List<Place> places = List.of();

  private Safetensors(ReadableByteChannel channel, long size) throws IOException {
    this.channel = channel;
    this.size = size;
    header = readHeader(channel, size);
    members = Json.parseObject(header, LENGTH_BYTES);
    metadata = Metadata.of(members.get(METADATA) instanceof Map<?, ?> map ? map : Map.of());
  }

  // Writing

  /**
   * Replaces a file; see {@link SafeFile}.
   *
   * @param metadata with {@link #NO_CHECKSUM}, which becomes the checksum
   * @throws IOException if a number is not finite, which read would refuse, or the file cannot be
   *     written; then nothing has changed
   */
  static void write(SafeFile file, Metadata metadata, List<Tensor> tensors) throws IOException {
    byte[] signed = signed(metadata, tensors);
    file.replace(
        out -> {
          out.write(lengthPrefix(signed));
          out.write(ByteBuffer.wrap(signed));
          forEachBuffer(tensors, out::write);
        });
  }

  /** Writes the same bytes to a stream, which stays open. */
  static void write(OutputStream out, Metadata metadata, List<Tensor> tensors) throws IOException {
    byte[] signed = signed(metadata, tensors);
    WritableByteChannel channel = Channels.newChannel(out);
    channel.write(lengthPrefix(signed));
    channel.write(ByteBuffer.wrap(signed));
    forEachBuffer(tensors, channel::write);
  }

  /** The header, with its checksum. */
  private static byte[] signed(Metadata metadata, List<Tensor> tensors) throws IOException {
    requireFinite(tensors);
    MessageDigest digest = Sha256.digest();
    byte[] unsigned = header(metadata, tensors);
    digest.update(lengthPrefix(unsigned));
    digest.update(unsigned);
    forEachBuffer(tensors, digest::update);
    metadata.put(CHECKSUM, HexFormat.of().formatHex(digest.digest()));
    return header(metadata, tensors);
  }

  private static byte[] header(Metadata metadata, List<Tensor> tensors) {
    StringBuilder json = new StringBuilder("{\"" + METADATA + "\":{");
    String separator = "";
    for (Map.Entry<String, String> entry : metadata.entries()) {
      json.append(separator);
      Json.appendString(json, entry.getKey());
      json.append(':');
      Json.appendString(json, entry.getValue());
      separator = ",";
    }
    json.append('}');
    long begin = 0;
    for (Tensor tensor : tensors) {
      long end = begin + byteLength(tensor.shape());
      json.append(",\"").append(tensor.name()).append("\":{\"dtype\":\"F64\",\"shape\":");
      json.append(tensor.shape().toString().replace(" ", ""));
      json.append(",\"data_offsets\":[").append(begin).append(',').append(end).append("]}");
      begin = end;
    }
    json.append('}');
    int padding = -json.toString().getBytes(UTF_8).length & (Double.BYTES - 1);
    return json.append(" ".repeat(padding)).toString().getBytes(UTF_8);
  }

  interface BufferSink<E extends Exception> {
    void accept(ByteBuffer buffer) throws E;
  }

  /** Hands on the tensors' bytes as they are in a file. */
  static <E extends Exception> void forEachBuffer(List<Tensor> tensors, BufferSink<E> sink)
      throws E {
    ByteBuffer buffer = ByteBuffer.allocate(BUFFER).order(ByteOrder.LITTLE_ENDIAN);
    for (Tensor tensor : tensors) {
      for (int i = 0; i < tensor.data().length; i++) {
        if (!buffer.hasRemaining()) {
          sink.accept(buffer.flip());
          buffer.clear();
        }
        buffer.putDouble(tensor.data()[tensor.place(i)]);
      }
    }
    sink.accept(buffer.flip());
  }

  private static void requireFinite(List<Tensor> tensors) throws IOException {
    for (Tensor tensor : tensors) {
      for (double x : tensor.data()) {
        if (!Double.isFinite(x)) {
          throw new IOException(
              tensor.name()
                  + " has a value that is "
                  + x
                  + ", must be finite: training has diverged, nothing is saved");
        }
      }
    }
  }

  private static ByteBuffer lengthPrefix(byte[] header) {
    return ByteBuffer.allocate(LENGTH_BYTES)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(header.length)
        .flip();
  }

  // Reading

  /**
   * Opens a file and reads its header.
   *
   * @throws ModelFormatException if that is not as described above
   */
  static Safetensors open(Path file) throws IOException {
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      throw new ModelFormatException("not a regular file", 0);
    }
    FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
    try {
      return new Safetensors(channel, channel.size());
    } catch (Throwable e) {
      channel.close();
      throw e;
    }
  }

  /**
   * The same of bytes that are in memory, all that the buffer has left.
   *
   * @throws ModelFormatException if their header is not as described above
   */
  static Safetensors of(ByteBuffer bytes) throws IOException {
    ByteBuffer left = bytes.duplicate();
    ReadableByteChannel channel =
        new ReadableByteChannel() {
          @Override
          public int read(ByteBuffer to) {
            int count = Math.min(to.remaining(), left.remaining());
            to.put(left.slice().limit(count));
            left.position(left.position() + count);
            return count == 0 ? -1 : count;
          }

          @Override
          public boolean isOpen() {
            return true;
          }

          @Override
          public void close() {
            // nothing is open
          }
        };
    return new Safetensors(channel, left.remaining());
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  Metadata metadata() {
    return metadata;
  }

  private static byte[] readHeader(ReadableByteChannel channel, long size) throws IOException {
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

  /**
   * Checks that exactly these tensors are there, each in its shape, one after the other without a
   * hole, and that the file ends where they do.
   *
   * @param shapes of all tensors, by name; no product of a shape's dimensions may exceed 2^59
   */
  void requireTensors(Map<String, List<Long>> shapes) throws ModelFormatException {
    if (members.size() != shapes.size() + 1) {
      String first = shapes.keySet().stream().limit(NAMED).collect(Collectors.joining(", "));
      int more = Math.max(0, shapes.size() - NAMED);
      throw wrong(
          "the file has other tensors than " + first + (more > 0 ? " and " + more + " more" : ""));
    }
    List<Place> found = new ArrayList<>();
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
                + " is not as the settings imply: F64, shape "
                + expected.getValue()
                + ", two data_offsets");
      }
      found.add(new Place(name, expected.getValue(), begin, end));
    }
    found.sort(Comparator.comparingLong(Place::begin).thenComparingLong(Place::end));
    long next = 0;
    for (Place place : found) {
      long length = byteLength(place.shape());
      if (place.begin() != next || place.end() - next != length) {
        throw wrong(
            "the data of tensor "
                + place.name()
                + " is not where it should be: at "
                + next
                + ", "
                + length
                + " bytes");
      }
      next = place.end();
    }
    if (next != size - dataStart()) {
      throw new ModelFormatException(
          (next > size - dataStart()
                  ? "the file is truncated"
                  : "the file has something at its end")
              + ": it has "
              + (size - dataStart())
              + " bytes of tensors, its header says "
              + next,
          Math.min(dataStart() + next, size));
    }
    places = found;
  }

  /**
   * Reads all tensors, after {@link #requireTensors}.
   *
   * @param wanted where to; the others are checked and go nowhere
   * @throws ModelFormatException if a number is not finite or the checksum does not match
   */
  void read(List<Tensor> wanted) throws IOException {
    MessageDigest digest = Sha256.digest();
    digest.update(lengthPrefix(header));
    String checksum = metadata.text(CHECKSUM);
    digest.update(withoutChecksum(checksum));
    ByteBuffer buffer = ByteBuffer.allocate(BUFFER).order(ByteOrder.LITTLE_ENDIAN);
    for (Place place : places) {
      Tensor to =
          wanted.stream()
              .filter(tensor -> tensor.name().equals(place.name()))
              .findFirst()
              .orElse(Tensor.vector(place.name(), NOWHERE));
      readTensor(place, to, buffer, digest);
    }
    if (!HexFormat.of().formatHex(digest.digest()).equals(checksum)) {
      throw new ModelFormatException(
          "the checksum does not match: "
              + (isOurs()
                  ? "the file has been altered or damaged"
                  : "another program has written the file anew, rnn import makes a model of it"),
          0);
    }
  }

  /** Whether the header is as {@link #write} writes what it says; others write it otherwise. */
  private boolean isOurs() {
    List<Tensor> tensors = new ArrayList<>();
    for (Place place : places) {
      tensors.add(Tensor.of(place.name(), place.shape(), NOWHERE, false));
    }
    return Arrays.equals(header(metadata, tensors), header);
  }

  private void readTensor(Place place, Tensor to, ByteBuffer buffer, MessageDigest digest)
      throws IOException {
    int index = 0; // stays within to.data: their lengths have been compared
    for (long at = place.begin(); at < place.end(); ) {
      buffer.clear().limit((int) Math.min(BUFFER, place.end() - at));
      readFully(channel, buffer);
      digest.update(buffer);
      buffer.rewind();
      while (buffer.hasRemaining()) {
        double x = buffer.getDouble();
        if (!Double.isFinite(x)) {
          throw new ModelFormatException(
              to.name() + " has a value that is " + x + ", must be finite", dataStart() + at);
        }
        if (to.data().length > 0) {
          to.data()[to.place(index++)] = x;
        }
        at += Double.BYTES;
      }
    }
  }

  private static void readFully(ReadableByteChannel channel, ByteBuffer buffer) throws IOException {
    while (buffer.hasRemaining()) {
      if (channel.read(buffer) < 0) {
        long at = channel instanceof FileChannel file ? file.position() : 0;
        throw new ModelFormatException("the file ended while it was read", at);
      }
    }
    buffer.flip();
  }

  private byte[] withoutChecksum(String checksum) throws ModelFormatException {
    // Latin-1 keeps every byte one character: places in the string are places in the header.
    String bytes = new String(header, ISO_8859_1);
    String quoted = "\"" + checksum + "\"";
    int at = bytes.indexOf(quoted);
    if (at < 0 || bytes.indexOf(quoted, at + 1) >= 0) {
      throw wrong("the checksum is not there once, without escapes");
    }
    byte[] result = header.clone();
    System.arraycopy(NO_CHECKSUM.getBytes(ISO_8859_1), 0, result, at + 1, checksum.length());
    return result;
  }

  private long dataStart() {
    return (long) LENGTH_BYTES + header.length;
  }

  private static long byteLength(List<Long> shape) {
    long length = Double.BYTES;
    for (long dimension : shape) {
      length *= dimension;
    }
    return length;
  }

  /** Something in the header, as a whole, is wrong. */
  static ModelFormatException wrong(String reason) {
    return new ModelFormatException(reason, LENGTH_BYTES);
  }
}
