/**
 * Vanilla character-level recurrent networks: training by truncated backpropagation through time,
 * sampling, evaluation and gradient checking, without any dependency.
 */
module io.github.charrnn {
  requires static org.jspecify; // the one annotation of the package

  exports io.github.charrnn;
}
