package dev.fundir.cli;

import dev.fundir.analysis.AnalysisProgress;
import dev.fundir.merge.MergeProgress;

/**
 * How far a long work is.
 *
 * @param bytesDone bytes that are done
 * @param bytesTotal bytes in all
 * @param tensorsDone tensors that are complete
 * @param tensorsTotal tensors in all
 * @param seconds since it began
 */
record Progress(long bytesDone, long bytesTotal, long tensorsDone, long tensorsTotal, double seconds) {
    /** Before this nothing is said about the time left: the first blocks are slower than the rest. */
    private static final double SETTLED_SECONDS = 0.2;

    static Progress of(MergeProgress merge) {
        return new Progress(
                merge.bytesDone(), merge.bytesTotal(), merge.tensorsDone(), merge.tensorsTotal(), merge.seconds());
    }

    static Progress of(AnalysisProgress analysis) {
        return new Progress(
                analysis.bytesDone(),
                analysis.bytesTotal(),
                analysis.tensorsDone(),
                analysis.tensorsTotal(),
                analysis.seconds());
    }

    /** The done part of the whole, 0 to 1. */
    double fraction() {
        return bytesTotal == 0 ? 1 : (double) bytesDone / bytesTotal;
    }

    /** Estimated from the speed so far; NaN as long as nothing can be said. */
    double secondsLeft() {
        return bytesDone == 0 || seconds < SETTLED_SECONDS
                ? Double.NaN
                : seconds / bytesDone * (bytesTotal - bytesDone);
    }
}
