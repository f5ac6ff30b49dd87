package io.github.charrnn.internal;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Held by the one run that writes a checkpoint, on a file beside it, which goes when the run ends.
 * The lock of a process that dies ends with it.
 */
public final class RunLock implements Closeable {
  /**
   * What this process holds. It must not even open these: on POSIX systems a process loses its lock
   * on a file when it closes the file anywhere.
   */
  private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

  private final Path file;
  private final FileChannel channel;

  private RunLock(Path file, FileChannel channel) {
    this.file = file;
    this.channel = channel;
  }

  /**
   * Locks a checkpoint, whether it exists or not.
   *
   * @throws IllegalStateException if another run holds the lock
   * @throws IOException if the directory cannot be written to or knows no locks
   */
  public static RunLock acquire(Path checkpoint) throws IOException {
    Path target = SafeFile.target(checkpoint);
    Path file = target.resolveSibling(SafeFile.prefix(target) + "lock");
    Optional<FileChannel> channel = Optional.empty();
    if (HELD.add(file)) {
      try {
        channel = lock(file);
      } finally {
        if (channel.isEmpty()) {
          HELD.remove(file);
        }
      }
    }
    return new RunLock(
        file,
        channel.orElseThrow(
            () ->
                new IllegalStateException(
                    "another run is writing the checkpoint "
                        + checkpoint
                        + ": wait until it ends, or name another checkpoint")));
  }

  private static Optional<FileChannel> lock(Path file) throws IOException {
    while (true) {
      Object before = key(file);
      FileChannel channel =
          FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      try {
        if (channel.tryLock() == null) {
          channel.close();
          return Optional.empty();
        }
        // Its last holder may have removed it before we had the lock: then ours has no name.
        if (before.equals(key(file))) {
          return Optional.of(channel);
        }
      } catch (Throwable e) {
        channel.close();
        throw e;
      }
      channel.close();
    }
  }

  /** What tells a file from another of the same name; a file that is not there has a new one. */
  private static Object key(Path file) throws IOException {
    try {
      Object key = Files.readAttributes(file, BasicFileAttributes.class).fileKey();
      return key == null ? "always the same" : key; // on Windows, which keeps it: see close
    } catch (NoSuchFileException e) {
      return new Object();
    }
  }

  @Override
  public void close() {
    try (channel) {
      if (Files.readAttributes(file, BasicFileAttributes.class).fileKey() != null) {
        Files.delete(file);
      }
    } catch (IOException e) {
      // Gone already, or here to stay: a file without a lock on it is in nobody's way.
    } finally {
      HELD.remove(file);
    }
  }
}
