package dev.fundir;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class BulkReadTest {
    private static final int[] SIZES = {0, 1, 7, 4096, 0, 100_000, 3, 65_535, 65_536, 300_001, 12, 4097, 20_000};

    private final Random random = new Random(5);

    @TempDir
    Path folder;

    private Checkpoint checkpoint;

    /** Three shards of tensors of many sizes. */
    @BeforeEach
    void write() throws IOException {
        for (int shard = 1; shard <= 3; shard++) {
            CheckpointWriter writer = CheckpointWriter.to(
                            folder.resolve("model-0000" + shard + "-of-00003.safetensors"))
                    .metadata("pad", "x".repeat(shard * 8));
            for (int i = 0; i < SIZES.length; i++) {
                byte[] data = new byte[SIZES[i]];
                random.nextBytes(data);
                writer.tensor("t" + shard + "." + i, DType.U8, new long[] {data.length}, ByteBuffer.wrap(data));
            }
            writer.write();
        }
        checkpoint = Checkpoint.open(folder);
    }

    private static void assertSame(Tensor tensor, ByteBuffer bytes) {
        assertEquals(tensor.buffer(), bytes, tensor.name());
    }

    @Test
    void allTensorsAreReadWhateverTheBlocksAndThreads() throws IOException {
        for (int block : new int[] {4096, 5000, 1 << 16, 8 << 20}) {
            for (int threads : new int[] {1, 3, 8}) {
                Map<Tensor, LoadedTensor> loaded =
                        BulkRead.standard().threads(threads).blockBytes(block).read(checkpoint);
                assertEquals(checkpoint.tensorsInFileOrder(), List.copyOf(loaded.keySet()));
                loaded.forEach((tensor, own) -> assertSame(tensor, own.buffer()));
            }
        }
    }

    @Test
    void someTensorsAreReadInTheOrderTheyAreGiven() throws IOException {
        List<Tensor> chosen = new ArrayList<>(checkpoint.tensors());
        for (int round = 0; round < 20; round++) {
            Collections.shuffle(chosen, random);
            List<Tensor> some = chosen.subList(0, 1 + random.nextInt(chosen.size()));
            List<Tensor> twice = new ArrayList<>(some);
            twice.add(some.get(0));
            Map<Tensor, LoadedTensor> loaded = BulkRead.standard().read(twice);
            assertEquals(some, List.copyOf(loaded.keySet()));
            loaded.forEach((tensor, own) -> assertSame(tensor, own.buffer()));
        }
    }

    @Test
    void loadedTensorsAreViewsOfMemory() throws IOException {
        Tensor tensor = checkpoint.tensor("t2.9");
        LoadedTensor loaded = BulkRead.standard().read(List.of(tensor)).get(tensor);
        ByteBuffer mapped = tensor.buffer();
        checkpoint.close();
        assertEquals("t2.9", loaded.name());
        assertEquals(DType.U8, loaded.dtype());
        assertArrayEquals(new long[] {300_001}, loaded.shape());
        assertEquals(300_001, loaded.elementCount());
        assertEquals(300_001, loaded.byteSize());
        assertEquals("t2.9 U8", loaded.toString());
        for (ByteBuffer buffer : List.of(loaded.buffer(), loaded.chunks().get(0))) {
            assertTrue(buffer.isDirect() && buffer.isReadOnly());
            assertEquals(ByteOrder.LITTLE_ENDIAN, buffer.order());
            assertEquals(mapped, buffer);
        }
        assertEquals(mapped.slice(7, 100), loaded.buffer(7, 100));
        assertEquals(0, loaded.buffer(300_001, 0).remaining());
        assertThrows(IndexOutOfBoundsException.class, () -> loaded.buffer(7, 300_000));
        assertThrows(IndexOutOfBoundsException.class, () -> loaded.buffer(7, -1));
        ByteBuffer range = ByteBuffer.allocate(300_001 - 5);
        loaded.readBytes(5, range);
        assertEquals(mapped.slice(5, 300_001 - 5), range.flip());
        assertThrows(IndexOutOfBoundsException.class, () -> loaded.readBytes(300_001, ByteBuffer.allocate(1)));
        assertEquals(mapped.get(300_000) & 0xFF, loaded.toInts()[300_000]);
    }

    @Test
    void aTensorInSeveralChunksIsOneView() throws IOException {
        Tensor tensor = checkpoint.tensor("t1.5");
        ByteBuffer mapped = tensor.buffer();
        ByteBuffer memory =
                ByteBuffer.allocateDirect(100_000).put(mapped.duplicate()).flip();
        LoadedTensor loaded = new LoadedTensor(
                tensor, List.of(memory.slice(0, 40_000), memory.slice(40_000, 8), memory.slice(40_008, 59_992)));
        for (int[] range : new int[][] {{0, 100_000}, {39_999, 2}, {39_990, 100}, {40_000, 8}, {40_007, 3}, {5, 5}}) {
            ByteBuffer expected = mapped.slice(range[0], range[1]);
            assertEquals(expected, loaded.buffer(range[0], range[1]));
            ByteBuffer target = ByteBuffer.allocate(range[1]);
            loaded.readBytes(range[0], target);
            assertEquals(expected, target.flip());
            byte[] numbers = new byte[range[1]];
            loaded.read(range[0], numbers, 0, range[1]);
            assertEquals(expected, ByteBuffer.wrap(numbers));
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        loaded.writeTo(Channels.newChannel(out));
        assertEquals(mapped, ByteBuffer.wrap(out.toByteArray()));
    }

    @Test
    void tensorsAreReadIntoBuffersOfTheCallers() throws IOException {
        for (int distance : new int[] {0, 8, 32, 4088}) {
            Map<Tensor, ByteBuffer> targets = new LinkedHashMap<>();
            List<Tensor> shuffled = new ArrayList<>(checkpoint.tensors());
            Collections.shuffle(shuffled, random);
            for (Tensor tensor : shuffled) {
                int size = (int) tensor.byteSize();
                int before = (int) ((tensor.fileOffset() + distance) % 4096);
                ByteBuffer memory = targets.size() % 3 == 0
                        ? ByteBuffer.allocate(before + size + 9)
                        : ByteBuffer.allocateDirect(before + size + 9 + 2 * 4096)
                                .alignedSlice(4096);
                targets.put(tensor, memory.position(before).limit(before + size));
            }
            BulkRead.standard().blockBytes(1 << 17).readInto(targets);
            targets.forEach((tensor, target) -> {
                assertEquals(0, target.remaining());
                assertSame(tensor, target.position(target.limit() - (int) tensor.byteSize()));
            });
        }
    }

    @Test
    void nothingBesideTheTargetsIsWritten() throws IOException {
        Tensor tensor = checkpoint.tensor("t1.6");
        ByteBuffer target = ByteBuffer.allocateDirect(20).position(8).limit(11);
        BulkRead.standard().readInto(Map.of(tensor, target));
        assertEquals(11, target.position());
        byte[] all = new byte[20];
        target.clear().get(all);
        byte[] expected = new byte[20];
        tensor.buffer().get(expected, 8, 3);
        assertArrayEquals(expected, all);
    }

    @Test
    void aFileIsReadIntoSeveralBuffers() throws IOException {
        CheckpointFile file = checkpoint.files().get(1);
        int size = (int) (file.byteSize() - file.dataOffset());
        ByteBuffer memory = ByteBuffer.allocateDirect(size);
        List<ByteBuffer> targets =
                List.of(memory.slice(0, 100_001), memory.slice(100_001, 0), memory.slice(100_001, size - 100_001));
        BulkRead.standard().readInto(file, targets);
        assertEquals(0, targets.stream().mapToInt(ByteBuffer::remaining).sum());
        for (Tensor tensor : file.tensors()) {
            int begin = (int) (tensor.fileOffset() - file.dataOffset());
            assertSame(tensor, memory.slice(begin, (int) tensor.byteSize()));
        }
    }

    @Test
    void oneTensorIsReadIntoSeveralBuffers() throws IOException {
        Tensor tensor = checkpoint.tensor("t3.5");
        List<ByteBuffer> targets = List.of(ByteBuffer.allocate(70_000), ByteBuffer.allocateDirect(30_000));
        BulkRead.standard().readInto(tensor, targets);
        assertEquals(tensor.buffer().slice(0, 70_000), targets.get(0).flip());
        assertEquals(tensor.buffer().slice(70_000, 30_000), targets.get(1).flip());
    }

    @Test
    void memoryOfAnotherSizeIsRefused() {
        Tensor tensor = checkpoint.tensor("t1.3");
        BulkRead read = BulkRead.standard();
        ByteBuffer small = ByteBuffer.allocate(4095);
        String message = assertThrows(IllegalArgumentException.class, () -> read.readInto(Map.of(tensor, small)))
                .getMessage();
        assertEquals("tensor t1.3 has 4096 bytes, the memory for it has room for 4095", message);
        assertThrows(IllegalArgumentException.class, () -> read.readInto(tensor, List.of(small, small)));
        assertThrows(
                IllegalArgumentException.class,
                () -> read.readInto(checkpoint.files().get(0), List.of(small)));
        ByteBuffer readOnly = ByteBuffer.allocate(4096).asReadOnlyBuffer();
        assertThrows(IllegalArgumentException.class, () -> read.readInto(Map.of(tensor, readOnly)));
        assertEquals(0, small.position());
    }

    @Test
    void numbersOutOfRangeAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> new BulkRead(0, 4096));
        assertThrows(IllegalArgumentException.class, () -> new BulkRead(1025, 4096));
        assertThrows(IllegalArgumentException.class, () -> BulkRead.standard().blockBytes(4095));
        assertThrows(IllegalArgumentException.class, () -> BulkRead.standard().blockBytes((1 << 30) + 1));
    }

    @Test
    void aClosedCheckpointIsNotRead() {
        List<Tensor> tensors = List.copyOf(checkpoint.tensors());
        checkpoint.close();
        assertThrows(IllegalStateException.class, () -> BulkRead.standard().read(tensors));
        assertThrows(IllegalStateException.class, () -> BulkRead.standard().read(checkpoint));
    }

    @Test
    void aFileThatWasChangedOrIsGoneIsNamed() throws IOException {
        Path second = folder.resolve("model-00002-of-00003.safetensors");
        byte[] bytes = Files.readAllBytes(second);
        Files.write(second, Arrays.copyOf(bytes, bytes.length - 1));
        FileSystemException cut = assertThrows(
                FileSystemException.class, () -> BulkRead.standard().read(checkpoint));
        assertTrue(cut.getMessage().contains("model-00002") && cut.getMessage().contains("changed"), cut.getMessage());
        Files.delete(second);
        NoSuchFileException gone = assertThrows(
                NoSuchFileException.class, () -> BulkRead.standard().read(checkpoint));
        assertTrue(gone.getMessage().contains("model-00002"), gone.getMessage());
        assertNoThreads();
    }

    @Test
    @Timeout(60)
    void aFileThatIsChangedMeanwhileIsNoSuccess() throws Exception {
        try (Checkpoint large = large()) {
            Path file = large.files().get(0).path();
            Thread changes = new Thread(() -> {
                awaitReaders();
                try {
                    Files.setLastModifiedTime(file, FileTime.fromMillis(0));
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            });
            changes.start();
            FileSystemException changed = assertThrows(FileSystemException.class, () -> slow().read(large));
            assertTrue(changed.getMessage().contains("large.safetensors"), changed.getMessage());
            changes.join();
            assertNoThreads();
        }
    }

    @Test
    @Timeout(60)
    void anInterruptionEndsAllThreads() throws Exception {
        try (Checkpoint large = large()) {
            Thread caller = Thread.currentThread();
            Thread interrupts = new Thread(() -> {
                awaitReaders();
                caller.interrupt();
            });
            interrupts.start();
            InterruptedIOException e = assertThrows(InterruptedIOException.class, () -> slow().read(large));
            assertTrue(Thread.interrupted());
            assertTrue(e.getMessage().contains("large.safetensors"), e.getMessage());
            interrupts.join();
            assertNoThreads();
        }
    }

    /** Reads 4 KiB at a time. */
    private static BulkRead slow() {
        return new BulkRead(2, 4096);
    }

    private Checkpoint large() throws IOException {
        Path file = folder.resolve("large.safetensors");
        ByteBuffer data = ByteBuffer.allocateDirect(256 << 20);
        CheckpointWriter.to(file)
                .tensor("t", DType.U8, new long[] {data.capacity()}, data)
                .write();
        return Checkpoint.open(file);
    }

    private static void awaitReaders() {
        while (readers() == 0) {
            Thread.onSpinWait();
        }
    }

    private static void assertNoThreads() {
        assertEquals(0, readers());
    }

    private static long readers() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("fundir-read-"))
                .count();
    }

    @Test
    void memoryIsHeldByEachOfItsTensors() throws Exception {
        List<ByteBuffer> parts = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            parts.add(BulkRead.standard()
                    .read(checkpoint)
                    .get(checkpoint.tensor("t1.5"))
                    .buffer());
        }
        System.gc();
        TimeUnit.MILLISECONDS.sleep(50);
        parts.forEach(part -> assertSame(checkpoint.tensor("t1.5"), part));
    }
}
