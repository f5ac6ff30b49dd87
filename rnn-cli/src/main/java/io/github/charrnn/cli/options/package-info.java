/**
 * Groups of options that belong together: what is typed, what is refused, what is made of it, and
 * how it is typed again.
 */
package io.github.charrnn.cli.options;
