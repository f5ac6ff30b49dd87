package io.github.charrnn.spark;

import io.github.charrnn.VanillaRnn;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** Which charrnn this Java has. */
final class Library {
  private Library() {}

  /**
   * Refuses a driver of another version.
   *
   * @throws IllegalStateException if this worker has another one
   */
  static void requireSame(String driver) {
    if (!driver.equals(version())) {
      throw new IllegalStateException(
          "a worker has charrnn "
              + version()
              + ", the driver has "
              + driver
              + ": give all of the cluster the same rnn-spark.jar");
    }
  }

  /** Says that this worker does not compute what the driver does, although it should. */
  static IllegalStateException computesAnother() {
    return new IllegalStateException(
        "a worker with Java "
            + System.getProperty("java.version")
            + " and "
            + VanillaRnn.kernels()
            + " does not compute the driver's numbers, which every worker with the same"
            + " library does: give all of the cluster the same rnn-spark.jar");
  }

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
