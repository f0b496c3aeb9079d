package dev.fundir.hub;

import dev.fundir.internal.Rethrow;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Fills a partial file: its chunks side by side where the server answers with ranges, else all of it in one stream. The
 * hash is computed on the calling thread, in the file's order, behind what has come.
 */
final class ChunkTransfer {
    private static final int AT_ONCE = 1 << 20;

    private final DownloadContext context;
    private final PartialFile partial;
    private final ChunkReader reader;
    private final RemoteFile file;

    /** Chunks that nobody fetches yet. */
    private final Deque<Integer> waiting = new ArrayDeque<>();

    /** What went wrong first. */
    private final AtomicReference<Throwable> failure = new AtomicReference<>();

    /** What is under way, or waits for a thread. */
    private final List<Task> running = new ArrayList<>();

    private boolean knowsRanges;
    private boolean isOneStream;

    ChunkTransfer(DownloadContext context, RemoteFile file, PartialFile partial, DownloadMeter.FileMeter meter) {
        this.context = context;
        this.file = file;
        this.partial = partial;
        this.reader = new ChunkReader(context, file, partial, meter, this::hasMore);
    }

    /**
     * Has all of it come.
     *
     * @param digest takes all bytes of the file
     * @return the hash of what has come
     * @throws IOException when it does not come, or cannot be written; no thread works on it any more then
     */
    ContentHash run(ContentHash.Digest digest) throws IOException {
        for (int chunk = 0; chunk < partial.chunks(); chunk++) {
            if (partial.done(chunk) < partial.length(chunk)) {
                waiting.add(chunk);
            }
        }
        ByteBuffer bytes = ByteBuffer.allocateDirect((int) Math.min(AT_ONCE, Math.max(1, file.size())));
        try {
            long hashed = 0;
            while (hashed < file.size()) {
                long there = awaitMore(hashed);
                while (hashed < there) {
                    partial.read(bytes, hashed, there);
                    hashed += bytes.remaining();
                    digest.update(bytes);
                }
            }
            return digest.end();
        } finally {
            stop();
        }
    }

    /** Starts what may be started, and waits until there is something to hash. */
    private synchronized long awaitMore(long hashed) throws IOException {
        while (true) {
            Rethrow.asWhatItIs(failure.get());
            launch();
            long there = partial.beginning(hashed);
            if (there == file.size() || there - hashed >= AT_ONCE) {
                return there;
            }
            try {
                wait();
            } catch (InterruptedException e) {
                throw Failures.interrupted(e);
            }
        }
    }

    private void launch() {
        if (reader.ignoresRanges() && !isOneStream && running.isEmpty()) {
            isOneStream = true;
            waiting.clear();
            start(reader::readAll);
        }
        // The first answer shows whether there are ranges; until then it is alone.
        int most = isOneStream || reader.ignoresRanges() ? 0 : knowsRanges ? context.width() : 1;
        while (running.size() < most && !waiting.isEmpty()) {
            int chunk = waiting.remove();
            start(() -> reader.read(chunk));
        }
    }

    private void start(Reading reading) {
        Task task = new Task(reading);
        running.add(task);
        context.connections().execute(task);
    }

    /** Bytes have come. */
    private synchronized void hasMore() {
        knowsRanges = true;
        notifyAll();
    }

    /** Ends the threads that still write, and waits for them. */
    private synchronized void stop() {
        reader.stop();
        running.removeIf(Task::isUnused);
        running.forEach(Task::interrupt);
        boolean interrupted = false;
        while (!running.isEmpty()) {
            try {
                wait();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Something that reads an answer. */
    @FunctionalInterface
    private interface Reading {
        void run() throws IOException;
    }

    /** Reads an answer on a thread of the pool. */
    private final class Task implements Runnable {
        private final Reading reading;

        /** Who runs it; null before. Guarded by the transfer. */
        private Thread thread;

        Task(Reading reading) {
            this.reading = reading;
        }

        @Override
        public void run() {
            if (!begin()) {
                return;
            }
            try {
                reading.run();
            } catch (Throwable e) {
                failure.compareAndSet(null, e);
            } finally {
                end();
            }
        }

        /** Answers false when the transfer was stopped before. */
        private boolean begin() {
            synchronized (ChunkTransfer.this) {
                thread = Thread.currentThread();
                return running.contains(this);
            }
        }

        private void end() {
            synchronized (ChunkTransfer.this) {
                running.remove(this);
                ChunkTransfer.this.notifyAll();
            }
        }

        private boolean isUnused() {
            return thread == null;
        }

        /** The thread is still at this task: it leaves the list when it ends. */
        private void interrupt() {
            thread.interrupt();
        }
    }
}
