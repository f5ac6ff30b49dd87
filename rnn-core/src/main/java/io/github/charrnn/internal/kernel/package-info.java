/**
 * What touches every number: the interface {@link io.github.charrnn.internal.kernel.Kernel} between
 * the step through time and the arithmetic, its implementations, and the elementary functions that
 * they share.
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
 *       parts of one sum.
 *   <li>The sum under the softmax has eight partial sums, element i belongs to partial sum i mod 8,
 *       and they are added as {@code ((0+4)+(2+6)) + ((1+5)+(3+7))}: what a vector of 8, 4 or 2
 *       lanes does by halves, and a scalar loop can do as well.
 *   <li>exp and tanh are {@link io.github.charrnn.internal.kernel.Elementary}'s.
 * </ul>
 *
 * <h2>Trust</h2>
 *
 * Callers have checked all sizes. Kernels assert and do not report.
 */
package io.github.charrnn.internal.kernel;
