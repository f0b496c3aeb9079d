package dev.fundir.hub;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fundir.hub.HubException.Reason;
import dev.fundir.hub.fake.Content;
import dev.fundir.hub.fake.FakeFile;
import dev.fundir.hub.fake.FakeHub;
import dev.fundir.hub.fake.FakeModel;
import dev.fundir.hub.fake.Fault;
import dev.fundir.hub.fake.SeenRequest.Server;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class UploadTest {
    private static final ModelId MODEL = ModelId.of("org/model");
    private static final String TOKEN = "hf_verysecrettoken";

    @TempDir
    Path folder;

    private final RecordedWaits waits = new RecordedWaits();
    private final Random random = new Random(5);
    private FakeHub fake;

    @BeforeEach
    void start() throws IOException {
        fake = new FakeHub().token(TOKEN, true).token("hf_reader", false).largeFrom(1000);
    }

    @AfterEach
    void stop() throws IOException {
        fake.close();
    }

    private Upload upload() {
        return HubOf.fake(fake, TOKEN, folder, waits).upload(MODEL);
    }

    private byte[] write(String name, int size) throws IOException {
        byte[] bytes = new byte[size];
        random.nextBytes(bytes);
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        Files.write(file, bytes);
        return bytes;
    }

    private Map<String, FakeFile> there() {
        return fake.existing("org/model").flatMap(model -> model.files("main")).orElse(Map.of());
    }

    private void assertThere(String path, byte[] bytes) throws IOException {
        assertArrayEquals(bytes, there().get(path).content().bytes(), path);
    }

    @Test
    void uploadsAFolderToAModelThatItMakes() throws IOException {
        byte[] large = write("model.safetensors", 300_000);
        byte[] small = write("config.json", 700);
        byte[] deep = write("a folder/b/ünïcode \"name\".txt", 1);
        byte[] empty = write("empty.safetensors", 0);
        byte[] twice = write("copy.safetensors", 5000);
        Files.write(folder.resolve("copy2.safetensors"), twice);
        write(".git/config", 10);
        write("sub/.cache/huggingface/x", 10);
        List<TransferProgress> heard = new ArrayList<>();
        Commit commit =
                upload().folder(folder).message("all of it").privateModel().run(heard::add);
        FakeModel model = fake.existing("org/model").orElseThrow();
        assertEquals(model.sha("main"), Optional.of(commit.oid()));
        assertEquals("all of it", model.message(commit.oid()));
        assertEquals(
                fake.endpoint() + "/org/model/commit/" + commit.oid(),
                commit.url().toString());
        assertEquals(Optional.empty(), commit.pullRequest());
        assertEquals(6, commit.filesChanged());
        assertEquals(6, there().size());
        assertThere("model.safetensors", large);
        assertThere("config.json", small);
        assertThere("a folder/b/ünïcode \"name\".txt", deep);
        assertThere("empty.safetensors", empty);
        assertThere("copy.safetensors", twice);
        assertThere("copy2.safetensors", twice);
        assertTrue(there().get("model.safetensors").sha256().isPresent());
        assertTrue(there().get("config.json").sha256().isEmpty());
        assertTrue(HubOf.fake(fake, TOKEN).info(MODEL).isPrivate());
        TransferProgress last = heard.get(heard.size() - 1);
        assertEquals(6, last.filesDone());
        assertEquals(6, last.filesTotal());
        assertEquals(310_701, last.bytesDone());
        assertEquals(310_701, last.bytesTotal());
        assertEquals(5000, last.bytesReused());
        assertEquals(List.of(), last.current());
    }

    @Test
    void uploadsNamedFilesToTheirPlaces() throws IOException {
        byte[] one = write("x", 10);
        byte[] two = write("dir/y", 20);
        upload().file(folder.resolve("x"), "weights/first.bin")
                .folder(folder.resolve("dir"), "docs")
                .run(progress -> {});
        assertEquals(Set.of("weights/first.bin", "docs/y"), there().keySet());
        assertThere("weights/first.bin", one);
        assertThere("docs/y", two);
    }

    @Test
    void whatIsThereIsNotSentAgain() throws IOException {
        write("model.safetensors", 300_000);
        write("config.json", 700);
        Commit first = upload().folder(folder).run(progress -> {});
        fake.forget();
        List<TransferProgress> heard = new ArrayList<>();
        Commit second = upload().folder(folder).run(heard::add);
        assertEquals(first.oid(), second.oid());
        assertEquals(0, second.filesChanged());
        assertEquals(List.of(), fake.seen(Server.HUB, "POST", "/commit/main"));
        assertEquals(300_700, heard.get(heard.size() - 1).bytesReused());
        fake.forget();
        // Another model, equal bytes: the store has them.
        HubOf.fake(fake, TOKEN).upload(ModelId.of("org/other")).folder(folder).run(progress -> {});
        assertTrue(fake.seen().stream().allMatch(request -> request.server() == Server.HUB));
        assertEquals(
                2,
                fake.existing("org/other")
                        .flatMap(model -> model.files("main"))
                        .orElseThrow()
                        .size());
    }

    @Test
    void onlyWhatChangedIsCommitted() throws IOException {
        write("model.safetensors", 3000);
        write("config.json", 700);
        upload().folder(folder).run(progress -> {});
        byte[] other = write("config.json", 700);
        assertEquals(1, upload().folder(folder).run(progress -> {}).filesChanged());
        assertThere("config.json", other);
    }

    @Test
    void uploadsInPartsAndOnlyTheFailedPartAgain() throws IOException {
        fake.partSize(100_000);
        byte[] bytes = write("model.safetensors", 950_001);
        fake.fault(Server.CDN, "PUT", "/3", Fault.status(500), Fault.hangUp(50_000));
        fake.fault(Server.CDN, "PUT", "/7", Fault.silence());
        List<TransferProgress> heard = new ArrayList<>();
        upload().folder(folder).run(heard::add);
        assertThere("model.safetensors", bytes);
        assertEquals(
                10 + 3,
                fake.seen().stream()
                        .filter(request -> request.method().equals("PUT"))
                        .count());
        assertEquals(3, waits.seconds().size());
        assertEquals(950_001, heard.get(heard.size() - 1).bytesDone());
        assertTrue(heard.stream().allMatch(progress -> progress.bytesDone() <= progress.bytesTotal()));
    }

    @Test
    void aPartThatFailsForGoodEndsTheUploadWithoutACommit() throws IOException {
        fake.partSize(100_000);
        write("model.safetensors", 500_000);
        Fault[] always = new Fault[6];
        java.util.Arrays.fill(always, Fault.status(503));
        fake.fault(Server.CDN, "PUT", "/2", always);
        HubException e = refusal(Reason.SERVER, () -> upload().folder(folder).run(progress -> {}));
        assertTrue(e.getMessage().contains("model.safetensors"), e.getMessage());
        assertEquals(Set.of(), there().keySet());
        assertEquals(5, waits.seconds().size());
    }

    @Test
    void aWholeFileThatBreaksOffIsSentAgain() throws IOException {
        byte[] bytes = write("model.safetensors", 200_000);
        fake.fault(
                Server.CDN,
                "PUT",
                storeOf("model.safetensors"),
                Fault.hangUp(100_000),
                Fault.status(502),
                Fault.silence());
        upload().folder(folder).run(progress -> {});
        assertThere("model.safetensors", bytes);
        assertEquals(List.of(1L, 2L, 4L), waits.seconds());
    }

    @Test
    void anUploadThatIsNotVerifiedIsNotCommitted() throws IOException {
        write("model.safetensors", 3000);
        fake.fault(Server.HUB, "POST", folderHash(), Fault.status(422, Map.of(), "{\"error\":\"not those bytes\"}"));
        HubException e = refusal(Reason.REFUSED, () -> upload().folder(folder).run(progress -> {}));
        assertTrue(e.getMessage().contains("not those bytes"), e.getMessage());
        assertEquals(Set.of(), there().keySet());
    }

    private String storeOf(String name) throws IOException {
        return "/store/" + Content.of(folder.resolve(name)).sha256();
    }

    private String folderHash() throws IOException {
        return "/api/lfs/verify/"
                + Content.of(folder.resolve("model.safetensors")).sha256();
    }

    @Test
    void aPartWithoutAnEtagIsAnError() throws IOException {
        fake.partSize(1000);
        write("model.safetensors", 2000);
        fake.fault(Server.CDN, "PUT", "/1", Fault.headers(Map.of("ETag", "")));
        assertTrue(refusal(Reason.SERVER, () -> upload().folder(folder).run(progress -> {}))
                .getMessage()
                .contains("part 1"));
    }

    @Test
    void answersThatMakeNoSenseAreErrors() throws IOException {
        write("model.safetensors", 2000);
        String sha = Content.of(folder.resolve("model.safetensors")).sha256();
        String object = "{\"objects\":[{\"oid\":\"" + sha + "\",\"size\":2000,";
        for (String rest : List.of(
                "\"error\":{\"code\":507,\"message\":\"quota exceeded\"}}]}",
                "\"actions\":{\"upload\":{\"href\":\"file:///etc/passwd\"}}}]}",
                "\"actions\":{\"upload\":{\"href\":\"::\"}}}]}",
                "\"actions\":{\"upload\":{\"href\":\"http://127.0.0.1/\",\"header\":{\"chunk_size\":\"0\"}}}}]}",
                "\"actions\":{\"upload\":{\"href\":\"http://127.0.0.1/\",\"header\":{\"chunk_size\":\"1000\",\"1\":\"http://127.0.0.1/\"}}}}]}")) {
            fake.fault(Server.HUB, "POST", "/objects/batch", Fault.status(200, Map.of(), object + rest));
            refusal(Reason.SERVER, () -> upload().folder(folder).run(progress -> {}));
        }
        fake.fault(Server.HUB, "POST", "/objects/batch", Fault.status(200, Map.of(), "{\"objects\":[]}"));
        refusal(Reason.SERVER, () -> upload().folder(folder).run(progress -> {}));
        fake.fault(Server.HUB, "POST", "/preupload/main", Fault.status(200, Map.of(), "{\"files\":[]}"));
        refusal(Reason.SERVER, () -> upload().folder(folder).run(progress -> {}));
        fake.fault(Server.HUB, "POST", "/preupload/main", Fault.status(200, Map.of(), "<html>"));
        refusal(Reason.SERVER, () -> upload().folder(folder).run(progress -> {}));
        assertEquals(Set.of(), there().keySet());
    }

    @Test
    void gitignoreIsHonoured() throws IOException {
        write("model.safetensors", 2000);
        write("notes.tmp", 10);
        Files.writeString(folder.resolve(".gitignore"), "*.tmp\n");
        upload().folder(folder).run(progress -> {});
        assertEquals(Set.of("model.safetensors", ".gitignore"), there().keySet());
    }

    @Test
    void asksAboutManyFilesInChunks() throws IOException {
        for (int i = 0; i < 600; i++) {
            write("f/" + i, 1 + i % 7);
        }
        upload().folder(folder).run(progress -> {});
        assertEquals(600, there().size());
        assertEquals(3, fake.seen(Server.HUB, "POST", "/preupload/main").size());
        assertEquals(1, fake.seen(Server.HUB, "POST", "/commit/main").size());
    }

    @Test
    void opensAPullRequest() throws IOException {
        fake.model("org/model").regular("a", "1");
        write("b", 5);
        Commit commit = upload().folder(folder).pullRequest().run(progress -> {});
        assertEquals(Set.of("a"), there().keySet());
        assertTrue(commit.pullRequest().orElseThrow().toString().contains("/org/model/discussions/"));
        FakeModel model = fake.existing("org/model").orElseThrow();
        assertEquals(Set.of("a", "b"), model.files(commit.oid()).orElseThrow().keySet());
    }

    @Test
    void uploadsToABranch() throws IOException {
        FakeModel model = fake.model("org/model");
        model.ref("dev/x", model.sha("main").orElseThrow());
        write("b", 5);
        HubOf.fake(fake, TOKEN).upload(MODEL.at("dev/x")).folder(folder).run(progress -> {});
        assertEquals(Set.of("b"), model.files("dev/x").orElseThrow().keySet());
        refusal(Reason.REVISION, () -> HubOf.fake(fake, TOKEN)
                .upload(MODEL.at("none"))
                .folder(folder)
                .run(progress -> {}));
    }

    @Test
    void aCommitMeanwhileIsAConflict() throws IOException {
        FakeModel model = fake.model("org/model").regular("a", "1");
        String old = model.sha("main").orElseThrow();
        model.regular("a", "2");
        write("b", 5);
        HubException e = refusal(
                Reason.CONFLICT, () -> upload().folder(folder).parent(old).run(progress -> {}));
        assertEquals(412, e.status().orElseThrow());
        fake.fault(Server.HUB, "POST", "/commit/main", Fault.status(409, Map.of(), "{\"error\":\"too fast\"}"));
        refusal(Reason.CONFLICT, () -> upload().folder(folder).run(progress -> {}));
        assertEquals(Set.of("a"), there().keySet());
    }

    @Test
    void aCommitIsNotMadeTwice() throws IOException {
        write("b", 5);
        fake.fault(Server.HUB, "POST", "/commit/main", Fault.status(500));
        refusal(Reason.SERVER, () -> upload().folder(folder).run(progress -> {}));
        assertEquals(1, fake.seen(Server.HUB, "POST", "/commit/main").size());
        fake.fault(Server.HUB, "POST", "/commit/main", Fault.status(429, Map.of("Retry-After", "3")));
        upload().folder(folder).run(progress -> {});
        assertEquals(List.of(3L), waits.seconds());
    }

    @Test
    void tokensThatMayNotAreToldWhatToDo() throws IOException {
        write("b", 5);
        HubException none = refusal(
                Reason.NO_TOKEN,
                () -> HubOf.fake(fake).upload(MODEL).folder(folder).run(progress -> {}));
        assertTrue(none.getMessage().contains("hf auth login"), none.getMessage());
        HubException reader = refusal(
                Reason.FORBIDDEN,
                () -> HubOf.fake(fake, "hf_reader").upload(MODEL).folder(folder).run(progress -> {}));
        assertTrue(reader.getMessage().contains("write access"), reader.getMessage());
        refusal(
                Reason.TOKEN,
                () -> HubOf.fake(fake, "hf_wrong").upload(MODEL).folder(folder).run(progress -> {}));
        assertTrue(fake.existing("org/model").isEmpty());
    }

    @Test
    void whoMayNotMakeModelsMayStillUploadToOne() throws IOException {
        fake.model("org/model");
        write("b", 5);
        fake.fault(Server.HUB, "POST", "/api/repos/create", Fault.status(403));
        upload().folder(folder).run(progress -> {});
        assertEquals(Set.of("b"), there().keySet());
    }

    @Test
    void aFileThatIsChangedMeanwhileIsAnError() throws IOException {
        fake.partSize(100_000);
        write("model.safetensors", 500_000);
        fake.fault(Server.CDN, "PUT", "/2", Fault.status(500));
        Waits changing = new Waits() {
            @Override
            void pause(java.time.Duration time) {
                try {
                    Files.write(folder.resolve("model.safetensors"), new byte[1], StandardOpenOption.APPEND);
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            }
        };
        FileSystemException e = assertThrows(FileSystemException.class, () -> HubOf.fake(fake, TOKEN, folder, changing)
                .upload(MODEL)
                .folder(folder)
                .run(progress -> {}));
        assertTrue(e.getMessage().contains("model.safetensors"), e.getMessage());
        assertTrue(e.getMessage().contains("changed"), e.getMessage());
        assertEquals(Set.of(), there().keySet());
    }

    @Test
    void theTokenIsNotSentToTheStore() throws IOException {
        fake.partSize(1000);
        write("model.safetensors", 3000);
        write("small.txt", 10);
        upload().folder(folder).run(progress -> {});
        assertEquals(
                3,
                fake.seen().stream()
                        .filter(request -> request.server() == Server.CDN)
                        .count());
        assertTrue(fake.seen().stream()
                .filter(request -> request.server() == Server.CDN)
                .noneMatch(request -> request.toString().contains(TOKEN)));
        assertTrue(fake.seen().stream()
                .filter(request -> request.server() == Server.HUB)
                .allMatch(request -> request.headers().get("authorization").equals("Bearer " + TOKEN)));
    }

    @Test
    void refusesWhatCannotBeUploaded() throws IOException {
        write("x", 1);
        write("y", 2);
        for (String path : List.of("../x", "/x", "a\\b", "C:/x", ".git/config", "a/.cache/b", "", "a//b")) {
            assertThrows(IllegalArgumentException.class, () -> upload().file(folder.resolve("x"), path), path);
        }
        Path none = folder.resolve("none");
        assertThrows(NoSuchFileException.class, () -> upload().folder(none).run(progress -> {}));
        assertThrows(NoSuchFileException.class, () -> upload().file(none, "a").run(progress -> {}));
        assertThrows(IllegalArgumentException.class, () -> upload().run(progress -> {}));
        IllegalArgumentException twice =
                assertThrows(IllegalArgumentException.class, () -> upload().file(folder.resolve("x"), "a")
                        .file(folder.resolve("y"), "a")
                        .run(progress -> {}));
        assertTrue(twice.getMessage().contains("two files"), twice.getMessage());
        assertThrows(IllegalArgumentException.class, () -> upload().message(" "));
        assertEquals(List.of(), fake.seen());
    }

    @Test
    void linksAreFollowed() throws IOException {
        byte[] bytes = write("outside/blob", 5000);
        Files.createDirectories(folder.resolve("snapshot"));
        Files.createSymbolicLink(folder.resolve("snapshot/model.safetensors"), folder.resolve("outside/blob"));
        upload().folder(folder.resolve("snapshot")).run(progress -> {});
        assertThere("model.safetensors", bytes);
    }

    @Test
    void interruptionAndListenersCancel() throws Exception {
        fake.partSize(1000);
        write("model.safetensors", 3000);
        fake.fault(Server.CDN, "PUT", "/2", Fault.silence());
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Thread thread = new Thread(() -> {
            try {
                upload().folder(folder).run(progress -> {});
            } catch (Throwable e) {
                thrown.set(e);
            }
        });
        thread.start();
        Thread.sleep(300);
        thread.interrupt();
        thread.join(5000);
        assertFalse(thread.isAlive());
        assertEquals(CancellationException.class, thrown.get().getClass());
        fake.fault(Server.CDN, "PUT", "/2", Fault.silence());
        IllegalStateException e = assertThrows(
                IllegalStateException.class, () -> upload().folder(folder).run(progress -> {
                    if (progress.bytesDone() > 0) {
                        throw new IllegalStateException("enough");
                    }
                }));
        assertEquals("enough", e.getMessage());
        assertEquals(Set.of(), there().keySet());
    }

    private static HubException refusal(Reason reason, Executable work) {
        HubException e = assertThrows(HubException.class, work);
        assertEquals(reason, e.reason(), e.getMessage());
        assertFalse(e.toString().contains(TOKEN));
        return e;
    }
}
