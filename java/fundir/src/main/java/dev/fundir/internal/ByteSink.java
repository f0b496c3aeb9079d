package dev.fundir.internal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** Collects the bytes of an encoding for the core: little-endian, packed, text as a u32 length and UTF-8. */
public final class ByteSink {
    private ByteBuffer bytes = ByteBuffer.allocate(1024).order(ByteOrder.LITTLE_ENDIAN);

    /** An empty sink. */
    public ByteSink() {}

    /**
     * Adds a byte.
     *
     * @param value the byte
     */
    public void put(byte value) {
        room(Byte.BYTES).put(value);
    }

    /**
     * Adds four bytes.
     *
     * @param value an integer, signed or not
     */
    public void putInt(int value) {
        room(Integer.BYTES).putInt(value);
    }

    /**
     * Adds eight bytes.
     *
     * @param value an integer, signed or not
     */
    public void putLong(long value) {
        room(Long.BYTES).putLong(value);
    }

    /**
     * Adds bytes.
     *
     * @param values all of them are added
     */
    public void putBytes(byte[] values) {
        room(values.length).put(values);
    }

    /**
     * Adds a text.
     *
     * @param text a string
     * @throws IllegalArgumentException when it has no UTF-8
     */
    public void putText(String text) {
        byte[] utf8 = Utf8.encode(text)
                .orElseThrow(() -> new IllegalArgumentException(
                        "half of a surrogate pair stands alone in a text, which therefore has no UTF-8: " + text));
        putInt(utf8.length);
        room(utf8.length).put(utf8);
    }

    /**
     * How much was added.
     *
     * @return number of bytes
     */
    public int size() {
        return bytes.position();
    }

    /**
     * All that was added.
     *
     * @return a new array
     */
    public byte[] array() {
        return Arrays.copyOf(bytes.array(), bytes.position());
    }

    /**
     * All that was added.
     *
     * @return a new direct, little-endian buffer
     */
    public ByteBuffer direct() {
        ByteBuffer copy = ByteBuffer.allocateDirect(bytes.position()).order(ByteOrder.LITTLE_ENDIAN);
        return copy.put(bytes.duplicate().flip()).flip();
    }

    private ByteBuffer room(int wanted) {
        if (bytes.remaining() < wanted) {
            int enough = Math.addExact(bytes.position(), wanted);
            int capacity = (int) Math.min(Math.max(2L * bytes.capacity(), enough), Integer.MAX_VALUE - 8);
            if (capacity < enough) {
                throw new IllegalArgumentException("a request to the core of more than " + capacity + " bytes");
            }
            bytes = ByteBuffer.allocate(capacity).order(ByteOrder.LITTLE_ENDIAN).put(bytes.flip());
        }
        return bytes;
    }
}
