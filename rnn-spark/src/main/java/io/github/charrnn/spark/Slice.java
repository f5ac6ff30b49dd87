package io.github.charrnn.spark;

import java.io.Serializable;

/**
 * Bytes of a file.
 *
 * @param file its path, with the file system
 * @param from the first one
 * @param to the one after the last
 */
record Slice(String file, long from, long to) implements Serializable {
  /** For a sentence that has offsets in it. */
  String name() {
    return from == 0 ? file : file + ", read from byte " + from + " on,";
  }
}
