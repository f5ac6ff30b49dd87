package io.github.charrnn.internal;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Set;

/** The operations that replacing a file is made of; tests make each of them fail. */
public interface Disk {
  /** The file systems of this Java. */
  Disk REAL = new Real();

  /** A file that is being written. */
  interface Output extends Closeable {
    /** Writes all that remains of a buffer. */
    void write(ByteBuffer buffer) throws IOException;

    /** Returns when what was written is safe from a power failure. */
    void force() throws IOException;
  }

  /** Creates a file, which must not exist yet: an existing one would be somebody else's. */
  Output create(Path file) throws IOException;

  void setPermissions(Path file, Set<PosixFilePermission> permissions) throws IOException;

  /**
   * Gives a file a second name.
   *
   * @throws UnsupportedOperationException if the file system has no such thing
   */
  void link(Path file, Path second) throws IOException;

  /** Gives a file another name, in one move that also replaces what had that name. */
  void move(Path from, Path to) throws IOException;

  /** Returns when names in a directory are safe from a power failure. */
  void forceDirectory(Path directory) throws IOException;

  /** Removes a file if it is there. */
  void delete(Path file) throws IOException;

  /** The real one. */
  final class Real implements Disk {
    @Override
    public Output create(Path file) throws IOException {
      FileChannel channel =
          FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
      return new Output() {
        @Override
        public void write(ByteBuffer buffer) throws IOException {
          while (buffer.hasRemaining()) {
            channel.write(buffer);
          }
        }

        @Override
        public void force() throws IOException {
          channel.force(true);
        }

        @Override
        public void close() throws IOException {
          channel.close();
        }
      };
    }

    @Override
    public void setPermissions(Path file, Set<PosixFilePermission> permissions) throws IOException {
      Files.setPosixFilePermissions(file, permissions);
    }

    @Override
    public void link(Path file, Path second) throws IOException {
      Files.createLink(second, file);
    }

    @Override
    public void move(Path from, Path to) throws IOException {
      Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    @Override
    public void forceDirectory(Path directory) throws IOException {
      if (System.getProperty("os.name", "").startsWith("Windows")) {
        return; // which lets nobody open a directory, and keeps names in a journal
      }
      try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
        channel.force(true);
      } catch (AccessDeniedException e) {
        // A directory that may be written to but not read: the file is in place, that counts.
      }
    }

    @Override
    public void delete(Path file) throws IOException {
      Files.deleteIfExists(file);
    }
  }
}
