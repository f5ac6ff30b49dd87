package io.github.charrnn.spark;

import org.apache.spark.sql.SparkSession;

/** A session for all tests of a JVM but one: two threads, no pages, loopback only. */
final class LocalSpark {
  private LocalSpark() {}

  /** It may have ended since, for {@link Cluster} to have one of its own. */
  static SparkSession session() {
    return SparkSession.builder()
        .master("local[2]")
        .appName("charrnn")
        .config("spark.ui.enabled", false)
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.sql.shuffle.partitions", 4)
        .getOrCreate();
  }
}
