package dev.fundir;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Makes safetensors files byte by byte, so that a test does not depend on the writer, nor on what it refuses. */
final class TestFile {
    private TestFile() {}

    /** A file of this header, whose length word is right, and data. */
    static Path write(Path file, String header, byte[] data) throws IOException {
        return Files.write(file, bytes(header, data));
    }

    /** The bytes of such a file. */
    static byte[] bytes(String header, byte[] data) {
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        return withLength(json.length, json, data);
    }

    /** A file whose length word says anything. */
    static byte[] withLength(long length, byte[] json, byte[] data) {
        return ByteBuffer.allocate(Long.BYTES + json.length + data.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(length)
                .put(json)
                .put(data)
                .array();
    }

    /** A file of one-byte tensors with these names, whose bytes count up from {@code first}. */
    static Path ofNames(Path file, int first, String... names) throws IOException {
        StringBuilder header = new StringBuilder("{");
        byte[] data = new byte[names.length];
        for (int i = 0; i < names.length; i++) {
            header.append(i == 0 ? "" : ",").append(entry(names[i], "U8", "1", i, i + 1));
            data[i] = (byte) (first + i);
        }
        return write(file, header.append('}').toString(), data);
    }

    /** A header's entry. */
    static String entry(String name, String dtype, String shape, long begin, long end) {
        return "\"" + name + "\":{\"dtype\":\"" + dtype + "\",\"shape\":[" + shape + "],\"data_offsets\":[" + begin
                + "," + end + "]}";
    }

    /** {@code count} bytes that differ from their neighbours. */
    static byte[] data(int count) {
        byte[] data = new byte[count];
        for (int i = 0; i < count; i++) {
            data[i] = (byte) (i * 31 + 7);
        }
        return data;
    }

    /** All bytes of a buffer. */
    static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }
}
