package io.github.charrnn.spark;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.charrnn.CharVocab;
import io.github.charrnn.Documents;
import io.github.charrnn.EncodedText;
import io.github.charrnn.ModelFormatException;
import io.github.charrnn.Shards;
import io.github.charrnn.VanillaRnn;
import java.io.IOException;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.SerializableConfiguration;

/**
 * Shards of files that executors train on, a task for each shard and round. The driver keeps no
 * text; an executor has the model, its optimizer's memories and one shard in memory for every task
 * that it runs at a time, and keeps other shards only where there is room.
 *
 * <pre>{@code
 * SparkShards shards = SparkShards.of(spark, List.of("hdfs:///books"), Optional.empty(), 8);
 * VanillaRnn rnn = VanillaRnn.builder(shards.vocab()).hiddenSize(256).build();
 * Recipe recipe = Recipe.course().withBatchSize(8).withShards(8).withLocalSteps(50);
 * TrainingResult result = Trainer.of(rnn).recipe(recipe).train(shards, 10_000);
 * }</pre>
 *
 * <p>The result is the same to the last bit with any number of executors, with tasks that were run
 * again or twice, and as on one machine that has the same shards. Files that change while they are
 * read are refused, and so are workers whose library has another version or computes another bit.
 *
 * <p>Not safe for use by several threads at a time.
 */
public final class SparkShards implements Shards {
  private final SparkSession spark;
  private final Slices slices;
  private final List<ShardText> texts;
  private final List<ShardText.Found> found;
  private final CharVocab vocab;
  private final Broadcast<SerializableConfiguration> configuration;
  private Optional<SharedModel> probe = Optional.empty(); // of the first round

  private SparkShards(
      SparkSession spark, Slices slices, List<ShardText> texts, Optional<CharVocab> known) {
    this.spark = spark;
    this.slices = slices;
    this.texts = texts;
    configuration =
        context()
            .broadcast(new SerializableConfiguration(spark.sparkContext().hadoopConfiguration()));
    found = find(known);
    vocab =
        known.orElseGet(
            () ->
                CharVocab.of(
                    found.stream()
                        .flatMapToInt(it -> it.symbols().codePoints())
                        .distinct()
                        .sorted()
                        .toArray()));
  }

  /**
   * Cuts files into shards and reads each once, on the executors, to find the symbols.
   *
   * @param spark where they are read and trained on
   * @param paths files, directories and patterns of any file system that Hadoop knows and that all
   *     executors reach; the files of each in the order of their names, without hidden ones
   * @param documents what the files are made of; if empty, one file is one text, and several are as
   *     many documents
   * @param count at least 1; shards, of about as many bytes
   * @return the shards
   * @throws IllegalArgumentException if count is below 1, or if there is nothing for one of them
   * @throws IOException if there is no file, or one cannot be looked at
   */
  public static SparkShards of(
      SparkSession spark, List<String> paths, Optional<Documents> documents, int count)
      throws IOException {
    return of(spark, paths, documents, count, Optional.empty());
  }

  /**
   * The same in the vocabulary of a model that is to be trained further.
   *
   * @param spark where they are read and trained on
   * @param paths files, directories and patterns
   * @param documents what the files are made of
   * @param count at least 1; shards
   * @param vocab symbols that the texts may have
   * @return the shards
   * @throws IllegalArgumentException if count is below 1, or if there is nothing for one of them
   * @throws IOException if there is no file, or one cannot be looked at
   */
  public static SparkShards of(
      SparkSession spark,
      List<String> paths,
      Optional<Documents> documents,
      int count,
      CharVocab vocab)
      throws IOException {
    Objects.requireNonNull(vocab, "vocab");
    return of(spark, paths, documents, count, Optional.of(vocab));
  }

  private static SparkShards of(
      SparkSession spark,
      List<String> paths,
      Optional<Documents> documents,
      int count,
      Optional<CharVocab> known)
      throws IOException {
    Objects.requireNonNull(spark, "spark");
    Objects.requireNonNull(paths, "paths");
    Objects.requireNonNull(documents, "documents");
    if (count < 1) {
      throw new IllegalArgumentException("count is " + count + ", must be at least 1");
    }
    Slices slices = Slices.of(paths, documents, spark.sparkContext().hadoopConfiguration());
    List<ShardText> texts = new ArrayList<>();
    for (List<Slice> some : slices.cut(count)) {
      texts.add(new ShardText(texts.size(), some, slices.documents()));
    }
    return new SparkShards(spark, slices, texts, known);
  }

