package dev.fundir;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Checkpoints that do not fit one file. */
class ShardedWriterTest {
    @TempDir
    Path folder;

    @Test
    void aFolderGetsOneFileWhileItHasRoom() throws IOException {
        Path model = folder.resolve("new/model");
        Path written =
                tensors(CheckpointWriter.toFolder(model), 10, "a", "b", "c").write();
        assertEquals(model.resolve("model.safetensors"), written);
        assertEquals(List.of("model.safetensors"), names(model));
        Path alone = folder.resolve("alone.safetensors");
        tensors(CheckpointWriter.to(alone), 10, "a", "b", "c").write();
        assertEquals(-1, Files.mismatch(alone, written));
    }

    @Test
    void shardsArePackedInNameOrder() throws IOException {
        CheckpointWriter writer =
                CheckpointWriter.toFolder(folder).shardSize(30).metadata("k", "v");
        writer.tensor("d", DType.U8, new long[] {20}, ByteBuffer.wrap(TestFile.data(20)));
        writer.tensor("e", DType.I64, new long[] {1}, ByteBuffer.wrap(TestFile.data(8)));
        writer.tensor("c", DType.U8, new long[] {50}, ByteBuffer.wrap(TestFile.data(50)));
        writer.tensor("b", DType.U8, new long[] {20}, ByteBuffer.wrap(TestFile.data(20)));
        writer.tensor("a", DType.U8, new long[] {10}, ByteBuffer.wrap(TestFile.data(10)));
        Path index = writer.write();
        assertEquals(folder.resolve("model.safetensors.index.json"), index);
        assertEquals("""
                {
                  "metadata": {
                    "total_size": 108
                  },
                  "weight_map": {
                    "a": "model-00001-of-00003.safetensors",
                    "b": "model-00001-of-00003.safetensors",
                    "c": "model-00002-of-00003.safetensors",
                    "d": "model-00003-of-00003.safetensors",
                    "e": "model-00003-of-00003.safetensors"
                  }
                }
                """, Files.readString(index));
        try (Checkpoint checkpoint = Checkpoint.open(index)) {
            assertEquals(List.of("a", "b", "c", "d", "e"), checkpoint.names());
            for (Tensor tensor : checkpoint.tensors()) {
                assertArrayEquals(TestFile.data((int) tensor.byteSize()), TestFile.bytes(tensor.buffer()));
            }
            for (CheckpointFile file : checkpoint.files()) {
                assertEquals(Map.of("k", "v"), file.metadata());
            }
            // In a shard the order is the format's.
            assertEquals("e", checkpoint.files().get(2).tensors().get(0).name());
        }
    }

    /** Any tensors, any size: what is read is what was declared, and no shard has more than it may. */
    @Test
    void randomCheckpointsReadBackFromShards() throws IOException {
        Random random = new Random(7);
        for (int run = 0; run < 30; run++) {
            Path model = folder.resolve("model" + run);
            long shardSize = 1L + random.nextInt(2000);
            CheckpointWriter writer = CheckpointWriter.toFolder(model).shardSize(shardSize);
            Map<String, byte[]> expected = new TreeMap<>();
            for (int i = random.nextInt(60); i > 0; i--) {
                String name = "t" + random.nextInt(1_000_000) + (random.nextBoolean() ? "\uD83D\uDE00" : "\uFFFD");
                DType dtype = List.of(DType.U8, DType.F16, DType.F32, DType.I64, DType.F4)
                        .get(random.nextInt(5));
                long[] shape = {random.nextInt(4), 2L * random.nextInt(40)};
                byte[] bytes = new byte[(int) dtype.byteSize(shape[0] * shape[1])];
                random.nextBytes(bytes);
                if (expected.putIfAbsent(name, bytes) == null) {
                    writer.tensor(name, dtype, shape, TensorSource.of(() -> ByteBuffer.wrap(bytes)));
                }
            }
            writer.write();
            try (Checkpoint checkpoint = Checkpoint.open(model)) {
                Map<String, byte[]> found = new HashMap<>();
                checkpoint.tensors().forEach(tensor -> found.put(tensor.name(), TestFile.bytes(tensor.buffer())));
                assertEquals(expected.keySet(), found.keySet());
                expected.forEach((name, bytes) -> assertArrayEquals(bytes, found.get(name)));
                for (CheckpointFile file : checkpoint.files()) {
                    long bytes = file.byteSize() - file.dataOffset();
                    assertTrue(bytes <= shardSize || file.tensorCount() == 1 || onlyOneHasBytes(file));
                }
            }
        }
    }

    private static boolean onlyOneHasBytes(CheckpointFile file) {
        return file.tensors().stream().filter(tensor -> tensor.byteSize() > 0).count() == 1;
    }

    @Test
    void equalDeclarationsGiveEqualShards() throws IOException {
        Path one = folder.resolve("one");
        Path two = folder.resolve("two");
        tensors(CheckpointWriter.toFolder(one).shardSize(25), 10, "a", "b", "c", "d", "e")
                .write();
        tensors(CheckpointWriter.toFolder(two).shardSize(25), 10, "d", "e", "b", "a", "c")
                .write();
        assertEquals(4, names(one).size());
        assertEquals(names(one), names(two));
        for (String name : names(one)) {
            assertEquals(-1, Files.mismatch(one.resolve(name), two.resolve(name)), name);
        }
    }

