package dev.fundir.model;

import dev.fundir.TensorView;
import dev.fundir.ffi.NumberText;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Turns tensors into text on a few threads. The thread that calls reads the elements and takes the texts, in their
 * order; only what is between, which takes longest, is done by the others.
 */
final class NumberBlocks implements AutoCloseable {
    /** Takes the texts. */
    @FunctionalInterface
    interface Target {
        void write(ByteBuffer text) throws IOException;
    }

    private static final int MOST_THREADS = 4;

    private final int threads = Math.min(Runtime.getRuntime().availableProcessors(), MOST_THREADS);
    private final ExecutorService workers = Executors.newFixedThreadPool(threads, NumberBlocks::worker);
    private final NumberText.Style style;
    private final Target target;
    private final Deque<NumberBlock> idle = new ArrayDeque<>();
    private final Deque<Formatting> under = new ArrayDeque<>();

    /** A block that is being formatted. */
    private record Formatting(NumberBlock block, Future<ByteBuffer> text) {}

    NumberBlocks(NumberText.Style style, Target target) {
        this.style = style;
        this.target = target;
    }

    private static Thread worker(Runnable work) {
        Thread thread = new Thread(work, "fundir-numbers");
        thread.setDaemon(true);
        return thread;
    }

    /** Adds the numbers of a tensor. */
    void add(TensorView tensor) throws IOException {
        long count = tensor.elementCount();
        for (long first = 0; first < count; ) {
            if (under.size() > threads) {
                writeOldest();
            }
            NumberBlock block = idle.isEmpty() ? new NumberBlock(style) : idle.pop();
            first += block.read(tensor, first);
            under.add(new Formatting(block, workers.submit(block::format)));
        }
    }

    /** Writes what has not been written. */
    void finish() throws IOException {
        while (!under.isEmpty()) {
            writeOldest();
        }
    }

    private void writeOldest() throws IOException {
        Formatting oldest = under.remove();
        target.write(text(oldest.text()));
        idle.push(oldest.block());
    }

    /** Waits for a text, which does not take long. Who was interrupted finds out when the text is written. */
    private static ByteBuffer text(Future<ByteBuffer> formatting) {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return formatting.get();
                } catch (InterruptedException e) {
                    interrupted = true;
                } catch (ExecutionException e) {
                    throw new IllegalStateException("numbers could not be written as text", e.getCause());
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Lets the threads end. */
    @Override
    public void close() {
        workers.shutdown();
    }
}
