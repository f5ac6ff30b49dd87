package io.github.charrnn.spark;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
import org.apache.spark.deploy.SparkHadoopUtil;
import org.apache.spark.sql.SparkSession;

/** A session that begins when it is asked for, with the settings that spark-submit was given. */
final class Session implements Sessions, AutoCloseable {
  private static final String MASTER = "spark.master";
  private static final String STANDALONE = "spark://";
  private static final Pattern ADDRESS = Pattern.compile("(.+):(\\d{1,5})");
  private static final int ANSWER_MILLIS = 10_000;
  private static final String LOOPBACK = "127.0.0.1";

  private Optional<SparkSession> session = Optional.empty();

  @Override
  public SparkSession get() {
    SparkSession begun = session.orElseGet(Session::begin);
    session = Optional.of(begun);
    return begun;
  }

  /** That of the session, also before it begins. */
  @Override
  public Configuration files() {
    return session
        .map(begun -> begun.sparkContext().hadoopConfiguration())
        .orElseGet(() -> SparkHadoopUtil.get().newConfiguration(settings(new SparkConf())));
  }

  private static SparkSession begin() {
    SparkConf conf = settings(new SparkConf());
    requireMaster(conf.get(MASTER));
    return SparkSession.builder().config(conf).getOrCreate();
  }

  /**
   * Refuses a master that is not there: Spark tries for more than a minute, without a word, and
   * then says that the session has ended.
   */
  static void requireMaster(String master) {
    if (!master.startsWith(STANDALONE)) {
      return;
    }
    for (String address : master.substring(STANDALONE.length()).split(",", -1)) {
      Matcher parts = ADDRESS.matcher(address);
      if (!parts.matches()) {
        throw new IllegalArgumentException(
            "--master is " + master + ", must be like spark://HOST:PORT");
      }
      try (Socket socket = new Socket()) {
        socket.connect(
            new InetSocketAddress(parts.group(1), Integer.parseInt(parts.group(2))), ANSWER_MILLIS);
        return;
      } catch (IOException | IllegalArgumentException e) {
        // perhaps another one is there
      }
    }
    throw new IllegalStateException(
        "no master answers at " + master + ": start it, or name one that runs with --master");
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
