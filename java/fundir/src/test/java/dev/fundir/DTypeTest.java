package dev.fundir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class DTypeTest {
    @Test
    void codesAreTheOrderOfTheFormat() {
        List<DType> dtypes = List.of(DType.values());
        for (DType dtype : dtypes) {
            assertEquals(dtypes.indexOf(dtype), dtype.code());
            assertSame(dtype, DType.fromCode(dtype.code()));
        }
        assertThrows(IllegalArgumentException.class, () -> DType.fromCode(22));
        assertThrows(IllegalArgumentException.class, () -> DType.fromCode(-1));
    }

    @Test
    void sizesAreWholeBytes() {
        assertEquals(0, DType.F4.byteSize(0));
        assertEquals(1, DType.F4.byteSize(2));
        assertEquals(3, DType.F6_E3M2.byteSize(4));
        assertEquals(80, DType.C64.byteSize(10));
        assertThrows(IllegalArgumentException.class, () -> DType.F4.byteSize(3));
        assertThrows(IllegalArgumentException.class, () -> DType.U8.byteSize(-1));
        assertThrows(ArithmeticException.class, () -> DType.F64.byteSize(Long.MAX_VALUE / 8));
    }

    @Test
    void floatsAreTheRealFloatingPointNumbers() {
        List<DType> others =
                Arrays.stream(DType.values()).filter(dtype -> !dtype.isFloat()).toList();
        assertEquals(
                List.of(
                        DType.BOOL,
                        DType.U8,
                        DType.I8,
                        DType.I16,
                        DType.U16,
                        DType.I32,
                        DType.U32,
                        DType.C64,
                        DType.I64,
                        DType.U64),
                others);
    }
}
