package dev.fundir.internal;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * A checked safetensors header in the core's flat encoding (HEADER INDEX in {@code fundir.h}): facts about tensors are
 * read from it when they are asked for, and no object is kept per tensor.
 *
 * <p>A tensor is known by its record: its number in file order, from 0. Immutable, safe for many threads.
 */
public final class HeaderIndex implements TensorExtents {
    private static final int MAGIC = 0x58494E46;
    private static final int HEAD_SIZE = 32;
    private static final int RECORD_SIZE = 40;
    private static final int PAIR_SIZE = 16;

    private final ByteBuffer index;
    private final long seed;
    private final int tensorCount;
    private final int nameOrder;
    private final int dimensions;
    private final int pairs;
    private final int text;

    /**
     * Wraps an index.
     *
     * @param index the encoding, little-endian, from position 0 to its limit
     * @param seed the seed of the name hashes in it
     */
    HeaderIndex(ByteBuffer index, long seed) {
        if (index.getInt(0) != MAGIC) {
            throw new IllegalArgumentException("not a header index: " + Integer.toHexString(index.getInt(0)));
        }
        this.index = index;
        this.seed = seed;
        tensorCount = index.getInt(4);
        nameOrder = HEAD_SIZE + tensorCount * RECORD_SIZE;
        dimensions = nameOrder + (tensorCount * Integer.BYTES + 7 & -8);
        pairs = dimensions + index.getInt(24) * Long.BYTES;
        text = pairs + index.getInt(16) * PAIR_SIZE;
    }

    /**
     * How many tensors the file has.
     *
     * @return the number of records
     */
    @Override
    public int tensorCount() {
        return tensorCount;
    }

    /**
     * Where tensor data begins.
     *
     * @return bytes from the start of the file
     */
    @Override
    public long dataStart() {
        return index.getLong(8);
    }

    /**
     * Where a tensor begins.
     *
     * @param record the tensor
     * @return bytes from the start of the file
     */
    @Override
    public long begin(int record) {
        return dataStart() + index.getLong(at(record));
    }

    /**
     * Where a tensor ends.
     *
     * @param record the tensor
     * @return bytes from the start of the file
     */
    @Override
    public long end(int record) {
        return dataStart() + index.getLong(at(record) + 8);
    }

    /**
     * The seeded hash of a tensor's name.
     *
     * @param record the tensor
     * @return the hash
     */
    long hash(int record) {
        return index.getLong(at(record) + 16);
    }

    /**
     * The seed of the hashes.
     *
     * @return the seed
     */
    long seed() {
        return seed;
    }

    /**
     * A tensor's name.
     *
     * @param record the tensor
     * @return a new string
     */
    public String name(int record) {
        return text(index.getInt(at(record) + 24), index.getInt(at(record) + 28));
    }

    /** Whether a tensor has this name. */
    boolean nameIs(int record, byte[] name) {
        int length = index.getInt(at(record) + 28);
        return length == name.length && nameBytes(record).equals(ByteBuffer.wrap(name));
    }

    /** Compares the names of two tensors, bytewise. */
    static int compareNames(HeaderIndex a, int recordA, HeaderIndex b, int recordB) {
        ByteBuffer nameA = a.nameBytes(recordA);
        ByteBuffer nameB = b.nameBytes(recordB);
        int differs = nameA.mismatch(nameB);
        if (differs < 0) {
            return 0;
        }
        if (differs == nameA.limit() || differs == nameB.limit()) {
            return nameA.limit() - nameB.limit();
        }
        return Byte.compareUnsigned(nameA.get(differs), nameB.get(differs));
    }

    private ByteBuffer nameBytes(int record) {
        return index.slice(text + index.getInt(at(record) + 24), index.getInt(at(record) + 28));
    }

    /**
     * A tensor's dtype.
     *
     * @param record the tensor
     * @return the code
     */
    public int dtypeCode(int record) {
        return index.get(at(record) + 38);
    }

    /**
     * How many dimensions a tensor has.
     *
     * @param record the tensor
     * @return the rank, 0 for a scalar
     */
    public int rank(int record) {
        return Short.toUnsignedInt(index.getShort(at(record) + 36));
    }

    /**
     * One dimension of a tensor.
     *
     * @param record the tensor
     * @param axis from 0 to the rank, exclusive
     * @return the extent, unsigned
     */
    public long dimension(int record, int axis) {
        return index.getLong(dimensions + (index.getInt(at(record) + 32) + axis) * Long.BYTES);
    }

    /**
     * How many elements a tensor has.
     *
     * @param record the tensor
     * @return the product of the dimensions
     */
    public long elementCount(int record) {
        long count = 1;
        for (int axis = 0; axis < rank(record); axis++) {
            count *= dimension(record, axis);
        }
        return count;
    }

    /**
     * The tensor at a place of the name order.
     *
     * @param place from 0 to the tensor count, exclusive
     * @return its record
     */
    int byName(int place) {
        return index.getInt(nameOrder + place * Integer.BYTES);
    }

    /**
     * The file's metadata.
     *
     * @return the pairs by key, in the order of the keys' UTF-8; empty also when the header has no metadata
     */
    public Map<String, String> metadata() {
        Map<String, String> metadata = new TreeMap<>(Utf8.ORDER);
        for (int at = pairs; at < text; at += PAIR_SIZE) {
            metadata.put(
                    text(index.getInt(at), index.getInt(at + 4)), text(index.getInt(at + 8), index.getInt(at + 12)));
        }
        return Collections.unmodifiableMap(metadata);
    }

    private static int at(int record) {
        return HEAD_SIZE + record * RECORD_SIZE;
    }

    private String text(int offset, int length) {
        byte[] bytes = new byte[length];
        index.get(text + offset, bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
