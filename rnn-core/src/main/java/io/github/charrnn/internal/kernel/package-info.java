/**
 * What touches every number: the interface {@link io.github.charrnn.internal.kernel.Kernel} between
 * the step through time and the arithmetic, its scalar and its vector implementation, and the
 * elementary functions that they share.
 *
 * <h2>Same bits everywhere</h2>
 *
 * Every operation here is exact by the language specification ({@code + - * / sqrt}, {@code
 * Math.fma}, comparisons, bit patterns), and every sum has one order that does not depend on how it
 * is computed:
 *
 * <ul>
 *   <li>Each output of a product is a single chain of {@code Math.fma}, the summed index ascending.
 *       An implementation may work on as many outputs side by side as it likes, never on several
 *       parts of one sum. An output that two tiles share is computed twice, to the same bits.
 *   <li>The sum under the softmax has eight partial sums, element i belongs to partial sum i mod 8,
 *       and they are added as {@code ((0+4)+(2+6)) + ((1+5)+(3+7))}.
 *   <li>Sums over a window run step by step, and within a step stream by stream.
 *   <li>exp, tanh and the inverse root are {@link io.github.charrnn.internal.kernel.Elementary}'s.
 * </ul>
 *
 * <h2>Locality</h2>
 *
 * What the vector kernels read when, and what each choice gained. Microseconds per step on one core
 * of an Intel Sapphire Rapids at 2.7 GHz (48 KiB and 2 MiB of cache, 8 lanes), K = 65, n = 25, one
 * stream unless said otherwise; the step with m = 100 takes 89.
 *
 * <ul>
 *   <li>Only the recurrences go step by step. W, 80 KB, does not fit into the first-level cache, so
 *       it comes from the second 49 times a step: that is the largest part of a small step. It is
 *       copied, once a step, into strips as wide as 7 or 8 vectors, whose sums stay in registers
 *       while the strip goes by in one piece. For m = 512 the whole step went from 3,790 to 2,690.
 *   <li>The strips start at cache lines if objects do. For all forward products with W: 13.4
 *       aligned, 21.7 not.
 *   <li>W is needed by columns going forward and by rows going back, so there are two copies, one
 *       transposed with gather loads: 7.5 for both and V's, against 15 element by element.
 *   <li>Everything else is one product over time, in tiles of 5 rows and 3, 2 or 1 vectors: 15 sums
 *       in registers for 8 loads. With 5 by 2 only, the step with m = 100 took 8 more.
 *   <li>With many streams both sides are packed into panels as wide as a tile. Rows of 512 doubles
 *       are 4 KiB apart and would all fall into the same few places of the caches: for 50 streams
 *       and m = 512 a step went from 256 to 42 milliseconds.
 *   <li>AdaGrad by inverseSqrt instead of a root and a division: 13.5 instead of 25 for W and V.
 *   <li>U's rows for symbols that are not in the window have no gradient and are not touched.
 * </ul>
 *
 * Not done yet: the update of a tile while its gradient is still in registers, which would save
 * writing and reading the gradient once.
 *
 * <h2>Trust</h2>
 *
 * Callers have checked all sizes. Kernels assert and do not report.
 */
package io.github.charrnn.internal.kernel;
