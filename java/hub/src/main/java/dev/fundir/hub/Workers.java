package dev.fundir.hub;

import dev.fundir.internal.Rethrow;
import dev.fundir.internal.Uninterrupted;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Threads that share some work. The first failure interrupts the others and is the one that is thrown; all threads have
 * ended when the work is done or has failed.
 */
final class Workers {
    private static final long MILLISECONDS_BETWEEN_TICKS = 100;

    private Workers() {}

    /** What is done with each item. */
    @FunctionalInterface
    interface Work<T, R> {
        /** Does one; interruption means to stop. */
        R apply(T item) throws IOException;
    }

    /**
     * Does all work.
     *
     * @param items what there is to do
     * @param threads how many threads share it at most
     * @param work what is done with each
     * @param tick called about ten times a second on the calling thread; what it throws stops the work
     * @return the results, in the order of the items
     * @throws IOException when a thread fails with it
     * @throws CancellationException when the calling thread is interrupted; it stays so
     */
    static <T, R> List<R> run(List<T> items, int threads, Work<T, R> work, Runnable tick) throws IOException {
        return new Shared<>(items, work).run(Math.min(threads, items.size()), tick);
    }

    /** Work under way. */
    private static final class Shared<T, R> {
        private final List<T> items;
        private final Work<T, R> work;
        private final Object[] results;
        private final AtomicInteger taken = new AtomicInteger();
        private final AtomicReference<Throwable> failure = new AtomicReference<>();

        Shared(List<T> items, Work<T, R> work) {
            this.items = items;
            this.work = work;
            this.results = new Object[items.size()];
        }

        @SuppressWarnings("unchecked")
        List<R> run(int count, Runnable tick) throws IOException {
            CountDownLatch over = new CountDownLatch(count);
            List<Thread> threads = new ArrayList<>();
            try {
                for (int i = 1; i <= count; i++) {
                    Thread thread = new Thread(() -> work(over), "fundir-hub-" + i);
                    thread.setDaemon(true);
                    thread.start();
                    threads.add(thread);
                }
                while (failure.get() == null && !over.await(MILLISECONDS_BETWEEN_TICKS, TimeUnit.MILLISECONDS)) {
                    tick.run();
                }
            } catch (InterruptedException e) {
                failure.compareAndSet(null, Failures.interrupted(e));
            } catch (RuntimeException | Error e) {
                failure.compareAndSet(null, e);
            } finally {
                if (failure.get() != null) {
                    threads.forEach(Thread::interrupt);
                }
                threads.forEach(Uninterrupted::join);
            }
            Rethrow.asWhatItIs(failure.get());
            return (List<R>) Arrays.asList(results);
        }

        private void work(CountDownLatch over) {
            try {
                for (int i = taken.getAndIncrement(); i < items.size(); i = taken.getAndIncrement()) {
                    if (failure.get() != null) {
                        return;
                    }
                    results[i] = work.apply(items.get(i));
                }
            } catch (IOException | RuntimeException | Error e) {
                failure.compareAndSet(null, e);
            } finally {
                over.countDown();
            }
        }
    }
}
