package dev.fundir.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fundir.Checkpoint;
import dev.fundir.CheckpointWriter;
import dev.fundir.DType;
import dev.fundir.Tensor;
import dev.fundir.TensorView;
import dev.fundir.model.GgufFile;
import dev.fundir.model.GgufType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code fundir convert} as people call it. */
class ConvertCommandTest {
    @TempDir
    Path folder;

    private Path demo;

    @BeforeEach
    void makeModel() throws IOException {
        demo = Files.createDirectory(folder.resolve("demo")).resolve("model.safetensors");
        DemoModel.write(demo, 0);
        Files.writeString(
                demo.resolveSibling("config.json"), "{\"model_type\": \"llama\", \"torch_dtype\": \"bfloat16\"}");
        Files.writeString(demo.resolveSibling("tokenizer.json"), "{}");
        Files.writeString(demo.resolveSibling("modeling_demo.py"), "");
    }

    private FundirProcess.Outcome convert(Path in, String out, String... options) {
        String[] arguments = new String[4 + options.length];
        arguments[0] = "convert";
        arguments[1] = in.toString();
        arguments[2] = "-o";
        arguments[3] = folder.resolve(out).toString();
        System.arraycopy(options, 0, arguments, 4, options.length);
        return Command.run(arguments);
    }

    private Path done(FundirProcess.Outcome outcome, String out) {
        assertEquals(0, outcome.exitCode(), outcome.err());
        return folder.resolve(out);
    }

