package io.github.charrnn;

import io.github.charrnn.internal.CheckpointFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What any file at all must come out of: read, or refused with the one exception. */
final class FuzzTarget {
  private FuzzTarget() {}

  /** Reads bytes as a file, as they are and with the checksum that a forger would give them. */
  static void read(byte[] bytes) throws IOException {
    Path file = Files.createTempFile("fuzz", "");
    try {
      for (byte[] content : new byte[][] {bytes, SignedFile.signed(bytes)}) {
        Files.write(file, content);
        try {
          VanillaRnn read = VanillaRnn.load(file);
          read.save(file);
          if (!VanillaRnn.load(file).fingerprint().equals(read.fingerprint())) {
            throw new AssertionError("saved, it is another model");
          }
          Files.write(file, content);
        } catch (ModelFormatException e) {
          // refused
        }
        try {
          CheckpointFile.read(file);
        } catch (ModelFormatException e) {
          // refused
        }
      }
    } finally {
      Files.delete(file);
    }
  }
}
