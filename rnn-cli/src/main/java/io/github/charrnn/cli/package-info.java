/**
 * The command line, {@code rnn}: each command is a class that parses its options, calls the
 * library, and prints. What a command finds out goes to standard output, how it is getting on to
 * standard error, both in UTF-8 whatever the locale.
 */
package io.github.charrnn.cli;
