/** {@code sample --interactive}: what is typed, and what a model makes of it. */
package io.github.charrnn.cli.interactive;
