package dev.fundir.merge;

import dev.fundir.ffi.Core;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The words that the engine and this side share while a merge runs. Safe for many threads. */
final class MergeControl {
    private static final VarHandle WORDS = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final int BYTES_DONE = 0;
    private static final int TENSORS_DONE = 8;
    private static final int CANCEL = 16;

    private final ByteBuffer words;

    MergeControl() {
        ByteBuffer room = ByteBuffer.allocateDirect(Core.CONTROL_SIZE + Long.BYTES);
        words = room.alignedSlice(Long.BYTES).slice(0, Core.CONTROL_SIZE).order(ByteOrder.LITTLE_ENDIAN);
    }

    ByteBuffer words() {
        return words;
    }

    long bytesDone() {
        return (long) WORDS.getVolatile(words, BYTES_DONE);
    }

    long tensorsDone() {
        return (long) WORDS.getVolatile(words, TENSORS_DONE);
    }

    void cancel() {
        WORDS.setVolatile(words, CANCEL, 1L);
    }
}
