package dev.fundir.model;

import dev.fundir.DType;
import dev.fundir.ffi.Elements;
import dev.fundir.internal.Blocks;
import java.nio.ByteBuffer;

/** Reads ranges of floats out of quantized blocks. Safe for many threads when its source is. */
final class BlockReader {
    /** What block types' numbers are raised by in {@link Elements}. */
    private static final int BLOCK_TYPE = 0x100;

    private final GgufType type;
    private final Source source;
    /** Bytes of the floats of one block. */
    private final int floats;

    /** Gives bytes of the tensor as they are in the file: from an offset, as many as the buffer has room for. */
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
        ByteBuffer blocks = Blocks.take();
        ByteBuffer decoded = Blocks.take();
        try {
            for (long at = offset; target.hasRemaining(); ) {
                int before = target.position();
                int whole = target.remaining() / floats;
                if (at % floats == 0 && whole > 0 && target.isDirect()) {
                    decodeInto(target, at / floats, Math.min(whole, Blocks.SIZE / type.blockBytes()), blocks);
                } else {
                    copyInto(target, at, blocks, decoded);
                }
                at += target.position() - before;
            }
        } finally {
            Blocks.give(blocks);
            Blocks.give(decoded);
        }
    }

    /** Decodes whole blocks to where they are wanted. */
    private void decodeInto(ByteBuffer target, long first, int count, ByteBuffer blocks) {
        decode(first, count, blocks, target.slice(target.position(), count * floats));
        target.position(target.position() + count * floats);
    }

    /** Decodes as many blocks as there is room for, and copies what is wanted of them. */
    private void copyInto(ByteBuffer target, long at, ByteBuffer blocks, ByteBuffer decoded) {
        int skip = (int) (at % floats);
        int most = Math.min(Blocks.SIZE / floats, Blocks.SIZE / type.blockBytes());
        int count = (int) Math.min((skip + (long) target.remaining() + floats - 1) / floats, most);
        decode(at / floats, count, blocks, decoded.clear().limit(count * floats));
        target.put(decoded.slice(skip, Math.min(count * floats - skip, target.remaining())));
    }

    private void decode(long first, int count, ByteBuffer blocks, ByteBuffer decoded) {
        source.read(first * type.blockBytes(), blocks.clear().limit(count * type.blockBytes()));
        Elements.convert(blocks.flip(), code(type), decoded, DType.F32.code());
    }
}
