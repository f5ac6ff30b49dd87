package io.github.charrnn.spark;

import io.github.charrnn.UnknownSymbols;
import io.github.charrnn.VanillaRnn;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Objects;
import javax.annotation.Nullable;
import org.apache.spark.SparkContext;
import org.apache.spark.ml.Transformer;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.util.DefaultParamsReadable;
import org.apache.spark.ml.util.DefaultParamsWritable;
import org.apache.spark.ml.util.Identifiable$;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.ml.util.MLWriter;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * A stage of a {@link org.apache.spark.ml.Pipeline} that adds how well a model predicts each text,
 * as a feature or to be sorted by.
 *
 * <pre>{@code
 * RnnTransformer stage = new RnnTransformer(model).setInputCol("line").setOutputCol("bits");
 * PipelineModel pipeline = new Pipeline().setStages(new PipelineStage[] {stage}).fit(lines);
 * pipeline.write().overwrite().save("hdfs:///models/pipeline");
 * }</pre>
 *
 * <p>The numbers are those of {@link RnnScoring}, and so are the rules for nulls and texts that
 * cannot be read. What is saved has the model's file in it, as {@code model.safetensors}, which
 * {@code rnn} and every other reader of models read.
 *
 * <p>Like every stage it can be changed until it is used, and is then safe for use by many threads.
 */
public final class RnnTransformer extends Transformer implements DefaultParamsWritable {
  private static final long serialVersionUID = 1;

  private static final String FILE = "/model.safetensors";

  private static final String NATS = "nats";
  private static final String BITS = "bits";
  private static final String SURPRISALS = "surprisals";
  private static final String FAIL = "fail";
  private static final String SKIP = "skip";

  /** What tells this stage from others. */
  private final String uid;

  /** The column of strings. */
  private final Param<String> inputCol;

  /** The column that is added. */
  private final Param<String> outputCol;

  /** What is added. */
  private final Param<String> metric;

  /** What to do with unknown symbols. */
  private final Param<String> unknown;

  private transient @Nullable VanillaRnn model;
  private transient @Nullable SharedModel shared;
  private transient @Nullable SparkContext sharedIn;

  /**
   * A stage without a model, for those who load one.
   *
   * @param uid what tells this stage from others
   */
  public RnnTransformer(String uid) {
    this.uid = Objects.requireNonNull(uid, "uid");
    inputCol = new Param<>(this, "inputCol", "the column of strings");
    outputCol = new Param<>(this, "outputCol", "the column that is added");
    metric =
        new Param<>(
            this,
            "metric",
            "what is added: nats, of all of the text; bits, per character; or surprisals, an array"
                + " of the nats of each character");
    unknown =
        new Param<>(
            this,
            "unknown",
            "what to do with characters that the model does not know: fail, skip, or a character to"
                + " read instead");
    setDefault(metric, BITS);
    setDefault(unknown, FAIL);
  }

  /**
   * A stage that adds bits per character, and fails at a symbol that the model does not know,
   * unless set otherwise.
   *
   * @param model what the texts are evaluated with
   */
  public RnnTransformer(VanillaRnn model) {
    this(Identifiable$.MODULE$.randomUID("rnn"));
    this.model = Objects.requireNonNull(model, "model");
  }

  @Override
  public String uid() {
    return uid;
  }

  /** {@return the column of strings} */
  public Param<String> inputCol() {
    return inputCol;
  }

  /** {@return the column that is added} */
  public Param<String> outputCol() {
    return outputCol;
  }

  /** {@return what is added: nats, bits (the default) or surprisals} */
  public Param<String> metric() {
    return metric;
  }

  /** {@return what to do with unknown symbols: fail (the default), skip, or one to read instead} */
  public Param<String> unknown() {
    return unknown;
  }

  /**
   * Names the column of strings.
   *
   * @param column as it stands in the schema
   * @return this stage
   */
  public RnnTransformer setInputCol(String column) {
    set(inputCol, Objects.requireNonNull(column, "column"));
    return this;
  }

  /**
   * Names the column that is added.
   *
   * @param column that the rows do not have yet
   * @return this stage
   */
  public RnnTransformer setOutputCol(String column) {
    set(outputCol, Objects.requireNonNull(column, "column"));
    return this;
  }

  /**
   * Says what is added; {@code bits} unless set.
   *
   * @param metric {@code nats}, of all of the text; {@code bits}, per character; or {@code
   *     surprisals}, an array of the nats of each character, which {@link RnnFunctions#surprisals}
   *     gives
   * @return this stage
   * @throws IllegalArgumentException if it is none of these
   */
  public RnnTransformer setMetric(String metric) {
    typeOf(Objects.requireNonNull(metric, "metric"));
    set(this.metric, metric);
    return this;
  }

  /**
   * Says what to do with symbols that the model does not know, in the words of {@code rnn score
   * --unknown}; {@code fail} unless set.
   *
   * @param unknown {@code fail}, {@code skip}, or a character to read instead
   * @return this stage
   * @throws IllegalArgumentException if it is none of these
   */
  public RnnTransformer setUnknown(String unknown) {
    policy(Objects.requireNonNull(unknown, "unknown"));
    set(this.unknown, unknown);
    return this;
  }

