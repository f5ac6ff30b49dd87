package io.github.charrnn.cli.weights;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** NumPy's file of one array, .npy, also inside an {@link NpzFile}. */
final class NpyFile {
  static final String EXTENSION = ".npy";

  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
  private static final int MAX_HEADER = 1 << 16;
  private static final int BUFFER = 1 << 16;
  private static final Map<String, Dtype> TYPES =
      Map.of("<f8", Dtype.F64, "<f4", Dtype.F32, "<i8", Dtype.I64);
  private static final Pattern DESCR = Pattern.compile("'descr': *'([^']*)'");
  private static final Pattern ORDER = Pattern.compile("'fortran_order': *(True|False)");

  private static final String LENGTH = "(?:\\d{1,18}|[1-8]\\d{18})"; // a long

  /** As many lengths as NumPy has at most: Java's stack holds no pattern that goes on for ever. */
  private static final Pattern SHAPE =
      Pattern.compile("'shape': *\\(((?:" + LENGTH + ", ?){0,64}" + LENGTH + "?)\\)");

  private NpyFile() {}

  /** Where an array can be read, again and again. */
  interface Source {
    InputStream open() throws IOException;
  }

  // Reading

  static boolean begins(byte[] file) {
    return Arrays.equals(MAGIC, Arrays.copyOf(file, MAGIC.length));
  }

  /**
   * Reads the header of an array and checks that its numbers are there.
   *
   * @param file its name, for messages
   * @param size how many bytes there are
   */
  static Stored read(String name, String file, Source source, long size) throws IOException {
    try (DataInputStream in = new DataInputStream(new BufferedInputStream(source.open()))) {
      byte[] start = in.readNBytes(MAGIC.length + 2);
      int version = begins(start) && start.length > MAGIC.length ? start[MAGIC.length] : 0;
      if (version < 1 || version > 3) {
        throw new IOException(
            file + " is no .npy file of version 1, 2 or 3: numpy.save writes one");
      }
      int digits = version == 1 ? Short.BYTES : Integer.BYTES;
      byte[] length = new byte[Integer.BYTES];
      in.readFully(length, 0, digits);
      long begin = start.length + digits + Integer.toUnsignedLong(littleEndian(length).getInt(0));
      if (begin > Math.min(size, MAX_HEADER)) {
        throw new IOException(
            String.format(
                Locale.ROOT,
                "%s is no .npy file, or truncated: its header would end at byte %d of %d",
                file,
                begin,
                size));
      }
      String header = new String(in.readNBytes((int) begin - start.length - digits), ISO_8859_1);
      return stored(name, file, source, size, begin, header);
    } catch (EOFException e) {
      throw new IOException(file + " is truncated: get it again", e);
    }
  }

  private static Stored stored(
      String name, String file, Source source, long size, long begin, String header)
      throws IOException {
    Matcher descr = DESCR.matcher(header);
    Matcher order = ORDER.matcher(header);
    Matcher dimensions = SHAPE.matcher(header);
    if (!descr.find() || !order.find() || !dimensions.find()) {
      throw new IOException(
          file + " is not an array of numbers: its header must have descr, fortran_order, shape");
    }
    List<Long> shape =
        Arrays.stream(dimensions.group(1).split("[, ]+", 0))
            .filter(it -> !it.isEmpty())
            .map(Long::valueOf)
            .toList();
    int count = Stored.size(file + ": the array", shape);
    Optional<Dtype> dtype = Optional.ofNullable(TYPES.get(descr.group(1)));
    if (dtype.isEmpty()) {
      String other = Stored.printable(descr.group(1));
      return new Stored(name, file, other, shape, () -> new double[0]);
    }
    long needed = (long) count * dtype.get().bytes;
    if (size - begin != needed) {
      throw new IOException(
          String.format(
              Locale.ROOT,
              "%s has %d bytes of numbers, must have %d, as its shape is %s: get it again",
              file,
              size - begin,
              needed,
              Stored.shown(shape)));
    }
    boolean byColumn = order.group(1).equals("True");
    return new Stored(
        name,
        file,
        dtype.get().name(),
        shape,
        () -> {
          double[] data = numbers(source, file, begin, count, dtype.get());
          return byColumn ? byRow(shape, data) : data;
        });
  }

  private static double[] numbers(Source source, String file, long begin, int count, Dtype dtype)
      throws IOException {
    try (DataInputStream in = new DataInputStream(source.open())) {
      in.skipNBytes(begin);
      double[] numbers = new double[count];
      byte[] bytes = new byte[BUFFER];
      ByteBuffer buffer = littleEndian(bytes);
      for (int i = 0; i < count; ) {
        buffer.clear().limit((int) Math.min(BUFFER, (long) (count - i) * dtype.bytes));
        in.readFully(bytes, 0, buffer.limit());
        while (buffer.hasRemaining()) {
          numbers[i++] = dtype.get(buffer);
        }
      }
      return numbers;
    } catch (EOFException e) {
      throw new IOException(file + " has become shorter while it was read: try again", e);
    }
  }

  private static ByteBuffer littleEndian(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** From Fortran's order, in which the first index runs fastest; of vectors it is the same. */
  private static double[] byRow(List<Long> shape, double[] data) throws IOException {
    if (shape.size() < 2) {
      return data;
    }
    if (shape.size() > 2) {
      throw new IOException(
          "an array in Fortran's order has "
              + shape.size()
              + " dimensions, 2 are the most: save it with numpy.ascontiguousarray");
    }
    int rows = shape.get(0).intValue();
    int columns = shape.get(1).intValue();
    double[] result = new double[data.length];
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        result[i * columns + j] = data[j * rows + i];
      }
    }
    return result;
  }

  // Writing

  /** Writes what {@link #header} and the numbers of a tensor are. */
  static void write(WritableByteChannel out, Tensor tensor) throws IOException {
    SafetensorsFile.writeFully(out, ByteBuffer.wrap(header(tensor)));
    SafetensorsFile.writeNumbers(out, tensor.dtype(), tensor.data());
  }

  static byte[] header(Tensor tensor) {
    String descr =
        TYPES.entrySet().stream()
            .filter(type -> type.getValue() == tensor.dtype())
            .findFirst()
            .orElseThrow()
            .getKey();
    String shape =
        tensor.shape().stream().map(length -> length + ",").collect(Collectors.joining(" "));
    String text = "{'descr': '" + descr + "', 'fortran_order': False, 'shape': (" + shape + "), }";
    int before = MAGIC.length + 2 + Short.BYTES;
    int padding = -(before + text.length() + 1) & 63; // numpy aligns its numbers so
    byte[] header = (text + " ".repeat(padding) + "\n").getBytes(ISO_8859_1);
    byte[] bytes = new byte[before + header.length];
    littleEndian(bytes)
        .put(MAGIC)
        .put((byte) 1)
        .put((byte) 0)
        .putShort((short) header.length)
        .put(header);
    return bytes;
  }
}
