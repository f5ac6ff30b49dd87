package io.github.charrnn.cli.files;

import io.github.charrnn.cli.output.Failures;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;

/**
 * Files that a command is going to write: what can be wrong with them, found out before it starts.
 */
public final class Destinations {
  private final List<Kept> kept = new ArrayList<>();
  private final List<String> texts = new ArrayList<>();

  /** A file that nothing may replace: what it is, and its name. */
  private record Kept(String what, String name) {}

  /** What a destination must not be. */
  public static final class ClashException extends IOException {
    private static final long serialVersionUID = 1;

    ClashException(String message) {
      super(message);
    }
  }

  /** Names a file that the command reads: nothing that it writes may replace it. */
  public Destinations keep(String what, String name) {
    kept.add(new Kept(what, name));
    return this;
  }

  /**
   * Names a text that the command reads. If it is a directory, nothing may be written where it
   * would be read as text the next time.
   */
  public Destinations keepText(String what, String name) {
    if (!name.isEmpty()) {
      texts.add(name);
    }
    return keep(what, name);
  }

  /**
   * Names a file that the command writes, and that nothing that follows may replace.
   *
   * @throws ClashException if it would replace one that was named before, be part of a text, or be
   *     standard output
   * @throws IOException if it cannot be written
   */
  public Destinations add(String what, Path file) throws IOException {
    if (file.toString().equals(Sources.STANDARD_INPUT)) { // which also stands for output elsewhere
      throw new ClashException(
          what
              + " cannot be saved to -, standard output has other things to say: name a file, ./- if"
              + " it is called so");
    }
    requireWritable(file);
    for (Kept other : kept) {
      if (isSame(file, other.name)) {
        throw new ClashException(
            what + " would replace " + other.what + ", " + other.name + ": name another file");
      }
    }
    for (String text : texts) {
      if (isIn(Path.of(text), file)) {
        throw new ClashException(
            String.format(
                Locale.ROOT,
                "%s is %s, must not be in %s, of which every file is read: name a file elsewhere",
                what,
                file,
                text));
      }
    }
    return keep(what, file.toString());
  }

  /** Whether a directory that is read as a text has a file, or is going to. */
  private static boolean isIn(Path text, Path file) throws IOException {
    if (!Files.isDirectory(text)) {
      return false;
    }
    Path target = target(file);
    Path directory = text.toRealPath();
    // The file may not be there yet.
    Path real = target.resolveSibling(".").toRealPath().resolve(target.getFileName());
    return real.startsWith(directory) && !TextSource.isHidden(directory.relativize(real));
  }

  /** Whether a file is the one of that name; an empty name and standard input are no files. */
  private static boolean isSame(Path file, String other) throws IOException {
    if (other.isEmpty() || other.equals(Sources.STANDARD_INPUT)) {
      return false;
    }
    Path otherFile = Path.of(other);
    return file.toAbsolutePath().normalize().equals(otherFile.toAbsolutePath().normalize())
        || (Files.exists(file) && Files.exists(otherFile) && Files.isSameFile(file, otherFile));
  }

  /** Finds out before hours of training that their result could not be saved. */
  public static void requireWritable(Path file) throws IOException {
    Path target = target(file);
    Path directory = target.getParent();
    if (directory == null || Files.isDirectory(target)) {
      throw new IOException(file + " is a directory: name a file to save to");
    }
    if (!Files.isDirectory(directory)) {
      throw new IOException(
          "there is no directory " + directory + " to save " + target.getFileName() + " in");
    }
    if (Files.exists(target) && !Files.isRegularFile(target)) {
      throw new IOException(file + " is not a regular file: name another to save to");
    }
    if (Files.exists(target) && !Files.isWritable(target)) {
      throw new IOException("there is no permission to replace " + file);
    }
    try {
      requirePossible(target);
      // Never under the name itself: nobody may see an empty file there, or have his own deleted.
      Files.newByteChannel(
              directory.resolve(".rnn-" + UUID.randomUUID()),
              StandardOpenOption.CREATE_NEW,
              StandardOpenOption.WRITE,
              StandardOpenOption.DELETE_ON_CLOSE)
          .close();
    } catch (AccessDeniedException e) {
      throw new IOException(
          "cannot create " + target + ": there is no permission to create files there", e);
    } catch (IOException e) {
      throw new IOException("cannot create " + target + ": " + Failures.sentence(e), e);
    }
  }

  /** Asks the file system whether a file can have that name, its length for one. */
  private static void requirePossible(Path target) throws IOException {
    try {
      Files.readAttributes(target, BasicFileAttributes.class);
    } catch (NoSuchFileException e) {
      // it can, there is none yet
    }
  }

  /** The file itself, where the name is a link to it: what will be replaced. */
  private static Path target(Path file) throws IOException {
    if (Files.isSymbolicLink(file) && !Files.exists(file)) {
      throw new IOException(file + " is a symbolic link to nothing: name another file to save to");
    }
    return Files.exists(file) ? file.toRealPath() : file.toAbsolutePath();
  }
}
