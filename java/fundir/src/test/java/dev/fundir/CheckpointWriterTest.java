package dev.fundir;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

class CheckpointWriterTest {
    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void chooseFile() {
        file = folder.resolve("out.safetensors");
    }

    @AfterEach
    void leavesNothingBehind() throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            assertEquals(
                    List.of(),
                    entries.filter(entry -> entry.toString().endsWith(".tmp")).toList());
        }
    }

    @Test
    void writesTheBytesThatTheFormatAsksFor() throws IOException {
        CheckpointWriter.to(file)
                .metadata("format", "pt")
                .metadata(Map.of("a", "\u00E9\"\n"))
                .tensor("b", DType.F32, new long[] {1}, ByteBuffer.wrap(new byte[] {1, 2, 3, 4}))
                .tensor("a", DType.F32, new long[] {}, ByteBuffer.wrap(new byte[] {5, 6, 7, 8}))
                .tensor("wide", DType.I64, new long[] {0}, ByteBuffer.allocate(0))
                .tensor("narrow", DType.U8, new long[] {2}, ByteBuffer.wrap(new byte[] {9, 10}))
                .write();
        StringBuilder header = new StringBuilder("{\"__metadata__\":{\"a\":\"\u00E9\\\"\\n\",\"format\":\"pt\"},"
                + TestFile.entry("wide", "I64", "0", 0, 0) + ","
                + TestFile.entry("a", "F32", "", 0, 4) + ","
                + TestFile.entry("b", "F32", "1", 4, 8) + ","
                + TestFile.entry("narrow", "U8", "2", 8, 10) + "}");
        while (header.toString().getBytes(StandardCharsets.UTF_8).length % 8 != 0) {
            header.append(' ');
        }
        byte[] expected = TestFile.bytes(header.toString(), new byte[] {5, 6, 7, 8, 1, 2, 3, 4, 9, 10});
        assertArrayEquals(expected, Files.readAllBytes(file));
    }

    @Test
    void asksEachSourceOnceInFileOrder() throws IOException {
        List<String> asked = new ArrayList<>();
        CheckpointWriter writer = CheckpointWriter.to(file);
        for (String name : List.of("c", "a", "b", "empty")) {
            DType dtype = name.equals("c") ? DType.I64 : DType.U8;
            long[] shape = {name.equals("empty") ? 0 : 8 / (dtype.bits() / 8)};
            writer.tensor(name, dtype, shape, channel -> {
                asked.add(name);
                for (int i = 0; i < shape[0] * dtype.bits() / 8; i++) {
                    assertEquals(1, channel.write(ByteBuffer.wrap(new byte[] {(byte) i})));
                }
            });
        }
        writer.write();
        assertEquals(List.of("c", "a", "b", "empty"), asked);
        try (Checkpoint checkpoint = Checkpoint.open(file)) {
            for (String name : List.of("c", "a", "b")) {
                assertArrayEquals(
                        new byte[] {0, 1, 2, 3, 4, 5, 6, 7},
                        TestFile.bytes(checkpoint.tensor(name).buffer()));
            }
        }
        assertThrows(IllegalStateException.class, writer::write);
    }

    @Test
    void writesNothingAtAll() throws IOException {
        CheckpointWriter.to(file).write();
        try (Checkpoint checkpoint = Checkpoint.open(file)) {
            assertEquals(0, checkpoint.tensorCount());
        }
    }

    @Test
    void writesEveryDType() throws IOException {
        CheckpointWriter writer = CheckpointWriter.to(file);
        Map<String, byte[]> expected = new HashMap<>();
        for (DType dtype : DType.values()) {
            byte[] data = TestFile.data((int) dtype.byteSize(24));
            expected.put(dtype.name(), data);
            writer.tensor(dtype.name(), dtype, new long[] {4, 6}, ByteBuffer.wrap(data));
        }
        writer.write();
        try (Checkpoint checkpoint = Checkpoint.open(file)) {
            assertEquals(DType.values().length, checkpoint.tensorCount());
            for (DType dtype : DType.values()) {
                Tensor tensor = checkpoint.tensor(dtype.name());
                assertSame(dtype, tensor.dtype());
                assertEquals(24, tensor.elementCount());
                assertArrayEquals(expected.get(dtype.name()), TestFile.bytes(tensor.buffer()));
            }
        }
    }

    @Test
    void refusesNamesAndShapesWhenTheyAreDeclared() {
        CheckpointWriter writer =
                CheckpointWriter.to(file).tensor("a", DType.U8, new long[] {1}, ByteBuffer.allocate(1));
        assertRefuses("declared twice: a", () -> writer.tensor("a", DType.U8, new long[] {1}, ByteBuffer.allocate(1)));
        assertRefuses(
                "__metadata__", () -> writer.tensor("__metadata__", DType.U8, new long[] {0}, ByteBuffer.allocate(0)));
        assertRefuses("surrogate", () -> writer.tensor("x\uDE00", DType.U8, new long[] {0}, ByteBuffer.allocate(0)));
        assertRefuses("takes 8", () -> writer.tensor("b", DType.F32, new long[] {2}, ByteBuffer.allocate(7)));
        assertRefuses("negative", () -> writer.tensor("b", DType.F32, new long[] {-2}, ByteBuffer.allocate(7)));
        assertRefuses(
                "whole number of bytes", () -> writer.tensor("b", DType.F4, new long[] {3}, ByteBuffer.allocate(2)));
        assertRefuses("overflows", () -> writer.tensor("b", DType.F4, new long[] {1L << 40, 1L << 40}, channel -> {}));
        assertThrows(
                NullPointerException.class, () -> writer.tensor("b", DType.F4, new long[] {2}, (TensorSource) null));
        assertFalse(Files.exists(file));
    }

    private static void assertRefuses(String because, Executable declare) {
        String message = assertThrows(IllegalArgumentException.class, declare).getMessage();
        assertTrue(message.contains(because), message);
    }

    @Test
    void refusesMetadataWithoutUtf8BeforeWriting() {
        CheckpointWriter writer = CheckpointWriter.to(file).metadata("k", "\uD800");
        assertThrows(IllegalArgumentException.class, writer::write);
        assertFalse(Files.exists(file));
    }

    @Test
    void refusesAHeaderThatIsTooLong() {
        CheckpointWriter writer = CheckpointWriter.to(file).metadata("k", "v".repeat(100_000_000));
        String message =
                assertThrows(IllegalArgumentException.class, writer::write).getMessage();
        assertTrue(message.contains("100000000") || message.contains("100,000,000"), message);
        assertFalse(Files.exists(file));
    }

    @Test
    void aSourceMustGiveExactlyItsBytes() throws IOException {
        Files.writeString(file, "before");
        assertFails("gave 3 bytes, its dtype and shape take 4", channel -> channel.write(ByteBuffer.allocate(3)));
        assertFails(
                "gives 5 bytes or more, its dtype and shape take 4", channel -> channel.write(ByteBuffer.allocate(5)));
        assertFails("gives 6 bytes or more", channel -> {
            channel.write(ByteBuffer.allocate(3));
            try {
                channel.write(ByteBuffer.allocate(3));
            } catch (IOException e) {
                channel.write(ByteBuffer.allocate(1)); // a source that carries on as if nothing had happened
            }
        });
        assertFails("lost the connection", channel -> {
            throw new IOException("lost the connection");
        });
        assertThrows(IllegalStateException.class, () -> writerOf(channel -> {
                    throw new IllegalStateException("no more");
                })
                .write());
        assertEquals("before", Files.readString(file));
    }

    private CheckpointWriter writerOf(TensorSource source) {
        return CheckpointWriter.to(file).tensor("the.tensor", DType.F32, new long[] {1}, source);
    }

    private void assertFails(String because, TensorSource source) {
        String message =
                assertThrows(IOException.class, writerOf(source)::write).getMessage();
        assertTrue(message.contains(because), message);
        if (because.startsWith("g")) {
            assertTrue(message.contains("the.tensor"), message);
        }
    }

    @Test
    void aChannelEndsWithItsTensor() throws IOException {
        WritableByteChannel[] kept = new WritableByteChannel[1];
        writerOf(channel -> {
                    kept[0] = channel;
                    channel.close(); // has no effect
                    assertTrue(channel.isOpen());
                    channel.write(ByteBuffer.allocate(4));
                })
                .write();
        assertFalse(kept[0].isOpen());
        assertThrows(ClosedChannelException.class, () -> kept[0].write(ByteBuffer.allocate(0)));
    }

    @Test
    void buffersKeepTheirPositions() throws IOException {
        ByteBuffer data = ByteBuffer.wrap(TestFile.data(10)).position(2).limit(6);
        CheckpointWriter.to(file)
                .tensor("now", DType.U8, new long[] {4}, data)
                .tensor("later", DType.U8, new long[] {4}, TensorSource.of(() -> data))
                .write();
        assertEquals(2, data.position());
        try (Checkpoint checkpoint = Checkpoint.open(file)) {
            byte[] expected = Arrays.copyOfRange(TestFile.data(10), 2, 6);
            assertArrayEquals(expected, TestFile.bytes(checkpoint.tensor("now").buffer()));
            assertArrayEquals(
                    expected, TestFile.bytes(checkpoint.tensor("later").buffer()));
        }
    }

    @Test
    void replacesTheCheckpointItCopiesFrom() throws IOException {
        TestFile.ofNames(file, 1, "a", "b", "c");
        try (Checkpoint before = Checkpoint.open(file)) {
            CheckpointWriter.to(file)
                    .tensor(before.tensor("c"))
                    .tensor("renamed", before.tensor("a"))
                    .write();
            assertArrayEquals(new byte[] {2}, TestFile.bytes(before.tensor("b").buffer()));
        }
        try (Checkpoint after = Checkpoint.open(file)) {
            assertEquals(List.of("c", "renamed"), after.names());
            assertArrayEquals(new byte[] {3}, TestFile.bytes(after.tensor("c").buffer()));
            assertArrayEquals(
                    new byte[] {1}, TestFile.bytes(after.tensor("renamed").buffer()));
        }
    }

    @Test
    void copyingFromAClosedCheckpointFails() throws IOException {
        Path source = TestFile.ofNames(folder.resolve("source.safetensors"), 1, "a");
        Checkpoint checkpoint = Checkpoint.open(source);
        CheckpointWriter writer = CheckpointWriter.to(file).tensor(checkpoint.tensor("a"));
        checkpoint.close();
        assertThrows(IllegalStateException.class, writer::write);
        assertFalse(Files.exists(file));
    }

    /** A view of bytes that count up, which cannot be read beyond a limit. */
    private record Counting(DType dtype, long[] shape, long limit) implements TensorView {
        @Override
        public void readBytes(long offset, ByteBuffer target) {
            if (offset + target.remaining() > limit) {
                throw new UncheckedIOException(new IOException("the disk is gone"));
            }
            for (long at = offset; target.hasRemaining(); at++) {
                target.put((byte) at);
            }
        }
    }

    @Test
    void viewsAreWrittenWithTheirOwnDTypeAndShape() throws IOException {
        long[] shape = {3, 500_001};
        CheckpointWriter.to(file)
                .tensor("view", new Counting(DType.F16, shape, Long.MAX_VALUE))
                .tensor("scalar", new Counting(DType.I8, new long[0], 1))
                .write();
        try (Checkpoint checkpoint = Checkpoint.open(file)) {
            Tensor view = checkpoint.tensor("view");
            assertSame(DType.F16, view.dtype());
            assertArrayEquals(shape, view.shape());
            byte[] bytes = TestFile.bytes(view.buffer());
            for (int i = 0; i < bytes.length; i++) {
                assertEquals((byte) i, bytes[i]);
            }
        }
    }

    @Test
    void aViewThatCannotBeReadIsAFailure() throws IOException {
        Files.writeString(file, "before");
        CheckpointWriter writer =
                CheckpointWriter.to(file).tensor("view", new Counting(DType.F16, new long[] {1_000_000}, 1 << 20));
        assertEquals(
                "the disk is gone",
                assertThrows(IOException.class, writer::write).getMessage());
        assertEquals("before", Files.readString(file));
    }

    @Test
    void equalDeclarationsGiveEqualFiles() throws IOException {
        Path other = folder.resolve("other.safetensors");
        CheckpointWriter one = CheckpointWriter.to(file);
        CheckpointWriter two = CheckpointWriter.to(other);
        for (int i = 0; i < 100; i++) {
            int reversed = 99 - i;
            one.metadata("k" + i, "v").tensor("t" + i, DType.I16, new long[] {1}, ByteBuffer.allocate(2));
            two.metadata("k" + reversed, "v").tensor("t" + reversed, DType.I16, new long[] {1}, ByteBuffer.allocate(2));
        }
        one.write();
        two.write();
        assertEquals(-1, Files.mismatch(file, other));
    }

    @Test
    void theFolderMustExist() {
        Path lost = folder.resolve("none").resolve("out.safetensors");
        assertThrows(NoSuchFileException.class, CheckpointWriter.to(lost)::write);
    }
}
