package io.github.charrnn.internal;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;

/** Replaces files so that a reader, whenever it looks, finds the old one or the new one whole. */
public final class SafeFile {

  /** Writes the content of a file. */
  public interface Content {
    void writeTo(FileChannel channel) throws IOException;
  }

  private SafeFile() {}

  /**
   * Writes a temporary file in the same directory, forces it to the disk, and moves it to its name.
   *
   * @throws IOException if that fails; then the file is as it was and the temporary file is gone
   */
  public static void replace(Path file, Content content) throws IOException {
    Path target = target(file);
    Path temporary = temporary(target);
    try {
      try (FileChannel channel =
          FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        content.writeTo(channel);
        channel.force(true);
      }
      keepPermissions(target, temporary);
      Files.move(
          temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (Throwable e) {
      Files.deleteIfExists(temporary);
      throw e;
    }
    forceDirectory(target);
  }

  /** The file itself, where the name is a symbolic link to it. */
  private static Path target(Path file) throws IOException {
    try {
      return file.toRealPath();
    } catch (NoSuchFileException e) {
      Path absolute = file.toAbsolutePath();
      if (Files.exists(absolute, LinkOption.NOFOLLOW_LINKS)) {
        throw new NoSuchFileException(file.toString(), null, "a symbolic link to nothing");
      }
      return absolute;
    }
  }

  private static Path temporary(Path target) {
    return target.resolveSibling(
        "." + target.getFileName() + "." + ProcessHandle.current().pid() + ".tmp");
  }

  private static void keepPermissions(Path from, Path to) throws IOException {
    PosixFileAttributeView view = Files.getFileAttributeView(from, PosixFileAttributeView.class);
    if (view != null && Files.exists(from)) {
      Files.setPosixFilePermissions(to, view.readAttributes().permissions());
    }
  }

  /** So that the new name survives a power failure; not every system lets a directory be opened. */
  private static void forceDirectory(Path target) throws IOException {
    Path directory = target.getParent();
    if (directory == null || System.getProperty("os.name", "").startsWith("Windows")) {
      return;
    }
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}
