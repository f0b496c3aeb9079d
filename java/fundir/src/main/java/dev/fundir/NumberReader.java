package dev.fundir;

import dev.fundir.internal.Blocks;
import dev.fundir.internal.Exactness;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.Optional;

/** Reads a view's elements as numbers of a Java type, block by block through native memory. */
final class NumberReader {
    /**
     * The most elements that are converted at a time: enough that the calls cost little, few enough that a garbage
     * collection does not wait long for one. Elements of six bits end at a whole byte there.
     */
    private static final int MOST_AT_A_TIME = 1 << 15;

    private final TensorView view;
    private final DType from;
    private final DType to;

    private NumberReader(TensorView view, DType from, DType to) {
        this.view = view;
        this.from = from;
        this.to = to;
    }

    /** Converts a block into a place of an array. */
    @FunctionalInterface
    interface Sink {
        void put(ByteBuffer block, int from, int to, int offset, int count);
    }

    /**
     * A reader for a Java type.
     *
     * @param number the dtype that the Java type is
     * @param unsigned the dtype whose bits the Java type holds too, as Java's unsigned arithmetic takes them; else the
     *     same as {@code number}
     * @throws UnsupportedOperationException when elements would be rounded or cut
     */
    static NumberReader of(TensorView view, DType number, DType unsigned) {
        DType from = view.dtype() == DType.C64 ? DType.F32 : view.dtype();
        DType to = from == unsigned ? unsigned : number;
        if (!Exactness.isExact(from, to)) {
            throw new UnsupportedOperationException(view + ": not every " + from + " is " + article(number)
                    + "; as(DType." + number + ") converts with rounding");
        }
        return new NumberReader(view, from, to);
    }

    private static String article(DType dtype) {
        return (dtype == DType.I8 || "FI".indexOf(dtype.name().charAt(0)) >= 0 ? "an " : "a ") + dtype;
    }

    /** How many numbers the view has; a complex element is two. */
    private long count() {
        return view.dtype() == DType.C64 ? 2 * view.elementCount() : view.elementCount();
    }

    /** The length of an array for all numbers. */
    int length() {
        if (count() > Integer.MAX_VALUE - 8) {
            throw new UnsupportedOperationException(
                    view + ": has " + count() + " numbers, more than an array can hold: read ranges");
        }
        return (int) count();
    }

    /**
     * Reads numbers.
     *
     * @param first number of the first one
     * @param arrayLength of the array that they go to
     * @param offset where they go there
     * @param count how many
     */
    void read(long first, int arrayLength, int offset, int count, Sink sink) {
        Objects.checkFromIndexSize(offset, count, arrayLength);
        read(
                first,
                count,
                MOST_AT_A_TIME,
                (block, done, length) -> sink.put(block, from.code(), to.code(), offset + done, length));
    }

    /** Takes a block of {@code count} elements, {@code done} behind the first. */
    @FunctionalInterface
    interface BlockSink {
        void put(ByteBuffer block, int done, int count);
    }

    /** Reads blocks of elements, as they are, of at most {@code most} each, which is a multiple of eight. */
    void read(long first, int count, int most, BlockSink sink) {
        Objects.checkFromIndexSize(first, /* size= */ count, /* length= */ count());
        int blockElements = Math.min(most, Blocks.SIZE / Math.max(1, from.bits() / Byte.SIZE));
        ByteBuffer block = Blocks.take();
        try {
            for (int done = 0; done < count; done += blockElements) {
                int length = Math.min(count - done, blockElements);
                block.clear().limit((int) from.byteSize(length));
                sink.put(bytes(from.byteSize(first + done), block), done, length);
            }
        } finally {
            Blocks.give(block);
        }
    }

    /**
     * The next bytes, as many as the block has room for: where they lie, if that is memory that fundir has allocated,
     * else copied into the block. Native code never gets the address of memory that may be a mapped file.
     */
    private ByteBuffer bytes(long offset, ByteBuffer block) {
        if (view instanceof LoadedTensor loaded) {
            Optional<ByteBuffer> memory = loaded.memory(offset, block.limit());
            if (memory.isPresent()) {
                return memory.get();
            }
        }
        view.readBytes(offset, block);
        return block.flip();
    }

    int from() {
        return from.code();
    }

    int to() {
        return to.code();
    }
}
