package dev.fundir.hub;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Random;

/** Bytes of test files. */
final class Bytes {
    private Bytes() {}

    /** Bytes that repeat nowhere. */
    static byte[] random(int count, long seed) {
        byte[] bytes = new byte[count];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    /** A safetensors file with one tensor of bytes. */
    static byte[] safetensors(String name, byte[] tensor) {
        String header = "{\"" + name + "\":{\"dtype\":\"U8\",\"shape\":[" + tensor.length + "],\"data_offsets\":[0,"
                + tensor.length + "]}}";
        byte[] text = header.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(8 + text.length + tensor.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(text.length)
                .put(text)
                .put(tensor)
                .array();
    }
}
