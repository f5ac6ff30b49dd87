/** An application in a module; the class path does not look at this. */
module example.app {
  requires io.github.charrnn;
}
