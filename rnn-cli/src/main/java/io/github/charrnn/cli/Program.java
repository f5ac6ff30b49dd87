package io.github.charrnn.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/** What this program is called, with its version. */
public final class Program implements IVersionProvider {
  /** Name and version. */
  public static String name() {
    try (InputStream in = Program.class.getResourceAsStream("version.properties")) {
      Properties properties = new Properties();
      properties.load(in);
      return "charrnn " + properties.getProperty("version", "unknown");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What --version prints, but for what computes. */
  @Override
  public String[] getVersion() {
    return new String[] {name() + ", Java " + System.getProperty("java.version")};
  }
}
