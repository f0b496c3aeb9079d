package dev.fundir.internal.bulk;

import dev.fundir.internal.Rethrow;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/** Threads that share the blocks of some files. All of them have ended when the read returns or throws. */
public final class ReadThreads {
    private final List<FileReads.Block> blocks;
    private final AtomicInteger next = new AtomicInteger();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();

    private ReadThreads(List<FileReads.Block> blocks) {
        this.blocks = blocks;
    }

    /**
     * Reads files.
     *
     * @param files what to read; the memory is undefined when that fails
     * @param threads at most that many
     * @param blockBytes the size of a block; blocks begin at multiples of it
     * @throws InterruptedIOException when the calling thread is interrupted; it stays so
     * @throws IOException when a file cannot be read, or was changed since it was opened or meanwhile
     */
    public static void read(List<FileReads> files, int threads, int blockBytes) throws IOException {
        List<FileReads.Block> blocks = new ArrayList<>();
        files.forEach(file -> blocks.addAll(file.blocks(blockBytes)));
        new ReadThreads(blocks).run(Math.min(threads, blocks.size()));
        for (FileReads file : files) {
            file.identity().requireSame(file.path());
        }
    }

    private void run(int count) throws IOException {
        List<Thread> threads = new ArrayList<>();
        boolean interrupted;
        try {
            for (int i = 1; i <= count; i++) {
                Thread thread = new Thread(this::work, "fundir-read-" + i);
                thread.setDaemon(true);
                thread.start();
                threads.add(thread);
            }
        } catch (OutOfMemoryError e) { // the system gives no more threads
            fail(e);
        } finally {
            interrupted = join(threads);
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException(
                    "interrupted while " + blocks.get(0).file().path() + " was read");
        }
        Rethrow.asWhatItIs(failure.get());
    }

    private void work() {
        try (BlockReader reader = new BlockReader()) {
            for (int block = next.getAndIncrement(); block < blocks.size(); block = next.getAndIncrement()) {
                if (failure.get() != null) {
                    return;
                }
                reader.read(blocks.get(block));
            }
        } catch (IOException | RuntimeException | Error e) {
            fail(e);
        }
    }

    /** The first failure stops the others, and is the one that is told. */
    private void fail(Throwable problem) {
        failure.compareAndSet(null, problem);
    }

    /** Waits until all have ended; an interruption has them end soon. */
    private boolean join(List<Thread> threads) {
        boolean interrupted = false;
        for (Thread thread : threads) {
            while (true) {
                try {
                    thread.join();
                    break;
                } catch (InterruptedException e) {
                    interrupted = true;
                    fail(e);
                    threads.forEach(Thread::interrupt);
                }
            }
        }
        return interrupted;
    }
}
