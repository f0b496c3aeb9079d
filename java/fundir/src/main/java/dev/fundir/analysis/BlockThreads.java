package dev.fundir.analysis;

import dev.fundir.internal.Rethrow;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Threads that share the blocks of some tensors. A tensor's next pass goes before the first of another one, while what
 * it reads is still in the system's cache. All threads have ended when the work is done or has failed.
 */
final class BlockThreads {
    private static final long MILLISECONDS_BETWEEN_REPORTS = 50;

    private final AnalysisListener listener;
    private final long bytesTotal;
    private final long begin = System.nanoTime();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();

    /** Passes whose blocks are not all taken; what comes next is in front. Guarded by this object, as all below is. */
    private final Deque<Pass> open = new ArrayDeque<>();

    /** Passes that are neither waiting nor done: all of their blocks are taken. */
    private int ending;

    private final int tensorsTotal;
    private int tensorsDone;
    private long bytesDone;

    /** A pass that is under way. */
    private static final class Pass {
        private final BlockWork work;
        private final long blockBytes;
        private int taken;
        private int done;

        Pass(BlockWork work) {
            this.work = work;
            blockBytes = work.byteSize() / Math.max(1, work.blockCount());
        }
    }

    /** A block that a thread has taken. */
    private record Block(Pass pass, int number) {}

    private BlockThreads(List<? extends BlockWork> works, int passes, AnalysisListener listener) {
        this.listener = listener;
        tensorsTotal = works.size();
        bytesTotal = passes * works.stream().mapToLong(BlockWork::byteSize).sum();
        works.forEach(work -> open.addLast(new Pass(work)));
    }

    /**
     * Does all work.
     *
     * @param works the first pass of each tensor
     * @param passes how many passes there are over each
     * @param threads how many threads share them
     * @throws CancellationException when the calling thread is interrupted; it stays so
     */
    static void run(List<? extends BlockWork> works, int passes, int threads, AnalysisListener listener)
            throws IOException {
        new BlockThreads(works, passes, listener).run(threads);
    }

    private void run(int count) throws IOException {
        CountDownLatch over = new CountDownLatch(count);
        List<Thread> threads = new ArrayList<>();
        try {
            for (int i = 1; i <= count; i++) {
                Thread thread = new Thread(() -> work(over), "fundir-analysis-" + i);
                thread.setDaemon(true);
                thread.start();
                threads.add(thread);
            }
            while (!over.await(MILLISECONDS_BETWEEN_REPORTS, TimeUnit.MILLISECONDS)) {
                listener.progress(progress());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            fail(new CancellationException("the analysis was interrupted"));
        } catch (RuntimeException | Error e) {
            fail(e);
        } finally {
            join(threads);
        }
        Rethrow.asWhatItIs(failure.get());
        listener.progress(progress());
    }

    private void work(CountDownLatch over) {
        Block block = null;
        try (BlockMemory memory = new BlockMemory()) {
            for (Block next = take(); next != null; next = take()) {
                block = next;
                block.pass().work.run(block.number(), memory);
                done(block.pass());
            }
        } catch (InternalError e) {
            fail(block == null ? e : block.pass().work.cut(e));
        } catch (IOException | RuntimeException | Error | InterruptedException e) {
            fail(e);
        } finally {
            over.countDown();
        }
    }

    /** The next block; null when there is none left, and no pass that another one could follow. */
    private synchronized Block take() throws InterruptedException {
        while (failure.get() == null) {
            if (open.isEmpty()) {
                if (ending == 0) {
                    return null;
                }
                wait();
                continue;
            }
            Pass pass = open.getFirst();
            if (pass.work.blockCount() == 0) {
                open.removeFirst();
                finish(pass);
                continue;
            }
            int number = pass.taken++;
            if (pass.taken == pass.work.blockCount()) {
                open.removeFirst();
                ending++;
            }
            return new Block(pass, number);
        }
        return null;
    }

    private synchronized void done(Pass pass) {
        pass.done++;
        bytesDone += pass.blockBytes;
        if (pass.done == pass.work.blockCount()) {
            ending--;
            finish(pass);
            notifyAll();
        }
    }

    private void finish(Pass pass) {
        bytesDone += pass.work.byteSize() - pass.blockBytes * pass.work.blockCount();
        Optional<BlockWork> next = pass.work.finish();
        if (next.isPresent()) {
            open.addFirst(new Pass(next.get()));
        } else {
            tensorsDone++;
        }
    }

    private synchronized AnalysisProgress progress() {
        return new AnalysisProgress(
                bytesDone, bytesTotal, tensorsDone, tensorsTotal, (System.nanoTime() - begin) / 1e9);
    }

    /** The first failure stops the others, and is the one that is told. */
    private synchronized void fail(Throwable problem) {
        failure.compareAndSet(null, problem);
        notifyAll();
    }

    /** Waits until all have ended, which takes no longer than a block. */
    private static void join(List<Thread> threads) {
        boolean interrupted = false;
        for (Thread thread : threads) {
            while (true) {
                try {
                    thread.join();
                    break;
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
