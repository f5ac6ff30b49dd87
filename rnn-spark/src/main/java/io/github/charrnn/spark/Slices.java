package io.github.charrnn.spark;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.charrnn.Documents;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;

/**
 * Files cut into shards of about as many bytes, by their lengths and bytes alone: at the beginning
 * of a character or, of documents, of a document. Each executor reads its own; nothing is copied.
 */
final class Slices {
  private final Configuration configuration;
  private final Optional<Documents> documents;
  private final List<FileStatus> files;

  private Slices(
      Configuration configuration, Optional<Documents> documents, List<FileStatus> files) {
    this.configuration = configuration;
    this.documents = documents;
    this.files = files;
  }

  /**
   * Of the files that paths name.
   *
   * @param documents what they are made of; if empty, and there are several, each is a document
   * @throws IOException if there is none, or one cannot be looked at
   */
  static Slices of(List<String> paths, Optional<Documents> documents, Configuration configuration)
      throws IOException {
    List<FileStatus> files = InputFiles.of(paths, configuration);
    Optional<Documents> made =
        documents.isEmpty() && files.size() > 1 ? Optional.of(Documents.files()) : documents;
    return new Slices(configuration, made, files);
  }

  /** What the files are made of. */
  Optional<Documents> documents() {
    return documents;
  }

  /**
   * Cuts them.
   *
   * @param shards at least 1
   * @throws IllegalArgumentException if there is nothing for one of the shards
   * @throws IOException if there is nothing at all, or if a file cannot be read
   */
  List<List<Slice>> cut(int shards) throws IOException {
    long length = length();
    if (length == 0) {
      throw new IOException("there is no text in " + files.get(0).getPath() + ": it is empty");
    }
    long[] places = new long[shards + 1];
    places[shards] = length;
    for (int i = 1; i < shards; i++) {
      places[i] = beginningFrom((long) ((double) i / shards * length));
    }
    List<List<Slice>> cut = new ArrayList<>();
    for (int i = 0; i < shards; i++) {
      if (places[i] >= places[i + 1]) {
        throw new IllegalArgumentException(
            "shards is "
                + shards
                + ", and there would be none of the text in number "
                + (i + 1)
                + ": choose fewer");
      }
      cut.add(between(places[i], places[i + 1]));
    }
    return cut;
  }

  private long length() {
    return files.stream().mapToLong(FileStatus::getLen).sum();
  }

  /** The first bytes, so many or a few more, up to where a shard might begin. */
  List<Slice> beginning(long bytes) throws IOException {
    return between(0, bytes >= length() ? length() : beginningFrom(bytes));
  }

  private List<Slice> between(long from, long to) {
    List<Slice> slices = new ArrayList<>();
    long begin = 0;
    for (FileStatus file : files) {
      long end = begin + file.getLen();
      if (begin < to && end > from) {
        slices.add(
            new Slice(
                file.getPath().toString(),
                Math.max(from, begin) - begin,
                Math.min(to, end) - begin));
      }
      begin = end;
    }
    return slices;
  }

  /** The first place, from another on, at which a shard may begin. */
  private long beginningFrom(long place) throws IOException {
    long begin = 0;
    for (FileStatus file : files) {
      long end = begin + file.getLen();
      if (place == begin) {
        return place;
      }
      if (place < end) {
        return begin + beginningFrom(file, place - begin);
      }
      begin = end;
    }
    return begin;
  }

  /** The same in a file, at the latest its end, where the next one begins. */
  private long beginningFrom(FileStatus file, long place) throws IOException {
    byte[] delimiter = documents.map(Documents::delimiter).orElse("").getBytes(UTF_8);
    if (documents.isPresent() && delimiter.length == 0) {
      return file.getLen();
    }
    // A delimiter that ends just there is one, too.
    long from = Math.max(0, place - delimiter.length);
    FileSystem system = file.getPath().getFileSystem(configuration);
    try (FSDataInputStream in = system.open(file.getPath())) {
      in.seek(from);
      InputStream bytes = new BufferedInputStream(in);
      return documents.isPresent()
          ? from + after(delimiter, bytes)
          : from + beforeNextCharacter(bytes);
    }
  }

  /** How many bytes there are up to a delimiter and with it, or in all. */
  private static long after(byte[] delimiter, InputStream in) throws IOException {
    int[] last = new int[delimiter.length]; // bytes, the latest at count % length
    long count = 0;
    for (int b = in.read(); b >= 0; b = in.read()) {
      last[(int) (count % last.length)] = b;
      count++;
      if (count >= last.length && matches(delimiter, last, count)) {
        return count;
      }
    }
    return count;
  }

  private static boolean matches(byte[] delimiter, int[] last, long count) {
    for (int i = 0; i < delimiter.length; i++) {
      if (last[(int) ((count + i) % last.length)] != (delimiter[i] & 0xff)) {
        return false;
      }
    }
    return true;
  }

  private static long beforeNextCharacter(InputStream in) throws IOException {
    long count = 0;
    for (int b = in.read(); b >= 0 && (b & 0xc0) == 0x80; b = in.read()) { // goes on with another
      count++;
    }
    return count;
  }
}
