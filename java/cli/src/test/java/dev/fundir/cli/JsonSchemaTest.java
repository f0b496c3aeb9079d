package dev.fundir.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fundir.CheckpointWriter;
import dev.fundir.DType;
import dev.fundir.hub.fake.FakeHub;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What each command prints with {@code --json} is what docs/schemas say. */
class JsonSchemaTest {
    /** A schema, the exit code, something that the document has, and the command. */
    private static final List<String> COMMANDS = List.of(
            "merge 0 /output/0 merge a.safetensors b.safetensors -m ties -o merged.safetensors",
            "merge 0 /output/1 merge a.safetensors b.safetensors -m average -o merged --shard-size 3kB",
            "merge-plan 0 /tensors/0/inputs/1 merge a.safetensors b.safetensors -m dare_ties -o plan --dry-run",
            "inspect 0 /tensors/4 inspect a.safetensors",
            "inspect 0 /tensors/0/statistics inspect a.safetensors --mode stats",
            "inspect 0 /tensors/0/outliers/worst/0 inspect a.safetensors --mode outliers",
            "inspect 0 /tensors/0/distribution/counts/63 inspect a.safetensors --mode distribution",
            "inspect 0 /tensors/0/distribution/counts/63 inspect a.safetensors --html inspect.html",
            "inspect 0 /schema/0 inspect a.safetensors --mode schema",
            "inspect 0 /tensors/0/offset inspect b.gguf",
            "inspect 0 /tensors/0/statistics inspect b.yaml --mode stats --tensor layers.*",
            "inspect 0 /tensors/0 inspect b.json",
            "diff 0 /layers/0 diff b.safetensors b.gguf --tensor layers.*",
            "diff 1 /metadata/changed/step/b diff a.safetensors other.safetensors",
            "diff 1 /tensors/0/relativeL2 diff a.safetensors b.safetensors --html diff.html",
            "verify 0 /models/1/files/0 verify b.safetensors b.gguf",
            "verify 1 /models/2/problems/0 verify a.safetensors cut.safetensors absent --sha256",
            "verify 0 /models/0/files/0 verify b.safetensors --headers-only --strict",
            "convert 0 /output/0 convert b.safetensors -o half.gguf --dtype F16",
            "convert 0 /output/1 convert b.safetensors -o sharded --shard-size 3kB",
            "download 0 /path download org/tiny --include *.safetensors",
            "upload 0 /commit upload org/new b.safetensors --create-pr",
            "inspect 0 /tensors/4 inspect hf://org/tiny",
            "edit 0 /renamed/scale edit b.safetensors --rename scale=w --set k=v --unset step -o edited.safetensors");

    @TempDir
    static Path folder;

    private static FakeHub hub;

    @BeforeAll
    static void writeModels() throws IOException {
        model("a.safetensors", 1, Float.NaN);
        model("b.safetensors", 2, 1);
        for (String format : List.of("gguf", "yaml", "json")) {
            FundirProcess.Outcome outcome = Command.run("convert", path("b.safetensors"), "-o", path("b." + format));
            assertEquals(0, outcome.exitCode(), outcome.err());
        }
        Path other = folder.resolve("other.safetensors");
        CheckpointWriter.to(other)
                .metadata("step", "2")
                .tensor("layers.0.weight", DType.F64, new long[] {2, 300}, new float[600])
                .tensor("layers.1.weight", DType.F32, new long[] {600}, new float[600])
                .tensor("more", DType.I64, new long[] {1}, new long[1])
                .write();
        hub = new FakeHub().token("hf_write", true);
        hub.model("org/tiny").large("model.safetensors", Files.readAllBytes(folder.resolve("b.safetensors")));
        byte[] whole = Files.readAllBytes(other);
        Files.write(folder.resolve("cut.safetensors"), Arrays.copyOf(whole, whole.length - 1));
    }

    @AfterAll
    static void stopHub() throws IOException {
        hub.close();
    }

    private static Map<String, String> environment() {
        return Map.of(
                "HF_ENDPOINT",
                hub.endpoint().toString(),
                "HF_HOME",
                folder.resolve("home").toString(),
                "HF_TOKEN",
                "hf_write");
    }

    private static String path(String name) {
        return folder.resolve(name).toString();
    }

    /** With an outlier, a tensor whose only element is 0, and one that may have no finite element. */
    private static void model(String name, int variant, float odd) throws IOException {
        float[] weights = new float[600];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = (i % 7 - 3) * variant;
        }
        weights[1] = 1000;
        CheckpointWriter.to(folder.resolve(name))
                .metadata("step", "1")
                .tensor("layers.0.weight", DType.F32, new long[] {2, 300}, weights)
                .tensor("layers.1.weight", DType.F32, new long[] {2, 300}, weights)
                .tensor("norm.odd", DType.F32, new long[] {2}, new float[] {odd, odd})
                .tensor("scale", DType.F32, new long[] {1}, new float[1])
                .tensor("steps", DType.I32, new long[] {1}, new int[] {7})
                .write();
    }

    static List<String> commands() {
        return COMMANDS;
    }

    @ParameterizedTest
    @MethodSource("commands")
    void whatACommandPrintsIsWhatItsSchemaSays(String line) throws Exception {
        String[] words = line.split(" ", -1);
        String[] arguments =
                Stream.concat(Stream.of(words).skip(3), Stream.of("--json")).toArray(String[]::new);
        FundirProcess.Outcome outcome = FundirProcess.run(folder, environment(), arguments);
        assertEquals(Integer.parseInt(words[1]), outcome.exitCode(), outcome.err());
        JsonNode document = JsonSchema.named(words[0]).read(outcome.out());
        assertFalse(document.at(words[2]).isMissingNode(), () -> words[2] + " is not there: " + document);
        ((ObjectNode) document).put("tensorcount", 1);
        JsonSchema schema = JsonSchema.named(words[0]);
        assertThrows(AssertionError.class, () -> schema.check(document), "another field is allowed");
    }

    @Test
    void everySchemaHasACommand() throws IOException {
        assertEquals(
                JsonSchema.names(),
                COMMANDS.stream()
                        .map(line -> line.substring(0, line.indexOf(' ')))
                        .distinct()
                        .sorted()
                        .toList());
    }

    static List<String> names() throws IOException {
        return JsonSchema.names();
    }

    @ParameterizedTest
    @MethodSource("names")
    void aSchemaIsOneAndDescribesEveryField(String name) throws IOException {
        JsonNode schema = JsonSchema.file(name);
        JsonSchema.ofSchemas().check(schema);
        describes(schema, schema, name);
    }

    private static void describes(JsonNode node, JsonNode schema, String place) {
        for (Map.Entry<String, JsonNode> field : node.path("properties").properties()) {
            JsonNode meant = field.getValue();
            if (!meant.has("description") && meant.has("$ref")) {
                meant = schema.at(meant.get("$ref").textValue().substring(1));
            }
            assertTrue(meant.has("description"), place + " does not describe " + field.getKey());
        }
        if (node.has("properties")) {
            assertTrue(node.path("additionalProperties").isBoolean(), place + " allows other fields");
        }
        node.properties().forEach(child -> describes(child.getValue(), schema, place + "/" + child.getKey()));
    }
}
