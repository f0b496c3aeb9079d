package dev.fundir.hub;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fundir.hub.HubException.Reason;
import dev.fundir.hub.fake.Content;
import dev.fundir.hub.fake.FakeHub;
import dev.fundir.hub.fake.FakeModel;
import dev.fundir.hub.fake.Fault;
import dev.fundir.hub.fake.SeenRequest.Server;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class DownloadFaultsTest {
    private static final ModelId MODEL = ModelId.of("org/model");
    private static final String FILE = "model.safetensors";
    private static final int SIZE = 700_000;
    private static final int CHUNK = 100_000;
    private static final byte[] BYTES = Bytes.random(SIZE, 1);

    @TempDir
    Path cache;

    private FakeHub fake;
    private FakeModel model;
    private RecordedWaits waits;
    private Hub hub;

    @BeforeEach
    void start() throws IOException {
        fake = new FakeHub().token("hf_secret", false);
        model = fake.model("org/model").large(FILE, BYTES).regular("config.json", "{}");
        waits = new RecordedWaits();
        hub = HubOf.fake(fake, null, cache, waits);
    }

    @AfterEach
    void stop() throws IOException {
        fake.close();
    }

    private Download download() {
        return hub.download(MODEL).include(FILE).chunk(CHUNK).threads(4);
    }

    /** One stream for all of it. */
    private Download stream() {
        return download().chunk(SIZE);
    }

    private void assertRight(Path snapshot) throws IOException {
        assertArrayEquals(BYTES, Files.readAllBytes(snapshot.resolve(FILE)));
        assertEquals(List.of(Content.of(BYTES).sha256()), blobs());
    }

    private List<String> blobs() throws IOException {
        Path blobs = cache.resolve("models--org--model/blobs");
        if (!Files.exists(blobs)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(blobs)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    private List<String> ranges() {
        return fake.seen(Server.CDN, "GET", FILE).stream()
                .map(request -> Objects.toString(request.headers().get("range")))
                .toList();
    }

    private HubException refused(Download download) {
        HubException e = assertThrows(HubException.class, download::run);
        assertTrue(e.getMessage().contains("org/model"), e.getMessage());
        assertFalse(Files.exists(cache.resolve(
                "models--org--model/snapshots/" + model.sha("main").orElseThrow() + "/" + FILE)));
        return e;
    }

    @Test
    void aStreamThatIsCutGoesOnWhereItWas() throws IOException {
        fake.fault(Server.CDN, FILE, Fault.cut(150_000), Fault.cut(200_000), Fault.cut(1));
        assertRight(stream().run());
        // A connection that is closed may take bytes with it that had come.
        List<Long> starts = ranges().stream()
                .map(range -> range.equals("null") ? 0 : Long.parseLong(range.replaceAll("bytes=(\\d+)-.*", "$1")))
                .toList();
        assertEquals(starts.stream().sorted().toList(), starts);
        assertTrue(starts.get(starts.size() - 1) > 0, starts.toString());
    }

    @Test
    void aStreamThatStallsIsAskedForAgain() throws IOException {
        fake.fault(Server.CDN, FILE, Fault.stall(150_000));
        assertRight(stream().run());
        assertEquals(List.of("null", "bytes=150000-" + (SIZE - 1)), ranges());
    }

    @Test
    void partsThatAreCutAndStallGoOn() throws IOException {
        fake.fault(
                Server.CDN, FILE, Fault.cut(10), Fault.none(), Fault.stall(50_000), Fault.cut(99_999), Fault.stall(0));
        assertRight(download().run());
    }

    @Test
    void fiveFailuresWithoutAByteAreTheEnd() throws IOException {
        fake.fault(Server.CDN, FILE, Fault.stall(1000));
        fake.fault(Server.CDN, FILE, Collections.nCopies(6, Fault.stall(0)).toArray(Fault[]::new));
        HubException e = refused(stream());
        assertEquals(Reason.STALLED, e.reason());
        assertTrue(e.getMessage().contains(FILE), e.getMessage());
        // After progress the count began anew: one second, then the usual five.
        assertEquals(List.of(1L, 2L, 4L, 8L, 8L, 8L), waits.seconds());
        // What came is kept.
        assertRight(stream().run());
        assertEquals("bytes=1000-" + (SIZE - 1), ranges().get(ranges().size() - 1));
    }

    @Test
    void ignoredRangesAreReadAsOneStream() throws IOException {
        fake.fault(
                Server.CDN, FILE, Collections.nCopies(10, Fault.ignoredRange()).toArray(Fault[]::new));
        assertRight(download().run());
        assertEquals(List.of("bytes=0-99999", "null"), ranges());
    }

    @Test
    void aResumedStreamWhoseRangeIsIgnoredIsRight() throws IOException {
        fake.fault(Server.CDN, FILE, Fault.cut(150_000), Fault.ignoredRange(), Fault.cut(400_000), Fault.none());
        assertRight(stream().run());
    }

    @Test
    void rangesThatAreIgnoredInTheMiddleAreRight() throws IOException {
        fake.fault(Server.CDN, FILE, Fault.none(), Fault.slow(300_000), Fault.none(), Fault.ignoredRange());
        assertRight(download().run());
    }

    @Test
    void wrongBytesAreNeverVisible() throws IOException {
        fake.fault(Server.CDN, FILE, Fault.wrongByte(600_000));
        HubException e = refused(stream());
        assertEquals(Reason.MISMATCH, e.reason());
        assertTrue(e.getMessage().contains(Content.of(BYTES).sha256()), e.getMessage());
        assertEquals(List.of(), blobs());
        assertRight(stream().run());
    }

    @Test
    void wrongBytesOfGitAreNeverVisible() throws IOException {
        fake.fault(Server.HUB, "config.json", Fault.none(), Fault.wrongByte(0));
        HubException e = assertThrows(
                HubException.class,
                () -> hub.download(MODEL).include("config.json").run());
        assertEquals(Reason.MISMATCH, e.reason());
        assertEquals(List.of(), blobs());
    }

    @Test
    void wrongBytesFromBeforeAreLoadedOnceMore() throws IOException {
        fake.fault(Server.CDN, FILE, Fault.stall(150_000), Fault.status(416));
        refused(stream());
        Path partial = cache.resolve("models--org--model/blobs/" + blobs().get(0));
        byte[] begun = Files.readAllBytes(partial);
        begun[77] ^= 1;
        Files.write(partial, begun);
        fake.forget();
        assertRight(stream().run());
        assertEquals(List.of("bytes=150000-" + (SIZE - 1), "null"), ranges());
    }

    @Test
    void wrongBytesOnceMoreAreTheEnd() throws IOException {
        fake.fault(Server.CDN, FILE, Fault.stall(150_000), Fault.status(416));
        refused(stream());
        fake.fault(Server.CDN, FILE, Fault.wrongByte(300_000), Fault.wrongByte(5));
        assertEquals(Reason.MISMATCH, refused(stream()).reason());
        assertEquals(List.of(), blobs());
    }

    @Test
    void anotherSizeThanListedIsRefused() throws IOException {
        for (Download download : List.of(stream(), download())) {
            fake.fault(Server.HUB, FILE, Fault.headers(Map.of("X-Linked-Size", "5")));
            assertEquals(Reason.MISMATCH, refused(download).reason());
        }
        fake.fault(Server.CDN, FILE, Fault.headers(Map.of("Content-Range", "bytes 0-99999/600000")));
        assertEquals(Reason.MISMATCH, refused(download()).reason());
        fake.fault(Server.CDN, FILE, Fault.headers(Map.of("Content-Length", "" + (SIZE + 1))));
        assertEquals(Reason.MISMATCH, refused(stream()).reason());
    }

    @Test
    void moreThanAnnouncedIsNotWritten() throws IOException {
        // Without a length the answer goes on until the connection is closed.
        fake.fault(
                Server.CDN,
                FILE,
                Fault.headers(Map.of("Content-Range", "bytes 0-49999/" + SIZE, "Connection", "close")));
        assertEquals(Reason.MISMATCH, refused(download()).reason());
        assertTrue(blobs().stream().allMatch(name -> name.endsWith(".incomplete")), blobs().toString());
    }

    @Test
    void anotherRangeThanAskedForIsRefused() throws IOException {
        for (String range : List.of("bytes 5-100004/" + SIZE, "bytes 0-100000/" + SIZE, "bytes 0-99999", "")) {
            fake.fault(Server.CDN, FILE, Fault.headers(Map.of("Content-Range", range)));
            assertEquals(Reason.SERVER, refused(download()).reason(), range);
        }
    }

    @Test
    void aShorterRangeIsGoneOnWith() throws IOException {
        fake.fault(
                Server.CDN,
                FILE,
                Fault.headers(Map.of("Content-Range", "bytes 0-999/" + SIZE, "Content-Length", "1000")));
        assertRight(download().run());
        assertTrue(ranges().contains("bytes=1000-99999"), ranges().toString());
    }

    @Test
    void anEncodedAnswerIsRefused() {
        fake.fault(Server.CDN, FILE, Fault.headers(Map.of("Content-Encoding", "gzip")));
        assertEquals(Reason.SERVER, refused(stream()).reason());
    }

    @Test
    void anotherCommitIsRefused() {
        fake.fault(Server.HUB, FILE, Fault.headers(Map.of("X-Repo-Commit", "a".repeat(40))));
        assertEquals(Reason.MISMATCH, refused(stream()).reason());
    }

    @Test
    void anAddressThatIsGoodNoMoreIsAskedForAgain() throws IOException {
        fake.fault(Server.CDN, FILE, Fault.none(), Fault.status(403), Fault.none(), Fault.status(403));
        assertRight(download().threads(1).run());
        assertEquals(3, fake.seen(Server.HUB, "GET", FILE).size());
    }

    @Test
    void manyRequestsWaitAsTheServerAsks() throws IOException {
        fake.fault(Server.CDN, FILE, Fault.status(429, Map.of("Retry-After", "37")), Fault.status(503));
        fake.fault(Server.HUB, "/revision/main", Fault.status(429, Map.of("ratelimit", "\"api\";r=0;t=55")));
        assertRight(stream().run());
        assertEquals(List.of(55L, 37L, 2L), waits.seconds());
    }

    @Test
    void theTokenGoesToTheHubAlone() throws IOException {
        Hub known = HubOf.fake(fake, "hf_secret", cache, waits);
        fake.fault(Server.CDN, FILE, Fault.stall(10), Fault.status(403));
        assertRight(known.download(MODEL).include(FILE).chunk(CHUNK).run());
        assertTrue(fake.seen().stream()
                .filter(request -> request.server() == Server.CDN)
                .noneMatch(request -> request.headers().toString().contains("hf_secret")));
        assertTrue(fake.seen().stream()
                .filter(request -> request.server() == Server.HUB)
                .allMatch(request -> request.headers().get("authorization").equals("Bearer hf_secret")));
    }

    @Test
    void gatedAndMissingModelsSayWhatToDo() throws IOException {
        model.setGated();
        assertEquals(Reason.GATED, refused(stream()).reason());
        assertEquals(
                Reason.NOT_FOUND,
                assertThrows(HubException.class, () -> hub.download(ModelId.of("org/none"))
                                .run())
                        .reason());
        assertEquals(
                Reason.REVISION,
                assertThrows(HubException.class, () -> hub.download(new ModelId("org/model", "none"))
                                .run())
                        .reason());
    }

    @Test
    void oneFileThatFailsEndsTheOthers() throws IOException {
        for (int i = 0; i < 6; i++) {
            model.large("other-" + i + ".safetensors", Bytes.random(200_000, i));
            Fault[] slow = new Fault[3];
            Arrays.fill(slow, Fault.slow(20_000));
            fake.fault(Server.CDN, "other-" + i + ".safetensors", slow);
        }
        fake.fault(Server.CDN, FILE, Fault.wrongByte(3));
        long start = System.nanoTime();
        HubException e = assertThrows(
                HubException.class,
                () -> hub.download(MODEL).include("*.safetensors").threads(8).run());
        assertEquals(Reason.MISMATCH, e.reason());
        assertTrue(System.nanoTime() - start < 5_000_000_000L);
    }

    @Test
    void aFolderThatCannotBeWrittenIsNamed() throws IOException {
        Path file = Files.writeString(cache.resolve("file"), "");
        Hub other = HubOf.fake(fake, null, file, waits);
        IOException e =
                assertThrows(IOException.class, () -> other.download(MODEL).run());
        assertTrue(e.getMessage().contains(file.toString()), e.getMessage());
    }
}
