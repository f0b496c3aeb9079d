/**
 * Figures of tensors, computed by the native kernels on several threads: statistics, outliers and histograms
 * ({@link dev.fundir.analysis.Analysis}), and how far tensors are apart ({@link dev.fundir.analysis.Comparison}).
 *
 * <p>Elements are taken as numbers in {@code double}, whatever their dtype; a C64 element is two numbers, its real and
 * its imaginary part. NaN and infinite elements are counted and take no part in other figures. Results are the same
 * bits for any number of threads, and on any machine.
 */
package dev.fundir.analysis;
