package dev.fundir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("large")
class LargeFileTest {
    private static final long HUGE = (3L << 30) + 5;
    private static final long GIB = 1L << 30;

    @TempDir
    Path folder;

    /** Five gigabytes that take a few blocks on the disk. */
    private Path sparseFile(String header, long dataBytes, long... marked) throws IOException {
        Path file = folder.resolve("sparse.safetensors");
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        try (FileChannel channel = FileChannel.open(
                file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, StandardOpenOption.SPARSE)) {
            channel.write(ByteBuffer.allocate(Long.BYTES)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(json.length)
                    .flip());
            channel.write(ByteBuffer.wrap(json));
            long start = channel.position();
            channel.write(ByteBuffer.allocate(1), start + dataBytes - 1);
            for (long offset : marked) {
                channel.write(ByteBuffer.wrap(new byte[] {mark(offset)}), start + offset);
            }
        }
        return file;
    }

    private static byte mark(long offset) {
        return (byte) (offset % 100 + 1);
    }

    @Test
    void tensorsBeyondTwoGigabytesAreReadInRanges() throws IOException {
        long second = 7 + HUGE;
        long third = second + 2 * GIB - 16;
        String header = "{" + TestFile.entry("small", "U8", "7", 0, 7) + ","
                + TestFile.entry("huge", "U8", String.valueOf(HUGE), 7, second) + ","
                + TestFile.entry("large", "F64", String.valueOf((2 * GIB - 16) / 8), second, third) + ","
                + TestFile.entry("last", "U8", "3", third, third + 3) + "}";
        long[] marked = {0, 7, 7 + GIB - 1, 7 + GIB, 7 + 2 * GIB, second - 1, second, third - 1, third + 2};
        Path file = sparseFile(header, third + 3, marked);
        assertTrue(Files.size(file) > 5_000_000_000L);
        try (Checkpoint checkpoint = Checkpoint.open(file)) {
            assertEquals(HUGE, checkpoint.tensor("huge").byteSize());
            for (Tensor tensor : checkpoint.tensors()) {
                long begin = tensor.fileOffset() - tensor.file().dataOffset();
                for (long mark : marked) {
                    if (mark >= begin && mark < begin + tensor.byteSize()) {
                        assertRangesAround(tensor, mark - begin, mark(mark));
                    }
                }
                assertEquals(
                        tensor.byteSize(),
                        tensor.chunks().stream()
                                .mapToLong(ByteBuffer::remaining)
                                .sum());
            }
            assertEquals(1, checkpoint.tensor("large").chunks().size());
            assertEquals(2 * GIB - 16, checkpoint.tensor("large").buffer().remaining());

            Tensor huge = checkpoint.tensor("huge");
            String message = assertThrows(UnsupportedOperationException.class, huge::buffer)
                    .getMessage();
            assertTrue(
                    message.contains("huge")
                            && message.contains("chunks()")
                            && message.contains("buffer(offset, length)"),
                    message);
            assertThrows(IllegalArgumentException.class, () -> huge.buffer(0, Integer.MAX_VALUE + 1L));
            ByteBuffer longest = huge.buffer(5, Integer.MAX_VALUE);
            assertEquals(Integer.MAX_VALUE, longest.remaining());
            assertEquals(mark(7 + GIB), longest.get((int) (GIB - 5)));

            List<ByteBuffer> chunks = huge.chunks();
            assertTrue(chunks.size() > 1);
            assertEquals(mark(7), chunks.get(0).get(0));
            ByteBuffer end = chunks.get(chunks.size() - 1);
            assertEquals(mark(second - 1), end.get(end.limit() - 1));
        }
    }

    private static void assertRangesAround(Tensor tensor, long offset, byte expected) {
        long begin = Math.max(0, offset - 4096);
        long end = Math.min(tensor.byteSize(), offset + 4096);
        assertEquals(expected, tensor.buffer(begin, end - begin).get((int) (offset - begin)), tensor + " at " + offset);
        assertEquals(expected, tensor.buffer(offset, 1).get(0), tensor + " at " + offset);
    }

