package dev.fundir.model;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** The types of metadata values in GGUF, with their numbers in files and their sizes. */
enum GgufValueType {
    UINT8(0, 1),
    INT8(1, 1),
    UINT16(2, 2),
    INT16(3, 2),
    UINT32(4, 4),
    INT32(5, 4),
    FLOAT32(6, 4),
    BOOL(7, 1),
    STRING(8, 0),
    ARRAY(9, 0),
    UINT64(10, 8),
    INT64(11, 8),
    FLOAT64(12, 8);

    private final int number;
    private final int size;

    GgufValueType(int number, int size) {
        this.number = number;
        this.size = size;
    }

    static Optional<GgufValueType> ofNumber(int number) {
        return Arrays.stream(values()).filter(type -> type.number == number).findFirst();
    }

    int number() {
        return number;
    }

    /** Bytes of a value; 0 for the types whose values differ in length. */
    int size() {
        return size;
    }

    boolean isInteger() {
        return switch (this) {
            case UINT8, INT8, UINT16, INT16, UINT32, INT32, UINT64, INT64 -> true;
            default -> false;
        };
    }

    boolean isFloat() {
        return this == FLOAT32 || this == FLOAT64;
    }

    /** Whether an integer of this type can have the value. */
    boolean holds(BigInteger value) {
        int bits = 8 * size;
        return name().startsWith("U")
                ? value.signum() >= 0 && value.bitLength() <= bits
                : value.bitLength() <= bits - 1;
    }

    /** Whether a float of this type can have the value; a NaN is any NaN. */
    boolean holds(double value) {
        return this == FLOAT64 || Double.isNaN(value) || (float) value == value;
    }

    /**
     * A value of a type of fixed size.
     *
     * @param bytes little-endian
     * @param at where it begins
     * @return a {@link Long}, a {@link BigInteger} where that is too small, a {@link Double}, or a {@link Boolean}
     */
    Object read(ByteBuffer bytes, int at) {
        return switch (this) {
            case UINT8 -> (long) Byte.toUnsignedInt(bytes.get(at));
            case INT8 -> (long) bytes.get(at);
            case UINT16 -> (long) Short.toUnsignedInt(bytes.getShort(at));
            case INT16 -> (long) bytes.getShort(at);
            case UINT32 -> Integer.toUnsignedLong(bytes.getInt(at));
            case INT32 -> (long) bytes.getInt(at);
            case FLOAT32 -> (double) bytes.getFloat(at);
            case BOOL -> bytes.get(at) != 0;
            case UINT64 -> unsigned(bytes.getLong(at));
            case INT64 -> bytes.getLong(at);
            case FLOAT64 -> bytes.getDouble(at);
            case STRING, ARRAY -> throw new IllegalArgumentException(this + " has no fixed size");
        };
    }

    private static Object unsigned(long bits) {
        if (bits >= 0) {
            return bits;
        }
        return BigInteger.valueOf(bits).add(BigInteger.ONE.shiftLeft(Long.SIZE));
    }

    /**
     * Puts a value of a type of fixed size.
     *
     * @param value what {@link #read} gives, or another number that this type holds
     * @param target little-endian
     */
    void write(Object value, ByteBuffer target) {
        switch (this) {
            case UINT8, INT8 -> target.put(((Number) value).byteValue());
            case UINT16, INT16 -> target.putShort(((Number) value).shortValue());
            case UINT32, INT32 -> target.putInt(((Number) value).intValue());
            case UINT64, INT64 -> target.putLong(((Number) value).longValue());
            case FLOAT32 -> target.putFloat(((Number) value).floatValue());
            case FLOAT64 -> target.putDouble(((Number) value).doubleValue());
            case BOOL -> target.put((byte) ((Boolean) value ? 1 : 0));
            case STRING, ARRAY -> throw new IllegalArgumentException(this + " has no fixed size");
        }
    }

    /** The value as an integer; empty when it is no whole number. */
    static Optional<BigInteger> integer(Object value) {
        if (value instanceof BigInteger big) {
            return Optional.of(big);
        }
        if (value instanceof Long || value instanceof Integer || value instanceof Short || value instanceof Byte) {
            return Optional.of(BigInteger.valueOf(((Number) value).longValue()));
        }
        return Optional.empty();
    }

    /** The value as a float of double precision; empty when it is no number, or a whole one that has none. */
    static Optional<Double> real(Object value) {
        if (value instanceof Double || value instanceof Float) {
            return Optional.of(((Number) value).doubleValue());
        }
        return integer(value)
                .filter(whole -> whole.bitLength() < Long.SIZE && isExact(whole.longValue()))
                .map(BigInteger::doubleValue);
    }

    private static boolean isExact(long value) {
        return new BigDecimal((double) value).compareTo(BigDecimal.valueOf(value)) == 0;
    }

    /** The name as the gguf package has it, such as {@code uint32}. */
    String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
