package io.github.charrnn.cli.weights;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.MalformedJsonException;
import io.github.charrnn.cli.files.Replacement;
import java.io.EOFException;
import java.io.IOException;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A safetensors file of any tensors, as other programs write and read them: without a checksum, in
 * any order. Nothing is read but its header, before somebody asks for a tensor.
 */
public final class SafetensorsFile {
  private static final String METADATA = "__metadata__";
  private static final int MAX_HEADER = 1 << 24;
  private static final int BUFFER = 1 << 16;
  private static final Gson GSON = new GsonBuilder().disableHtmlEscaping().create();

  private final Map<String, String> metadata = new LinkedHashMap<>();
  private final List<Stored> tensors = new ArrayList<>();

  private SafetensorsFile() {}

  /** What the file says beside its tensors; empty if it says nothing. */
  public Map<String, String> metadata() {
    return metadata;
  }

  /** The tensors, in the order of their numbers in the file. */
  public List<Stored> tensors() {
    return tensors;
  }

  // Writing

  /**
   * Replaces a file; see {@link Replacement}.
   *
   * @param metadata may be empty
   * @param tensors of different names; the wider types come first in the file, so all are aligned
   */
  public static void write(Path file, Map<String, String> metadata, List<Tensor> tensors)
      throws IOException {
    List<Tensor> ordered =
        tensors.stream()
            .sorted(Comparator.comparingInt((Tensor tensor) -> -tensor.dtype().bytes))
            .toList();
    byte[] header = header(metadata, ordered);
    ByteBuffer prefix = allocate(Long.BYTES).putLong(header.length).flip();
    Replacement.write(
        file,
        out -> {
          writeFully(out, prefix.rewind());
          writeFully(out, ByteBuffer.wrap(header));
          for (Tensor tensor : ordered) {
            writeNumbers(out, tensor.dtype(), tensor.data());
          }
        });
  }

  private static byte[] header(Map<String, String> metadata, List<Tensor> tensors) {
    JsonObject json = new JsonObject();
    if (!metadata.isEmpty()) {
      JsonObject strings = new JsonObject();
      metadata.forEach(strings::addProperty);
      json.add(METADATA, strings);
    }
    long begin = 0;
    for (Tensor tensor : tensors) {
      long end = begin + (long) tensor.dtype().bytes * tensor.data().length;
      JsonObject member = new JsonObject();
      member.addProperty("dtype", tensor.dtype().toString());
      member.add("shape", array(tensor.shape()));
      member.add("data_offsets", array(List.of(begin, end)));
      if (json.has(tensor.name())) {
        throw new IllegalArgumentException("two tensors are called " + tensor.name());
      }
      json.add(tensor.name(), member);
      begin = end;
    }
    String text = GSON.toJson(json);
    int padding = -text.getBytes(UTF_8).length & (Long.BYTES - 1);
    return (text + " ".repeat(padding)).getBytes(UTF_8);
  }

  private static JsonArray array(List<Long> numbers) {
    JsonArray array = new JsonArray();
    numbers.forEach(array::add);
    return array;
  }

  /** Writes numbers one after the other, little-endian. */
  static void writeNumbers(WritableByteChannel out, Dtype dtype, double[] numbers)
      throws IOException {
    ByteBuffer buffer = allocate(BUFFER);
    for (double x : numbers) {
      if (!buffer.hasRemaining()) {
        writeFully(out, buffer.flip());
        buffer.clear();
      }
      dtype.put(buffer, x);
    }
    writeFully(out, buffer.flip());
  }

