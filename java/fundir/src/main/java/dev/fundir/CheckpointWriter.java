package dev.fundir;

import dev.fundir.internal.AbandonedFiles;
import dev.fundir.internal.TensorChannel;
import dev.fundir.internal.TensorDeclaration;
import dev.fundir.internal.Uninterrupted;
import dev.fundir.internal.Utf8;
import dev.fundir.internal.output.OutputLayout;
import dev.fundir.internal.output.OutputPlace;
import dev.fundir.internal.output.OutputPlan;
import dev.fundir.internal.output.StagedOutput;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * Writes a safetensors checkpoint: tensors are declared first, then written one after the other, so that a checkpoint
 * may be larger than memory.
 *
 * <pre>{@code
 * CheckpointWriter.to(Path.of("model.safetensors"))
 *         .metadata("format", "pt")
 *         .tensor("weight", DType.F32, new long[] {2, 3}, data)
 *         .write();
 * }</pre>
 *
 * <p>A file is the one that the format's reference implementation writes for the same tensors: ordered by dtype, the
 * widest first, then by name, the header padded to a multiple of 8 bytes, metadata sorted by key. Equal declarations
 * give equal files, in whatever order they are made.
 *
 * <p>A checkpoint that is larger than a shard is split. Tensors are packed into shards in the order of their names
 * (bytewise UTF-8): each goes into the shard of the one before it, or, where it has no room there, into the next; so a
 * tensor that is larger than a shard has one to itself. Shards are called {@code NAME-00001-of-00003.safetensors} and
 * so on, and {@code NAME.safetensors.index.json} says which one each tensor is in. Each shard has all the metadata.
 *
 * <p>A file appears complete or not at all: it is written beside its place, forced to the disk, and renamed. What was
 * there is replaced only then, so it may even be what tensors are copied from; a file hands on its permissions, and a
 * symbolic link stays and its target is replaced. Of several files, none appears before all are on the disk, the index
 * comes last, and then the files of an earlier checkpoint in the folder are removed that the new one does not have.
 * Only a crash between the renames themselves can leave shards of both. Not safe for many threads; a writer writes
 * once.
 */
public final class CheckpointWriter {
    private static final String RESERVED = "__metadata__";

    private final OutputPlace place;
    private final Map<String, String> metadata = new TreeMap<>();
    private final Map<String, Declared> tensors = new TreeMap<>(Utf8.ORDER);

    private long shardSize;
    private boolean used;

    /** A tensor and its bytes. */
    private record Declared(TensorDeclaration tensor, TensorSource source) {}

    private CheckpointWriter(OutputPlace place, long shardSize) {
        this.place = place;
        this.shardSize = shardSize;
    }

    /**
     * A writer of one file, unless {@link #shardSize} splits it.
     *
     * @param file where the file is to appear; its folder must exist when it is written. Other files in the folder
     *     stay, also those of an earlier checkpoint of this name that was split
     * @return the writer
     */
    public static CheckpointWriter to(Path file) {
        return new CheckpointWriter(new OutputPlace(Objects.requireNonNull(file), false), Long.MAX_VALUE);
    }

    /**
     * A writer of {@code model.safetensors} in a folder, or of shards when the tensors have more than 5 GB or
     * {@link #shardSize} says otherwise.
     *
     * @param folder the folder, which is made where it is not there. Files of a checkpoint called {@code model} that it
     *     holds are replaced: those that the new one does not have are removed once it is complete. All others stay
     * @return the writer
     */
    public static CheckpointWriter toFolder(Path folder) {
        return new CheckpointWriter(
                new OutputPlace(Objects.requireNonNull(folder), true), OutputLayout.DEFAULT_SHARD_SIZE);
    }

