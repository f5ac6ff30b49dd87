/**
 * What people and shells get to see: standard output and error, exit codes, the sentence that says
 * what went wrong, commands as they are typed.
 */
package io.github.charrnn.cli.output;
