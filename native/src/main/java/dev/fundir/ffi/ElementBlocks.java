package dev.fundir.ffi;

import java.lang.ref.Reference;
import java.nio.ByteBuffer;

/**
 * What the elements of a block are like, found out by the kernels of the core: records as {@code fundir.h} lays them
 * out.
 *
 * <p>Blocks are the bytes between position and limit of direct buffers, at most {@value #MOST_ELEMENTS} elements of a
 * dtype code; positions stay. They must be memory, and no mapping of a file: a file that is cut meanwhile would end the
 * process. Nobody may write to them during the call. Records go to direct, writable and little-endian buffers, whose
 * remaining bytes are exactly those of the record.
 *
 * <p>All methods are safe for many threads, each with a buffer of its own for the record. Wrong buffers are
 * {@link IllegalArgumentException}; dtypes, ranges and counts that the core does not take are {@link NativeException}.
 */
public final class ElementBlocks {
    /** The most elements of a block: {@value}. */
    public static final int MOST_ELEMENTS = 1 << 21;

    /** Bytes of a record of {@link #moments}. */
    public static final int MOMENTS_SIZE = 64;

    /** Bytes of a record of {@link #distance}. */
    public static final int DISTANCE_SIZE = 56;

    /** The most outliers that are listed. */
    public static final int MOST_OUTLIERS = 1000;

    /** The most bins of a histogram. */
    public static final int MOST_BINS = 4096;

    private ElementBlocks() {}

    /**
     * Computes count, extremes, mean and spread.
     *
     * @param block the elements
     * @param type their dtype code
     * @param moments takes the record, {@value #MOMENTS_SIZE} bytes
     */
    public static void moments(ByteBuffer block, int type, ByteBuffer moments) {
        run(
                moments,
                MOMENTS_SIZE,
                (out, detail) -> Fundir.moments(Core.input(block), block.remaining(), type, out, detail),
                block);
    }

    /**
     * Finds elements far from the mean.
     *
     * @param block the elements
     * @param type their dtype code
     * @param mean from where the distance counts
     * @param limit the distance up to which an element is no outlier
     * @param most how many are listed, up to {@value #MOST_OUTLIERS}
     * @param outliers takes the record, 16 + 16 · {@code most} bytes
     */
    public static void outliers(ByteBuffer block, int type, double mean, double limit, int most, ByteBuffer outliers) {
        requireRange("outliers", most, 0, MOST_OUTLIERS);
        run(
                outliers,
                16 + 16 * most,
                (out, detail) ->
                        Fundir.outliers(Core.input(block), block.remaining(), type, mean, limit, most, out, detail),
                block);
    }

    /**
     * Counts elements in bins.
     *
     * @param block the elements
     * @param type their dtype code
     * @param from where the first bin begins
     * @param to where the last bin ends
     * @param bins how many there are, up to {@value #MOST_BINS}
     * @param counts takes the record, 8 · ({@code bins} + 2) bytes
     */
    public static void histogram(ByteBuffer block, int type, double from, double to, int bins, ByteBuffer counts) {
        requireRange("bins", bins, 1, MOST_BINS);
        run(
                counts,
                Long.BYTES * (bins + 2),
                (out, detail) ->
                        Fundir.histogram(Core.input(block), block.remaining(), type, from, to, bins, out, detail),
                block);
    }

    /**
     * Computes what two blocks of as many elements differ in.
     *
     * @param a the elements of one
     * @param aType their dtype code
     * @param b the elements of the other
     * @param bType their dtype code
     * @param distance takes the record, {@value #DISTANCE_SIZE} bytes
     */
    public static void distance(ByteBuffer a, int aType, ByteBuffer b, int bType, ByteBuffer distance) {
        run(
                distance,
                DISTANCE_SIZE,
                (out, detail) -> Fundir.distance(
                        Core.input(a), a.remaining(), aType, Core.input(b), b.remaining(), bType, out, detail),
                a,
                b);
    }

    private static void requireRange(String what, int value, int lowest, int highest) {
        if (value < lowest || value > highest) {
            throw new IllegalArgumentException(
                    value + " " + what + ": from " + lowest + " to " + highest + " are possible");
        }
    }

    /** A function that writes a record, with the addresses of that and of the detail record. */
    @FunctionalInterface
    private interface Function {
        int call(long out, long detail);
    }

    private static void run(ByteBuffer record, int size, Function function, ByteBuffer... inputs) {
        Call call = Call.take();
        try {
            call.check(Status.of(function.call(Core.output(record, size), call.detailAddress())));
        } finally {
            Reference.reachabilityFence(record);
            Reference.reachabilityFence(call);
            for (ByteBuffer input : inputs) {
                Reference.reachabilityFence(input);
            }
        }
        call.give();
    }
}
