/**
 * What touches every number: the interface {@link io.github.charrnn.internal.kernel.Kernel} between
 * the step through time and the arithmetic, its scalar and its vector implementation, and the
 * elementary functions that they share.
 *
 * <h2>Who has what</h2>
 *
 * <ul>
 *   <li>{@link io.github.charrnn.internal.kernel.Weights}: the parameters, and packed states, in
 *       the order in which products read them. Threads may share them; whoever changes W or V
 *       reloads its rows.
 *   <li>{@link io.github.charrnn.internal.kernel.Kernel}: the arithmetic on them, with scratch
 *       memory that belongs to one thread. Methods take ranges of rows, streams or columns, each of
 *       whole outputs, so that threads can share the work and no sum changes.
 *   <li>{@link io.github.charrnn.internal.kernel.Kernels} chooses, {@link
 *       io.github.charrnn.internal.kernel.WarmUp} has vector code compiled beside those who
 *       compute.
 *   <li>{@link io.github.charrnn.internal.kernel.Tiles} and {@link
 *       io.github.charrnn.internal.kernel.StripLoops} are unrolled by hand: the compiler keeps no
 *       array of vectors in registers.
 * </ul>
 *
 * <h2>Same bits everywhere</h2>
 *
 * Every operation here is exact by the language specification ({@code + - * / sqrt}, {@code
 * Math.fma} or its equal {@link io.github.charrnn.internal.Fma}, comparisons, bit patterns), and
 * every sum has one order that does not depend on how it is computed:
 *
 * <ul>
 *   <li>Each output of a product is a single chain of {@code Math.fma}, the summed index ascending.
 *       An implementation may work on as many outputs side by side as it likes, never on several
 *       parts of one sum. An output that two tiles share is computed twice, to the same bits.
 *   <li>The sum under the softmax has eight partial sums, element i belongs to partial sum i mod 8,
 *       and they are added as {@code ((0+4)+(2+6)) + ((1+5)+(3+7))}.
 *   <li>The norm of a gradient is the root of a sum over the rows of U, W and V, then b and c, in
 *       this order and one after the other. Each of them is a sum of squares in eight partial sums
 *       like that under the softmax, each a chain of {@code Math.fma}. So it does not matter who
 *       has summed which rows; a row of U without a gradient adds zero.
 *   <li>Sums over a window run step by step, and within a step stream by stream.
 *   <li>An optimizer goes through its formula in the order that {@link
 *       io.github.charrnn.internal.kernel.Kernel} writes: a memory times its factor and the new
 *       share are one {@code Math.fma}, and so is what is taken off the parameter; for W Shampoo
 *       rounds both products and their sum. Factors that are the same for all parameters, like
 *       Adam's corrections, are computed once a step.
 *   <li>exp, tanh and the inverse root are {@link io.github.charrnn.internal.kernel.Elementary}'s.
 * </ul>
 *
 * <h2>Locality</h2>
 *
 * What the vector kernels read when, and what each choice gained. Microseconds on one core of an
 * Intel Sapphire Rapids at 3.9 GHz (48 KiB and 2 MiB of cache, 8 lanes, at best 118 GFLOP/s), JDK
 * 17, K = 65, n = 25, one stream unless said otherwise; the step with m = 100 takes 82. The page
 * docs/performance.md has the commands for what there is; what was given up was measured once.
 *
 * <ul>
 *   <li>Only the recurrences go step by step. W, 80 KB, does not fit into the first-level cache, so
 *       it comes from the second 49 times a step: a third of a small step. It is kept in {@link
 *       io.github.charrnn.internal.kernel.Strips}, whose sums stay in registers while the strip
 *       goes by in one piece, and which are read in alternating direction, so that the one read
 *       last is read again while it is still near: 25 products take 14.7 with two strips of 7
 *       vectors always from left to right, 13.0 alternating, 12.2 with strips of 7 and 6 that pad
 *       nothing. Where the first-level cache has 32 KiB, three strips of 4, 4 and 5 are read again
 *       from it, two are not: on an AMD Zen 4 a product takes 0.67 with three, 0.66 to 0.68 with
 *       four and 0.76 with two. So the number of strips goes by the size of that cache.
 *   <li>The strips start at cache lines if objects do: 13.4 aligned, 21.7 not.
 *   <li>W is needed by columns going forward and by rows going back, so there are two copies, one
 *       transposed.
 *   <li>Everything else is one product over time, in tiles whose two sides are packed in the order
 *       in which they are read, see {@link io.github.charrnn.internal.kernel.Panels}: with 50
 *       streams and m = 512 a step went from 42 to 36 milliseconds with 8 lanes, and from 96 to 62
 *       with the 4 lanes and 16 registers of AVX2, where one stream with m = 100 went from 170 to
 *       117.
 *   <li>A gradient passes by in pieces of some 4,096 numbers. Each is used for its rows' update
 *       while it is in the first-level cache, and those rows are packed again while they are: W's
 *       gradient and update went from 126 to 103 at m = 256, and packing in pieces took the whole
 *       step from 440 to 422 there and from 2,500 to 2,304 at m = 512. At m = 100 neither gains
 *       anything: all of it is in the second-level cache anyway, and the update is bound by its own
 *       arithmetic, which is why no tile is updated while its gradient is still in registers.
 *   <li>AdaGrad by inverseSqrt instead of a root and a division: 13.5 instead of 25 for W and V;
 *       from the first aligned element on: 11.1. On an AMD Zen 4 it is bound by the multipliers,
 *       which compare too: clipping by size, with the sign put back, is one comparison instead of
 *       two, and a scale of 1 is not multiplied by: 13.5 instead of 15.9 for W and V.
 *   <li>U's rows for symbols that are not in the window have no gradient and are not touched.
 * </ul>
 *
 * <h2>Trust</h2>
 *
 * Callers have checked all sizes. Kernels assert and do not report.
 */
package io.github.charrnn.internal.kernel;
