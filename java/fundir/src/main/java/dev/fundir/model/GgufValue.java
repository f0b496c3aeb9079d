package dev.fundir.model;

import dev.fundir.internal.ByteSink;
import dev.fundir.internal.Utf8;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A metadata value of GGUF with its type.
 *
 * @param type the type
 * @param value what {@link GgufValueType#read} gives, a {@link String}, or a {@link GgufArray}
 */
record GgufValue(GgufValueType type, Object value) {
    static GgufValue of(String value) {
        return new GgufValue(GgufValueType.STRING, value);
    }

    static GgufValue ofUint32(long value) {
        return new GgufValue(GgufValueType.UINT32, value);
    }

    static GgufValue of(GgufArray array) {
        return new GgufValue(GgufValueType.ARRAY, array);
    }

    /** The type in words: {@code uint32}, or {@code [string]} for an array. */
    String typeText() {
        return value instanceof GgufArray array ? typeText(array) : type.text();
    }

    private static String typeText(GgufArray array) {
        String elements = array.arrays().isEmpty()
                ? array.elementType().text()
                : typeText(array.arrays().get(0));
        return "[" + elements + "]";
    }

    /** Adds the type and the value as files have them. */
    void encode(ByteSink target) {
        target.putInt(type.number());
        switch (type) {
            case STRING -> putText(target, (String) value);
            case ARRAY -> put(target, (GgufArray) value);
            default -> target.putBytes(fixed(type, value));
        }
    }

    /** Adds a text as files have it. */
    static void putText(ByteSink target, String text) {
        byte[] utf8 = Utf8.encode(text)
                .orElseThrow(() -> new IllegalArgumentException(
                        "half of a surrogate pair stands alone in a text, which therefore has no UTF-8: " + text));
        target.putLong(utf8.length);
        target.putBytes(utf8);
    }

    private static void put(ByteSink target, GgufArray array) {
        target.putInt(array.elementType().number());
        target.putLong(array.size());
        if (array.elementType() == GgufValueType.ARRAY) {
            array.arrays().forEach(each -> put(target, each));
        } else {
            target.putBytes(array.encoded());
        }
    }

    private static byte[] fixed(GgufValueType type, Object value) {
        ByteBuffer bytes = ByteBuffer.allocate(type.size()).order(ByteOrder.LITTLE_ENDIAN);
        type.write(value, bytes);
        return bytes.array();
    }
}
