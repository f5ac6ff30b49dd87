package io.github.charrnn.spark;

import java.util.Optional;
import java.util.function.Supplier;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;

/** A session that begins when it is asked for, with the settings that spark-submit was given. */
final class Session implements Supplier<SparkSession>, AutoCloseable {
  private static final String MASTER = "spark.master";
  private static final String LOOPBACK = "127.0.0.1";

  private Optional<SparkSession> session = Optional.empty();

  @Override
  public SparkSession get() {
    SparkSession begun =
        session.orElseGet(
            () -> SparkSession.builder().config(settings(new SparkConf())).getOrCreate());
    session = Optional.of(begun);
    return begun;
  }

  /**
   * Without a master all is done in this process. What stays on this machine listens to no other.
   */
  static SparkConf settings(SparkConf conf) {
    conf.setIfMissing(MASTER, "local[*]");
    conf.setIfMissing("spark.app.name", "rnn-spark");
    String master = conf.get(MASTER);
    if (master.matches("local(\\[.*)?|spark://" + LOOPBACK + ":\\d+")) {
      conf.setIfMissing("spark.driver.host", LOOPBACK);
      conf.setIfMissing("spark.driver.bindAddress", LOOPBACK);
      conf.setIfMissing("spark.ui.enabled", "false");
    }
    return conf;
  }

  @Override
  public void close() {
    session.ifPresent(SparkSession::stop);
  }
}
