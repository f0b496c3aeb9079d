package dev.fundir.internal;

import dev.fundir.DType;

/** Which conversions lose nothing. */
public final class Exactness {
    private Exactness() {}

    /**
     * Whether each element of one dtype is an element of another, with its sign, NaN and infinities.
     *
     * @param from the dtype of the elements
     * @param to the other dtype
     * @return true when no conversion of an element rounds, saturates or changes what it is
     */
    public static boolean isExact(DType from, DType to) {
        if (from == to) {
            return true;
        }
        if (from == DType.C64 || to == DType.C64) {
            return false;
        }
        return NumberRange.of(to).contains(NumberRange.of(from));
    }
}
