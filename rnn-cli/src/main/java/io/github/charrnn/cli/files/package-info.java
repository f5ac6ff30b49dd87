/** Texts, models and reports: where they come from, what they are called, how they are replaced. */
package io.github.charrnn.cli.files;
