package io.github.charrnn.cli.output;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.logging.LogManager;

/**
 * How what the library logs is shown: a line like the others, and its hints too, which are DEBUG
 * there. Java's logging makes one of these when something is logged, which no short command waits
 * for.
 */
public final class LibraryLog {
  private static final String CONFIGURATION =
      """
      handlers = java.util.logging.ConsoleHandler
      .level = INFO
      java.util.logging.ConsoleHandler.level = FINE
      io.github.charrnn.hints.level = FINE
      """;

  /** Called by Java's logging. */
  public LibraryLog() throws IOException {
    LogManager.getLogManager()
        .readConfiguration(new ByteArrayInputStream(CONFIGURATION.getBytes(UTF_8)));
  }

  /** For all that is logged from now on, unless Java was started with a configuration. */
  public static void configure() {
    System.setProperty("java.util.logging.SimpleFormatter.format", "rnn: %5$s%6$s%n");
    if (System.getProperty("java.util.logging.config.file") == null) {
      System.setProperty("java.util.logging.config.class", LibraryLog.class.getName());
    }
  }
}
