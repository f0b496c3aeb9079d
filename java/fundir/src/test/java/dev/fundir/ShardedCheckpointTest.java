package dev.fundir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fundir.CheckpointFormatException.Reason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ShardedCheckpointTest {
    private static final String INDEX = "model.safetensors.index.json";

    @TempDir
    Path folder;

    private Path index(String... tensorsAndFiles) throws IOException {
        StringBuilder map = new StringBuilder();
        for (int i = 0; i < tensorsAndFiles.length; i += 2) {
            map.append(i == 0 ? "" : ",").append("\"" + tensorsAndFiles[i] + "\":\"" + tensorsAndFiles[i + 1] + "\"");
        }
        return Files.writeString(
                folder.resolve(INDEX), "{\"metadata\":{\"total_size\":4},\"weight_map\":{" + map + "}}");
    }

    private void shards() throws IOException {
        TestFile.ofNames(folder.resolve("model-00001-of-00002.safetensors"), 10, "c", "a");
        TestFile.ofNames(folder.resolve("model-00002-of-00002.safetensors"), 20, "d", "b");
    }

    private static void assertIsTheWhole(Checkpoint checkpoint) {
        assertEquals(2, checkpoint.files().size());
        assertEquals(List.of("a", "b", "c", "d"), checkpoint.names());
        assertEquals(
                List.of("c", "a", "d", "b"),
                checkpoint.tensorsInFileOrder().stream().map(Tensor::name).toList());
        assertEquals(11, checkpoint.tensor("a").buffer().get(0));
        assertEquals(21, checkpoint.tensor("b").buffer().get(0));
        assertEquals(4, checkpoint.tensorCount());
        assertEquals(4, checkpoint.parameterCount());
        assertEquals(
                checkpoint.files().stream().mapToLong(CheckpointFile::byteSize).sum(), checkpoint.byteSize());
    }

    @Test
    void opensAFolderWithAnIndex() throws IOException {
        shards();
        Path index = index(
                "a",
                "model-00001-of-00002.safetensors",
                "b",
                "model-00002-of-00002.safetensors",
                "c",
                "model-00001-of-00002.safetensors",
                "d",
                "model-00002-of-00002.safetensors");
        for (Path path : List.of(folder, index)) {
            try (Checkpoint checkpoint = Checkpoint.open(path)) {
                assertIsTheWhole(checkpoint);
                assertEquals(path, checkpoint.path());
            }
        }
    }

    @Test
    void opensAFolderWithoutAnIndex() throws IOException {
        shards();
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            assertIsTheWhole(checkpoint);
        }
    }

    @Test
    void includesTensorsThatTheIndexDoesNotMention() throws IOException {
        shards();
        index("a", "model-00001-of-00002.safetensors", "b", "model-00002-of-00002.safetensors");
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            assertIsTheWhole(checkpoint);
        }
    }

    @Test
    void opensLinksAsACacheOfDownloadsHasThem() throws IOException {
        Path blobs = Files.createDirectory(folder.resolve("blobs"));
        Path snapshot = Files.createDirectory(folder.resolve("snapshot"));
        shards();
        index(
                "a",
                "model-00001-of-00002.safetensors",
                "b",
                "model-00002-of-00002.safetensors",
                "c",
                "model-00001-of-00002.safetensors",
                "d",
                "model-00002-of-00002.safetensors");
        for (String name : List.of(INDEX, "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors")) {
            Path blob = Files.move(folder.resolve(name), blobs.resolve(Integer.toHexString(name.hashCode())));
            Files.createSymbolicLink(
                    snapshot.resolve(name), Path.of("..").resolve("blobs").resolve(blob.getFileName()));
        }
        for (Path path : List.of(snapshot, snapshot.resolve(INDEX))) {
            try (Checkpoint checkpoint = Checkpoint.open(path)) {
                assertIsTheWhole(checkpoint);
            }
        }
        Path link = Files.createSymbolicLink(folder.resolve("link"), snapshot);
        try (Checkpoint checkpoint = Checkpoint.open(link)) {
            assertIsTheWhole(checkpoint);
        }
    }

    @Test
    void prefersTheIndexThenTheModelThenShardsThenTheOnlyFile() throws IOException {
        TestFile.ofNames(folder.resolve("other.safetensors"), 0, "other");
        assertNames("other");
        TestFile.ofNames(folder.resolve("x-00001-of-00001.safetensors"), 0, "shard");
        assertNames("shard");
        TestFile.ofNames(folder.resolve("model.safetensors"), 0, "model");
        assertNames("model");
        index("other", "other.safetensors");
        assertNames("other");
    }

    private void assertNames(String... names) throws IOException {
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            assertEquals(List.of(names), checkpoint.names());
        }
    }

    @Test
    void listsMissingShards() throws IOException {
        TestFile.ofNames(folder.resolve("model-00002-of-00009.safetensors"), 0, "a");
        CheckpointFormatException e = refused(Reason.SHARD_MISSING);
        assertTrue(e.getMessage().contains("8 of 9 shards"), e.getMessage());
        assertTrue(e.getMessage().contains("model-00001-of-00009.safetensors, model-00003-of-00009"), e.getMessage());
        assertTrue(e.getMessage().contains("and 3 more"), e.getMessage());

        index("a", "model-00002-of-00009.safetensors", "b", "lost.safetensors");
        e = refused(Reason.SHARD_MISSING);
        assertTrue(e.getMessage().contains("1 of 2 shards are not there: lost.safetensors"), e.getMessage());
    }

    @Test
    void aBrokenShardIsNamed() throws IOException {
        shards();
        Path second = folder.resolve("model-00002-of-00002.safetensors");
        Files.write(second, Arrays.copyOf(Files.readAllBytes(second), (int) Files.size(second) - 1));
        assertEquals(second, refused(Reason.INCOMPLETE).file());
    }

    @Test
    void listsTensorsThatAreNotWhereTheIndexSays() throws IOException {
        shards();
        index(
                "a",
                "model-00002-of-00002.safetensors",
                "b",
                "model-00002-of-00002.safetensors",
                "gone",
                "model-00001-of-00002.safetensors");
        CheckpointFormatException e = refused(Reason.TENSOR_NOT_IN_SHARD);
        assertTrue(e.getMessage().contains("2 of the 3 tensors"), e.getMessage());
        assertTrue(e.getMessage().contains("a (model-00002-of-00002.safetensors), gone (model-00001"), e.getMessage());
    }

    @Test
    void theIndexDecidesBetweenTensorsOfOneName() throws IOException {
        TestFile.ofNames(folder.resolve("one.safetensors"), 10, "b", "same");
        TestFile.ofNames(folder.resolve("two.safetensors"), 20, "same", "a");
        index("b", "one.safetensors", "same", "two.safetensors", "a", "two.safetensors");
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            assertEquals(List.of("a", "b", "same"), checkpoint.names());
            assertEquals(
                    List.of("b", "same", "a"),
                    checkpoint.tensorsInFileOrder().stream().map(Tensor::name).toList());
            assertEquals(20, checkpoint.tensor("same").buffer().get(0));
            assertEquals(3, checkpoint.tensorCount());
            assertEquals(2, checkpoint.files().get(0).tensorCount());
        }
        index("b", "one.safetensors", "a", "two.safetensors");
        assertEquals("same", refused(Reason.DUPLICATE_TENSOR).tensor().orElseThrow());
    }

    @Test
    void aNameInTwoShardsWithoutAnIndexIsRefused() throws IOException {
        TestFile.ofNames(folder.resolve("m-00001-of-00002.safetensors"), 0, "same");
        TestFile.ofNames(folder.resolve("m-00002-of-00002.safetensors"), 0, "same");
        CheckpointFormatException e = refused(Reason.DUPLICATE_TENSOR);
        assertTrue(
                e.getMessage().contains("m-00001-of-00002.safetensors, m-00002-of-00002.safetensors"), e.getMessage());
    }

    @Test
    void saysWhatAFolderWithoutACheckpointHolds() throws IOException {
        assertTrue(refused(Reason.NO_CHECKPOINT).getMessage().contains("nothing"));
        Files.createFile(folder.resolve("pytorch_model.bin"));
        assertTrue(refused(Reason.NO_CHECKPOINT).getMessage().contains("pytorch_model.bin"));
        TestFile.ofNames(folder.resolve("a.safetensors"), 0, "a");
        TestFile.ofNames(folder.resolve("b.safetensors"), 0, "a");
        assertTrue(refused(Reason.NO_CHECKPOINT).getMessage().contains("a.safetensors, b.safetensors"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../a.safetensors",
                "/etc/a.safetensors",
                "sub/a.safetensors",
                "..",
                "",
                "C:a.safetensors",
                "a\\\\b"
            })
    void anIndexNamesNoFileOutsideItsFolder(String name) throws IOException {
        TestFile.ofNames(folder.resolveSibling("a.safetensors"), 0, "a");
        index("a", name);
        refused(Reason.INDEX_UNSAFE_PATH);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "[]", "{\"metadata\":{}}", "{\"weight_map\":[]}", "{\"weight_map\":{\"a\":1}}"})
    void aBrokenIndexIsRefused(String json) throws IOException {
        Files.writeString(folder.resolve(INDEX), json);
        assertEquals(folder.resolve(INDEX), refused(Reason.INDEX_NOT_VALID).file());
    }

    @Test
    void mergesMetadataAndTheFirstFileWins() throws IOException {
        String first =
                "{\"__metadata__\":{\"format\":\"pt\",\"part\":\"1\"}," + TestFile.entry("a", "U8", "1", 0, 1) + "}";
        String second =
                "{\"__metadata__\":{\"part\":\"2\",\"extra\":\"x\"}," + TestFile.entry("b", "U8", "1", 0, 1) + "}";
        TestFile.write(folder.resolve("m-00001-of-00002.safetensors"), first, new byte[1]);
        TestFile.write(folder.resolve("m-00002-of-00002.safetensors"), second, new byte[1]);
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            assertEquals(Map.of("extra", "x", "format", "pt", "part", "1"), checkpoint.metadata());
            assertEquals(
                    Map.of("part", "2", "extra", "x"), checkpoint.files().get(1).metadata());
        }
    }

    @Test
    void ordersNamesAcrossManyShards() throws IOException {
        int shards = 7;
        for (int shard = 1; shard <= shards; shard++) {
            String[] names = new String[shard == 3 ? 0 : 50];
            for (int i = 0; i < names.length; i++) {
                names[i] = "layer." + (i * shards + shard) * 7919 % 1000 + "." + shard
                        + (i % 2 == 0 ? "\uFF5E" : "\uD83D\uDE00");
            }
            TestFile.ofNames(folder.resolve(String.format("m-%05d-of-%05d.safetensors", shard, shards)), 0, names);
        }
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            List<String> sorted = checkpoint.tensorsInFileOrder().stream()
                    .map(Tensor::name)
                    .sorted((a, b) -> Arrays.compareUnsigned(
                            a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8)))
                    .toList();
            assertEquals(300, sorted.size());
            assertEquals(sorted, checkpoint.names());
            for (Tensor tensor : checkpoint.tensorsInFileOrder()) {
                assertEquals(tensor, checkpoint.tensor(tensor.name()));
            }
        }
    }

    private CheckpointFormatException refused(Reason reason) {
        CheckpointFormatException e = assertThrows(CheckpointFormatException.class, () -> Checkpoint.open(folder));
        assertEquals(reason, e.reason(), e.getMessage());
        return e;
    }
}
