package dev.fundir.hub;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fundir.hub.fake.Content;
import dev.fundir.hub.fake.FakeHub;
import dev.fundir.hub.fake.FakeModel;
import dev.fundir.hub.fake.Fault;
import dev.fundir.hub.fake.SeenRequest;
import dev.fundir.hub.fake.SeenRequest.Server;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class LocalFolderTest {
    private static final ModelId MODEL = ModelId.of("org/model");
    private static final String FILE = "model.safetensors";
    private static final byte[] BYTES = Bytes.safetensors("a", Bytes.random(100_000, 1));

    @TempDir
    Path folder;

    private Path local;
    private FakeHub fake;
    private FakeModel model;
    private Hub hub;

    @BeforeEach
    void start() throws IOException {
        local = folder.resolve("my/model");
        fake = new FakeHub();
        model = fake.model("org/model").regular("sub/config.json", "{}").large(FILE, BYTES);
        hub = HubOf.fake(fake, null, folder.resolve("cache"), new RecordedWaits());
    }

    @AfterEach
    void stop() throws IOException {
        fake.close();
    }

    private Path run() throws IOException {
        return hub.download(MODEL).include("*").localFolder(local).run();
    }

    private Path memo(String path) {
        return local.resolve(".cache/huggingface/download").resolve(path + ".metadata");
    }

    private int moved() {
        int moved = fake.seen(Server.CDN, "GET", FILE).size();
        fake.forget();
        return moved;
    }

    @Test
    void filesLieByTheirNamesAndAreRemembered() throws IOException {
        assertEquals(local, run());
        assertArrayEquals(BYTES, Files.readAllBytes(local.resolve(FILE)));
        assertFalse(Files.isSymbolicLink(local.resolve(FILE)));
        assertEquals("{}", Files.readString(local.resolve("sub/config.json")));
        assertEquals(new TreeSet<>(List.of(".cache", FILE, "sub")), DownloadTest.names(local));
        List<String> memo = Files.readAllLines(memo(FILE));
        assertEquals(model.sha("main").orElseThrow(), memo.get(0));
        assertEquals(Content.of(BYTES).sha256(), memo.get(1));
        double age = System.currentTimeMillis() / 1000.0 - Double.parseDouble(memo.get(2));
        assertTrue(age >= -1 && age < 60, memo.get(2));
        assertTrue(Files.exists(memo("sub/config.json")));
        assertEquals("*", Files.readString(local.resolve(".cache/huggingface/.gitignore")));
        assertTrue(Files.exists(local.resolve(".cache/huggingface/CACHEDIR.TAG")));
    }

    @Test
    void whatIsThereIsNotMovedAgain() throws IOException {
        run();
        assertEquals(1, moved());
        run();
        assertEquals(0, moved());
        // Without a memo, and where the file is newer than it, the hash tells.
        Files.delete(memo(FILE));
        run();
        assertEquals(0, moved());
        assertTrue(Files.exists(memo(FILE)));
        Files.setLastModifiedTime(
                local.resolve(FILE), FileTime.from(Instant.now().plusSeconds(100)));
        run();
        assertEquals(0, moved());
        Files.writeString(memo(FILE), "damaged");
        run();
        assertEquals(0, moved());
    }

    @Test
    void aFileThatWasChangedIsReplaced() throws IOException {
        run();
        moved();
        byte[] other = BYTES.clone();
        other[500] ^= 1;
        Files.write(local.resolve(FILE), other);
        Files.setLastModifiedTime(
                local.resolve(FILE), FileTime.from(Instant.now().plusSeconds(100)));
        run();
        assertEquals(1, moved());
        assertArrayEquals(BYTES, Files.readAllBytes(local.resolve(FILE)));
    }

    @Test
    void aNewCommitReplacesWhatChanged() throws IOException {
        run();
        byte[] other = Bytes.safetensors("a", Bytes.random(100_000, 2));
        model.large(FILE, other);
        run();
        assertArrayEquals(other, Files.readAllBytes(local.resolve(FILE)));
        assertEquals(
                model.sha("main").orElseThrow(),
                Files.readAllLines(memo("sub/config.json")).get(0));
    }

    @Test
    void cachedFilesAreCopied() throws IOException {
        Path snapshot = hub.download(MODEL).include("*").run();
        moved();
        run();
        assertEquals(0, moved());
        assertArrayEquals(BYTES, Files.readAllBytes(local.resolve(FILE)));
        assertTrue(Files.isSymbolicLink(snapshot.resolve(FILE)));
        assertFalse(Files.isSymbolicLink(local.resolve(FILE)));
    }

    @Test
    void whatBrokeOffGoesOnAndLeavesTheOldFileUntilThen() throws IOException {
        Files.createDirectories(local);
        Files.writeString(local.resolve(FILE), "what was there");
        fake.fault(Server.CDN, FILE, Fault.stall(30_000), Fault.status(416));
        Assertions.assertThrows(HubException.class, this::run);
        assertEquals("what was there", Files.readString(local.resolve(FILE)));
        fake.forget();
        run();
        assertArrayEquals(BYTES, Files.readAllBytes(local.resolve(FILE)));
        List<SeenRequest> seen = fake.seen(Server.CDN, "GET", FILE);
        assertEquals("bytes=30000-" + (BYTES.length - 1), seen.get(0).headers().get("range"));
    }
}
