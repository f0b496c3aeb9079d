package dev.fundir.hub;

import dev.fundir.internal.Rethrow;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

/**
 * The threads of a download: some that see to a file each, and as many that read answers. Closing it ends them, also in
 * the middle of their work.
 */
final class DownloadThreads implements AutoCloseable {
    private static final int STEP_MILLIS = 100;

    private final ExecutorService files;
    private final ExecutorService connections;

    DownloadThreads(int count) {
        files = Executors.newFixedThreadPool(count, named("fundir-file"));
        connections = Executors.newFixedThreadPool(count, named("fundir-connection"));
    }

    /** Runs what reads answers. */
    Executor connections() {
        return connections;
    }

    /**
     * Brings files, and returns when all are there.
     *
     * @param tell called every now and then on this thread; may throw
     * @throws IOException what the first of them failed with; the others end then
     */
    void run(List<FileDownload> downloads, Runnable tell) throws IOException {
        CompletionService<Void> ended = new ExecutorCompletionService<>(files);
        for (FileDownload download : downloads) {
            ended.submit(() -> {
                download.run();
                return null;
            });
        }
        try {
            for (int left = downloads.size(); left > 0; ) {
                Future<Void> one = ended.poll(STEP_MILLIS, TimeUnit.MILLISECONDS);
                if (one != null) {
                    one.get();
                    left--;
                } else {
                    tell.run();
                }
            }
        } catch (InterruptedException e) {
            throw Failures.interrupted(e);
        } catch (ExecutionException e) {
            Rethrow.asWhatItIs(e.getCause());
            throw new IllegalStateException("a download failed with what cannot be thrown", e);
        }
    }

    /** Interrupts what still runs, and waits until it has ended: nothing is written behind the caller's back. */
    @Override
    public void close() {
        files.shutdownNow();
        connections.shutdownNow();
        boolean interrupted = false;
        for (ExecutorService threads : List.of(files, connections)) {
            while (!threads.isTerminated()) {
                try {
                    threads.awaitTermination(1, TimeUnit.MINUTES);
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static ThreadFactory named(String name) {
        return task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        };
    }
}
