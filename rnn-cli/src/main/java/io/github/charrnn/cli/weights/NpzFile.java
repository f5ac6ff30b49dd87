package io.github.charrnn.cli.weights;

import io.github.charrnn.cli.files.Replacement;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.CheckedOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/** NumPy's file of several arrays, .npz: a zip of {@linkplain NpyFile .npy files}. */
public final class NpzFile {
  /** What its name ends in. */
  public static final String EXTENSION = ".npz";

  private static final int MOST = 1_000; // arrays
  private static final LocalDateTime ALWAYS = LocalDateTime.of(1980, 1, 1, 0, 0);

  private NpzFile() {}

  static boolean begins(byte[] file) {
    return file.length >= 2 && file[0] == 'P' && file[1] == 'K';
  }

  /**
   * Reads the headers of all arrays.
   *
   * @throws IOException if the file is not as numpy.savez writes it
   */
  static List<Stored> read(Path file) throws IOException {
    try {
      return arrays(file);
    } catch (ZipException e) { // Java finds some damage when it reads an entry
      throw damaged(file, e);
    }
  }

  private static List<Stored> arrays(Path file) throws IOException {
    List<Stored> arrays = new ArrayList<>();
    try (ZipFile zip = open(file)) {
      if (zip.size() > MOST) {
        throw new IOException(file + " has " + zip.size() + " arrays, must have at most " + MOST);
      }
      for (ZipEntry entry : zip.stream().toList()) {
        String name = entry.getName();
        String shown = Stored.printable(name) + " in " + file;
        if (name.endsWith("data.pkl")) {
          throw new IOException(
              file
                  + " is PyTorch's own file, which is a program: save the weights as safetensors or"
                  + " .npz, as docs/weights.md shows");
        }
        if (!name.endsWith(NpyFile.EXTENSION)) {
          throw new IOException(shown + " is no array: numpy.savez writes what is");
        }
        // Otherwise a small file could ask for much memory.
        if (entry.getMethod() != ZipEntry.STORED) {
          throw new IOException(
              shown
                  + " is compressed, must not be: write it with numpy.savez, or compress all of"
                  + " the file yourself");
        }
        String bare = name.substring(0, name.length() - NpyFile.EXTENSION.length());
        arrays.add(NpyFile.read(bare, shown, () -> array(file, name), entry.getSize()));
      }
    }
    return arrays;
  }

  private static ZipFile open(Path file) throws IOException {
    try {
      return new ZipFile(file.toFile());
    } catch (IOException | IllegalArgumentException e) {
      throw damaged(file, e);
    }
  }

  private static IOException damaged(Path file, Exception e) {
    return new IOException(file + " is no .npz file, or damaged: get it again", e);
  }

  /** One array; the zip ends with it. */
  private static InputStream array(Path file, String name) throws IOException {
    ZipFile zip = open(file);
    try {
      ZipEntry entry = Objects.requireNonNull(zip.getEntry(name));
      InputStream in = Objects.requireNonNull(zip.getInputStream(entry));
      CRC32 checksum = new CRC32(); // nobody else compares that of what is not compressed
      return new FilterInputStream(new CheckedInputStream(in, checksum)) {
        @Override
        public void close() throws IOException {
          boolean whole = read() < 0;
          zip.close();
          if (whole && checksum.getValue() != entry.getCrc()) {
            throw damaged(file, new IOException(name + " has another checksum"));
          }
        }
      };
    } catch (IOException | NullPointerException e) {
      zip.close();
      throw damaged(file, e);
    }
  }

  /** Replaces a file; see {@link Replacement}. */
  public static void write(Path file, List<Tensor> tensors) throws IOException {
    Replacement.write(
        file,
        out -> {
          ZipOutputStream zip = new ZipOutputStream(Channels.newOutputStream(out));
          for (Tensor tensor : tensors) {
            ZipEntry entry = new ZipEntry(tensor.name() + NpyFile.EXTENSION);
            entry.setMethod(ZipEntry.STORED);
            entry.setTimeLocal(ALWAYS); // the same model, the same bytes
            entry.setSize(
                NpyFile.header(tensor).length + (long) tensor.dtype().bytes * tensor.data().length);
            entry.setCrc(checksum(tensor));
            zip.putNextEntry(entry);
            NpyFile.write(Channels.newChannel(zip), tensor);
          }
          zip.finish();
        });
  }

  private static long checksum(Tensor tensor) throws IOException {
    CRC32 checksum = new CRC32();
    WritableByteChannel nowhere =
        Channels.newChannel(new CheckedOutputStream(OutputStream.nullOutputStream(), checksum));
    NpyFile.write(nowhere, tensor);
    return checksum.getValue();
  }
}
