package io.github.charrnn.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.charrnn.Evaluation;
import io.github.charrnn.Sampler;
import io.github.charrnn.UnknownSymbols;
import io.github.charrnn.VanillaRnn;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Models as functions of SQL. */
@Tag("long")
class RnnFunctionsTest {
  private static final UnknownSymbols FAIL = UnknownSymbols.fail();

  private final SparkSession spark = LocalSpark.session();

  @TempDir private Path folder;

  private Row first(String query) {
    return spark.sql(query).first();
  }

  private static Evaluation alone(VanillaRnn model, String line) {
    return model.evaluate(model.encodeLine(line, FAIL));
  }

  @Test
  void functions_giveWhatOneTextAloneHas() {
    RnnFunctions.register(spark, "book", Models.BOOK);
    List<String> lines = Arrays.asList("abcabcabc", "", null, "p".repeat(200));
    spark.createDataset(lines, Encoders.STRING()).repartition(3).createOrReplaceTempView("lines");

    List<Row> rows =
        spark
            .sql(
                "SELECT value, book_nats(value), book_bits(value), BOOK_surprisals(value)"
                    + " FROM lines")
            .collectAsList();

    assertThat(rows).hasSameSizeAs(lines);
    for (Row row : rows) {
      if (row.isNullAt(0)) {
        assertThat(row.isNullAt(1) && row.isNullAt(2) && row.isNullAt(3)).isTrue();
        continue;
      }
      Evaluation by = alone(Models.BOOK, row.getString(0));
      assertThat(row.getDouble(1)).isEqualTo(by.natsPerCharacter() * by.characters());
      assertThat(row.getDouble(2)).isEqualTo(by.bitsPerCharacter());
      List<Double> surprisals = row.getList(3);
      assertThat(surprisals)
          .containsExactly(
              Arrays.stream(Models.BOOK.surprisals(Models.BOOK.encodeLine(row.getString(0), FAIL)))
                  .boxed()
                  .toArray(Double[]::new));
      assertThat(surprisals.stream().mapToDouble(it -> it).sum())
          .isCloseTo(row.getDouble(1), within(1e-9));
    }
  }

  @Test
  void severalModels_haveNamesOfTheirOwn_andRnnIsTheLast() {
    RnnFunctions list = RnnFunctions.register(spark, "my_List", Models.LIST);
    RnnFunctions.register(spark, "endless", Models.ENDLESS);

    Row row =
        first("SELECT my_list_nats('abc'), endless_nats('abc'), rnn_nats('abc'), rnn_bits('ab')");

    double byList = alone(Models.LIST, "abc").natsPerCharacter() * 4;
    double byEndless = alone(Models.ENDLESS, "abc").natsPerCharacter() * 2;
    assertThat(List.of(row.getDouble(0), row.getDouble(1), row.getDouble(2)))
        .containsExactly(byList, byEndless, byEndless);
    assertThat(row.getDouble(3)).isEqualTo(alone(Models.ENDLESS, "ab").bitsPerCharacter());

    RnnFunctions.register(spark, "Endless", Models.BOOK);
    assertThat(first("SELECT endless_nats('abc')").getDouble(0))
        .as("registered again")
        .isEqualTo(alone(Models.BOOK, "abc").natsPerCharacter() * 4);

    Dataset<Row> columns =
        spark
            .range(1)
            .select(
                list.nats(functions.lit("abc")),
                list.bits(functions.lit("abc")),
                functions.size(list.surprisals(functions.lit("abc"))),
                list.sample(functions.lit(3), functions.lit(20L)));
    assertThat(columns.first().getDouble(0)).isEqualTo(byList);
    assertThat(columns.first().getDouble(1))
        .isEqualTo(alone(Models.LIST, "abc").bitsPerCharacter());
    assertThat(columns.first().getInt(2)).isEqualTo(4);
    assertThat(columns.first().getString(3)).isEqualTo(Sampler.of(Models.LIST).seed(3).sample(20));
  }

