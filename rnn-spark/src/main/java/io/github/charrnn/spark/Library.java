package io.github.charrnn.spark;

import io.github.charrnn.VanillaRnn;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** Which charrnn this Java has. */
final class Library {
  private Library() {}

  /** The version of rnn-core, which computes. */
  static String version() {
    try (InputStream in = VanillaRnn.class.getResourceAsStream("version.properties")) {
      if (in == null) {
        return "before 0.1.0"; // no version that was released is without
      }
      Properties properties = new Properties();
      properties.load(in);
      return properties.getProperty("version", "unknown");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
