package dev.fundir.internal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.ConcurrentLinkedDeque;

/**
 * Small blocks of native memory that are used again: what elements pass through between a mapped file and the core, in
 * a core's cache. There are never more of them than were in use at one time.
 */
public final class Blocks {
    /** Bytes of a block: small enough for the second-level cache, and for a short stay in native code. */
    public static final int SIZE = 1 << 16;

    private static final ConcurrentLinkedDeque<ByteBuffer> FREE = new ConcurrentLinkedDeque<>();

    private Blocks() {}

    /**
     * Takes a block.
     *
     * @return a direct, little-endian buffer of {@link #SIZE} bytes at position 0, with any content
     */
    public static ByteBuffer take() {
        ByteBuffer block = FREE.poll();
        return block == null ? ByteBuffer.allocateDirect(SIZE).order(ByteOrder.LITTLE_ENDIAN) : block.clear();
    }

    /**
     * Gives a block back.
     *
     * @param block one that was taken, not used any more by the caller
     */
    public static void give(ByteBuffer block) {
        FREE.push(block);
    }
}
