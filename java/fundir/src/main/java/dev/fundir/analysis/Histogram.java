package dev.fundir.analysis;

import java.util.List;

/**
 * How the finite elements of a tensor are distributed: bins of one width over the range of its elements, but not
 * farther than four standard deviations from the mean.
 *
 * @param from where the first bin begins; NaN when there is no finite element
 * @param to where the last bin ends, which belongs to it
 * @param below elements below the first bin
 * @param above elements above the last bin
 * @param counts elements in each bin
 */
public record Histogram(double from, double to, long below, long above, List<Long> counts) {
    /**
     * A histogram, whose counts do not change.
     *
     * @param from where the first bin begins; NaN when there is no finite element
     * @param to where the last bin ends, which belongs to it
     * @param below elements below the first bin
     * @param above elements above the last bin
     * @param counts elements in each bin
     */
    public Histogram {
        counts = List.copyOf(counts);
    }
}
