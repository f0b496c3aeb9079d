package dev.fundir;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Objects;

/** Elements that lie in one buffer. */
final class BufferView implements TensorView {
    private final DType dtype;
    private final long[] shape;
    private final ByteBuffer bytes;

    BufferView(DType dtype, long[] shape, ByteBuffer bytes) {
        this.dtype = dtype;
        this.shape = shape;
        this.bytes = bytes;
    }

    @Override
    public DType dtype() {
        return dtype;
    }

    @Override
    public long[] shape() {
        return shape.clone();
    }

    @Override
    public void readBytes(long offset, ByteBuffer target) {
        int length = target.remaining();
        Objects.checkFromIndexSize(offset, /* size= */ length, /* length= */ bytes.capacity());
        target.put(target.position(), bytes, (int) offset, length);
        target.position(target.position() + length);
    }

    @Override
    public ByteBuffer buffer(long offset, long length) {
        Objects.checkFromIndexSize(offset, /* size= */ length, /* length= */ bytes.capacity());
        return bytes.slice((int) offset, (int) length).order(ByteOrder.LITTLE_ENDIAN);
    }

    @Override
    public String toString() {
        return dtype + " " + Arrays.toString(shape);
    }
}
