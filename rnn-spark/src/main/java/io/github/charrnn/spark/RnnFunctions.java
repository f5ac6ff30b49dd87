package io.github.charrnn.spark;

import io.github.charrnn.EncodedText;
import io.github.charrnn.Evaluation;
import io.github.charrnn.Sampler;
import io.github.charrnn.UnknownSymbols;
import io.github.charrnn.VanillaRnn;
import java.io.IOException;
import java.io.Serializable;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Pattern;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.api.java.UDF2;
import org.apache.spark.sql.expressions.UserDefinedFunction;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;

/**
 * A model as functions of SQL and of columns.
 *
 * <pre>{@code
 * RnnFunctions book = RnnFunctions.register(spark, "book", model);
 * spark.sql("SELECT text, book_bits(text) FROM lines ORDER BY 2 DESC LIMIT 20").show();
 * lines.select(book.bits(col("text")));
 * }</pre>
 *
 * <table>
 * <caption>The functions of a model that is registered as book</caption>
 * <tr><th>function</th><th>gives</th></tr>
 * <tr><td>{@code book_nats(text)}</td><td>a double, the nats of all of the text</td></tr>
 * <tr><td>{@code book_bits(text)}</td><td>a double, the bits per character</td></tr>
 * <tr><td>{@code book_surprisals(text)}</td><td>an array of doubles, the nats of each character that
 * is predicted</td></tr>
 * <tr><td>{@code book_sample(seed, length)}</td><td>a string, the passage that {@code rnn sample
 * --seed --length} writes</td></tr>
 * </table>
 *
 * <p>Any number of models can be registered, each under a name of its own. {@code rnn_nats}, {@code
 * rnn_bits}, {@code rnn_surprisals} and {@code rnn_sample} are those of the model that was
 * registered last in the session.
 *
 * <p>A text is read as {@link RnnScoring} reads it, and nats and bits are the same to the bit. That
 * reads many rows side by side, which takes less time: use it for many rows, and these functions
 * where SQL is handier. Null gives null; what {@link RnnScoring} refuses is refused, and so is an
 * argument that is no string, or of {@code sample} no whole number. Bytes that are not UTF-8 Spark
 * hands to functions as U+FFFD: {@code book_nats(validate_utf8(text))} refuses them.
 *
 * <p>Immutable, and safe for use by many threads, as long as its session lives.
 */
public final class RnnFunctions {
  /** The name that stands for the model registered last. */
  private static final String LAST = "rnn";

  private static final Pattern IDENTIFIER = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

  private final UserDefinedFunction nats;
  private final UserDefinedFunction bits;
  private final UserDefinedFunction surprisals;
  private final UserDefinedFunction sample;

  private RnnFunctions(String name, SharedModel model, UnknownSymbols unknown) {
    DataType number = DataTypes.DoubleType;
    nats =
        ofText(
            name + "_nats",
            number,
            text -> {
              Evaluation by = evaluate(model.get(), text, unknown);
              return by.natsPerCharacter() * by.characters();
            });
    bits =
        ofText(
            name + "_bits",
            number,
            text -> evaluate(model.get(), text, unknown).bitsPerCharacter());
    surprisals =
        ofText(
            name + "_surprisals",
            DataTypes.createArrayType(number, false),
            text -> {
              VanillaRnn rnn = model.get();
              return rnn.surprisals(Rows.encode(rnn, text, unknown));
            });
    String sampleName = name + "_sample";
    UDF2<Object, Object, String> draw =
        (seed, length) ->
            seed == null || length == null
                ? null
                : passage(model.get(), whole(sampleName, "seed", seed), length(sampleName, length));
    sample = functions.udf(draw, DataTypes.StringType).withName(sampleName);
  }

  /**
   * Registers the functions of a model, in place of those of a model of the same name.
   *
   * @param spark whose SQL is to know them
   * @param name what the functions' names begin with, such as {@code book}: letters of ASCII,
   *     digits and underscores, not a digit first, and not {@code rnn}
   * @param model what computes
   * @return the same functions, for columns
   * @throws IllegalArgumentException if name is no such name
   */
  public static RnnFunctions register(SparkSession spark, String name, VanillaRnn model) {
    return register(spark, name, model, UnknownSymbols.fail());
  }

  /**
   * Registers the functions of a model; otherwise like {@link #register(SparkSession, String,
   * VanillaRnn)}, with another policy for symbols that the model does not know.
   *
   * @param spark whose SQL is to know them
   * @param name what the functions' names begin with
   * @param model what computes
   * @param unknown what to do with symbols that the model does not know
   * @return the same functions, for columns
   * @throws IllegalArgumentException if name is no such name, or if the policy's replacement is not
   *     in the vocabulary
   */
  public static RnnFunctions register(
      SparkSession spark, String name, VanillaRnn model, UnknownSymbols unknown) {
    Objects.requireNonNull(spark, "spark");
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(model, "model");
    SharedModel.requireUsable(model, unknown);
    requireName(name);
    SharedModel shared = SharedModel.of(spark, model);
    new RnnFunctions(LAST, shared, unknown).registerIn(spark);
    RnnFunctions result = new RnnFunctions(name, shared, unknown);
    result.registerIn(spark);
    return result;
  }

