package dev.fundir;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * A tensor whose bytes a {@link BulkRead} has brought to memory outside the heap. It needs no file any more, and is not
 * closed: the memory is freed when nobody holds it or one of its buffers.
 *
 * <p>Buffers are read-only, little-endian and direct, and show the same memory each time; they stay valid as long as
 * they are held. For memory to write to, have your own filled by {@link BulkRead#readInto(java.util.Map)}. Safe for
 * many threads.
 */
public final class LoadedTensor implements TensorView {
    private final String name;
    private final DType dtype;
    private final long[] shape;
    private final long elementCount;
    private final long byteSize;
    private final List<ByteBuffer> memory;

    LoadedTensor(Tensor tensor, List<ByteBuffer> memory) {
        this.name = tensor.name();
        this.dtype = tensor.dtype();
        this.shape = tensor.shape();
        this.elementCount = tensor.elementCount();
        this.byteSize = tensor.byteSize();
        this.memory = memory;
    }

    /**
     * The tensor's name.
     *
     * @return any text, also an empty one
     */
    public String name() {
        return name;
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
    public long elementCount() {
        return elementCount;
    }

    @Override
    public long byteSize() {
        return byteSize;
    }

    /**
     * All bytes of the tensor.
     *
     * @return a new read-only, little-endian, direct buffer of the tensor's memory, at position 0
     * @throws UnsupportedOperationException when the tensor is larger than a buffer can be (2,147,483,647 bytes)
     */
    @Override
    public ByteBuffer buffer() {
        if (byteSize > Integer.MAX_VALUE) {
            throw new UnsupportedOperationException("tensor " + name + " has " + byteSize + " bytes, a buffer at most "
                    + Integer.MAX_VALUE + ": take chunks(), or ranges by buffer(offset, length)");
        }
        return memory.isEmpty() ? TensorView.super.buffer() : own(memory.get(0));
    }

    /**
     * A range of the tensor's bytes.
     *
     * @param offset bytes from the start of the tensor
     * @param length number of bytes, at most 2,147,483,647
     * @return a new little-endian, direct buffer, at position 0: a read-only one of the tensor's memory, or a copy when
     *     the range is in two chunks of it
     * @throws IndexOutOfBoundsException when the range is not inside the tensor
     * @throws IllegalArgumentException when it is longer than a buffer can be
     */
    @Override
    public ByteBuffer buffer(long offset, long length) {
        return memory(offset, length).map(LoadedTensor::own).orElseGet(() -> TensorView.super.buffer(offset, length));
    }

    /** A range of the memory, if it is inside one chunk. */
    Optional<ByteBuffer> memory(long offset, long length) {
        long begin = 0;
        for (ByteBuffer chunk : memory) {
            if (offset >= begin && length >= 0 && length <= begin + chunk.limit() - offset) {
                return Optional.of(chunk.slice((int) (offset - begin), (int) length));
            }
            begin += chunk.limit();
        }
        return Optional.empty();
    }

    /**
     * All bytes of the tensor, however large it is, in consecutive pieces.
     *
     * @return new read-only, little-endian, direct buffers of the tensor's memory, at position 0: one of all bytes when
     *     that is possible, else several, where the length of each but the last is a multiple of 8; none when the
     *     tensor has no bytes
     */
    public List<ByteBuffer> chunks() {
        return memory.stream().map(LoadedTensor::own).toList();
    }

    private static ByteBuffer own(ByteBuffer chunk) {
        return chunk.asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
    }

    @Override
    public void readBytes(long offset, ByteBuffer target) {
        Objects.checkFromIndexSize(offset, /* size= */ target.remaining(), /* length= */ byteSize);
        long begin = 0;
        for (ByteBuffer chunk : memory) {
            long from = Math.max(offset, begin);
            long end = Math.min(offset + target.remaining(), begin + chunk.limit());
            if (from < end) {
                int length = (int) (end - from);
                target.put(target.position(), chunk, (int) (from - begin), length);
                target.position(target.position() + length);
                offset = end;
            }
            begin += chunk.limit();
        }
    }

    /** Writes the bytes from where they lie. */
    @Override
    public void writeTo(WritableByteChannel channel) throws IOException {
        for (ByteBuffer chunk : chunks()) {
            channel.write(chunk);
        }
    }

    /**
     * Names the tensor.
     *
     * @return its name and dtype
     */
    @Override
    public String toString() {
        return name + " " + dtype;
    }
}
