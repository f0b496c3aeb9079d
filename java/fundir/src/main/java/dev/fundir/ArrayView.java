package dev.fundir;

import dev.fundir.internal.TensorDeclaration;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Objects;

/** Elements that lie in a Java array; those of a dtype as wide as the array's. */
final class ArrayView implements TensorView {
    private final DType dtype;
    private final long[] shape;
    private final Copy copy;

    /** Copies elements of the array into a buffer that has room for them, in its byte order. */
    @FunctionalInterface
    interface Copy {
        void put(int first, int count, ByteBuffer target);
    }

    private ArrayView(DType dtype, long[] shape, Copy copy) {
        this.dtype = dtype;
        this.shape = shape;
        this.copy = copy;
    }

    static ArrayView of(DType dtype, int length, long[] shape, Copy copy) {
        long size = new TensorDeclaration("", dtype, shape.clone()).byteSize();
        if (size != dtype.byteSize(length)) {
            throw new IllegalArgumentException(
                    "the array has " + length + " elements, the shape " + Arrays.toString(shape) + " another number");
        }
        return new ArrayView(dtype, shape.clone(), copy);
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
        Objects.checkFromIndexSize(offset, /* size= */ target.remaining(), /* length= */ byteSize());
        int width = dtype.bits() / 8;
        int first = (int) (offset / width);
        int skipped = (int) (offset % width);
        if (skipped > 0) {
            part(first, skipped, target, width);
            first++;
        }
        int whole = target.remaining() / width;
        copy.put(first, whole, target.slice().order(ByteOrder.LITTLE_ENDIAN));
        target.position(target.position() + whole * width);
        if (target.hasRemaining()) {
            part(first + whole, 0, target, width);
        }
    }

    /** Copies a part of one element. */
    private void part(int element, int skipped, ByteBuffer target, int width) {
        ByteBuffer bytes = ByteBuffer.allocate(width).order(ByteOrder.LITTLE_ENDIAN);
        copy.put(element, 1, bytes.slice().order(ByteOrder.LITTLE_ENDIAN));
        int length = Math.min(width - skipped, target.remaining());
        target.put(target.position(), bytes, skipped, length).position(target.position() + length);
    }

    @Override
    public String toString() {
        return dtype + " " + Arrays.toString(shape);
    }
}
