package io.github.charrnn.spark;

import java.util.Arrays;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.StructType;

/** Columns by their names, as a session compares these. */
final class Columns {
  private Columns() {}

  /**
   * Which column it is.
   *
   * @throws IllegalArgumentException if there is no such column, or it is not of strings
   */
  static int strings(StructType schema, String column, SparkSession spark) {
    Objects.requireNonNull(column, "column");
    int index =
        find(schema, column, spark)
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "there is no column "
                            + column
                            + ", the rows have: "
                            + String.join(", ", Arrays.asList(schema.fieldNames()))));
    DataType type = schema.fields()[index].dataType();
    if (!(type instanceof StringType)) {
      throw new IllegalArgumentException(
          "the column "
              + column
              + " is of "
              + type.simpleString()
              + ", must be of strings: cast it, as with CAST("
              + column
              + " AS STRING)");
    }
    return index;
  }

  /**
   * Refuses a name that is taken.
   *
   * @throws IllegalArgumentException if the rows have a column of this name
   */
  static void requireAbsent(StructType schema, String column, SparkSession spark) {
    if (find(schema, column, spark).isPresent()) {
      throw new IllegalArgumentException(
          "the rows have a column " + column + " already, which is to be added: rename theirs");
    }
  }

  private static OptionalInt find(StructType schema, String column, SparkSession spark) {
    boolean exact = Boolean.parseBoolean(spark.conf().get("spark.sql.caseSensitive", "false"));
    String[] names = schema.fieldNames();
    return IntStream.range(0, names.length)
        .filter(i -> exact ? names[i].equals(column) : names[i].equalsIgnoreCase(column))
        .findFirst();
  }

  /** The column of exactly this name, whatever is in it. */
  static Column named(String name) {
    return functions.col("`" + name.replace("`", "``") + "`");
  }
}
