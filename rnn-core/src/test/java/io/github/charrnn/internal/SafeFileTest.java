package io.github.charrnn.internal;

import java.nio.file.Path;

public class SafeFileTest {
  /** What the names of leftovers of a file begin with. */
  public static String prefix(Path file) {
    return SafeFile.prefix(file);
  }
}
