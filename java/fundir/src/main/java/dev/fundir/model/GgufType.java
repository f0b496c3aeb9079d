package dev.fundir.model;

import dev.fundir.DType;
import java.util.Arrays;
import java.util.Optional;

/** The element types of GGUF, with their numbers in files, elements to a block and bytes to a block. */
public enum GgufType {
    /** IEEE 754 single precision. */
    F32(0, 1, 4),
    /** IEEE 754 half precision. */
    F16(1, 1, 2),
    /** Four bits, a scale to 32 elements. */
    Q4_0(2, 32, 18),
    /** Four bits, a scale and a minimum to 32 elements. */
    Q4_1(3, 32, 20),
    /** Five bits, a scale to 32 elements. */
    Q5_0(6, 32, 22),
    /** Five bits, a scale and a minimum to 32 elements. */
    Q5_1(7, 32, 24),
    /** Eight bits, a scale to 32 elements. */
    Q8_0(8, 32, 34),
    /** Two bits, scales and minimums to each 16 of 256 elements. */
    Q2_K(10, 256, 84),
    /** Three bits, scales to each 16 of 256 elements. */
    Q3_K(11, 256, 110),
    /** Four bits, scales and minimums to each 32 of 256 elements. */
    Q4_K(12, 256, 144),
    /** Five bits, scales and minimums to each 32 of 256 elements. */
    Q5_K(13, 256, 176),
    /** Six bits, scales to each 16 of 256 elements. */
    Q6_K(14, 256, 210),
    /** Signed 8-bit integer. */
    I8(24, 1, 1),
    /** Signed 16-bit integer. */
    I16(25, 1, 2),
    /** Signed 32-bit integer. */
    I32(26, 1, 4),
    /** Signed 64-bit integer. */
    I64(27, 1, 8),
    /** IEEE 754 double precision. */
    F64(28, 1, 8),
    /** The upper half of an F32. */
    BF16(30, 1, 2);

    private final int number;
    private final int blockElements;
    private final int blockBytes;

    GgufType(int number, int blockElements, int blockBytes) {
        this.number = number;
        this.blockElements = blockElements;
        this.blockBytes = blockBytes;
    }

    /**
     * The type's number in files.
     *
     * @return the number
     */
    public int number() {
        return number;
    }

    /**
     * How many elements are encoded together.
     *
     * @return 1, 32 or 256
     */
    public int blockElements() {
        return blockElements;
    }

    /**
     * The size of a block.
     *
     * @return bytes
     */
    public int blockBytes() {
        return blockBytes;
    }

    /**
     * Whether elements are encoded in blocks, with less than their precision.
     *
     * @return true for the types whose name begins with Q
     */
    public boolean isQuantized() {
        return blockElements > 1;
    }

    /**
     * The dtype that elements are read in.
     *
     * @return {@link DType#F32} for quantized types, else the dtype of the same name
     */
    public DType dtype() {
        return isQuantized() ? DType.F32 : DType.valueOf(name());
    }

    /**
     * The type with a number.
     *
     * @param number any number
     * @return the type, empty when it is the number of none of these
     */
    static Optional<GgufType> ofNumber(int number) {
        return Arrays.stream(values()).filter(type -> type.number == number).findFirst();
    }

    /**
     * The type whose elements are those of a dtype.
     *
     * @param dtype any dtype
     * @return the type of the same name, empty when GGUF has none
     */
    static Optional<GgufType> ofDType(DType dtype) {
        return Arrays.stream(values())
                .filter(type -> type.name().equals(dtype.name()))
                .findFirst();
    }

    /**
     * The bytes that elements take.
     *
     * @param elements a number of elements, a multiple of those of a block
     * @return number of bytes
     * @throws ArithmeticException when they overflow a long
     */
    long byteSize(long elements) {
        return Math.multiplyExact(elements / blockElements, blockBytes);
    }
}