  static void writeFully(WritableByteChannel out, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      out.write(bytes);
    }
  }

  static ByteBuffer allocate(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  // Reading

  /**
   * Reads the header of a file and checks it: each tensor has the bytes that its shape needs, and
   * they are one after the other and fill the file.
   *
   * @throws IOException if the file is not so, or cannot be read
   */
  public static SafetensorsFile read(Path file) throws IOException {
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      throw new IOException(file + " is not a regular file: name one with weights");
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      long size = channel.size();
      ByteBuffer prefix = allocate(Long.BYTES);
      if (size < Long.BYTES) {
        throw wrong(file, "it has " + size + " bytes, must have at least " + Long.BYTES);
      }
      readFully(channel, prefix, 0, file);
      long length = prefix.getLong(0);
      if (length < 2 || length > MAX_HEADER) {
        throw wrong(
            file,
            String.format(
                Locale.ROOT,
                "the length of its header would be %s, must be from 2 to %d: weights are in"
                    + " safetensors, .npz or .npy files",
                Long.toUnsignedString(length),
                MAX_HEADER));
      }
      if (length > size - Long.BYTES) {
        throw new IOException(
            String.format(
                Locale.ROOT,
                "%s is truncated: its header has %d bytes, only %d are left: get it again",
                file,
                length,
                size - Long.BYTES));
      }
      ByteBuffer header = ByteBuffer.allocate((int) length);
      readFully(channel, header, Long.BYTES, file);
      return new Header(file, Long.BYTES + length, size).parsed(header.flip());
    }
  }

  /** What is wrong with a file as a whole. */
  private static IOException wrong(Path file, String what) {
    return new IOException(file + " is no safetensors file: " + what);
  }

  private static void readFully(FileChannel channel, ByteBuffer to, long from, Path file)
      throws IOException {
    while (to.hasRemaining()) {
      if (channel.read(to, from + to.position()) < 0) {
        throw new IOException(file + " has become shorter while it was read: try again");
      }
    }
  }

  /**
   * Reads numbers that are one after the other in a file, little-endian.
   *
   * @param from the byte where they begin
   */
  static double[] readNumbers(Path file, long from, int count, Dtype dtype) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      double[] numbers = new double[count];
      ByteBuffer buffer = allocate(BUFFER);
      long at = from;
      for (int i = 0; i < count; ) {
        buffer.clear().limit((int) Math.min(BUFFER, (long) (count - i) * dtype.bytes));
        readFully(channel, buffer, at, file);
        at += buffer.flip().limit();
        while (buffer.hasRemaining()) {
          numbers[i++] = dtype.get(buffer);
        }
      }
      return numbers;
    }
  }

  /** The type of that name, if its numbers can be read. */
  static Optional<Dtype> dtype(String name) {
    return Arrays.stream(Dtype.values()).filter(dtype -> dtype.name().equals(name)).findFirst();
  }

  /** Reads a header as it comes, so that memory stays in proportion to it. */
  private static final class Header {
    private final Path file;
    private final long start; // of the tensors' numbers
    private final long size; // of the file
    private final SafetensorsFile result = new SafetensorsFile();
    private final Map<String, Place> places = new LinkedHashMap<>();

    /** What a header says of a tensor. */
    private record Place(String dtype, List<Long> shape, long begin, long end) {}

    Header(Path file, long start, long size) {
      this.file = file;
      this.start = start;
      this.size = size;
    }

    SafetensorsFile parsed(ByteBuffer header) throws IOException {
      try (JsonReader json =
          new JsonReader(new StringReader(UTF_8.newDecoder().decode(header).toString()))) {
        json.setStrictness(Strictness.STRICT);
        json.beginObject();
        while (json.hasNext()) {
          String name = json.nextName();
          if (name.equals(METADATA)) {
            readMetadata(json);
          } else if (places.put(name, place(json, name)) != null) {
            throw wrong("it has two tensors " + Stored.printable(name));
          }
        }
        json.endObject();
        if (json.peek() != JsonToken.END_DOCUMENT) {
          throw new MalformedJsonException("something after the object");
        }
      } catch (CharacterCodingException e) {
        throw new IOException(wrong("its header is not UTF-8").getMessage(), e);
      } catch (IllegalStateException
          | NumberFormatException
          | MalformedJsonException
          | EOFException e) {
        throw new IOException(wrong("its header is not as it must be in JSON").getMessage(), e);
      }
      add();
      return result;
    }

    private IOException wrong(String what) {
      return SafetensorsFile.wrong(file, what);
    }

    private void readMetadata(JsonReader json) throws IOException {
      json.beginObject();
      while (json.hasNext()) {
        String key = json.nextName();
        if (json.peek() != JsonToken.STRING) {
          throw wrong("its metadata " + Stored.printable(key) + " is no string");
        }
        if (result.metadata.put(key, json.nextString()) != null) {
          throw wrong("its metadata have two values for " + Stored.printable(key));
        }
      }
      json.endObject();
    }

    private Place place(JsonReader json, String name) throws IOException {
      Optional<String> dtype = Optional.empty();
      Optional<List<Long>> shape = Optional.empty();
      Optional<List<Long>> offsets = Optional.empty();
      json.beginObject();
      while (json.hasNext()) {
        switch (json.nextName()) {
          case "dtype" -> dtype = Optional.of(json.nextString());
          case "shape" -> shape = Optional.of(numbers(json, name));
          case "data_offsets" -> offsets = Optional.of(numbers(json, name));
          default -> json.skipValue();
        }
      }
      json.endObject();
      if (dtype.isEmpty() || shape.isEmpty() || offsets.filter(it -> it.size() == 2).isEmpty()) {
        throw wrong(
            "tensor "
                + Stored.printable(name)
                + " must have a dtype, a shape and two data_offsets");
      }
      List<Long> ends = offsets.get();
      return new Place(dtype.get(), shape.get(), ends.get(0), ends.get(1));
    }

    private List<Long> numbers(JsonReader json, String name) throws IOException {
      List<Long> numbers = new ArrayList<>();
      json.beginArray();
      while (json.hasNext()) {
        long number = json.peek() == JsonToken.NUMBER ? json.nextLong() : -1;
        if (number < 0) {
          throw wrong(
              "the shape and data_offsets of tensor "
                  + Stored.printable(name)
                  + " must be whole numbers from 0 on");
        }
        numbers.add(number);
      }
      json.endArray();
      return numbers;
    }

    /** Checks the places, and makes tensors of them. */
    private void add() throws IOException {
      List<Map.Entry<String, Place>> ordered = new ArrayList<>(places.entrySet());
      ordered.sort(
          Comparator.comparingLong((Map.Entry<String, Place> it) -> it.getValue().begin())
              .thenComparingLong(it -> it.getValue().end()));
      long next = 0;
      for (Map.Entry<String, Place> entry : ordered) {
        Place place = entry.getValue();
        String what = "tensor " + Stored.printable(entry.getKey());
        if (place.begin() != next || place.end() < next) {
          throw wrong(
              String.format(
                  Locale.ROOT,
                  "%s is at the bytes %d to %d, must begin at %d, where the one before ends",
                  what,
                  place.begin(),
                  place.end(),
                  next));
        }
        next = place.end();
        result.tensors.add(stored(entry.getKey(), place, what));
      }
      if (next != size - start) {
        throw new IOException(
            String.format(
                Locale.ROOT,
                "%s %s: it has %d bytes of tensors, its header says %d: get it again",
                file,
                next > size - start ? "is truncated" : "has something at its end",
                size - start,
                next));
      }
    }

    private Stored stored(String name, Place place, String what) throws IOException {
      int count = Stored.size(file + ": " + what, place.shape());
      Optional<Dtype> dtype = dtype(place.dtype());
      if (dtype.isPresent() && (long) count * dtype.get().bytes != place.end() - place.begin()) {
        throw wrong(
            String.format(
                Locale.ROOT,
                "%s has %d bytes, must have %d: its shape is %s of %s",
                what,
                place.end() - place.begin(),
                (long) count * dtype.get().bytes,
                Stored.shown(place.shape()),
                dtype.get()));
      }
      return new Stored(
          name,
          file.toString(),
          place.dtype(),
          place.shape(),
          () -> readNumbers(file, start + place.begin(), count, dtype.orElseThrow()));
    }
  }
}
