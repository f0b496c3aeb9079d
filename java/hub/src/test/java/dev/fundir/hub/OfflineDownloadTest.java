package dev.fundir.hub;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fundir.hub.HubException.Reason;
import dev.fundir.hub.fake.FakeHub;
import dev.fundir.hub.fake.FakeModel;
import dev.fundir.hub.fake.Fault;
import dev.fundir.hub.fake.SeenRequest.Server;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class OfflineDownloadTest {
    private static final ModelId MODEL = ModelId.of("org/model");
    private static final byte[] TENSORS = Bytes.safetensors("a", Bytes.random(5000, 1));

    @TempDir
    Path folder;

    private Path cache;
    private FakeHub fake;
    private FakeModel model;
    private Hub hub;
    private Hub offline;

    @BeforeEach
    void start() throws IOException {
        cache = folder.resolve("cache");
        fake = new FakeHub();
        model = fake.model("org/model").regular("config.json", "{}").large("model.safetensors", TENSORS);
        hub = HubOf.fake(fake, null, cache, new RecordedWaits());
        HubSettings on = HubOf.settings(fake.endpoint(), null, cache);
        HubSettings off =
                new HubSettings(on.endpoint(), on.token(), on.cache(), true, on.answerTimeout(), on.downloadTimeout());
        offline = new Hub(off, new Transport(off));
    }

    @AfterEach
    void stop() throws IOException {
        fake.close();
    }

    /** Remembers what it is told. */
    private static final class Notices implements TransferListener {
        private final List<String> notices = new ArrayList<>();

        @Override
        public void progress(TransferProgress progress) {}

        @Override
        public void notice(String sentence) {
            notices.add(sentence);
        }
    }

    @Test
    void whatIsCachedIsUsedWithoutARequest() throws IOException {
        Path snapshot = hub.download(MODEL).run();
        fake.forget();
        Notices notices = new Notices();
        assertEquals(snapshot, offline.download(MODEL).run(notices));
        assertEquals(
                snapshot,
                offline.download(MODEL.at(model.sha("main").orElseThrow())).run());
        assertEquals(List.of(), fake.seen());
        assertEquals(List.of("offline: using what is cached of org/model"), notices.notices);
    }

    @Test
    void whatIsCachedIsUsedWhenTheHubIsNotThere() throws IOException {
        Path snapshot = hub.download(MODEL).run();
        fake.fault(
                Server.HUB,
                "/revision/main",
                Collections.nCopies(6, Fault.status(503)).toArray(Fault[]::new));
        Notices notices = new Notices();
        assertEquals(snapshot, hub.download(MODEL).run(notices));
        assertTrue(notices.notices.get(0).contains("HTTP 503"), notices.notices.toString());
        HubSettings settings = HubOf.settings(URI.create("http://127.0.0.1:9"), null, cache);
        Hub gone = new Hub(settings, new Transport(settings, new RecordedWaits()));
        assertEquals(snapshot, gone.download(MODEL).run(notices));
    }

    @Test
    void aRefusalIsNoAbsence() throws IOException {
        hub.download(MODEL).run();
        model.setPrivate();
        assertEquals(
                Reason.NOT_FOUND,
                assertThrows(HubException.class, () -> hub.download(MODEL).run())
                        .reason());
    }

    @Test
    void nothingCachedIsSaid() {
        HubException e =
                assertThrows(HubException.class, () -> offline.download(MODEL).run());
        assertEquals(Reason.OFFLINE, e.reason());
        assertTrue(e.getMessage().contains("Nothing of org/model is cached"), e.getMessage());
    }

    @Test
    void aSnapshotThatIsNotCompleteIsAnError() throws IOException {
        hub.download(MODEL).include("config.json").run();
        HubException e =
                assertThrows(HubException.class, () -> offline.download(MODEL).run());
        assertEquals(Reason.OFFLINE, e.reason());
        assertTrue(e.getMessage().contains("lacks model.safetensors,"), e.getMessage());
        offline.download(MODEL).include("config.json").run();
    }

    @Test
    void aSnapshotWithoutItsListingIsUsedByTheNamesOfItsFiles() throws IOException {
        Path snapshot = hub.download(MODEL).run();
        Path listing = cache.resolve("models--org--model/trees")
                .resolve(model.sha("main").orElseThrow() + ".json");
        Files.delete(listing);
        assertEquals(snapshot, offline.download(MODEL).run());
        Files.writeString(listing, "{ damaged");
        assertEquals(snapshot, offline.download(MODEL).run());
        hub.download(MODEL).run();
        assertTrue(Files.readString(listing).contains("\"format_version\":1"));
    }

    @Test
    void aLocalFolderIsFilledFromTheCache() throws IOException {
        hub.download(MODEL).run();
        Path local = folder.resolve("local");
        offline.download(MODEL).localFolder(local).run();
        assertArrayEquals(TENSORS, Files.readAllBytes(local.resolve("model.safetensors")));
        fake.forget();
        offline.download(MODEL).localFolder(local).run();
        assertEquals(List.of(), fake.seen());
    }
}
