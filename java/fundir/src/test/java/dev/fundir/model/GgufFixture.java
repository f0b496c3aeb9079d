package dev.fundir.model;

import dev.fundir.Checkpoint;
import dev.fundir.TensorView;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/** Files that the gguf package wrote; {@code scripts/peers/gguf_files.py} makes them. */
final class GgufFixture {
    private GgufFixture() {}

    static Path path(String name) {
        try {
            return Path.of(GgufFixture.class.getResource("/gguf/" + name).toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    static byte[] bytes(String name) {
        try {
            return Files.readAllBytes(path(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The bytes of all tensors of a safetensors file, by name. */
    static Map<String, byte[]> tensors(String name) throws IOException {
        Map<String, byte[]> tensors = new TreeMap<>();
        try (Checkpoint checkpoint = Checkpoint.open(path(name))) {
            checkpoint.tensors().forEach(tensor -> tensors.put(tensor.name(), read(tensor)));
        }
        return tensors;
    }

    /** All bytes of a tensor. */
    static byte[] read(TensorView tensor) {
        return read(tensor, 0, (int) tensor.byteSize());
    }

    /** A range of a tensor's bytes. */
    static byte[] read(TensorView tensor, long offset, int length) {
        ByteBuffer target = ByteBuffer.allocate(length);
        tensor.readBytes(offset, target);
        if (target.hasRemaining()) {
            throw new AssertionError("the target was not filled");
        }
        return target.array();
    }
}
