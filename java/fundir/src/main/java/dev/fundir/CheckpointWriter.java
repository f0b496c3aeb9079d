package dev.fundir;

import dev.fundir.internal.FileLayout;
import dev.fundir.internal.StagedFile;
import dev.fundir.internal.TensorDeclaration;
import dev.fundir.internal.Utf8;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;

/**
 * Writes a safetensors file: tensors are declared first, then written one after the other, so that a checkpoint may be
 * larger than memory.
 *
 * <pre>{@code
 * CheckpointWriter.to(Path.of("model.safetensors"))
 *         .metadata("format", "pt")
 *         .tensor("weight", DType.F32, new long[] {2, 3}, data)
 *         .write();
 * }</pre>
 *
 * <p>The file is the one that the format's reference implementation writes for the same tensors: ordered by dtype, the
 * widest first, then by name, the header padded to a multiple of 8 bytes, metadata sorted by key. Equal declarations
 * give equal files.
 *
 * <p>The file appears complete or not at all: it is written beside its place, forced to the disk, and renamed. A file
 * that was there is replaced only then, so it may even be the one that tensors are copied from; it hands on its
 * permissions, and a symbolic link stays and its target is replaced. Not safe for many threads; a writer writes once.
 */
public final class CheckpointWriter {
    private static final String RESERVED = "__metadata__";

    private final Path target;
    private final Map<String, String> metadata = new TreeMap<>();
    private final List<TensorDeclaration> tensors = new ArrayList<>();
    private final List<TensorSource> sources = new ArrayList<>();
    private final Set<String> names = new HashSet<>();

    private boolean used;

    private CheckpointWriter(Path target) {
        this.target = target;
    }

    /**
     * A writer of one file.
     *
     * @param file where the file is to appear; its folder must exist when it is written
     * @return the writer
     */
    public static CheckpointWriter to(Path file) {
        return new CheckpointWriter(Objects.requireNonNull(file));
    }

    /**
     * Adds to the file's metadata.
     *
     * @param key any text; the value it had before is replaced
     * @param value any text
     * @return this writer
     */
    public CheckpointWriter metadata(String key, String value) {
        metadata.put(Objects.requireNonNull(key), Objects.requireNonNull(value));
        return this;
    }

    /**
     * Adds to the file's metadata.
     *
     * @param pairs keys and values; values that the keys had before are replaced
     * @return this writer
     */
    public CheckpointWriter metadata(Map<String, String> pairs) {
        pairs.forEach(this::metadata);
        return this;
    }

    /**
     * Declares a tensor whose bytes are there already.
     *
     * @param name its name, any text but one declared before and {@code __metadata__}
     * @param dtype the type of its elements
     * @param shape its extents, the slowest varying first, empty for a scalar
     * @param data all its bytes between position and limit: row-major, little-endian. They must not change until the
     *     file is written; the buffer's position does not
     * @return this writer
     * @throws IllegalArgumentException when the name is taken, reserved or has no UTF-8, the shape is impossible, or
     *     the bytes are not as many as it takes
     */
    public CheckpointWriter tensor(String name, DType dtype, long[] shape, ByteBuffer data) {
        ByteBuffer bytes = data.duplicate();
        TensorDeclaration declaration = declaration(name, dtype, shape);
        long size = byteSize(declaration);
        if (bytes.remaining() != size) {
            throw new IllegalArgumentException("tensor " + name + ": the buffer has " + bytes.remaining() + " bytes, "
                    + dtype + " " + Arrays.toString(shape) + " takes " + size);
        }
        return declare(declaration, TensorSource.of(() -> bytes));
    }

    /**
     * Declares a tensor whose bytes are asked for when its turn comes.
     *
     * @param name its name, any text but one declared before and {@code __metadata__}
     * @param dtype the type of its elements
     * @param shape its extents, the slowest varying first, empty for a scalar
     * @param source asked once, in the order of the tensors in the file
     * @return this writer
     * @throws IllegalArgumentException when the name is taken, reserved or has no UTF-8, or the shape is impossible
     */
    public CheckpointWriter tensor(String name, DType dtype, long[] shape, TensorSource source) {
        TensorDeclaration declaration = declaration(name, dtype, shape);
        byteSize(declaration);
        return declare(declaration, Objects.requireNonNull(source));
    }

    /**
     * Declares a copy of a tensor.
     *
     * @param tensor of a checkpoint that is open, and stays open until the file is written
     * @return this writer
     * @throws IllegalArgumentException when the name is taken
     */
    public CheckpointWriter tensor(Tensor tensor) {
        return tensor(tensor.name(), tensor);
    }

    /**
     * Declares a copy of a tensor under another name.
     *
     * @param name its new name
     * @param tensor of a checkpoint that is open, and stays open until the file is written
     * @return this writer
     * @throws IllegalArgumentException when the name is taken, reserved or has no UTF-8
     */
    public CheckpointWriter tensor(String name, Tensor tensor) {
        return tensor(name, tensor.dtype(), tensor.shape(), channel -> {
            for (ByteBuffer chunk : tensor.chunks()) {
                channel.write(chunk);
            }
        });
    }

    private static TensorDeclaration declaration(String name, DType dtype, long[] shape) {
        return new TensorDeclaration(Objects.requireNonNull(name), Objects.requireNonNull(dtype), shape.clone());
    }

    private static long byteSize(TensorDeclaration tensor) {
        try {
            return tensor.byteSize();
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException(
                    "tensor " + tensor.name() + ": its size overflows: " + tensor.dtype() + " "
                            + Arrays.toString(tensor.shape()),
                    e);
        }
    }

    private CheckpointWriter declare(TensorDeclaration tensor, TensorSource source) {
        if (tensor.name().equals(RESERVED)) {
            throw new IllegalArgumentException(
                    "no tensor can be called " + RESERVED + ": the format keeps it for the metadata");
        }
        if (Utf8.encode(tensor.name()).isEmpty()) {
            throw new IllegalArgumentException(
                    "half of a surrogate pair stands alone in a tensor's name, which therefore has no UTF-8: "
                            + tensor.name());
        }
        if (!names.add(tensor.name())) {
            throw new IllegalArgumentException("a tensor is declared twice: " + tensor.name());
        }
        tensors.add(tensor);
        sources.add(source);
        return this;
    }

    /**
     * Writes the file. When this method throws, what was at its place before is there still, and nothing else.
     *
     * @throws IllegalArgumentException when the format has no such file: the header would be longer than 100,000,000
     *     bytes
     * @throws IllegalStateException when this writer has written before, or a tensor to be copied is of a closed
     *     checkpoint
     * @throws java.nio.file.NoSuchFileException when the folder does not exist
     * @throws java.nio.file.AccessDeniedException when the file that is there is write-protected, or the folder takes
     *     no file
     * @throws IOException when writing fails, or a source gives more or fewer bytes than its tensor has
     */
    public void write() throws IOException {
        if (used) {
            throw new IllegalStateException("this writer has been used: a writer writes once");
        }
        used = true;
        FileLayout layout = FileLayout.of(tensors, metadata, target);
        try (StagedFile staged = StagedFile.create(target)) {
            FileChannel channel = staged.channel();
            writeAll(channel, layout.header());
            for (int number : layout.fileOrder()) {
                TensorDeclaration tensor = tensors.get(number);
                TensorChannel bytes = new TensorChannel(channel, tensor.name(), tensor.byteSize());
                sources.get(number).writeTo(bytes);
                bytes.finish();
            }
            staged.commit();
        }
    }

    private static void writeAll(FileChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }
}
