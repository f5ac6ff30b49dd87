package io.github.charrnn.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.charrnn.Evaluation;
import io.github.charrnn.UnknownSymbols;
import io.github.charrnn.VanillaRnn;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A model as a stage of a pipeline. */
@Tag("long")
class RnnTransformerTest {
  private static final List<String> LINES = Arrays.asList("abc", "", null, "ponmlkji");

  private final SparkSession spark = LocalSpark.session();

  @TempDir private Path folder;

  private Dataset<Row> lines() {
    return spark.createDataset(LINES, Encoders.STRING()).toDF("line").coalesce(1);
  }

  private static RnnTransformer stage() {
    return new RnnTransformer(Models.BOOK).setInputCol("line").setOutputCol("out");
  }

  private static Evaluation alone(String line) {
    return Models.BOOK.evaluate(Models.BOOK.encodeLine(line, UnknownSymbols.fail()));
  }

  private static void assertBits(List<Row> rows) {
    assertThat(rows.stream().map(row -> row.get(0)).toList()).isEqualTo(LINES);
    for (Row row : rows) {
      if (row.isNullAt(0)) {
        assertThat(row.isNullAt(1)).isTrue();
      } else {
        assertThat(row.getDouble(1)).isEqualTo(alone(row.getString(0)).bitsPerCharacter());
      }
    }
  }

  @Test
  void stage_addsTheMetric() {
    Dataset<Row> bits = stage().transform(lines());
    assertThat(bits.columns()).containsExactly("line", "out");
    assertBits(bits.collectAsList());

    Row nats = stage().setMetric("nats").transform(lines()).first();
    assertThat(nats.getDouble(1)).isEqualTo(alone("abc").natsPerCharacter() * 4);

    Dataset<Row> surprisals = stage().setMetric("surprisals").transform(lines());
    assertThat(surprisals.schema())
        .isEqualTo(stage().setMetric("surprisals").transformSchema(lines().schema()));
    assertThat(surprisals.collectAsList().get(0).<Double>getList(1)).hasSize(4);
  }

  @Test
  void pipeline_isTheSameAfterItWasSavedAndLoaded() throws IOException {
    PipelineModel pipeline =
        new Pipeline()
            .setStages(
                new PipelineStage[] {
                  stage(), stage().setOutputCol("n").setMetric("nats").setUnknown("b")
                })
            .fit(lines());
    String path = folder.resolve("pipeline").toUri().toString();
    pipeline.write().overwrite().save(path);

    PipelineModel loaded = PipelineModel.load(path);

    assertBits(loaded.transform(lines()).collectAsList());
    assertThat(loaded.transform(lines()).collectAsList())
        .isEqualTo(pipeline.transform(lines()).collectAsList());
    RnnTransformer second = (RnnTransformer) loaded.stages()[1];
    assertThat(second.uid()).isEqualTo(pipeline.stages()[1].uid());
    assertThat(second.explainParams())
        .contains("current: nats", "current: b", "current: line", "current: n");
    assertThat(second.model().fingerprint()).isEqualTo(Models.BOOK.fingerprint());
  }

  @Test
  void savedModel_isAFileThatEveryReaderReads_andIsCheckedWhenItIsLoaded() throws IOException {
    Path saved = folder.resolve("stage");
    stage().save(saved.toString());

    Path file = saved.resolve("model.safetensors");
    assertThat(VanillaRnn.load(file).fingerprint()).isEqualTo(Models.BOOK.fingerprint());

    Files.deleteIfExists(saved.resolve(".model.safetensors.crc")); // Hadoop's own checksum
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2] ^= 1;
    Files.write(file, bytes);
    assertThat(Refusal.of(() -> RnnTransformer.load(saved.toString())))
        .startsWith(saved + "/model.safetensors cannot be used as a model: ");
    assertThat(Refusal.of(() -> stage().save(saved.toString())))
        .contains("already exists")
        .contains("overwrite");
  }

  @Test
  void copy_hasTheModelAndItsOwnParameters() {
    RnnTransformer stage = stage();

    RnnTransformer copy = stage.copy(new ParamMap().put(stage.outputCol().w("other")));

    assertThat(copy.uid()).isEqualTo(stage.uid());
    assertThat(copy.model()).isSameAs(stage.model());
    assertThat(copy.transform(lines()).columns()).containsExactly("line", "other");
    assertThat(stage.transform(lines()).columns()).containsExactly("line", "out");
  }

  @Test
  void schema_isThatOfTheRowsAndOneColumn() {
    assertThat(stage().transformSchema(lines().schema()))
        .isEqualTo(lines().schema().add("out", DataTypes.DoubleType, true));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "id | out  | the column id is of bigint, must be of strings: cast it, as with CAST(id AS STRING)",
        "no | out  | there is no column no, the rows have: line, id",
        "line | id | the rows have a column id already, which is to be added: rename theirs",
      })
  void columnsThatDoNotFit_areRefused(String input, String output, String sentence) {
    Dataset<Row> rows = lines().selectExpr("line", "1L AS id");
    RnnTransformer stage = stage().setInputCol(input).setOutputCol(output);

    assertThat(Refusal.of(() -> stage.transformSchema(rows.schema()))).isEqualTo(sentence);
    assertThat(Refusal.of(() -> stage.transform(rows))).isEqualTo(sentence);
  }

  @Test
  void settingsThatAreNone_areRefused() {
    assertThat(Refusal.of(() -> stage().setMetric("perplexity")))
        .isEqualTo("metric is 'perplexity', must be nats, bits or surprisals");
    assertThat(Refusal.of(() -> stage().setUnknown("add")))
        .isEqualTo("unknown is 'add', must be fail, skip or a single character");
    assertThat(Refusal.of(() -> stage().setUnknown("?").transform(lines())))
        .isEqualTo("the replacement '?' (U+003F) is not in the vocabulary of 17 symbols itself");
    RnnTransformer stage = stage();
    assertThat(
            Refusal.of(() -> stage.transform(lines(), new ParamMap().put(stage.metric().w("x")))))
        .isEqualTo("metric is 'x', must be nats, bits or surprisals");
    assertThat(
            Refusal.of(
                () -> new RnnTransformer(Models.BOOK).setInputCol("line").transform(lines())))
        .matches("the stage rnn_\\w+ has no outputCol: name the column that is added");
    assertThat(
            Refusal.of(
                () ->
                    new RnnTransformer("a")
                        .setInputCol("line")
                        .setOutputCol("o")
                        .transform(lines())))
        .isEqualTo("the stage a has no model: set one, or load a stage that was saved");
  }
}
