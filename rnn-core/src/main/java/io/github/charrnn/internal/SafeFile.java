package io.github.charrnn.internal;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.UUID;

/**
 * A file that is replaced so that a reader, whenever it looks and whatever has failed, finds the
 * old one or the new one whole.
 *
 * <pre>
 * .rnn-ID-UUID.tmp    written, forced, closed
 * .rnn-ID-UUID.old    a second name for the old file
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

  /** Without a lock, a leftover that nobody has written to for so long is nobody's. */
  private static final Duration ABANDONED = Duration.ofMinutes(10);

  private final Path file;
  private final Disk disk;
  private boolean swept;

  /** Writes the content of a file. */
  public interface Content {
    /** Called once. */
    void writeTo(Disk.Output out) throws IOException;
  }

  public SafeFile(Path file) {
    this(file, Disk.REAL);
  }

  SafeFile(Path file, Disk disk) {
    this.file = file;
    this.disk = disk;
  }

  /**
   * Replaces the file, or creates it. A symbolic link is followed, permissions are kept.
   *
   * @throws IOException if any of it fails; then the file is as it was, or, if only the second name
   *     of the old one could not be removed, the new one
   */
  public void replace(Content content) throws IOException {
    Path target = target(file);
    if (Files.exists(target) && !Files.isRegularFile(target)) {
      throw new FileSystemException(file.toString(), null, "this is not a regular file");
    }
    if (!swept) {
      sweep(target, ABANDONED);
    }
    Path temporary = sibling(target, ".tmp");
    Path old = sibling(target, ".old");
    boolean existed = Files.exists(target);
    boolean linked = false;
    boolean complete = false;
    try {
      try (Disk.Output out = disk.create(temporary)) {
        keepPermissions(target, temporary);
        content.writeTo(out);
        out.force();
      }
      linked = existed && link(target, old);
      complete = true;
      disk.move(temporary, target);
      disk.forceDirectory(directory(target));
    } catch (Throwable e) {
      try {
        if (!complete || Files.exists(temporary)) {
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

  /** Keeps the old file at hand until the new one is safe, where the file system can. */
  private boolean link(Path target, Path old) {
    try {
      disk.link(target, old);
      return true;
    } catch (IOException | UnsupportedOperationException e) {
      return false; // the move alone is safe; only its own undoing would need the second name
    }
  }

  /** Removes what dead processes have left of this file; whoever holds its lock knows they are. */
  public void sweep() throws IOException {
    sweep(target(file), Duration.ZERO);
  }

  private void sweep(Path target, Duration idle) throws IOException {
    swept = true;
    Instant limit = Instant.now().minus(idle);
    try (DirectoryStream<Path> leftovers =
        Files.newDirectoryStream(directory(target), prefix(target) + "*.{tmp,old}")) {
      for (Path leftover : leftovers) {
        try {
          if (!Files.getLastModifiedTime(leftover).toInstant().isAfter(limit)) {
            disk.delete(leftover);
          }
        } catch (NoSuchFileException e) {
          // its owner lives, or another sweeper was here
        }
      }
    } catch (AccessDeniedException e) {
      // A directory that may be written to but not read keeps its leftovers.
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

  /** In the same directory, short whatever the target's name, and never the same one twice. */
  private static Path sibling(Path target, String ending) {
    return target.resolveSibling(prefix(target) + UUID.randomUUID() + ending);
  }

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
