package dev.fundir.benchmarks;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.annotation.Cast;
import org.bytedeco.javacpp.annotation.Name;
import org.bytedeco.javacpp.annotation.NoException;
import org.bytedeco.javacpp.annotation.Platform;

/** Opens files with the safetensors crate, called in the way fundir's core is called. */
@Platform(cinclude = "fundir_peer.h", library = "jnifundirpeer")
@NoException
final class SafetensorsCrate {
    static {
        Loader.load(SafetensorsCrate.class);
    }

    private SafetensorsCrate() {}

    /**
     * Opens a file, as users of the crate do: the whole file is mapped, the crate reads its header there.
     *
     * <p>Native code must not read mappings where files may be cut meanwhile; the benchmark's own file is not.
     *
     * @return how many tensors it has
     */
    static int open(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            MappedByteBuffer bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size());
            long tensors = open(bytes, bytes.capacity());
            if (tensors < 0) {
                throw new IOException(file + ": the safetensors crate refuses it");
            }
            return Math.toIntExact(tensors);
        }
    }

    @Name("fundir_peer_open")
    private static native @Cast("int64_t") long open(
            @Cast("const uint8_t*") ByteBuffer file, @Cast("uint64_t") long length);
}
