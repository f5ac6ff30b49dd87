package io.github.charrnn.spark;

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

/** Files that are read, in an order that follows from their names alone. */
final class InputFiles {
  private InputFiles() {}

  /**
   * The files that paths name, each path's in the order of their names. Of a directory these are
   * all that are not hidden, also in further ones.
   *
   * @param paths files, directories, and patterns with * for several
   * @throws IOException if there is none, or one cannot be looked at
   */
  static List<FileStatus> of(List<String> paths, Configuration configuration) throws IOException {
    List<FileStatus> files = new ArrayList<>();
    for (String path : paths) {
      Path pattern = path(path, configuration);
      FileStatus[] found;
      try {
        found = pattern.getFileSystem(configuration).globStatus(pattern);
      } catch (FileNotFoundException e) {
        throw new IOException("there is no file " + path, e);
      }
      if (found == null || found.length == 0) {
        throw new IOException("there is no file " + path);
      }
      for (FileStatus one : sorted(found)) {
        add(one, configuration, files);
      }
    }
    if (files.isEmpty()) {
      throw new IOException("there is no file in " + String.join(", ", paths));
    }
    return files;
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
    for (FileStatus inside : sorted(system.listStatus(file.getPath()))) {
      String name = inside.getPath().getName();
      if (!name.startsWith(".") && !name.startsWith("_")) {
        add(inside, configuration, to);
      }
    }
  }

  private static List<FileStatus> sorted(FileStatus[] files) {
    return Arrays.stream(files)
        .sorted(Comparator.comparing(file -> file.getPath().toString()))
        .toList();
  }
}
