package dev.fundir.analysis;

import dev.fundir.TensorView;
import dev.fundir.ffi.ElementBlocks;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** The second pass, when mean and spread are known: outliers and the histogram. */
final class DetailWork implements BlockWork {
    /** A histogram goes so many standard deviations from the mean. */
    private static final double REACH = 4;

    private final TensorView view;
    private final BlockRanges ranges;
    private final TensorStatistics statistics;
    private final Details asked;
    private final Sink sink;
    private final double from;
    private final double to;

    /** Counts of the bins, between those of what is below and above; guarded by this object, as all below is. */
    private final long[] counts;

    private long outlierCount;
    private List<Outlier> worst = List.of();

    /**
     * What the second pass finds out.
     *
     * @param threshold how many standard deviations an outlier is from the mean; NaN for no outliers
     * @param most how many outliers are kept
     * @param bins how many bins the histogram has; 0 for none
     */
    record Details(double threshold, int most, int bins) {
        boolean hasOutliers() {
            return !Double.isNaN(threshold);
        }

        boolean isNothing() {
            return !hasOutliers() && bins == 0;
        }
    }

    /** Takes what was found out. */
    @FunctionalInterface
    interface Sink {
        void put(Optional<Outliers> outliers, Optional<Histogram> histogram);
    }

    DetailWork(TensorView view, TensorStatistics statistics, Details asked, Sink sink) {
        this.view = view;
        ranges = BlockRanges.of(view);
        this.statistics = statistics;
        this.asked = asked;
        this.sink = sink;
        double reach = REACH * statistics.standardDeviation();
        boolean isKnown = Double.isFinite(reach) && Double.isFinite(statistics.mean());
        from = isKnown ? Math.max(statistics.min(), statistics.mean() - reach) : statistics.min();
        to = isKnown ? Math.min(statistics.max(), statistics.mean() + reach) : statistics.max();
        counts = new long[asked.bins() == 0 ? 0 : asked.bins() + 2];
    }

    private boolean hasNumbers() {
        return !Double.isNaN(statistics.min());
    }

    @Override
    public int blockCount() {
        return hasNumbers() ? ranges.count() : 0;
    }

    @Override
    public long byteSize() {
        return view.byteSize();
    }

    @Override
    public IOException cut(InternalError cause) {
        return BlockMemory.cut(view, cause);
    }

    @Override
    public void run(int block, BlockMemory memory) throws IOException {
        ByteBuffer elements = memory.elements(view, ranges, block);
        int type = ElementType.of(view).dtype().code();
        if (asked.hasOutliers()) {
            ByteBuffer record = memory.record(16 + 16 * asked.most());
            double limit = asked.threshold() * statistics.standardDeviation();
            ElementBlocks.outliers(elements, type, statistics.mean(), limit, asked.most(), record);
            addOutliers(record, ranges.first(block));
        }
        if (asked.bins() > 0) {
            ByteBuffer record = memory.record(Long.BYTES * counts.length);
            ElementBlocks.histogram(elements, type, from, to, asked.bins(), record);
            addCounts(record);
        }
    }

    private synchronized void addOutliers(ByteBuffer record, long first) {
        outlierCount += record.getLong(0);
        int listed = (int) record.getLong(8);
        if (listed == 0) {
            return;
        }
        List<Outlier> all = new ArrayList<>(worst);
        for (int i = 0; i < listed; i++) {
            double value = record.getDouble(24 + 16 * i);
            double z = (value - statistics.mean()) / statistics.standardDeviation();
            all.add(new Outlier(first + record.getLong(16 + 16 * i), value, z));
        }
        all.sort(Comparator.<Outlier>comparingDouble(outlier -> -Math.abs(outlier.value() - statistics.mean()))
                .thenComparingLong(Outlier::index));
        worst = List.copyOf(all.subList(0, Math.min(asked.most(), all.size())));
    }

    private synchronized void addCounts(ByteBuffer record) {
        for (int i = 0; i < counts.length; i++) {
            counts[i] += record.getLong(Long.BYTES * i);
        }
    }

    @Override
    public synchronized Optional<BlockWork> finish() {
        sink.put(
                asked.hasOutliers()
                        ? Optional.of(new Outliers(asked.threshold(), outlierCount, worst))
                        : Optional.empty(),
                asked.bins() > 0 ? Optional.of(histogram()) : Optional.empty());
        return Optional.empty();
    }

    private Histogram histogram() {
        List<Long> bins = new ArrayList<>();
        for (int i = 1; i <= asked.bins(); i++) {
            bins.add(counts[i]);
        }
        return new Histogram(from, to, counts[0], counts[asked.bins() + 1], bins);
    }
}
