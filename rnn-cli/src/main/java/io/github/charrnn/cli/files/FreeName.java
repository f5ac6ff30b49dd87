package io.github.charrnn.cli.files;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import java.util.Optional;

/**
 * The name of a model that is not written yet, which no other run takes meanwhile: a lock on a file
 * beside it says so. The lock of a process that dies ends with it.
 */
public final class FreeName {
  private final ModelFiles files;
  private final Optional<FileChannel> lock; // none where nothing can be written, as will be said

  private FreeName(ModelFiles files, Optional<FileChannel> lock) {
    this.files = files;
    this.lock = lock;
  }

  /** For a model of a text, in the current directory, numbered if that is not free. */
  public static FreeName of(String text) {
    for (int number = 1; ; number++) {
      ModelFiles files = ModelFiles.numbered(text, number);
      if (files.exist()) {
        sweep(files);
      } else {
        try {
          Optional<FileChannel> lock = lock(file(files));
          if (lock.isPresent()) {
            FreeName name = new FreeName(files, lock);
            if (!files.exist()) { // its last holder may have saved a model before we had the lock
              Runtime.getRuntime().addShutdownHook(new Thread(name::release));
              return name;
            }
            name.release();
          }
        } catch (IOException e) {
          return new FreeName(files, Optional.empty());
        }
      }
    }
  }

  /** Removes what a killed process has left, whose lock has ended with it, of a name in use. */
  public static void sweep(ModelFiles files) {
    try {
      if (Files.exists(file(files))) {
        lock(file(files)).ifPresent(lock -> new FreeName(files, Optional.of(lock)).release());
      }
    } catch (IOException e) {
      // what cannot be locked or removed is in nobody's way
    }
  }

  private static Path file(ModelFiles files) {
    return files.model().resolveSibling(".rnn-" + files.model().getFileName() + "-name");
  }

  /** Empty if another run has it. */
  private static Optional<FileChannel> lock(Path file) throws IOException {
    FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      Object opened = key(file);
      FileLock lock = channel.tryLock();
      // Its last holder may have removed it before we had the lock: then ours has no name.
      if (lock != null && Objects.equals(opened, key(file))) {
        return Optional.of(channel);
      }
    } catch (OverlappingFileLockException | NoSuchFileException e) {
      // this process has it, or the last holder has just removed it
    } catch (Throwable e) {
      channel.close();
      throw e;
    }
    channel.close();
    return Optional.empty();
  }

  private static Object key(Path file) throws IOException {
    return Optional.ofNullable(Files.readAttributes(file, BasicFileAttributes.class).fileKey())
        .orElse("of a system that has none");
  }

  public ModelFiles files() {
    return files;
  }

  /** Lets others have it. */
  public void release() {
    if (lock.isPresent() && lock.get().isOpen()) {
      FileChannel channel = lock.get();
      try (channel) {
        Files.deleteIfExists(file(files));
      } catch (IOException e) {
        // a file without a lock on it is in nobody's way
      }
    }
  }
}
