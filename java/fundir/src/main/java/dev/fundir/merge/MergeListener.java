package dev.fundir.merge;

/**
 * Hears of the progress of a merge, about twenty times a second, on the thread that called
 * {@link MergePlan#run(MergeListener)}.
 *
 * <p>An exception that it throws stops the merge, nothing is left of the output, and the exception goes on to the
 * caller of {@code run}. That, and interrupting the calling thread, is how a merge is cancelled.
 */
@FunctionalInterface
public interface MergeListener {
    /**
     * Called with how far the merge is; the last time when all bytes are written.
     *
     * @param progress how far it is
     */
    void progress(MergeProgress progress);

    /**
     * A listener that does nothing.
     *
     * @return the listener
     */
    static MergeListener none() {
        return progress -> {};
    }
}
