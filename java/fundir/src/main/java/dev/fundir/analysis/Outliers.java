package dev.fundir.analysis;

import java.util.List;

/**
 * The elements of a tensor that are far from its mean.
 *
 * @param threshold how far: in standard deviations, of which an outlier is more away
 * @param count how many there are
 * @param worst the farthest of them, the farthest first, and of equally far ones the first first
 */
public record Outliers(double threshold, long count, List<Outlier> worst) {
    /**
     * Outliers, whose list does not change.
     *
     * @param threshold how far: in standard deviations, of which an outlier is more away
     * @param count how many there are
     * @param worst the farthest of them, the farthest first, and of equally far ones the first first
     */
    public Outliers {
        worst = List.copyOf(worst);
    }
}
