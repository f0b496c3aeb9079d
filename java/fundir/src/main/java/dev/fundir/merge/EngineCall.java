package dev.fundir.merge;

import dev.fundir.ffi.Core;
import dev.fundir.internal.Uninterrupted;
import java.nio.ByteBuffer;
import java.util.concurrent.CancellationException;

/** One run of the engine, on a thread of its own, that can be watched and stopped. */
final class EngineCall {
    private static final long POLL_MILLIS = 50;

    private final MergeControl control = new MergeControl();
    private final Thread thread;
    private volatile ByteBuffer report;
    private volatile Throwable failure;

    /**
     * Prepares a run.
     *
     * @param plan as {@link PlanEncoder} writes it
     */
    EngineCall(ByteBuffer plan) {
        thread = new Thread(() -> work(plan), "fundir-merge");
        thread.setDaemon(true);
    }

    /** Hears how many bytes and tensors are done. */
    @FunctionalInterface
    interface Watcher {
        void progress(long bytesDone, long tensorsDone);
    }

    /**
     * Runs the plan to its end and returns the report. When the watcher throws, or the calling thread is interrupted,
     * the engine has stopped before this returns.
     *
     * @throws dev.fundir.ffi.NativeException when the engine fails or was stopped
     * @throws CancellationException when the calling thread is interrupted; it still is then
     */
    ByteBuffer run(Watcher watcher) {
        try {
            thread.start();
            watch(watcher);
        } finally {
            stop();
        }
        return outcome();
    }

    /** Tells the engine to stop, if it works, and waits until it has. */
    void stop() {
        control.cancel();
        Uninterrupted.join(thread);
    }

    private void work(ByteBuffer plan) {
        try {
            report = Core.runMerge(plan, control.words());
        } catch (RuntimeException | Error e) {
            failure = e;
        }
    }

    private void watch(Watcher watcher) {
        try {
            do {
                thread.join(POLL_MILLIS);
                watcher.progress(control.bytesDone(), control.tensorsDone());
            } while (thread.isAlive());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancellationException("the merge was interrupted");
        }
    }

    private ByteBuffer outcome() {
        if (failure instanceof RuntimeException e) {
            throw e;
        }
        if (failure instanceof Error e) {
            throw e;
        }
        return report;
    }
}
