package dev.fundir.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fundir.Checkpoint;
import dev.fundir.CheckpointWriter;
import dev.fundir.DType;
import dev.fundir.hub.fake.FakeHub;
import dev.fundir.hub.fake.FakeModel;
import dev.fundir.hub.fake.Fault;
import dev.fundir.hub.fake.SeenRequest.Server;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands with models of a Hub, each as a process. */
class HubCommandsTest {
    private static final String TOKEN = "hf_aTokenThatNobodyMaySee";

    @TempDir
    Path folder;

    private FakeHub hub;

    @BeforeEach
    void startHub() throws IOException {
        hub = new FakeHub().token(TOKEN, true);
        FakeModel model = hub.model("org/tiny");
        model.regular("config.json", "{\"model_type\": \"llama\", \"num_hidden_layers\": 2}");
        model.regular("README.md", "# tiny");
        model.large("model.safetensors", checkpoint("a", 1));
        model.large("pytorch_model.bin", new byte[2000]);
    }

    @AfterEach
    void stopHub() throws IOException {
        hub.close();
    }

    private byte[] checkpoint(String name, int factor) throws IOException {
        Path file = folder.resolve(name + ".safetensors");
        float[] elements = new float[4000];
        for (int i = 0; i < elements.length; i++) {
            elements[i] = i * factor;
        }
        CheckpointWriter.to(file)
                .tensor("model.layers.0.weight", DType.F32, new long[] {40, 100}, elements)
                .tensor("model.layers.1.weight", DType.F32, new long[] {40, 100}, elements)
                .write();
        return Files.readAllBytes(file);
    }

    private Map<String, String> environment(String... more) {
        Map<String, String> environment = new HashMap<>(Map.of(
                "HF_ENDPOINT",
                hub.endpoint().toString(),
                "HF_HOME",
                folder.resolve("home").toString(),
                "HF_TOKEN",
                TOKEN));
        for (int i = 0; i < more.length; i += 2) {
            environment.put(more[i], more[i + 1]);
        }
        return environment;
    }

    private FundirProcess.Outcome run(String... arguments) throws IOException, InterruptedException {
        return run(environment(), arguments);
    }

    private FundirProcess.Outcome run(Map<String, String> environment, String... arguments)
            throws IOException, InterruptedException {
        FundirProcess.Outcome outcome = FundirProcess.run(folder, environment, arguments);
        assertFalse((outcome.out() + outcome.err()).contains(TOKEN), "the token is shown");
        return outcome;
    }

    private Path snapshot() throws IOException {
        String commit = hub.model("org/tiny").refs().get("main");
        return folder.resolve("home/hub/models--org--tiny/snapshots").resolve(commit);
    }

    private static List<String> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    private static String lastLine(String text) {
        List<String> lines = text.lines().toList();
        return lines.get(lines.size() - 1);
    }

    @Test
    void aDownloadSaysWhereItIsAndLeavesPicklesAlone() throws Exception {
        FundirProcess.Outcome outcome = run("download", "org/tiny");
        assertEquals(0, outcome.exitCode(), outcome.err());
        assertEquals(snapshot() + "\n", outcome.out());
        assertEquals(List.of("config.json", "model.safetensors"), files(snapshot()));
        assertTrue(outcome.err().contains("2 files, 32.2 kB: 32.2 kB downloaded in "), outcome.err());

        hub.forget();
        FundirProcess.Outcome again = run("download", "org/tiny");
        assertEquals(0, again.exitCode(), again.err());
        assertTrue(again.err().contains(": 0 B downloaded, 32.2 kB already there in "), again.err());
        assertEquals(List.of(), hub.seen(Server.CDN, "GET", ""));
    }

    @Test
    void patternsAndAFolder() throws Exception {
        FundirProcess.Outcome outcome = run(
                "download",
                "hf://org/tiny",
                "--include",
                "*.json",
                "--include",
                "*.bin",
                "--exclude",
                "README*",
                "--local-dir",
                "here",
                "-q");
        assertEquals(0, outcome.exitCode(), outcome.err());
        assertEquals("here\n", outcome.out());
        assertEquals("", outcome.err());
        assertEquals(List.of(".cache", "config.json", "pytorch_model.bin"), files(folder.resolve("here")));
    }

    @Test
    void aPickleComesWithAWarning() throws Exception {
        FundirProcess.Outcome outcome = run("download", "org/tiny", "--include", "*.bin");
        assertEquals(0, outcome.exitCode(), outcome.err());
        assertTrue(outcome.err().contains("note: ") && outcome.err().contains("pytorch_model.bin"), outcome.err());
    }

    @Test
    void inspectingMovesNoTensors() throws Exception {
        byte[] large = new byte[3_000_000];
        byte[] small = checkpoint("b", 1);
        System.arraycopy(small, 0, large, 0, small.length);
        FundirProcess.Outcome outcome = run("inspect", "hf://org/tiny@main");
        assertEquals(0, outcome.exitCode(), outcome.err());
        assertTrue(outcome.out().startsWith("hf://org/tiny@main\n"), outcome.out());
        assertTrue(outcome.out().contains("architecture  llama, 2 layers"), outcome.out());
        assertTrue(outcome.out().contains("model.layers.0-1 × 1 tensor"), outcome.out());
        assertFalse(Files.exists(folder.resolve("home/hub")), "something was downloaded");

        FundirProcess.Outcome statistics = run("inspect", "hf://org/tiny", "--mode", "stats", "--json");
        assertEquals(0, statistics.exitCode(), statistics.err());
        JsonNode document = JsonSchema.named("inspect").read(statistics.out());
        assertEquals("hf://org/tiny", document.at("/path").textValue());
        assertEquals(3999, document.at("/tensors/0/statistics/max").doubleValue());
    }

