package io.github.charrnn.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.charrnn.EncodedText;
import io.github.charrnn.Evaluation;
import io.github.charrnn.UnknownSymbols;
import io.github.charrnn.VanillaRnn;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Rows and their scores, against those of each text alone in this Java. */
class RnnScoringTest {
  private static final StructType LINES =
      new StructType()
          .add("id", DataTypes.LongType, false)
          .add("line", DataTypes.StringType)
          .add("tags", DataTypes.createArrayType(DataTypes.StringType));

  private final SparkSession spark = LocalSpark.session();

  @TempDir private Path folder;

  /** With nulls, empty ones, and one that is longer than many windows. */
  private static List<String> lines(int count) {
    Random random = new Random(5);
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      StringBuilder line = new StringBuilder();
      for (int length = random.nextInt(i == 7 ? 5000 : 90); length > 0; length--) {
        line.append(Models.LETTERS.charAt(random.nextInt(Models.LETTERS.length())));
      }
      lines.add(i % 97 == 3 ? null : line.toString());
    }
    if (count > 1) {
      lines.set(1, "");
    }
    return lines;
  }

  private Dataset<Row> rows(List<String> lines) {
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      rows.add(RowFactory.create((long) i, lines.get(i), new String[] {"t" + i, null}));
    }
    return spark.createDataFrame(rows, LINES).coalesce(1);
  }

  private static String bits(Row row) {
    return row.isNullAt(3)
        ? "null"
        : Double.doubleToLongBits(row.getDouble(3))
            + " "
            + Double.doubleToLongBits(row.getDouble(4))
            + " "
            + row.getLong(5);
  }

  private static String bits(VanillaRnn model, String line, UnknownSymbols unknown) {
    if (line == null) {
      return "null";
    }
    Evaluation by = model.evaluate(model.encodeLine(line, unknown));
    return Double.doubleToLongBits(by.natsPerCharacter() * by.characters())
        + " "
        + Double.doubleToLongBits(by.bitsPerCharacter())
        + " "
        + by.characters();
  }

  /** More lines than are read ahead; fewer than there are partitions; none. */
  @ParameterizedTest
  @CsvSource({"5000, 1", "30, 2", "5, 7", "0, 1"})
  void rows_inPartitions_haveTheBitsOfEachTextAlone(int count, int partitions) {
    List<String> lines = lines(count);
    Dataset<Row> rows = rows(lines);
    Dataset<Row> cut = partitions == 1 ? rows : rows.repartition(partitions);

    List<Row> scored = RnnScoring.of(spark, Models.BOOK).score(cut, "line").collectAsList();

    assertThat(scored.stream().map(row -> row.getLong(0)).toList())
        .hasSize(count)
        .isEqualTo(cut.collectAsList().stream().map(row -> row.getLong(0)).toList());
    for (Row row : scored) {
      int id = (int) row.getLong(0);
      assertThat(row.getString(1)).isEqualTo(lines.get(id));
      assertThat(row.getList(2)).isEqualTo(Arrays.asList("t" + id, null));
      assertThat(bits(row))
          .as("line " + id)
          .isEqualTo(bits(Models.BOOK, lines.get(id), UnknownSymbols.fail()));
    }
  }

  @Test
  void columns_areThoseOfTheRowsAndThree() {
    Dataset<Row> scored = RnnScoring.of(spark, Models.LIST).score(rows(lines(9)), "LINE");

    assertThat(scored.columns())
        .containsExactly("id", "line", "tags", "nats", "bits", "characters");
    assertThat(scored.schema().apply("bits").dataType()).isEqualTo(DataTypes.DoubleType);
    assertThat(scored.schema().apply("characters").dataType()).isEqualTo(DataTypes.LongType);
  }

  @Test
  void model_isReadOnceByAllTasks() {
    SharedModel shared = SharedModel.of(spark, Models.BOOK);
    MapPartitionsFunction<Row, Integer> identity =
        partition -> List.of(System.identityHashCode(shared.get())).iterator();

    List<Integer> objects =
        rows(lines(30)).repartition(7).mapPartitions(identity, Encoders.INT()).collectAsList();

    assertThat(objects).hasSize(7);
    assertThat(objects.stream().distinct()).hasSize(1);
  }

  /** What "rnn score" says of the same lines, whose tests are in rnn-cli. */
  @Test
  void linesOfDocuments_beginAndEndAsLinesDo() {
    List<String> lines = Arrays.asList("", "abc", "abc\nfad", "fad");

    List<Row> scored = RnnScoring.of(spark, Models.LIST).score(rows(lines), "line").collectAsList();

    assertThat(scored.stream().map(row -> row.getLong(5))).containsExactly(1L, 4L, 8L, 4L);
    assertThat(scored.get(2).getDouble(3))
        .isCloseTo(scored.get(1).getDouble(3) + scored.get(3).getDouble(3), within(1e-12));
    EncodedText alone = Models.LIST.encode("abc", UnknownSymbols.fail());
    assertThat(scored.get(1).getDouble(4))
        .isEqualTo(Models.LIST.evaluate(alone).bitsPerCharacter());
  }

  @ParameterizedTest
  @CsvSource({"skip", "replace"})
  void unknownSymbols_areLeftOutOrReplaced(String policy) {
    UnknownSymbols unknown =
        policy.equals("skip") ? UnknownSymbols.skip() : UnknownSymbols.replaceWith('b');
    List<String> lines = List.of("aXc", "X", "XaXbXc");

    List<Row> scored =
        RnnScoring.of(spark, Models.BOOK)
            .unknown(unknown)
            .score(rows(lines), "line")
            .collectAsList();

    for (int i = 0; i < lines.size(); i++) {
      assertThat(bits(scored.get(i))).isEqualTo(bits(Models.BOOK, lines.get(i), unknown));
    }
  }

  private String refusal(VanillaRnn model, String... lines) {
    Dataset<Row> rows = rows(Arrays.asList(lines));
    return Refusal.of(() -> RnnScoring.of(spark, model).score(rows, "line").count());
  }

  @Test
  void unknownSymbol_isRefused() {
    assertThat(refusal(Models.BOOK, "abc", "abXc"))
        .isEqualTo(
            "the text 'abXc': the symbol 'X' (U+0058) at position 2 is not in the vocabulary of 17"
                + " symbols: --unknown skip, in the API UnknownSymbols.skip(), leaves such symbols out");
  }

  @Test
  void surrogate_isRefused() {
    // UTF-8 has no halves of a pair, so what has one is no text of Spark's any more
    assertThat(refusal(Models.BOOK, "ab\ud800c"))
        .isEqualTo(
            "the text 'ab?c': the symbol '?' (U+003F) at position 2 is not in the vocabulary of 17"
                + " symbols: --unknown skip, in the API UnknownSymbols.skip(), leaves such symbols out");
  }

  @ParameterizedTest
  @CsvSource({"'', ''", "a, a"})
  void shortText_whereNoEndIsPredicted_isRefused(String text, String shown) {
    assertThat(refusal(Models.ENDLESS, "abc", text))
        .isEqualTo(
            "the text '"
                + shown
                + "': it has fewer than 2 characters that the model knows, which predicts no end of"
                + " a line: leave such rows out");
  }

  @Test
  void longText_isShownInPart() {
    assertThat(refusal(Models.BOOK, "a\u0000" + "b".repeat(100)))
        .startsWith("the text 'a\\u0000" + "b".repeat(38) + "…': the symbol U+0000 at position 1 ");
  }

  @Test
  void bytesThatAreNotUtf8_areRefused() {
    Dataset<Row> rows =
        spark.sql("SELECT 1L AS id, CAST(X'61E962' AS STRING) AS line, array('t') AS tags");

    assertThat(
            Refusal.of(
                () ->
                    RnnScoring.of(spark, Models.BOOK)
                        .unknown(UnknownSymbols.skip())
                        .score(rows, "line")
                        .count()))
        .isEqualTo(
            "a text is not UTF-8, it has the bytes \\x61\\xE9\\x62: convert it first, for example"
                + " with iconv");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "id    | the column id is of bigint, must be of strings: cast it, as with CAST(id AS STRING)",
        "tags  | the column tags is of array<string>, must be of strings: cast it, as with CAST(tags AS STRING)",
        "lines | there is no column lines, the rows have: id, line, tags",
        "''    | there is no column , the rows have: id, line, tags",
      })
  void columnThatIsNotOfStrings_isRefused(String column, String sentence) {
    Dataset<Row> rows = rows(lines(9));
    RnnScoring scoring = RnnScoring.of(spark, Models.BOOK);

    assertThat(Refusal.of(() -> scoring.score(rows, column))).isEqualTo(sentence);
  }

  @Test
  void columnThatIsThereAlready_isRefused() {
    Dataset<Row> rows = rows(lines(9)).withColumnRenamed("id", "Bits");

    assertThat(Refusal.of(() -> RnnScoring.of(spark, Models.BOOK).score(rows, "line")))
        .isEqualTo("the rows have a column bits already, which is to be added: rename theirs");
  }

  @Test
  void replacementThatIsUnknown_isRefusedInTheDriver() {
    assertThat(
            Refusal.of(
                () -> RnnScoring.of(spark, Models.BOOK).unknown(UnknownSymbols.replaceWith('?'))))
        .isEqualTo("the replacement '?' (U+003F) is not in the vocabulary of 17 symbols itself");
  }

  @Test
  void workerWithAnotherVersion_isRefused() {
    SharedModel.Sent now = SharedModel.Sent.of(Models.BOOK);
    SharedModel old = SharedModel.of(spark, new SharedModel.Sent(now.file(), "0.0.9", now.probe()));

    assertThat(
            Refusal.of(() -> RnnScoring.of(old, Models.BOOK).score(rows(lines(9)), "line").count()))
        .matches(
            "a worker has charrnn \\d+\\.\\d+\\.\\d+\\S*, the driver has 0\\.0\\.9: give all of the"
                + " cluster the same rnn-spark\\.jar");
  }

  @Test
  void workerThatComputesAnotherBit_isRefused() {
    SharedModel.Sent now = SharedModel.Sent.of(Models.BOOK);
    long[] probe = now.probe();
    probe[probe.length - 1] ^= 1;
    SharedModel other =
        SharedModel.of(spark, new SharedModel.Sent(now.file(), Library.version(), probe));

    assertThat(
            Refusal.of(
                () -> RnnScoring.of(other, Models.BOOK).score(rows(lines(9)), "line").count()))
        .startsWith("a worker with Java " + System.getProperty("java.version") + " and ")
        .endsWith(
            " does not compute the driver's numbers, which every worker with the same library does:"
                + " give all of the cluster the same rnn-spark.jar");
  }

  @Test
  void fileWithAFlippedBit_isRefused() throws IOException {
    Path file = folder.resolve("book.safetensors");
    Models.BOOK.save(file);
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length - 5] ^= 4;
    Files.write(file, bytes);

    assertThat(Refusal.of(() -> RnnScoring.of(spark, file.toUri().toString())))
        .startsWith(file.toUri() + " cannot be used as a model: ");
  }

  @Test
  void path_isOfAFileThatHadoopReads() throws IOException {
    Path file = folder.resolve("book.safetensors");
    Models.BOOK.save(file);

    for (String path : List.of(file.toString(), file.toUri().toString(), "file:" + file)) {
      assertThat(SparkModels.load(spark, path).fingerprint()).isEqualTo(Models.BOOK.fingerprint());
    }
  }

  @Test
  void pathThatCannotBeReached_isRefused() {
    String none = folder.resolve("none").toString();

    assertThat(Refusal.of(() -> RnnScoring.of(spark, none)))
        .isEqualTo("there is no file " + none + ", or it is a directory");
    assertThat(Refusal.of(() -> RnnScoring.of(spark, folder.toString())))
        .isEqualTo("there is no file " + folder + ", or it is a directory");
    assertThat(Refusal.of(() -> RnnScoring.of(spark, "nope://there/model")))
        .isEqualTo("'nope://there/model' cannot be read: No FileSystem for scheme \"nope\"");
    assertThat(Refusal.of(() -> RnnScoring.of(spark, "")))
        .isEqualTo("'' cannot be read: Can not create a Path from an empty string");
  }
}
