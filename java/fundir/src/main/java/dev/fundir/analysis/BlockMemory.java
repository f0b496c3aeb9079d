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
final class BlockMemory implements AutoCloseable {
    /** A record of the most outliers or of the most bins. */
    private static final int RECORD_BYTES =
            Math.max(16 + 16 * ElementBlocks.MOST_OUTLIERS, Long.BYTES * (ElementBlocks.MOST_BINS + 2));

    private final ElementReader first = new ElementReader();
    private final ByteBuffer record = ByteBuffer.allocateDirect(RECORD_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private ElementReader second;

    /** A block of a tensor, until the next one is asked for. */
    ByteBuffer elements(TensorView view, BlockRanges ranges, int block) throws IOException {
        return first.read(view, ranges.first(block), ranges.length(block));
    }

    /** A block of a second tensor, until the next one is asked for. */
    ByteBuffer others(TensorView view, BlockRanges ranges, int block) throws IOException {
        if (second == null) {
            second = new ElementReader();
        }
        return second.read(view, ranges.first(block), ranges.length(block));
    }

    /** Memory for a record of the core, at position 0. */
    ByteBuffer record(int bytes) {
        return record.clear().limit(bytes);
    }

    /** What an error is that Java throws, soon after it, for a mapped file that is shorter than it was. */
    static IOException cut(TensorView view, InternalError cause) {
        IOException named = view instanceof Tensor tensor
                ? new CheckpointFormatException(
                        Reason.INCOMPLETE, tensor.file().path(), tensor.name(), ElementReader.CUT)
                : new IOException(view + ": " + ElementReader.CUT);
        named.initCause(cause);
        return named;
    }

    @Override
    public void close() throws IOException {
        first.close();
        if (second != null) {
            second.close();
        }
    }
}
