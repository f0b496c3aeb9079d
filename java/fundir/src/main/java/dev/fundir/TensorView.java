package dev.fundir;

import dev.fundir.ffi.Elements;
import dev.fundir.internal.Blocks;
import dev.fundir.internal.TensorDeclaration;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.Arrays;
import java.util.Objects;

/**
 * Elements in a shape: a tensor of a file, a part of one, one in another dtype, or an array.
 *
 * <p>A view is lazy: elements are read, gathered and converted when they are asked for, in bounded memory however large
 * the view is. They are row-major and, as bytes, little-endian. Those of dtypes narrower than a byte are packed from
 * the lowest bit on. Views that fundir makes are safe for many threads.
 */
public interface TensorView {
    /**
     * The type of the elements.
     *
     * @return the dtype
     */
    DType dtype();

    /**
     * The extents, in elements, the slowest varying first.
     *
     * @return a new array, empty for a scalar
     */
    long[] shape();

    /**
     * Copies a range of the view's bytes: as many as the target has room for, which are all written.
     *
     * @param offset bytes from the start of the view
     * @param target takes the bytes from its position to its limit, to which the position is moved
     * @throws IndexOutOfBoundsException when the range is not inside the view
     * @throws java.io.UncheckedIOException when the bytes cannot be read
     */
    void readBytes(long offset, ByteBuffer target);

    /**
     * The number of elements: the product of the shape.
     *
     * @return 1 for a scalar
     */
    default long elementCount() {
        long count = 1;
        for (long extent : shape()) {
            count *= extent;
        }
        return count;
    }

    /**
     * The size of the elements.
     *
     * @return number of bytes
     */
    default long byteSize() {
        return dtype().byteSize(elementCount());
    }

    /**
     * Writes all bytes.
     *
     * @param channel takes them; each write takes all it is given
     * @throws IOException when the channel does
     */
    default void writeTo(WritableByteChannel channel) throws IOException {
        ByteBuffer block = ByteBuffer.allocateDirect((int) Math.min(byteSize(), 1 << 20));
        for (long offset = 0; offset < byteSize(); offset += block.limit()) {
            block.clear().limit((int) Math.min(byteSize() - offset, block.capacity()));
            readBytes(offset, block);
            channel.write(block.flip());
        }
    }

    /**
     * All elements as floats.
     *
     * @return a new array, row-major, two for a complex element
     * @throws UnsupportedOperationException when not every element of the dtype is a float; {@code as(DType.F32)}
     *     converts with rounding. Also when an array cannot hold so many
     */
    default float[] toFloats() {
        NumberReader reader = NumberReader.of(this, DType.F32, DType.F32);
        float[] all = new float[reader.length()];
        reader.read(
                0,
                all.length,
                0,
                all.length,
                (block, from, to, offset, count) -> Elements.convert(block, from, all, to, offset, count));
        return all;
    }

    /**
     * A range of the elements as floats.
     *
     * @param first number of the first element; a complex element counts as two
     * @param target takes them
     * @param offset where in the target
     * @param count how many
     * @throws IndexOutOfBoundsException when the range is not inside the view, or not inside the target
     * @throws IllegalArgumentException when packed elements do not begin and end at whole bytes
     * @throws UnsupportedOperationException when not every element of the dtype is a float
     */
    default void read(long first, float[] target, int offset, int count) {
        NumberReader.of(this, DType.F32, DType.F32)
                .read(
                        first,
                        target.length,
                        offset,
                        count,
                        (block, from, to, at, length) -> Elements.convert(block, from, target, to, at, length));
    }

    /**
     * All elements as doubles.
     *
     * @return a new array, row-major, two for a complex element
     * @throws UnsupportedOperationException when not every element of the dtype is a double; {@code as(DType.F64)}
     *     converts with rounding. Also when an array cannot hold so many
     */
    default double[] toDoubles() {
        NumberReader reader = NumberReader.of(this, DType.F64, DType.F64);
        double[] all = new double[reader.length()];
        reader.read(
                0,
                all.length,
                0,
                all.length,
                (block, from, to, offset, count) -> Elements.convert(block, from, all, to, offset, count));
        return all;
    }

    /**
     * A range of the elements as doubles.
     *
     * @param first number of the first element; a complex element counts as two
     * @param target takes them
     * @param offset where in the target
     * @param count how many
     * @throws IndexOutOfBoundsException when the range is not inside the view, or not inside the target
     * @throws IllegalArgumentException when packed elements do not begin and end at whole bytes
     * @throws UnsupportedOperationException when not every element of the dtype is a double
     */
    default void read(long first, double[] target, int offset, int count) {
        NumberReader.of(this, DType.F64, DType.F64)
                .read(
                        first,
                        target.length,
                        offset,
                        count,
                        (block, from, to, at, length) -> Elements.convert(block, from, target, to, at, length));
    }

