package dev.fundir.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fundir.DType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files of the gguf package are read to what it reads them to. */
class GgufFileTest {
    private static final String EVERY_TYPE = "every-type.gguf";

    @TempDir
    Path folder;

    @Test
    void tensorsOfEveryTypeHaveThePackagesElements() throws IOException {
        GgufFile file = GgufFile.open(GgufFixture.path(EVERY_TYPE));
        Map<String, byte[]> expected = GgufFixture.tensors("every-type.safetensors");
        assertEquals(
                expected.keySet().stream().sorted().toList(),
                file.tensors().stream().map(GgufTensor::name).sorted().toList());
        for (GgufTensor tensor : file.tensors()) {
            assertArrayEquals(expected.get(tensor.name()), GgufFixture.read(tensor), tensor.name());
        }
        for (GgufType type : GgufType.values()) {
            GgufTensor tensor = file.find(type.name()).orElseThrow();
            assertEquals(type, tensor.type());
            assertEquals(type.isQuantized() ? DType.F32 : DType.valueOf(type.name()), tensor.dtype());
            assertEquals(0, tensor.fileOffset() % 64);
        }
    }

    @Test
    void shapesGoFromTheSlowestDimension() throws IOException {
        GgufFile file = GgufFile.open(GgufFixture.path(EVERY_TYPE));
        assertArrayEquals(new long[] {2, 3, 5}, tensor(file, "F32").shape());
        assertArrayEquals(new long[] {2, 512}, tensor(file, "Q4_K").shape());
        assertArrayEquals(new long[] {0, 4}, tensor(file, "empty").shape());
        assertArrayEquals(new long[0], tensor(file, "scalar").shape());
        assertEquals(4 * 144, tensor(file, "Q4_K").fileBytes());
        assertEquals(4096, tensor(file, "Q4_K").byteSize());
        assertEquals("Q4_K Q4_K [2, 512]", tensor(file, "Q4_K").toString());
    }

    @Test
    void anyRangeOfQuantizedElementsIsReadable() throws IOException {
        GgufFile file = GgufFile.open(GgufFixture.path(EVERY_TYPE));
        for (String name : List.of("Q4_0", "Q8_0", "Q6_K")) {
            GgufTensor tensor = tensor(file, name);
            byte[] all = GgufFixture.read(tensor);
            for (int begin = 0; begin <= all.length; begin += 37) {
                for (int length : new int[] {0, 1, 3, 4, 127, 128, 129, 1024, 1025, all.length - begin}) {
                    int end = Math.min(all.length, begin + length);
                    assertArrayEquals(
                            Arrays.copyOfRange(all, begin, end), GgufFixture.read(tensor, begin, end - begin));
                }
            }
            ByteBuffer direct = ByteBuffer.allocateDirect(300).position(100).limit(290);
            tensor.readBytes(5, direct);
            assertEquals(290, direct.position());
            assertEquals(ByteBuffer.wrap(all, 5, 190), direct.position(100));
            assertThrows(IndexOutOfBoundsException.class, () -> GgufFixture.read(tensor, all.length, 1));
            assertThrows(IndexOutOfBoundsException.class, () -> GgufFixture.read(tensor, -1, 1));
            ByteArrayOutputStream written = new ByteArrayOutputStream();
            tensor.writeTo(Channels.newChannel(written));
            assertArrayEquals(all, written.toByteArray());
        }
    }

    @Test
    void quantizedTensorsLargerThanABlockOfWorkAreReadInPieces() throws IOException {
        byte[] block = new byte[34];
        GgufBytes bytes = new GgufBytes(3, 1, 0).tensor("w", 8, 0, 32, 20_001).align(32);
        for (int row = 0; row < 20_001; row++) {
            Arrays.fill(block, (byte) (row % 100));
            block[0] = 0;
            block[1] = 0x3C; // a scale of 1
            bytes.raw(block);
        }
        GgufTensor tensor = tensor(GgufFile.open(bytes.write(folder.resolve("large.gguf"))), "w");
        ByteBuffer floats = ByteBuffer.wrap(GgufFixture.read(tensor)).order(ByteOrder.LITTLE_ENDIAN);
        for (int row = 0; row < 20_001; row++) {
            assertEquals(row % 100, floats.getFloat(row * 128 + 64));
        }
    }

