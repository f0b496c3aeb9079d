package dev.fundir.analysis;

/**
 * Figures of a tensor's elements. Those from {@code min} on are of the finite elements alone, and NaN where there are
 * none.
 *
 * @param elementCount all elements; of C64 twice as many
 * @param zeros elements that are 0
 * @param nan elements that are NaN
 * @param infinite elements that are infinite
 * @param min the least
 * @param max the largest
 * @param mean their mean
 * @param standardDeviation the root of the mean squared distance from the mean (that of a population: divided by the
 *     number of elements)
 * @param l2Norm the root of the sum of their squares
 */
public record TensorStatistics(
        long elementCount,
        long zeros,
        long nan,
        long infinite,
        double min,
        double max,
        double mean,
        double standardDeviation,
        double l2Norm) {}
