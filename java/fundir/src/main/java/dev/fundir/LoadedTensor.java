package dev.fundir;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Objects;

/**
 * A tensor whose bytes a {@link BulkRead} has brought to memory outside the heap. It needs no file any more, and is not
 * closed: the memory is freed when nobody holds it or one of its buffers.
 *
 * <p>Buffers are little-endian, direct, writable, and show the same memory each time. What is written to them is seen
 * by all others, and by {@link #readBytes}. Safe for many threads as long as none writes.
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
     * @return a new little-endian, direct, writable buffer of the tensor's memory, at position 0
     * @throws UnsupportedOperationException when the tensor is larger than a buffer can be (2,147,483,647 bytes)
     */
    public ByteBuffer buffer() {
        if (memory.isEmpty()) {
            return ByteBuffer.allocateDirect(0).order(ByteOrder.LITTLE_ENDIAN);
        }
        if (memory.size() > 1) {
            throw new UnsupportedOperationException("tensor " + name + " has " + byteSize + " bytes, a buffer at most "
                    + Integer.MAX_VALUE + ": take chunks()");
        }
        return own(memory.get(0));
    }

    /**
     * All bytes of the tensor, however large it is, in consecutive pieces.
     *
     * @return new little-endian, direct, writable buffers of the tensor's memory, at position 0: one of all bytes when
     *     that is possible, else several, where the length of each but the last is a multiple of 8; none when the
     *     tensor has no bytes
     */
    public List<ByteBuffer> chunks() {
        return memory.stream().map(LoadedTensor::own).toList();
    }

    private static ByteBuffer own(ByteBuffer chunk) {
        return chunk.duplicate().order(ByteOrder.LITTLE_ENDIAN);
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