    @Test
    void valuesOfEveryTypeAreReadInTheirOrder() throws IOException {
        GgufFile file = GgufFile.open(GgufFixture.path(EVERY_TYPE));
        assertEquals(3, file.version());
        assertEquals(64, file.alignment());
        Map<String, Object> metadata = file.metadata();
        assertEquals(
                List.of("general.architecture", "general.name", "general.version", "general.alignment"),
                new ArrayList<>(metadata.keySet()).subList(0, 4));
        BigInteger most = BigInteger.ONE.shiftLeft(64).subtract(BigInteger.ONE);
        assertValues(metadata, "uint8", 0L, 255L);
        assertValues(metadata, "int8", -128L, 127L);
        assertValues(metadata, "uint16", 0L, 65535L);
        assertValues(metadata, "int16", -32768L, 32767L);
        assertValues(metadata, "uint32", 0L, 4294967295L);
        assertValues(metadata, "int32", -2147483648L, 2147483647L);
        assertValues(metadata, "uint64", 0L, most);
        assertValues(metadata, "int64", Long.MIN_VALUE, Long.MAX_VALUE);
        assertValues(metadata, "float32", -1.5, (double) 0.1f);
        assertValues(metadata, "float64", -1.5, 0.1);
        assertValues(metadata, "bool", false, true);
        assertValues(metadata, "string", "small", "g\u00FCn\u00E7 \uD83D\uDE00");
        assertEquals(List.of(List.of(1L, 2L), List.of(3L)), metadata.get("test.nested"));
        assertThrows(UnsupportedOperationException.class, () -> metadata.put("a", 1L));
    }

    private static void assertValues(Map<String, Object> metadata, String type, Object least, Object most) {
        assertEquals(least, metadata.get("test." + type + ".least"));
        assertEquals(most, metadata.get("test." + type + ".most"));
        assertEquals(List.of(least, most, least), metadata.get("test." + type + ".array"));
    }

    @Test
    void stringsOfListsMayBePiecesOfUtf8() throws IOException {
        Path path = new GgufBytes(3, 0, 1)
                .text("tokens")
                .u32(9)
                .u32(8)
                .u64(2)
                .u64(2)
                .raw('\u00C3', 'a')
                .text("b")
                .write(folder.resolve("tokens.gguf"));
        assertEquals(List.of("\uFFFDa", "b"), GgufFile.open(path).metadata().get("tokens"));
    }

    @Test
    void version2IsReadTheSame() throws IOException {
        byte[] bytes = GgufFixture.bytes(EVERY_TYPE);
        bytes[4] = 2;
        GgufFile file = GgufFile.open(Files.write(folder.resolve("v2.gguf"), bytes));
        assertEquals(2, file.version());
        assertEquals(GgufFile.open(GgufFixture.path(EVERY_TYPE)).metadata(), file.metadata());
        assertArrayEquals(
                GgufFixture.tensors("every-type.safetensors").get("Q5_K"), GgufFixture.read(tensor(file, "Q5_K")));
    }

    @Test
    void aFileWithoutTensorsNeedsNoPadding() throws IOException {
        GgufFile file = GgufFile.open(new GgufBytes(3, 0, 0).write(folder.resolve("none.gguf")));
        assertTrue(file.tensors().isEmpty());
        assertTrue(file.metadata().isEmpty());
        assertEquals(32, file.alignment());
        assertEquals(24, file.byteSize());
    }

    @Test
    void tensorsMayLieInAnyOrder() throws IOException {
        byte[] data = new byte[72];
        for (int i = 0; i < data.length; i++) {
            data[i] = (byte) i;
        }
        Path path = new GgufBytes(3, 2, 0)
                .tensor("last", 24, 64, 8)
                .tensor("first", 24, 0, 40)
                .align(32)
                .raw(data)
                .write(folder.resolve("order.gguf"));
        GgufFile file = GgufFile.open(path);
        assertArrayEquals(Arrays.copyOfRange(data, 64, 72), GgufFixture.read(tensor(file, "last")));
        assertArrayEquals(Arrays.copyOf(data, 40), GgufFixture.read(tensor(file, "first")));
    }

    private static GgufTensor tensor(GgufFile file, String name) {
        return file.find(name).orElseThrow(() -> new NoSuchElementException(name));
    }
}
