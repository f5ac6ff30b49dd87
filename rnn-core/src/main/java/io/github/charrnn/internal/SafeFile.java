package io.github.charrnn.internal;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributeView;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;
import java.util.UUID;

/**
 * A file that is replaced so that a reader, whenever it looks and whatever has failed, finds the
 * old one or the new one whole.
 *
 * <pre>
 * .rnn-ID-UUID.tmp    written, forced, closed
 * .rnn-ID-UUID.old    a second name for the old file, where there are such
 * FILE                the new one, moved there at once; the directory is forced
 *                     the second name is removed
 * </pre>
 *
 * <p>What a killed process leaves of the first two, later saves of the same file remove; ID stands
 * for the file's name.
 */
public final class SafeFile {
  /*
   * Force before move: otherwise a power failure could leave the new name with none of its content.
   * A force that fails is final: the system may have dropped the pages that it could not write, and
   * a second force would find nothing left to complain about.
   */

  /** A leftover that nobody has written to for so long is nobody's. */
  private static final Duration ABANDONED = Duration.ofMinutes(10);

  /**
   * Marks the leftovers of a file's only writer, which are nobody's as soon as there is another.
   */
  private static final String LOCKED = "locked-";

  private final Path file;
  private final Disk disk;
  private final String mark;
  private boolean swept;

  /** Writes the content of a file. */
  public interface Content {
    /** Called once, or again if the thread was interrupted meanwhile. */
    void writeTo(Disk.Output out) throws IOException;
  }

  public SafeFile(Path file) {
    this(file, Disk.REAL, "");
  }

  private SafeFile(Path file, Disk disk, String mark) {
    this.file = file;
    this.disk = disk;
    this.mark = mark;
  }

  /** For whoever holds the {@link RunLock} of a file, and so is the only one to write it. */
  public static SafeFile locked(Path file) {
    return locked(file, Disk.REAL);
  }

  static SafeFile locked(Path file, Disk disk) {
    return new SafeFile(file, disk, LOCKED);
  }

  /**
   * Replaces the file, or creates it. A symbolic link is followed, permissions are kept.
   *
   * @throws IOException if any of it fails; then the file is as it was. It may be the new one if
   *     only the second name of the old one could not be removed, or if it cannot be undone, on
   *     file systems without second names.
   */
  public void replace(Content content) throws IOException {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          replaceOnce(content);
          return;
        } catch (ClosedByInterruptException e) {
          interrupted =
              Thread.interrupted(); // it is for whoever called; a file is no place to stop
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void replaceOnce(Content content) throws IOException {
    Path target = target(file);
    if (Files.exists(target) && !Files.isRegularFile(target)) {
      throw new FileSystemException(file.toString(), null, "this is not a regular file");
    }
    if (!swept) {
      sweep();
    }
    String name = prefix(target) + mark + UUID.randomUUID();
    Path temporary = target.resolveSibling(name + ".tmp");
    Path old = target.resolveSibling(name + ".old");
    boolean existed = Files.exists(target);
    boolean linked = false;
    Optional<Object> written = Optional.empty();
    try {
      try (Disk.Output out = disk.create(temporary)) {
        keepPermissions(target, temporary);
        content.writeTo(out);
        out.force();
      }
      linked = existed && link(target, old);
      written = key(temporary);
      disk.move(temporary, target);
      disk.forceDirectory(directory(target));
    } catch (Throwable e) {
      try {
        if (written.isEmpty() || !written.equals(key(target))) { // not moved
          disk.delete(temporary);
          disk.delete(old);
        } else if (linked) {
          disk.move(old, target);
        } else if (!existed) {
          disk.delete(target);
        }
      } catch (IOException undoing) {
        e.addSuppressed(undoing);
      }
      throw e;
    }
    if (linked) {
      disk.delete(old);
    }
  }

  /** What tells a file from all others, whatever its name; empty if it is not there or has none. */
  private static Optional<Object> key(Path file) throws IOException {
    try {
      return Optional.ofNullable(Files.readAttributes(file, BasicFileAttributes.class).fileKey());
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /** Keeps the old file at hand until the new one is safe, where the file system can. */
  private boolean link(Path target, Path old) {
    try {
      disk.link(target, old);
      return true;
    } catch (IOException | UnsupportedOperationException e) {
      return false; // the move alone is safe; only its own undoing would need the second name
    }
  }

  /** Removes what dead processes have left of this file. */
  public void sweep() throws IOException {
    swept = true;
    Path target = target(file);
    String prefix = prefix(target);
    Instant limit = Instant.now().minus(ABANDONED);
    try (DirectoryStream<Path> leftovers =
        Files.newDirectoryStream(directory(target), prefix + "*.{tmp,old}")) {
      for (Path leftover : leftovers) {
        boolean locked = String.valueOf(leftover.getFileName()).startsWith(prefix + LOCKED);
        if (locked ? mark.equals(LOCKED) : isBefore(leftover, limit)) {
          remove(leftover);
        }
      }
    } catch (AccessDeniedException | DirectoryIteratorException e) {
      // A directory that cannot be read keeps its leftovers.
    }
  }

  private static boolean isBefore(Path leftover, Instant limit) {
    try {
      return Files.getLastModifiedTime(leftover).toInstant().isBefore(limit);
    } catch (IOException e) {
      return false; // its owner lives, or another sweeper was here
    }
  }

  private void remove(Path leftover) {
    try {
      disk.delete(leftover);
    } catch (IOException e) {
      // what cannot be removed is in nobody's way
    }
  }

  /** The file itself, where the name is a symbolic link to it. */
  static Path target(Path file) throws IOException {
    try {
      return file.toRealPath();
    } catch (NoSuchFileException e) {
      Path absolute = file.toAbsolutePath();
      if (Files.isSymbolicLink(absolute)) { // not: exists, another save may just have made it
        throw new NoSuchFileException(file.toString(), null, "a symbolic link to nothing");
      }
      Path directory = absolute.getParent();
      Path name = absolute.getFileName();
      return directory != null && name != null && Files.isDirectory(directory)
          ? directory.toRealPath().resolve(name)
          : absolute;
    }
  }

  /** Whether two names are of one file, which need not be there. */
  public static boolean same(Path a, Path b) throws IOException {
    return target(a).equals(target(b));
  }

  private static Path directory(Path target) throws IOException {
    Path directory = target.getParent();
    if (directory == null) {
      throw new FileSystemException(target.toString(), null, "this is not a regular file");
    }
    return directory;
  }

  /** What the names beside the target begin with, short however long its own is. */
  static String prefix(Path target) {
    byte[] name = String.valueOf(target.getFileName()).getBytes(UTF_8);
    return ".rnn-" + HexFormat.of().formatHex(Sha256.digest().digest(name), 0, 8) + "-";
  }

  private void keepPermissions(Path from, Path to) throws IOException {
    PosixFileAttributeView view = Files.getFileAttributeView(from, PosixFileAttributeView.class);
    if (view != null && Files.exists(from)) {
      disk.setPermissions(to, view.readAttributes().permissions());
    }
  }
}
