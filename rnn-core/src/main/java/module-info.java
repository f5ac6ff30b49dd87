/**
 * Vanilla character-level recurrent networks: training by truncated backpropagation through time,
 * sampling, evaluation and gradient checking, without any dependency.
 */
module io.github.charrnn {
  exports io.github.charrnn;
}
