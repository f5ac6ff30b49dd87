package io.github.charrnn.spark;

import java.io.Serializable;

/**
 * Bytes of a file.
 *
 * @param file its path, with the file system
 * @param from the first one
 * @param to the one after the last
 */
record Slice(String file, long from, long to) implements Serializable {}
