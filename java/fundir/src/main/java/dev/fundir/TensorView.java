package dev.fundir;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

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
}
