package dev.fundir.analysis;

/**
 * Hears of the progress of an {@link Analysis} or {@link Comparison}, about twenty times a second, on the thread that
 * called its {@code run}.
 *
 * <p>An exception that it throws stops the work and goes on to the caller of {@code run}.
 */
@FunctionalInterface
public interface AnalysisListener {
    /**
     * Called with how far the work is; the last time when all of it is done.
     *
     * @param progress how far it is
     */
    void progress(AnalysisProgress progress);

    /**
     * A listener that does nothing.
     *
     * @return the listener
     */
    static AnalysisListener none() {
        return progress -> {};
    }
}
