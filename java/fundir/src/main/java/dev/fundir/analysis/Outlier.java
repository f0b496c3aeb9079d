package dev.fundir.analysis;

/**
 * An element far from the mean of its tensor.
 *
 * @param index its number in row-major order; of C64 that of the part
 * @param value the element
 * @param z its distance from the mean in standard deviations, negative below it
 */
public record Outlier(long index, double value, double z) {}
