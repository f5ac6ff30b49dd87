package io.github.charrnn.cli.weights;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Files of weights, of any kind that can be read: what each is, its first bytes say.
 *
 * @param tensors of all of them
 * @param metadata what safetensors files say beside
 */
public record WeightFiles(List<Stored> tensors, Map<String, String> metadata) {
  private static final int START = 8; // bytes

  /** Makes both immutable. */
  public WeightFiles {
    tensors = List.copyOf(tensors);
    metadata = Map.copyOf(metadata);
  }

  /**
   * Reads what is in files but for the numbers; of a directory, its .npy files.
   *
   * @throws IOException if one cannot be read, or two tensors have the same name
   */
  public static WeightFiles read(List<Path> names) throws IOException {
    Map<String, Stored> tensors = new LinkedHashMap<>();
    Map<String, String> metadata = new LinkedHashMap<>();
    for (Path name : names) {
      for (Path file : Files.isDirectory(name) ? arrays(name) : List.of(name)) {
        for (Stored tensor : read(file, metadata)) {
          Stored other = tensors.put(tensor.name(), tensor);
          if (other != null) {
            throw new IOException(
                "two tensors are called "
                    + Stored.printable(tensor.name())
                    + ", one is in "
                    + other.file()
                    + ", one in "
                    + tensor.file()
                    + ": leave out one");
          }
        }
      }
    }
    return new WeightFiles(List.copyOf(tensors.values()), metadata);
  }

  private static List<Path> arrays(Path directory) throws IOException {
    try (Stream<Path> all = Files.list(directory)) {
      List<Path> arrays =
          all.filter(file -> file.toString().endsWith(NpyFile.EXTENSION)).sorted().toList();
      if (arrays.isEmpty()) {
        throw new IOException(
            directory + " has no .npy file in it: name the file with the weights");
      }
      return arrays;
    }
  }

  private static List<Stored> read(Path file, Map<String, String> metadata) throws IOException {
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      throw new IOException(file + " is not a regular file: name one with weights");
    }
    byte[] start;
    try (InputStream in = Files.newInputStream(file)) {
      start = in.readNBytes(START);
    }
    if (NpzFile.begins(start)) {
      return NpzFile.read(file);
    }
    if (NpyFile.begins(start)) {
      String name = String.valueOf(file.getFileName());
      String bare = name.replaceFirst("\\.npy$", "");
      return List.of(
          NpyFile.read(bare, file.toString(), () -> Files.newInputStream(file), Files.size(file)));
    }
    SafetensorsFile read = SafetensorsFile.read(file);
    read.metadata().forEach(metadata::putIfAbsent);
    return read.tensors();
  }
}
