package dev.fundir.hub;

/**
 * Hears of the progress of a download or an upload, about ten times a second, on the thread that called its
 * {@code run}.
 *
 * <p>An exception that it throws stops the transfer and goes on to the caller of {@code run}; so does an interruption
 * of that thread, as a {@link java.util.concurrent.CancellationException}. What is complete stays.
 */
@FunctionalInterface
public interface TransferListener {
    /**
     * Called with how far the transfer is; the last time when all of it is done.
     *
     * @param progress how far it is
     */
    void progress(TransferProgress progress);

    /**
     * Called with something that the user should know, such as that another process is waited for, or that the Hub
     * cannot be reached and cached files are used.
     *
     * @param sentence for people to read
     */
    default void notice(String sentence) {}

    /**
     * A listener that does nothing.
     *
     * @return the listener
     */
    static TransferListener none() {
        return progress -> {};
    }
}
