package dev.fundir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.opentest4j.TestAbortedException;

class PrefetchTest {
    private static final int SIZE = 24 << 20;

    @TempDir
    Path folder;

    private Checkpoint checkpoint(String name) throws IOException {
        Path file = folder.resolve(name);
        ByteBuffer data = ByteBuffer.allocateDirect(SIZE);
        while (data.hasRemaining()) {
            data.put((byte) data.position());
        }
        data.flip();
        CheckpointWriter.to(file)
                .tensor("a", DType.U8, new long[] {SIZE}, data.duplicate())
                .tensor("b", DType.U8, new long[] {SIZE}, data.duplicate())
                .tensor("none", DType.F32, new long[] {0}, ByteBuffer.allocate(0))
                .write();
        return Checkpoint.open(file);
    }

    @Test
    void prefetchedTensorsAreInTheCacheBeforeTheyAreTouched() throws Exception {
        try (Checkpoint checkpoint = checkpoint("cold.safetensors")) {
            Path file = checkpoint.path();
            run("dd", "if=" + file, "iflag=nocache", "count=0");
            Assumptions.assumeTrue(residentBytes(file) == 0, "the file system does not drop what it caches");
            checkpoint.tensor("b").prefetch();
            for (int i = 0; i < 200 && residentBytes(file) < SIZE; i++) {
                Thread.sleep(20);
            }
            long resident = residentBytes(file);
            assertTrue(resident >= SIZE, resident + " bytes are in the cache");
            assertTrue(resident < SIZE + SIZE / 2, resident + " bytes are in the cache, also of the other tensor");
            checkpoint.prefetch(checkpoint.tensors());
            for (int i = 0; i < 200 && residentBytes(file) < 2 * SIZE; i++) {
                Thread.sleep(20);
            }
            assertTrue(residentBytes(file) >= 2 * SIZE);
            assertEquals((byte) 77, checkpoint.tensor("b").buffer().get(77));
        }
    }

    private static long residentBytes(Path file) throws Exception {
        return Long.parseLong(run("fincore", "--bytes", "--noheadings", "--output", "RES", file.toString()));
    }

    private static String run(String... command) throws Exception {
        Process process;
        try {
            process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException e) {
            throw new TestAbortedException("there is no " + command[0]);
        }
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        Assumptions.assumeTrue(process.waitFor() == 0, command[0] + " fails");
        return output;
    }

    @Test
    void aHintChangesNothingForTensorsWithoutBytesAndManyAtOnce() throws IOException {
        try (Checkpoint checkpoint = checkpoint("warm.safetensors")) {
            checkpoint.tensor("none").prefetch();
            checkpoint.prefetch(List.of());
            checkpoint.prefetch(List.of(checkpoint.tensor("none"), checkpoint.tensor("b")));
            assertEquals((byte) 5, checkpoint.tensor("a").buffer().get(5));
        }
    }

    @Test
    void aClosedCheckpointTakesNoHint() throws IOException {
        Checkpoint checkpoint = checkpoint("closed.safetensors");
        Tensor tensor = checkpoint.tensor("a");
        checkpoint.close();
        assertThrows(IllegalStateException.class, tensor::prefetch);
        assertThrows(IllegalStateException.class, () -> checkpoint.prefetch(List.of(tensor)));
    }

    @Test
    void aTensorOfAnotherCheckpointIsRefused() throws IOException {
        try (Checkpoint one = checkpoint("one.safetensors");
                Checkpoint other = checkpoint("other.safetensors")) {
            String message = assertThrows(
                            IllegalArgumentException.class, () -> one.prefetch(List.of(other.tensor("a"))))
                    .getMessage();
            assertTrue(message.contains("tensor a of") && message.contains("one.safetensors"), message);
        }
    }
}
