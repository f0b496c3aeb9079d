package dev.fundir.internal.bulk;

import java.nio.ByteBuffer;

/**
 * Bytes of a file, and the memory that takes them.
 *
 * @param offset where they begin, from the start of the file
 * @param target writable; takes the bytes from its position 0 to its limit
 */
public record Piece(long offset, ByteBuffer target) {
    private static final int PAGE = 4096;
    private static final int SLOW_DISTANCE = 32;

    /** How many bytes. */
    int length() {
        return target.limit();
    }

    /** Where they end. */
    long end() {
        return offset + length();
    }

    /** A part of the bytes, in a buffer of its own. */
    Piece part(long from, int length) {
        return new Piece(from, target.slice((int) (from - offset), length));
    }

    /**
     * Whether the system copies from the page cache right to this memory, and well. It cannot copy to the heap; and
     * processors take more than twice as long for a copy to an address that is a few bytes further in its page than the
     * source is in its own: each load then seems to wait for the stores before it.
     */
    boolean isCopiedWell() {
        if (!target.isDirect()) {
            return false;
        }
        int distance = Math.floorMod(target.alignmentOffset(0, PAGE) - offset, PAGE);
        return distance == 0 || distance >= SLOW_DISTANCE;
    }
}
