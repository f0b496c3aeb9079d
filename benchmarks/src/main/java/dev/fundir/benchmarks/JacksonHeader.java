package dev.fundir.benchmarks;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import dev.fundir.DType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Opens files as a careful Java program without native code would: Jackson's streaming parser over the mapped header, a
 * map of its tensors, and the checks that keep wrong ranges from being read.
 */
final class JacksonHeader {
    private static final String METADATA = "__metadata__";

    /**
     * A table of the names seen, which each header has once, takes Jackson twice the time and seven times the memory.
     */
    private static final JsonFactory JSON = JsonFactory.builder()
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            .streamReadConstraints(
                    StreamReadConstraints.builder().maxNameLength(1 << 20).build())
            .build();

    private final JsonParser json;
    private final long dataStart;
    private final long dataSize;
    private long[] dimensions = new long[8];

    private JacksonHeader(JsonParser json, long dataStart, long fileSize) {
        this.json = json;
        this.dataStart = dataStart;
        this.dataSize = fileSize - dataStart;
    }

    /**
     * A tensor.
     *
     * @param begin bytes from the start of the file
     * @param end bytes from the start of the file
     */
    record Entry(DType dtype, long[] shape, long begin, long end) {}

    /**
     * Maps a file and reads its header.
     *
     * @return the tensors by their names
     */
    static Map<String, Entry> open(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            ByteBuffer bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size())
                    .order(ByteOrder.LITTLE_ENDIAN);
            if (bytes.capacity() < Long.BYTES) {
                throw new IOException(file + ": too short for a header");
            }
            long length = bytes.getLong(0);
            if (length < 0 || length > bytes.capacity() - Long.BYTES) {
                throw new IOException(file + ": claims a header of " + length + " bytes");
            }
            byte[] header = new byte[(int) length];
            bytes.get(Long.BYTES, header);
            try (JsonParser json = JSON.createParser(header)) {
                return new JacksonHeader(json, Long.BYTES + length, bytes.capacity()).tensors();
            }
        }
    }

    private Map<String, Entry> tensors() throws IOException {
        Map<String, Entry> tensors = new HashMap<>();
        expect(JsonToken.START_OBJECT);
        for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
            if (name.equals(METADATA)) {
                expect(JsonToken.START_OBJECT);
                json.skipChildren();
            } else if (tensors.put(name, entry(name)) != null) {
                throw new IOException(name + ": the name is there twice");
            }
        }
        if (json.nextToken() != null) {
            throw new IOException("something follows the header's object");
        }
        return tensors;
    }

    private Entry entry(String name) throws IOException {
        DType dtype = null;
        long[] shape = null;
        long[] offsets = null;
        expect(JsonToken.START_OBJECT);
        for (String key = json.nextFieldName(); key != null; key = json.nextFieldName()) {
            switch (key) {
                case "dtype" -> dtype = dtype();
                case "shape" -> shape = numbers();
                case "data_offsets" -> offsets = numbers();
                default -> throw new IOException(name + ": has an unknown key " + key);
            }
        }
        if (dtype == null || shape == null || offsets == null || offsets.length != 2) {
            throw new IOException(name + ": dtype, shape and two data_offsets are wanted");
        }
        requireRange(name, offsets, byteSize(name, dtype, shape));
        return new Entry(dtype, shape, dataStart + offsets[0], dataStart + offsets[1]);
    }

    private DType dtype() throws IOException {
        expect(JsonToken.VALUE_STRING);
        try {
            return DType.valueOf(json.getText());
        } catch (IllegalArgumentException e) {
            throw new IOException("no dtype is called " + json.getText(), e);
        }
    }

    private long[] numbers() throws IOException {
        expect(JsonToken.START_ARRAY);
        int count = 0;
        while (json.nextToken() == JsonToken.VALUE_NUMBER_INT) {
            if (count == dimensions.length) {
                dimensions = Arrays.copyOf(dimensions, 2 * count);
            }
            long number = json.getLongValue();
            if (number < 0) {
                throw new IOException("a number is negative: " + number);
            }
            dimensions[count++] = number;
        }
        if (json.currentToken() != JsonToken.END_ARRAY) {
            throw new IOException("an array of numbers has " + json.currentToken() + " in it");
        }
        return Arrays.copyOf(dimensions, count);
    }

    private static long byteSize(String name, DType dtype, long[] shape) throws IOException {
        try {
            long bits = dtype.bits();
            for (long dimension : shape) {
                bits = Math.multiplyExact(bits, dimension);
            }
            if (bits % Byte.SIZE != 0) {
                throw new IOException(name + ": ends inside a byte");
            }
            return bits / Byte.SIZE;
        } catch (ArithmeticException e) {
            throw new IOException(name + ": the shape " + Arrays.toString(shape) + " is too large", e);
        }
    }

    private void requireRange(String name, long[] offsets, long size) throws IOException {
        long begin = offsets[0];
        long end = offsets[1];
        if (begin > end || end > dataSize || end - begin != size) {
            throw new IOException(name + ": lies at " + begin + " to " + end + " of " + dataSize
                    + " bytes of data, and its dtype and shape take " + size + " bytes");
        }
    }

    private void expect(JsonToken token) throws IOException {
        if (json.nextToken() != token) {
            throw new IOException("the header has " + json.currentToken() + " where " + token + " is wanted");
        }
    }
}
