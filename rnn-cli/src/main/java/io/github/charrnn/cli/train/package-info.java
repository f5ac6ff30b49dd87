/** A run: how it is going, what it leaves behind, how it is repeated and resumed. */
package io.github.charrnn.cli.train;