    /**
     * All elements as longs; those of {@link DType#U64} with the same bits, which Java's unsigned arithmetic takes.
     *
     * @return a new array, row-major
     * @throws UnsupportedOperationException when not every element of the dtype is a long; {@code as(DType.I64)}
     *     converts with rounding. Also when an array cannot hold so many
     */
    default long[] toLongs() {
        NumberReader reader = NumberReader.of(this, DType.I64, DType.U64);
        long[] all = new long[reader.length()];
        reader.read(
                0,
                all.length,
                0,
                all.length,
                (block, from, to, offset, count) -> Elements.convert(block, from, all, to, offset, count));
        return all;
    }

    /**
     * A range of the elements as longs; those of {@link DType#U64} with the same bits, which Java's unsigned arithmetic
     * takes.
     *
     * @param first number of the first element
     * @param target takes them
     * @param offset where in the target
     * @param count how many
     * @throws IndexOutOfBoundsException when the range is not inside the view, or not inside the target
     * @throws IllegalArgumentException when packed elements do not begin and end at whole bytes
     * @throws UnsupportedOperationException when not every element of the dtype is a long
     */
    default void read(long first, long[] target, int offset, int count) {
        NumberReader.of(this, DType.I64, DType.U64)
                .read(
                        first,
                        target.length,
                        offset,
                        count,
                        (block, from, to, at, length) -> Elements.convert(block, from, target, to, at, length));
    }

    /**
     * All elements as ints; those of {@link DType#U32} with the same bits, which Java's unsigned arithmetic takes.
     *
     * @return a new array, row-major
     * @throws UnsupportedOperationException when not every element of the dtype is a int; {@code as(DType.I32)}
     *     converts with rounding. Also when an array cannot hold so many
     */
    default int[] toInts() {
        NumberReader reader = NumberReader.of(this, DType.I32, DType.U32);
        int[] all = new int[reader.length()];
        reader.read(
                0,
                all.length,
                0,
                all.length,
                (block, from, to, offset, count) -> Elements.convert(block, from, all, to, offset, count));
        return all;
    }

    /**
     * A range of the elements as ints; those of {@link DType#U32} with the same bits, which Java's unsigned arithmetic
     * takes.
     *
     * @param first number of the first element
     * @param target takes them
     * @param offset where in the target
     * @param count how many
     * @throws IndexOutOfBoundsException when the range is not inside the view, or not inside the target
     * @throws IllegalArgumentException when packed elements do not begin and end at whole bytes
     * @throws UnsupportedOperationException when not every element of the dtype is a int
     */
    default void read(long first, int[] target, int offset, int count) {
        NumberReader.of(this, DType.I32, DType.U32)
                .read(
                        first,
                        target.length,
                        offset,
                        count,
                        (block, from, to, at, length) -> Elements.convert(block, from, target, to, at, length));
    }

    /**
     * All elements as shorts; those of {@link DType#U16} with the same bits, which Java's unsigned arithmetic takes.
     *
     * @return a new array, row-major
     * @throws UnsupportedOperationException when not every element of the dtype is a short; {@code as(DType.I16)}
     *     converts with rounding. Also when an array cannot hold so many
     */
    default short[] toShorts() {
        NumberReader reader = NumberReader.of(this, DType.I16, DType.U16);
        short[] all = new short[reader.length()];
        reader.read(
                0,
                all.length,
                0,
                all.length,
                (block, from, to, offset, count) -> Elements.convert(block, from, all, to, offset, count));
        return all;
    }

    /**
     * A range of the elements as shorts; those of {@link DType#U16} with the same bits, which Java's unsigned
     * arithmetic takes.
     *
     * @param first number of the first element
     * @param target takes them
     * @param offset where in the target
     * @param count how many
     * @throws IndexOutOfBoundsException when the range is not inside the view, or not inside the target
     * @throws IllegalArgumentException when packed elements do not begin and end at whole bytes
     * @throws UnsupportedOperationException when not every element of the dtype is a short
     */
    default void read(long first, short[] target, int offset, int count) {
        NumberReader.of(this, DType.I16, DType.U16)
                .read(
                        first,
                        target.length,
                        offset,
                        count,
                        (block, from, to, at, length) -> Elements.convert(block, from, target, to, at, length));
    }