  /**
   * Registers the functions of the model of a file, as {@link SparkModels#load} reads it; otherwise
   * like {@link #register(SparkSession, String, VanillaRnn)}.
   *
   * @param spark whose SQL is to know them
   * @param name what the functions' names begin with
   * @param path of the model's file
   * @return the same functions, for columns
   * @throws IllegalArgumentException if name is no such name
   * @throws IOException if the file cannot be read, is not a model, or is damaged in any bit
   */
  public static RnnFunctions register(SparkSession spark, String name, String path)
      throws IOException {
    return register(spark, name, path, UnknownSymbols.fail());
  }

  /**
   * Registers the functions of the model of a file, with another policy for symbols that the model
   * does not know.
   *
   * @param spark whose SQL is to know them
   * @param name what the functions' names begin with
   * @param path of the model's file
   * @param unknown what to do with symbols that the model does not know
   * @return the same functions, for columns
   * @throws IllegalArgumentException if name is no such name, or if the policy's replacement is not
   *     in the vocabulary
   * @throws IOException if the file cannot be read, is not a model, or is damaged in any bit
   */
  public static RnnFunctions register(
      SparkSession spark, String name, String path, UnknownSymbols unknown) throws IOException {
    Objects.requireNonNull(spark, "spark");
    return register(spark, name, SparkModels.load(spark, path), unknown);
  }

  /** The functions of a model without names in SQL. */
  static RnnFunctions of(SharedModel model, UnknownSymbols unknown) {
    return new RnnFunctions(LAST, model, unknown);
  }

  private void registerIn(SparkSession spark) {
    for (UserDefinedFunction function :
        new UserDefinedFunction[] {nats, bits, surprisals, sample}) {
      spark.udf().register(function.name(), function);
    }
  }

  private static void requireName(String name) {
    if (!IDENTIFIER.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "name is '"
              + name
              + "', must be letters of ASCII, digits and underscores, and not begin with a digit, as"
              + " functions are called by it");
    }
    if (name.equalsIgnoreCase(LAST)) {
      throw new IllegalArgumentException(
          "name is '"
              + name
              + "', which stands for the model that was registered last: choose another");
    }
  }

  /**
   * {@return the nats of all of a text}
   *
   * @param text of strings
   */
  public Column nats(Column text) {
    return nats.apply(text);
  }

  /**
   * {@return the bits per character of a text}
   *
   * @param text of strings
   */
  public Column bits(Column text) {
    return bits.apply(text);
  }

  /**
   * {@return the nats of each character of a text that is predicted, in an array: of its first one
   * to its end, where the model predicts an end of a line, and else from the second one on}
   *
   * @param text of strings
   */
  public Column surprisals(Column text) {
    return surprisals.apply(text);
  }

  /**
   * {@return the passage that {@link Sampler} draws with a seed, without a prime} Of a model of
   * documents it goes on over their ends, as with {@code rnn sample --length}.
   *
   * @param seed of whole numbers
   * @param length characters to draw, of whole numbers from 0
   */
  public Column sample(Column seed, Column length) {
    return sample.apply(seed, length);
  }

  /** What a function does with a text. */
  private interface OfText<R> extends Serializable {
    R apply(String text);
  }

  private static <R> UserDefinedFunction ofText(String name, DataType type, OfText<R> function) {
    UDF1<Object, R> udf = text -> text == null ? null : function.apply(string(name, text));
    return functions.udf(udf, type).withName(name);
  }

  private static Evaluation evaluate(VanillaRnn model, String text, UnknownSymbols unknown) {
    EncodedText encoded = Rows.encode(model, text, unknown);
    return model.evaluate(encoded);
  }

  private static String passage(VanillaRnn model, long seed, int length) {
    return Sampler.of(model).seed(seed).sample(length);
  }

  /** Spark tells a function the types of its arguments only by what it hands over. */
  private static String string(String function, Object text) {
    if (text instanceof String string) {
      return string;
    }
    throw new IllegalArgumentException(
        function
            + " takes a string, not "
            + described(text)
            + ": cast it, as with CAST(... AS STRING)");
  }

  private static long whole(String function, String argument, Object number) {
    if (number instanceof Long
        || number instanceof Integer
        || number instanceof Short
        || number instanceof Byte) {
      return ((Number) number).longValue();
    }
    throw new IllegalArgumentException(
        function
            + " takes a whole number as "
            + argument
            + ", not "
            + described(number)
            + ": cast it, as with CAST(... AS BIGINT)");
  }

  private static int length(String function, Object number) {
    long length = whole(function, "length", number);
    if (length < 0 || length > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          function + ": length is " + length + ", must be from 0 to " + Integer.MAX_VALUE);
    }
    return (int) length;
  }

  private static String described(Object value) {
    return "the " + value.getClass().getSimpleName().toLowerCase(Locale.ROOT) + " " + value;
  }
}
