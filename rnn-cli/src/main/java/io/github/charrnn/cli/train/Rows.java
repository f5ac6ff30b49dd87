package io.github.charrnn.cli.train;

import io.github.charrnn.cli.output.Terminal;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Names and what they stand for, one below the other. */
final class Rows {
  /** Around the value stands what makes a link of it, if anything. */
  private record Row(String name, String before, String value, String after) {}

  private static final String LINK = "\u001b]8;;";
  private static final String END = "\u001b\\";

  private final List<Row> rows = new ArrayList<>();

  /**
   * Adds a row.
   *
   * @param name empty in a row that goes on with the one above
   */
  void add(String name, String value) {
    rows.add(new Row(name, "", value, ""));
  }

  /** A file, which a click opens where a terminal may know what that is. */
  void add(String name, Path file) {
    rows.add(new Row(name, LINK + file.toUri() + END, file.toString(), LINK + END));
  }

  /** To standard error. */
  void print(Terminal terminal) {
    PrintWriter to = terminal.err();
    boolean links = terminal.errColumns() > 0;
    int width = rows.stream().mapToInt(row -> row.name.length()).max().orElse(0);
    for (Row row : rows) {
      to.print(row.name + " ".repeat(width + 2 - row.name.length()));
      terminal.ownErr().print(links ? row.before : "");
      to.print(row.value);
      terminal.ownErr().print(links ? row.after : "");
      to.println();
    }
  }
}
