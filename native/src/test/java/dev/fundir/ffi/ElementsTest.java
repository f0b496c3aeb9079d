package dev.fundir.ffi;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Array;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class ElementsTest {
    private static final int BOOL = 0;
    private static final int F4 = 1;
    private static final int U8 = 4;
    private static final int I8 = 5;
    private static final int I16 = 11;
    private static final int U16 = 12;
    private static final int F16 = 13;
    private static final int BF16 = 14;
    private static final int I32 = 15;
    private static final int U32 = 16;
    private static final int F32 = 17;
    private static final int C64 = 18;
    private static final int F64 = 19;
    private static final int I64 = 20;
    private static final int U64 = 21;

    private static ByteBuffer direct(int bytes) {
        return ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static ByteBuffer floats(float... values) {
        ByteBuffer buffer = direct(values.length * Float.BYTES);
        buffer.asFloatBuffer().put(values);
        return buffer;
    }

    private static ByteBuffer longs(long... values) {
        ByteBuffer buffer = direct(values.length * Long.BYTES);
        buffer.asLongBuffer().put(values);
        return buffer;
    }

    @Test
    void convertsFromBufferToBuffer() {
        ByteBuffer in = floats(1, -2.5f, Float.POSITIVE_INFINITY, 1e-8f);
        ByteBuffer out = direct(4 * Short.BYTES + 7).position(5).limit(5 + 4 * Short.BYTES);
        in.order(ByteOrder.BIG_ENDIAN); // has no say
        Elements.convert(in, F32, out, F16);
        assertEquals(0, in.position());
        assertEquals(5, out.position());
        ByteBuffer halves = out.slice().order(ByteOrder.LITTLE_ENDIAN);
        assertEquals((short) 0x3C00, halves.getShort(0));
        assertEquals((short) 0xC100, halves.getShort(2));
        assertEquals((short) 0x7C00, halves.getShort(4));
        assertEquals(0, halves.getShort(6));
        assertEquals(0, out.get(4));
        assertEquals(0, out.clear().get(5 + 8));
    }

    @Test
    void onlyTheBytesBetweenPositionAndLimitAreConverted() {
        ByteBuffer in = direct(9).put(new byte[] {9, 1, 2, 3, 9}).position(1).limit(4);
        float[] out = {-1, -1, -1, -1, -1};
        Elements.convert(in.asReadOnlyBuffer(), U8, out, 1, 3);
        assertArrayEquals(new float[] {-1, 1, 2, 3, -1}, out);
    }

    @Test
    void everyKindOfArrayTakesItsOwnType() {
        ByteBuffer in = floats(3.75f, -3.75f, 1e30f, Float.NaN);

        float[] floats = new float[6];
        Elements.convert(in, F32, floats, 1, 4);
        assertArrayEquals(new float[] {0, 3.75f, -3.75f, 1e30f, Float.NaN, 0}, floats);

        double[] doubles = new double[6];
        Elements.convert(in, F32, doubles, 1, 4);
        assertArrayEquals(new double[] {0, 3.75, -3.75, 1e30f, Double.NaN, 0}, doubles);

        long[] longs = new long[6];
        Elements.convert(in, F32, longs, 1, 4);
        assertArrayEquals(new long[] {0, 3, -3, Long.MAX_VALUE, 0, 0}, longs);

        int[] ints = new int[6];
        Elements.convert(in, F32, ints, 1, 4);
        assertArrayEquals(new int[] {0, 3, -3, Integer.MAX_VALUE, 0, 0}, ints);

        short[] shorts = new short[6];
        Elements.convert(in, F32, shorts, 1, 4);
        assertArrayEquals(new short[] {0, 3, -3, Short.MAX_VALUE, 0, 0}, shorts);

        byte[] bytes = new byte[6];
        Elements.convert(in, F32, bytes, 1, 4);
        assertArrayEquals(new byte[] {0, 3, -3, Byte.MAX_VALUE, 0, 0}, bytes);
    }

    @Test
    void everyKindOfArrayTakesTheBitsOfATypeOfItsWidth() {
        ByteBuffer in = longs(1, -1, 1L << 40, 200);

        float[] floats = new float[4];
        Elements.convert(in, I64, floats, I32, 0, 4);
        assertEquals(-1, Float.floatToRawIntBits(floats[1]));

        double[] doubles = new double[4];
        Elements.convert(in, I64, doubles, I64, 0, 4);
        assertEquals(1L << 40, Double.doubleToRawLongBits(doubles[2]));

        long[] longs = new long[4];
        Elements.convert(in, I64, longs, U64, 0, 4);
        assertArrayEquals(new long[] {1, 0, 1L << 40, 200}, longs);

        int[] ints = new int[4];
        Elements.convert(in, I64, ints, U32, 0, 4);
        assertArrayEquals(new int[] {1, 0, -1, 200}, ints);

        short[] shorts = new short[4];
        Elements.convert(in, I64, shorts, BF16, 0, 4);
        assertArrayEquals(new short[] {0x3F80, (short) 0xBF80, 0x5380, 0x4348}, shorts);

        byte[] bytes = new byte[4];
        Elements.convert(in, I64, bytes, U8, 0, 4);
        assertArrayEquals(new byte[] {1, 0, -1, (byte) 200}, bytes);
        Elements.convert(in, I64, bytes, BOOL, 0, 4);
        assertArrayEquals(new byte[] {1, 1, 1, 1}, bytes);
    }

    @Test
    void everyTypeGoesIntoAnArrayOfItsWidthAndNoOther() {
        int[] widths = {8, 4, 6, 6, 8, 8, 8, 8, 8, 8, 8, 16, 16, 16, 16, 32, 32, 32, 64, 64, 64, 64};
        ByteBuffer in = direct(24);
        for (int type = 0; type < widths.length; type++) {
            int dtype = type;
            int count = 24 * Byte.SIZE / widths[type];
            List<Executable> fitting = new ArrayList<>();
            List<Executable> others = new ArrayList<>();
            (widths[type] == 8 ? fitting : others)
                    .add(() -> Elements.convert(in, dtype, new byte[count], dtype, 0, count));
            (widths[type] == 16 ? fitting : others)
                    .add(() -> Elements.convert(in, dtype, new short[count], dtype, 0, count));
            (widths[type] == 32 ? fitting : others)
                    .add(() -> Elements.convert(in, dtype, new int[count], dtype, 0, count));
            (widths[type] == 32 ? fitting : others)
                    .add(() -> Elements.convert(in, dtype, new float[count], dtype, 0, count));
            (widths[type] == 64 ? fitting : others)
                    .add(() -> Elements.convert(in, dtype, new long[count], dtype, 0, count));
            (widths[type] == 64 ? fitting : others)
                    .add(() -> Elements.convert(in, dtype, new double[count], dtype, 0, count));
            for (Executable call : fitting) {
                assertEquals(null, thrown(call));
            }
            for (Executable call : others) {
                IllegalArgumentException e = assertThrows(IllegalArgumentException.class, call);
                assertTrue(e.getMessage().contains("type " + dtype), e.getMessage());
            }
        }
        for (int type : new int[] {-1, widths.length, 0x100}) {
            assertThrows(IllegalArgumentException.class, () -> Elements.convert(in, U8, new byte[24], type, 0, 24));
        }
    }

    private static Throwable thrown(Executable call) {
        try {
            call.execute();
            return null;
        } catch (Throwable e) {
            return e;
        }
    }

    /** A conversion into an array of some kind. */
    private interface IntoArray {
        void convert(ByteBuffer in, Object out, int offset, int count);
    }

    @Test
    void rangesThatLeaveTheArrayAreRefused() {
        ByteBuffer in = direct(8);
        List<Object> arrays = List.of(new float[4], new double[4], new long[4], new int[4], new short[4], new byte[4]);
        List<IntoArray> conversions = List.of(
                (b, array, offset, count) -> Elements.convert(b, I8, (float[]) array, offset, count),
                (b, array, offset, count) -> Elements.convert(b, I8, (double[]) array, offset, count),
                (b, array, offset, count) -> Elements.convert(b, I8, (long[]) array, offset, count),
                (b, array, offset, count) -> Elements.convert(b, I8, (int[]) array, offset, count),
                (b, array, offset, count) -> Elements.convert(b, I8, (short[]) array, offset, count),
                (b, array, offset, count) -> Elements.convert(b, I8, (byte[]) array, offset, count));
        int[][] ranges = {{-1, 1}, {0, 5}, {4, 1}, {5, 0}, {0, -1}, {Integer.MAX_VALUE, 2}, {1, Integer.MAX_VALUE}};
        for (int i = 0; i < arrays.size(); i++) {
            Object array = arrays.get(i);
            IntoArray conversion = conversions.get(i);
            for (int[] range : ranges) {
                assertThrows(IndexOutOfBoundsException.class, () -> conversion.convert(in, array, range[0], range[1]));
            }
            conversion.convert(in.duplicate().limit(0), array, 4, 0);
            conversion.convert(in.duplicate().limit(1), array, 3, 1);
            NativeException e = assertThrows(
                    NativeException.class,
                    () -> conversion.convert(in.duplicate().limit(3), array, 2, 2));
            assertSame(Status.REQUEST, e.status());
            for (int at = 0; at < 4; at++) {
                assertEquals(0, ((Number) Array.get(array, at)).intValue(), "nothing was written");
            }
        }
    }

    @Test
    void buffersThatTheCoreCannotUseAreRefused() {
        ByteBuffer in = floats(1, 2);
        ByteBuffer heap = ByteBuffer.allocate(8);
        ByteBuffer out = direct(8);
        assertThrows(IllegalArgumentException.class, () -> Elements.convert(heap, F32, out, F32));
        assertThrows(IllegalArgumentException.class, () -> Elements.convert(in, F32, heap, F32));
        assertThrows(IllegalArgumentException.class, () -> Elements.convert(in, F32, out.asReadOnlyBuffer(), F32));
        assertThrows(IllegalArgumentException.class, () -> Elements.convert(heap, F32, new float[2], 0, 2));
        assertEquals(0, out.getLong(0));
    }

    @Test
    void whatTheCoreRefusesIsAFailureWithItsWords() {
        ByteBuffer in = floats(1, 2, 3);
        ByteBuffer out = direct(12);
        assertSame(Status.INVALID_ARGUMENT, failure(in, 22, out, F32).status());
        assertTrue(failure(in, F32, out, 0x1FF).getMessage().contains("511"));
        assertSame(
                Status.INVALID_ARGUMENT,
                failure(in, F32, in.duplicate().limit(6), F16).status());
        assertSame(
                Status.INVALID_ARGUMENT, failure(in, F32, in.duplicate(), F32).status());
        assertSame(Status.REQUEST, failure(in, F64, out, F32).status());
        assertSame(Status.REQUEST, failure(in, F32, out, F64).status());
        assertSame(Status.REQUEST, failure(in, C64, out, C64).status());
        assertSame(
                Status.REQUEST, failure(in.duplicate().limit(8), C64, out, F32).status());
        assertSame(Status.REQUEST, failure(in, F32, direct(2), F4).status());
        NativeException e = failure(in, F32, direct(5), F16);
        assertEquals(5, e.found());
        assertEquals(6, e.expected());
    }

    private static NativeException failure(ByteBuffer in, int inType, ByteBuffer out, int outType) {
        return assertThrows(NativeException.class, () -> Elements.convert(in, inType, out, outType));
    }

    @Test
    void packedElementsComeLowHalfFirst() {
        ByteBuffer in = direct(2).put((byte) 0x42).put((byte) 0x9F).flip();
        float[] out = new float[4];
        Elements.convert(in, F4, out, 0, 4);
        assertArrayEquals(new float[] {1, 2, -6, -0.5f}, out);
    }

    @Test
    void manyThreadsConvertAtOnce() throws Exception {
        int threads = 8;
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            List<Callable<Boolean>> tasks = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                int value = t + 1;
                tasks.add(() -> {
                    short[] numbers = new short[4096];
                    Arrays.fill(numbers, (short) value);
                    ByteBuffer in = direct(numbers.length * Short.BYTES);
                    in.asShortBuffer().put(numbers);
                    boolean equal = true;
                    for (int i = 0; i < 200; i++) {
                        int[] out = new int[numbers.length];
                        Elements.convert(in, U16, out, 0, out.length);
                        equal &= Arrays.stream(out).allMatch(x -> x == value);
                        assertThrows(NativeException.class, () -> Elements.convert(in, I16, out, 0, 1));
                    }
                    return equal;
                });
            }
            for (Future<Boolean> done : pool.invokeAll(tasks)) {
                assertTrue(done.get());
            }
        } finally {
            pool.shutdown();
        }
    }
}
