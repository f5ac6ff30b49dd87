/**
 * Small programs that use the library. Each is one file and works without a file of yours; what it
 * reads then comes from {@link io.github.charrnn.examples.Texts}.
 */
package io.github.charrnn.examples;
