package io.github.charrnn.spark;

import java.util.function.Supplier;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.SparkSession;

/** Where a command has its session from; to begin one takes seconds. */
interface Sessions extends Supplier<SparkSession> {
  /** How files are reached. A session need not have begun for it. */
  default Configuration files() {
    return get().sparkContext().hadoopConfiguration();
  }
}
