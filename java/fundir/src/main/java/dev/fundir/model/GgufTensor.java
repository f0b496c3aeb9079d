package dev.fundir.model;

import dev.fundir.DType;
import dev.fundir.TensorView;
import dev.fundir.internal.MappedFile;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Objects;

/**
 * A tensor of a {@link GgufFile}.
 *
 * <p>Elements of plain types are read as they are in the file; those of quantized types are decoded to
 * {@link DType#F32}, a few blocks at a time, when they are asked for. A file must not be cut while it is mapped:
 * reading bytes that are no longer there ends in an {@link InternalError}. Safe for many threads.
 */
public final class GgufTensor implements TensorView {
    private final MappedFile data;
    private final GgufHeader.Entry entry;

    GgufTensor(MappedFile data, GgufHeader.Entry entry) {
        this.data = data;
        this.entry = entry;
    }

    /**
     * The tensor's name.
     *
     * @return any text
     */
    public String name() {
        return entry.name();
    }

    /**
     * The type of the elements in the file.
     *
     * @return the type
     */
    public GgufType type() {
        return entry.type();
    }

    /**
     * The type of the elements as they are read.
     *
     * @return {@link DType#F32} when they are quantized in the file
     */
    @Override
    public DType dtype() {
        return entry.type().dtype();
    }

    @Override
    public long[] shape() {
        return entry.shape().clone();
    }

    /**
     * Where the tensor begins.
     *
     * @return bytes from the start of the file
     */
    public long fileOffset() {
        return entry.offset();
    }

    /**
     * The size of the tensor in the file. {@link #byteSize} is that of the elements as they are read.
     *
     * @return number of bytes
     */
    public long fileBytes() {
        return entry.byteSize();
    }

    @Override
    public void readBytes(long offset, ByteBuffer target) {
        Objects.checkFromIndexSize(offset, /* size= */ target.remaining(), /* length= */ byteSize());
        if (entry.type().isQuantized()) {
            new BlockReader(entry.type(), this::readFile).read(offset, target);
        } else {
            readFile(offset, target);
        }
    }

    /**
     * Copies bytes as they are in the file.
     *
     * @param offset bytes from the start of the tensor in the file
     * @param target takes as many as it has room for, which lie in the tensor
     */
    void readFile(long offset, ByteBuffer target) {
        if (target.hasRemaining()) {
            data.read(entry.offset() + offset, target);
        }
    }

    /**
     * Name, type and shape.
     *
     * @return such as {@code token_embd.weight Q4_K [32000, 2048]}
     */
    @Override
    public String toString() {
        return name() + " " + type() + " " + Arrays.toString(entry.shape());
    }
}