    @Test
    void aTensorOfFiveGigabytesIsSlicedReadAndConverted() throws IOException {
        long rows = 5 * GIB / 4096;
        long last = rows * 1024 - 1;
        long[] borders = {0, GIB / 2, GIB, last}; // elements at 0, 2 GiB, 4 GiB and the end
        String header = "{" + TestFile.entry("w", "F32", rows + ",1024", 0, rows * 4096) + "}";
        long[] marked = new long[2 * borders.length];
        for (int i = 0; i < borders.length; i++) {
            marked[2 * i] = 4 * borders[i] + 2; // the upper two bytes of a float
            marked[2 * i + 1] = 4 * borders[i] + 3;
        }
        Path file = sparseFile(header, rows * 4096, marked);
        Path half = folder.resolve("half.safetensors");
        try (Checkpoint checkpoint = Checkpoint.open(file)) {
            Tensor tensor = checkpoint.tensor("w");
            assertEquals(5 * GIB, tensor.byteSize());
            for (long border : borders) {
                assertMarkedAt(border, tensor);
            }
            CheckpointWriter.to(half).tensor("w", tensor.as(DType.BF16)).write();
        }
        try (Checkpoint checkpoint = Checkpoint.open(half)) {
            Tensor tensor = checkpoint.tensor("w");
            assertEquals(5 * GIB / 2, tensor.byteSize());
            for (long border : borders) {
                assertMarkedAt(border, tensor);
            }
        }
    }

    /** Reads around an element in each way there is; it alone is not 0 there. */
    private static void assertMarkedAt(long element, Tensor tensor) {
        float expected = Float.intBitsToFloat(mark(4 * element + 3) << 24 | mark(4 * element + 2) << 16);
        long row = element / 1024;
        int column = (int) (element % 1024);

        long first = Math.max(0, element - 100_000);
        float[] range = new float[(int) Math.min(200_000, tensor.elementCount() - first)];
        tensor.read(first, range, 0, range.length);
        assertOnly(expected, (int) (element - first), range);

        long firstRow = Math.max(0, row - 20);
        int rows = (int) Math.min(40, tensor.dimension(0) - firstRow);
        float[] block = tensor.slice(Slice.range(firstRow, firstRow + rows)).toFloats();
        assertOnly(expected, (int) (row - firstRow) * 1024 + column, block);

        int step = column % 2 == 0 ? 0 : 1;
        float[] columns = tensor.slice(Slice.range(firstRow, firstRow + rows), Slice.range(step, 1024, 2))
                .toFloats();
        assertOnly(expected, (int) (row - firstRow) * 512 + column / 2, columns);
    }

    private static void assertOnly(float expected, int place, float[] values) {
        for (int i = 0; i < values.length; i++) {
            assertEquals(i == place ? expected : 0, values[i], "element " + i);
        }
    }

    @Test
    void aMillionTensorsOpen() throws IOException {
        int count = 1_000_000;
        Path file = folder.resolve("million.safetensors");
        Path headerFile = folder.resolve("header");
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(headerFile), 1 << 20)) {
            for (int i = 0; i < count; i++) {
                String entry = (i == 0 ? "{" : ",") + TestFile.entry("layer." + (count - i), "U8", "1", i, i + 1);
                out.write(entry.getBytes(StandardCharsets.US_ASCII));
            }
            out.write('}');
        }
        byte[] length = ByteBuffer.allocate(Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(Files.size(headerFile))
                .array();
        try (OutputStream out = Files.newOutputStream(file)) {
            out.write(length);
            Files.copy(headerFile, out);
            byte[] data = new byte[count];
            for (int i = 0; i < count; i++) {
                data[i] = (byte) i;
            }
            out.write(data);
        }
        try (Checkpoint checkpoint = Checkpoint.open(file)) {
            assertEquals(count, checkpoint.tensorCount());
            assertEquals(count, checkpoint.parameterCount());
            assertEquals("layer.1", checkpoint.names().get(0));
            assertEquals("layer.999999", checkpoint.names().get(count - 1));
            for (int i = 0; i < count; i++) {
                assertEquals(
                        (byte) i,
                        checkpoint.tensor("layer." + (count - i)).buffer().get(0));
            }
            String message = assertThrows(NoSuchElementException.class, () -> checkpoint.tensor("layers.500"))
                    .getMessage();
            assertTrue(message.contains("layer.500"), message);
        }
    }
}
