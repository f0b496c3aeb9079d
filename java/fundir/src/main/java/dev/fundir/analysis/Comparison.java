package dev.fundir.analysis;

import dev.fundir.ffi.ElementBlocks;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Finds out how far tensors are apart, as numbers, whatever their dtypes. Several threads go through the pairs, block
 * by block. Immutable, safe for many threads.
 */
public final class Comparison {
    private final List<TensorPair> pairs;
    private final int threads;

    private Comparison(List<TensorPair> pairs, int threads) {
        this.pairs = pairs;
        this.threads = threads;
    }

    /**
     * A comparison with a thread for each processor.
     *
     * @param pairs what is to be compared
     * @return the comparison, which does nothing yet
     */
    public static Comparison of(List<TensorPair> pairs) {
        return new Comparison(List.copyOf(pairs), Runtime.getRuntime().availableProcessors());
    }

    /**
     * The same with another number of threads.
     *
     * @param threads 1 or more
     * @return a new comparison
     * @throws IllegalArgumentException when there is to be none
     */
    public Comparison threads(int threads) {
        return new Comparison(pairs, Analysis.requireThreads(threads));
    }

    /**
     * Compares.
     *
     * @param listener told how far it is
     * @return the distance of each pair, in their order
     * @throws dev.fundir.CheckpointFormatException when a file was cut meanwhile
     * @throws IOException when reading fails
     * @throws java.util.concurrent.CancellationException when the calling thread is interrupted; it stays so
     */
    public List<TensorDistance> run(AnalysisListener listener) throws IOException {
        TensorDistance[] found = new TensorDistance[pairs.size()];
        List<BlockWork> works = new ArrayList<>();
        for (int i = 0; i < found.length; i++) {
            works.add(new DistanceWork(pairs.get(i), found, i));
        }
        BlockThreads.run(works, /* passes= */ 1, threads, listener);
        return Arrays.asList(found);
    }

    /** The pass over a pair. */
    private static final class DistanceWork implements BlockWork {
        private final TensorPair pair;
        private final TensorDistance[] found;
        private final int place;
        private final BlockRanges ranges;
        private final TensorDistance[] blocks;

        DistanceWork(TensorPair pair, TensorDistance[] found, int place) {
            this.pair = pair;
            this.found = found;
            this.place = place;
            ranges = BlockRanges.ofBoth(pair.a());
            blocks = new TensorDistance[ranges.count()];
        }

        @Override
        public int blockCount() {
            return blocks.length;
        }

        @Override
        public long byteSize() {
            return pair.a().byteSize() + pair.b().byteSize();
        }

        @Override
        public IOException cut(InternalError cause) {
            return new IOException(pair.a() + " and " + pair.b() + ": a file was cut while it was read", cause);
        }

        @Override
        public void run(int block, BlockMemory memory) throws IOException {
            ByteBuffer record = memory.record(ElementBlocks.DISTANCE_SIZE);
            ByteBuffer a = memory.elements(pair.a(), ranges, block);
            ElementType type = ElementType.of(pair.a());
            ElementBlocks.distance(
                    a,
                    type.dtype().code(),
                    memory.others(pair.b(), ranges, block),
                    ElementType.of(pair.b()).dtype().code(),
                    record);
            blocks[block] = new TensorDistance(
                    ranges.length(block),
                    record.getLong(0),
                    record.getLong(8),
                    record.getDouble(16),
                    record.getDouble(24),
                    record.getDouble(32),
                    record.getDouble(40),
                    record.getDouble(48));
        }

        @Override
        public Optional<BlockWork> finish() {
            found[place] = TensorDistance.sum(Arrays.asList(blocks));
            return Optional.empty();
        }
    }
}
