/**
 * Weights from and to other programs: safetensors and NumPy files of any tensors, and which of them
 * are those of a vanilla recurrent network.
 */
package io.github.charrnn.cli.weights;
