package dev.fundir.internal;

import dev.fundir.ffi.Core;
import dev.fundir.ffi.NativeException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Where everything goes in a safetensors file to be written: its header, and the place of each tensor behind it. The
 * order is the format's, by dtype and then by name; the core decides it.
 */
public final class FileLayout {
    private static final int NO_METADATA = -1;

    private final ByteBuffer header;
    private final long fileSize;
    private final long[] offsets;
    private final int[] order;

    private FileLayout(ByteBuffer header, long fileSize, long[] offsets, int[] order) {
        this.header = header;
        this.fileSize = fileSize;
        this.offsets = offsets;
        this.order = order;
    }

    /**
     * Lays a file out.
     *
     * @param tensors what it is to hold, each name once
     * @param metadata its metadata; an empty map is written as no metadata
     * @param file names the file in errors
     * @return the layout
     * @throws IllegalArgumentException when the format has no such file: a name twice or reserved or with no UTF-8, a
     *     size that overflows, a header that is too long
     * @throws IOException when the core refuses the header that it made, which would be a defect
     */
    public static FileLayout of(List<TensorDeclaration> tensors, Map<String, String> metadata, Path file)
            throws IOException {
        try {
            ByteBuffer header = Core.writeHeader(encode(tensors, metadata));
            long fileSize = header.remaining();
            for (TensorDeclaration tensor : tensors) {
                fileSize = Math.addExact(fileSize, tensor.byteSize());
            }
            return placed(tensors, header, fileSize, HeaderReader.check(header, fileSize, file));
        } catch (NativeException e) {
            throw NativeErrors.of(e, file);
        }
    }

    private static FileLayout placed(
            List<TensorDeclaration> tensors, ByteBuffer header, long fileSize, HeaderIndex index) {
        Map<String, Integer> numbers = new HashMap<>();
        for (int i = 0; i < tensors.size(); i++) {
            numbers.put(tensors.get(i).name(), i);
        }
        long[] offsets = new long[tensors.size()];
        int[] order = new int[tensors.size()];
        for (int record = 0; record < order.length; record++) {
            int number = numbers.get(index.name(record));
            order[record] = number;
            offsets[number] = index.begin(record);
        }
        return new FileLayout(header, fileSize, offsets, order);
    }

    /** The declaration, encoded as DECLARATION in {@code fundir.h}. */
    private static ByteBuffer encode(List<TensorDeclaration> tensors, Map<String, String> metadata) {
        ByteSink out = new ByteSink();
        out.putInt(tensors.size());
        out.putInt(metadata.isEmpty() ? NO_METADATA : metadata.size());
        metadata.forEach((key, value) -> {
            out.putText(key);
            out.putText(value);
        });
        for (TensorDeclaration tensor : tensors) {
            out.put((byte) tensor.dtype().code());
            out.putInt(tensor.shape().length);
            for (long extent : tensor.shape()) {
                out.putLong(extent);
            }
            out.putText(tensor.name());
        }
        return out.direct();
    }

    /**
     * The first bytes of the file, up to the first tensor.
     *
     * @return a new read-only buffer
     */
    public ByteBuffer header() {
        return header.asReadOnlyBuffer();
    }

    /**
     * The size of the whole file.
     *
     * @return number of bytes
     */
    public long fileSize() {
        return fileSize;
    }

    /**
     * Where a tensor begins.
     *
     * @param declared its number among those declared
     * @return bytes from the start of the file
     */
    public long offset(int declared) {
        return offsets[declared];
    }

    /**
     * The declared tensors in the order of their bytes.
     *
     * @return their numbers among those declared
     */
    public int[] fileOrder() {
        return order.clone();
    }
}
