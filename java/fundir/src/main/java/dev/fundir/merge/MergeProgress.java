package dev.fundir.merge;

/**
 * How far a merge is.
 *
 * @param bytesDone bytes of the output's tensors that are written
 * @param bytesTotal bytes of all the output's tensors
 * @param tensorsDone tensors that are complete
 * @param tensorsTotal tensors of the output
 * @param seconds since the merge began
 * @param secondsLeft estimated from the speed so far; NaN as long as nothing can be said
 */
public record MergeProgress(
        long bytesDone, long bytesTotal, long tensorsDone, long tensorsTotal, double seconds, double secondsLeft) {

    /** Before this nothing is said about the time left: the first blocks are slower than the rest. */
    private static final double SETTLED_SECONDS = 0.2;

    static MergeProgress after(double seconds, long bytesDone, long bytesTotal, long tensorsDone, long tensorsTotal) {
        double left = bytesDone >= bytesTotal
                ? 0
                : bytesDone == 0 || seconds < SETTLED_SECONDS
                        ? Double.NaN
                        : seconds / bytesDone * (bytesTotal - bytesDone);
        return new MergeProgress(bytesDone, bytesTotal, tensorsDone, tensorsTotal, seconds, left);
    }

    /**
     * The done part of the whole.
     *
     * @return 0 to 1; 1 when there is nothing to do
     */
    public double fraction() {
        return bytesTotal == 0 ? 1 : (double) bytesDone / bytesTotal;
    }
}
