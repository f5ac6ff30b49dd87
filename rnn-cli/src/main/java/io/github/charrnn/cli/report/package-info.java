/**
 * The report of a run: what it is made of ({@link io.github.charrnn.cli.report.Analysis} and what
 * that measures), how it is put together ({@link io.github.charrnn.cli.report.Report}, as JSON),
 * and how it is shown: as a page that needs nothing else ({@link
 * io.github.charrnn.cli.report.Page}), also while training runs ({@link
 * io.github.charrnn.cli.report.LiveServer}).
 *
 * <p>Java measures and says what is true; the page's script, in the resources of this package, only
 * shows it.
 */
package io.github.charrnn.cli.report;
