/** The command line of charrnn: what it needs is here, what it is for is in its commands. */
module io.github.charrnn.cli {
  requires com.google.gson;
  requires info.picocli;
  requires io.github.charrnn;
  requires java.logging;
  requires jdk.httpserver;
  requires jdk.unsupported; // by which JLine hears of Ctrl-C and of a window that changes
  requires org.jline.reader;
  requires org.jline.terminal;

  opens io.github.charrnn.cli to
      info.picocli;
  opens io.github.charrnn.cli.options to
      info.picocli;
  opens io.github.charrnn.cli.output to
      java.logging;
}
