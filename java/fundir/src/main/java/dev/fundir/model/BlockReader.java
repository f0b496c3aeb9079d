package dev.fundir.model;

import dev.fundir.DType;
import dev.fundir.ffi.Elements;
import java.nio.ByteBuffer;

/** Reads ranges of floats out of quantized blocks. */
final class BlockReader {
    /** What block types' numbers are raised by in {@link Elements}. */
    private static final int BLOCK_TYPE = 0x100;

    /** Bytes of floats that are decoded at once: as many as stay in the processor's cache with their blocks. */
    private static final int DECODED = 256 * 1024;

    private final GgufType type;
    private final Source source;
    /** Bytes of the floats of one block. */
    private final int floats;

    /** Gives bytes of the file: from an offset in the tensor, as many as the buffer has room for. */
    @FunctionalInterface
    interface Source {
        void read(long offset, ByteBuffer target);
    }

    BlockReader(GgufType type, Source source) {
        this.type = type;
        this.source = source;
        floats = type.blockElements() * Float.BYTES;
    }

    /** The number of a type in {@link Elements}. */
    static int code(GgufType type) {
        return type.isQuantized() ? BLOCK_TYPE + type.number() : type.dtype().code();
    }

    /**
     * Decodes a range.
     *
     * @param offset bytes of floats from the start of the tensor; need not begin a block, nor a float
     * @param target takes as many bytes as it has room for
     */
    void read(long offset, ByteBuffer target) {
        long at = offset;
        long end = offset + target.remaining();
        ByteBuffer blocks = null;
        ByteBuffer decoded = null;
        while (at < end) {
            long first = at / floats;
            int skip = (int) (at % floats);
            int count = (int) Math.min((end - 1) / floats - first + 1, DECODED / floats);
            if (blocks == null) {
                blocks = ByteBuffer.allocateDirect(count * type.blockBytes());
                decoded = ByteBuffer.allocateDirect(count * floats);
            }
            source.read(first * type.blockBytes(), blocks.clear().limit(count * type.blockBytes()));
            Elements.convert(blocks.flip(), code(type), decoded.clear().limit(count * floats), DType.F32.code());
            int length = (int) Math.min(count * (long) floats - skip, end - at);
            target.put(decoded.slice(skip, length));
            at += length;
        }
    }
}
