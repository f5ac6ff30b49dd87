package io.github.charrnn.spark;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Supplier;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.hdfs.MiniDFSCluster;

/** HDFS of the test's own: a name node and a data node of this JVM, on loopback. */
final class Hdfs implements AutoCloseable {
  private final MiniDFSCluster cluster;

  private Hdfs(MiniDFSCluster cluster) {
    this.cluster = cluster;
  }

  /**
   * Starts it.
   *
   * @param dir a directory, in which all that it has will be
   */
  static Hdfs start(Path dir) throws IOException {
    return new Hdfs(new MiniDFSCluster.Builder(new Configuration(), dir.toFile()).build());
  }

  /** What a file is called there, from anywhere. */
  String name(String name) {
    return cluster.getURI() + "/" + name;
  }

  FileSystem files() throws IOException {
    return cluster.getFileSystem();
  }

  /** Copies a file to there. */
  void put(Path file, String name) throws IOException {
    try (OutputStream out = files().create(path(name))) {
      Files.copy(file, out);
    }
  }

  /** Copies a file or a directory from there. */
  void get(String name, Path to) throws IOException {
    files().copyToLocalFile(path(name), new org.apache.hadoop.fs.Path(to.toUri()));
  }

  org.apache.hadoop.fs.Path path(String name) {
    return new org.apache.hadoop.fs.Path("/" + name);
  }

  /** Does something while the data node is not there. */
  <T> T withoutDataNode(Supplier<T> action) throws IOException {
    MiniDFSCluster.DataNodeProperties node = cluster.stopDataNode(0);
    try {
      return action.get();
    } finally {
      cluster.restartDataNode(node);
    }
  }

  @Override
  public void close() {
    cluster.shutdown();
  }
}
