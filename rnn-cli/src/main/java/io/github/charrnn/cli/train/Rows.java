package io.github.charrnn.cli.train;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/** Names and what they stand for, one below the other. */
final class Rows {
  private record Row(String name, String value) {}

  private final List<Row> rows = new ArrayList<>();

  /**
   * Adds a row.
   *
   * @param name empty in a row that goes on with the one above
   */
  void add(String name, String value) {
    rows.add(new Row(name, value));
  }

  void print(PrintWriter to) {
    int width = rows.stream().mapToInt(row -> row.name.length()).max().orElse(0);
    for (Row row : rows) {
      to.println(row.name + " ".repeat(width + 2 - row.name.length()) + row.value);
    }
  }
}
