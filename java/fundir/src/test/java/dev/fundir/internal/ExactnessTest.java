package dev.fundir.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.fundir.DType;
import dev.fundir.TensorView;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

/** What is said to be exact, against all elements of the dtypes of up to 16 bits. */
class ExactnessTest {
    @Test
    void exactIsWhatComesBackUnchanged() {
        for (DType from : DType.values()) {
            for (DType to : DType.values()) {
                if (from.bits() <= 16 && from != to && to != DType.C64) {
                    assertEquals(comesBack(from, to), Exactness.isExact(from, to), from + " to " + to);
                }
            }
        }
    }

    @Test
    void wideDTypesAreExactInFew() {
        assertEquals(true, Exactness.isExact(DType.F32, DType.F64));
        assertEquals(true, Exactness.isExact(DType.I32, DType.F64));
        assertEquals(true, Exactness.isExact(DType.U32, DType.I64));
        assertEquals(false, Exactness.isExact(DType.I32, DType.F32));
        assertEquals(false, Exactness.isExact(DType.I64, DType.F64));
        assertEquals(false, Exactness.isExact(DType.U64, DType.I64));
        assertEquals(false, Exactness.isExact(DType.F64, DType.F32));
        assertEquals(false, Exactness.isExact(DType.C64, DType.F64));
    }

    /** Whether every element is the same number, as a double, before and after. */
    private static boolean comesBack(DType from, DType to) {
        int count = from == DType.BOOL ? 8 : 1 << from.bits();
        TensorView elements = elements(from, count);
        double[] before = elements.as(DType.F64).toDoubles();
        double[] after = elements.as(to).as(DType.F64).toDoubles();
        for (int i = 0; i < count; i++) {
            if (Double.doubleToLongBits(before[i]) != Double.doubleToLongBits(after[i])) {
                return false;
            }
        }
        return true;
    }

    private static TensorView elements(DType dtype, int count) {
        ByteBuffer bytes = ByteBuffer.allocate((int) dtype.byteSize(count)).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < count; i++) {
            put(bytes, dtype.bits(), i, dtype == DType.BOOL ? i % 2 : i);
        }
        return TensorView.of(dtype, new long[] {count}, bytes);
    }

    private static void put(ByteBuffer bytes, int bits, int number, int code) {
        long at = (long) number * bits;
        for (int bit = 0; bit < bits; bit++, at++) {
            int place = (int) (at / 8);
            bytes.put(place, (byte) (bytes.get(place) | (code >> bit & 1) << (at % 8)));
        }
    }
}
