package dev.fundir;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.ReadOnlyBufferException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

class CheckpointTest {
    @TempDir
    Path folder;

    private Path sample() throws IOException {
        String header = "{\"__metadata__\":{\"format\":\"pt\",\"author\":\"somebody\"},"
                + TestFile.entry("model.norm.weight", "BF16", "2,3", 0, 12) + ","
                + TestFile.entry("model.bias", "F32", "", 12, 16) + ","
                + TestFile.entry("model.empty", "I64", "0,5", 16, 16) + ","
                + TestFile.entry("a.last", "U8", "3", 16, 19) + "}";
        return TestFile.write(folder.resolve("sample.safetensors"), header, TestFile.data(19));
    }

    @Test
    void describesTheFileAndItsTensors() throws IOException {
        Path file = sample();
        try (Checkpoint checkpoint = Checkpoint.open(file)) {
            assertEquals(file, checkpoint.path());
            assertEquals(4, checkpoint.tensorCount());
            assertEquals(6 + 1 + 0 + 3, checkpoint.parameterCount());
            assertEquals(Files.size(file), checkpoint.byteSize());
            assertEquals(Map.of("format", "pt", "author", "somebody"), checkpoint.metadata());
            assertEquals(
                    List.of("author", "format"),
                    List.copyOf(checkpoint.metadata().keySet()));

            CheckpointFile only = checkpoint.files().get(0);
            assertEquals(1, checkpoint.files().size());
            assertEquals(file, only.path());
            assertEquals(Files.size(file), only.byteSize());
            assertEquals(Files.size(file) - 19, only.dataOffset());
            assertEquals(4, only.tensorCount());
            assertEquals(checkpoint.metadata(), only.metadata());
            assertEquals(checkpoint.tensorsInFileOrder(), only.tensors());

            Tensor norm = checkpoint.tensor("model.norm.weight");
            assertEquals(DType.BF16, norm.dtype());
            assertArrayEquals(new long[] {2, 3}, norm.shape());
            assertEquals(2, norm.rank());
            assertEquals(3, norm.dimension(1));
            assertThrows(IndexOutOfBoundsException.class, () -> norm.dimension(2));
            assertEquals(6, norm.elementCount());
            assertEquals(12, norm.byteSize());
            assertEquals(only.dataOffset(), norm.fileOffset());
            assertEquals(only, norm.file());
            assertEquals("model.norm.weight BF16 [2, 3]", norm.toString());
        }
    }

    @Test
    void givesTheBytesInPlace() throws IOException {
        try (Checkpoint checkpoint = Checkpoint.open(sample())) {
            ByteBuffer last = checkpoint.tensor("a.last").buffer();
            assertArrayEquals(
                    new byte[] {(byte) (16 * 31 + 7), (byte) (17 * 31 + 7), (byte) (18 * 31 + 7)},
                    TestFile.bytes(last));
            assertTrue(last.isDirect());
            assertTrue(last.isReadOnly());
            assertEquals(ByteOrder.LITTLE_ENDIAN, last.order());
            assertEquals(0, last.position());
            assertEquals(3, last.capacity());
            assertThrows(ReadOnlyBufferException.class, () -> last.put(0, (byte) 1));
        }
    }

    @Test
    void ordersByFileAndByName() throws IOException {
        try (Checkpoint checkpoint = Checkpoint.open(sample())) {
            List<String> byName = List.of("a.last", "model.bias", "model.empty", "model.norm.weight");
            assertEquals(byName, checkpoint.names());
            assertEquals(byName, checkpoint.tensors().stream().map(Tensor::name).toList());
            List<String> inFile =
                    checkpoint.tensorsInFileOrder().stream().map(Tensor::name).toList();
            assertEquals(List.of("model.norm.weight", "model.bias", "model.empty", "a.last"), inFile);
            assertThrows(
                    UnsupportedOperationException.class,
                    () -> checkpoint.names().add("x"));
            assertThrows(
                    IndexOutOfBoundsException.class, () -> checkpoint.names().get(4));
        }
    }