    private static void assertSameTensors(Path expected, Path actual) throws IOException {
        try (Checkpoint a = Checkpoint.open(expected);
                Checkpoint b = Checkpoint.open(actual)) {
            assertEquals(a.names(), b.names());
            for (Tensor tensor : a.tensors()) {
                Tensor other = b.tensor(tensor.name());
                assertEquals(tensor.toString(), other.toString());
                assertEquals(tensor.buffer(), other.buffer(), tensor.name());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"m.json", "m.yaml", "m.yml", "m.gguf", "m.safetensors", "m"})
    void everyFormatGivesTheTensorsBack(String middle) throws IOException {
        Path there = done(convert(demo, middle), middle);
        Path back = done(convert(there, "back.safetensors"), "back.safetensors");
        assertSameTensors(demo, back);
        try (Checkpoint checkpoint = Checkpoint.open(back)) {
            assertEquals("llama", checkpoint.metadata().get("architecture"));
            assertEquals("pt", checkpoint.metadata().get("format"));
        }
    }

    @Test
    void shardsBecomeOneFileAndBack() throws IOException {
        Path sharded = done(convert(demo, "sharded", "--shard-size", "1MB"), "sharded");
        assertTrue(Files.exists(sharded.resolve("model.safetensors.index.json")));
        try (Checkpoint checkpoint = Checkpoint.open(sharded)) {
            assertTrue(checkpoint.files().size() > 3);
        }
        Path whole = done(convert(sharded, "whole.safetensors"), "whole.safetensors");
        assertArrayEquals(Files.readAllBytes(demo), Files.readAllBytes(whole));
    }

    @Test
    void folderGetsConfigurationAndTokenizerOfTheOther() throws IOException {
        Path half = done(convert(demo, "half", "--dtype", "f16"), "half");
        assertEquals(
                "{\"model_type\": \"llama\", \"torch_dtype\": \"float16\"}",
                Files.readString(half.resolve("config.json")));
        assertTrue(Files.exists(half.resolve("tokenizer.json")));
        assertFalse(Files.exists(half.resolve("modeling_demo.py")));
        try (Checkpoint before = Checkpoint.open(demo);
                Checkpoint after = Checkpoint.open(half)) {
            Tensor norm = after.tensor("model.norm.weight");
            assertEquals(DType.F16, norm.dtype());
            assertArrayEquals(before.tensor("model.norm.weight").as(DType.F16).toFloats(), norm.toFloats());
        }
    }

    @Test
    void quantisedGgufHasMatricesInBlocks() throws IOException {
        Path file = done(convert(demo, "q.gguf", "--dtype", "q8_0"), "q.gguf");
        GgufFile gguf = GgufFile.open(file);
        assertEquals(GgufType.Q8_0, gguf.find("lm_head.weight").orElseThrow().type());
        assertEquals(GgufType.F32, gguf.find("model.norm.weight").orElseThrow().type());
        assertEquals("llama", gguf.metadata().get("general.architecture"));
        FundirProcess.Outcome inspected = Command.run("inspect", file.toString());
        assertTrue(inspected.out().contains("Q8_0"), inspected.out());
        assertTrue(inspected.out().contains("llama, 4 layers, hidden size 192, vocabulary 2048"), inspected.out());
    }

    @Test
    void onlyFloatsGetTheDType() throws IOException {
        Path file = folder.resolve("mixed.safetensors");
        CheckpointWriter.to(file)
                .tensor("ids", TensorView.of(new long[] {1, 2, 3}, 3))
                .tensor("w", TensorView.of(new double[] {0.1, 1e300}, 2))
                .write();
        Path out = done(convert(file, "out.safetensors", "--dtype", "BF16"), "out.safetensors");
        try (Checkpoint checkpoint = Checkpoint.open(out)) {
            assertArrayEquals(new long[] {1, 2, 3}, checkpoint.tensor("ids").toLongs());
            assertArrayEquals(
                    new float[] {Float.intBitsToFloat(0x3DCD0000), Float.POSITIVE_INFINITY},
                    checkpoint.tensor("w").toFloats());
        }
    }

    @Test
    void reportIsTheDocumentedOne() {
        FundirProcess.Outcome outcome = convert(demo, "o.safetensors", "--json");
        for (String member : List.of(
                "\"output\" : [ \"" + folder.resolve("o.safetensors") + "\" ]",
                "\"format\" : \"safetensors\"",
                "\"tensorCount\" : 39",
                "\"parameterCount\" : 2557632",
                "\"bytesWritten\" : 51",
                "\"seconds\" : ")) {
            assertTrue(outcome.out().contains(member), member + " in " + outcome.out());
        }
        String text = convert(demo, "o2.safetensors").out();
        assertTrue(
                text.startsWith(folder.resolve("o2.safetensors")
                        + "\n  safetensors: 39 tensors, 2.56 M parameters, 5.12 MB in 1 file\n"),
                text);
    }

    @Test
    void nothingIsReplacedUnasked() throws IOException {
        Path there = Files.writeString(folder.resolve("there.json"), "precious");
        FundirProcess.Outcome outcome = convert(demo, "there.json");
        assertEquals(1, outcome.exitCode());
        assertEquals(
                "fundir: " + there + ": exists and is not to be replaced\nhint: --force replaces it\n", outcome.err());
        assertEquals("precious", Files.readString(there));
        done(convert(demo, "there.json", "--force"), "there.json");
        FundirProcess.Outcome same = convert(demo, "demo/model.safetensors", "--force");
        assertEquals(1, same.exitCode());
        assertTrue(same.err().contains("is the input and cannot be the output"), same.err());
        FundirProcess.Outcome model = convert(demo, "demo");
        assertEquals(1, model.exitCode());
        assertTrue(model.err().contains("demo/model.safetensors: exists"), model.err());
    }

    @Test
    void optionsThatDoNotFitAreWrongUsage() {
        FundirProcess.Outcome type = convert(demo, "o.json", "--dtype", "q8_0");
        assertEquals(2, type.exitCode());
        assertTrue(type.err().contains("--dtype q8_0 is for a .gguf file, and"), type.err());
        FundirProcess.Outcome shards = convert(demo, "o.gguf", "--shard-size", "1GB");
        assertEquals(2, shards.exitCode());
        assertTrue(shards.err().contains("--shard-size splits safetensors"), shards.err());
        FundirProcess.Outcome unknown = convert(demo, "o.gguf", "--dtype", "q9");
        assertEquals(2, unknown.exitCode());
        assertTrue(unknown.err().contains("q8_0 or q4_0"), unknown.err());
        FundirProcess.Outcome missing = convert(folder.resolve("none.gguf"), "o.safetensors");
        assertEquals(1, missing.exitCode());
        assertEquals("fundir: " + folder.resolve("none.gguf") + ": no such file or folder\n", missing.err());
    }
}
