package dev.fundir.model;

import dev.fundir.TensorSource;
import dev.fundir.internal.ByteSink;
import dev.fundir.internal.StagedFile;
import dev.fundir.internal.TensorChannel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Writes a GGUF file of version 3: metadata and tensors are declared first, then the tensors are written one after the
 * other.
 *
 * <p>The file is the one that the Python package gguf writes for the same metadata and tensors. It appears complete or
 * not at all. Not safe for many threads; a writer writes once.
 */
final class GgufWriter {
    private static final long MOST_ALIGNMENT = 1 << 20;

    private final Path target;
    private final Map<String, GgufValue> values = new LinkedHashMap<>();
    private final Map<String, Declared> tensors = new LinkedHashMap<>();

    private record Declared(GgufType type, long[] shape, TensorSource source) {
        long byteSize() {
            long elements = 1;
            for (long extent : shape) {
                elements = Math.multiplyExact(elements, extent);
            }
            return type.byteSize(elements);
        }
    }

    private GgufWriter(Path target) {
        this.target = target;
    }

    /** A writer of one file, whose folder must exist when it is written. */
    static GgufWriter to(Path file) {
        return new GgufWriter(file);
    }

    /** Adds to the metadata. {@code general.alignment}, a uint32, is what the file is aligned to. */
    GgufWriter value(String key, GgufValue value) {
        values.put(key, value);
        return this;
    }

    /**
     * Declares a tensor.
     *
     * @param name its name, not declared before
     * @param type the type of its elements
     * @param shape its extents, the slowest varying first; the last is a multiple of the type's block
     * @param source gives the bytes when the tensor's turn comes
     */
    GgufWriter tensor(String name, GgufType type, long[] shape, TensorSource source) {
        if (type.isQuantized() && (shape.length == 0 || shape[shape.length - 1] % type.blockElements() != 0)) {
            throw new IllegalArgumentException("tensor " + name + ": its rows are not whole blocks of " + type);
        }
        if (tensors.put(name, new Declared(type, shape.clone(), source)) != null) {
            throw new IllegalArgumentException("a tensor is declared twice: " + name);
        }
        return this;
    }

    /**
     * Writes the file. When this method throws, what was at its place before is there still, and nothing else.
     *
     * @throws IllegalArgumentException when a text has no UTF-8, or the header is longer than one that is read
     * @throws IOException when writing fails, or a source gives more or fewer bytes than its tensor has
     */
    void write() throws IOException {
        int alignment = alignment();
        ByteBuffer header = header(alignment);
        try (StagedFile staged = StagedFile.create(target)) {
            FileChannel channel = staged.channel();
            writeAll(channel, header);
            pad(channel, alignment);
            for (Map.Entry<String, Declared> tensor : tensors.entrySet()) {
                Declared declared = tensor.getValue();
                TensorChannel bytes = new TensorChannel(channel, tensor.getKey(), declared.byteSize());
                declared.source().writeTo(bytes);
                bytes.finish();
                pad(channel, alignment);
            }
            staged.commit();
        }
    }

    private int alignment() {
        GgufValue value = values.get(GgufHeaderReader.ALIGNMENT);
        if (value == null) {
            return GgufHeaderReader.DEFAULT_ALIGNMENT;
        }
        if (value.type() != GgufValueType.UINT32
                || Long.bitCount((Long) value.value()) != 1
                || (Long) value.value() > MOST_ALIGNMENT) {
            throw new IllegalArgumentException("the metadata say " + GgufHeaderReader.ALIGNMENT + " is " + value.value()
                    + " (" + value.typeText() + "), which is what a GGUF file is aligned to; it has to be a uint32, a"
                    + " power of two, at most " + MOST_ALIGNMENT + ": leave it out for "
                    + GgufHeaderReader.DEFAULT_ALIGNMENT);
        }
        return ((Long) value.value()).intValue();
    }

    private ByteBuffer header(int alignment) {
        ByteSink out = new ByteSink();
        out.putInt(GgufPreamble.MAGIC);
        out.putInt(GgufPreamble.VERSION);
        out.putLong(tensors.size());
        out.putLong(values.size());
        values.forEach((key, value) -> {
            putName(out, key);
            value.encode(out);
        });
        long offset = 0;
        for (Map.Entry<String, Declared> tensor : tensors.entrySet()) {
            Declared declared = tensor.getValue();
            putName(out, tensor.getKey());
            long[] shape = declared.shape();
            out.putInt(shape.length);
            for (int axis = shape.length - 1; axis >= 0; axis--) {
                out.putLong(shape[axis]);
            }
            out.putInt(declared.type().number());
            out.putLong(offset);
            offset = aligned(Math.addExact(offset, declared.byteSize()), alignment);
        }
        ByteBuffer header = out.direct();
        if (header.remaining() > GgufCursor.LONGEST_HEADER) {
            throw new IllegalArgumentException("the metadata and the list of tensors take " + header.remaining()
                    + " bytes; at most " + GgufCursor.LONGEST_HEADER + " are read again");
        }
        return header;
    }

    private static void putName(ByteSink out, String name) {
        int before = out.size();
        GgufValue.putText(out, name);
        int length = out.size() - before - Long.BYTES;
        if (length > GgufCursor.LONGEST_NAME) {
            throw new IllegalArgumentException("a key or a name of " + length + " bytes; GGUF allows "
                    + GgufCursor.LONGEST_NAME + ": " + name.substring(0, 64) + "…");
        }
    }

    private static void pad(FileChannel channel, int alignment) throws IOException {
        long end = channel.position();
        writeAll(channel, ByteBuffer.allocate((int) (aligned(end, alignment) - end)));
    }

    private static long aligned(long offset, int alignment) {
        return offset + alignment - 1 & -alignment;
    }

    private static void writeAll(FileChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }
}
