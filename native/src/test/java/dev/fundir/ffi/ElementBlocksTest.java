package dev.fundir.ffi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class ElementBlocksTest {
    private static final int U8 = 4;
    private static final int F6 = 2;
    private static final int BF16 = 14;
    private static final int F32 = 17;
    private static final int C64 = 18;
    private static final int NO_TYPE = 99;

    private static ByteBuffer direct(int bytes) {
        return ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static ByteBuffer floats(float... values) {
        ByteBuffer buffer = direct(values.length * Float.BYTES);
        buffer.asFloatBuffer().put(values);
        return buffer;
    }

    @Test
    void momentsOfTheBytesBetweenPositionAndLimit() {
        ByteBuffer block = floats(100, 1, -2, Float.NaN, 0, Float.NEGATIVE_INFINITY, 100);
        block.position(Float.BYTES).limit(6 * Float.BYTES);
        ByteBuffer record = direct(ElementBlocks.MOMENTS_SIZE);
        ElementBlocks.moments(block, F32, record);
        assertEquals(Float.BYTES, block.position());
        assertEquals(
                List.of(3L, 1L, 1L, 1L),
                List.of(record.getLong(), record.getLong(), record.getLong(), record.getLong()));
        assertEquals(-2, record.getDouble(32));
        assertEquals(1, record.getDouble(40));
        assertEquals(-1.0 / 3, record.getDouble(48), 1e-15);
        assertEquals(14.0 / 3, record.getDouble(56), 1e-14);
    }

    @Test
    void momentsOfNothingAndOfTheLargestBlock() {
        ByteBuffer record = direct(ElementBlocks.MOMENTS_SIZE);
        ElementBlocks.moments(direct(0), BF16, record);
        assertEquals(0, record.getLong(0));
        assertEquals(Double.POSITIVE_INFINITY, record.getDouble(32));
        ElementBlocks.moments(direct(2 * ElementBlocks.MOST_ELEMENTS), BF16, record);
        assertEquals(ElementBlocks.MOST_ELEMENTS, record.getLong(0));
        assertEquals(ElementBlocks.MOST_ELEMENTS, record.getLong(8));
    }

    @Test
    void outliersAreTheFarthestFirst() {
        ByteBuffer record = direct(16 + 16 * 2);
        ElementBlocks.outliers(floats(1, -9, 0, 5, 7, Float.NaN), F32, 0, 4, 2, record);
        assertEquals(3, record.getLong(0));
        assertEquals(2, record.getLong(8));
        assertEquals(1, record.getLong(16));
        assertEquals(-9, record.getDouble(24));
        assertEquals(4, record.getLong(32));
        assertEquals(7, record.getDouble(40));
    }

    @Test
    void binsCountWhatIsInThem() {
        ByteBuffer record = direct(Long.BYTES * 4);
        ElementBlocks.histogram(floats(-1, 0, 0.5f, 2, 1.5f, 3, Float.NaN), F32, 0, 2, 2, record);
        assertEquals(
                List.of(1L, 2L, 2L, 1L),
                List.of(record.getLong(), record.getLong(), record.getLong(), record.getLong()));
    }

    @Test
    void distancesAreBetweenDtypes() {
        ByteBuffer record = direct(ElementBlocks.DISTANCE_SIZE);
        ElementBlocks.distance(floats(1, 2, 3), F32, direct(3).put(0, (byte) 1).put(1, (byte) 5), U8, record);
        assertEquals(3, record.getLong(0));
        assertEquals(2, record.getLong(8));
        assertEquals(3, record.getDouble(16));
        assertEquals(18, record.getDouble(24));
    }

    @Test
    void otherBuffersAreRefused() {
        ByteBuffer block = floats(1, 2);
        ByteBuffer record = direct(ElementBlocks.MOMENTS_SIZE);
        for (ByteBuffer wrong : List.of(
                direct(ElementBlocks.MOMENTS_SIZE - 1),
                direct(ElementBlocks.MOMENTS_SIZE + 1),
                direct(0),
                direct(ElementBlocks.MOMENTS_SIZE).position(1),
                direct(ElementBlocks.MOMENTS_SIZE).asReadOnlyBuffer(),
                ByteBuffer.allocate(ElementBlocks.MOMENTS_SIZE))) {
            assertThrows(IllegalArgumentException.class, () -> ElementBlocks.moments(block, F32, wrong));
        }
        assertThrows(IllegalArgumentException.class, () -> ElementBlocks.moments(ByteBuffer.allocate(8), F32, record));
        assertThrows(
                IllegalArgumentException.class, () -> ElementBlocks.outliers(block, F32, 0, 1, 3, direct(16 + 16 * 2)));
        assertThrows(IllegalArgumentException.class, () -> ElementBlocks.histogram(block, F32, 0, 1, 3, direct(32)));
        ByteBuffer heap = ByteBuffer.allocate(8);
        ByteBuffer distance = direct(ElementBlocks.DISTANCE_SIZE);
        assertThrows(IllegalArgumentException.class, () -> ElementBlocks.distance(block, F32, heap, F32, distance));
        assertThrows(IllegalArgumentException.class, () -> ElementBlocks.distance(heap, F32, block, F32, distance));
    }

    @Test
    void aRecordInsideTheBlockIsRefused() {
        ByteBuffer block = direct(ElementBlocks.MOMENTS_SIZE);
        NativeException e =
                assertThrows(NativeException.class, () -> ElementBlocks.moments(block, F32, block.duplicate()));
        assertEquals(Status.INVALID_ARGUMENT, e.status());
    }

    @Test
    void otherNumbersAreRefused() {
        ByteBuffer block = floats(1, 2);
        for (int most : new int[] {-1, ElementBlocks.MOST_OUTLIERS + 1, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
            assertThrows(
                    IllegalArgumentException.class, () -> ElementBlocks.outliers(block, F32, 0, 1, most, direct(16)));
        }
        for (int bins : new int[] {0, -1, ElementBlocks.MOST_BINS + 1, Integer.MAX_VALUE}) {
            assertThrows(
                    IllegalArgumentException.class, () -> ElementBlocks.histogram(block, F32, 0, 1, bins, direct(16)));
        }
        for (double end : new double[] {-1, Double.NaN, Double.POSITIVE_INFINITY}) {
            refused(Status.REQUEST, block, each -> ElementBlocks.histogram(each, F32, 0, end, 1, direct(24)));
        }
    }

    @Test
    void whatIsNoBlockOfTheDtypeIsRefused() {
        for (int length : new int[] {1, 2, 3, 5}) {
            everywhere(Status.REQUEST, F32, direct(length));
        }
        everywhere(Status.REQUEST, F6, direct(1));
        everywhere(Status.REQUEST, C64, direct(8));
        everywhere(Status.REQUEST, U8, direct(ElementBlocks.MOST_ELEMENTS + 1));
        for (int type : new int[] {NO_TYPE, -1, 256 + F32, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
            everywhere(Status.INVALID_ARGUMENT, type, direct(8));
        }
        ByteBuffer distance = direct(ElementBlocks.DISTANCE_SIZE);
        refused(Status.REQUEST, direct(8), each -> ElementBlocks.distance(each, F32, direct(8), U8, distance));
    }

    private static void everywhere(Status status, int type, ByteBuffer block) {
        ByteBuffer moments = direct(ElementBlocks.MOMENTS_SIZE);
        ByteBuffer distance = direct(ElementBlocks.DISTANCE_SIZE);
        refused(status, block, each -> ElementBlocks.moments(each, type, moments));
        refused(status, block, each -> ElementBlocks.outliers(each, type, 0, 1, 0, direct(16)));
        refused(status, block, each -> ElementBlocks.histogram(each, type, 0, 1, 1, direct(24)));
        refused(status, block, each -> ElementBlocks.distance(each, type, block, type, distance));
    }

    private static void refused(Status status, ByteBuffer block, Consumer<ByteBuffer> call) {
        NativeException e = assertThrows(NativeException.class, () -> call.accept(block));
        assertEquals(status, e.status());
        assertTrue(e.getMessage().length() > 10, e.getMessage());
    }
}
