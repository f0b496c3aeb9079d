package dev.fundir;

import dev.fundir.internal.HeaderIndex;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.List;
import java.util.Objects;
import java.util.StringJoiner;

/**
 * A tensor in a file of an open {@link Checkpoint}: what the header says of it, and its bytes where they lie in the
 * file.
 *
 * <p>Elements are row-major and little-endian. Buffers are read-only, little-endian and direct, and no bytes are copied
 * for them: they show the mapped file. They stay valid as long as they are held, also when the checkpoint is closed
 * meanwhile. A file must not be cut while it is mapped: reading bytes that are no longer there ends in an
 * {@link InternalError}. A tensor can begin at any byte, so its address need not be a multiple of the element's size.
 *
 * <p>Safe for many threads; every call gives a buffer with a position of its own. Two tensors are equal when they are
 * the same one of the same opened file.
 */
public final class Tensor implements TensorView {
    private final CheckpointFile file;
    private final int record;
    private final String name;

    Tensor(CheckpointFile file, int record) {
        this.file = file;
        this.record = record;
        this.name = file.header().name(record);
    }

    /**
     * The tensor's name.
     *
     * @return any text, also an empty one
     */
    public String name() {
        return name;
    }

    /**
     * The type of the elements.
     *
     * @return the dtype
     */
    @Override
    public DType dtype() {
        return DType.fromCode(header().dtypeCode(record));
    }

    /**
     * The extents, in elements, the slowest varying first.
     *
     * @return a new array, empty for a scalar. Only beside an extent of 0 can one be larger than a long, which then is
     *     negative
     */
    @Override
    public long[] shape() {
        long[] shape = new long[rank()];
        for (int axis = 0; axis < shape.length; axis++) {
            shape[axis] = header().dimension(record, axis);
        }
        return shape;
    }

    /**
     * The number of dimensions.
     *
     * @return 0 for a scalar
     */
    public int rank() {
        return header().rank(record);
    }

    /**
     * One extent of the shape.
     *
     * @param axis from 0 to the rank, exclusive
     * @return number of elements along this axis
     * @throws IndexOutOfBoundsException when there is no such axis
     */
    public long dimension(int axis) {
        return header().dimension(record, Objects.checkIndex(axis, rank()));
    }

    /**
     * The number of elements: the product of the shape.
     *
     * @return 1 for a scalar
     */
    @Override
    public long elementCount() {
        return header().elementCount(record);
    }

    /**
     * The size of the tensor.
     *
     * @return number of bytes
     */
    @Override
    public long byteSize() {
        return header().end(record) - header().begin(record);
    }

    /**
     * The file that holds the tensor.
     *
     * @return one of the checkpoint's files
     */
    public CheckpointFile file() {
        return file;
    }

    /**
     * Where the tensor begins.
     *
     * @return bytes from the start of the file
     */
    public long fileOffset() {
        return header().begin(record);
    }

    /**
     * All bytes of the tensor.
     *
     * @return a new read-only, little-endian, direct buffer, at position 0
     * @throws UnsupportedOperationException when the tensor is larger than a buffer can be (2,147,483,647 bytes)
     * @throws IllegalStateException when the checkpoint is closed
     * @throws java.io.UncheckedIOException when the tensor's mapping has to be made and the file cannot be opened again
     */
    @Override
    public ByteBuffer buffer() {
        long size = byteSize();
        if (size > Integer.MAX_VALUE) {
            throw new UnsupportedOperationException("tensor " + name + " has " + size + " bytes, a buffer at most "
                    + Integer.MAX_VALUE + ": take chunks(), or ranges by buffer(offset, length)");
        }
        return file.data().slice(fileOffset(), (int) size);
    }

    /**
     * A range of the tensor's bytes.
     *
     * @param offset bytes from the start of the tensor
     * @param length number of bytes, at most 2,147,483,647
     * @return a new read-only, little-endian, direct buffer, at position 0
     * @throws IndexOutOfBoundsException when the range is not inside the tensor
     * @throws IllegalArgumentException when it is longer than a buffer can be
     * @throws IllegalStateException when the checkpoint is closed
     * @throws java.io.UncheckedIOException when the range crosses the border of two mappings, which only a tensor of
     *     more than 2 GiB has, and the file cannot be opened again, or is no longer the same
     */
    @Override
    public ByteBuffer buffer(long offset, long length) {
        Objects.checkFromIndexSize(offset, /* size= */ length, /* length= */ byteSize());
        if (length > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("a buffer of " + length + " bytes of tensor " + name
                    + "; a buffer has at most " + Integer.MAX_VALUE);
        }
        return file.data().slice(fileOffset() + offset, (int) length);
    }

    /**
     * All bytes of the tensor, however large it is, in consecutive pieces.
     *
     * @return read-only, little-endian, direct buffers, at position 0: one of all bytes when that is possible, else
     *     several, where the length of each but the last is a multiple of 8; none when the tensor has no bytes
     * @throws IllegalStateException when the checkpoint is closed
     */
    public List<ByteBuffer> chunks() {
        return file.data().slices(fileOffset(), byteSize());
    }

    @Override
    public void readBytes(long offset, ByteBuffer target) {
        Objects.checkFromIndexSize(offset, /* size= */ target.remaining(), /* length= */ byteSize());
        file.data().read(fileOffset() + offset, target);
    }

    /**
     * Asks the system to bring the tensor into memory before it is touched, as {@link Checkpoint#prefetch} does for
     * many.
     *
     * @throws IllegalStateException when the checkpoint is closed
     */
    public void prefetch() {
        file.data().prefetch(fileOffset(), byteSize());
    }

    /** Writes the bytes where they lie in the file, without a copy in memory. */
    @Override
    public void writeTo(WritableByteChannel channel) throws IOException {
        for (ByteBuffer chunk : chunks()) {
            channel.write(chunk);
        }
    }

    private HeaderIndex header() {
        return file.header();
    }

    /**
     * Whether the other one is the same tensor of the same opened file.
     *
     * @param other anything
     * @return true when it is
     */
    @Override
    public boolean equals(Object other) {
        return other instanceof Tensor tensor && tensor.file == file && tensor.record == record;
    }

    /**
     * A hash that goes with {@link #equals}.
     *
     * @return the hash
     */
    @Override
    public int hashCode() {
        return 31 * System.identityHashCode(file) + record;
    }

    /**
     * Name, dtype and shape.
     *
     * @return such as {@code model.norm.weight BF16 [2048]}
     */
    @Override
    public String toString() {
        StringJoiner shape = new StringJoiner(", ", "[", "]");
        for (long extent : shape()) {
            shape.add(Long.toUnsignedString(extent));
        }
        return name + " " + dtype() + " " + shape;
    }
}
