package dev.fundir;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How long mappings, descriptors and buffers live, and what many threads may do. */
class LifetimeTest {
    @TempDir
    Path folder;

    private Path file(String name, int seed) throws IOException {
        CheckpointWriter writer = CheckpointWriter.to(folder.resolve(name));
        for (int i = 0; i < 20; i++) {
            byte[] data = new byte[4096];
            Arrays.fill(data, (byte) (seed + i));
            writer.tensor("t" + i, DType.U8, new long[] {data.length}, ByteBuffer.wrap(data));
        }
        writer.write();
        return folder.resolve(name);
    }

    @Test
    void twoThousandCheckpointsLeaveNoMappingAndNoDescriptor() throws Exception {
        Assumptions.assumeTrue(Files.exists(Path.of("/proc/self/maps")), "reads /proc");
        Path file = file("many.safetensors", 0);
        long descriptors = descriptors();
        for (int i = 0; i < 2000; i++) {
            Checkpoint checkpoint = Checkpoint.open(file);
            assertEquals(5, checkpoint.tensor("t5").buffer().get(i));
            if (i % 2 == 0) {
                checkpoint.close();
            }
        }
        assertTrue(descriptors() <= descriptors + 5, "descriptors grew from " + descriptors + " to " + descriptors());
        for (int i = 0; i < 100 && mappings(file) > 0; i++) {
            System.gc();
            Thread.sleep(50);
        }
        assertEquals(0, mappings(file));
    }

    private static long descriptors() throws IOException {
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
            return open.count();
        }
    }

    private static long mappings(Path file) throws IOException {
        try (Stream<String> maps = Files.lines(Path.of("/proc/self/maps"))) {
            return maps.filter(line -> line.endsWith(file.toString())).count();
        }
    }

    @Test
    void slicesOutliveTheirCheckpointsWhileThreadsReadThem() throws Exception {
        AtomicBoolean done = new AtomicBoolean();
        AtomicLong reads = new AtomicLong();
        Path[] files = new Path[8];
        for (int i = 0; i < files.length; i++) {
            files[i] = file("f" + i + ".safetensors", i);
        }
        List<Future<Void>> readers = new ArrayList<>();
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            for (int thread = 0; thread < 4; thread++) {
                readers.add(threads.submit(() -> {
                    while (!done.get()) {
                        int seed = ThreadLocalRandom.current().nextInt(files.length);
                        List<ByteBuffer> slices = dropCheckpoint(files[seed], seed % 2 == 0);
                        for (int round = 0; round < 3; round++) {
                            Thread.onSpinWait();
                            for (int i = 0; i < slices.size(); i++) {
                                assertAll(slices.get(i), (byte) (seed + i));
                                reads.incrementAndGet();
                            }
                        }
                    }
                    return null;
                }));
            }
            for (int cycle = 0; cycle < 60; cycle++) {
                System.gc();
                Thread.sleep(5);
            }
        } finally {
            done.set(true);
            threads.shutdown();
        }
        finish(readers);
        assertTrue(reads.get() > 1000, "only " + reads + " reads");
    }

    private static List<ByteBuffer> dropCheckpoint(Path file, boolean close) throws IOException {
        Checkpoint checkpoint = Checkpoint.open(file);
        List<ByteBuffer> slices = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            slices.add(checkpoint.tensor("t" + i).buffer());
        }
        if (close) {
            checkpoint.close();
        }
        return slices;
    }

    private static void assertAll(ByteBuffer slice, byte expected) {
        for (int i = 0; i < slice.limit(); i += 64) {
            assertEquals(expected, slice.get(i));
        }
    }

    @Test
    void manyThreadsUseOneCheckpointUntilItIsClosed() throws Exception {
        Path file = file("shared.safetensors", 3);
        for (int round = 0; round < 50; round++) {
            Checkpoint checkpoint = Checkpoint.open(file);
            ExecutorService threads = Executors.newFixedThreadPool(8);
            List<Future<Void>> users = new ArrayList<>();
            for (int thread = 0; thread < 8; thread++) {
                users.add(threads.submit(() -> {
                    useUntilClosed(checkpoint);
                    return null;
                }));
            }
            Thread.sleep(2);
            checkpoint.close();
            threads.shutdown();
            finish(users);
        }
    }

    private static void useUntilClosed(Checkpoint checkpoint) {
        try {
            while (true) {
                int i = ThreadLocalRandom.current().nextInt(20);
                assertAll(checkpoint.tensor("t" + i).buffer(), (byte) (3 + i));
                assertEquals(20, checkpoint.names().size());
                assertEquals("t0", checkpoint.names().get(0));
            }
        } catch (IllegalStateException e) {
            assertTrue(e.getMessage().contains("closed"), e.getMessage());
        }
    }

    @Test
    void anInterruptedThreadSpoilsNothingForOthers() throws Exception {
        try (Checkpoint checkpoint = Checkpoint.open(file("interrupted.safetensors", 0))) {
            Thread thread = new Thread(() -> {
                Thread.currentThread().interrupt();
                checkpoint.tensor("t1").buffer();
                assertTrue(Thread.currentThread().isInterrupted());
            });
            thread.start();
            thread.join();
            assertAll(checkpoint.tensor("t1").buffer(), (byte) 1);
        }
    }

    @Test
    void aReplacedFileIsReadAsItWasOpened() throws IOException {
        Path file = file("replaced.safetensors", 1);
        try (Checkpoint before = Checkpoint.open(file)) {
            file("replaced.safetensors", 100);
            assertAll(before.tensor("t0").buffer(), (byte) 1);
            try (Checkpoint after = Checkpoint.open(file)) {
                assertAll(after.tensor("t0").buffer(), (byte) 100);
                assertArrayEquals(
                        before.tensor("t0").shape(), after.tensor("t0").shape());
            }
        }
    }

    private static void finish(List<Future<Void>> tasks) throws InterruptedException, ExecutionException {
        for (Future<Void> task : tasks) {
            task.get();
        }
    }
}
