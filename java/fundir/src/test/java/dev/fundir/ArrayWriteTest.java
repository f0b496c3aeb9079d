package dev.fundir;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Arrays of numbers written as tensors of any dtype. */
class ArrayWriteTest {
    /** More than a block of any dtype, and not a multiple of one. */
    private static final int COUNT = 200_008;

    @TempDir
    Path folder;

    private Path file;
    private CheckpointWriter writer;

    @BeforeEach
    void chooseFile() {
        file = folder.resolve("m.safetensors");
        writer = CheckpointWriter.to(file);
    }

    private Checkpoint written() throws IOException {
        writer.write();
        return Checkpoint.open(file);
    }

    private static float[] floats() {
        Random random = new Random(3);
        float[] floats = new float[COUNT];
        for (int i = 0; i < COUNT; i++) {
            floats[i] = (float) (random.nextGaussian() * 100);
        }
        return floats;
    }

    @Test
    void arraysOfTheDTypesOwnNumbersStayAsTheyAre() throws IOException {
        Random random = new Random(4);
        long[] longs = random.longs(COUNT).toArray();
        int[] ints = random.ints(COUNT).toArray();
        byte[] bytes = new byte[COUNT];
        random.nextBytes(bytes);
        short[] shorts = new short[COUNT];
        ByteBuffer.wrap(bytes).asShortBuffer().get(shorts, 0, COUNT / 2);
        float[] floats = floats();
        double[] doubles = random.doubles(COUNT).toArray();
        long[] shape = {2, COUNT / 2};
        writer.tensor("F32", DType.F32, shape, floats)
                .tensor("F64", DType.F64, shape, doubles)
                .tensor("I64", DType.I64, shape, longs)
                .tensor("I32", DType.I32, shape, ints)
                .tensor("I16", DType.I16, shape, shorts)
                .tensor("I8", DType.I8, shape, bytes)
                .tensor("U64", DType.U64, shape, longs)
                .tensor("U32", DType.U32, shape, ints)
                .tensor("U16", DType.U16, shape, shorts)
                .tensor("U8", DType.U8, shape, bytes);
        try (Checkpoint checkpoint = written()) {
            assertArrayEquals(floats, checkpoint.tensor("F32").toFloats());
            assertArrayEquals(doubles, checkpoint.tensor("F64").toDoubles());
            for (String sign : new String[] {"I", "U"}) {
                assertArrayEquals(longs, checkpoint.tensor(sign + "64").toLongs());
                assertArrayEquals(ints, checkpoint.tensor(sign + "32").toInts());
                assertArrayEquals(shorts, checkpoint.tensor(sign + "16").toShorts());
                assertArrayEquals(bytes, checkpoint.tensor(sign + "8").toBytes());
            }
        }
    }

    @Test
    void floatsBecomeBFloat16ByRoundingToNearestEven() throws IOException {
        float[] floats = floats();
        writer.tensor("w", DType.BF16, new long[] {COUNT}, floats);
        try (Checkpoint checkpoint = written()) {
            float[] found = checkpoint.tensor("w").toFloats();
            for (int i = 0; i < COUNT; i++) {
                int bits = Float.floatToIntBits(floats[i]);
                int rounded = bits + 0x7FFF + (bits >>> 16 & 1) & 0xFFFF0000;
                assertEquals(Float.intBitsToFloat(rounded), found[i]);
            }
        }
    }

