package dev.fundir.internal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The bytes of a strided selection: runs of equal length, which lie at regular distances along each dimension that is
 * left when those that lie together are made one. Immutable.
 */
public final class ByteRuns {
    /** A row is read whole and picked from when its runs are no further apart than this, in bytes. */
    private static final long NEAR = 256;

    private final long start;
    private final long runBytes;
    /** The outer dimensions, the slowest first: how many steps, and how many bytes a step is. */
    private final long[] extents;

    private final long[] strides;

    private ByteRuns(long start, long runBytes, long[] extents, long[] strides) {
        this.start = start;
        this.runBytes = runBytes;
        this.extents = extents;
        this.strides = strides;
    }

    /** Copies bytes from a place on. */
    @FunctionalInterface
    public interface Source {
        /**
         * Fills the target.
         *
         * @param offset of the first byte
         * @param target takes the bytes from its position to its limit
         */
        void read(long offset, ByteBuffer target);
    }

    /**
     * The runs of a selection.
     *
     * @param bits width of an element
     * @param start number of the first element
     * @param shape elements along each dimension
     * @param strides elements from one to the next along each dimension
     * @return the runs
     * @throws IllegalArgumentException when a run begins or ends inside a byte
     */
    public static ByteRuns of(int bits, long start, long[] shape, long[] strides) {
        int outer = shape.length;
        long run = 1;
        while (outer > 0 && (shape[outer - 1] == 1 || strides[outer - 1] == run)) {
            outer--;
            run *= shape[outer];
        }
        long[] extents = new long[outer];
        long[] steps = new long[outer];
        boolean empty = run == 0;
        for (int axis = 0; axis < outer; axis++) {
            empty |= shape[axis] == 0;
        }
        if (empty) {
            return new ByteRuns(0, 0, new long[0], new long[0]);
        }
        for (int axis = 0; axis < outer; axis++) {
            extents[axis] = shape[axis];
            steps[axis] = shape[axis] == 1 ? 0 : bytes(strides[axis], bits);
        }
        return new ByteRuns(bytes(start, bits), bytes(run, bits), extents, steps);
    }

    private static long bytes(long elements, int bits) {
        long total = Math.multiplyExact(elements, bits);
        if (total % 8 != 0) {
            throw new IllegalArgumentException("elements of " + bits
                    + " bits are packed, and a slice has to begin and end each row at a whole byte: at a multiple of "
                    + (bits == 4 ? 2 : 4) + " elements");
        }
        return total / 8;
    }

    /**
     * Whether it is one run.
     *
     * @return true when all bytes lie together
     */
    public boolean isOne() {
        return extents.length == 0;
    }

    /**
     * Where the first run begins.
     *
     * @return bytes
     */
    public long start() {
        return start;
    }

    /**
     * Copies bytes of the selection, in its order.
     *
     * @param source what is selected from
     * @param offset bytes from the start of the selection
     * @param target takes as many bytes as it has room for; the selection has them
     */
    public void read(Source source, long offset, ByteBuffer target) {
        if (!target.hasRemaining()) {
            return;
        }
        if (isOne()) {
            source.read(start + offset, target);
            return;
        }
        long row = extents[extents.length - 1];
        long run = offset / runBytes;
        long inRun = offset % runBytes;
        while (target.hasRemaining()) {
            long inRow = run % row;
            long at = place(run);
            if (inRun == 0 && picks() && target.remaining() >= runBytes) {
                run += pick(source, at, Math.min(row - inRow, target.remaining() / runBytes), target);
            } else {
                part(source, at, inRun, target);
                inRun = 0;
                run++;
            }
        }
    }

    /** Copies a run from a place in it on, or what there is room for. */
    private void part(Source source, long at, long inRun, ByteBuffer target) {
        int limit = target.limit();
        int length = (int) Math.min(target.remaining(), runBytes - inRun);
        target.limit(target.position() + length);
        source.read(at + inRun, target);
        target.limit(limit);
    }

    private boolean picks() {
        long stride = strides[strides.length - 1];
        return stride > 0 && stride <= NEAR && runBytes < stride;
    }

    /** Copies whole runs of a row by way of the bytes between them; returns how many. */
    private long pick(Source source, long at, long wanted, ByteBuffer target) {
        int stride = (int) strides[strides.length - 1];
        int length = (int) runBytes;
        int count = (int) Math.min(wanted, (Blocks.SIZE - length) / stride + 1);
        ByteBuffer block = Blocks.take();
        try {
            block.limit((count - 1) * stride + length);
            source.read(at, block);
            gather(block, stride, length, count, target);
        } finally {
            Blocks.give(block);
        }
        return count;
    }

    private static void gather(ByteBuffer from, int stride, int length, int count, ByteBuffer target) {
        ByteOrder order = target.order();
        target.order(from.order());
        int to = target.position();
        switch (length) {
            case 1 -> {
                for (int i = 0; i < count; i++) {
                    target.put(to + i, from.get(i * stride));
                }
            }
            case 2 -> {
                for (int i = 0; i < count; i++) {
                    target.putShort(to + 2 * i, from.getShort(i * stride));
                }
            }
            case 4 -> {
                for (int i = 0; i < count; i++) {
                    target.putInt(to + 4 * i, from.getInt(i * stride));
                }
            }
            case 8 -> {
                for (int i = 0; i < count; i++) {
                    target.putLong(to + 8 * i, from.getLong(i * stride));
                }
            }
            default -> {
                for (int i = 0; i < count; i++) {
                    target.put(to + length * i, from, i * stride, length);
                }
            }
        }
        target.order(order).position(to + length * count);
    }

    /** Where a run begins, in bytes. */
    private long place(long run) {
        long at = start;
        long rest = run;
        for (int axis = extents.length - 1; axis >= 0; axis--) {
            at += rest % extents[axis] * strides[axis];
            rest /= extents[axis];
        }
        return at;
    }
}
