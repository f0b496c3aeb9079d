package dev.fundir.model;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.AbstractList;
import java.util.List;
import java.util.Objects;
import java.util.RandomAccess;

/**
 * An array of a GGUF file's metadata: a list whose elements are made when they are asked for, since a tokenizer has
 * hundreds of thousands.
 *
 * <p>It keeps the bytes of the file, so that it is written again as it was, even where strings are pieces of UTF-8; in
 * such a string, what is no UTF-8 shows as U+FFFD. Immutable.
 */
final class GgufArray extends AbstractList<Object> implements RandomAccess {
    private final GgufValueType elementType;
    private final int size;
    /** The elements as they are in files; null for an array of arrays. */
    private final byte[] encoded;
    /** Where strings begin, with their lengths; null for other elements. */
    private final int[] starts;

    private final List<GgufArray> arrays;

    private GgufArray(GgufValueType elementType, int size, byte[] encoded, int[] starts, List<GgufArray> arrays) {
        this.elementType = elementType;
        this.size = size;
        this.encoded = encoded;
        this.starts = starts;
        this.arrays = arrays;
    }

    /** An array of a type of fixed size. */
    static GgufArray ofFixed(GgufValueType elementType, byte[] encoded) {
        return new GgufArray(elementType, encoded.length / elementType.size(), encoded, null, List.of());
    }

    /** An array of strings, each a length of eight bytes and its UTF-8. */
    static GgufArray ofStrings(byte[] encoded, int[] starts) {
        return new GgufArray(GgufValueType.STRING, starts.length, encoded, starts, List.of());
    }

    static GgufArray ofArrays(List<GgufArray> arrays) {
        return new GgufArray(GgufValueType.ARRAY, arrays.size(), null, null, List.copyOf(arrays));
    }

    GgufValueType elementType() {
        return elementType;
    }

    /** The elements as they are in files; none for an array of arrays. */
    byte[] encoded() {
        return encoded;
    }

    /** The elements of an array of arrays. */
    List<GgufArray> arrays() {
        return arrays;
    }

    @Override
    public Object get(int index) {
        Objects.checkIndex(index, size);
        return switch (elementType) {
            case ARRAY -> arrays.get(index);
            case STRING -> string(starts[index]);
            default -> elementType.read(bytes(), index * elementType.size());
        };
    }

    private String string(int start) {
        int length = (int) bytes().getLong(start);
        return new String(encoded, start + Long.BYTES, length, StandardCharsets.UTF_8);
    }

    private ByteBuffer bytes() {
        return ByteBuffer.wrap(encoded).order(ByteOrder.LITTLE_ENDIAN);
    }

    @Override
    public int size() {
        return size;
    }
}
