package dev.fundir;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Elements as Java numbers. */
class NumberReadTest {
    /** More than a block, and not a multiple of one. */
    private static final int MANY = 100_003;

    @TempDir
    Path folder;

    private Tensor tensor(DType dtype, long[] shape, ByteBuffer data) throws IOException {
        Path file = folder.resolve(dtype + ".safetensors");
        CheckpointWriter.to(file).tensor("w", dtype, shape, data).write();
        return Checkpoint.open(file).tensor("w");
    }

    private static ByteBuffer bytes(int... values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length);
        for (int value : values) {
            bytes.put((byte) value);
        }
        return bytes.flip();
    }

    private static ByteBuffer buffer(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }

    @Test
    void halvesBecomeFloats() throws IOException {
        ByteBuffer halves = buffer(2 * MANY);
        for (int i = 0; i < MANY; i++) {
            halves.putShort((short) i);
        }
        Tensor tensor = tensor(DType.BF16, new long[] {MANY}, halves.flip());
        float[] all = tensor.toFloats();
        assertEquals(MANY, all.length);
        for (int i = 0; i < MANY; i++) {
            assertEquals(i << 16, Float.floatToRawIntBits(all[i]), "element " + i);
        }
        float[] range = new float[10];
        tensor.read(70_000, range, 2, 7);
        assertEquals(0, range[1]);
        assertEquals(70_000 << 16, Float.floatToRawIntBits(range[2]));
        assertEquals(70_006 << 16, Float.floatToRawIntBits(range[8]));
        assertEquals(0, range[9]);
    }

    @Test
    void floatBuffersOfEveryKindAreFilled() throws IOException {
        ByteBuffer halves = buffer(2 * MANY);
        for (int i = 0; i < MANY; i++) {
            halves.putShort((short) (i & 0x3FFF));
        }
        Tensor tensor = tensor(DType.BF16, new long[] {MANY}, halves.flip());
        FloatBuffer[] targets = {
            FloatBuffer.allocate(MANY + 2),
            ByteBuffer.allocateDirect(4 * (MANY + 2)).asFloatBuffer(),
            ByteBuffer.allocateDirect(4 * (MANY + 2))
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .asFloatBuffer()
        };
        for (FloatBuffer target : targets) {
            target.position(1).limit(MANY - 4);
            tensor.read(5, target);
            assertEquals(MANY - 4, target.position());
            target.limit(MANY + 2);
            assertEquals(0, target.get(0));
            for (int i = 1; i < MANY - 4; i++) {
                assertEquals((i + 4 & 0x3FFF) << 16, Float.floatToRawIntBits(target.get(i)), "element " + i);
            }
            assertEquals(0, target.get(MANY - 4));
        }
        assertThrows(
                java.nio.ReadOnlyBufferException.class,
                () -> tensor.read(0, FloatBuffer.allocate(3).asReadOnlyBuffer()));
    }

    @Test
    void everyDTypeHasItsNumbers() throws IOException {
        assertArrayEquals(
                new float[] {0, 1},
                tensor(DType.BOOL, new long[] {2}, bytes(0, 1)).toFloats());
        assertArrayEquals(
                new float[] {0.5f, -6, 1, 0},
                tensor(DType.F4, new long[] {4}, bytes(0xF1, 0x02)).toFloats());
        assertArrayEquals(
                new float[] {0.125f, 0, 0, -0.125f},
                tensor(DType.F6_E2M3, new long[] {4}, bytes(1, 0, 0x21 << 2)).toFloats());
        assertArrayEquals(
                new float[] {0.0625f, 0, 0, -28},
                tensor(DType.F6_E3M2, new long[] {4}, bytes(1, 0, 0xFC)).toFloats());
        assertArrayEquals(
                new float[] {1, -448},
                tensor(DType.F8_E4M3, new long[] {2}, bytes(0x38, 0xFE)).toFloats());
        assertArrayEquals(
                new float[] {1, 57344},
                tensor(DType.F8_E5M2, new long[] {2}, bytes(0x3C, 0x7B)).toFloats());
        assertArrayEquals(
                new float[] {1, 4},
                tensor(DType.F8_E8M0, new long[] {2}, bytes(127, 129)).toFloats());
        assertArrayEquals(
                new float[] {1, 240},
                tensor(DType.F8_E4M3FNUZ, new long[] {2}, bytes(0x40, 0x7F)).toFloats());
        assertArrayEquals(
                new float[] {1, Float.NaN},
                tensor(DType.F8_E5M2FNUZ, new long[] {2}, bytes(0x40, 0x80)).toFloats());
        assertArrayEquals(
                new float[] {255, 1},
                tensor(DType.U8, new long[] {2}, bytes(255, 1)).toFloats());
        assertArrayEquals(
                new byte[] {-1, 1},
                tensor(DType.U8, new long[] {2}, bytes(255, 1)).toBytes());
        assertArrayEquals(
                new short[] {255, 1},
                tensor(DType.U8, new long[] {2}, bytes(255, 1)).toShorts());
        assertArrayEquals(
                new int[] {-1, 1},
                tensor(DType.I8, new long[] {2}, bytes(255, 1)).toInts());
        ByteBuffer wide = buffer(16).putLong(Long.MIN_VALUE).putLong(-1).flip();
        assertArrayEquals(
                new long[] {Long.MIN_VALUE, -1},
                tensor(DType.I64, new long[] {2}, wide).toLongs());
        assertArrayEquals(
                new long[] {Long.MIN_VALUE, -1},
                tensor(DType.U64, new long[] {2}, wide).toLongs());
        assertArrayEquals(
                new long[] {0, 0x80000000L, 0xFFFFFFFFL, 0xFFFFFFFFL},
                tensor(DType.U32, new long[] {4}, wide).toLongs());
        assertArrayEquals(
                new int[] {0, 0x80000000, -1, -1},
                tensor(DType.U32, new long[] {4}, wide).toInts());
        assertArrayEquals(
                new double[] {0, 0x80000000L, 0xFFFFFFFFL, 0xFFFFFFFFL},
                tensor(DType.U32, new long[] {4}, wide).toDoubles());
        ByteBuffer complex =
                buffer(16).putFloat(1).putFloat(-2).putFloat(3).putFloat(0.5f).flip();
        Tensor pairs = tensor(DType.C64, new long[] {2}, complex);
        assertArrayEquals(new float[] {1, -2, 3, 0.5f}, pairs.toFloats());
        assertArrayEquals(new double[] {1, -2, 3, 0.5}, pairs.toDoubles());
        float[] part = new float[2];
        pairs.read(1, part, 0, 2);
        assertArrayEquals(new float[] {-2, 3}, part);
        assertArrayEquals(
                new float[] {7},
                tensor(DType.F32, new long[0], buffer(4).putFloat(7).flip()).toFloats());
        assertArrayEquals(
                new float[0], tensor(DType.F16, new long[] {0, 3}, buffer(0)).toFloats());
    }

    @Test
    void whatWouldBeRoundedIsRefusedUnlessAskedFor() throws IOException {
        double third = 1.0 / 3;
        Tensor tensor = tensor(
                DType.F64,
                new long[] {2},
                buffer(16).putDouble(third).putDouble(1e300).flip());
        String message = assertThrows(UnsupportedOperationException.class, tensor::toFloats)
                .getMessage();
        assertEquals("w F64 [2]: not every F64 is an F32; as(DType.F32) converts with rounding", message);
        assertArrayEquals(
                new float[] {(float) third, Float.POSITIVE_INFINITY},
                tensor.as(DType.F32).toFloats());
        assertArrayEquals(new int[] {0, Integer.MAX_VALUE}, tensor.as(DType.I32).toInts());
        assertThrows(UnsupportedOperationException.class, tensor::toLongs);
        Tensor ints = tensor(DType.I32, new long[] {1}, buffer(4).putInt(-5).flip());
        assertThrows(UnsupportedOperationException.class, ints::toFloats);
        assertThrows(UnsupportedOperationException.class, ints::toShorts);
        assertThrows(UnsupportedOperationException.class, ints::toBytes);
        assertArrayEquals(new double[] {-5}, ints.toDoubles());
        assertArrayEquals(new long[] {-5}, ints.toLongs());
        assertThrows(IllegalArgumentException.class, () -> ints.as(DType.C64));
    }

    @Test
    void rangesOutsideAreRefused() throws IOException {
        Tensor tensor = tensor(DType.F32, new long[] {4}, buffer(16));
        float[] target = new float[4];
        assertThrows(IndexOutOfBoundsException.class, () -> tensor.read(2, target, 0, 3));
        assertThrows(IndexOutOfBoundsException.class, () -> tensor.read(-1, target, 0, 1));
        assertThrows(IndexOutOfBoundsException.class, () -> tensor.read(0, target, 2, 3));
        assertThrows(IndexOutOfBoundsException.class, () -> tensor.read(0, target, 0, -1));
        assertThrows(IndexOutOfBoundsException.class, () -> tensor.readBytes(9, ByteBuffer.allocate(8)));
        Tensor packed = tensor(DType.F4, new long[] {4}, bytes(1, 2));
        assertThrows(IllegalArgumentException.class, () -> packed.read(1, target, 0, 2));
        packed.read(2, target, 0, 2);
        assertEquals(1, target[0]);
    }

    @Test
    void convertedBytesAreReadAtAnyOffset() {
        float[] values = new float[20_001 * 4];
        for (int i = 0; i < values.length; i++) {
            values[i] = i % 16 - 8;
        }
        for (DType dtype : new DType[] {DType.F4, DType.F6_E3M2, DType.F8_E4M3, DType.BF16, DType.F64, DType.I16}) {
            TensorView view = TensorView.of(values, values.length).as(dtype);
            ByteBuffer whole = view.buffer();
            assertEquals(view.byteSize(), whole.remaining());
            for (int offset = 0; offset < 40; offset++) {
                ByteBuffer part = ByteBuffer.allocate(71);
                view.readBytes(offset, part);
                assertEquals(whole.slice(offset, 71), part.flip(), dtype + " at " + offset);
            }
            ByteBuffer end = ByteBuffer.allocate(5);
            view.readBytes(view.byteSize() - 5, end);
            assertEquals(whole.slice(whole.limit() - 5, 5), end.flip());
        }
    }

    @Test
    void arraysAreViews() {
        assertArrayEquals(
                new double[] {1, 2}, TensorView.of(new double[] {1, 2}, 2).toDoubles());
        assertArrayEquals(
                new long[] {1, 2}, TensorView.of(new long[] {1, 2}, 1, 2).toLongs());
        assertArrayEquals(new int[] {1, 2}, TensorView.of(new int[] {1, 2}, 2).toInts());
        assertArrayEquals(
                new short[] {1, 2}, TensorView.of(new short[] {1, 2}, 2, 1).toShorts());
        assertArrayEquals(new byte[] {1, 2}, TensorView.of(new byte[] {1, 2}, 2).toBytes());
        TensorView ints = TensorView.of(new int[] {0x04030201, 0x08070605}, 2);
        for (int offset = 0; offset < 8; offset++) {
            for (int length = 0; length <= 8 - offset; length++) {
                ByteBuffer part = ByteBuffer.allocate(length);
                ints.readBytes(offset, part);
                for (int i = 0; i < length; i++) {
                    assertEquals(offset + i + 1, part.get(i));
                }
            }
        }
        String message = assertThrows(IllegalArgumentException.class, () -> TensorView.of(new float[3], 2, 2))
                .getMessage();
        assertTrue(message.contains("3 elements") && message.contains("[2, 2]"), message);
        assertThrows(
                IllegalArgumentException.class, () -> TensorView.of(DType.F32, new long[] {2}, ByteBuffer.allocate(7)));
    }
}
