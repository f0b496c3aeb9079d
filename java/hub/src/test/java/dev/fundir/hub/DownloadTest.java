package dev.fundir.hub;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fundir.Checkpoint;
import dev.fundir.hub.HubException.Reason;
import dev.fundir.hub.fake.Content;
import dev.fundir.hub.fake.FakeFile;
import dev.fundir.hub.fake.FakeHub;
import dev.fundir.hub.fake.FakeModel;
import dev.fundir.hub.fake.Fault;
import dev.fundir.hub.fake.SeenRequest;
import dev.fundir.hub.fake.SeenRequest.Server;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CancellationException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class DownloadTest {
    private static final ModelId MODEL = ModelId.of("org/model");
    private static final byte[] TENSORS = Bytes.safetensors("a", Bytes.random(300_000, 1));

    @TempDir
    Path cache;

    private FakeHub fake;
    private FakeModel model;
    private Hub hub;

    @BeforeEach
    void start() throws IOException {
        fake = new FakeHub();
        model = fake.model("org/model")
                .regular("config.json", "{\"a\": 1}")
                .regular("tokenizer/extra.txt", "x")
                .large("model.safetensors", TENSORS);
        hub = HubOf.fake(fake, null, cache, new RecordedWaits());
    }

    @AfterEach
    void stop() throws IOException {
        fake.close();
    }

    private Path folder() {
        return cache.resolve("models--org--model");
    }

    @Test
    void layoutIsThatOfThePythonTools() throws IOException {
        String commit = model.sha("main").orElseThrow();
        Path snapshot = hub.download(MODEL).run();
        assertEquals(folder().resolve("snapshots").resolve(commit), snapshot);
        assertEquals(commit, Files.readString(folder().resolve("refs/main")));
        Path pointer = snapshot.resolve("model.safetensors");
        String etag = Content.of(TENSORS).sha256();
        assertEquals(Path.of("../../blobs").resolve(etag), Files.readSymbolicLink(pointer));
        assertArrayEquals(TENSORS, Files.readAllBytes(pointer));
        String oid = Content.of("{\"a\": 1}".getBytes(StandardCharsets.UTF_8)).gitOid();
        assertEquals("{\"a\": 1}", Files.readString(folder().resolve("blobs").resolve(oid)));
        assertTrue(Files.exists(cache.resolve(".locks/models--org--model/" + etag + ".lock")));
        assertTrue(Files.readString(cache.resolve("CACHEDIR.TAG")).startsWith("Signature: 8a477f597d28d1"));
        assertEquals(new TreeSet<>(List.of(etag, oid)), names(folder().resolve("blobs")));
        assertEquals(new TreeSet<>(List.of("config.json", "model.safetensors")), names(snapshot));
    }

    @Test
    void filesInFoldersLinkAcrossThem() throws IOException {
        Path snapshot = hub.download(MODEL).include("tokenizer/").run();
        Path pointer = snapshot.resolve("tokenizer/extra.txt");
        assertTrue(Files.readSymbolicLink(pointer).startsWith("../../../blobs"));
        assertEquals("x", Files.readString(pointer));
    }

    @Test
    void whatIsThereIsNotMovedAgain() throws IOException {
        hub.download(MODEL).run();
        fake.forget();
        List<TransferProgress> told = new ArrayList<>();
        hub.download(MODEL).run(told::add);
        assertEquals(List.of("/api/models/org/model/revision/main"), paths());
        TransferProgress last = told.get(told.size() - 1);
        assertEquals(2, last.filesDone());
        assertEquals(TENSORS.length + 8, last.bytesReused());
        assertEquals(last.bytesTotal(), last.bytesDone());
        String commit = model.sha("main").orElseThrow();
        fake.forget();
        hub.download(MODEL.at(commit)).run();
        assertEquals(List.of(), paths());
    }

    @Test
    void aNewCommitTakesFilesOfTheOldOne() throws IOException {
        Path before = hub.download(MODEL).run();
        model.regular("config.json", "{\"a\": 2}");
        fake.forget();
        Path after = hub.download(MODEL).run();
        assertEquals(0, fake.seen(Server.CDN, "GET", "model.safetensors").size());
        assertEquals("{\"a\": 1}", Files.readString(before.resolve("config.json")));
        assertEquals("{\"a\": 2}", Files.readString(after.resolve("config.json")));
        assertEquals(after.getFileName().toString(), Files.readString(folder().resolve("refs/main")));
    }

    @Test
    void largeFilesComeInPartsAtTheSameTime() throws IOException {
        byte[] large = Bytes.random(1_000_000, 2);
        model.large("large.safetensors", large);
        Fault[] slow = new Fault[8];
        java.util.Arrays.fill(slow, Fault.slow(400_000));
        fake.fault(Server.CDN, "large.safetensors", slow);
        long start = System.nanoTime();
        Path snapshot = hub.download(MODEL)
                .include("large.safetensors")
                .threads(8)
                .chunk(125_000)
                .run();
        double seconds = (System.nanoTime() - start) / 1e9;
        assertArrayEquals(large, Files.readAllBytes(snapshot.resolve("large.safetensors")));
        List<SeenRequest> parts = fake.seen(Server.CDN, "GET", "large.safetensors");
        assertEquals(8, parts.size());
        assertEquals(
                8,
                parts.stream()
                        .map(part -> part.headers().get("range"))
                        .distinct()
                        .count());
        // One after the other they take 2.5 s; the first, which shows whether there are ranges, is alone for a while.
        assertTrue(seconds < 1.8, seconds + " s");
        // The Hub is asked once where the file is.
        assertEquals(1, fake.seen(Server.HUB, "GET", "large.safetensors").size());
    }

    @Test
    void equalFilesAreMovedOnce() throws IOException {
        byte[] bytes = Bytes.random(50_000, 3);
        model.large("one.safetensors", bytes).large("two.safetensors", bytes);
        Path snapshot = hub.download(MODEL).include("*o*.safetensors").run();
        assertArrayEquals(bytes, Files.readAllBytes(snapshot.resolve("one.safetensors")));
        assertArrayEquals(bytes, Files.readAllBytes(snapshot.resolve("two.safetensors")));
        assertEquals(
                1,
                fake.seen().stream()
                        .filter(request -> request.server() == Server.CDN
                                && !request.path().endsWith("model.safetensors"))
                        .count());
    }

    @Test
    void theIndexSaysWhichShardsThereAre() throws IOException {
        byte[] one = Bytes.safetensors("a", new byte[] {1, 2, 3});
        byte[] two = Bytes.safetensors("b", new byte[] {4});
        FakeModel sharded = fake.model("org/sharded")
                .regular(
                        "model.safetensors.index.json",
                        "{\"metadata\":{\"total_size\":4},\"weight_map\":{\"a\":\"model-1.safetensors\","
                                + "\"b\":\"model-2.safetensors\"}}")
                .large("model-1.safetensors", one)
                .large("model-2.safetensors", two)
                .large("consolidated.safetensors", Bytes.random(1000, 4))
                .large("pytorch_model.bin", Bytes.random(1000, 5))
                .regular("README.md", "# Read me");
        try (Checkpoint checkpoint = hub.checkpoint(ModelId.of("org/sharded"))) {
            assertEquals(3, checkpoint.tensor("a").byteSize());
            assertEquals(1, checkpoint.tensor("b").byteSize());
        }
        Path snapshot = cache.resolve("models--org--sharded/snapshots")
                .resolve(sharded.sha("main").orElseThrow());
        assertEquals(
                new TreeSet<>(List.of("model-1.safetensors", "model-2.safetensors", "model.safetensors.index.json")),
                names(snapshot));
    }

    @Test
    void aShardThatTheModelLacksIsAnError() throws IOException {
        fake.model("org/broken")
                .regular("model.safetensors.index.json", "{\"weight_map\":{\"a\":\"model-1.safetensors\"}}");
        HubException e = assertThrows(
                HubException.class, () -> hub.download(ModelId.of("org/broken")).run());
        assertEquals(Reason.ENTRY, e.reason());
        assertTrue(e.getMessage().contains("model-1.safetensors"), e.getMessage());
    }

    @Test
    void aMissingFileIsRememberedAsThePythonToolsDo() throws IOException {
        HubException e = assertThrows(
                HubException.class,
                () -> hub.download(MODEL).include("nothing.json").run());
        assertEquals(Reason.ENTRY, e.reason());
        assertTrue(e.getMessage().contains("nothing.json") && e.getMessage().contains("config.json"), e.getMessage());
        Path mark = folder().resolve(".no_exist").resolve(model.sha("main").orElseThrow());
        assertTrue(Files.exists(mark.resolve("nothing.json")));
        assertTrue(Files.exists(
                folder().resolve("snapshots").resolve(model.sha("main").orElseThrow())));
    }

    @Test
    void refsHaveTheirSlashes() throws IOException {
        String commit = model.commit("refs/pr/1", Map.of("config.json", FakeFile.regular(Content.of(new byte[7]))));
        hub.download(new ModelId("org/model", "refs/pr/1"))
                .include("config.json")
                .run();
        assertEquals(commit, Files.readString(folder().resolve("refs/refs/pr/1")));
    }

    @Test
    void aFileOfAnotherSizeIsNotTakenForWhole() throws IOException {
        Path snapshot = hub.download(MODEL).run();
        Path blob = folder().resolve("blobs").resolve(Content.of(TENSORS).sha256());
        Files.write(blob, new byte[10]);
        hub.download(MODEL).run();
        assertArrayEquals(TENSORS, Files.readAllBytes(snapshot.resolve("model.safetensors")));
    }

    @Test
    void withoutLinksEachFileLiesInItsSnapshot() throws IOException {
        CacheFolder plain = new CacheFolder(cache, false);
        Path blob = Files.writeString(
                Files.createDirectories(cache.resolve("blobs")).resolve("b"), "text");
        Path one = cache.resolve("snapshots/1/file");
        plain.show(blob, one, true);
        assertFalse(Files.isSymbolicLink(one));
        assertFalse(Files.exists(blob));
        Path two = cache.resolve("snapshots/2/file");
        plain.show(one, two, false);
        assertEquals("text", Files.readString(one));
        assertEquals("text", Files.readString(two));
    }

    @Test
    void aBlobMayBeALinkItself() throws IOException {
        String etag = Content.of(TENSORS).sha256();
        Path elsewhere = Files.write(cache.resolve("elsewhere"), TENSORS);
        Path blobs = Files.createDirectories(folder().resolve("blobs"));
        Files.createSymbolicLink(blobs.resolve(etag), elsewhere);
        Path snapshot = hub.download(MODEL).include("model.safetensors").run();
        assertArrayEquals(TENSORS, Files.readAllBytes(snapshot.resolve("model.safetensors")));
        assertEquals(0, fake.seen(Server.CDN, "GET", "model.safetensors").size());
        assertTrue(Files.isSymbolicLink(blobs.resolve(etag)));
    }

    @Test
    void aBeginningOfTheOlderPythonToolsIsGoneOnWith() throws IOException {
        String etag = Content.of(TENSORS).sha256();
        Path blobs = Files.createDirectories(folder().resolve("blobs"));
        Files.write(blobs.resolve(etag + ".incomplete"), java.util.Arrays.copyOf(TENSORS, 200_000));
        hub.download(MODEL).include("model.safetensors").run();
        List<SeenRequest> seen = fake.seen(Server.CDN, "GET", "model.safetensors");
        assertEquals(
                List.of("bytes=200000-" + (TENSORS.length - 1)),
                seen.stream().map(request -> request.headers().get("range")).toList());
        assertEquals(new TreeSet<>(List.of(etag)), names(blobs));
    }

    @Test
    void interruptingEndsItAndLeavesWhatIsThere() throws Exception {
        fake.fault(Server.CDN, "model.safetensors", Fault.slow(100_000));
        Thread caller = Thread.currentThread();
        List<TransferProgress> told = new ArrayList<>();
        assertThrows(CancellationException.class, () -> hub.download(MODEL).run(progress -> {
            told.add(progress);
            if (progress.bytesDone() > 20_000) {
                caller.interrupt();
            }
        }));
        assertTrue(Thread.interrupted());
        assertTrue(told.get(told.size() - 1).bytesDone() < TENSORS.length);
        fake.forget();
        hub.download(MODEL).run();
        String range = fake.seen(Server.CDN, "GET", "model.safetensors")
                .get(0)
                .headers()
                .get("range");
        assertTrue(range != null && !range.startsWith("bytes=0-"), range);
    }

    @Test
    void whatTheListenerThrowsEndsIt() {
        assertThrows(ArithmeticException.class, () -> hub.download(MODEL).run(progress -> {
            throw new ArithmeticException();
        }));
    }

    private List<String> paths() {
        return fake.seen().stream().map(SeenRequest::path).toList();
    }

    static Set<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return new TreeSet<>(
                    files.map(file -> file.getFileName().toString()).toList());
        }
    }
}
