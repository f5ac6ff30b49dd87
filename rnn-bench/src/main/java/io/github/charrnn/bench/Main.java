package io.github.charrnn.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * JMH's command line, except that a benchmark that fails its own check ends the run with exit code
 * 1 instead of being left out of the results ({@code -foe false} gives JMH's own behaviour).
 */
public final class Main {
  private Main() {}

  /** Runs JMH. */
  public static void main(String[] args) throws IOException {
    List<String> options = new ArrayList<>(Arrays.asList(args));
    if (!options.contains("-foe")) {
      options.addAll(List.of("-foe", "true"));
    }
    org.openjdk.jmh.Main.main(options.toArray(String[]::new));
  }
}
