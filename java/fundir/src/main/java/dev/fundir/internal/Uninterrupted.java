package dev.fundir.internal;

import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * Work that goes on to its end although the thread that waits for it is interrupted. The thread still is, afterwards.
 */
public final class Uninterrupted {
    private Uninterrupted() {}

    /** Waits for a thread to end; for one that has not started, not at all. */
    public static void join(Thread thread) {
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Does the work on a thread of its own: an interruption closes every file channel that its thread uses.
     *
     * @throws IOException from the work
     */
    public static <T> T call(Callable<T> work) throws IOException {
        FutureTask<T> task = new FutureTask<>(work);
        Thread thread = new Thread(task, "fundir-finish");
        boolean interrupted = Thread.interrupted();
        try {
            thread.start();
            join(thread);
            interrupted |= Thread.interrupted();
            return task.get();
        } catch (ExecutionException e) {
            throw unwrapped(e.getCause());
        } catch (InterruptedException e) {
            interrupted = true;
            throw new IllegalStateException("the task had ended", e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static IOException unwrapped(Throwable cause) {
        if (cause instanceof IOException io) {
            return io;
        }
        if (cause instanceof RuntimeException runtime) {
            throw runtime;
        }
        if (cause instanceof Error error) {
            throw error;
        }
        throw new IllegalStateException(cause);
    }
}
