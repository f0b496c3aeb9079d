package dev.fundir.hub;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * A download of a model, into the cache that the Python tools use too, or into a folder.
 *
 * <pre>{@code
 * Path folder = hub.download(ModelId.parse("org/model@v1.0")).run();
 * }</pre>
 *
 * <p>Files come several at a time, large ones in several parts at a time. A file is visible when it is complete and its
 * size and hash are those that the Hub has; what is broken off by whatever, the end of the process too, goes on where
 * it was when the same download is run again. Several processes can run the same download: each file is moved once.
 *
 * <p>Without the network, or in offline mode, what is cached is used, if it is complete; the listener is told.
 *
 * <p>Immutable, safe for many threads.
 */
public final class Download {
    /** How many connections are open at once unless it is said otherwise. */
    public static final int USUAL_THREADS = 8;

    private static final int MOST_THREADS = 64;

    /** Bytes that one request asks for at most. */
    private static final int USUAL_CHUNK = 32 << 20;

    private final Hub hub;
    private final ModelId id;
    private final ModelFiles files;
    private final Optional<Path> folder;
    private final int threads;
    private final int chunk;

    Download(Hub hub, ModelId id) {
        this(hub, id, new ModelFiles(List.of(), List.of()), Optional.empty(), USUAL_THREADS, USUAL_CHUNK);
    }

    private Download(Hub hub, ModelId id, ModelFiles files, Optional<Path> folder, int threads, int chunk) {
        this.hub = hub;
        this.id = id;
        this.files = files;
        this.folder = folder;
        this.threads = threads;
        this.chunk = chunk;
    }

    /**
     * Chooses files by patterns, in place of the usual ones: safetensors files and what says how the model is built and
     * used. The rules are those of the Python tools: {@code *} is any text, slashes too, {@code ?} one character,
     * {@code [ab]} one of some; a pattern that ends in a slash is all that lies in the folder.
     *
     * <p>Files that run a program when Python loads them ({@code .bin}, {@code .pt}, {@code .pkl} and the like) are
     * chosen only by patterns that end as their names do.
     *
     * @param patterns of which a file has to match one; more calls add more
     * @return the download of those files
     * @throws IllegalArgumentException when one is empty
     */
    public Download include(String... patterns) {
        return new Download(
                hub, id, new ModelFiles(joined(files.included(), patterns), files.excluded()), folder, threads, chunk);
    }

    /**
     * Leaves files out by patterns, which are as for {@link #include}.
     *
     * @param patterns of which a file must match none; more calls add more
     * @return the download without those files
     * @throws IllegalArgumentException when one is empty
     */
    public Download exclude(String... patterns) {
        return new Download(
                hub, id, new ModelFiles(files.included(), joined(files.excluded(), patterns)), folder, threads, chunk);
    }

    /**
     * Puts the files into a folder by their names, and not into the cache; what is cached is copied. The folder
     * remembers in {@code .cache/huggingface} which files it has, as the Python tools do. Files that are there with
     * other bytes are replaced.
     *
     * @param path of the folder, which need not exist
     * @return the download into it
     */
    public Download localFolder(Path path) {
        return new Download(hub, id, files, Optional.of(path), threads, chunk);
    }

    /**
     * Sets how many connections are open at once.
     *
     * @param count 1 to 64
     * @return the download with so many
     * @throws IllegalArgumentException for other counts
     */
    public Download threads(int count) {
        if (count < 1 || count > MOST_THREADS) {
            throw new IllegalArgumentException(count + " connections: expected 1 to " + MOST_THREADS);
        }
        return new Download(hub, id, files, folder, count, chunk);
    }

    /** With other parts than usual, for tests. */
    Download chunk(int bytes) {
        return new Download(hub, id, files, folder, threads, bytes);
    }

    /**
     * Runs it.
     *
     * @return the folder with the files: the snapshot of the commit in the cache, or the local folder
     * @throws IOException as {@link #run(TransferListener)} says
     */
    public Path run() throws IOException {
        return run(TransferListener.none());
    }

    /**
     * Runs it, and tells how it goes.
     *
     * @param listener called on this thread
     * @return the folder with the files: the snapshot of the commit in the cache, or the local folder
     * @throws HubException when the Hub refuses it, cannot be reached while not all is cached, or sends other bytes
     *     than it should
     * @throws IOException when files cannot be written, such as {@link java.nio.file.FileSystemException} on a full
     *     disk; what was downloaded is kept for the next attempt
     * @throws java.util.concurrent.CancellationException when this thread is interrupted; it stays so
     */
    public Path run(TransferListener listener) throws IOException {
        Objects.requireNonNull(listener);
        return new DownloadRun(hub, id, files, folder, threads, chunk, listener).run();
    }

    private static List<PathPattern> joined(List<PathPattern> before, String... patterns) {
        List<PathPattern> all = new ArrayList<>(before);
        Arrays.stream(patterns).map(PathPattern::of).forEach(all::add);
        return List.copyOf(all);
    }
}
