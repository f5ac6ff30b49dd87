package io.github.charrnn.spark;

import io.github.charrnn.ModelFormatException;
import io.github.charrnn.VanillaRnn;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Objects;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;

/**
 * Model files in any file system that Hadoop knows: plain local paths, {@code file:}, {@code hdfs:}
 * and what the session is configured for. A path without a scheme is of the session's default file
 * system, which is the local one unless {@code fs.defaultFS} says otherwise.
 */
public final class SparkModels {
  private SparkModels() {}

  /**
   * Reads a model that {@link VanillaRnn#save} has written, or a checkpoint. All of the file is
   * checked.
   *
   * @param spark whose Hadoop configuration counts
   * @param path of the file
   * @return the model as it was saved, to the bit
   * @throws IOException if the file cannot be read, is not a model, or is damaged in any bit; the
   *     message is one sentence that names it
   */
  public static VanillaRnn load(SparkSession spark, String path) throws IOException {
    Objects.requireNonNull(spark, "spark");
    return load(spark.sparkContext().hadoopConfiguration(), path);
  }

  /** The same without a session. */
  static VanillaRnn load(Configuration configuration, String path) throws IOException {
    Path file = path(path);
    try (InputStream in = file.getFileSystem(configuration).open(file)) {
      return VanillaRnn.load(in, path);
    } catch (ModelFormatException e) {
      throw new IOException(path + " cannot be used as a model: " + e.getMessage(), e);
    } catch (FileNotFoundException e) {
      throw new IOException("there is no file " + path + ", or it is a directory", e);
    } catch (IOException e) {
      throw unreachable(path, "read", e);
    }
  }

  /**
   * Writes the bytes of {@link VanillaRnn#save} to a file, which is replaced if it is there. In a
   * local file system {@link VanillaRnn#save(java.nio.file.Path)} is safer: there a file is the old
   * or the new one, whenever the power fails.
   *
   * @param spark whose Hadoop configuration counts
   * @param model what is written
   * @param path of the file
   * @throws IOException if the file cannot be written
   */
  public static void save(SparkSession spark, VanillaRnn model, String path) throws IOException {
    Objects.requireNonNull(spark, "spark");
    Objects.requireNonNull(model, "model");
    Path file = path(path);
    Configuration configuration = spark.sparkContext().hadoopConfiguration();
    try (OutputStream out = file.getFileSystem(configuration).create(file, true)) {
      model.save(out);
    } catch (IOException e) {
      throw unreachable(path, "written", e);
    }
  }

  private static Path path(String path) throws IOException {
    Objects.requireNonNull(path, "path");
    try {
      return new Path(path);
    } catch (IllegalArgumentException e) {
      throw unreachable(path, "read", e);
    }
  }

  private static IOException unreachable(String path, String done, Exception e) {
    String why = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    return new IOException("'" + path + "' cannot be " + done + ": " + why, e);
  }
}