    @Test
    void namesAreOrderedByTheirUtf8() throws IOException {
        // U+FF5E is before U+1F600 in UTF-8; in UTF-16, whose order String.compareTo has, it is behind.
        String fullWidth = "\uFF5E";
        String emoji = "\uD83D\uDE00";
        assertTrue(fullWidth.compareTo(emoji) > 0);
        Path file = TestFile.ofNames(
                folder.resolve("names.safetensors"), 0, emoji, "z", fullWidth, "\u00E9", "a\\u0000b", "");
        try (Checkpoint checkpoint = Checkpoint.open(file)) {
            assertEquals(List.of("", "a\0b", "z", "\u00E9", fullWidth, emoji), checkpoint.names());
            assertEquals(0, checkpoint.tensor(emoji).buffer().get(0));
            assertEquals(2, checkpoint.tensor(fullWidth).buffer().get(0));
            assertEquals(5, checkpoint.tensor("").buffer().get(0));
            assertEquals(4, checkpoint.tensor("a\0b").buffer().get(0));
        }
    }

    @Test
    void findsByName() throws IOException {
        try (Checkpoint checkpoint =
                Checkpoint.open(TestFile.ofNames(folder.resolve("f.safetensors"), 0, "a", "b?", "c"))) {
            for (String name : checkpoint.names()) {
                assertTrue(checkpoint.contains(name));
                assertTrue(checkpoint.names().contains(name));
                assertEquals(name, checkpoint.find(name).orElseThrow().name());
            }
            assertFalse(checkpoint.contains("d"));
            assertFalse(checkpoint.names().contains("d"));
            assertFalse(checkpoint.names().contains((Object) 1));
            assertEquals(Optional.empty(), checkpoint.find(""));
            // Half a surrogate pair has no UTF-8; Java's own encoding would make it a question mark.
            assertEquals(Optional.empty(), checkpoint.find("b\uD83D"));
        }
    }

    @Test
    void suggestsCloseNames() throws IOException {
        Path file = TestFile.ofNames(
                folder.resolve("f.safetensors"), 0, "model.layers.0.weight", "model.layers.1.weight", "lm_head.weight");
        try (Checkpoint checkpoint = Checkpoint.open(file)) {
            assertSuggests(checkpoint, "model.layer.0.weight", "model.layers.0.weight");
            assertSuggests(checkpoint, "layers.1.weight", "model.layers.1.weight");
            assertSuggests(checkpoint, "lm_head", "lm_head.weight");
            String message = assertThrows(
                            NoSuchElementException.class, () -> checkpoint.tensor("something.else.altogether"))
                    .getMessage();
            assertFalse(message.contains("did you mean"), message);
            assertTrue(message.contains(file.toString()), message);
        }
    }

    private static void assertSuggests(Checkpoint checkpoint, String wanted, String expected) {
        String message = assertThrows(NoSuchElementException.class, () -> checkpoint.tensor(wanted))
                .getMessage();
        assertTrue(message.contains(wanted) && message.contains("did you mean " + expected), message);
    }

    @Test
    void rangesAreChecked() throws IOException {
        try (Checkpoint checkpoint = Checkpoint.open(sample())) {
            Tensor tensor = checkpoint.tensor("model.norm.weight");
            assertArrayEquals(
                    new byte[] {(byte) (5 * 31 + 7), (byte) (6 * 31 + 7)}, TestFile.bytes(tensor.buffer(5, 2)));
            assertEquals(0, tensor.buffer(12, 0).remaining());
            for (long[] range :
                    new long[][] {{-1, 1}, {0, 13}, {12, 1}, {0, -1}, {Long.MAX_VALUE, 1}, {1, Long.MAX_VALUE}}) {
                assertThrows(IndexOutOfBoundsException.class, () -> tensor.buffer(range[0], range[1]));
            }
            assertEquals(List.of(tensor.buffer()), tensor.chunks());
        }
    }

