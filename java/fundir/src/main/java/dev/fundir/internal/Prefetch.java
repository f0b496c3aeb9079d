package dev.fundir.internal;

import dev.fundir.ffi.Memory;
import java.nio.ByteBuffer;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Asks the system for parts of mapped files, in the order it is told them, by one thread of its own: the system takes
 * as much at once as the queue of the disk holds, and has who asks for more wait.
 */
final class Prefetch {
    /** So much is asked for before it is looked whether it is still wanted. */
    private static final int STEP = 8 << 20;

    private static final ThreadPoolExecutor THREAD =
            new ThreadPoolExecutor(1, 1, 1, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                Thread thread = new Thread(task, "fundir-prefetch");
                thread.setDaemon(true);
                return thread;
            });

    static {
        THREAD.allowCoreThreadTimeOut(true);
    }

    private Prefetch() {}

    /** Asks for a part as long as it is wanted; a system that does not take the hint is not asked for the rest. */
    static void ask(ByteBuffer part, BooleanSupplier wanted) {
        THREAD.execute(() -> {
            for (int at = 0; at < part.limit() && wanted.getAsBoolean(); at += STEP) {
                if (!Memory.prefetch(part.slice(at, Math.min(STEP, part.limit() - at)))) {
                    return;
                }
            }
        });
    }
}
