/** The same application, which asks for the Vector API itself. */
module example.app {
  requires io.github.charrnn;
  requires jdk.incubator.vector;
}
