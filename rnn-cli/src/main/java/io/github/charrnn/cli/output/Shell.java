package io.github.charrnn.cli.output;

import java.util.List;
import java.util.stream.Collectors;

/** Commands as they are typed into a shell. */
public final class Shell {
  private Shell() {}

  /** What this program was called by. */
  public static String rnn() {
    return System.getProperty("rnn.command", "rnn");
  }

  /** The words as one line. */
  public static String line(List<String> words) {
    return words.stream().map(Shell::quoted).collect(Collectors.joining(" "));
  }

  /** As a shell takes it for one word. */
  public static String quoted(String word) {
    return word.matches("[\\w./=,:+-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
  }

  /** A file's name that no command takes for an option. */
  public static String file(String name) {
    return (name.startsWith("-") ? "./" : "") + name;
  }
}
