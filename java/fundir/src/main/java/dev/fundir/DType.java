package dev.fundir;

/** The element types of the safetensors format, in the format's order, which is also the order of their codes. */
public enum DType {
    /** A byte that is 0 or 1. */
    BOOL(0, 8),
    /** Four-bit float (E2M1), two to a byte. */
    F4(1, 4),
    /** Six-bit float with two exponent and three mantissa bits, four to three bytes. */
    F6_E2M3(2, 6),
    /** Six-bit float with three exponent and two mantissa bits, four to three bytes. */
    F6_E3M2(3, 6),
    /** Unsigned 8-bit integer. */
    U8(4, 8),
    /** Signed 8-bit integer. */
    I8(5, 8),
    /** Eight-bit float with five exponent and two mantissa bits. */
    F8_E5M2(6, 8),
    /** Eight-bit float with four exponent and three mantissa bits, no infinities. */
    F8_E4M3(7, 8),
    /** Eight-bit power of two: exponent only, no sign. */
    F8_E8M0(8, 8),
    /** {@link #F8_E4M3} with an exponent bias of 8, one zero and one NaN. */
    F8_E4M3FNUZ(9, 8),
    /** {@link #F8_E5M2} with an exponent bias of 16, one zero and one NaN. */
    F8_E5M2FNUZ(10, 8),
    /** Signed 16-bit integer. */
    I16(11, 16),
    /** Unsigned 16-bit integer. */
    U16(12, 16),
    /** IEEE 754 half precision. */
    F16(13, 16),
    /** The upper half of an {@link #F32}. */
    BF16(14, 16),
    /** Signed 32-bit integer. */
    I32(15, 32),
    /** Unsigned 32-bit integer. */
    U32(16, 32),
    /** IEEE 754 single precision. */
    F32(17, 32),
    /** Complex number of two {@link #F32}, the real part first. */
    C64(18, 64),
    /** IEEE 754 double precision. */
    F64(19, 64),
    /** Signed 64-bit integer. */
    I64(20, 64),
    /** Unsigned 64-bit integer. */
    U64(21, 64);

    private static final DType[] BY_CODE = values();

    private final int code;
    private final int bits;

    DType(int code, int bits) {
        this.code = code;
        this.bits = bits;
    }

    /**
     * The width of an element.
     *
     * @return bits, from 4 to 64
     */
    public int bits() {
        return bits;
    }

    /**
     * Whether elements are real floating-point numbers, of any width; a complex number is not.
     *
     * @return true for the dtypes whose name begins with F, and for {@link #BF16}
     */
    public boolean isFloat() {
        return this == BF16 || name().charAt(0) == 'F';
    }

    /**
     * The bytes that elements take. Elements narrower than a byte are packed, and must fill whole bytes.
     *
     * @param elements number of elements, not negative
     * @return number of bytes
     * @throws IllegalArgumentException when {@code elements} is negative, or ends in the middle of a byte
     * @throws ArithmeticException when the bits overflow a long
     */
    public long byteSize(long elements) {
        if (elements < 0) {
            throw new IllegalArgumentException("a number of elements cannot be negative: " + elements);
        }
        long total = Math.multiplyExact(elements, bits);
        if (total % 8 != 0) {
            throw new IllegalArgumentException(elements + " elements of " + this + " are " + total
                    + " bits, which is not a whole number of bytes");
        }
        return total / 8;
    }

    /**
     * The number of this dtype in binary encodings.
     *
     * @return its place in the format's order, from 0
     */
    public int code() {
        return code;
    }

    /**
     * The dtype with this code.
     *
     * @param code a code
     * @return the dtype
     * @throws IllegalArgumentException when there is none
     */
    public static DType fromCode(int code) {
        if (code < 0 || code >= BY_CODE.length) {
            throw new IllegalArgumentException("no dtype has the code " + code);
        }
        return BY_CODE[code];
    }
}
