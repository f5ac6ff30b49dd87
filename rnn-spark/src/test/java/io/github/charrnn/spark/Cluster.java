package io.github.charrnn.spark;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.apache.spark.launcher.JavaModuleOptions;
import org.apache.spark.sql.SparkSession;
import scala.Option;

/**
 * A standalone cluster of the test's own on loopback: a master and workers of one core, each a
 * process.
 */
final class Cluster implements AutoCloseable {
  private static final String LOOPBACK = "127.0.0.1";
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  /** With all that Spark and charrnn are made of; Spark wants a home with jars in it. */
  private static final String CLASS_PATH = System.getProperty("java.class.path", "");

  private final Path dir;
  private final String master;
  private final List<Process> workers = new ArrayList<>();
  private final List<Process> all = new ArrayList<>();

  private Cluster(Path dir, int port) {
    this.dir = dir;
    master = "spark://" + LOOPBACK + ":" + port;
  }

  /**
   * Starts it with one worker.
   *
   * @param dir a directory, in which logs and the files of executors will be
   */
  static Cluster start(Path dir) throws IOException, InterruptedException {
    Files.createDirectories(dir.resolve("home/jars"));
    int port = freePort();
    Cluster cluster = new Cluster(dir, port);
    try {
      cluster.begin("master", LOOPBACK, "master.Master", "--port", "" + port);
      cluster.await("master", "I have been elected leader");
      cluster.addWorker();
      return cluster;
    } catch (IOException | InterruptedException | RuntimeException e) {
      cluster.close();
      throw e;
    }
  }

  /**
   * Starts another worker; sessions that may have more executors get one there. Each has an address
   * of its own, because a task's second copy never runs on the host of the first; Linux has all of
   * 127.0.0.0/8 on loopback.
   */
  void addWorker() throws IOException, InterruptedException {
    int number = workers.size() + 1;
    String name = "worker-" + number;
    workers.add(
        begin(
            name,
            "127.0.0." + number,
            "worker.Worker",
            "--cores",
            "1",
            "--memory",
            "1g",
            "--work-dir",
            dir.resolve(name).toString(),
            master));
    await(name, "Successfully registered");
  }

  /** What --master gets. */
  String master() {
    return master;
  }

  /** A session on it, with an executor for each worker, also for those to come. */
  SparkSession session() {
    Option<SparkSession> other = SparkSession.getDefaultSession();
    if (other.isDefined()) {
      other.get().stop(); // a JVM has one at a time
    }
    return SparkSession.builder()
        .master(master)
        .appName("charrnn")
        .config("spark.ui.enabled", false)
        .config("spark.driver.host", LOOPBACK)
        .config("spark.driver.bindAddress", LOOPBACK)
        .config("spark.executor.memory", "512m")
        .config("spark.executor.extraClassPath", CLASS_PATH)
        .config(
            "spark.executor.extraJavaOptions",
            "-XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Drnn.kernel=scalar")
        .config("spark.sql.shuffle.partitions", 4)
        .config("spark.speculation", true)
        // Else the driver may wait two minutes for what a task of a hung executor has come to.
        .config("spark.task.maxDirectResultSize", "16m")
        .getOrCreate();
  }

  /** Waits until a session has so many executors. */
  void awaitExecutors(SparkSession spark, int count) throws InterruptedException {
    await(
        () ->
            spark.sparkContext().statusTracker().getExecutorInfos().length
                > count, // and the driver
        count + " executors");
  }

  /** Ends an executor as no program can prevent: kill -9. */
  void killOneExecutor() {
    executors().get(0).destroyForcibly();
  }

  /** Stops an executor where it stands, as a machine that hangs does. */
  void freezeOneExecutor() {
    signal("-STOP");
  }

  /** Lets it go on. */
  void thaw() {
    signal("-CONT");
  }

  private void signal(String signal) {
    try {
      new ProcessBuilder("kill", signal, Long.toString(executors().get(0).pid())).start().waitFor();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Ends a worker so; its executor ends itself. */
  void killOneWorker() {
    workers.get(0).destroyForcibly();
  }

  private List<ProcessHandle> executors() {
    return workers.stream().flatMap(it -> it.toHandle().children()).toList();
  }

  private Process begin(String name, String host, String program, String... arguments)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(ProcessHandle.current().info().command().orElse("java"));
    command.addAll(List.of(JavaModuleOptions.defaultModuleOptionArray()));
    command.addAll(
        List.of(
            "-Xmx256m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Dspark.master.rest.enabled=false"));
    command.addAll(
        List.of("-Dlog4j2.configurationFile=" + Path.of("conf/log4j2.properties").toUri()));
    command.addAll(List.of("-cp", CLASS_PATH, "org.apache.spark.deploy." + program));
    command.addAll(List.of("--host", host, "--webui-port", "0"));
    Collections.addAll(command, arguments);
    ProcessBuilder builder = new ProcessBuilder(command);
    Map<String, String> environment = builder.environment();
    environment.keySet().removeIf(it -> it.startsWith("SPARK_"));
    environment.put("SPARK_HOME", dir.resolve("home").toString());
    environment.put("SPARK_SCALA_VERSION", "2.13");
    environment.put("SPARK_LOCAL_IP", host);
    environment.put("SPARK_LOCAL_DIRS", dir.resolve("local").toString());
    Process process = builder.redirectErrorStream(true).redirectOutput(log(name)).start();
    all.add(process);
    return process;
  }

  private File log(String name) {
    return dir.resolve(name + ".log").toFile();
  }

  private void await(String name, String line) throws InterruptedException {
    await(() -> read(log(name).toPath()).contains(line), name + ": " + line);
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) { // it is not there yet
      return "";
    }
  }

  private void await(BooleanSupplier condition, String what) throws InterruptedException {
    Instant end = Instant.now().plus(PATIENCE);
    while (!condition.getAsBoolean()) {
      Optional<Process> ended = all.stream().filter(it -> !it.isAlive()).findFirst();
      if (ended.isPresent() || Instant.now().isAfter(end)) {
        throw new IllegalStateException("no " + what + ", see " + dir);
      }
      Thread.sleep(20);
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /** Ends all of it: the executors with their workers. */
  @Override
  public void close() {
    List<ProcessHandle> executors = executors();
    all.forEach(Process::destroy);
    for (Process process : all) {
      try {
        if (!process.waitFor(5, TimeUnit.SECONDS)) {
          process.destroyForcibly();
        }
      } catch (InterruptedException e) {
        process.destroyForcibly();
        Thread.currentThread().interrupt();
      }
    }
    executors.forEach(ProcessHandle::destroyForcibly);
  }
}