  /**
   * Replaces the model.
   *
   * @param model what the texts are evaluated with
   * @return this stage
   */
  public synchronized RnnTransformer setModel(VanillaRnn model) {
    this.model = Objects.requireNonNull(model, "model");
    shared = null;
    return this;
  }

  /**
   * {@return what the texts are evaluated with}
   *
   * @throws IllegalStateException if there is none yet
   */
  public synchronized VanillaRnn model() {
    VanillaRnn set = model;
    if (set == null) {
      throw new IllegalStateException(
          "the stage " + uid + " has no model: set one, or load a stage that was saved");
    }
    return set;
  }

  @Override
  public StructType transformSchema(StructType schema) {
    Columns.strings(schema, required(inputCol), SparkSession.active());
    String added = required(outputCol);
    Columns.requireAbsent(schema, added, SparkSession.active());
    policy($(unknown));
    return schema.add(added, typeOf($(metric)), true);
  }

  @Override
  public Dataset<Row> transform(Dataset<?> dataset) {
    Dataset<Row> rows = dataset.toDF();
    transformSchema(rows.schema());
    UnknownSymbols policy = policy($(unknown));
    VanillaRnn here = model();
    SharedModel sent = shared(rows.sparkSession(), here);
    String input = $(inputCol);
    String output = $(outputCol);
    return switch ($(metric)) {
      case SURPRISALS -> {
        SharedModel.requireUsable(here, policy);
        yield rows.withColumn(
            output, RnnFunctions.of(sent, policy).surprisals(Columns.named(input)));
      }
      case NATS -> scored(rows, RnnScoring.Metric.NATS);
      default -> scored(rows, RnnScoring.Metric.BITS);
    };
  }

  private Dataset<Row> scored(Dataset<Row> rows, RnnScoring.Metric what) {
    VanillaRnn here = model();
    return RnnScoring.of(shared(rows.sparkSession(), here), here)
        .unknown(policy($(unknown)))
        .score(rows, $(inputCol), List.of($(outputCol)), List.of(what));
  }

  /** The model as the executors have it, sent once as long as the context lives. */
  private synchronized SharedModel shared(SparkSession spark, VanillaRnn here) {
    SharedModel sent = shared;
    if (sent == null || sharedIn != spark.sparkContext()) {
      sent = SharedModel.of(spark, here);
      shared = sent;
      sharedIn = spark.sparkContext();
    }
    return sent;
  }

  @Override
  public RnnTransformer copy(ParamMap extra) {
    RnnTransformer copy = new RnnTransformer(uid);
    synchronized (this) {
      copy.model = model;
      copy.shared = shared;
      copy.sharedIn = sharedIn;
    }
    return copyValues(copy, extra);
  }

  private String required(Param<String> column) {
    if (!isDefined(column)) {
      throw new IllegalArgumentException(
          "the stage " + uid + " has no " + column.name() + ": name " + column.doc());
    }
    return $(column);
  }

  private static DataType typeOf(String metric) {
    return switch (metric) {
      case NATS, BITS -> DataTypes.DoubleType;
      case SURPRISALS -> DataTypes.createArrayType(DataTypes.DoubleType, false);
      default ->
          throw new IllegalArgumentException(
              "metric is '" + metric + "', must be nats, bits or surprisals");
    };
  }

  private static UnknownSymbols policy(String unknown) {
    if (unknown.equals(FAIL)) {
      return UnknownSymbols.fail();
    }
    if (unknown.equals(SKIP)) {
      return UnknownSymbols.skip();
    }
    if (unknown.codePointCount(0, unknown.length()) != 1) {
      throw new IllegalArgumentException(
          "unknown is '" + unknown + "', must be fail, skip or a single character");
    }
    return UnknownSymbols.replaceWith(unknown.codePointAt(0));
  }

  /** {@return what saves this stage, with its model, as a folder} */
  @Override
  public MLWriter write() {
    MLWriter parameters = DefaultParamsWritable.super.write();
    VanillaRnn saved = model();
    return new MLWriter() {
      @Override
      public void saveImpl(String path) {
        try {
          parameters.session(sparkSession()).save(path);
          SparkModels.save(sparkSession(), saved, path + FILE);
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
    };
  }

  /** {@return what reads a stage that {@link #write} has saved; a pipeline asks for it} */
  public static MLReader<RnnTransformer> read() {
    return new MLReader<>() {
      @Override
      public RnnTransformer load(String path) {
        MLReader<RnnTransformer> parameters = new DefaultParamsReadable<RnnTransformer>() {}.read();
        RnnTransformer stage = parameters.session(sparkSession()).load(path);
        try {
          return stage.setModel(SparkModels.load(sparkSession(), path + FILE));
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
    };
  }

  /**
   * {@return a stage that was saved, with its model}
   *
   * @param path of the folder
   * @throws UncheckedIOException if its model cannot be read, or is damaged in any bit
   */
  public static RnnTransformer load(String path) {
    return read().load(path);
  }
}
