package dev.fundir.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Deletes unfinished files when the JVM is told to stop (Ctrl-C, SIGTERM), once the work that writes them has stopped.
 *
 * <p>Safe for many threads.
 */
public final class AbandonedFiles {
    private static final Set<Path> FILES = new HashSet<>();
    private static final Set<Runnable> STOPS = new LinkedHashSet<>();

    private static boolean hooked;
    private static boolean shuttingDown;

    private AbandonedFiles() {}

    /**
     * Registers work that must stop before any file is deleted.
     *
     * @param stop called at shutdown, in a thread of its own; returns when the work has stopped
     * @throws IllegalStateException when the JVM is shutting down
     */
    public static synchronized void stopFirst(Runnable stop) {
        hook();
        STOPS.add(stop);
    }

    /**
     * Takes back a {@link #stopFirst}.
     *
     * @param stop what was registered
     */
    public static synchronized void forget(Runnable stop) {
        STOPS.remove(stop);
    }

    /**
     * Begins work that the end of the JVM waits for, such as renames of which none should be missing.
     *
     * @return to be released when the work is over
     * @throws IOException when the JVM is shutting down
     */
    public static Hold hold() throws IOException {
        Hold hold = new Hold();
        try {
            stopFirst(hold);
        } catch (IllegalStateException e) {
            throw new IOException("cannot begin to finish files: the JVM is shutting down", e);
        }
        return hold;
    }

    /** Work that the end of the JVM waits for. */
    public static final class Hold implements Runnable {
        private static final long MOST_SECONDS = 30;

        private final CountDownLatch over = new CountDownLatch(1);

        private Hold() {}

        /** Waits until the work is over. */
        @Override
        public void run() {
            try {
                if (!over.await(MOST_SECONDS, TimeUnit.SECONDS)) {
                    System.err.println("fundir: files could not be finished in " + MOST_SECONDS + " s");
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        /** Says that the work is over. */
        public void release() {
            over.countDown();
            forget(this);
        }
    }

    /**
     * Registers a file about to be created.
     *
     * @throws IOException when the JVM is shutting down: nobody would be left to delete it
     */
    static synchronized void add(Path file) throws IOException {
        try {
            hook();
        } catch (IllegalStateException e) {
            throw new IOException("cannot create " + file + ": the JVM is shutting down", e);
        }
        FILES.add(file);
    }

    /** Forgets a file that is finished. */
    static synchronized void remove(Path file) {
        FILES.remove(file);
    }

    /** Deletes an unfinished file now. */
    static synchronized void delete(Path file) throws IOException {
        Files.deleteIfExists(file);
        FILES.remove(file);
    }

    private static void hook() {
        if (shuttingDown) {
            throw new IllegalStateException("the JVM is shutting down");
        }
        if (!hooked) {
            Runtime.getRuntime().addShutdownHook(new Thread(AbandonedFiles::clean, "fundir-clean"));
            hooked = true;
        }
    }

    private static void clean() {
        List<Runnable> stops;
        synchronized (AbandonedFiles.class) {
            shuttingDown = true;
            stops = List.copyOf(STOPS);
        }
        stops.forEach(Runnable::run);
        synchronized (AbandonedFiles.class) {
            for (Path file : FILES) {
                try {
                    Files.deleteIfExists(file);
                } catch (IOException e) {
                    System.err.println("fundir: cannot delete the unfinished file " + file + ": " + e.getMessage());
                }
            }
        }
    }
}