  @Test
  void sample_drawsThePassageOfASeed() {
    RnnFunctions.register(spark, "book", Models.BOOK);

    List<Row> rows =
        spark
            .sql("SELECT id, book_sample(id, 30), rnn_sample(null, 30) FROM range(5)")
            .collectAsList();

    for (Row row : rows) {
      assertThat(row.getString(1))
          .isEqualTo(Sampler.of(Models.BOOK).seed(row.getLong(0)).sample(30));
      assertThat(row.isNullAt(2)).isTrue();
    }
    assertThat(first("SELECT rnn_sample(1, 0)").getString(0)).isEmpty();
  }

  @Test
  void file_isReadByItsPath_withAPolicy() throws IOException {
    Path file = folder.resolve("book.safetensors");
    Models.BOOK.save(file);
    RnnFunctions.register(spark, "book", file.toUri().toString(), UnknownSymbols.skip());

    assertThat(first("SELECT book_nats('aXb'), book_nats('ab')"))
        .satisfies(row -> assertThat(row.getDouble(0)).isEqualTo(row.getDouble(1)));

    RnnFunctions.register(spark, "book", file.toString());
    assertThat(Refusal.of(() -> first("SELECT book_nats('aXb')")))
        .startsWith("the text 'aXb': the symbol 'X' (U+0058) at position 1 is not in");
    assertThat(Refusal.of(() -> RnnFunctions.register(spark, "book", file + "x")))
        .isEqualTo("there is no file " + file + "x, or it is a directory");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "book_nats(5) | book_nats takes a string, not the integer 5: cast it, as with CAST(... AS STRING)",
        "rnn_bits(1.5D) | rnn_bits takes a string, not the double 1.5: cast it, as with CAST(... AS STRING)",
        "book_sample('a', 5) | book_sample takes a whole number as seed, not the string a: cast it, as with CAST(... AS BIGINT)",
        "book_sample(1, 2.5D) | book_sample takes a whole number as length, not the double 2.5: cast it, as with CAST(... AS BIGINT)",
        "book_sample(1, -1) | book_sample: length is -1, must be from 0 to 2147483647",
        "book_sample(1, 3000000000) | book_sample: length is 3000000000, must be from 0 to 2147483647",
      })
  void argumentThatIsNone_isRefused(String call, String sentence) {
    RnnFunctions.register(spark, "book", Models.BOOK);

    assertThat(Refusal.of(() -> first("SELECT " + call))).isEqualTo(sentence);
  }

  @Test
  void columnOfAnotherType_isRefused() {
    RnnFunctions.register(spark, "book", Models.BOOK);

    assertThat(Refusal.of(() -> spark.sql("SELECT book_nats(id) FROM range(3)").collect()))
        .matches(
            "book_nats takes a string, not the long \\d: cast it, as with CAST\\(\\.\\.\\. AS STRING\\)");
  }

  @ParameterizedTest
  @CsvSource({"my book", "''", "7up", "b-k", "b.k", "b\u00fccher", "b`k"})
  void nameThatIsNoIdentifier_isRefused(String name) {
    assertThat(Refusal.of(() -> RnnFunctions.register(spark, name, Models.BOOK)))
        .isEqualTo(
            "name is '"
                + name
                + "', must be letters of ASCII, digits and underscores, and not begin with a digit,"
                + " as functions are called by it");
  }

  @Test
  void nameOfTheLast_isRefused() {
    assertThat(Refusal.of(() -> RnnFunctions.register(spark, "Rnn", Models.BOOK)))
        .isEqualTo(
            "name is 'Rnn', which stands for the model that was registered last: choose another");
  }

  @Test
  void replacementThatIsUnknown_isRefused() {
    assertThat(
            Refusal.of(
                () ->
                    RnnFunctions.register(
                        spark, "book", Models.BOOK, UnknownSymbols.replaceWith('?'))))
        .isEqualTo("the replacement '?' (U+003F) is not in the vocabulary of 17 symbols itself");
  }
}
