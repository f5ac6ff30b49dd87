package io.github.charrnn.spark;

import io.github.charrnn.cli.files.ModelFiles;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.attribute.FileTime;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.CreateFlag;
import org.apache.hadoop.fs.FileContext;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Options;
import org.apache.hadoop.fs.Path;

/**
 * Where a run's files are. Of the local file system, it writes them where they belong. Elsewhere it
 * has a directory of this machine for as long as it lasts, and what changes there is published: in
 * full beside what it replaces, and then in one move.
 */
final class RunPlace implements Closeable {
  private final Path remote;
  private final Configuration configuration;
  private final boolean isLocal;
  private final java.nio.file.Path here;
  private final ModelFiles files;
  private final Map<java.nio.file.Path, FileTime> published = new HashMap<>();
  private final Runnable atExit = this::clearIfThere;
  private volatile boolean kept;

  private RunPlace(
      Path remote, Configuration configuration, boolean isLocal, java.nio.file.Path here) {
    this.remote = remote;
    this.configuration = configuration;
    this.isLocal = isLocal;
    this.here = here;
    files = new ModelFiles(here.resolve(remote.getName()));
  }

  /**
   * The place of a run.
   *
   * @param model where the model is to be, in any file system that Hadoop knows
   * @throws IOException if that is not a path, or its directory is not there
   */
  static RunPlace of(String model, Configuration configuration) throws IOException {
    Path path = InputFiles.path(model, configuration);
    FileSystem system = path.getFileSystem(configuration);
    if (path.getParent() == null
        || (system.exists(path) && system.getFileStatus(path).isDirectory())) {
      throw new IOException(model + " is a directory: name the model's file in it");
    }
    if (!system.exists(path.getParent())) {
      throw new IOException("there is no directory " + path.getParent() + ": make it first");
    }
    if (system instanceof LocalFileSystem) {
      return new RunPlace(
          path, configuration, true, java.nio.file.Path.of(path.getParent().toUri().getPath()));
    }
    RunPlace place =
        new RunPlace(path, configuration, false, Files.createTempDirectory("rnn-spark-"));
    AtExit.addLast(place.atExit);
    return place;
  }

  /**
   * Refuses to write what is read.
   *
   * @param paths files, directories and patterns that are read
   */
  void requireOutside(List<String> paths) throws IOException {
    for (String read : paths) {
      Set<Path> taken = new HashSet<>(Set.of(InputFiles.path(read, configuration)));
      InputFiles.of(List.of(read), configuration).forEach(file -> taken.add(file.getPath()));
      for (java.nio.file.Path file : written()) {
        for (Path at = target(file); at != null; at = at.getParent()) {
          if (taken.contains(at)) {
            throw new IOException(
                target(file) + " would be written, and " + read + " is read: name another model");
          }
        }
      }
    }
  }

  private List<java.nio.file.Path> written() {
    return List.of(files.checkpoint(), files.numbers(), files.page(), files.model());
  }

  /**
   * What ended a run, in one sentence with the names that files have where they are published. What
   * cannot be published is kept, and the sentence says where.
   */
  IOException failed(Exception failure) {
    String message = SparkFailures.sentence(failure);
    if (!isLocal) {
      Path directory = remote.getParent();
      message =
          message.replace(here + "/", directory.isRoot() ? directory.toString() : directory + "/");
      try {
        publish();
      } catch (IOException e) {
        message += keep();
      }
    }
    return new IOException(message, failure);
  }

  private String keep() {
    kept = true;
    return "; all that the run has is in "
        + here
        + " on the driver's machine: the same command with --resume and -o "
        + files.model()
        + " goes on with it";
  }

  /** On this machine. */
  ModelFiles files() {
    return files;
  }

  /** What a file is called where it is published. */
  String name(java.nio.file.Path file) {
    return isLocal ? file.toString() : target(file).toString();
  }

  private Path target(java.nio.file.Path file) {
    return new Path(remote.getParent(), file.getFileName().toString());
  }

  /** Brings the checkpoint here, if there is one. */
  void fetchCheckpoint() throws IOException {
    Path from = target(files.checkpoint());
    if (isLocal || !from.getFileSystem(configuration).exists(from)) {
      return;
    }
    try (InputStream in = from.getFileSystem(configuration).open(from)) {
      Files.copy(in, files.checkpoint());
    }
    published.put(files.checkpoint(), Files.getLastModifiedTime(files.checkpoint()));
  }

  /** Publishes what is here and has changed since it was published. */
  void publish() throws IOException {
    if (isLocal) {
      return;
    }
    for (java.nio.file.Path file : written()) {
      if (Files.exists(file)) {
        FileTime time = Files.getLastModifiedTime(file);
        if (!time.equals(published.get(file))) {
          publish(file);
          published.put(file, time);
        }
      }
    }
  }

  private void publish(java.nio.file.Path file) throws IOException {
    Path to = target(file);
    Path beside = new Path(to.getParent(), "." + to.getName() + "-" + UUID.randomUUID());
    FileContext context = FileContext.getFileContext(to.toUri(), configuration);
    boolean done = false;
    try {
      try (OutputStream out = context.create(beside, EnumSet.of(CreateFlag.CREATE))) {
        Files.copy(file, out);
      }
      context.rename(beside, to, Options.Rename.OVERWRITE);
      done = true;
    } finally {
      if (!done) {
        context.delete(beside, false);
      }
    }
  }

  @Override
  public void close() throws IOException {
    if (isLocal) {
      return;
    }
    AtExit.removeLast(atExit);
    if (kept) {
      return;
    }
    try {
      publish();
    } catch (IOException e) {
      throw new IOException(
          "the run's files cannot be published: " + SparkFailures.sentence(e) + keep(), e);
    }
    clear();
  }

  private void clear() throws IOException {
    try (var inside = Files.list(here)) {
      for (java.nio.file.Path file : inside.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(here);
  }

  /** A process that was told to end before a run began. */
  private void clearIfThere() {
    if (!kept && Files.exists(here)) {
      try {
        clear();
      } catch (IOException e) {
        throw new UncheckedIOException(e); // Hadoop logs it
      }
    }
  }
}
