package dev.fundir;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.Objects;
import java.util.function.Supplier;

/** Where the bytes of a tensor come from when a {@link CheckpointWriter} writes it. */
@FunctionalInterface
public interface TensorSource {
    /**
     * Writes all bytes of the tensor: its elements in row-major order, little-endian.
     *
     * @param channel takes exactly as many bytes as the tensor's dtype and shape say; each {@code write} takes all that
     *     it is given, and it is not to be used once this method has returned
     * @throws IOException when the bytes cannot be had, or from the channel
     */
    void writeTo(WritableByteChannel channel) throws IOException;

    /**
     * A source of one buffer that is made only when the tensor's turn comes.
     *
     * @param buffer asked once; gives all bytes of the tensor between its buffer's position and limit
     * @return the source
     */
    static TensorSource of(Supplier<ByteBuffer> buffer) {
        Objects.requireNonNull(buffer);
        return channel -> channel.write(buffer.get().duplicate());
    }
}
