package dev.fundir.cli;

/** The upper half of a float. */
final class BFloat16 {
    private BFloat16() {}

    /** The float that a bfloat16 is. */
    static float widen(short bits) {
        return Float.intBitsToFloat(bits << 16);
    }

    /** The nearest bfloat16 of a finite float, ties to even. */
    static short narrow(float value) {
        int bits = Float.floatToRawIntBits(value);
        return (short) ((bits + 0x7FFF + ((bits >>> 16) & 1)) >>> 16);
    }
}
