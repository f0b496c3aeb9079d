package dev.fundir.analysis;

import java.util.Optional;

/**
 * What an {@link Analysis} found out about a tensor.
 *
 * @param statistics its figures
 * @param outliers its outliers, if they were asked for
 * @param histogram how its elements are distributed, if that was asked for
 */
public record TensorAnalysis(TensorStatistics statistics, Optional<Outliers> outliers, Optional<Histogram> histogram) {}