    @Test
    void tensorsWithoutBytesAndFilesWithoutTensorsWork() throws IOException {
        try (Checkpoint checkpoint = Checkpoint.open(sample())) {
            Tensor empty = checkpoint.tensor("model.empty");
            assertEquals(0, empty.elementCount());
            assertEquals(0, empty.buffer().capacity());
            assertTrue(empty.buffer().isDirect() && empty.buffer().isReadOnly());
            assertEquals(List.of(), empty.chunks());
        }
        Path none = TestFile.write(folder.resolve("none.safetensors"), "{}", new byte[0]);
        try (Checkpoint checkpoint = Checkpoint.open(none)) {
            assertEquals(0, checkpoint.tensorCount());
            assertEquals(List.of(), checkpoint.names());
            assertEquals(List.of(), checkpoint.tensorsInFileOrder());
            assertEquals(Map.of(), checkpoint.metadata());
            assertFalse(checkpoint.contains(""));
        }
        String header = "{" + TestFile.entry("e", "F32", "0", 0, 0) + "}";
        try (Checkpoint checkpoint =
                Checkpoint.open(TestFile.write(folder.resolve("e.safetensors"), header, new byte[0]))) {
            assertEquals(0, checkpoint.tensor("e").buffer().remaining());
        }
    }

    @Test
    void dimensionsBeyondALongShowUnsigned() throws IOException {
        String header = "{" + TestFile.entry("e", "U8", "0,18446744073709551615", 0, 0) + "}";
        try (Checkpoint checkpoint =
                Checkpoint.open(TestFile.write(folder.resolve("e.safetensors"), header, new byte[0]))) {
            assertEquals(0, checkpoint.tensor("e").elementCount());
            assertEquals(
                    "e U8 [0, 18446744073709551615]", checkpoint.tensor("e").toString());
        }
    }

    @Test
    void tensorsCanBeginAtAnyByte() throws IOException {
        String header =
                "{" + TestFile.entry("odd", "U8", "1", 0, 1) + "," + TestFile.entry("f", "F64", "1", 1, 9) + "}";
        ByteBuffer data = ByteBuffer.allocate(9)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put((byte) 1)
                .putDouble(Math.PI);
        Path file = TestFile.write(folder.resolve("odd.safetensors"), header, data.array());
        try (Checkpoint checkpoint = Checkpoint.open(file)) {
            assertEquals(Math.PI, checkpoint.tensor("f").buffer().getDouble());
        }
    }

    @Test
    void equalTensorsAreThoseOfOneOpenedFile() throws IOException {
        Path file = sample();
        try (Checkpoint one = Checkpoint.open(file);
                Checkpoint other = Checkpoint.open(file)) {
            assertEquals(one.tensor("a.last"), one.find("a.last").orElseThrow());
            assertEquals(one.tensor("a.last").hashCode(), one.tensors().get(0).hashCode());
            assertNotEquals(one.tensor("a.last"), one.tensor("model.bias"));
            assertNotEquals(one.tensor("a.last"), other.tensor("a.last"));
        }
    }

    @Test
    void aClosedCheckpointRefusesCallsAndLeavesBuffers() throws IOException {
        Checkpoint checkpoint = Checkpoint.open(sample());
        Tensor tensor = checkpoint.tensor("model.norm.weight");
        ByteBuffer held = tensor.buffer();
        List<String> names = checkpoint.names();
        CheckpointFile file = checkpoint.files().get(0);
        assertTrue(checkpoint.isOpen());
        checkpoint.close();
        checkpoint.close();
        assertFalse(checkpoint.isOpen());
        List<Executable> calls = List.of(
                checkpoint::files,
                checkpoint::tensorCount,
                checkpoint::parameterCount,
                checkpoint::byteSize,
                checkpoint::names,
                checkpoint::tensors,
                checkpoint::tensorsInFileOrder,
                checkpoint::metadata,
                () -> checkpoint.contains("a.last"),
                () -> checkpoint.find("a.last"),
                () -> checkpoint.tensor("a.last"),
                () -> names.get(0),
                file::tensors,
                file::metadata,
                tensor::buffer,
                () -> tensor.buffer(0, 1),
                tensor::chunks);
        for (Executable call : calls) {
            String message = assertThrows(IllegalStateException.class, call).getMessage();
            assertTrue(message.contains("closed") && message.contains("sample.safetensors"), message);
        }
        assertEquals("model.norm.weight BF16 [2, 3]", tensor.toString());
        assertArrayEquals(Arrays.copyOf(TestFile.data(19), 12), TestFile.bytes(held));
    }
}
