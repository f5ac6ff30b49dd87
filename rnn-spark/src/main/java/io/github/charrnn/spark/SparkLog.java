package io.github.charrnn.spark;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Objects;
import org.apache.logging.log4j.core.config.Configurator;

/** What Spark says on standard error while a command runs: little, unless it is asked for more. */
final class SparkLog {
  private static final String CONFIGURATION = "log4j2.configurationFile";

  private SparkLog() {}

  /** For all that is logged from now on, unless Java was started with a configuration. */
  static void configure() {
    if (System.getProperty(CONFIGURATION) == null) {
      Configurator.reconfigure(configuration());
    }
  }

  private static URI configuration() {
    try {
      return Objects.requireNonNull(SparkLog.class.getResource("log4j2.properties")).toURI();
    } catch (URISyntaxException e) {
      throw new IllegalStateException("the jar has lost its log4j2.properties", e);
    }
  }
}