    @Test
    void whatAnEarlierCheckpointLeftIsRemovedAndNothingElse() throws IOException {
        Files.writeString(folder.resolve("config.json"), "{}");
        Files.writeString(folder.resolve("other-00001-of-00002.safetensors"), "x");
        List<Integer> shardSizes = List.of(10, 1000, 20, 30, 10, 20, 1000);
        for (int shardSize : shardSizes) {
            int bytes = 4 + shardSizes.indexOf(shardSize) % 3;
            tensors(CheckpointWriter.toFolder(folder).shardSize(shardSize), bytes, "a", "b", "c", "d", "e")
                    .write();
            try (Checkpoint checkpoint = Checkpoint.open(folder)) {
                assertEquals(5, checkpoint.tensorCount());
                checkpoint.tensors().forEach(tensor -> assertEquals(bytes, tensor.byteSize()));
                List<String> expected = new ArrayList<>(List.of("config.json", "other-00001-of-00002.safetensors"));
                checkpoint
                        .files()
                        .forEach(file -> expected.add(file.path().getFileName().toString()));
                if (checkpoint.files().size() > 1) {
                    expected.add("model.safetensors.index.json");
                }
                assertEquals(expected.stream().sorted().toList(), names(folder));
            }
        }
    }

    @Test
    void aFailureLeavesTheEarlierCheckpoint() throws IOException {
        tensors(CheckpointWriter.toFolder(folder).shardSize(10), 10, "a", "b").write();
        Map<String, byte[]> before = contents();
        CheckpointWriter writer = tensors(CheckpointWriter.toFolder(folder).shardSize(10), 10, "a", "b");
        writer.tensor("z", DType.U8, new long[] {1}, channel -> {
            throw new IOException("lost the connection");
        });
        assertThrows(IOException.class, writer::write);
        Map<String, byte[]> after = contents();
        assertEquals(before.keySet(), after.keySet());
        before.forEach((name, bytes) -> assertArrayEquals(bytes, after.get(name)));

        Path none = folder.resolve("none/at/all");
        CheckpointWriter toNew = CheckpointWriter.toFolder(none).tensor("z", DType.U8, new long[] {1}, channel -> {
            throw new IOException("lost the connection");
        });
        assertThrows(IOException.class, toNew::write);
        assertFalse(Files.exists(folder.resolve("none")));
    }

    @Test
    void aFolderIsRewrittenFromItself() throws IOException {
        tensors(CheckpointWriter.toFolder(folder).shardSize(10), 10, "a", "b", "c")
                .write();
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            CheckpointWriter writer = CheckpointWriter.toFolder(folder).shardSize(20);
            checkpoint.tensors().forEach(writer::tensor);
            writer.write();
        }
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            assertEquals(2, checkpoint.files().size());
            checkpoint
                    .tensors()
                    .forEach(tensor -> assertArrayEquals(TestFile.data(10), TestFile.bytes(tensor.buffer())));
        }
    }

    @Test
    void aFileThatIsSplitGetsItsShardsBesideIt() throws IOException {
        Path file = folder.resolve("m.safetensors");
        Path index =
                tensors(CheckpointWriter.to(file).shardSize(10), 10, "a", "b").write();
        assertEquals(folder.resolve("m.safetensors.index.json"), index);
        assertEquals(
                List.of("m-00001-of-00002.safetensors", "m-00002-of-00002.safetensors", "m.safetensors.index.json"),
                names(folder));
        assertEquals(file, tensors(CheckpointWriter.to(file), 10, "a", "b").write());
        assertEquals(4, names(folder).size());
    }

    @Test
    void anInterruptionDoesNotStopBetweenTwoFiles() throws IOException {
        CheckpointWriter writer = tensors(CheckpointWriter.toFolder(folder).shardSize(10), 10, "a", "b");
        writer.tensor("z", DType.U8, new long[] {1}, channel -> {
            channel.write(ByteBuffer.allocate(1));
            Thread.currentThread().interrupt();
        });
        writer.write();
        assertTrue(Thread.interrupted());
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            assertEquals(List.of("a", "b", "z"), checkpoint.names());
        }
    }

    @Test
    void aShardHoldsSomething() {
        assertThrows(IllegalArgumentException.class, () -> CheckpointWriter.toFolder(folder)
                .shardSize(0));
    }

    private static CheckpointWriter tensors(CheckpointWriter writer, int bytes, String... names) {
        for (String name : names) {
            writer.tensor(name, DType.U8, new long[] {bytes}, ByteBuffer.wrap(TestFile.data(bytes)));
        }
        return writer;
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    private Map<String, byte[]> contents() throws IOException {
        Map<String, byte[]> contents = new TreeMap<>();
        for (String name : names(folder)) {
            contents.put(name, Files.readAllBytes(folder.resolve(name)));
        }
        return contents;
    }
}
