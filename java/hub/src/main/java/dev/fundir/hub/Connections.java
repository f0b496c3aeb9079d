package dev.fundir.hub;

import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Runs what reads answers, as many at once as there may be connections; the others wait for their turn. Closing it does
 * not wait: whoever had something run has seen to its end.
 */
final class Connections implements Executor, AutoCloseable {
    private final ExecutorService threads;

    Connections(int count) {
        threads = Executors.newFixedThreadPool(count, task -> {
            Thread thread = new Thread(task, "fundir-connection");
            thread.setDaemon(true);
            return thread;
        });
    }

    @Override
    public void execute(Runnable task) {
        threads.execute(task);
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
