package dev.fundir.hub;

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
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class HubTest {
    private static final ModelId MODEL = ModelId.of("org/model");

    private FakeHub fake;
    private FakeModel model;

    @BeforeEach
    void start() throws IOException {
        fake = new FakeHub().token("hf_reader", false);
        model = fake.model("org/model");
    }

    @AfterEach
    void stop() throws IOException {
        fake.close();
    }

    @Test
    void saysWhatTheHubSaysOfAModel() throws IOException {
        model.regular("config.json", "{}")
                .large("model.safetensors", new byte[3000])
                .setInfo("\"safetensors\":{\"parameters\":{\"BF16\":1200,\"F32\":8},\"total\":1208}");
        ModelInfo info = HubOf.fake(fake).info(MODEL);
        assertEquals(MODEL, info.id());
        assertEquals(model.sha("main").orElseThrow(), info.commit());
        assertEquals(List.of("config.json", "model.safetensors"), info.fileNames());
        assertEquals(Map.of("BF16", 1200L, "F32", 8L), info.parameterCounts());
        assertEquals(OptionalLong.of(1208), info.parameterCount());
        assertFalse(info.isPrivate());
        assertFalse(info.isGated());
    }

    @Test
    void listsAllPagesOfFiles() throws IOException {
        Map<String, FakeFile> files = new TreeMap<>();
        for (int i = 0; i < 57; i++) {
            files.put("folder " + i % 3 + "/file-" + i + ".txt", FakeFile.regular(Content.of(new byte[i])));
        }
        files.put("model.safetensors", FakeFile.large(Content.of(new byte[5000])));
        model.commit("main", files);
        fake.pageSize(10);
        List<RemoteFile> found = HubOf.fake(fake).files(MODEL);
        assertEquals(
                List.copyOf(files.keySet()),
                found.stream().map(RemoteFile::path).sorted().toList());
        RemoteFile large = found.get(found.size() - 1);
        assertEquals(5000, large.size());
        assertEquals(Optional.of(Content.of(new byte[5000]).sha256()), large.sha256());
        assertEquals(Optional.empty(), found.get(0).sha256());
        // Folders are entries of pages too.
        assertEquals(7, fake.seen(Server.HUB, "GET", "/tree/main").size());
    }

    @Test
    void followsAPageOnlyAtTheHub() {
        fake.fault(Server.HUB, "/tree/main", Fault.headers(Map.of("Link", "<" + fake.cdn() + "/more>; rel=\"next\"")));
        HubException e =
                refusal(Reason.SERVER, () -> HubOf.fake(fake, "hf_reader").files(MODEL));
        assertTrue(e.getMessage().contains(fake.cdn().toString()), e.getMessage());
        assertTrue(fake.seen().stream().allMatch(request -> request.server() == Server.HUB));
    }

    @Test
    void aListThatDoesNotEndIsAnError() {
        Fault same = Fault.headers(
                Map.of("Link", "<" + fake.endpoint() + "/api/models/org/model/tree/main?cursor=0>; rel=\"next\""));
        fake.fault(Server.HUB, "/tree/main", same, same, same, same);
        assertTrue(refusal(Reason.SERVER, () -> HubOf.fake(fake).files(MODEL))
                .getMessage()
                .contains("does not end"));
    }

    @Test
    void refusesNamesThatLeadOut() throws IOException {
        for (String name :
                List.of("../evil", "/etc/passwd", "a/../../b", "C:/x", "a\\b", "a//b", "./a", "x/..", "nul\0l")) {
            FakeModel evil = fake.model("org/evil");
            evil.commit("main", Map.of(name, FakeFile.regular(Content.of(new byte[1]))));
            refusal(Reason.UNSAFE_NAME, () -> HubOf.fake(fake).files(ModelId.of("org/evil")));
            refusal(Reason.UNSAFE_NAME, () -> HubOf.fake(fake).info(ModelId.of("org/evil")));
        }
    }

    @Test
    void eachRefusalHasItsReason() throws IOException {
        fake.model("org/private").setPrivate();
        fake.model("org/disabled").setDisabled();
        refusal(Reason.NOT_FOUND, () -> HubOf.fake(fake).info(ModelId.of("org/none")));
        refusal(Reason.NOT_FOUND, () -> HubOf.fake(fake).info(ModelId.of("org/private")));
        refusal(Reason.DISABLED, () -> HubOf.fake(fake).info(ModelId.of("org/disabled")));
        refusal(Reason.REVISION, () -> HubOf.fake(fake).info(MODEL.at("v9")));
        refusal(Reason.TOKEN, () -> HubOf.fake(fake, "hf_unknown").info(MODEL));
        assertTrue(HubOf.fake(fake, "hf_reader").info(ModelId.of("org/private")).isPrivate());
    }

    @Test
    void aRefusalNamesTheModelTheRequestAndWhatToDo() {
        HubException e = refusal(Reason.NOT_FOUND, () -> HubOf.fake(fake).info(ModelId.of("org/none")));
        assertTrue(e.getMessage().contains("org/none"), e.getMessage());
        assertTrue(e.getMessage().contains("hf auth login"), e.getMessage());
        assertTrue(e.getMessage().contains(e.requestId().orElseThrow()), e.getMessage());
        assertEquals(401, e.status().orElseThrow());
    }

    @Test
    void findsBranchesWithSlashes() throws IOException {
        model.ref("refs/pr/1", model.sha("main").orElseThrow());
        assertEquals(
                model.sha("main").orElseThrow(),
                HubOf.fake(fake).info(MODEL.at("refs/pr/1")).commit());
    }

    private static HubException refusal(Reason reason, Executable work) {
        HubException e = assertThrows(HubException.class, work);
        assertEquals(reason, e.reason(), e.getMessage());
        return e;
    }

    @Test
    void manyThreadsShareAHub() throws IOException {
        Hub hub = HubOf.fake(fake);
        String commit = model.sha("main").orElseThrow();
        assertEquals(
                50,
                IntStream.range(0, 50)
                        .parallel()
                        .filter(i -> {
                            try {
                                return hub.info(MODEL).commit().equals(commit);
                            } catch (IOException e) {
                                throw new java.io.UncheckedIOException(e);
                            }
                        })
                        .count());
    }
}
