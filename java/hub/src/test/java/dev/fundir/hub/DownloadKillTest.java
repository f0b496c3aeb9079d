package dev.fundir.hub;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fundir.hub.fake.Content;
import dev.fundir.hub.fake.FakeHub;
import dev.fundir.hub.fake.FakeModel;
import dev.fundir.hub.fake.Fault;
import dev.fundir.hub.fake.SeenRequest.Server;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class DownloadKillTest {
    private static final ModelId MODEL = ModelId.of("org/model");
    private static final String FILE = "model.safetensors";
    private static final int SIZE = 3_000_000;
    private static final int CHUNK = 400_000;
    private static final int KILLS = 5;
    private static final byte[] BYTES = Bytes.random(SIZE, 1);

    @TempDir
    Path cache;

    private FakeHub fake;
    private FakeModel model;
    private Path blob;

    @BeforeEach
    void start() throws IOException {
        fake = new FakeHub();
        model = fake.model("org/model").large(FILE, BYTES);
        blob = cache.resolve("models--org--model/blobs")
                .resolve(Content.of(BYTES).sha256());
    }

    @AfterEach
    void stop() throws IOException {
        fake.close();
    }

    private Process download(int chunk) throws IOException {
        return DownloadProcess.start(fake.endpoint(), cache, MODEL, chunk);
    }

    @Test
    void aDownloadThatIsKilledFiveTimesLosesNothing() throws Exception {
        Path partial = blob.resolveSibling(blob.getFileName() + ".fundir.incomplete");
        // Four connections of 250 KB a second.
        fake.fault(
                Server.CDN, FILE, Collections.nCopies(1000, Fault.slow(250_000)).toArray(Fault[]::new));
        List<Long> kept = new ArrayList<>(List.of(0L));
        for (int i = 1; i <= KILLS; i++) {
            Process process = download(CHUNK);
            while (there(partial) < (long) SIZE * i / (KILLS + 1)) {
                assertTrue(process.isAlive());
                Thread.sleep(5);
            }
            process.destroyForcibly();
            assertTrue(process.waitFor(10, TimeUnit.SECONDS));
            assertFalse(Files.exists(blob));
            kept.add(there(partial));
            assertTrue(kept.get(i) > kept.get(i - 1), kept.toString());
            // The cache of a killed process can be looked at, and is not complete.
            assertTrue(Files.isDirectory(cache.resolve("models--org--model/snapshots")));
        }
        assertEquals(kept.get(KILLS), DownloadProcess.reused(download(CHUNK)));
        assertArrayEquals(
                BYTES,
                Files.readAllBytes(cache.resolve("models--org--model/snapshots")
                        .resolve(model.sha("main").orElseThrow())
                        .resolve(FILE)));
        assertFalse(Files.exists(partial));
    }

    @Test
    void twoProcessesMoveAFileOnce() throws Exception {
        fake.fault(Server.CDN, FILE, Fault.slow(2_000_000));
        Process one = download(SIZE);
        Process two = download(SIZE);
        List<Long> reused = new ArrayList<>(List.of(DownloadProcess.reused(one), DownloadProcess.reused(two)));
        Collections.sort(reused);
        assertEquals(List.of(0L, (long) SIZE), reused);
        assertEquals(1, fake.seen(Server.CDN, "GET", FILE).size());
        assertArrayEquals(BYTES, Files.readAllBytes(blob));
    }

    /** Bytes that the journal of a partial file knows of. */
    private static long there(Path partial) throws IOException {
        if (!Files.exists(partial) || Files.size(partial) <= SIZE) {
            return 0;
        }
        ByteBuffer journal = ByteBuffer.wrap(Files.readAllBytes(partial)).order(ByteOrder.LITTLE_ENDIAN);
        journal.position(SIZE + 16);
        long there = 0;
        while (journal.remaining() >= Integer.BYTES) {
            there += journal.getInt();
        }
        return there;
    }
}
