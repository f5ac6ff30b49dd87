package io.github.charrnn.spark;

import io.github.charrnn.EncodedText;
import io.github.charrnn.UnknownSymbolException;
import io.github.charrnn.UnknownSymbols;
import io.github.charrnn.VanillaRnn;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Objects;
import javax.annotation.Nullable;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.SparkSession;

/** A model that all executors have: sent to each of them once, and read once by each. */
final class SharedModel implements Serializable {
  private static final long serialVersionUID = 1;

  private final Broadcast<Sent> sent;

  private SharedModel(Broadcast<Sent> sent) {
    this.sent = sent;
  }

  static SharedModel of(SparkSession spark, VanillaRnn model) {
    return of(spark, Sent.of(model));
  }

  static SharedModel of(SparkSession spark, Sent sent) {
    return new SharedModel(JavaSparkContext.fromSparkContext(spark.sparkContext()).broadcast(sent));
  }

  /**
   * The model, the same object for all tasks of a JVM.
   *
   * @throws IllegalStateException if this worker would not compute what the driver does
   */
  VanillaRnn get() {
    return sent.value().model();
  }

  /**
   * What travels: the model's file, and what tells whether another Java computes the same with it.
   */
  static final class Sent implements Serializable {
    /*
     * The version says which code it is, the probe says what that code does here: the surprisals of
     * a text, as bits. So neither a library that was built from other sources under the same
     * version, nor another Java or processor, can bring in a different number unnoticed.
     */
    private static final long serialVersionUID = 1;

    /** Characters of the probe, more than a window of an evaluation. */
    private static final int PROBE = 100;

    private final byte[] file;
    private final String version;
    private final long[] probe; // the bits of surprisals

    private transient @Nullable VanillaRnn model;

    Sent(byte[] file, String version, long[] probe) {
      this.file = file;
      this.version = version;
      this.probe = probe;
    }

    static Sent of(VanillaRnn model) {
      ByteArrayOutputStream file = new ByteArrayOutputStream();
      try {
        model.save(file);
      } catch (IOException e) {
        throw new UncheckedIOException("a ByteArrayOutputStream does not fail", e);
      }
      return new Sent(file.toByteArray(), Library.version(), probe(model));
    }

    byte[] file() {
      return file.clone();
    }

    long[] probe() {
      return probe.clone();
    }

    synchronized VanillaRnn model() {
      VanillaRnn known = model;
      if (known == null) {
        known = read();
        model = known;
      }
      return known;
    }

    private VanillaRnn read() {
      Library.requireSame(version);
      VanillaRnn read;
      try {
        read = VanillaRnn.load(ByteBuffer.wrap(file), "the model");
      } catch (IOException e) {
        throw new UncheckedIOException(
            new IOException(
                "the model has not reached a worker as it was sent: " + e.getMessage(), e));
      }
      if (!Arrays.equals(probe, probe(read))) {
        throw Library.computesAnother();
      }
      return read;
    }

    /** Symbols in the order of their numbers, again and again. */
    private static long[] probe(VanillaRnn model) {
      StringBuilder text = new StringBuilder();
      for (int i = 0; i < PROBE; i++) {
        text.appendCodePoint(model.vocab().codePointOf(i % model.vocab().size()));
      }
      EncodedText encoded = model.vocab().encode(text);
      return Arrays.stream(model.surprisals(encoded)).mapToLong(Double::doubleToLongBits).toArray();
    }
  }

  /**
   * Refuses a policy that would be refused at the first symbol that a model does not know.
   *
   * @throws IllegalArgumentException if its replacement is not in the vocabulary
   */
  static void requireUsable(VanillaRnn model, UnknownSymbols unknown) {
    Objects.requireNonNull(unknown, "unknown");
    int codePoint = Character.MAX_CODE_POINT;
    while (model.vocab().symbolOf(codePoint) >= 0) {
      codePoint--;
    }
    try {
      model.vocab().encode(Character.toString(codePoint), unknown);
    } catch (UnknownSymbolException e) {
      return; // so it is to fail, and can
    }
  }
}
