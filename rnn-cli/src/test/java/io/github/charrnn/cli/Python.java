package io.github.charrnn.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Python 3, where it is there: the one of the path, or that of the system. */
final class Python {
  private static final List<String> NAMES = List.of("python3", "/usr/bin/python3");

  private Python() {}

  /** Whether one of them has a module. */
  static boolean has(String module) throws InterruptedException {
    for (String name : NAMES) {
      if (has(name, module)) {
        return true;
      }
    }
    return false;
  }

  /** Looks for it: to import PyTorch takes seconds. */
  private static boolean has(String name, String module) throws InterruptedException {
    String program = "import importlib.util as u; print(u.find_spec('" + module + "') is not None)";
    return start(name, Path.of("."), program).equals("True\n");
  }

  /**
   * What a program prints, or why it cannot.
   *
   * @param module that it needs
   */
  static String run(Path directory, String module, String program) throws InterruptedException {
    for (String name : NAMES) {
      if (has(name, module)) {
        return start(name, directory, program);
      }
    }
    return "failed: there is no " + module;
  }

  private static String start(String name, Path directory, String program)
      throws InterruptedException {
    try {
      Process process =
          new ProcessBuilder(name, "-c", program)
              .directory(directory.toFile())
              .redirectErrorStream(true)
              .start();
      String output = new String(process.getInputStream().readAllBytes(), UTF_8);
      return process.waitFor() == 0 ? output : "failed: " + output;
    } catch (IOException e) {
      return "failed: " + e.getMessage();
    }
  }
}
