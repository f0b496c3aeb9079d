package dev.fundir.ffi;

import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.atomic.AtomicLong;
import org.bytedeco.javacpp.Pointer;

/**
 * Memory outside the heap as the operating system gives it, and hints about mapped files.
 *
 * <p>A buffer of {@link ByteBuffer#allocateDirect} is filled with zeros by one thread, in pages of 4 KB, before anybody
 * can use it; that takes several times as long as reading a cached file into it. The memory here is left as it is, and
 * comes in huge pages where the system has them. It is freed when nobody holds its buffer, or a part of it, and the
 * garbage collector has noticed. It does not count as direct memory of the JVM, which has no limit for it.
 *
 * <p>All methods are safe for many threads.
 */
public final class Memory {
    private static final Cleaner CLEANER = Cleaner.create();

    /** Bytes that are allocated and not freed. */
    private static final AtomicLong HELD = new AtomicLong();

    private static final int PATIENCE_MILLIS = 200;

    private Memory() {}

    /**
     * Allocates memory. Its contents are undefined: give no part of it away that was not written.
     *
     * @param length bytes, not negative
     * @return a new direct, little-endian buffer, at an address that is a multiple of 2 MiB
     * @throws OutOfMemoryError when there is not as much
     */
    public static ByteBuffer allocate(int length) {
        if (length == 0) {
            return Core.direct(0);
        }
        NativeLibrary.require();
        long address = Fundir.memoryAllocate(length);
        if (address == 0) {
            throw new OutOfMemoryError("cannot allocate " + length + " bytes outside the heap, where fundir holds "
                    + HELD + ": free memory, or read less at once");
        }
        HELD.addAndGet(length);
        ByteBuffer buffer = new Block(address, length).asByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
        CLEANER.register(buffer, () -> {
            Fundir.memoryFree(address, length);
            HELD.addAndGet(-length);
        });
        return buffer;
    }

    /**
     * Has memory freed that nobody holds any more, if there could be much of it. The garbage collector does not know
     * how large the buffers are that it could free: it is asked for when they are as large as the heap may be, as the
     * JVM does for its own direct buffers. Call it before much is allocated.
     *
     * @param bytes how much
     */
    public static void makeRoom(long bytes) {
        long held = HELD.get();
        if (held == 0 || held + bytes <= Runtime.getRuntime().maxMemory()) {
            return;
        }
        System.gc();
        try {
            for (int waited = 0; waited < PATIENCE_MILLIS && HELD.get() == held; waited += 10) {
                Thread.sleep(10);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Asks the system to bring a part of a mapped file into memory before it is touched. No byte is touched by this
     * call, so it is safe for a file that was cut meanwhile. It returns before the data are there; where the part is
     * larger than the queue of its disk it waits for a place in there.
     *
     * @param mapped the part, from the buffer's position to its limit, neither of which is changed
     * @return whether the system took the hint
     * @throws IllegalArgumentException when the buffer is not direct
     */
    public static boolean prefetch(ByteBuffer mapped) {
        NativeLibrary.require();
        try {
            return Fundir.memoryPrefetch(Core.input(mapped), mapped.remaining()) != 0;
        } finally {
            Reference.reachabilityFence(mapped);
        }
    }

    /** Makes a buffer of an address. It owns nothing: the buffer's cleaner does. */
    private static final class Block extends Pointer {
        Block(long address, int length) {
            super((Pointer) null);
            this.address = address;
            this.limit = length;
            this.capacity = length;
        }

        @Override
        public int sizeof() {
            return 1;
        }
    }
}
