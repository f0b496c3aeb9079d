package dev.fundir;

import dev.fundir.ffi.Elements;
import dev.fundir.internal.Blocks;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Objects;

/** A view in another dtype: elements are converted when they are read. */
final class ConvertedView implements TensorView {
    /** So many elements of any dtype begin and end at whole bytes. */
    private static final int GROUP = 8;

    private static final int ELEMENTS = Blocks.SIZE / Long.BYTES;

    private final TensorView base;
    private final DType dtype;

    ConvertedView(TensorView base, DType dtype) {
        this.base = base;
        this.dtype = dtype;
        dtype.byteSize(base.elementCount()); // packed elements have to fill whole bytes
    }

    @Override
    public DType dtype() {
        return dtype;
    }

    @Override
    public long[] shape() {
        return base.shape();
    }

    @Override
    public long elementCount() {
        return base.elementCount();
    }

    @Override
    public void readBytes(long offset, ByteBuffer target) {
        Objects.checkFromIndexSize(offset, /* size= */ target.remaining(), /* length= */ byteSize());
        int group = dtype.bits(); // bytes of eight elements
        ByteBuffer in = Blocks.take();
        ByteBuffer out = Blocks.take();
        try {
            for (long at = offset; target.hasRemaining(); ) {
                long first = at / group * GROUP;
                int skipped = (int) (at % group);
                long wanted = ((long) skipped + target.remaining() + group - 1) / group * GROUP;
                int count = (int) Math.min(Math.min(wanted, ELEMENTS), base.elementCount() - first);
                convert(first, count, in.clear(), out.clear());
                int length = Math.min(out.limit() - skipped, target.remaining());
                target.put(target.position(), out, skipped, length);
                target.position(target.position() + length);
                at += length;
            }
        } finally {
            Blocks.give(in);
            Blocks.give(out);
        }
    }

    private void convert(long first, int count, ByteBuffer in, ByteBuffer out) {
        DType from = base.dtype();
        in.limit((int) from.byteSize(count));
        base.readBytes(from.byteSize(first), in);
        out.limit((int) dtype.byteSize(count));
        Elements.convert(in.flip(), from.code(), out, dtype.code());
    }

    /**
     * The dtype and shape, and what it is converted from.
     *
     * @return such as {@code F32 [8] from model.norm.weight BF16 [8]}
     */
    @Override
    public String toString() {
        return dtype + " " + Arrays.toString(shape()) + " from " + base;
    }
}