    @Test
    void modelsOfTheHubAreMergedAndNamedInTheRecord() throws Exception {
        hub.model("org/other").large("model.safetensors", checkpoint("b", 3));
        FundirProcess.Outcome outcome =
                run("merge", "hf://org/tiny", "hf://org/other", "--method", "linear", "-o", "merged");
        assertEquals(0, outcome.exitCode(), outcome.err());
        String recipe = Files.readString(folder.resolve("merged/mergekit_config.yml"));
        assertTrue(recipe.contains("'hf://org/other'"), recipe);

        FundirProcess.Outcome byRecipe = run("merge", "merged/mergekit_config.yml", "-o", "again");
        assertEquals(0, byRecipe.exitCode(), byRecipe.err());
        try (Checkpoint merged = Checkpoint.open(folder.resolve("merged"));
                Checkpoint again = Checkpoint.open(folder.resolve("again"))) {
            String name = "model.layers.1.weight";
            assertEquals(2 * 3999, merged.tensor(name).toFloats()[3999]);
            assertArrayEquals(merged.tensor(name).toFloats(), again.tensor(name).toFloats());
        }
    }

    @Test
    void nothingIsFetchedForAMethodThatDoesNotExist() throws Exception {
        FundirProcess.Outcome outcome = run("merge", "hf://org/tiny", "a.safetensors", "--method", "tie", "-o", "x");
        assertEquals(2, outcome.exitCode());
        assertTrue(outcome.err().contains("did you mean ties"), outcome.err());
        assertEquals(List.of(), hub.seen());
    }

    @Test
    void anUploadIsOneCommitWhoseAddressIsTheLastLine() throws Exception {
        Path model = Files.createDirectories(folder.resolve("merged"));
        Files.write(model.resolve("model.safetensors"), checkpoint("c", 5));
        Files.writeString(model.resolve("config.json"), "{}");
        FundirProcess.Outcome outcome = run("upload", "org/new", "merged", "a.safetensors", "--message", "A merge");
        assertEquals(0, outcome.exitCode(), outcome.err());
        String commit = hub.model("org/new").refs().get("main");
        assertEquals(hub.endpoint() + "/org/new/commit/" + commit, lastLine(outcome.out()));
        FundirProcess.Outcome back = run("download", "org/new@" + commit, "--include", "*", "-q");
        Path snapshot = Path.of(lastLine(back.out()));
        assertEquals(List.of("a.safetensors", "config.json", "model.safetensors"), files(snapshot));
        assertArrayEquals(
                Files.readAllBytes(model.resolve("model.safetensors")),
                Files.readAllBytes(snapshot.resolve("model.safetensors")));
    }

    @Test
    void whatGoesWrongIsOneLineThatHelps() throws Exception {
        assertFails(run("download", "org/missing"), "org/missing does not exist", "private");
        assertFails(run("download", "org/tiny@v9"), "org/tiny@v9", "no such branch");
        assertFails(run("inspect", "hf://org/missing"), "org/missing does not exist", "private");
        assertFails(run(environment("HF_HUB_OFFLINE", "1"), "download", "org/tiny"), "offline mode", "HF_HUB_OFFLINE");
        assertFails(run(environment("HF_TOKEN", "hf_wrong"), "download", "org/tiny"), "token", "hf auth login");
        FundirProcess.Outcome name = run("download", "not a name");
        assertEquals(2, name.exitCode());
        assertTrue(name.err().contains("organization/name"), name.err());
    }

    private static void assertFails(FundirProcess.Outcome outcome, String... parts) {
        assertEquals(1, outcome.exitCode(), outcome.err());
        assertTrue(outcome.err().lines().count() <= 2, outcome.err());
        Arrays.stream(parts).forEach(part -> assertTrue(outcome.err().contains(part), outcome.err()));
    }

    @Test
    void ctrlCKeepsWhatCameAndTheCacheIsUsable() throws Exception {
        hub.model("org/big").large("model.safetensors", checkpoint("b", 1));
        hub.fault(Server.CDN, "", Fault.slow(2_000));
        FundirProcess download = FundirProcess.start(folder, environment(), "download", "org/big");
        while (hub.seen(Server.CDN, "GET", "").isEmpty()) {
            Thread.sleep(20);
        }
        Thread.sleep(300);
        new ProcessBuilder("kill", "-INT", Long.toString(download.process().pid()))
                .start()
                .waitFor();
        assertEquals(130, download.outcome().exitCode());
        FundirProcess.Outcome again = run("download", "org/big", "-q");
        assertEquals(0, again.exitCode(), again.err());
        assertArrayEquals(
                Files.readAllBytes(folder.resolve("b.safetensors")),
                Files.readAllBytes(Path.of(lastLine(again.out())).resolve("model.safetensors")));
    }
}
