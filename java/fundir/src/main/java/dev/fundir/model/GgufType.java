package dev.fundir.model;

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
}
