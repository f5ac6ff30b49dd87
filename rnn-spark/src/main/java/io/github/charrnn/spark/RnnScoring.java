package io.github.charrnn.spark;

import io.github.charrnn.EncodedText;
import io.github.charrnn.Evaluation;
import io.github.charrnn.Scorer;
import io.github.charrnn.UnknownSymbols;
import io.github.charrnn.VanillaRnn;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Queue;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Says of every row how well a model predicts its text: many texts side by side, which takes less
 * time than one after the other, and gives the same numbers.
 *
 * <pre>{@code
 * Dataset<Row> scored = RnnScoring.of(spark, model).score(spark.read().text("access.log"), "value");
 * scored.orderBy(col("bits").desc()).show(20);
 * }</pre>
 *
 * <p>A text is read as {@code rnn score} reads a line, {@link VanillaRnn#encodeLine}, and has the
 * numbers that {@link VanillaRnn#evaluate} gives it alone on one machine, to the bit, however the
 * rows are partitioned:
 *
 * <ul>
 *   <li>nothing for a null: its numbers are null;
 *   <li>an empty text is an empty line, of which its end is predicted; where the model predicts no
 *       end of a line, that and a text of a single character are refused, as is a text of which a
 *       policy that skips leaves no more;
 *   <li>a text of several lines, whose model is of lines, is read as these lines one after the
 *       other: the ends between them are predicted, too.
 * </ul>
 *
 * <p>What is refused ends the job with one sentence, which {@link SparkFailures#sentence} finds.
 * The model is sent to every executor once, and read once by each of its JVMs. Workers whose
 * library has another version, or computes another bit, are refused. Every task has one thread, as
 * Spark has a task for every core, and some thousands of rows in memory.
 *
 * <p>Immutable, and safe for use by many threads, as long as its session lives.
 */
public final class RnnScoring {
  /** What the column of nats, of all of a text, is called: {@value}. */
  public static final String NATS = "nats";

  /** What the column of bits per character is called: {@value}. */
  public static final String BITS = "bits";

  /** What the column of the number of characters predicted is called: {@value}. */
  public static final String CHARACTERS = "characters";

  private final SharedModel model;
  private final VanillaRnn here;
  private final UnknownSymbols unknown;

  private RnnScoring(SharedModel model, VanillaRnn here, UnknownSymbols unknown) {
    this.model = model;
    this.here = here;
    this.unknown = unknown;
  }

  /**
   * {@return scoring with a model, which is sent to the executors when they need it}
   *
   * @param spark of the rows that are to be scored
   * @param model what the texts are evaluated with
   */
  public static RnnScoring of(SparkSession spark, VanillaRnn model) {
    Objects.requireNonNull(spark, "spark");
    Objects.requireNonNull(model, "model");
    return new RnnScoring(SharedModel.of(spark, model), model, UnknownSymbols.fail());
  }

  /**
   * {@return scoring with the model of a file, as {@link SparkModels#load} reads it}
   *
   * @param spark of the rows that are to be scored
   * @param path of the model's file
   * @throws IOException if the file cannot be read, is not a model, or is damaged in any bit
   */
  public static RnnScoring of(SparkSession spark, String path) throws IOException {
    return of(spark, SparkModels.load(spark, path));
  }

  /** With a model that is there already. */
  static RnnScoring of(SharedModel model, VanillaRnn here) {
    return new RnnScoring(model, here, UnknownSymbols.fail());
  }

  /**
   * {@return the same scoring with another policy for symbols that the model does not know} Unless
   * set, it is to fail.
   *
   * @param unknown what to do with them
   * @throws IllegalArgumentException if the policy's replacement is not in the vocabulary
   */
  public RnnScoring unknown(UnknownSymbols unknown) {
    SharedModel.requireUsable(here, unknown);
    return new RnnScoring(model, here, unknown);
  }

  /**
   * {@return the rows, in their order and partitions, with the columns {@value #NATS} (of all of
   * the text), {@value #BITS} (per character) and {@value #CHARACTERS} (how many were predicted)}
   *
   * @param rows with a column of strings
   * @param column its name, as it stands in the schema
   * @throws IllegalArgumentException if there is no such column, or it is not of strings, or if the
   *     rows have a column of a name that is to be added
   */
  public Dataset<Row> score(Dataset<Row> rows, String column) {
    List<String> names = List.of(NATS, BITS, CHARACTERS);
    return score(rows, column, names, List.of(Metric.NATS, Metric.BITS, Metric.CHARACTERS));
  }

  /** The rows with a column of each metric, under the name at its place. */
  Dataset<Row> score(Dataset<Row> rows, String column, List<String> names, List<Metric> metrics) {
    Objects.requireNonNull(rows, "rows");
    StructType schema = rows.schema();
    int index = Columns.strings(schema, column, rows.sparkSession());
    StructType scored = schema;
    for (int i = 0; i < names.size(); i++) {
      Columns.requireAbsent(schema, names.get(i), rows.sparkSession());
      scored = scored.add(names.get(i), metrics.get(i).type(), true);
    }
    String name = schema.fieldNames()[index];
    List<Metric> all = List.copyOf(metrics);
    SharedModel model = this.model;
    UnknownSymbols unknown = this.unknown;
    MapPartitionsFunction<Row, Row> scoring =
        partition -> new Partition(partition, index, model.get(), unknown, all);
    return rows.withColumn(name, functions.validate_utf8(Columns.named(name)))
        .mapPartitions(scoring, Encoders.row(scored));
  }

  /** What is said of a text. */
  enum Metric {
    NATS,
    BITS,
    CHARACTERS;

    private DataType type() {
      return this == CHARACTERS ? DataTypes.LongType : DataTypes.DoubleType;
    }

    private Object of(Evaluation by) {
      return switch (this) {
        case NATS -> by.natsPerCharacter() * by.characters();
        case BITS -> by.bitsPerCharacter();
        case CHARACTERS -> by.characters();
      };
    }
  }

  /** Rows of a partition with their scores, some thousands of them read ahead. */
  private static final class Partition implements Iterator<Row> {
    /** As many as {@link Scorer} reads at a time. */
    private static final int AHEAD = 1 << 12;

    private static final long CHARACTERS_AHEAD = 1 << 22;

    private final Iterator<Row> rows;
    private final int column;
    private final VanillaRnn model;
    private final UnknownSymbols unknown;
    private final List<Metric> metrics;
    private final Scorer scorer;
    private final Queue<Row> scored = new ArrayDeque<>();

    Partition(
        Iterator<Row> rows,
        int column,
        VanillaRnn model,
        UnknownSymbols unknown,
        List<Metric> metrics) {
      this.rows = rows;
      this.column = column;
      this.model = model;
      this.unknown = unknown;
      this.metrics = metrics;
      scorer = Scorer.of(model).threads(1);
    }

    @Override
    public boolean hasNext() {
      return !scored.isEmpty() || rows.hasNext();
    }

    @Override
    public Row next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      if (scored.isEmpty()) {
        fill();
      }
      return scored.remove();
    }

    private void fill() {
      List<Row> some = new ArrayList<>();
      List<EncodedText> texts = new ArrayList<>();
      long characters = 0;
      while (some.size() < AHEAD && characters < CHARACTERS_AHEAD && rows.hasNext()) {
        Row row = rows.next();
        some.add(row);
        if (!row.isNullAt(column)) {
          EncodedText text = Rows.encode(model, row.getString(column), unknown);
          texts.add(text);
          characters += text.length();
        }
      }
      List<Evaluation> evaluations = new ArrayList<>(texts.size());
      scorer.evaluateEach(
          texts.iterator(), text -> text, (text, evaluation) -> evaluations.add(evaluation));
      Iterator<Evaluation> next = evaluations.iterator();
      for (Row row : some) {
        Object[] values = new Object[row.size() + metrics.size()];
        for (int i = 0; i < row.size(); i++) {
          values[i] = row.get(i);
        }
        if (!row.isNullAt(column)) {
          Evaluation evaluation = next.next();
          for (int i = 0; i < metrics.size(); i++) {
            values[row.size() + i] = metrics.get(i).of(evaluation);
          }
        }
        scored.add(RowFactory.create(values));
      }
    }
  }
}
