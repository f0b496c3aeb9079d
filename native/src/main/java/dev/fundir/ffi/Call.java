package dev.fundir.ffi;

import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.util.concurrent.ArrayBlockingQueue;

/** The memory a call needs beside its arguments: the detail record, and the word that says how large an output is. */
final class Call {
    private static final int NEEDED = Core.DETAIL_SIZE;

    /** Memory of calls that are done, for those to come: many a call takes less time than allocating it. */
    private static final ArrayBlockingQueue<Call> SPARE = new ArrayBlockingQueue<>(32);

    private final ByteBuffer memory = Core.direct(Core.DETAIL_SIZE + Long.BYTES);
    private final long address = Core.output(memory, memory.capacity());

    /** A call, with the library loaded and checked. */
    static Call open() {
        NativeLibrary.require();
        return new Call();
    }

    /** A call as {@link #open} gives it, perhaps one that was used before; to be given back when it succeeded. */
    static Call take() {
        NativeLibrary.require();
        Call spare = SPARE.poll();
        return spare == null ? open() : spare;
    }

    /** Gives a call back, which the caller does not use any more. */
    void give() {
        SPARE.offer(this);
    }

    /** A function of the core with an output that may not fit. */
    @FunctionalInterface
    interface Output {
        /**
         * Calls it with the output's address and capacity, the address of {@code needed}, and that of the detail
         * record.
         */
        int call(long out, long capacity, long needed, long detail);
    }

    /** The address of the detail record, good as long as this object is reachable. */
    long detailAddress() {
        return address;
    }

    /** The {@code needed} word of the last call. */
    long needed() {
        return memory.getLong(NEEDED);
    }

    /** Throws what the detail record tells, unless the status is OK. */
    void check(Status status) {
        if (status != Status.OK) {
            throw NativeException.of(status, memory);
        }
    }

    /**
     * Calls a function, with a second and larger output when the first is too small.
     *
     * @return the answer, or null when the function wants more input
     */
    ByteBuffer grow(int firstCapacity, Output function) {
        int capacity = firstCapacity;
        while (true) {
            ByteBuffer out = Core.direct(capacity);
            Status status = Status.of(call(function, out));
            switch (status) {
                case OK -> {
                    return out.slice(0, Math.toIntExact(needed())).order(out.order());
                }
                case MORE_INPUT -> {
                    return null;
                }
                case BUFFER_TOO_SMALL -> capacity = larger(capacity);
                default -> throw NativeException.of(status, memory);
            }
        }
    }

    private int call(Output function, ByteBuffer out) {
        try {
            return function.call(Core.output(out, out.capacity()), out.capacity(), address + NEEDED, address);
        } finally {
            Reference.reachabilityFence(out);
            Reference.reachabilityFence(memory);
        }
    }

    private int larger(int capacity) {
        long needed = needed();
        if (needed <= capacity || needed > Integer.MAX_VALUE) {
            throw new IllegalStateException(
                    "the core wants an output of " + Long.toUnsignedString(needed) + " bytes after one of " + capacity);
        }
        return (int) needed;
    }
}
