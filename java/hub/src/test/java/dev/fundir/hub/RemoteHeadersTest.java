package dev.fundir.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fundir.Checkpoint;
import dev.fundir.CheckpointFormatException;
import dev.fundir.CheckpointWriter;
import dev.fundir.DType;
import dev.fundir.Tensor;
import dev.fundir.hub.HubException.Reason;
import dev.fundir.hub.fake.FakeHub;
import dev.fundir.hub.fake.FakeModel;
import dev.fundir.hub.fake.Fault;
import dev.fundir.hub.fake.SeenRequest.Server;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RemoteHeadersTest {
    private static final ModelId MODEL = ModelId.of("org/model");

    @TempDir
    Path folder;

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

    private void serve() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.sorted().toList()) {
                String name = file.getFileName().toString();
                byte[] bytes = Files.readAllBytes(file);
                if (name.endsWith(".safetensors")) {
                    model.large(name, bytes);
                } else {
                    model.regular(name, bytes);
                }
            }
        }
    }

    private void write(CheckpointWriter writer, int tensors, int elements) throws IOException {
        writer.metadata("format", "pt");
        for (int i = 0; i < tensors; i++) {
            float[] values = new float[elements];
            Arrays.fill(values, i);
            writer.tensor("model.layers." + i + ".weight", DType.F32, new long[] {elements / 8, 8}, values);
        }
        writer.write();
    }

    private void assertSameAs(Path path, RemoteCheckpoint remote) throws IOException {
        try (Checkpoint checkpoint = Checkpoint.open(path)) {
            assertEquals(checkpoint.metadata(), remote.metadata());
            assertEquals(
                    checkpoint.tensors().stream()
                            .map(RemoteHeadersTest::described)
                            .toList(),
                    remote.tensors().stream()
                            .map(tensor -> tensor.name() + tensor.dtype() + tensor.shape() + tensor.elementCount() + "@"
                                    + tensor.file() + tensor.offset() + "+" + tensor.byteSize())
                            .toList());
            assertEquals(
                    checkpoint.files().stream()
                            .map(file -> file.path().getFileName() + " " + file.byteSize() + " " + file.dataOffset()
                                    + " " + file.tensorCount())
                            .toList(),
                    remote.files().stream()
                            .map(file -> file.path() + " " + file.byteSize() + " " + file.dataOffset() + " "
                                    + file.tensorCount())
                            .toList());
        }
    }

    private static String described(Tensor tensor) {
        return tensor.name() + tensor.dtype() + Arrays.toString(tensor.shape()) + tensor.elementCount() + "@"
                + tensor.file().path().getFileName() + tensor.fileOffset() + "+" + tensor.byteSize();
    }

    @Test
    void readsTheHeaderOfOneFile() throws IOException {
        write(CheckpointWriter.to(folder.resolve("model.safetensors")), 10, 80_000);
        Files.writeString(folder.resolve("config.json"), "{\"model_type\":\"llama\",\"hidden_size\":8}");
        serve();
        RemoteCheckpoint remote = HubOf.fake(fake, "hf_reader").header(MODEL);
        assertSameAs(folder, remote);
        assertEquals(800_000, remote.parameterCount());
        assertEquals(model.sha("main").orElseThrow(), remote.commit());
        assertEquals("llama, 10 layers, hidden size 8", remote.architecture().toString());
        assertEquals(100_001, remote.files().get(0).bytesRead());
        assertTrue(fake.seen().stream()
                .filter(request -> request.server() == Server.CDN)
                .noneMatch(request -> request.headers().containsKey("authorization")));
    }

    @Test
    void movesLessThan200KilobytesOfAShard() throws IOException {
        write(CheckpointWriter.toFolder(folder).shardSize(1_000_000), 40, 80_000);
        serve();
        RemoteCheckpoint remote = HubOf.fake(fake).header(MODEL);
        assertSameAs(folder, remote);
        assertTrue(remote.files().size() > 10, remote.files().toString());
        for (RemoteShard file : remote.files()) {
            assertTrue(file.byteSize() > 300_000 && file.bytesRead() < 200_000, file.toString());
            assertEquals(1, fake.seen(Server.CDN, "GET", file.path()).size());
        }
    }

    @Test
    void readsTheRestOfALongHeader() throws IOException {
        write(CheckpointWriter.to(folder.resolve("model.safetensors")), 5000, 16);
        serve();
        RemoteCheckpoint remote = HubOf.fake(fake).header(MODEL);
        assertSameAs(folder, remote);
        RemoteShard file = remote.files().get(0);
        assertTrue(file.dataOffset() > 100_001);
        assertEquals(file.dataOffset(), file.bytesRead());
        assertEquals(
                List.of("bytes=0-100000", "bytes=100001-" + (file.dataOffset() - 1)),
                fake.seen(Server.CDN, "GET", "model.safetensors").stream()
                        .map(request -> request.headers().get("range"))
                        .toList());
    }

    @Test
    void readsAFileThatIsShorterThanTheFirstRange() throws IOException {
        write(CheckpointWriter.to(folder.resolve("only-one.safetensors")), 1, 8);
        serve();
        assertSameAs(folder, HubOf.fake(fake).header(MODEL));
    }

    @Test
    void refusesAServerThatIgnoresRanges() throws IOException {
        write(CheckpointWriter.to(folder.resolve("model.safetensors")), 10, 80_000);
        serve();
        fake.fault(Server.CDN, "model.safetensors", Fault.ignoredRange());
        assertTrue(refusal(Reason.SERVER).getMessage().contains("206"));
    }

    @Test
    void refusesAnotherRangeThanAskedFor() throws IOException {
        write(CheckpointWriter.to(folder.resolve("model.safetensors")), 10, 80_000);
        serve();
        fake.fault(
                Server.CDN,
                "model.safetensors",
                Fault.headers(Map.of("Content-Range", "bytes 1-100001/3200000")),
                Fault.headers(Map.of("Content-Range", "rows 1-2/3")));
        refusal(Reason.SERVER);
        refusal(Reason.SERVER);
    }

    @Test
    void theHubAndItsCdnHaveToAgreeOnTheSize() throws IOException {
        write(CheckpointWriter.to(folder.resolve("model.safetensors")), 10, 80_000);
        serve();
        fake.fault(Server.HUB, "model.safetensors", Fault.headers(Map.of("X-Linked-Size", "17")));
        refusal(Reason.MISMATCH);
    }

    @Test
    void aCutOrStalledRangeIsReadAgain() throws IOException {
        write(CheckpointWriter.to(folder.resolve("model.safetensors")), 10, 80_000);
        serve();
        fake.fault(Server.CDN, "model.safetensors", Fault.cut(50_000), Fault.stall(10), Fault.status(503));
        assertSameAs(folder, HubOf.fake(fake).header(MODEL));
        assertEquals(4, fake.seen(Server.CDN, "GET", "model.safetensors").size());
    }

    @Test
    void theCoreChecksWhatComes() throws IOException {
        model.large("model.safetensors", new byte[200_000]);
        assertThrows(CheckpointFormatException.class, this::header);
        model.large("model.safetensors", new byte[0]);
        assertThrows(CheckpointFormatException.class, this::header);
        byte[] long1 = new byte[300_000];
        Arrays.fill(long1, (byte) 0x7F);
        model.large("model.safetensors", long1);
        CheckpointFormatException e = assertThrows(CheckpointFormatException.class, this::header);
        assertTrue(e.getMessage().contains("org/model/model.safetensors"), e.getMessage());
    }

    @Test
    void indexAndShardsHaveToAgree() throws IOException {
        write(CheckpointWriter.toFolder(folder).shardSize(1_000_000), 10, 80_000);
        serve();
        model.regular(
                "model.safetensors.index.json",
                Files.readString(folder.resolve("model.safetensors.index.json"))
                        .replace("model.layers.3.weight", "model.layers.x.weight"));
        CheckpointFormatException e = assertThrows(CheckpointFormatException.class, this::header);
        assertEquals(CheckpointFormatException.Reason.TENSOR_NOT_IN_SHARD, e.reason());
    }

    @Test
    void anIndexLeadsNowhereElse() throws IOException {
        for (String file : List.of("../other/model.safetensors", "/etc/model.safetensors", "a/../../b.safetensors")) {
            model.regular("model.safetensors.index.json", "{\"weight_map\":{\"a\":\"" + file + "\"}}");
            fake.forget();
            assertThrows(IOException.class, this::header);
            assertEquals(0, fake.seen(Server.HUB, "GET", "model.safetensors").size());
            assertEquals(0, fake.seen(Server.HUB, "GET", "b.safetensors").size());
        }
    }

    @Test
    void saysWhatThereIsInsteadOfACheckpoint() throws IOException {
        model.regular("pytorch_model.bin", "x");
        HubException pickles = refusal(Reason.ENTRY);
        assertTrue(pickles.getMessage().contains("pytorch_model.bin"), pickles.getMessage());
        model.regular("a.safetensors", "x").regular("b.safetensors", "x");
        HubException several = refusal(Reason.ENTRY);
        assertTrue(several.getMessage().contains("a.safetensors, b.safetensors"), several.getMessage());
    }

    private RemoteCheckpoint header() throws IOException {
        return HubOf.fake(fake).header(MODEL);
    }

    private HubException refusal(Reason reason) {
        HubException e = assertThrows(HubException.class, this::header);
        assertEquals(reason, e.reason(), e.getMessage());
        return e;
    }
}
