package dev.fundir.ffi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MemoryTest {
    @TempDir
    Path folder;

    @Test
    void buffersAreDirectWritableAndOfTheirLengths() {
        List<ByteBuffer> buffers =
                Stream.of(1, 0, 5000, 3 << 20).map(Memory::allocate).toList();
        assertEquals(
                List.of(1, 0, 5000, 3 << 20),
                buffers.stream().map(ByteBuffer::capacity).toList());
        for (ByteBuffer buffer : buffers) {
            assertTrue(buffer.isDirect() && !buffer.isReadOnly());
            assertEquals(ByteOrder.LITTLE_ENDIAN, buffer.order());
            assertEquals(buffer.capacity(), buffer.remaining());
            while (buffer.hasRemaining()) {
                buffer.put((byte) (buffer.position() * 7));
            }
        }
        assertEquals((byte) (4999 * 7), buffers.get(2).get(4999));
    }

    @Test
    void memoryBeginsAtMultiplesOfHugePages() {
        for (int length : new int[] {1, 5000, 3 << 20}) {
            assertEquals(0, Memory.allocate(length).alignmentOffset(0, 1 << 21));
        }
    }

    @Test
    void memoryOutlivesItsBufferAsLongAsAPartIsHeld() throws Exception {
        List<ByteBuffer> parts = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            ByteBuffer whole = Memory.allocate(1 << 20);
            whole.put(700_000, (byte) i);
            parts.add(whole.slice(600_000, 200_000).asReadOnlyBuffer());
        }
        System.gc();
        Thread.sleep(100);
        for (int i = 0; i < 20; i++) {
            assertEquals(i, parts.get(i).get(100_000));
        }
    }

    @Test
    void memoryThatNobodyHoldsIsFreed() throws Exception {
        Assumptions.assumeTrue(Files.exists(Path.of("/proc/self/statm")), "reads /proc");
        long limit = Runtime.getRuntime().maxMemory();
        int length = 64 << 20;
        long most = 0;
        for (long total = 0; total < 4 * limit; total += length) {
            Memory.makeRoom(length);
            ByteBuffer buffer = Memory.allocate(length);
            for (int at = 0; at < length; at += 4096) {
                buffer.put(at, (byte) 1);
            }
            most = Math.max(most, residentBytes());
        }
        assertTrue(most < 2 * limit + (300L << 20), most + " bytes were resident, the heap may have " + limit);
    }

    private static long residentBytes() throws Exception {
        return Long.parseLong(Files.readString(Path.of("/proc/self/statm")).split(" ", -1)[1]) * 4096;
    }

    @Test
    void hintsAboutMappingsAreTakenWhereTheSystemKnowsThem() throws Exception {
        Path file = Files.write(folder.resolve("file"), new byte[100_000]);
        ByteBuffer mapped;
        try (FileChannel channel = FileChannel.open(file)) {
            mapped = channel.map(FileChannel.MapMode.READ_ONLY, 5000, 90_000);
        }
        boolean known = !System.getProperty("os.name").startsWith("Windows");
        assertEquals(known, Memory.prefetch(mapped));
        assertEquals(known, Memory.prefetch(mapped.slice(17, 3)));
        assertEquals(known, Memory.prefetch(mapped.slice(90_000, 0)));
        assertEquals(0, mapped.position());
    }

    @Test
    void aFileThatWasCutIsNoDangerToAHint() throws Exception {
        Path file = Files.write(folder.resolve("file"), new byte[1 << 20]);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            ByteBuffer mapped = channel.map(FileChannel.MapMode.READ_ONLY, 0, 1 << 20);
            channel.truncate(10);
            Memory.prefetch(mapped);
            assertEquals(0, mapped.get(5));
        }
    }

    @Test
    void heapBuffersHaveNoAddress() {
        ByteBuffer heap = ByteBuffer.allocate(10);
        assertFalse(heap.isDirect());
        assertThrows(IllegalArgumentException.class, () -> Memory.prefetch(heap));
    }
}
