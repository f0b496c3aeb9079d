package dev.fundir.analysis;

import dev.fundir.CheckpointFormatException;
import dev.fundir.CheckpointFormatException.Reason;
import dev.fundir.Tensor;
import dev.fundir.TensorView;
import dev.fundir.ffi.ElementBlocks;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The memory of a thread: what elements of files are copied to, block by block, and the records of the core. */
final class BlockMemory {
    /** A record of the most outliers or of the most bins. */
    private static final int RECORD_BYTES =
            Math.max(16 + 16 * ElementBlocks.MOST_OUTLIERS, Long.BYTES * (ElementBlocks.MOST_BINS + 2));

    private final ByteBuffer first = direct(ElementBlocks.MOST_ELEMENTS * Long.BYTES);
    private final ByteBuffer record = direct(RECORD_BYTES);
    private ByteBuffer second;

    private static ByteBuffer direct(int bytes) {
        return ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** How many blocks a tensor has. */
    static int blockCount(TensorView view) {
        long lastBlock = ElementType.count(view) + ElementBlocks.MOST_ELEMENTS - 1;
        return Math.toIntExact(lastBlock / ElementBlocks.MOST_ELEMENTS);
    }

    /** A block of a tensor, until the next one is asked for. */
    ByteBuffer elements(TensorView view, int block) {
        return read(view, block, first);
    }

    /** A block of a second tensor, until the next one is asked for. */
    ByteBuffer others(TensorView view, int block) {
        if (second == null) {
            second = direct(first.capacity());
        }
        return read(view, block, second);
    }

    /** Memory for a record of the core, at position 0. */
    ByteBuffer record(int bytes) {
        return record.clear().limit(bytes);
    }

    private static ByteBuffer read(TensorView view, int block, ByteBuffer target) {
        ElementType type = ElementType.of(view);
        long offset = type.dtype().byteSize((long) block * ElementBlocks.MOST_ELEMENTS);
        long most = type.dtype().byteSize(ElementBlocks.MOST_ELEMENTS);
        target.clear().limit((int) Math.min(most, view.byteSize() - offset));
        view.readBytes(offset, target);
        return target.flip();
    }

    /** What an error is that Java throws, soon after it, for a mapped file that is shorter than it was. */
    static IOException cut(TensorView view, InternalError cause) {
        String sentence = "bytes of the file are gone, it was cut while it was read: open it again when it is complete";
        IOException named = view instanceof Tensor tensor
                ? new CheckpointFormatException(Reason.INCOMPLETE, tensor.file().path(), tensor.name(), sentence)
                : new IOException(view + ": " + sentence);
        named.initCause(cause);
        return named;
    }
}