    /**
     * All elements as bytes; those of {@link DType#U8} with the same bits, which Java's unsigned arithmetic takes.
     *
     * @return a new array, row-major
     * @throws UnsupportedOperationException when not every element of the dtype is a byte; {@code as(DType.I8)}
     *     converts with rounding. Also when an array cannot hold so many
     */
    default byte[] toBytes() {
        NumberReader reader = NumberReader.of(this, DType.I8, DType.U8);
        byte[] all = new byte[reader.length()];
        reader.read(
                0,
                all.length,
                0,
                all.length,
                (block, from, to, offset, count) -> Elements.convert(block, from, all, to, offset, count));
        return all;
    }

    /**
     * A range of the elements as bytes; those of {@link DType#U8} with the same bits, which Java's unsigned arithmetic
     * takes.
     *
     * @param first number of the first element
     * @param target takes them
     * @param offset where in the target
     * @param count how many
     * @throws IndexOutOfBoundsException when the range is not inside the view, or not inside the target
     * @throws IllegalArgumentException when packed elements do not begin and end at whole bytes
     * @throws UnsupportedOperationException when not every element of the dtype is a byte
     */
    default void read(long first, byte[] target, int offset, int count) {
        NumberReader.of(this, DType.I8, DType.U8)
                .read(
                        first,
                        target.length,
                        offset,
                        count,
                        (block, from, to, at, length) -> Elements.convert(block, from, target, to, at, length));
    }

    /**
     * A range of the elements as floats, as many as the target has room for.
     *
     * @param first number of the first element; a complex element counts as two
     * @param target takes them from its position to its limit, to which the position is moved
     * @throws IndexOutOfBoundsException when the range is not inside the view
     * @throws IllegalArgumentException when packed elements do not begin and end at whole bytes
     * @throws UnsupportedOperationException when not every element of the dtype is a float
     */
    default void read(long first, FloatBuffer target) {
        NumberReader reader = NumberReader.of(this, DType.F32, DType.F32);
        if (target.hasArray()) {
            int at = target.arrayOffset() + target.position();
            read(first, target.array(), at, target.remaining());
            target.position(target.limit());
            return;
        }
        ByteBuffer floats = Blocks.take();
        try {
            reader.read(first, target.remaining(), Blocks.SIZE / Float.BYTES, (block, done, count) -> {
                Elements.convert(block, reader.from(), floats.clear().limit(count * Float.BYTES), reader.to());
                target.put(floats.asFloatBuffer());
            });
        } finally {
            Blocks.give(floats);
        }
    }

    /**
     * A part of the view, not copied: elements are gathered when they are read.
     *
     * @param slices what is taken along each dimension, the slowest varying first; of dimensions that are not mentioned
     *     everything is
     * @return the slice
     * @throws IndexOutOfBoundsException when there are more slices than dimensions, or one is not inside its dimension
     * @throws IllegalArgumentException when packed elements would not begin and end at whole bytes
     */
    default TensorSlice slice(Slice... slices) {
        return TensorSlice.of(this, slices);
    }

    /**
     * The view in another dtype: elements are converted when they are read.
     *
     * <p>Floats are rounded to the nearest one, ties to even. Beyond the range of a float dtype lies infinity, or the
     * largest number where the dtype has no infinity. Integers take the nearest that the dtype has; floats become
     * integers as Java casts them, toward zero, NaN as 0. Not zero is 1 as a {@link DType#BOOL}.
     *
     * @param dtype the other dtype
     * @return this view when it has the dtype already, else a new one
     * @throws IllegalArgumentException when only one of both is complex, or elements would not fill whole bytes
     */
    default TensorView as(DType dtype) {
        if (dtype == dtype()) {
            return this;
        }
        if (dtype == DType.C64 || dtype() == DType.C64) {
            throw new IllegalArgumentException(
                    this + " cannot be converted to " + dtype + ": one is complex, one is not");
        }
        return new ConvertedView(this, dtype);
    }

    /**
     * All bytes.
     *
     * @return a little-endian, direct buffer at position 0: read-only and not copied where the bytes lie together in
     *     memory, else a new one
     * @throws UnsupportedOperationException when there are more than a buffer can hold (2,147,483,647 bytes)
     */
    default ByteBuffer buffer() {
        if (byteSize() > Integer.MAX_VALUE) {
            throw new UnsupportedOperationException(this + " has " + byteSize() + " bytes, a buffer at most "
                    + Integer.MAX_VALUE + ": take ranges by buffer(offset, length)");
        }
        return buffer(0, byteSize());
    }