    /**
     * The size at which the checkpoint is split into shards. In a folder it is 5 GB when nothing is said; a file stays
     * whole.
     *
     * @param bytes the most bytes of tensors in a file, its header not counted; a larger tensor gets a file to itself
     * @return this writer
     * @throws IllegalArgumentException if it is not positive
     */
    public CheckpointWriter shardSize(long bytes) {
        if (bytes <= 0) {
            throw new IllegalArgumentException("a shard of " + bytes + " bytes holds nothing: give a positive size");
        }
        shardSize = bytes;
        return this;
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
     * Declares a copy of a view: a tensor under another name, a part of one, one in another dtype.
     *
     * @param name any text but a name declared before and {@code __metadata__}
     * @param view its dtype, shape and elements, which are asked for when their turn comes. A checkpoint that they are
     *     read from stays open until the file is written
     * @return this writer
     * @throws IllegalArgumentException when the name is taken, reserved or has no UTF-8
     */
    public CheckpointWriter tensor(String name, TensorView view) {
        return tensor(name, view.dtype(), view.shape(), channel -> {
            try {
                view.writeTo(channel);
            } catch (UncheckedIOException e) {
                throw e.getCause();
            }
        });
    }

    /**
     * Declares a tensor of numbers, which are converted to its dtype as {@link TensorView#as} does it: what the dtype
     * cannot hold is rounded or cut.
     *
     * @param name its name, any text but one declared before and {@code __metadata__}
     * @param dtype the type of its elements; for {@link DType#C64} each is two numbers
     * @param shape its extents, the slowest varying first, empty for a scalar
     * @param values the numbers, row-major; they must not change until the file is written, and are not copied.
     * @return this writer
     * @throws IllegalArgumentException when the name is taken, reserved or has no UTF-8, the shape is impossible, or
     *     the numbers are not as many as it has elements
     */
    public CheckpointWriter tensor(String name, DType dtype, long[] shape, float[] values) {
        return numbers(name, dtype, shape, TensorView.of(values, values.length), DType.F32);
    }

    /**
     * Declares a tensor of numbers, converted as those of {@link #tensor(String, DType, long[], float[])}.
     *
     * @param name its name, any text but one declared before and {@code __metadata__}
     * @param dtype the type of its elements; for {@link DType#C64} each is two numbers
     * @param shape its extents, the slowest varying first, empty for a scalar
     * @param values the numbers, row-major; they must not change until the file is written, and are not copied.
     * @return this writer
     * @throws IllegalArgumentException when the name is taken, reserved or has no UTF-8, the shape is impossible, or
     *     the numbers are not as many as it has elements
     */
    public CheckpointWriter tensor(String name, DType dtype, long[] shape, double[] values) {
        return numbers(name, dtype, shape, TensorView.of(values, values.length), DType.F64);
    }

    /**
     * Declares a tensor of numbers, converted as those of {@link #tensor(String, DType, long[], float[])}.
     *
     * @param name its name, any text but one declared before and {@code __metadata__}
     * @param dtype the type of its elements; for {@link DType#C64} each is two numbers
     * @param shape its extents, the slowest varying first, empty for a scalar
     * @param values the numbers, row-major; they must not change until the file is written, and are not copied. For
     *     {@link DType#U64} they count as unsigned, their bits stay.
     * @return this writer
     * @throws IllegalArgumentException when the name is taken, reserved or has no UTF-8, the shape is impossible, or
     *     the numbers are not as many as it has elements
     */
    public CheckpointWriter tensor(String name, DType dtype, long[] shape, long[] values) {
        return numbers(name, dtype, shape, TensorView.of(values, values.length), DType.U64);
    }

    /**
     * Declares a tensor of numbers, converted as those of {@link #tensor(String, DType, long[], float[])}.
     *
     * @param name its name, any text but one declared before and {@code __metadata__}
     * @param dtype the type of its elements; for {@link DType#C64} each is two numbers
     * @param shape its extents, the slowest varying first, empty for a scalar
     * @param values the numbers, row-major; they must not change until the file is written, and are not copied. For
     *     {@link DType#U32} they count as unsigned, their bits stay.
     * @return this writer
     * @throws IllegalArgumentException when the name is taken, reserved or has no UTF-8, the shape is impossible, or
     *     the numbers are not as many as it has elements
     */
    public CheckpointWriter tensor(String name, DType dtype, long[] shape, int[] values) {
        return numbers(name, dtype, shape, TensorView.of(values, values.length), DType.U32);
    }

    /**
     * Declares a tensor of numbers, converted as those of {@link #tensor(String, DType, long[], float[])}.
     *
     * @param name its name, any text but one declared before and {@code __metadata__}
     * @param dtype the type of its elements; for {@link DType#C64} each is two numbers
     * @param shape its extents, the slowest varying first, empty for a scalar
     * @param values the numbers, row-major; they must not change until the file is written, and are not copied. For
     *     {@link DType#U16} they count as unsigned, their bits stay.
     * @return this writer
     * @throws IllegalArgumentException when the name is taken, reserved or has no UTF-8, the shape is impossible, or
     *     the numbers are not as many as it has elements
     */
    public CheckpointWriter tensor(String name, DType dtype, long[] shape, short[] values) {
        return numbers(name, dtype, shape, TensorView.of(values, values.length), DType.U16);
    }

    /**
     * Declares a tensor of numbers, converted as those of {@link #tensor(String, DType, long[], float[])}.
     *
     * @param name its name, any text but one declared before and {@code __metadata__}
     * @param dtype the type of its elements; for {@link DType#C64} each is two numbers
     * @param shape its extents, the slowest varying first, empty for a scalar
     * @param values the numbers, row-major; they must not change until the file is written, and are not copied. For
     *     {@link DType#U8} they count as unsigned, their bits stay.
     * @return this writer
     * @throws IllegalArgumentException when the name is taken, reserved or has no UTF-8, the shape is impossible, or
     *     the numbers are not as many as it has elements
     */
    public CheckpointWriter tensor(String name, DType dtype, long[] shape, byte[] values) {
        return numbers(name, dtype, shape, TensorView.of(values, values.length), DType.U8);
    }

    /**
     * Declares numbers.
     *
     * @param values all of them, in one dimension
     * @param sameBits the other dtype of which their bytes are those of its elements
     */
    private CheckpointWriter numbers(String name, DType dtype, long[] shape, TensorView values, DType sameBits) {
        TensorDeclaration declaration = declaration(name, dtype, shape);
        byteSize(declaration);
        long count = declaration.elementCount() * (dtype == DType.C64 ? 2 : 1);
        if (values.elementCount() != count) {
            throw new IllegalArgumentException("tensor " + name + ": the array has " + values.elementCount()
                    + " numbers, " + dtype + " " + Arrays.toString(shape) + " takes " + count);
        }
        if (dtype == sameBits) {
            return declare(declaration, values::writeTo);
        }
        return declare(declaration, values.as(dtype == DType.C64 ? DType.F32 : dtype)::writeTo);
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
        if (tensors.putIfAbsent(tensor.name(), new Declared(tensor, source)) != null) {
            throw new IllegalArgumentException("a tensor is declared twice: " + tensor.name());
        }
        return this;
    }

    /**
     * Writes the checkpoint. When this method throws, what was at its place before is there still, and nothing else.
     *
     * @return what {@link Checkpoint#open} takes: the file, or the index of the shards
     * @throws IllegalArgumentException when the format has no such file: the header would be longer than 100,000,000
     *     bytes
     * @throws IllegalStateException when this writer has written before, or a tensor to be copied is of a closed
     *     checkpoint
     * @throws java.nio.file.NoSuchFileException when the folder of a file does not exist
     * @throws java.nio.file.AccessDeniedException when a file that is there is write-protected, or the folder takes no
     *     file
     * @throws IOException when writing fails, or a source gives more or fewer bytes than its tensor has
     */
    public Path write() throws IOException {
        if (used) {
            throw new IllegalStateException("this writer has been used: a writer writes once");
        }
        used = true;
        List<Declared> declared = List.copyOf(tensors.values());
        OutputLayout layout =
                OutputLayout.of(place, declared.stream().map(Declared::tensor).toList(), shardSize, metadata);
        OutputPlan plan = OutputPlan.of(
                place, layout.files(), metadata, layout.index().stream().toList());
        try (StagedOutput staged = StagedOutput.create(plan)) {
            for (int number : layout.fileOrder()) {
                TensorDeclaration tensor = declared.get(number).tensor();
                TensorChannel bytes = new TensorChannel(
                        staged.tensorChannel(layout.places().get(number).file()), tensor.name(), tensor.byteSize());
                declared.get(number).source().writeTo(bytes);
                bytes.finish();
            }
            return Uninterrupted.call(() -> finish(staged, plan));
        }
    }

    private static Path finish(StagedOutput staged, OutputPlan plan) throws IOException {
        AbandonedFiles.Hold hold = AbandonedFiles.hold();
        try {
            staged.commit();
            return plan.checkpoint();
        } finally {
            hold.release();
        }
    }
}