    /** Small whole numbers that every dtype has are the same whatever array they come from. */
    @ParameterizedTest
    @EnumSource(DType.class)
    void wholeNumbersOfAnyArrayAreTheSame(DType dtype) throws IOException {
        int modulus = dtype == DType.BOOL || dtype == DType.F8_E8M0 ? 2 : 4;
        int first = dtype == DType.F8_E8M0 ? 1 : 0;
        int width = dtype == DType.C64 ? 2 : 1;
        float[] floats = new float[COUNT * width];
        double[] doubles = new double[COUNT * width];
        long[] longs = new long[COUNT * width];
        int[] ints = new int[COUNT * width];
        short[] shorts = new short[COUNT * width];
        byte[] bytes = new byte[COUNT * width];
        for (int i = 0; i < floats.length; i++) {
            int number = i * 7 % 13 % modulus + first;
            floats[i] = number;
            doubles[i] = number;
            longs[i] = number;
            ints[i] = number;
            shorts[i] = (short) number;
            bytes[i] = (byte) number;
        }
        long[] shape = {COUNT};
        writer.tensor("floats", dtype, shape, floats)
                .tensor("doubles", dtype, shape, doubles)
                .tensor("longs", dtype, shape, longs)
                .tensor("ints", dtype, shape, ints)
                .tensor("shorts", dtype, shape, shorts)
                .tensor("bytes", dtype, shape, bytes);
        try (Checkpoint checkpoint = written()) {
            assertEquals(6, checkpoint.tensorCount());
            for (Tensor tensor : checkpoint.tensors()) {
                assertEquals(dtype, tensor.dtype());
                double[] found = dtype == DType.BOOL || dtype.name().matches("[IU]64")
                        ? tensor.as(DType.F64).toDoubles()
                        : tensor.toDoubles();
                assertArrayEquals(doubles, found, tensor.name());
            }
        }
    }

    @Test
    void numbersThatADTypeDoesNotHaveAreRoundedOrCut() throws IOException {
        long[] shape = {4};
        writer.tensor("I8", DType.I8, shape, new float[] {-1.9f, 300, Float.NaN, 1.5f})
                .tensor("U8", DType.U8, shape, new int[] {-1, 300, 255, 7})
                .tensor("F32", DType.F32, shape, new long[] {(1L << 24) + 1, Long.MAX_VALUE, -1, 0})
                .tensor("F16", DType.F16, shape, new double[] {1e9, 0.1, -0.0, Double.NaN})
                .tensor("BOOL", DType.BOOL, shape, new double[] {0.5, 0, -0.0, Double.NaN});
        try (Checkpoint checkpoint = written()) {
            assertArrayEquals(
                    new byte[] {-1, 127, 0, 1}, checkpoint.tensor("I8").toBytes());
            assertArrayEquals(new byte[] {0, -1, -1, 7}, checkpoint.tensor("U8").toBytes());
            assertArrayEquals(
                    new float[] {1 << 24, 0x1p63f, -1, 0},
                    checkpoint.tensor("F32").toFloats());
            assertArrayEquals(
                    new float[] {Float.POSITIVE_INFINITY, 0.099975586f, -0f, Float.NaN},
                    checkpoint.tensor("F16").toFloats());
            assertArrayEquals(
                    new byte[] {1, 0, 0, 1},
                    TestFile.bytes(checkpoint.tensor("BOOL").buffer()));
        }
    }

    @Test
    void packedElementsFillWholeBytes() throws IOException {
        writer.tensor("F4", DType.F4, new long[] {3, 2}, new float[] {0.5f, -0.5f, 6, 1, 1.5f, 0});
        try (Checkpoint checkpoint = written()) {
            assertArrayEquals(
                    new byte[] {(byte) 0x91, 0x27, 0x03},
                    TestFile.bytes(checkpoint.tensor("F4").buffer()));
        }
        assertThrows(IllegalArgumentException.class, () -> CheckpointWriter.to(file)
                .tensor("F4", DType.F4, new long[] {3}, new float[3]));
    }

    @Test
    void theFileIsThatOfTheSameBytes() throws IOException {
        float[] floats = floats();
        ByteBuffer bytes = ByteBuffer.allocate(COUNT * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(floats);
        Path other = folder.resolve("other.safetensors");
        writer.tensor("w", DType.F32, new long[] {COUNT}, floats).write();
        CheckpointWriter.to(other)
                .tensor("w", DType.F32, new long[] {COUNT}, bytes)
                .write();
        assertEquals(-1, Files.mismatch(file, other));
    }

    @Test
    void thereAreAsManyNumbersAsElements() {
        assertRefuses("the array has 3 numbers, F16 [2, 2] takes 4", DType.F16, 2, 2);
        assertRefuses("the array has 3 numbers, C64 [3] takes 6", DType.C64, 3);
        assertRefuses("negative", DType.F16, -3);
        assertRefuses("overflows", DType.F16, 1L << 40, 1L << 40);
    }

    private void assertRefuses(String because, DType dtype, long... shape) {
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> writer.tensor("w", dtype, shape, new float[3]));
        assertTrue(e.getMessage().contains(because), e.getMessage());
        assertTrue(e.getMessage().contains("tensor w"), e.getMessage());
    }
}
