package io.github.charrnn.cli.files;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.UUID;

/**
 * Replaces a file in one move, once all of the new one is on disk: whoever looks finds the old one
 * or the new one, whole. A symbolic link is followed, permissions are kept.
 */
public final class Replacement {
  /** What a killed process has left is nobody's after so long. */
  private static final Duration ABANDONED = Duration.ofMinutes(10);

  /** Writes the content of a file. */
  public interface Content {
    void writeTo(WritableByteChannel out) throws IOException;
  }

  /** Moves a file to where another may be. */
  interface Move {
    void move(Path from, Path to) throws IOException;
  }

  private Replacement() {}

  /**
   * Replaces a file, or creates it.
   *
   * @throws IOException if any of it fails; until it is moved the file is as it was
   */
  public static void write(Path file, String content) throws IOException {
    write(file, text(content));
  }

  /** The same with what is no text. */
  public static void write(Path file, Content content) throws IOException {
    write(
        file,
        content,
        (from, to) ->
            Files.move(
                from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING));
  }

  static void write(Path file, String content, Move move) throws IOException {
    write(file, text(content), move);
  }

  private static Content text(String content) {
    return out -> {
      ByteBuffer bytes = ByteBuffer.wrap(content.getBytes(UTF_8));
      while (bytes.hasRemaining()) {
        out.write(bytes);
      }
    };
  }

  private static void write(Path file, Content content, Move move) throws IOException {
    Path target = target(file);
    if (Files.exists(target) && !Files.isRegularFile(target)) {
      throw new FileSystemException(file.toString(), null, "this is not a regular file");
    }
    String prefix = prefix(target);
    sweep(target, prefix);
    Path temporary = target.resolveSibling(prefix + UUID.randomUUID() + ".tmp");
    try {
      writeAndForce(temporary, content, target);
      move.move(temporary, target);
    } catch (Throwable e) {
      try {
        Files.deleteIfExists(temporary);
      } catch (IOException deleting) {
        e.addSuppressed(deleting);
      }
      throw e;
    }
    forceDirectory(target);
  }

  private static void writeAndForce(Path temporary, Content content, Path target)
      throws IOException {
    try (FileChannel channel =
        FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      keepPermissions(target, temporary);
      content.writeTo(channel);
      channel.force(true);
    }
  }

  private static void keepPermissions(Path from, Path to) throws IOException {
    PosixFileAttributeView view = Files.getFileAttributeView(to, PosixFileAttributeView.class);
    if (view != null && Files.exists(from)) {
      view.setPermissions(Files.getPosixFilePermissions(from));
    }
  }

  /** Returns when the file's new name is safe from a power failure, where that can be known. */
  private static void forceDirectory(Path target) throws IOException {
    if (System.getProperty("os.name", "").startsWith("Windows")) {
      return; // nobody can open a directory there
    }
    try (FileChannel directory =
        FileChannel.open(target.resolveSibling("."), StandardOpenOption.READ)) {
      directory.force(true);
    } catch (AccessDeniedException e) {
      // A directory that may be written to but not read: the file is in place, that counts.
    }
  }

  /** The file itself, where the name is a symbolic link to it. */
  private static Path target(Path file) throws IOException {
    if (Files.isSymbolicLink(file) && !Files.exists(file)) {
      throw new FileSystemException(file.toString(), null, "this is a symbolic link to nothing");
    }
    return Files.exists(file) ? file.toRealPath() : file.toAbsolutePath();
  }

  /** Short however long the file's own name is. */
  private static String prefix(Path target) {
    return String.format(
        Locale.ROOT, ".rnn-%08x-", String.valueOf(target.getFileName()).hashCode());
  }

  /** Removes what killed processes have left of this file. */
  private static void sweep(Path target, String prefix) throws IOException {
    Instant limit = Instant.now().minus(ABANDONED);
    try (DirectoryStream<Path> leftovers =
        Files.newDirectoryStream(target.resolveSibling("."), prefix + "*.tmp")) {
      for (Path leftover : leftovers) {
        if (Files.getLastModifiedTime(leftover).toInstant().isBefore(limit)) {
          Files.deleteIfExists(leftover);
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      // What cannot be listed or removed is in nobody's way.
    }
  }
}
