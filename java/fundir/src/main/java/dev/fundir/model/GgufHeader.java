package dev.fundir.model;

import dev.fundir.internal.TensorExtents;
import java.util.List;
import java.util.Map;

/**
 * What a GGUF file says of itself, checked.
 *
 * @param version of the format, 2 or 3
 * @param values the metadata, in file order
 * @param alignment what the offsets of tensors are multiples of, in bytes
 * @param tensors in the order of the file
 * @param extents where tensors with bytes lie
 */
record GgufHeader(
        int version, Map<String, GgufValue> values, long alignment, List<Entry> tensors, TensorExtents extents) {
    /**
     * What the file says of a tensor.
     *
     * @param name any text
     * @param type the type of its elements
     * @param shape its extents, the slowest varying first
     * @param offset where it begins: bytes from the start of the file
     * @param byteSize bytes in the file
     */
    record Entry(String name, GgufType type, long[] shape, long offset, long byteSize) {
        long end() {
            return offset + byteSize;
        }
    }
}
