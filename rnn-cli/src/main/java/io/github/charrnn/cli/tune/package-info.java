/** What fits into a time, and a search for settings that suit a text. */
package io.github.charrnn.cli.tune;
