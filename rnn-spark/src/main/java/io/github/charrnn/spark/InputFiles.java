package io.github.charrnn.spark;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.charrnn.cli.options.Options;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import picocli.CommandLine.Model.CommandSpec;

/** Files that are read, in an order that follows from their names alone. */
final class InputFiles {
  private InputFiles() {}

  /**
   * The files that paths name, those of each in the order of their whole paths, as rnn has them. Of
   * a directory these are all that are not hidden, also in further ones.
   *
   * @param paths files, directories, and patterns with * for several; what is there under the name
   *     itself is no pattern
   * @throws IOException if there is none, or one cannot be looked at
   */
  static List<FileStatus> of(List<String> paths, Configuration configuration) throws IOException {
    List<FileStatus> files = new ArrayList<>();
    for (String path : paths) {
      for (FileStatus one : found(path, configuration)) {
        List<FileStatus> inside = new ArrayList<>();
        add(one, configuration, inside);
        files.addAll(sorted(inside));
      }
    }
    if (files.isEmpty()) {
      throw new IOException("there is no file in " + String.join(", ", paths));
    }
    return files;
  }

  /**
   * Refuses standard input, which one process of a cluster has.
   *
   * @param label what the command calls its paths
   */
  static void requireNamed(CommandSpec command, String label, List<String> paths) {
    if (paths.contains("-")) {
      throw Options.wrong(
          command,
          label
              + " is -, standard input, which executors do not reach: name a file, a directory or a"
              + " pattern");
    }
  }

  private static List<FileStatus> found(String typed, Configuration configuration)
      throws IOException {
    Path path = path(typed, configuration);
    FileSystem system = path.getFileSystem(configuration);
    FileStatus[] found;
    try {
      found =
          system.exists(path)
              ? new FileStatus[] {system.getFileStatus(path)}
              : system.globStatus(path);
    } catch (FileNotFoundException e) {
      throw new IOException("there is no file " + typed, e);
    }
    if (found == null || found.length == 0) {
      throw new IOException("there is no file " + typed);
    }
    return sorted(List.of(found));
  }

  /** Whether Spark's own reader leaves out a file of that name: it counts as not there yet. */
  static boolean isHidden(Path file) {
    String name = file.getName();
    return name.startsWith(".") || name.startsWith("_") || name.endsWith("._COPYING_");
  }

  /**
   * A path with its file system.
   *
   * @throws IOException if it is none
   */
  static Path path(String typed, Configuration configuration) throws IOException {
    try {
      Path path = new Path(typed);
      return path.getFileSystem(configuration).makeQualified(path);
    } catch (IllegalArgumentException e) {
      throw new IOException("'" + typed + "' is no path: " + e.getMessage(), e);
    }
  }

  private static void add(FileStatus file, Configuration configuration, List<FileStatus> to)
      throws IOException {
    if (!file.isDirectory()) {
      to.add(file);
      return;
    }
    FileSystem system = file.getPath().getFileSystem(configuration);
    for (FileStatus inside : system.listStatus(file.getPath())) {
      if (!isHidden(inside.getPath())) {
        add(inside, configuration, to);
      }
    }
  }

  /** By bytes, as Java sorts the paths of this machine. */
  private static List<FileStatus> sorted(List<FileStatus> files) {
    return files.stream()
        .sorted(
            Comparator.comparing(
                file -> file.getPath().toString().getBytes(UTF_8), Arrays::compareUnsigned))
        .toList();
  }
}
