package io.github.charrnn.internal;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.util.UUID;

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
    if (Files.exists(target) && !Files.isRegularFile(target)) {
      throw new FileSystemException(file.toString(), null, "this is not a regular file");
    }
    Path temporary = temporary(target);
    FileChannel channel = open(temporary);
    try {
      try (channel) {
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

  /** Fails if the file exists: it is then somebody else's, and not ours to delete. */
  private static FileChannel open(Path temporary) throws IOException {
    return FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
  }

  /** The file itself, where the name is a symbolic link to it. */
  private static Path target(Path file) throws IOException {
    try {
      return file.toRealPath();
    } catch (NoSuchFileException e) {
      Path absolute = file.toAbsolutePath();
      if (Files.isSymbolicLink(absolute)) { // not: exists, another save may just have made it
        throw new NoSuchFileException(file.toString(), null, "a symbolic link to nothing");
      }
      return absolute;
    }
  }

  /** In the same directory, short whatever the target's name, and never the same one twice. */
  private static Path temporary(Path target) {
    return target.resolveSibling(".rnn-" + UUID.randomUUID() + ".tmp");
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
    } catch (AccessDeniedException e) {
      // A directory that may be written to but not read: the file is in place, which is what
      // counts.
    }
  }
}