    /**
     * A range of the bytes.
     *
     * @param offset bytes from the start of the view
     * @param length number of bytes, at most 2,147,483,647
     * @return a little-endian, direct buffer at position 0: read-only and not copied where the bytes lie together in
     *     memory, else a new one
     * @throws IndexOutOfBoundsException when the range is not inside the view
     * @throws IllegalArgumentException when it is longer than a buffer can be
     */
    default ByteBuffer buffer(long offset, long length) {
        Objects.checkFromIndexSize(offset, /* size= */ length, /* length= */ byteSize());
        if (length > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(
                    "a buffer of " + length + " bytes of " + this + "; a buffer has at most " + Integer.MAX_VALUE);
        }
        ByteBuffer bytes = ByteBuffer.allocateDirect((int) length).order(ByteOrder.LITTLE_ENDIAN);
        readBytes(offset, bytes);
        return bytes.flip();
    }

    /**
     * Elements that lie in a buffer.
     *
     * @param dtype their dtype
     * @param shape the extents, the slowest varying first
     * @param bytes all bytes between position and limit: row-major, little-endian. They are not copied
     * @return the view
     * @throws IllegalArgumentException when the shape is impossible, or the bytes are not as many as it takes
     */
    static TensorView of(DType dtype, long[] shape, ByteBuffer bytes) {
        long size = new TensorDeclaration("", dtype, shape.clone()).byteSize();
        if (bytes.remaining() != size) {
            throw new IllegalArgumentException("the buffer has " + bytes.remaining() + " bytes, " + dtype + " "
                    + Arrays.toString(shape) + " takes " + size);
        }
        return new BufferView(dtype, shape.clone(), bytes.slice());
    }

    /**
     * Elements that lie in an array.
     *
     * @param values the elements, row-major. They are not copied
     * @param shape the extents, the slowest varying first, empty for a scalar
     * @return a view of {@link DType#F32}
     * @throws IllegalArgumentException when the shape does not have as many elements
     */
    static TensorView of(float[] values, long... shape) {
        return ArrayView.of(DType.F32, values.length, shape, (first, count, target) -> target.asFloatBuffer()
                .put(values, first, count));
    }

    /**
     * Elements that lie in an array.
     *
     * @param values the elements, row-major. They are not copied
     * @param shape the extents, the slowest varying first, empty for a scalar
     * @return a view of {@link DType#F64}
     * @throws IllegalArgumentException when the shape does not have as many elements
     */
    static TensorView of(double[] values, long... shape) {
        return ArrayView.of(DType.F64, values.length, shape, (first, count, target) -> target.asDoubleBuffer()
                .put(values, first, count));
    }

    /**
     * Elements that lie in an array.
     *
     * @param values the elements, row-major. They are not copied
     * @param shape the extents, the slowest varying first, empty for a scalar
     * @return a view of {@link DType#I64}
     * @throws IllegalArgumentException when the shape does not have as many elements
     */
    static TensorView of(long[] values, long... shape) {
        return ArrayView.of(DType.I64, values.length, shape, (first, count, target) -> target.asLongBuffer()
                .put(values, first, count));
    }

    /**
     * Elements that lie in an array.
     *
     * @param values the elements, row-major. They are not copied
     * @param shape the extents, the slowest varying first, empty for a scalar
     * @return a view of {@link DType#I32}
     * @throws IllegalArgumentException when the shape does not have as many elements
     */
    static TensorView of(int[] values, long... shape) {
        return ArrayView.of(DType.I32, values.length, shape, (first, count, target) -> target.asIntBuffer()
                .put(values, first, count));
    }

    /**
     * Elements that lie in an array.
     *
     * @param values the elements, row-major. They are not copied
     * @param shape the extents, the slowest varying first, empty for a scalar
     * @return a view of {@link DType#I16}
     * @throws IllegalArgumentException when the shape does not have as many elements
     */
    static TensorView of(short[] values, long... shape) {
        return ArrayView.of(DType.I16, values.length, shape, (first, count, target) -> target.asShortBuffer()
                .put(values, first, count));
    }

    /**
     * Elements that lie in an array.
     *
     * @param values the elements, row-major. They are not copied
     * @param shape the extents, the slowest varying first, empty for a scalar
     * @return a view of {@link DType#I8}
     * @throws IllegalArgumentException when the shape does not have as many elements
     */
    static TensorView of(byte[] values, long... shape) {
        return ArrayView.of(DType.I8, values.length, shape, (first, count, target) -> target.put(values, first, count));
    }
}
