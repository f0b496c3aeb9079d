package dev.fundir.model;

import dev.fundir.CheckpointFormatException;
import dev.fundir.CheckpointFormatException.Reason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads and checks the header of a GGUF file: how it begins, and its metadata. */
final class GgufHeaderReader {
    static final String ALIGNMENT = "general.alignment";
    static final int DEFAULT_ALIGNMENT = 32;

    /** A length, a type and one byte of value. */
    private static final int SHORTEST_PAIR = 13;

    private static final int DEEPEST_ARRAY = 8;

    private final GgufCursor cursor;

    private GgufHeaderReader(GgufCursor cursor) {
        this.cursor = cursor;
    }

    /**
     * Reads the header.
     *
     * @param cursor at the start of the file
     * @return the header, every number in it checked against the file
     * @throws CheckpointFormatException when the file is no GGUF file, or one that is not read
     * @throws IOException when it cannot be read
     */
    static GgufHeader read(GgufCursor cursor) throws IOException {
        int version = GgufPreamble.read(cursor);
        return new GgufHeaderReader(cursor).read(version);
    }

    private GgufHeader read(int version) throws IOException {
        int tensorCount = cursor.nextCount(GgufTensorTable.SHORTEST, "tensors");
        int pairCount = cursor.nextCount(SHORTEST_PAIR, "metadata values");
        Map<String, GgufValue> values = new LinkedHashMap<>();
        for (int i = 0; i < pairCount; i++) {
            String key = cursor.nextName("the key of metadata value " + i);
            if (values.put(key, value("the value of " + key)) != null) {
                throw invalid("the metadata key " + key + " is there twice");
            }
        }
        long alignment = alignment(values);
        GgufTensorTable table = GgufTensorTable.read(cursor, tensorCount, alignment);
        return new GgufHeader(version, values, alignment, table.tensors(), table);
    }

    private GgufValue value(String what) throws IOException {
        GgufValueType type = type(what);
        Object value =
                switch (type) {
                    case STRING -> cursor.nextText(what);
                    case ARRAY -> array(what, 1);
                    default -> type.read(wrap(cursor.next(type.size(), what)), 0);
                };
        return new GgufValue(type, value);
    }

    private GgufValueType type(String what) throws IOException {
        int number = cursor.nextInt("the type of " + what);
        return GgufValueType.ofNumber(number)
                .orElseThrow(() -> invalid(what + " has the type " + Integer.toUnsignedString(number)
                        + ", but types of values go from 0 to 12"));
    }

    private GgufArray array(String what, int depth) throws IOException {
        GgufValueType type = type("elements of " + what);
        return switch (type) {
            case STRING -> strings(what);
            case ARRAY -> arrays(what, depth);
            default -> {
                int count = cursor.nextCount(type.size(), "elements of " + what);
                yield GgufArray.ofFixed(type, cursor.next((long) count * type.size(), what));
            }
        };
    }

    private GgufArray strings(String what) throws IOException {
        int[] starts = new int[cursor.nextCount(Long.BYTES, "elements of " + what)];
        return GgufArray.ofStrings(cursor.nextStrings(starts, what), starts);
    }

    private GgufArray arrays(String what, int depth) throws IOException {
        if (depth == DEEPEST_ARRAY) {
            throw invalid(what + " is an array in arrays, more than " + DEEPEST_ARRAY + " deep");
        }
        int count = cursor.nextCount(Integer.BYTES + Long.BYTES, "elements of " + what);
        List<GgufArray> arrays = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            arrays.add(array(what, depth + 1));
        }
        return GgufArray.ofArrays(arrays);
    }

    private long alignment(Map<String, GgufValue> values) throws CheckpointFormatException {
        GgufValue value = values.get(ALIGNMENT);
        if (value == null) {
            return DEFAULT_ALIGNMENT;
        }
        if (value.type() != GgufValueType.UINT32) {
            throw invalid(ALIGNMENT + " is " + value.typeText() + ", not uint32");
        }
        long alignment = (Long) value.value();
        if (Long.bitCount(alignment) != 1) {
            throw invalid(ALIGNMENT + " is " + alignment + ", not a power of two");
        }
        return alignment;
    }

    private CheckpointFormatException invalid(String sentence) {
        return new CheckpointFormatException(Reason.GGUF_NOT_VALID, cursor.file(), null, sentence);
    }

    private static ByteBuffer wrap(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