  private JavaSparkContext context() {
    return JavaSparkContext.fromSparkContext(spark.sparkContext());
  }

  private List<ShardText.Found> find(Optional<CharVocab> known) {
    Broadcast<SerializableConfiguration> shared = configuration;
    String symbols = known.map(CharVocab::symbols).orElse("");
    List<ShardText> all = texts;
    return context()
        .parallelize(numbers(), texts.size())
        .map(
            number ->
                all.get(number)
                    .find(
                        Optional.of(symbols).filter(it -> !it.isEmpty()).map(SparkShards::vocab),
                        shared.value().value())
                    .words())
        .collect()
        .stream()
        .map(ShardText.Found::of)
        .toList();
  }

  private List<Integer> numbers() {
    return IntStream.range(0, texts.size()).boxed().toList();
  }

  private static CharVocab vocab(String symbols) {
    return CharVocab.of(symbols.codePoints().toArray());
  }

  /** {@return what the files are made of, unless they are one text} */
  public Optional<Documents> documents() {
    return slices.documents();
  }

  /**
   * {@return the beginning of the text, read by this process}
   *
   * @param bytes at least 1; so many, or a few more up to the end of a character or of a document
   * @throws IllegalArgumentException if bytes is below 1
   * @throws IOException if it cannot be read
   */
  public EncodedText beginning(long bytes) throws IOException {
    if (bytes < 1) {
      throw new IllegalArgumentException("bytes is " + bytes + ", must be at least 1");
    }
    return new ShardText(0, slices.beginning(bytes), slices.documents())
        .read(vocab, spark.sparkContext().hadoopConfiguration());
  }

  @Override
  public CharVocab vocab() {
    return vocab;
  }

  @Override
  public List<Long> lengths() {
    return found.stream().map(ShardText.Found::length).toList();
  }

  @Override
  public String fingerprint() {
    MessageDigest digest = ShardText.sha256();
    found.forEach(it -> digest.update(it.sha256().getBytes(UTF_8)));
    return HexFormat.of().formatHex(digest.digest());
  }

  /**
   * {@return the text of one shard, read by this process}
   *
   * @param shard from 0 to the number of shards - 1
   * @throws IndexOutOfBoundsException if shard is not from 0 to the number of shards - 1
   * @throws IOException if it cannot be read, or has changed
   */
  public EncodedText text(int shard) throws IOException {
    return texts
        .get(shard)
        .get(vocab, found.get(shard), spark.sparkContext().hadoopConfiguration());
  }

  /** What all tasks of a run have in common. */
  private record Common(
      Broadcast<SerializableConfiguration> configuration,
      String symbols,
      List<ShardText.Found> found,
      SharedModel probe)
      implements Serializable {

    double[] train(byte[] round, ShardText text) throws IOException {
      probe.get(); // refuses another version, or another bit
      int shard = text.number();
      return Shards.train(
          round, shard, text.get(vocab(symbols), found.get(shard), configuration.value().value()));
    }
  }

  @Override
  public void round(byte[] round, Consumer<double[]> results) {
    Objects.requireNonNull(round, "round");
    Objects.requireNonNull(results, "results");
    if (probe.isEmpty()) {
      probe = Optional.of(SharedModel.of(spark, model(round)));
    }
    Common common = new Common(configuration, vocab.symbols(), new ArrayList<>(found), probe.get());
    List<ShardText> all = texts;
    Broadcast<byte[]> sent = context().broadcast(round);
    try {
      context()
          .parallelize(numbers(), texts.size())
          .map(number -> common.train(sent.value(), all.get(number)))
          .collect()
          .forEach(results);
    } finally {
      sent.destroy();
    }
  }

  private static VanillaRnn model(byte[] round) {
    try {
      return VanillaRnn.load(ByteBuffer.wrap(round), "the round");
    } catch (ModelFormatException e) {
      throw new IllegalArgumentException("round is not what train begins with", e);
    }
  }
}
