package dev.fundir.internal;

import dev.fundir.DType;

/**
 * The numbers a dtype can hold: those with at most {@code precision} significant bits that are multiples of
 * 2^{@code lowest} and smaller than 2^{@code highest} in magnitude.
 *
 * @param precision significant bits
 * @param lowest exponent of the smallest step between two numbers
 * @param highest exponent of the first power of two beyond the largest number; the smallest integer may be its negative
 * @param signed whether there are negative numbers
 * @param zeros which zeros there are
 * @param specials what there is beside numbers
 */
record NumberRange(int precision, int lowest, int highest, boolean signed, Zeros zeros, Specials specials) {
    /** The zeros of a dtype, fewest first. */
    enum Zeros {
        NONE,
        POSITIVE,
        BOTH
    }

    /** What a dtype has beside numbers, least first. */
    enum Specials {
        NONE,
        NAN,
        NAN_AND_INFINITIES
    }

    /** The numbers of a dtype; for {@link DType#C64} those of its parts. */
    static NumberRange of(DType dtype) {
        return switch (dtype) {
            case BOOL -> unsigned(1);
            case U8 -> unsigned(8);
            case U16 -> unsigned(16);
            case U32 -> unsigned(32);
            case U64 -> unsigned(64);
            case I8 -> integer(8);
            case I16 -> integer(16);
            case I32 -> integer(32);
            case I64 -> integer(64);
            case F4 -> new NumberRange(2, -1, 3, true, Zeros.BOTH, Specials.NONE);
            case F6_E2M3 -> new NumberRange(4, -3, 3, true, Zeros.BOTH, Specials.NONE);
            case F6_E3M2 -> new NumberRange(3, -4, 5, true, Zeros.BOTH, Specials.NONE);
            case F8_E5M2 -> ieee(3, -16, 16);
            case F8_E4M3 -> new NumberRange(4, -9, 9, true, Zeros.BOTH, Specials.NAN);
            case F8_E8M0 -> new NumberRange(1, -127, 128, false, Zeros.NONE, Specials.NAN);
            case F8_E4M3FNUZ -> new NumberRange(4, -10, 8, true, Zeros.POSITIVE, Specials.NAN);
            case F8_E5M2FNUZ -> new NumberRange(3, -17, 16, true, Zeros.POSITIVE, Specials.NAN);
            case F16 -> ieee(11, -24, 16);
            case BF16 -> ieee(8, -133, 128);
            case F32, C64 -> ieee(24, -149, 128);
            case F64 -> ieee(53, -1074, 1024);
        };
    }

    private static NumberRange unsigned(int bits) {
        return new NumberRange(bits, 0, bits, false, Zeros.POSITIVE, Specials.NONE);
    }

    private static NumberRange integer(int bits) {
        return new NumberRange(bits - 1, 0, bits - 1, true, Zeros.POSITIVE, Specials.NONE);
    }

    private static NumberRange ieee(int precision, int lowest, int highest) {
        return new NumberRange(precision, lowest, highest, true, Zeros.BOTH, Specials.NAN_AND_INFINITIES);
    }

    /** Whether everything in the other one is in this one too. */
    boolean contains(NumberRange other) {
        return other.precision <= precision
                && other.lowest >= lowest
                && other.highest <= highest
                && (signed || !other.signed)
                && other.zeros.compareTo(zeros) <= 0
                && other.specials.compareTo(specials) <= 0;
    }
}
